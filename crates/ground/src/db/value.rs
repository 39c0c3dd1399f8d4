//! Values in and out of a statement, the same for both databases.

use std::error::Error;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::fault::Fault;
use crate::id::Id;

/// A value given to a statement. `?2` is the first that a caller gives; `?1` is the city and bound by `Tx`.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// `params![id, name, size]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Param::from($value)),*] };
}

macro_rules! from {
    ($($kind:ty => |$value:ident| $make:expr;)*) => {
        $(impl From<$kind> for Param { fn from($value: $kind) -> Param { $make } })*
    };
}

from! {
    i64 => |value| Param::Int(value);
    i32 => |value| Param::Int(value.into());
    u32 => |value| Param::Int(value.into());
    bool => |value| Param::Int(value.into());
    usize => |value| Param::Int(i64::try_from(value).unwrap_or(i64::MAX));
    f64 => |value| Param::Real(value);
    &str => |value| Param::Text(value.to_owned());
    String => |value| Param::Text(value);
    &String => |value| Param::Text(value.clone());
    &Id => |value| Param::Text(value.as_str().to_owned());
    Id => |value| Param::Text(value.into());
    Vec<u8> => |value| Param::Bytes(value);
    &[u8] => |value| Param::Bytes(value.to_vec());
    &serde_json::Value => |value| Param::Text(value.to_string());
}

impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Param {
        value.map_or(Param::Null, Into::into)
    }
}

impl Param {
    /// PostgreSQL cannot keep U+0000 in text, so neither database is given it.
    pub(super) fn check(&self) -> Result<(), Fault> {
        match self {
            Param::Text(text) if memchr::memchr(0, text.as_bytes()).is_some() => {
                Err(Fault::new(crate::fault::Kind::Invalid, "nul-character"))
            }
            _ => Ok(()),
        }
    }
}

impl rusqlite::ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(value) => ValueRef::Integer(*value),
            Param::Real(value) => ValueRef::Real(*value),
            Param::Text(value) => ValueRef::Text(value.as_bytes()),
            Param::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl ToSql for Param {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(value) if *ty == Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
            Param::Int(value) if *ty == Type::FLOAT8 => (*value as f64).to_sql(ty, out),
            Param::Int(value) if *ty == Type::INT8 => value.to_sql(ty, out),
            Param::Real(value) if *ty == Type::FLOAT8 => value.to_sql(ty, out),
            Param::Text(value) if *ty == Type::TEXT || *ty == Type::VARCHAR || *ty == Type::UNKNOWN => {
                value.as_str().to_sql(ty, out)
            }
            Param::Bytes(value) if *ty == Type::BYTEA => value.as_slice().to_sql(ty, out),
            other => Err(format!("{other:?} given where the statement takes {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// One answered row.
pub enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// The value of a column: `row.get::<String>(0)?`, `row.get::<Option<i64>>(1)?`.
    pub fn get<T: Column>(&self, column: usize) -> Result<T, Fault> {
        T::read(self, column)
    }
}

/// What can be read from a column.
pub trait Column: Sized {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, Fault>;
}

macro_rules! plain_column {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, Fault> {
                match row {
                    Row::Sqlite(row) => row.get(column).map_err(Fault::internal),
                    Row::Postgres(row) => row.try_get(column).map_err(Fault::internal),
                }
            }
        }
    )*};
}

plain_column!(i64, f64, String, Vec<u8>, Option<i64>, Option<f64>, Option<String>, Option<Vec<u8>>);

impl Column for bool {
    fn read(row: &Row<'_>, column: usize) -> Result<bool, Fault> {
        Ok(row.get::<i64>(column)? != 0)
    }
}

impl Column for Id {
    fn read(row: &Row<'_>, column: usize) -> Result<Id, Fault> {
        row.get::<String>(column)?.parse().map_err(Fault::internal)
    }
}

impl Column for Option<Id> {
    fn read(row: &Row<'_>, column: usize) -> Result<Option<Id>, Fault> {
        row.get::<Option<String>>(column)?.map(|text| text.parse().map_err(Fault::internal)).transpose()
    }
}

impl Column for serde_json::Value {
    fn read(row: &Row<'_>, column: usize) -> Result<serde_json::Value, Fault> {
        serde_json::from_str(&row.get::<String>(column)?).map_err(Fault::internal)
    }
}
