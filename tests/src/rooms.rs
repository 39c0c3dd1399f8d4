//! The rooms of the house, as the binary joins them.

use ground::db::{Migration, Store};
use ground::room::Room;

/// Every room of the product. Naming them here also links their statements into this program.
pub const ROOMS: &[&Room] = machiya::rooms::ALL;

/// Every migration of the product.
pub fn migrations() -> Vec<Migration> {
    ground::house::migrations_of(ROOMS)
}

/// Which store a table lives in, read from the migrations.
pub fn store_of_tables(all: &[Migration]) -> std::collections::BTreeMap<String, (Store, &'static str)> {
    let mut tables = std::collections::BTreeMap::new();
    for migration in all {
        for statement in migration.statements(ground::db::Dialect::Sqlite) {
            if let Some(name) = created_table(&statement) {
                tables.insert(name, (migration.store, migration.room));
            }
        }
    }
    tables
}

/// The name in `create table x (…`, `create virtual table x using …` or `create view x as …`.
pub fn created_table(statement: &str) -> Option<String> {
    let mut words = statement.split_whitespace().map(str::to_lowercase);
    if words.next()? != "create" {
        return None;
    }
    let mut next = words.next()?;
    if next == "virtual" {
        next = words.next()?;
    }
    if next != "table" && next != "view" {
        return None;
    }
    let name = words.next()?;
    let name = name.split('(').next().unwrap_or_default();
    Some(name.to_owned())
}
