//! SQL of policies, deputies, teams and requests.

pub mod admins;
pub mod deputies;
pub mod policies;
pub mod teams;

use ground::db::Row;
use ground::fault::Fault;
use ground::id::Id;

fn id_or_none(row: &Row<'_>, column: usize) -> Result<Option<Id>, Fault> {
    match row.get::<Option<String>>(column)? {
        Some(text) if !text.is_empty() => text.parse().map(Some).map_err(Fault::internal),
        _ => Ok(None),
    }
}
