//! What SQLite is told about its tables.
//!
//! Every table leads with the city, and a file holds one city: that column tells rows apart never. Left to itself, SQLite
//! takes a condition on the first column of an index for a good one, reads the whole table, and looks into the other side
//! of a join once for each row. It plans by what stands in its own table of statistics; there we write what is true of every
//! table alike, so that plans do not depend on when somebody counted what.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::sqlite::of_sqlite;
use crate::fault::Fault;

/// Rows of a table, as far as a plan is concerned; and of an index that holds a part of them.
const ROWS: f64 = 1_000_000.0;
const ROWS_OF_PART: f64 = 1_000.0;
/// Rows that are left when every column of an index that allows doubles is known.
const LEFT: f64 = 10.0;

struct Index {
    table: String,
    name: String,
    unique: bool,
    partial: bool,
    columns: u32,
    leads_with_city: bool,
}

/// Rows in all, then how many are left once the first column is known, the first two, and so on.
fn figures(index: &Index) -> String {
    let rows = if index.partial { ROWS_OF_PART } else { ROWS };
    let last = if index.unique { 1.0 } else { LEFT };
    let steps = f64::from(index.columns.saturating_sub(u32::from(index.leads_with_city)).max(1));
    let known = (0..index.columns).map(|column| {
        let known = f64::from(column + u32::from(!index.leads_with_city));
        (rows * (last / rows).powf(known / steps)).round().max(last)
    });
    let all: Vec<String> = std::iter::once(rows).chain(known).map(|rows| format!("{rows:.0}")).collect();
    all.join(" ")
}

fn indexes(connection: &Connection) -> Result<Vec<Index>, Fault> {
    let mut statement = connection
        .prepare(
            "select t.name, i.name, i.\"unique\", i.partial, count(*),
                    max(case when c.seqno = 0 and c.name = 'city' then 1 else 0 end)
             from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
             where t.type = 'table' and t.name not like 'sqlite_%' group by t.name, i.name",
        )
        .map_err(of_sqlite)?;
    let rows = statement
        .query_map([], |row| {
            Ok(Index {
                table: row.get(0)?,
                name: row.get(1)?,
                unique: row.get(2)?,
                partial: row.get(3)?,
                columns: row.get(4)?,
                leads_with_city: row.get(5)?,
            })
        })
        .map_err(of_sqlite)?;
    rows.collect::<Result<_, _>>().map_err(of_sqlite)
}

/// Writes it down, where it does not stand there yet.
pub(super) fn tell(connection: &mut Connection) -> Result<(), Fault> {
    let wanted: BTreeSet<(String, String, String)> = indexes(connection)?
        .into_iter()
        .map(|index| {
            let figures = figures(&index);
            (index.table, index.name, figures)
        })
        .collect();
    // Makes the table of statistics, if there is none.
    connection.execute_batch("analyze sqlite_schema").map_err(of_sqlite)?;
    let stands = {
        let mut statement = connection
            .prepare("select tbl, coalesce(idx, ''), coalesce(stat, '') from sqlite_stat1")
            .map_err(of_sqlite)?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(of_sqlite)?;
        rows.collect::<Result<BTreeSet<(String, String, String)>, _>>().map_err(of_sqlite)?
    };
    if stands == wanted {
        return Ok(());
    }
    let transaction = connection.transaction().map_err(of_sqlite)?;
    transaction.execute("delete from sqlite_stat1", []).map_err(of_sqlite)?;
    for row in wanted {
        transaction
            .execute("insert into sqlite_stat1 (tbl, idx, stat) values (?1, ?2, ?3)", row)
            .map_err(of_sqlite)?;
    }
    transaction.commit().map_err(of_sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(connection: &Connection, sql: &str) -> String {
        let mut statement = connection.prepare(&format!("explain query plan {sql}")).unwrap();
        let rows = statement.query_map(["a", "[]"], |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn rows_named_in_a_list_are_looked_up_instead_of_reading_the_table() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "create table thing (city text not null, id text not null, place integer not null, primary key (city, id)) without rowid;
                 create index thing_open on thing (city, id) where place = 0;",
            )
            .unwrap();
        let sql = "select t.id from (select json_extract(value, '$.id') as id from json_each(?2)) r
                   join thing t on t.id = r.id where t.city = ?1";
        assert!(plan(&connection, sql).starts_with("SEARCH t"), "{}", plan(&connection, sql));
        tell(&mut connection).unwrap();
        // What was written is read when the schema is.
        connection.execute_batch("analyze sqlite_schema").unwrap();
        let told = plan(&connection, sql);
        assert!(told.starts_with("SCAN json_each"), "{told}");
        assert!(told.contains("(city=? AND id=?)"), "{told}");
        // A second time changes nothing.
        let before = connection.total_changes();
        tell(&mut connection).unwrap();
        assert_eq!(connection.total_changes(), before);
    }

    #[test]
    fn a_city_tells_no_rows_apart_and_a_whole_key_all() {
        let index = |columns, unique, partial, leads_with_city| {
            figures(&Index {
                table: String::new(),
                name: String::new(),
                unique,
                partial,
                columns,
                leads_with_city,
            })
        };
        assert_eq!(index(3, true, false, true), "1000000 1000000 1000 1");
        assert_eq!(index(2, false, true, true), "1000 1000 10");
        assert_eq!(index(1, false, false, true), "1000000 1000000");
        assert_eq!(index(2, true, false, false), "1000000 1000 1");
    }
}
