//! SQL as functions over a transaction.

pub mod accounts;
pub mod departments;
pub mod districts;
pub mod imports;
pub mod residents;
pub mod sessions;
pub mod staff;

use ground::db::Row;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;

/// An id column where an empty text means none.
pub(crate) fn id_or_none(row: &Row<'_>, column: usize) -> Result<Option<Id>, Fault> {
    match row.get::<Option<String>>(column)? {
        Some(text) if !text.is_empty() => text.parse().map(Some).map_err(Fault::internal),
        _ => Ok(None),
    }
}

fn text_of(row: &Row<'_>, column: usize) -> Result<Text, Fault> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(Fault::internal)
}

pub(crate) fn written(text: &Text) -> Result<String, Fault> {
    serde_json::to_string(text).map_err(Fault::internal)
}
