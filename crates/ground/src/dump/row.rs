//! A row as a line of JSON, and the digests that tell whether two tables hold the same.
//!
//! Text is a JSON text, a number a JSON number. A floating-point number is written as text, because JSON knows neither
//! all of them nor how exactly they are read; bytes are written as Base64.

use std::fmt;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use crate::db::Param;
use crate::db::bulk::{Holds, Table};
use crate::fault::Fault;

/// Writes a row behind what `out` holds, with the line's end.
pub fn write(table: &Table, row: &[Param], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut before = b'[';
    for (field, value) in table.fields.iter().zip(row) {
        out.push(before);
        before = b',';
        match (field.holds, value) {
            (_, Param::Null) => out.extend_from_slice(b"null"),
            (Holds::Text, Param::Text(text)) => {
                serde_json::to_writer(&mut *out, text).map_err(Fault::internal)?
            }
            (Holds::Int, Param::Int(value)) => write!(out, "{value}").map_err(Fault::internal)?,
            // SQLite does not keep the sign of zero, so nobody does.
            (Holds::Real, Param::Real(value)) => {
                write!(out, "\"{:?}\"", value + 0.0).map_err(Fault::internal)?
            }
            (Holds::Bytes, Param::Bytes(bytes)) => {
                out.push(b'"');
                out.extend_from_slice(BASE64.encode(bytes).as_bytes());
                out.push(b'"');
            }
            _ => {
                let what = format!("{}.{} holds another kind of value", table.name, field.name);
                return Err(Fault::internal(what));
            }
        }
    }
    if before == b'[' {
        out.push(b'[');
    }
    out.extend_from_slice(b"]\n");
    Ok(())
}

/// Reads a row; `None` when the line is not a row of this table.
pub fn read(table: &Table, line: &[u8]) -> Option<Vec<Param>> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let row = Row(table).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(row)
}

struct Row<'t>(&'t Table);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = Vec<Param>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Vec<Param>, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = Vec<Param>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row of {}", self.0.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Vec<Param>, A::Error> {
        let mut row = Vec::with_capacity(self.0.fields.len());
        for field in &self.0.fields {
            let value = match field.holds {
                Holds::Int => values.next_element::<Option<i64>>()?.map(Param::from),
                Holds::Text => values.next_element::<Option<String>>()?.map(Param::from),
                Holds::Real => match values.next_element::<Option<String>>()? {
                    Some(Some(text)) => Some(Param::Real(text.parse().map_err(A::Error::custom)?)),
                    other => other.map(|_| Param::Null),
                },
                Holds::Bytes => match values.next_element::<Option<String>>()? {
                    Some(Some(text)) => Some(Param::Bytes(BASE64.decode(text).map_err(A::Error::custom)?)),
                    other => other.map(|_| Param::Null),
                },
            };
            row.push(value.ok_or_else(|| A::Error::custom("a value is missing"))?);
        }
        match values.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(row),
            Some(_) => Err(A::Error::custom("a value too many")),
        }
    }
}

/// What a table holds, whatever order its rows lie in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: u64,
    sum: [u64; 4],
}

impl Tally {
    /// Adds one row, as `write` wrote it.
    pub fn add(&mut self, line: &[u8]) {
        self.rows += 1;
        let digest = digest(&SHA256, line);
        for (place, part) in self.sum.iter_mut().zip(digest.as_ref().chunks_exact(8)) {
            let part = part.try_into().map_or(0, u64::from_be_bytes);
            *place = place.wrapping_add(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Store;
    use crate::db::bulk::Field;
    use proptest::prelude::*;

    pub(crate) fn table() -> Table {
        let field = |name: &str, holds| Field { name: name.to_owned(), holds, grows: false };
        Table {
            name: "test_thing".to_owned(),
            store: Store::City,
            fields: vec![
                field("a", Holds::Text),
                field("b", Holds::Int),
                field("c", Holds::Real),
                field("d", Holds::Bytes),
            ],
        }
    }

    fn any_row() -> impl Strategy<Value = Vec<Param>> {
        let text = prop_oneof![Just(Param::Null), any::<String>().prop_map(Param::Text)];
        let int = prop_oneof![Just(Param::Null), any::<i64>().prop_map(Param::Int)];
        let real = prop_oneof![
            Just(Param::Null),
            any::<f64>()
                .prop_filter("zero has no sign", |value| value.to_bits() != (-0.0f64).to_bits())
                .prop_map(Param::Real)
        ];
        let bytes = prop_oneof![Just(Param::Null), any::<Vec<u8>>().prop_map(Param::Bytes)];
        (text, int, real, bytes).prop_map(|(a, b, c, d)| vec![a, b, c, d])
    }

    #[test]
    fn the_line_is_what_the_documentation_says() {
        let row = [Param::from("a\n\"b\""), Param::Null, Param::from(0.1), Param::from(&[255u8, 0][..])];
        let mut line = Vec::new();
        write(&table(), &row, &mut line).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), "[\"a\\n\\\"b\\\"\",null,\"0.1\",\"/wA=\"]\n");
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        let row = [Param::from(1), Param::Null, Param::Null, Param::Null];
        assert!(write(&table(), &row, &mut Vec::new()).is_err());
        for line in [
            "[1,1,null,null]",
            "[null,\"1\",null,null]",
            "[null,1,\"x\",null]",
            "[null,1,null,\"?\"]",
            "[null,1,null]",
            "[null,1,null,null,null]",
            "[null,1,null,null] []",
            "{}",
            "",
        ] {
            assert_eq!(read(&table(), line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn tables_with_the_same_rows_in_another_order_tally_the_same() {
        let tally = |lines: &[&str]| {
            let mut tally = Tally::default();
            lines.iter().for_each(|line| tally.add(line.as_bytes()));
            tally
        };
        assert_eq!(tally(&["a", "b", "c"]), tally(&["c", "a", "b"]));
        assert_ne!(tally(&["a", "b"]), tally(&["a", "c"]));
        assert_ne!(tally(&["a", "a", "b"]), tally(&["a", "b", "b"]));
        assert_ne!(tally(&["a"]), tally(&["a", "a"]));
    }

    proptest! {
        #[test]
        fn any_row_survives(row in any_row()) {
            let mut line = Vec::new();
            write(&table(), &row, &mut line).unwrap();
            prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let back = read(&table(), &line).unwrap();
            for (before, after) in row.iter().zip(&back) {
                match (before, after) {
                    (Param::Real(before), Param::Real(after)) if before.is_nan() => prop_assert!(after.is_nan()),
                    (Param::Real(before), Param::Real(after)) => prop_assert_eq!(before.to_bits(), after.to_bits()),
                    _ => prop_assert_eq!(before, after),
                }
            }
        }

        #[test]
        fn any_line_is_read_without_a_crash(line in any::<Vec<u8>>()) {
            let _ = read(&table(), &line);
        }
    }
}
