//! SQL over the register, who answers for what, incidents and checks.

mod checks;
mod incidents;
mod register;

pub use checks::*;
pub use incidents::*;
pub use register::*;

use ground::db::Tx;
use ground::fault::Fault;

/// Everything that changes the security organisation waits for each other: there is one at a time who answers, numbers
/// grow, and of two steps of an incident the second sees the first.
pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/watch")
}
