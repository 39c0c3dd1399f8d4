//! The pages that every city begins with.

use ground::action::Action;
use ground::floor::actions::Nothing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SAVE_PAGE, SavePage, whole_city};
use crate::{content, store};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seeded {
    /// The pages that were not there yet.
    pub made: Vec<String>,
}

/// Lays out the standing pages (privacy, terms, accessibility, contact, about) as drafts. What is there stays.
pub const SEED_PAGES: Action<Nothing, Seeded> =
    Action::writes("messages.seed_pages", whole_city, |tx, cx, _| {
        let mut made = Vec::new();
        for page in content::standing()? {
            if store::id_of_slug(tx, &page.slug)?.is_some() {
                continue;
            }
            let input = SavePage {
                id: None,
                rev: 0,
                slug: page.slug.clone(),
                department: None,
                place: page.place,
                in_footer: page.in_footer,
                texts: page.texts,
                still_right: Vec::new(),
            };
            SAVE_PAGE.within(tx, cx, &input)?;
            made.push(page.slug);
        }
        Ok(Seeded { made })
    })
    .emits(&["messages.page_saved"]);
