//! Whether an actor may use a purpose at all.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Role;

use super::clients;

/// What is known of the purpose that somebody wants to use.
pub struct Wanted<'w> {
    pub purpose: &'w str,
    /// To whom the purpose gives.
    pub recipient: &'w Id,
    /// Whether the recipient is the city itself or a part of it.
    pub within_city: bool,
    pub needs_consent: bool,
}

/// A program may use what was agreed with it: its recipient's purposes, and of those the ones it was registered for.
/// Staff may use what the city does itself or has a duty to do. The house's own rooms act for everybody.
pub fn may_use(tx: &mut Tx<'_>, cx: &Cx, wanted: &Wanted<'_>) -> Result<bool, Fault> {
    let who = cx.who();
    if who.client.is_some() {
        return clients::has_agreed(tx, who, wanted.purpose, wanted.recipient);
    }
    Ok(if who.has(Role::System) {
        true
    } else if who.is_staff() {
        wanted.within_city || !wanted.needs_consent
    } else {
        false
    })
}
