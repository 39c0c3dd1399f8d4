//! Making sure that a page is still right.

use garde::Validate;
use ground::action::Action;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{object_of, page_at};
use crate::model::StaffPage;
use crate::store;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ReviewPage {
    pub id: Id,
    pub rev: i64,
}

/// Somebody has read the public page and found nothing to change.
pub const REVIEW_PAGE: Action<ReviewPage, StaffPage> = Action::writes(
    "messages.review_page",
    |tx, _, input: &ReviewPage| object_of(tx, &input.id),
    |tx, cx, input| {
        let mut page = page_at(tx, &input.id, input.rev)?;
        if !page.is_live() {
            return Err(Fault::new(Kind::Conflict, "messages-not-public"));
        }
        page.reviewed_ms = cx.now_ms();
        page.review_due = false;
        store::put_page(tx, &page)?;
        tx.emit(cx, "messages.page_reviewed", page.id.as_str(), json!({"slug": page.slug, "rev": page.rev}))?;
        Ok(page)
    },
)
.emits(&["messages.page_reviewed"]);
