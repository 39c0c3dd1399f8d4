//! The keys that sign, as staff see them.

use garde::Validate;
use ground::action::Action;
use ground::list::List;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::{Nothing, whole_city};
use crate::oauth::keys::ROTATE;
use crate::oauth::store::keys::{self, Key};

/// The keys that others may meet.
pub const KEYS: Action<Nothing, List<Key>> = Action::reads("people.keys", whole_city, |tx, cx, _| {
    Ok(List { rows: keys::shown(tx, cx.now_ms())?, next: None })
});

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct RotateKeys {
    /// The keys of now are not to be trusted any more: new ones sign at once, and the old ones are shown no longer.
    #[serde(default)]
    pub at_once: bool,
}

/// Asks for new keys: shown from now on, and signing after a day; or at once.
pub const ROTATE_KEYS: Action<RotateKeys, Nothing> =
    Action::writes("people.rotate_keys", whole_city, |tx, cx, input: &RotateKeys| {
        tx.enqueue(cx, ROTATE, None, &json!({"asked": true, "at_once": input.at_once}))?;
        tx.emit(cx, "people.keys_rotated", "", json!({"at_once": input.at_once}))?;
        Ok(Nothing {})
    })
    .emits(&["people.keys_rotated"]);
