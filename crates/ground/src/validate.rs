//! From bytes to a checked input, with faults that name the field.

use std::borrow::Cow;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind, with_i18n};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::action::Input;
use crate::fault::{Fault, Kind};

/// Nesting deeper than this is refused before it is built.
const DEPTH_MAX: usize = 32;

pub fn read<T: DeserializeOwned>(input: Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(input).map_err(|fault| of_json(&fault))
}

pub fn read_bytes<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"{}" } else { body };
    let text = std::str::from_utf8(body)
        .map_err(|fault| Fault::new(Kind::Malformed, "not-utf8").arg("at", fault.valid_up_to()))?;
    check_depth(text)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|fault| of_json(&fault))?;
    reader.end().map_err(|fault| broken_json(&fault))?;
    Ok(value)
}

fn check_depth(text: &str) -> Result<(), Fault> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(Fault::new(Kind::Malformed, "too-deep").arg("limit", DEPTH_MAX));
                }
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

fn of_json(fault: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    let path = fault.path().to_string();
    let inner = fault.inner();
    let said = inner.to_string();
    if inner.is_syntax() || inner.is_eof() {
        return broken_json(inner);
    }
    let quoted = || said.split('`').nth(1).unwrap_or_default().to_owned();
    let within = |name: &str| match path.as_str() {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if said.starts_with("missing field") {
        return Fault::field(within(&quoted()), "field-required");
    }
    if said.starts_with("unknown field") {
        return Fault::field(within(&quoted()), "field-unknown");
    }
    if said.starts_with("unknown variant") {
        let choices = said.split_once("expected ").map_or("", |(_, choices)| choices);
        let choices = choices.trim_start_matches("one of ").replace('`', "");
        let choices = choices.split(" at line").next().unwrap_or_default().to_owned();
        return Fault::invalid().and_field(path, "field-choice", &[("choices", &choices)]);
    }
    if said.starts_with("invalid type") {
        let wanted = said.split_once("expected ").map_or("", |(_, wanted)| wanted);
        let wanted = wanted.split(" at line").next().unwrap_or_default();
        return Fault::invalid().and_field(path, "field-type", &[("wanted", wanted)]);
    }
    Fault::field(path, "field-unreadable").detail(said)
}

fn broken_json(fault: &serde_json::Error) -> Fault {
    Fault::new(Kind::Malformed, "not-json").arg("line", fault.line()).arg("column", fault.column())
}

/// Checks the rules that an input's type declares.
pub fn check<In: Input>(input: &In) -> Result<(), Fault> {
    let Err(report) = with_i18n(Keys, || input.validate()) else { return Ok(()) };
    let mut fault = Fault::invalid();
    for (path, error) in report.iter() {
        let said = error.message();
        let mut pieces = said.split('|');
        let word = pieces.next().unwrap_or("field-unreadable");
        let args: Vec<(&str, &str)> = pieces.filter_map(|piece| piece.split_once('=')).collect();
        fault = fault.and_field(path.to_string(), word, &args);
    }
    Err(fault)
}

/// A rule of our own says its word key: `Err(rule("field-not-a-slug", &[]))`.
pub fn rule(word: &str, args: &[(&str, &str)]) -> garde::Error {
    let mut said = word.to_owned();
    for (name, value) in args {
        said.push_str(&format!("|{name}={}", value.replace('|', " ")));
    }
    garde::Error::new(said)
}

/// garde's own rules, said as word keys with arguments.
struct Keys;

fn key(text: String) -> Cow<'static, str> {
    Cow::Owned(text)
}

impl I18n for Keys {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        if min == 1 { Cow::Borrowed("field-required") } else { key(format!("field-too-short|min={min}")) }
    }
    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        key(format!("field-too-long|max={max}"))
    }
    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        key(format!("field-too-small|min={min}"))
    }
    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        key(format!("field-too-big|max={max}"))
    }
    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        Cow::Borrowed("field-unreadable")
    }
    fn pattern_no_match(&self, _: &dyn Display) -> Cow<'static, str> {
        Cow::Borrowed("field-pattern")
    }
    fn contains_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        Cow::Borrowed("field-pattern")
    }
    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        Cow::Borrowed("field-url")
    }
    fn prefix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        Cow::Borrowed("field-pattern")
    }
    fn suffix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        Cow::Borrowed("field-pattern")
    }
    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        Cow::Borrowed("field-phone")
    }
    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        Cow::Borrowed("field-unreadable")
    }
    fn matches_field_mismatch(&self, _: &dyn Display) -> Cow<'static, str> {
        Cow::Borrowed("field-not-the-same")
    }
    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        Cow::Borrowed("field-email")
    }
    fn ascii_invalid(&self) -> Cow<'static, str> {
        Cow::Borrowed("field-ascii")
    }
    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        Cow::Borrowed("field-ascii")
    }
    fn required_not_set(&self) -> Cow<'static, str> {
        Cow::Borrowed("field-required")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use garde::Validate;
    use proptest::prelude::*;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[garde(length(chars, min = 1, max = 3))]
        name: String,
        #[garde(range(max = 9))]
        #[serde(default)]
        size: i64,
    }

    fn first(body: &str) -> (String, String) {
        let fault = read_bytes::<Sample>(body.as_bytes()).and_then(|sample| check(&sample)).unwrap_err();
        let field = fault.fields().first().map(|field| field.path.clone()).unwrap_or_default();
        let word = fault.fields().first().map_or_else(|| fault.code().to_owned(), |field| field.word.clone());
        (field, word)
    }

    #[test]
    fn faults_name_the_field() {
        let of = |field: &str, word: &str| (field.to_owned(), word.to_owned());
        assert_eq!(first("{}"), of("name", "field-required"));
        assert_eq!(first(r#"{"name":""}"#), of("name", "field-required"));
        assert_eq!(first(r#"{"name":"abcd"}"#), of("name", "field-too-long"));
        assert_eq!(first(r#"{"name":"a","size":10}"#), of("size", "field-too-big"));
        assert_eq!(first(r#"{"name":7}"#), of("name", "field-type"));
        assert_eq!(first(r#"{"name":"a","colour":1}"#), of("colour", "field-unknown"));
        assert_eq!(first(r#"{"name":"#), of("", "not-json"));
        assert_eq!(first(&"[".repeat(100)), of("", "too-deep"));
        assert_eq!(first(r#"{"name":"a"} x"#), of("", "not-json"));
    }

    #[test]
    fn invalid_utf8_is_refused_with_its_place() {
        assert_eq!(read_bytes::<Sample>(b"{\"name\":\"\xff\"}").unwrap_err().code(), "not-utf8");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_crash(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_bytes::<Sample>(&body);
        }

        #[test]
        fn any_json_is_read_without_a_crash(text in "[\\[\\]{}\",:a-z0-9\\\\ ]{0,200}") {
            let _ = read_bytes::<Sample>(text.as_bytes());
        }
    }
}
