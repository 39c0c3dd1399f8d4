//! What a page's form sent: names and values, and uploaded files.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::fault::{Fault, Kind};

/// Fields in one form at most.
const FIELDS_MAX: usize = 2_000;

/// An uploaded file, as sent.
#[derive(Clone, Debug)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub bytes: Bytes,
}

/// Fields in the order they came. A name may come more than once.
#[derive(Clone, Debug, Default)]
pub struct FormData {
    pairs: Vec<(String, String)>,
    pub uploads: Vec<Upload>,
}

impl FormData {
    /// Reads `a=1&b=2`.
    pub fn from_urlencoded(text: &str) -> Result<FormData, Fault> {
        let pairs: Vec<(String, String)> =
            serde_html_form::from_str(text).map_err(|fault| Fault::malformed().detail(fault))?;
        FormData::from_pairs(pairs)
    }

    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<FormData, Fault> {
        if pairs.len() > FIELDS_MAX {
            return Err(Fault::new(Kind::TooLarge, "too-many-fields").arg("limit", FIELDS_MAX));
        }
        Ok(FormData { pairs, uploads: Vec::new() })
    }

    /// The first value of a field, without white space around it; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == name)
    }

    pub fn upload(&self, name: &str) -> Option<&Upload> {
        self.uploads.iter().find(|upload| upload.field == name && !upload.bytes.is_empty())
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The fields as an action's input: text to numbers and choices as the type asks. Line ends become `\n`; names
    /// that begin with `_` belong to the page, not to the input.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let own: Vec<(&str, String)> = self
            .pairs
            .iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .map(|(name, value)| (name.as_str(), value.replace("\r\n", "\n")))
            .collect();
        let encoded = serde_html_form::to_string(&own).map_err(Fault::internal)?;
        let reader = serde_html_form::Deserializer::from_bytes(encoded.as_bytes());
        serde_path_to_error::deserialize(reader).map_err(|fault| {
            let path = fault.path().to_string();
            let said = fault.inner().to_string();
            match said.strip_prefix("missing field `") {
                Some(rest) => Fault::field(rest.trim_end_matches('`'), "field-required"),
                None => Fault::field(path, "field-unreadable").detail(said),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Sample {
        name: String,
        size: i64,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[test]
    fn fields_become_an_input() {
        let form =
            FormData::from_urlencoded("_token=x&name=%E9%81%BF%E9%9B%A3%E6%89%80&size=3&tags=a&tags=b")
                .unwrap();
        let expected = Sample { name: "避難所".into(), size: 3, tags: vec!["a".into(), "b".into()] };
        assert_eq!(form.read::<Sample>().unwrap(), expected);
        let missing = FormData::from_urlencoded("size=3").unwrap().read::<Sample>().unwrap_err();
        assert_eq!(missing.fields()[0].path, "name");
        let wrong = FormData::from_urlencoded("name=a&size=three").unwrap().read::<Sample>().unwrap_err();
        assert_eq!(wrong.fields()[0].path, "size");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(text in "\\PC*") {
            if let Ok(form) = FormData::from_urlencoded(&text) {
                let _ = form.read::<Sample>();
            }
        }
    }
}
