//! Letting a page out, now or at an instant.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{object_of, page_at};
use crate::model::{StaffPage, State};
use crate::{after, found, rules, shelf, store};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct PublishPage {
    pub id: Id,
    /// The revision that was read and approved.
    pub rev: i64,
    /// When it goes out; absent for now.
    #[serde(default)]
    pub at_ms: Option<i64>,
    /// An administrator lets out what the same administrator wrote. It is recorded.
    #[serde(default)]
    pub bypass: bool,
}

/// Lets a revision out. Whoever saved it does not approve it.
pub const PUBLISH_PAGE: Action<PublishPage, StaffPage> = Action::writes(
    "messages.publish_page",
    |tx, _, input: &PublishPage| object_of(tx, &input.id),
    |tx, cx, input| {
        let mut page = page_at(tx, &input.id, input.rev)?;
        if page.live_rev == page.rev {
            return Err(Fault::new(Kind::Conflict, "messages-already-public"));
        }
        page.bypass = rules::may_let_out(cx.who(), &page.saved_by, input.bypass)?;
        page.approved_by = cx.who().written();
        match input.at_ms {
            None => let_out(tx, cx, &mut page)?,
            Some(at_ms) => {
                rules::check_instant(at_ms, cx.now_ms())?;
                page.state = State::Scheduled;
                page.publish_ms = at_ms;
                store::put_page(tx, &page)?;
                after::schedule(tx, cx, &page)?;
                let body = json!({"slug": page.slug, "rev": page.rev, "at_ms": at_ms, "bypass": page.bypass});
                tx.emit(cx, "messages.page_scheduled", page.id.as_str(), body)?;
            }
        }
        Ok(page)
    },
)
.emits(&["messages.page_published", "messages.page_scheduled"]);

/// Makes the revision public, finds it for the search, and says so.
pub(crate) fn let_out(tx: &mut Tx<'_>, cx: &Cx, page: &mut StaffPage) -> Result<(), Fault> {
    page.state = State::Published;
    page.publish_ms = 0;
    page.live_rev = page.rev;
    page.reviewed_ms = cx.now_ms();
    page.review_due = false;
    if page.first_live_ms == 0 {
        page.first_live_ms = cx.now_ms();
    }
    store::put_page(tx, page)?;
    store::put_live(tx, page, cx.now_ms())?;
    let told = found::Told {
        page: &page.id,
        slug: &page.slug,
        title: &page.title,
        body: &page.body,
        department: page.department.as_ref(),
        live_ms: cx.now_ms(),
    };
    found::put(tx, &told)?;
    let body = json!({
        "slug": page.slug, "rev": page.rev, "department": page.department, "by": page.approved_by,
        "bypass": page.bypass,
    });
    tx.emit(cx, "messages.page_published", page.id.as_str(), body)?;
    shelf::forget(tx, cx);
    Ok(())
}
