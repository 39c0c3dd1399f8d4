//! What was agreed with a program of another organisation.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Who;

use crate::oauth;

/// Whether the client acts for this recipient, is registered for this purpose, and came with a token given for it.
pub fn has_agreed(tx: &mut Tx<'_>, who: &Who, purpose: &str, recipient: &Id) -> Result<bool, Fault> {
    let Some(client) = &who.client else { return Ok(false) };
    Ok(oauth::may_use(tx, who, purpose)? && oauth::recipient(tx, client)?.as_ref() == Some(recipient))
}
