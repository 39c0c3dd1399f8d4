//! Lists come in pages with a cursor: the key of the last row seen, never an offset.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rows of a page when nobody says otherwise.
pub const PAGE_ROWS: i64 = 50;
/// Rows of a page at most; exports go through the pages.
pub const PAGE_ROWS_MAX: i64 = 500;

/// Which page of a list is wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The `next` of the page before; empty for the first page.
    #[garde(length(max = 200))]
    #[serde(default)]
    pub after: String,
    /// Rows wanted; 0 for the usual number.
    #[garde(range(min = 0, max = 500))]
    #[serde(default)]
    pub rows: i64,
}

impl Paging {
    pub fn after(&self) -> &str {
        &self.after
    }

    pub fn rows(&self) -> i64 {
        if self.rows == 0 { PAGE_ROWS } else { self.rows.clamp(1, PAGE_ROWS_MAX) }
    }

    pub fn from_query(query: &crate::form::FormData) -> Paging {
        Paging { after: query.get("after").chars().take(200).collect(), rows: 0 }
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct List<T> {
    pub rows: Vec<T>,
    /// Ask again with this as `paging.after` for what follows; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> List<T> {
    /// Cuts a list that was asked for with one row too many: that row says whether there is a next page.
    pub fn cut(mut rows: Vec<T>, wanted: i64, key: impl Fn(&T) -> String) -> List<T> {
        let wanted = usize::try_from(wanted).unwrap_or(0);
        let next = if rows.len() > wanted {
            rows.truncate(wanted);
            rows.last().map(key)
        } else {
            None
        };
        List { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_too_many_makes_the_next_page() {
        let list = List::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((list.rows, list.next), (vec![1, 2], Some("2".to_owned())));
        let last = List::cut(vec![1, 2], 2, ToString::to_string);
        assert_eq!(last.next, None);
    }
}
