//! The kit: every piece of a page, as plain functions and builders that return [`Markup`].
//!
//! A page is built from data that is already in the reader's language; words that belong to the kit itself come from the
//! [`Tongue`](crate::words::Tongue) handed to `render`. maud escapes every text; nothing here passes foreign text through unescaped.
//! No element carries an inline style or script, because the pages are served with `script-src 'self'; style-src 'self'`.
//! Everything works without JavaScript: `data-*` attributes are hooks for small enhancements in `ui/`.
//!
//! Short texts may carry readings in the notation `｜避難所《ひなんじょ》`; see [`say`].

mod banner;
mod button;
mod chart;
mod choice;
mod conflict;
mod content;
mod control;
mod dialog;
mod field;
mod form;
mod gallery;
mod hero;
mod icon;
mod navigation;
mod page;
mod progress;
mod shell;
mod staff;
mod table;
mod text;

#[cfg(test)]
mod tests;

pub use banner::{Banner, Emergency};
pub use button::{Button, ButtonKind, PostButton, buttons};
pub use chart::Chart;
pub use conflict::Conflict;
pub use content::{Card, Cards, Empty, SummaryList, Tag, Tone, details};
pub use dialog::Dialog;
pub use field::{Choice, Field, Width};
pub use form::{Form, Group};
pub use gallery::gallery;
pub use hero::Hero;
pub use icon::{Icon, icon};
pub use maud::{DOCTYPE, Markup, Render, html};
pub use navigation::{Link, Pagination, Steps, Tabs};
pub use page::{PageHead, Problem, error_page, offline};
pub use progress::{Progress, SearchBox};
pub use shell::{Account, Assets, Shell, TextSize};
pub use staff::NavGroup;
pub use table::{Col, Sort, Table};
pub use text::{decimal, encode, number, plain, ruby, safe_href, say, with_query};

/// The name of the hidden field that carries a form's one-time token.
pub const TOKEN_FIELD: &str = "_token";
