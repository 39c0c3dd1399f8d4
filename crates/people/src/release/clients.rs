//! What was agreed with a program of another organisation.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;

/// Whether this client acts for this recipient and is registered for this purpose.
pub fn has_agreed(_: &mut Tx<'_>, _: &Id, _: &str, _: &Id) -> Result<bool, Fault> {
    Ok(false)
}
