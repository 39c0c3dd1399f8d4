//! Tables that are made from others: left out of backups, and made again where a city arrives.

use crate::db::bulk::Stores;
use crate::db::{Store, Tx};
use crate::fault::Fault;
use crate::{params, search, sql};

/// A derived table, and what makes it again from the rows beside it.
pub struct Derived {
    pub table: &'static str,
    pub store: Store,
    /// Clears what is there of the city and makes it anew, in the transaction that brought the rows.
    pub rebuild: fn(&mut Tx<'_>) -> Result<(), Fault>,
}

/// Every derived table of the house. Virtual tables are left out by themselves, but stand here to be made again.
pub const ALL: &[Derived] =
    &[Derived { table: "ground_search_words", store: Store::City, rebuild: search_words }];

/// Their names, for whoever lists tables.
pub const TABLES: &[&str] = &["ground_search_words"];

/// Makes all derived tables again.
pub fn rebuild(stores: &mut Stores) -> Result<(), Fault> {
    for derived in ALL {
        stores.with_tx(derived.store, derived.rebuild)?;
    }
    Ok(())
}

fn search_words(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.put(sql!("delete from ground_search_words where city = ?1"), params![])?;
    let mut after = Some(0);
    while let Some(from) = after {
        after = search::rebuild(tx, from)?;
    }
    Ok(())
}
