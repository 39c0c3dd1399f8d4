//! Whether an actor may use a purpose at all.

use ground::who::{Role, Who};

use crate::oauth;

/// What is known of the purpose that somebody wants to use.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    pub purpose: &'w str,
    /// Whether the recipient is the city itself or a part of it.
    pub within_city: bool,
    pub needs_consent: bool,
    /// Whether two people agreed that the program which asks may use it, for the recipient that the program is of.
    pub agreed: bool,
}

/// A program may use what was agreed with it and what its token was given for. Staff may use what the city does itself
/// or has a duty to do. The house's own rooms act for everybody.
pub fn may_use(who: &Who, wanted: &Wanted<'_>) -> bool {
    if who.client.is_some() {
        wanted.agreed && who.has_scope(&oauth::purpose_scope(wanted.purpose))
    } else if who.has(Role::System) {
        true
    } else {
        who.is_staff() && (wanted.within_city || !wanted.needs_consent)
    }
}
