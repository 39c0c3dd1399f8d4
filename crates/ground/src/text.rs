//! `Text`: what staff write in several languages.
//!
//! Each language says whether a person wrote it, a machine did, or a person checked the machine's, and of which
//! revision of the original it is a translation, so that out-of-date translations can be listed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::Lang;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextState {
    Written,
    Machine,
    Checked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Version {
    pub text: String,
    pub state: TextState,
    /// The revision of the Japanese text that this says the same as.
    pub of_rev: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Text(pub BTreeMap<Lang, Version>);

impl Text {
    /// A text written by hand in Japanese.
    pub fn ja(text: impl Into<String>) -> Text {
        Text::default().with(Lang::Ja, text, TextState::Written, 1)
    }

    #[must_use]
    pub fn with(mut self, lang: Lang, text: impl Into<String>, state: TextState, of_rev: i64) -> Text {
        self.0.insert(lang, Version { text: text.into(), state, of_rev });
        self
    }

    /// The text for a reader and the language it is really in: plain Japanese and English fall back to Japanese.
    pub fn read(&self, wanted: Lang) -> (&str, Lang) {
        for lang in [wanted, Lang::Ja, Lang::JaEasy, Lang::En] {
            if let Some(version) = self.0.get(&lang)
                && !version.text.is_empty()
            {
                return (&version.text, lang);
            }
        }
        ("", wanted)
    }

    /// The languages whose version is missing or says the same as an older revision.
    pub fn out_of_date(&self, rev: i64) -> Vec<Lang> {
        Lang::ALL
            .into_iter()
            .filter(|lang| {
                self.0.get(lang).is_none_or(|version| version.of_rev < rev || version.text.is_empty())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_japanese_where_nothing_else_is_written() {
        let text = Text::ja("避難所");
        assert_eq!(text.read(Lang::En), ("避難所", Lang::Ja));
        let text = text.with(Lang::En, "Shelter", TextState::Checked, 1);
        assert_eq!(text.read(Lang::En), ("Shelter", Lang::En));
        assert_eq!(text.out_of_date(2), vec![Lang::Ja, Lang::JaEasy, Lang::En]);
        assert_eq!(text.out_of_date(1), vec![Lang::JaEasy]);
    }
}
