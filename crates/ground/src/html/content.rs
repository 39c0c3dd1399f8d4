//! Ways to show what is there: summaries, cards, tags, disclosures, and nothing at all.

use super::navigation::Link;
use super::text::{safe_href, say};
use maud::{Markup, html};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Info,
    Positive,
    Caution,
    Negative,
}

/// A short state such as 受付中. The word carries the meaning; the colour only helps.
#[derive(Clone, Debug)]
pub struct Tag {
    label: String,
    tone: Tone,
}

impl Tag {
    pub fn new(label: impl Into<String>, tone: Tone) -> Self {
        Self { label: label.into(), tone }
    }

    pub fn render(&self) -> Markup {
        let class = match self.tone {
            Tone::Neutral => "tag",
            Tone::Info => "tag tag-info",
            Tone::Positive => "tag tag-positive",
            Tone::Caution => "tag tag-caution",
            Tone::Negative => "tag tag-negative",
        };
        html! { span class=(class) { (say(&self.label)) } }
    }
}

/// Questions and answers that were given, each with a way to change it.
#[derive(Clone, Debug, Default)]
pub struct SummaryList {
    rows: Vec<(String, Markup, Option<Link>)>,
}

impl SummaryList {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn row(mut self, key: impl Into<String>, value: Markup) -> Self {
        self.rows.push((key.into(), value, None));
        self
    }

    pub fn text(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        self.row(key, html! { (value) })
    }

    /// A row with a link such as 「変更する」; the key is read after the link's word.
    pub fn row_with(mut self, key: impl Into<String>, value: Markup, link: Link) -> Self {
        self.rows.push((key.into(), value, Some(link)));
        self
    }

    pub fn render(&self) -> Markup {
        html! {
            dl class="summary" {
                @for (key, value, link) in &self.rows {
                    div class="summary-row" {
                        dt { (say(key)) }
                        dd { (value) }
                        @if let Some(link) = link {
                            dd class="summary-action" {
                                a href=(safe_href(&link.href)) { (say(&link.label)) span class="hidden-text" { "（" (say(key)) "）" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One thing among several, with one link.
#[derive(Clone, Debug)]
pub struct Card {
    title: String,
    href: Option<String>,
    text: Option<String>,
    meta: Option<Markup>,
    tags: Vec<Tag>,
    lang: Option<&'static str>,
}

impl Card {
    pub fn new(title: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::plain(title) }
    }

    /// A card that leads nowhere.
    pub fn plain(title: impl Into<String>) -> Self {
        Self { title: title.into(), href: None, text: None, meta: None, tags: Vec::new(), lang: None }
    }

    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The language of the title, where it is not that of the page.
    pub fn lang(mut self, lang: Option<&'static str>) -> Self {
        self.lang = lang;
        self
    }

    /// A quiet line below, such as a date and a place.
    pub fn meta(mut self, meta: Markup) -> Self {
        self.meta = Some(meta);
        self
    }

    pub fn tag(mut self, tag: Tag) -> Self {
        self.tags.push(tag);
        self
    }

    fn render(&self, level: u8) -> Markup {
        let title = html! {
            @if let Some(href) = &self.href { a href=(safe_href(href)) lang=[self.lang] { (say(&self.title)) } } @else { span lang=[self.lang] { (say(&self.title)) } }
        };
        html! {
            li class="card" {
                @if level <= 2 { h2 class="card-title" { (title) } } @else { h3 class="card-title" { (title) } }
                @if !self.tags.is_empty() { p class="card-tags" { @for tag in &self.tags { (tag.render()) " " } } }
                @if let Some(text) = &self.text { p class="card-text" { (say(text)) } }
                @if let Some(meta) = &self.meta { div class="card-meta" { (meta) } }
            }
        }
    }
}

/// Cards side by side, or one below another with [`Cards::list`].
#[derive(Clone, Debug)]
pub struct Cards {
    cards: Vec<Card>,
    level: u8,
    list: bool,
}

impl Default for Cards {
    fn default() -> Self {
        Self { cards: Vec::new(), level: 3, list: false }
    }
}

impl Cards {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn card(mut self, card: Card) -> Self {
        self.cards.push(card);
        self
    }

    pub fn cards(mut self, cards: impl IntoIterator<Item = Card>) -> Self {
        self.cards.extend(cards);
        self
    }

    /// The level of the titles (2 or 3), so that headings do not skip a step.
    pub fn level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// One below another, with lines between: for news and search results.
    pub fn list(mut self) -> Self {
        self.list = true;
        self
    }

    pub fn render(&self) -> Markup {
        html! { ul class=(if self.list { "cards cards-list" } else { "cards" }) { @for card in &self.cards { (card.render(self.level)) } } }
    }
}

/// Nothing here yet: what it means, and what one can do.
#[derive(Clone, Debug)]
pub struct Empty {
    title: String,
    text: Option<String>,
    action: Option<Markup>,
}

impl Empty {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), text: None, action: None }
    }

    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    pub fn action(mut self, action: Markup) -> Self {
        self.action = Some(action);
        self
    }

    pub fn render(&self) -> Markup {
        html! {
            div class="empty" {
                p class="empty-title" { (say(&self.title)) }
                @if let Some(text) = &self.text { p { (say(text)) } }
                @if let Some(action) = &self.action { div class="buttons" { (action) } }
            }
        }
    }
}

/// Something most readers do not need, one press away.
pub fn details(summary: &str, body: Markup) -> Markup {
    html! { details class="more" { summary { (say(summary)) } div class="more-body" { (body) } } }
}
