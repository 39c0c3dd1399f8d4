//! Tables that are made from others: left out of backups, and made again where a city arrives.

use crate::db::bulk::Stores;
use crate::db::{Store, Tx};
use crate::fault::Fault;

/// Tables that are derived from others. Virtual tables are left out by themselves.
pub const TABLES: &[&str] = &[];

/// What makes a derived table again from the rows beside it, in the same transaction.
pub struct Derived {
    pub store: Store,
    pub rebuild: fn(&mut Tx<'_>) -> Result<(), Fault>,
}

/// Every derived table of the house.
pub const ALL: &[Derived] = &[];

/// Makes all derived tables again.
pub fn rebuild(stores: &mut Stores) -> Result<(), Fault> {
    for derived in ALL {
        stores.with_tx(derived.store, derived.rebuild)?;
    }
    Ok(())
}
