//! The words of the house: Fluent files per room in Japanese, plain Japanese and English.
//!
//! Most lookups are plain sentences without arguments; they are formatted once at start, so that a page pays
//! a hash lookup for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The languages every page speaks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Lang {
    #[default]
    #[serde(rename = "ja")]
    Ja,
    #[serde(rename = "ja-x-easy")]
    JaEasy,
    #[serde(rename = "en")]
    En,
}

impl Lang {
    pub const ALL: [Lang; 3] = [Lang::Ja, Lang::JaEasy, Lang::En];

    pub fn code(self) -> &'static str {
        match self {
            Lang::Ja => "ja",
            Lang::JaEasy => "ja-x-easy",
            Lang::En => "en",
        }
    }

    pub fn from_code(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(code))
    }

    /// The best of our languages for an `Accept-Language` header; none if it names none of ours.
    pub fn from_accept_language(header: &str) -> Option<Lang> {
        let mut best: Option<(Lang, f32)> = None;
        for part in header.split(',').take(32) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or("").trim();
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()))
                .unwrap_or(1.0);
            let primary = tag.split('-').next().unwrap_or("");
            let lang = match Lang::from_code(tag) {
                Some(lang) => lang,
                None if primary.eq_ignore_ascii_case("ja") => Lang::Ja,
                None if primary.eq_ignore_ascii_case("en") => Lang::En,
                None => continue,
            };
            if weight > 0.0 && best.is_none_or(|(_, so_far)| weight > so_far) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

/// A room's word files, embedded in the binary.
#[derive(Clone, Copy)]
pub struct WordFiles {
    pub ja: &'static str,
    pub ja_easy: &'static str,
    pub en: &'static str,
}

impl WordFiles {
    pub fn of(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::JaEasy => self.ja_easy,
            Lang::En => self.en,
        }
    }
}

/// All words of all rooms in one language.
struct Dictionary {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
    plain: HashMap<String, String>,
}

/// All words of all rooms in all languages.
pub struct Words {
    dictionaries: [Arc<Dictionary>; 3],
}

impl Words {
    /// Reads the word files. Wrong Fluent syntax is a mistake in the source, found by a test; the error names it.
    pub fn read(files: &[WordFiles]) -> Result<Words, String> {
        let build = |lang: Lang| Dictionary::read(lang, files).map(Arc::new);
        Ok(Words { dictionaries: [build(Lang::Ja)?, build(Lang::JaEasy)?, build(Lang::En)?] })
    }

    pub fn tongue(&self, lang: Lang) -> Tongue {
        let [ja, ja_easy, en] = &self.dictionaries;
        let chosen = match lang {
            Lang::Ja => ja,
            Lang::JaEasy => ja_easy,
            Lang::En => en,
        };
        Tongue { dictionary: chosen.clone() }
    }

    /// Every word key of a language with its text as written: for the test that finds missing words.
    pub fn keys(source: &str) -> BTreeMap<String, ()> {
        source
            .lines()
            .filter(|line| !line.starts_with([' ', '#', '-', '}', '\t']))
            .filter_map(|line| line.split_once('='))
            .map(|(key, _)| (key.trim().to_owned(), ()))
            .collect()
    }
}

impl Dictionary {
    fn read(lang: Lang, files: &[WordFiles]) -> Result<Dictionary, String> {
        // Plural rules know no plain Japanese: it speaks as Japanese does.
        let locale = lang
            .code()
            .split("-x")
            .next()
            .unwrap_or("ja")
            .parse()
            .map_err(|fault| format!("{}: {fault:?}", lang.code()))?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks around arguments would end up in page titles, CSV files and mails.
        bundle.set_use_isolating(false);
        let mut keys = Vec::new();
        for file in files {
            let source = file.of(lang);
            keys.extend(Words::keys(source).into_keys());
            let resource = FluentResource::try_new(source.to_owned())
                .map_err(|(_, faults)| format!("{}: {faults:?}", lang.code()))?;
            bundle.add_resource(resource).map_err(|faults| format!("{}: {faults:?}", lang.code()))?;
        }
        let mut plain = HashMap::with_capacity(keys.len());
        for key in keys {
            let Some(pattern) = bundle.get_message(&key).and_then(|message| message.value()) else {
                continue;
            };
            let mut faults = Vec::new();
            let text = bundle.format_pattern(pattern, None, &mut faults).into_owned();
            if faults.is_empty() {
                plain.insert(key, text);
            }
        }
        Ok(Dictionary { lang, bundle, plain })
    }
}

/// One language, ready to speak. Cheap to clone.
#[derive(Clone)]
pub struct Tongue {
    dictionary: Arc<Dictionary>,
}

impl Tongue {
    pub fn lang(&self) -> Lang {
        self.dictionary.lang
    }

    /// A word without arguments. A missing one shows its key: a test finds it before a person does.
    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.dictionary.plain.get(key).map_or(key, String::as_str)
    }

    /// Whether there is such a word.
    pub fn knows(&self, key: &str) -> bool {
        self.dictionary.bundle.has_message(key)
    }

    /// A word with arguments: `t.tf("messages-seen-by", &[("count", "12")])`. Whole numbers are passed to Fluent as
    /// numbers, so that plurals work.
    pub fn tf(&self, key: &str, args: &[(&str, &str)]) -> String {
        if let Some(plain) = self.dictionary.plain.get(key) {
            return plain.clone();
        }
        let bundle = &self.dictionary.bundle;
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            match value.parse::<i64>() {
                Ok(number) if number.to_string() == *value => given.set(*name, number),
                _ => given.set(*name, FluentValue::from(*value)),
            }
        }
        bundle.format_pattern(pattern, Some(&given), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Words {
        let source = "hello = こんにちは\nseen = { $count } 人が見ました\n";
        Words::read(&[WordFiles { ja: source, ja_easy: source, en: "hello = Hello\nseen = { $count ->\n    [one] one person\n   *[other] { $count } people\n } saw it\n" }]).unwrap()
    }

    #[test]
    fn plain_words_and_arguments() {
        let words = words();
        assert_eq!(words.tongue(Lang::Ja).t("hello"), "こんにちは");
        assert_eq!(words.tongue(Lang::Ja).tf("seen", &[("count", "12")]), "12 人が見ました");
        assert_eq!(words.tongue(Lang::En).tf("seen", &[("count", "1")]), "one person saw it");
        assert_eq!(words.tongue(Lang::En).t("nothing-such"), "nothing-such");
    }

    #[test]
    fn the_browsers_wish_is_understood() {
        assert_eq!(Lang::from_accept_language("fr, en-GB;q=0.8, ja;q=0.5"), Some(Lang::En));
        assert_eq!(Lang::from_accept_language("ja-JP,ja;q=0.9,en;q=0.8"), Some(Lang::Ja));
        assert_eq!(Lang::from_accept_language("zh"), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_crash(header in "\\PC*") {
            let _ = Lang::from_accept_language(&header);
        }
    }
}
