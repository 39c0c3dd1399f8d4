//! Bringing back an earlier text.

use garde::Validate;
use ground::action::Action;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::save::keep;
use super::{object_of, page_at};
use crate::model::{StaffPage, State};
use crate::store;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct RestorePageVersion {
    pub id: Id,
    /// The revision that stands now.
    pub rev: i64,
    /// The revision whose title and body come back, as a new revision.
    pub version: i64,
}

pub const RESTORE_PAGE_VERSION: Action<RestorePageVersion, StaffPage> = Action::writes(
    "messages.restore_page_version",
    |tx, _, input: &RestorePageVersion| object_of(tx, &input.id),
    |tx, cx, input| {
        let now = page_at(tx, &input.id, input.rev)?;
        let old = store::versions(tx, &input.id, input.version.saturating_add(1), 1)?;
        let old = old.into_iter().find(|old| old.rev == input.version).ok_or_else(Fault::missing)?;
        let rev = now.rev + 1;
        let page = StaffPage {
            title: moved(old.title, &now.title, rev),
            body: moved(old.body, &now.body, rev),
            state: State::Draft,
            publish_ms: 0,
            rev,
            saved_by: cx.who().written(),
            saved_ms: cx.now_ms(),
            approved_by: String::new(),
            bypass: false,
            ..now
        };
        keep(tx, cx, &page, input.version)?;
        Ok(page)
    },
)
.emits(&["messages.page_saved"]);

/// An old text as a new revision: translations that fitted the old Japanese fit it again.
fn moved(mut old: Text, now: &Text, rev: i64) -> Text {
    use ground::words::Lang::Ja;
    let old_ja = old.0.get(&Ja).map(|ja| (ja.text.clone(), ja.of_rev));
    let Some((text, old_rev)) = old_ja else { return old };
    let ja_rev = now.0.get(&Ja).filter(|ja| ja.text == text).map_or(rev, |ja| ja.of_rev);
    for version in old.0.values_mut() {
        version.of_rev = if version.of_rev >= old_rev { ja_rev } else { version.of_rev.min(ja_rev - 1) };
    }
    old
}
