//! `machiya.toml`: read into flat names with the line each stands on.

use toml::de::{DeTable, DeValue};

/// One `name = value` of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    /// `None` when the value is of a kind that no setting takes (a date, a fraction).
    pub text: Option<String>,
    pub line: usize,
}

/// What makes the file unreadable as TOML, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    pub line: usize,
    pub said: String,
}

/// All entries, in the order of their names; tables become dotted names.
pub fn entries(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let table = DeTable::parse(source).map_err(|fault| Unreadable {
        line: fault.span().map_or(1, |span| line_of(source, span.start)),
        said: fault.message().to_owned(),
    })?;
    let mut out = Vec::new();
    flatten(source, "", table.get_ref(), &mut out);
    Ok(out)
}

fn flatten(source: &str, prefix: &str, table: &DeTable<'_>, out: &mut Vec<Entry>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(source, &format!("{name}."), inner, out),
            value => out.push(Entry { name, text: text(value), line: line_of(source, key.span().start) }),
        }
    }
}

fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Boolean(on) => Some(on.to_string()),
        DeValue::Array(list) => {
            let parts: Option<Vec<String>> = list.iter().map(|part| text(part.get_ref())).collect();
            parts.map(|parts| parts.join(", "))
        }
        _ => None,
    }
}

fn line_of(source: &str, at: usize) -> usize {
    source.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_flat_and_lines_are_counted() {
        let source = "# town\nlisten = \"0.0.0.0:80\"\n\n[limits]\nrequests = 1_000\ntrusted = [\"::1\", \"10.0.0.0/8\"]\n\nwhen = 1979-05-27\n";
        let found = entries(source).unwrap();
        let of = |name: &str| found.iter().find(|entry| entry.name == name).unwrap();
        assert_eq!((of("listen").text.as_deref(), of("listen").line), (Some("0.0.0.0:80"), 2));
        assert_eq!((of("limits.requests").text.as_deref(), of("limits.requests").line), (Some("1000"), 5));
        assert_eq!(of("limits.trusted").text.as_deref(), Some("::1, 10.0.0.0/8"));
        assert_eq!((of("limits.when").text.as_deref(), of("limits.when").line), (None, 8));
    }

    #[test]
    fn broken_toml_is_refused_with_its_line() {
        assert_eq!(entries("a = 1\nb = \n").unwrap_err().line, 2);
        assert_eq!(entries("a = 1\na = 2\n").unwrap_err().line, 2);
    }

    proptest! {
        #[test]
        fn any_file_is_read_without_a_crash(source in "[a-z\\[\\]=\".\\n#0-9 ']{0,120}") {
            if let Err(broken) = entries(&source) {
                prop_assert!(broken.line >= 1 && broken.line <= source.lines().count() + 1);
            }
        }

        #[test]
        fn a_text_comes_back_as_it_was_written(text in "[a-zA-Z0-9 /:@.-]{0,40}", before in 0usize..6) {
            let source = format!("{}name = \"{text}\"\n", "\n".repeat(before));
            let found = entries(&source).unwrap();
            prop_assert_eq!(found, vec![Entry { name: "name".into(), text: Some(text), line: before + 1 }]);
        }
    }
}
