//! Pages: what people see. A page reads and acts through the same actions as every other way in.

use std::collections::BTreeMap;

use http::StatusCode;
use maud::{Markup, html};

use crate::action::{Action, Boxed, Input, Output};
use crate::csv_out;
use crate::cx::Cx;
use crate::door::Reply;
use crate::fault::Fault;
use crate::form::FormData;
use crate::html::{Account, Banner, Link, NavGroup, Pagination, PostButton, Shell, TextSize};
use crate::list::{List, PAGE_ROWS_MAX, Paging};
use crate::once::Once;
use crate::who::Acting;
use crate::words::Lang;

/// Rows of a table that is taken out as a file, at most.
const EXPORT_ROWS_MAX: usize = 50_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageMethod {
    Get,
    Post,
}

/// Where a page stands in a menu, and the action whose right shows it there.
#[derive(Clone, Copy, Debug)]
pub struct Menu {
    pub place: MenuPlace,
    /// The word for the entry.
    pub word: &'static str,
    pub action: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MenuPlace {
    /// The header of the resident's portal.
    Portal,
    /// The foot of every page.
    Foot,
    StaffWork,
    StaffCity,
    StaffWatch,
}

type PageRun = for<'v> fn(&'v Visit) -> Boxed<'v, Result<Reply, Fault>>;

/// A page of a room: `Page::get("/staff/departments", |visit| Box::pin(list(visit)))`.
pub struct Page {
    pub method: PageMethod,
    pub path: &'static str,
    pub run: PageRun,
    pub menu: Option<Menu>,
    /// Forms with files may be larger.
    pub body_bytes: usize,
}

impl Page {
    pub const fn get(path: &'static str, run: PageRun) -> Page {
        Page { method: PageMethod::Get, path, run, menu: None, body_bytes: 0 }
    }

    pub const fn post(path: &'static str, run: PageRun) -> Page {
        Page { method: PageMethod::Post, path, run, menu: None, body_bytes: 256 * 1024 }
    }

    #[must_use]
    pub const fn menu(mut self, place: MenuPlace, word: &'static str, action: &'static str) -> Page {
        self.menu = Some(Menu { place, word, action });
        self
    }

    #[must_use]
    pub const fn takes_bytes(mut self, body_bytes: usize) -> Page {
        self.body_bytes = body_bytes;
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelPlace {
    Home,
    My,
    StaffDesk,
    /// More ways in, on the page of signing in.
    SignIn,
    /// More ways in, on the page where people look after theirs.
    Security,
    /// More ways of showing who one is.
    Identity,
}

type PanelRun = for<'v> fn(&'v Visit) -> Boxed<'v, Result<Option<Markup>, Fault>>;

/// A piece of the home page, my page or the staff desk. An empty piece is left out.
pub struct Panel {
    pub place: PanelPlace,
    pub order: i32,
    pub run: PanelRun,
}

/// One visit to a page.
pub struct Visit {
    pub cx: Cx,
    /// The path as asked for, without the query.
    pub path: String,
    pub slots: BTreeMap<String, String>,
    pub query: FormData,
    pub form: FormData,
    pub text_size: TextSize,
    /// The family of the browser, from `session::agent_family`; never the whole header.
    pub agent: String,
    /// What this browser holds for things it has begun and not finished (`session::attempt_cookie`); empty without.
    pub attempt: String,
    /// The checked token of a form that was sent: makes a double press one act.
    pub token: Option<String>,
    /// What rooms put at the foot of every page, from [`foot_links`].
    pub foot: Vec<Link>,
}

impl Visit {
    pub fn t<'a>(&'a self, word: &'a str) -> &'a str {
        self.cx.tongue().t(word)
    }

    pub fn tf(&self, word: &str, args: &[(&str, &str)]) -> String {
        self.cx.tongue().tf(word, args)
    }

    pub fn slot(&self, name: &str) -> &str {
        self.slots.get(name).map_or("", String::as_str)
    }

    /// Reads through an action.
    pub async fn read<In: Input, Out: Output>(
        &self,
        action: &Action<In, Out>,
        input: In,
    ) -> Result<Out, Fault> {
        action.call(&self.cx, input, None).await
    }

    /// Every row of a list, page after page, up to [`EXPORT_ROWS_MAX`]: for a table as a file.
    pub async fn read_all<In: Input, Row>(
        &self,
        action: &Action<In, List<Row>>,
        ask: impl Fn(Paging) -> In,
    ) -> Result<Vec<Row>, Fault>
    where
        List<Row>: Output,
    {
        let mut rows = Vec::new();
        let mut after = String::new();
        while rows.len() < EXPORT_ROWS_MAX {
            let list = self.read(action, ask(Paging { after, rows: PAGE_ROWS_MAX })).await?;
            rows.extend(list.rows);
            match list.next {
                Some(next) => after = next,
                None => break,
            }
        }
        Ok(rows)
    }

    /// Whether this visit asks for the table as a file: `?format=csv`.
    pub fn wants_csv(&self) -> bool {
        self.query.get("format") == "csv"
    }

    /// A table as a file for spreadsheets. The name gets the day in front of its ending.
    pub fn csv<S: AsRef<str>>(
        &self,
        name: &str,
        header: &[&str],
        rows: impl IntoIterator<Item = Vec<S>>,
    ) -> Result<Reply, Fault> {
        let name = format!("{name}-{}.csv", self.cx.now().date());
        Ok(Reply::download("text/csv; charset=utf-8", &name, csv_out::table(header, rows)?))
    }

    /// Acts through an action; pressing twice is one act.
    pub async fn act<In: Input, Out: Output>(
        &self,
        action: &Action<In, Out>,
        input: In,
    ) -> Result<Out, Fault> {
        action.call(&self.cx, input, self.token.as_deref().map(Once::from_form)).await
    }

    /// A token for a form on this page, good for this session only.
    pub fn new_token(&self) -> String {
        let id = self.cx.id();
        let signature = self.cx.house().sealer.sign("form", &token_text(&self.cx, id.as_str()));
        format!("{id}.{signature}")
    }

    /// Whether this person could do this action on any object at all: for menus and buttons.
    pub fn may_ever(&self, action: &str) -> bool {
        may_ever(&self.cx, action)
    }

    /// A shell with everything filled in that is the same on all pages.
    pub fn shell(&self, title: impl Into<String>) -> Shell<'_> {
        self.shell_about(title, false)
    }

    /// A shell for what is always about whoever signed in, as their ways in or leaving: whoever acts for somebody else
    /// is told plainly that this page is not about that person.
    pub fn own_shell(&self, title: impl Into<String>) -> Shell<'_> {
        self.shell_about(title, true)
    }

    fn shell_about(&self, title: impl Into<String>, own: bool) -> Shell<'_> {
        let house = self.cx.house();
        let facts = self.cx.city().facts();
        let who = self.cx.who();
        let account = match (&who.account, who.shown_name.as_deref()) {
            (Some(_), name) => Account::SignedIn {
                name: name.unwrap_or_default().to_owned(),
                href: if who.is_staff() { "/staff" } else { "/my" }.to_owned(),
                sign_out: "/sign-out".to_owned(),
                token: self.new_token(),
            },
            (None, _) => Account::SignedOut { href: format!("/sign-in?back={}", escaped(&self.path)) },
        };
        let mut shell = Shell::new(title, &house.assets)
            .city(facts.name.clone())
            .path(self.path.clone())
            .account(account)
            .text_size(self.text_size)
            .search("/search")
            .nav(self.menu(MenuPlace::Portal))
            .footer(self.menu(MenuPlace::Foot).into_iter().chain(self.foot.iter().cloned()))
            .version(house.version);
        if facts.demo {
            shell = shell.strip(self.t("demo-banner"), self.t("demo-banner-text"));
        }
        if let Some(acting) = &who.acting {
            let banner = if own { self.own_banner(acting) } else { self.acting_banner(acting) };
            shell = shell.banner(banner);
        }
        if house.shared.is_read_only() {
            shell = shell.banner(Banner::warning(self.t("read-only-banner")).render(self.cx.tongue()));
        }
        if let Some(done) = self.done_word() {
            shell = shell.banner(Banner::success(self.t(&done)).result().render(self.cx.tongue()));
        }
        if self.path.starts_with("/staff") {
            shell = shell.staff(self.staff_groups());
        }
        shell
    }

    /// On every page while somebody acts for another person: for whom, in what, and the way back to oneself.
    fn acting_banner(&self, acting: &Acting) -> Markup {
        let t = self.cx.tongue();
        let scopes: Vec<&str> = acting.scopes.iter().map(|scope| t.t(scope.word())).collect();
        let joint = if t.lang() == Lang::En { ", " } else { "、" };
        let stop = PostButton::new(t.t("acting-stop"), "/my/family/stop", self.new_token());
        Banner::info(t.tf("acting-banner", &[("name", &acting.shown_name)]))
            .body(html! {
                p { (t.tf("acting-scopes", &[("scopes", &scopes.join(joint))])) }
                (stop.render())
            })
            .render(t)
    }

    /// On pages about oneself while somebody acts for another person.
    fn own_banner(&self, acting: &Acting) -> Markup {
        let t = self.cx.tongue();
        let stop = PostButton::new(t.t("acting-stop"), "/my/family/stop", self.new_token());
        Banner::warning(t.t("acting-own"))
            .body(html! {
                p { (t.tf("acting-own-text", &[("name", &acting.shown_name)])) }
                (stop.render())
            })
            .render(t)
    }

    /// After an act the next page says so: `?done=saved` shows the word `done-saved`, and only such words.
    fn done_word(&self) -> Option<String> {
        let word = format!("done-{}", self.query.get("done"));
        (self.query.has("done") && self.cx.tongue().knows(&word)).then_some(word)
    }

    fn menu(&self, place: MenuPlace) -> Vec<Link> {
        let pages = self.cx.house().rooms.iter().flat_map(|room| room.pages);
        pages
            .filter_map(|page| page.menu.map(|menu| (page, menu)))
            .filter(|(_, menu)| menu.place == place && self.may_ever(menu.action))
            .map(|(page, menu)| {
                let below = self.path.strip_prefix(page.path).is_some_and(|rest| rest.starts_with('/'));
                // The desk is above all of the console, and would always be marked.
                let within = below && page.path != "/staff";
                Link::new(self.t(menu.word), page.path).current(self.path == page.path).within(within)
            })
            .collect()
    }

    fn staff_groups(&self) -> Vec<NavGroup> {
        [
            (MenuPlace::StaffWork, "menu-work"),
            (MenuPlace::StaffCity, "menu-city"),
            (MenuPlace::StaffWatch, "menu-watch"),
        ]
        .into_iter()
        .map(|(place, word)| (word, self.menu(place)))
        .filter(|(_, links)| !links.is_empty())
        .map(|(word, links)| NavGroup::new(self.t(word), links))
        .collect()
    }

    /// An instant as the city's people read it.
    pub fn time(&self, at_ms: i64) -> String {
        self.cx.city().local(at_ms).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A day as people write it, for readers; tables of the staff use [`Visit::time`].
    pub fn day(&self, at_ms: i64) -> Markup {
        let local = self.cx.city().local(at_ms);
        let words = match self.cx.lang() {
            Lang::En => local.strftime("%-d %B %Y"),
            Lang::Ja | Lang::JaEasy => local.strftime("%Y年%-m月%-d日"),
        };
        html! { time datetime=(local.strftime("%Y-%m-%d").to_string()) { (words.to_string()) } }
    }

    /// Links to the next page of a list, and back to the first. `base` is the list's path with its filters.
    pub fn next_page(&self, next: Option<&str>, base: &str) -> Markup {
        let joint = if base.contains('?') { '&' } else { '?' };
        let first = (!self.query.get("after").is_empty()).then(|| base.to_owned());
        Pagination::new()
            .first(first)
            .next(next.map(|next| format!("{base}{joint}after={}", escaped(next))))
            .render(self.cx.tongue())
    }

    /// The finished page.
    pub fn page(&self, shell: &Shell<'_>, body: Markup) -> Reply {
        self.page_with(StatusCode::OK, shell, body)
    }

    pub fn page_with(&self, status: StatusCode, shell: &Shell<'_>, body: Markup) -> Reply {
        Reply::html(status, shell.render(self.cx.tongue(), body).into_string())
    }

    /// The pieces that all rooms lay in one place. A piece that fails is left out and logged: the rest of the page is
    /// worth more than it.
    pub async fn panels(&self, place: PanelPlace) -> Vec<Markup> {
        let mut panels: Vec<&Panel> = self
            .cx
            .house()
            .rooms
            .iter()
            .flat_map(|room| room.panels)
            .filter(|panel| panel.place == place)
            .collect();
        panels.sort_by_key(|panel| panel.order);
        let mut out = Vec::with_capacity(panels.len());
        for panel in panels {
            match (panel.run)(self).await {
                Ok(Some(markup)) => out.push(markup),
                Ok(None) => {}
                Err(fault) if fault.is_broken_inside() => {
                    tracing::error!(%fault, request = self.cx.request(), "a panel failed");
                }
                Err(_) => {}
            }
        }
        out
    }
}

/// Whether this person could do this action on any object at all.
pub fn may_ever(cx: &Cx, action: &str) -> bool {
    cx.house().keeper.may_ever(cx, action)
}

/// The links at the foot of every page that are the city's own content, gathered from all rooms. Whoever makes a
/// [`Visit`] asks for them first.
pub async fn foot_links(cx: &Cx) -> Vec<Link> {
    let mut out = Vec::new();
    for foot in cx.house().rooms.iter().filter_map(|room| room.foot) {
        out.extend(foot(cx).await);
    }
    out
}

/// What a form's token signs: the session, so that a token drawn for one person is worth nothing to another; and for
/// whom they act, so that a form opened for one person is never sent for another, nor for oneself by mistake.
pub fn token_text(cx: &Cx, id: &str) -> String {
    let session = cx.who().session.as_ref().map_or("anyone", |session| session.as_str());
    match &cx.who().acting {
        None => format!("{}/{session}/{id}", cx.city().slug),
        Some(acting) => format!("{}/{session}/{}/{id}", cx.city().slug, acting.person),
    }
}

/// Whether a token that came back with a form was drawn for this session.
pub fn token_is_good(cx: &Cx, token: &str) -> bool {
    let Some((id, signature)) = token.split_once('.') else { return false };
    cx.house().sealer.is_signed("form", &token_text(cx, id), signature)
}

/// A path inside a query value.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
