//! The document around every page: head, header, ways around, footer.

use super::navigation::{Link, breadcrumbs};
use super::staff::{self, NavGroup};
use super::text::{encode, plain, safe_href, say, with_query};
use super::{ButtonKind, Icon, PostButton, icon};
use crate::words::{Lang, Tongue};
use maud::{DOCTYPE, Markup, html};

/// Addresses of the built files, with the city's own web-app manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub manifest: String,
    pub icon: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    #[default]
    Normal,
    Large,
    XLarge,
}

impl TextSize {
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
            Self::XLarge => "xlarge",
        }
    }

    /// Reads what `/preferences?text=` or its cookie says; anything unknown is the normal size.
    pub fn from_code(code: &str) -> Self {
        match code {
            "large" => Self::Large,
            "xlarge" => Self::XLarge,
            _ => Self::Normal,
        }
    }
}

/// Whether somebody is signed in, and the way in or out.
#[derive(Clone, Debug, Default)]
pub enum Account {
    /// No account area at all, as on an error page.
    #[default]
    Hidden,
    SignedOut {
        href: String,
    },
    SignedIn {
        name: String,
        href: String,
        sign_out: String,
        token: String,
    },
}

/// The page around a body. Built per request: it needs to know the path, the reader and the city.
#[derive(Clone, Debug)]
pub struct Shell<'a> {
    assets: &'a Assets,
    title: String,
    city: String,
    home: String,
    path: String,
    description: Option<String>,
    nav: Vec<Link>,
    crumbs: Vec<Link>,
    alerts: Vec<Markup>,
    banners: Vec<Markup>,
    strip: Option<(String, String)>,
    pub(super) account: Account,
    search: Option<String>,
    text_size: TextSize,
    footer: Vec<Link>,
    version: Option<String>,
    wrong: bool,
    pub(super) staff: Option<Vec<NavGroup>>,
    private: bool,
    feed: Option<Link>,
    modules: Vec<String>,
}

impl<'a> Shell<'a> {
    pub fn new(title: impl Into<String>, assets: &'a Assets) -> Self {
        Self {
            assets,
            title: title.into(),
            city: String::new(),
            home: "/".to_owned(),
            path: "/".to_owned(),
            description: None,
            nav: Vec::new(),
            crumbs: Vec::new(),
            alerts: Vec::new(),
            banners: Vec::new(),
            strip: None,
            account: Account::Hidden,
            search: None,
            text_size: TextSize::Normal,
            footer: Vec::new(),
            version: None,
            wrong: false,
            staff: None,
            private: false,
            feed: None,
            modules: Vec::new(),
        }
    }

    pub fn city(mut self, name: impl Into<String>) -> Self {
        self.city = name.into();
        self
    }

    pub fn home(mut self, href: impl Into<String>) -> Self {
        self.home = href.into();
        self
    }

    /// The address of this page with its query, so that language and text size come back to it.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    pub fn nav(mut self, links: impl IntoIterator<Item = Link>) -> Self {
        self.nav = links.into_iter().collect();
        self
    }

    /// From home to here; the last entry is this page.
    pub fn breadcrumbs(mut self, links: impl IntoIterator<Item = Link>) -> Self {
        self.crumbs = links.into_iter().collect();
        self
    }

    /// An emergency banner: above everything, on every page.
    pub fn alert(mut self, alert: Markup) -> Self {
        self.alerts.push(alert);
        self
    }

    /// A notice at the top of the main part.
    pub fn banner(mut self, banner: Markup) -> Self {
        self.banners.push(banner);
        self
    }

    /// A quiet line above the header on every page, such as "this is a demonstration": what it is, and what that means.
    pub fn strip(mut self, title: impl Into<String>, text: impl Into<String>) -> Self {
        self.strip = Some((title.into(), text.into()));
        self
    }

    pub fn account(mut self, account: Account) -> Self {
        self.account = account;
        self
    }

    pub fn search(mut self, href: impl Into<String>) -> Self {
        self.search = Some(href.into());
        self
    }

    pub fn text_size(mut self, size: TextSize) -> Self {
        self.text_size = size;
        self
    }

    pub fn footer(mut self, links: impl IntoIterator<Item = Link>) -> Self {
        self.footer = links.into_iter().collect();
        self
    }

    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Puts 「エラー」 first in the title, where it is read before anything else.
    pub fn wrong(mut self, wrong: bool) -> Self {
        self.wrong = wrong;
        self
    }

    /// Keeps search engines away, for pages about one person.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// An Atom feed of what this page lists.
    pub fn feed(mut self, title: impl Into<String>, href: impl Into<String>) -> Self {
        self.feed = Some(Link::new(title, href));
        self
    }

    /// One more module of our own that only this page needs, such as a map.
    pub fn module(mut self, src: impl Into<String>) -> Self {
        self.modules.push(src.into());
        self
    }

    /// The staff console, with its side navigation.
    pub fn staff(mut self, groups: impl IntoIterator<Item = NavGroup>) -> Self {
        self.staff = Some(groups.into_iter().collect());
        self.private()
    }

    pub fn render(&self, t: &Tongue, body: Markup) -> Markup {
        let size = (self.text_size != TextSize::Normal).then_some(self.text_size.code());
        html! {
            (DOCTYPE)
            html lang=(t.lang().code()) data-text=[size] {
                head {
                    meta charset="utf-8";
                    title { (self.document_title(t)) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if let Some(text) = &self.description { meta name="description" content=(plain(text)); }
                    @if self.private { meta name="robots" content="noindex"; }
                    meta name="theme-color" content="#00316a";
                    // A telephone number in a page is not always one; staff write `tel:` links where it is.
                    meta name="format-detection" content="telephone=no";
                    link rel="stylesheet" href=(self.assets.css);
                    link rel="icon" href=(self.assets.icon) type="image/svg+xml";
                    link rel="manifest" href=(self.assets.manifest);
                    @if let Some(feed) = &self.feed {
                        link rel="alternate" type="application/atom+xml" title=(plain(&feed.label)) href=(safe_href(&feed.href));
                    }
                    script type="module" src=(self.assets.js) {}
                    @for src in &self.modules { script type="module" src=(src) {} }
                }
                body class=[self.staff.is_some().then_some("staff")] {
                    a class="skip" href="#main" { (say(t.t("kit-skip"))) }
                    @for alert in &self.alerts { (alert) }
                    @match &self.staff {
                        Some(groups) => (staff::frame(self, groups, t, self.main(t, body))),
                        None => { (self.header(t)) (self.main(t, body)) }
                    }
                    (self.foot(t))
                }
            }
        }
    }

    fn document_title(&self, t: &Tongue) -> String {
        let mut out = String::new();
        if self.wrong {
            out.push_str(&plain(t.t("kit-error-word")));
            out.push('：');
        }
        out.push_str(&plain(&self.title));
        if !self.city.is_empty() && self.title != self.city {
            out.push('｜');
            out.push_str(&self.city);
        }
        out
    }

    fn header(&self, t: &Tongue) -> Markup {
        html! {
            header class="header" {
                (self.strip_line())
                div class="wrap header-in" {
                    (self.brand(None))
                    div class="header-tools" { (self.tools(t)) }
                    (self.menu(t, html! { @if !self.nav.is_empty() { nav aria-label=(plain(t.t("kit-nav-menu"))) { (list(&self.nav)) } } }))
                }
                @if !self.nav.is_empty() {
                    nav class="header-nav" aria-label=(plain(t.t("kit-nav"))) { div class="wrap" { (list(&self.nav)) } }
                }
            }
        }
    }

    pub(super) fn strip_line(&self) -> Markup {
        html! {
            @if let Some((title, text)) = &self.strip {
                p class="strip" { span class="wrap" { strong { (say(title)) } " " span { (say(text)) } } }
            }
        }
    }

    pub(super) fn brand(&self, tag: Option<&str>) -> Markup {
        html! {
            a class="brand" href=(safe_href(&self.home)) {
                (icon(Icon::House))
                span class="brand-name" { (self.city) }
                @if let Some(tag) = tag { span class="brand-tag" { (say(tag)) } }
            }
        }
    }

    /// The same ways as the wide header, folded away for phones. Written twice because a closed `details` cannot be opened by CSS.
    pub(super) fn menu(&self, t: &Tongue, first: Markup) -> Markup {
        html! {
            details class="menu" data-menu {
                summary class="menu-button" { (icon(Icon::Menu)) span { (say(t.t("kit-menu"))) } }
                div class="menu-panel" { (first) div class="menu-tools" { (self.tools(t)) } }
            }
        }
    }

    pub(super) fn tools(&self, t: &Tongue) -> Markup {
        html! {
            (self.text_sizes(t))
            (self.languages(t))
            @if let Some(href) = &self.search { a class="tool" href=(safe_href(href)) { (icon(Icon::Search)) (say(t.t("kit-search"))) } }
            @match &self.account {
                Account::Hidden => {},
                Account::SignedOut { href } => a class="button button-secondary button-small" href=(safe_href(href)) { (say(t.t("kit-sign-in"))) },
                Account::SignedIn { name, href, sign_out, token } => {
                    a class="tool" href=(safe_href(href)) { (icon(Icon::Person)) span { (say(&t.tf("kit-signed-in", &[("name", name)]))) } }
                    (PostButton::new(t.t("kit-sign-out"), sign_out, token).kind(ButtonKind::Link).render())
                }
            }
        }
    }

    fn text_sizes(&self, t: &Tongue) -> Markup {
        let sizes = [
            (TextSize::Normal, "kit-text-normal"),
            (TextSize::Large, "kit-text-large"),
            (TextSize::XLarge, "kit-text-xlarge"),
        ];
        html! {
            div class="switch switch-text" role="group" aria-label=(plain(t.t("kit-text-size"))) {
                span class="switch-label" aria-hidden="true" { (say(t.t("kit-text-size"))) }
                @for (size, word) in sizes {
                    a href={ "/preferences?text=" (size.code()) "&back=" (encode(&self.path)) } rel="nofollow"
                        aria-current=[(size == self.text_size).then_some("true")] { (say(t.t(word))) }
                }
            }
        }
    }

    /// Every language is named in itself, so that those who need it can find it.
    fn languages(&self, t: &Tongue) -> Markup {
        let names = [(Lang::Ja, "日本語"), (Lang::JaEasy, "やさしい日本語"), (Lang::En, "English")];
        html! {
            div class="switch switch-lang" role="group" aria-label=(plain(t.t("kit-language"))) {
                (icon(Icon::Globe))
                @for (lang, name) in names {
                    a href=(with_query(&self.path, "lang", lang.code())) lang=(lang.code()) hreflang=(lang.code()) rel="nofollow"
                        aria-current=[(lang.code() == t.lang().code()).then_some("true")] { (name) }
                }
            }
        }
    }

    fn main(&self, t: &Tongue, body: Markup) -> Markup {
        html! {
            @if !self.crumbs.is_empty() { div class="wrap" { (breadcrumbs(t, &self.crumbs)) } }
            main class="wrap main" id="main" tabindex="-1" {
                @for banner in &self.banners { (banner) }
                (body)
            }
        }
    }

    fn foot(&self, t: &Tongue) -> Markup {
        html! {
            footer class="footer" {
                div class="wrap" {
                    @if !self.footer.is_empty() { nav aria-label=(plain(t.t("kit-nav-footer"))) { (list(&self.footer)) } }
                    div class="footer-end" {
                        p class="footer-city" { (icon(Icon::House)) (self.city) }
                        p class="footer-made" { "machiya" @if let Some(version) = &self.version { " " (version) } }
                    }
                }
            }
        }
    }
}

pub(super) fn list(links: &[Link]) -> Markup {
    html! { ul { @for link in links { li { (link.render()) } } } }
}
