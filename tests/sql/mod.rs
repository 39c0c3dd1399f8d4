//! Every statement of the house: prepared on both databases, tied to its city, free of the known traps.

mod city;
mod prepare;
mod tables;
mod traps;

use ground::db::{Dialect, Sql, every_statement};
use sqlparser::ast::{Expr, Ident, ObjectName, ObjectNamePart, Statement, Value};
use sqlparser::dialect::{PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

/// All statements of the product and of these tests, in the order of their places; a generic function's statement once.
fn statements() -> Vec<&'static Sql> {
    // Referring to the rooms links them, and with them their statements, into this program.
    assert!(!tests::rooms::ROOMS.is_empty());
    let mut all: Vec<&'static Sql> = every_statement().collect();
    all.sort_by_key(|sql| (sql.file, sql.line, sql.text));
    all.dedup_by_key(|sql| (sql.file, sql.line, sql.text));
    assert!(all.len() > 20, "statements are registered: {}", all.len());
    all
}

fn place(sql: &Sql) -> String {
    format!("{}:{}", sql.file, sql.line)
}

/// Reads a statement as one database would.
fn parse(text: &str, dialect: Dialect) -> Result<Statement, String> {
    let expanded = ground::db::expand(text, dialect);
    let parsed = match dialect {
        Dialect::Sqlite => Parser::parse_sql(&SQLiteDialect {}, &expanded),
        Dialect::Postgres => {
            // The numbers are kept as `?1`, which this parser reads as `$1`.
            Parser::parse_sql(&PostgreSqlDialect {}, &numbered(&expanded))
        }
    };
    let mut all = parsed.map_err(|fault| fault.to_string())?;
    match (all.pop(), all.is_empty()) {
        (Some(one), true) => Ok(one),
        _ => Err("one statement at a time".to_owned()),
    }
}

fn numbered(text: &str) -> String {
    text.split('\'')
        .enumerate()
        .map(|(nth, piece)| if nth % 2 == 0 { piece.replace('?', "$") } else { format!("'{piece}'") })
        .collect()
}

const BOTH: [Dialect; 2] = [Dialect::Sqlite, Dialect::Postgres];

/// The number of a parameter: 1 for `?1` and `$1`.
fn parameter(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Nested(inner) => parameter(inner),
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => name.trim_start_matches(['?', '$']).parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The last part of a name, in lower case.
fn last(name: &ObjectName) -> String {
    match name.0.last() {
        Some(ObjectNamePart::Identifier(Ident { value, .. })) => value.to_lowercase(),
        _ => name.to_string(),
    }
}
