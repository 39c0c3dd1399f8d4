//! Taking a page back.

use garde::Validate;
use ground::action::Action;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{object_of, page_at};
use crate::model::{StaffPage, State};
use crate::{found, shelf, store};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct WithdrawPage {
    pub id: Id,
    pub rev: i64,
}

/// Takes a page out of everybody's sight. A page that only waits for its instant becomes a draft again.
pub const WITHDRAW_PAGE: Action<WithdrawPage, StaffPage> = Action::writes(
    "messages.withdraw_page",
    |tx, _, input: &WithdrawPage| object_of(tx, &input.id),
    |tx, cx, input| {
        let mut page = page_at(tx, &input.id, input.rev)?;
        let was_live = page.is_live();
        if !was_live && page.state != State::Scheduled {
            return Err(Fault::new(Kind::Conflict, "messages-not-public"));
        }
        page.state = if was_live { State::Withdrawn } else { State::Draft };
        page.publish_ms = 0;
        page.approved_by = String::new();
        page.bypass = false;
        page.live_rev = 0;
        page.review_due = false;
        store::put_page(tx, &page)?;
        store::remove_live(tx, &page.id)?;
        found::remove(tx, &page.id)?;
        let body =
            json!({"slug": page.slug, "rev": page.rev, "department": page.department, "was_live": was_live});
        tx.emit(cx, "messages.page_withdrawn", page.id.as_str(), body)?;
        shelf::forget(tx, cx);
        Ok(page)
    },
)
.emits(&["messages.page_withdrawn"]);
