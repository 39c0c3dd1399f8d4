//! What a page is, as staff and as everybody see it.

use ground::id::Id;
use ground::text::Text;
use ground::validate::rule;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use ground::fault::Fault;

/// The pages that every city has: the set-up list asks for them, and the foot of every page leads to them.
pub const STANDING: [&str; 5] = ["about", "contact", "privacy", "terms", "accessibility"];

pub const TITLE_CHARS_MAX: usize = 120;
pub const BODY_CHARS_MAX: usize = 30_000;

/// Where the revision that staff work on stands. What everybody reads is told by `live_rev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Saved, and nobody has let it out yet.
    Draft,
    /// Approved, and goes out by itself at an instant.
    Scheduled,
    Published,
    Withdrawn,
}

impl State {
    pub const ALL: [State; 4] = [State::Draft, State::Scheduled, State::Published, State::Withdrawn];

    pub fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Scheduled => "scheduled",
            State::Published => "published",
            State::Withdrawn => "withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    pub(crate) fn read(name: &str) -> Result<State, Fault> {
        State::from_name(name).ok_or_else(|| Fault::internal(format!("there is no state {name}")))
    }
}

/// Title and body in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageText {
    #[serde(default)]
    pub title: String,
    /// Markdown: headings, paragraphs, lists, tables, bold, links to own paths, https, mailto and tel.
    #[serde(default)]
    pub body: String,
}

/// The name of a page in its address.
pub fn is_slug(slug: &str, (): &()) -> garde::Result {
    let letters = slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if letters && !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--") {
        Ok(())
    } else {
        Err(rule("field-page-slug", &[]))
    }
}

/// A page as staff work on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaffPage {
    pub id: Id,
    pub slug: String,
    pub title: Text,
    pub body: Text,
    /// The department that answers for it; absent for the whole city.
    pub department: Option<Id>,
    pub state: State,
    /// When it goes out, while it is scheduled; otherwise 0.
    pub publish_ms: i64,
    /// Lower numbers come first in lists and at the foot of pages.
    pub place: i64,
    pub in_footer: bool,
    pub rev: i64,
    /// Who saved this revision: an account, or "operator" or "system".
    pub saved_by: String,
    pub saved_ms: i64,
    /// Who let out or scheduled this revision; empty while nobody has.
    pub approved_by: String,
    /// Whether the one who approved had written it, which only administrators can.
    pub bypass: bool,
    /// The revision that everybody reads; 0 when the page is not public.
    pub live_rev: i64,
    /// When it was first public; 0 before. From then on its address stays.
    pub first_live_ms: i64,
    /// When somebody last made sure that it is still right.
    pub reviewed_ms: i64,
    pub review_due: bool,
}

impl StaffPage {
    pub fn is_live(&self) -> bool {
        self.live_rev > 0
    }

    /// Whether what staff see differs from what everybody reads.
    pub fn has_changes(&self) -> bool {
        self.is_live() && self.live_rev != self.rev
    }

    /// The languages that are missing or older than the Japanese.
    pub fn translations_due(&self) -> Vec<Lang> {
        crate::rules::translations_due(&self.title, &self.body)
    }

    pub fn texts(&self) -> BTreeMap<Lang, PageText> {
        let said =
            |text: &Text, lang: Lang| text.0.get(&lang).map_or_else(String::new, |said| said.text.clone());
        Lang::ALL
            .into_iter()
            .map(|lang| (lang, PageText { title: said(&self.title, lang), body: said(&self.body, lang) }))
            .filter(|(_, text)| *text != PageText::default())
            .collect()
    }
}

/// A line of the staff's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaffPageRow {
    pub id: Id,
    pub slug: String,
    pub title: Text,
    pub department: Option<Id>,
    pub state: State,
    pub publish_ms: i64,
    pub rev: i64,
    pub live_rev: i64,
    pub saved_by: String,
    pub saved_ms: i64,
    pub review_due: bool,
    /// Languages whose public version is missing or older than the Japanese.
    pub translations_due: Vec<Lang>,
}

/// A saved revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageVersion {
    pub rev: i64,
    pub slug: String,
    pub title: Text,
    pub body: Text,
    pub department: Option<Id>,
    pub place: i64,
    pub in_footer: bool,
    pub saved_by: String,
    pub saved_ms: i64,
    /// The revision whose text was brought back; 0 for a new text.
    pub restored_from: i64,
    /// When this revision went out; 0 if it never did.
    pub published_ms: i64,
    pub published_by: String,
    /// Published by the one who wrote it.
    pub bypass: bool,
}

/// A page as everybody reads it, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicPage {
    pub id: Id,
    pub slug: String,
    /// The language of title and body: the one asked for, or Japanese where nobody has translated.
    pub lang: Lang,
    pub title: String,
    /// Markdown.
    pub body: String,
    /// The languages in which it can be read.
    pub languages: Vec<Lang>,
    /// Whether the Japanese has changed since this translation was made.
    pub is_older: bool,
    pub department: Option<Id>,
    pub rev: i64,
    pub updated_ms: i64,
}

/// A line of the public list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicPageRow {
    pub id: Id,
    pub slug: String,
    pub title: Text,
    pub department: Option<Id>,
    pub place: i64,
    pub in_footer: bool,
    pub updated_ms: i64,
}
