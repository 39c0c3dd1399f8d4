//! The verbs.

use ground::action::{Action, AnyAction};

use super::single::{Ask, Released, release};
use crate::actions::whole_city;

pub fn all() -> Vec<AnyAction> {
    vec![RELEASE.any()]
}

/// Attributes of one person, for a purpose. The record is its audit.
pub const RELEASE: Action<Ask, Released> =
    Action::writes("people.release", whole_city, |tx, cx, ask: &Ask| release(tx, cx, ask)).unaudited();
