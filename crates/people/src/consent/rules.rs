//! Decisions about purposes, without a store.

use std::collections::BTreeMap;

use garde::Validate;
use ground::fault::Fault;
use ground::text::{Text, TextState};
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Basis, DataClass};
use super::store::Told;
use crate::attribute::Attribute;
use crate::model::tidy;

pub const NAME_CHARS_MAX: usize = 40;
pub const WHAT_FOR_CHARS_MAX: usize = 200;
pub const EXPLAINED_CHARS_MAX: usize = 3_000;
/// Ten years: a yes that is older than that is nobody's wish any more.
pub const CONSENT_DAYS_MAX: i64 = 3_650;
pub const KEPT_DAYS_MAX: i64 = 36_500;

/// What is written of a purpose in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
#[garde(allow_unvalidated)]
pub struct Words {
    pub name: String,
    /// One sentence: what it is for.
    pub what_for: String,
    /// All that residents want to know before they decide.
    pub explained: String,
}

impl Words {
    fn fields(&self) -> [(&'static str, &str, usize); 3] {
        [
            ("name", &self.name, NAME_CHARS_MAX),
            ("what_for", &self.what_for, WHAT_FOR_CHARS_MAX),
            ("explained", &self.explained, EXPLAINED_CHARS_MAX),
        ]
    }
}

/// Attributes that say who somebody is. What the law calls pseudonymous or anonymous holds none of them.
pub fn identifies(attribute: Attribute) -> bool {
    matches!(
        attribute,
        Attribute::Name
            | Attribute::Kana
            | Attribute::Address
            | Attribute::Place
            | Attribute::Mail
            | Attribute::Phone
    )
}

/// A draft may be unfinished, but nothing in it is too long, and the Japanese has a name.
pub fn check_draft(words: &BTreeMap<Lang, Words>) -> Result<(), Fault> {
    check_words(words, false)
}

/// Before it is proposed, it is whole in three languages.
pub fn check_whole(told: &Told) -> Result<(), Fault> {
    let words = Lang::ALL.map(|lang| (lang, words_of(told, lang))).into_iter().collect();
    check_words(&words, true)
}

fn check_words(words: &BTreeMap<Lang, Words>, whole: bool) -> Result<(), Fault> {
    let mut fault = Fault::invalid();
    for lang in Lang::ALL {
        let none = Words::default();
        for (field, said, chars_max) in words.get(&lang).unwrap_or(&none).fields() {
            let path = format!("words.{}.{field}", lang.code());
            let wanted = whole || lang == Lang::Ja && field == "name";
            if wanted && said.trim().is_empty() {
                fault = fault.and_field(path, "field-required", &[]);
            } else if said.chars().count() > chars_max {
                fault = fault.and_field(path, "field-too-long", &[("max", &chars_max.to_string())]);
            }
        }
    }
    if fault.fields().is_empty() { Ok(()) } else { Err(fault) }
}

/// What goes out, on what ground, in what class.
pub fn check_facts(
    attributes: &[Attribute],
    class: DataClass,
    basis: Basis,
    basis_law: &str,
) -> Result<(), Fault> {
    let mut fault = Fault::invalid();
    if attributes.is_empty() {
        fault = fault.and_field("attributes", "field-required", &[]);
    }
    let unnamed = matches!(class, DataClass::Pseudonymous | DataClass::Anonymous);
    if unnamed && attributes.iter().copied().any(identifies) {
        fault = fault.and_field("data_class", "field-people-class-identifies", &[]);
    }
    if basis == Basis::Law && basis_law.trim().is_empty() {
        fault = fault.and_field("basis_law", "field-people-basis-law", &[]);
    }
    if fault.fields().is_empty() { Ok(()) } else { Err(fault) }
}

/// Whether a new version takes no more than the one before: then people need not be asked again. The name and what it
/// is for must be the same in Japanese; the long explanation may be put better.
pub fn takes_no_more(old: &Told, new: &Told) -> bool {
    let same = |one: &Text, other: &Text| one.read(Lang::Ja).0 == other.read(Lang::Ja).0;
    new.attributes.iter().all(|attribute| old.attributes.contains(attribute))
        && new.recipient == old.recipient
        && new.kept_days <= old.kept_days
        && new.data_class == old.data_class
        && new.sharing == old.sharing
        && new.legal_basis == old.legal_basis
        && (old.consent_days == 0 || new.consent_days != 0 && new.consent_days <= old.consent_days)
        && same(&new.name, &old.name)
        && same(&new.what_for, &old.what_for)
}

/// The written text of one language, empty where nobody wrote any.
pub fn words_of(told: &Told, lang: Lang) -> Words {
    let of = |text: &Text| crate::model::exactly(text, lang).to_owned();
    Words { name: of(&told.name), what_for: of(&told.what_for), explained: of(&told.explained) }
}

/// One of the three texts in all its languages, as it is kept. A version never changes, so all say the same revision.
pub fn text_of(words: &BTreeMap<Lang, Words>, pick: impl Fn(&Words) -> &str, one_line: bool) -> Text {
    let written = words.iter().map(|(lang, words)| {
        let said = pick(words);
        (*lang, if one_line { tidy(said) } else { said.replace("\r\n", "\n").trim().to_owned() })
    });
    written
        .filter(|(_, said)| !said.is_empty())
        .fold(Text::default(), |text, (lang, said)| text.with(lang, said, TextState::Written, 1))
}

/// The code of a purpose: lower case, digits, hyphens.
pub fn is_purpose_code(code: &str) -> bool {
    crate::rules::is_slug(code)
}

#[cfg(test)]
mod tests {
    use super::super::model::{RecipientKind, Sharing};
    use super::*;
    use proptest::prelude::*;

    fn told() -> Told {
        Told {
            code: "library".into(),
            version: 1,
            name: Text::ja("図書館"),
            what_for: Text::ja("本を貸すため"),
            explained: Text::ja("くわしく"),
            attributes: vec![Attribute::Name, Attribute::Mail],
            data_class: DataClass::Personal,
            sharing: Sharing::Inside,
            legal_basis: Basis::Consent,
            basis_law: String::new(),
            kept_days: 365,
            consent_days: 730,
            recipient: ground::id::Id::from_parts(1, 1),
            recipient_code: "library".into(),
            recipient_name: Text::ja("図書館"),
            recipient_kind: RecipientKind::City,
            recipient_contact: String::new(),
        }
    }

    #[test]
    fn less_is_less_and_anything_else_asks_again() {
        let old = told();
        assert!(takes_no_more(&old, &Told { attributes: vec![Attribute::Name], kept_days: 30, ..told() }));
        assert!(takes_no_more(&old, &Told { explained: Text::ja("もっとくわしく"), ..told() }));
        for more in [
            Told { attributes: vec![Attribute::Name, Attribute::Mail, Attribute::Phone], ..told() },
            Told { kept_days: 366, ..told() },
            Told { consent_days: 0, ..told() },
            Told { consent_days: 731, ..told() },
            Told { sharing: Sharing::ThirdParty, ..told() },
            Told { data_class: DataClass::Related, ..told() },
            Told { legal_basis: Basis::Law, ..told() },
            Told { recipient: ground::id::Id::from_parts(2, 2), ..told() },
            Told { what_for: Text::ja("広告のため"), ..told() },
        ] {
            assert!(!takes_no_more(&old, &more), "{more:?}");
        }
    }

    #[test]
    fn a_law_is_named_and_a_class_keeps_its_word() {
        let check = |attributes: &[Attribute], class, basis, law| check_facts(attributes, class, basis, law);
        assert!(check(&[Attribute::Birth], DataClass::Pseudonymous, Basis::Consent, "").is_ok());
        assert!(check(&[Attribute::Name], DataClass::Pseudonymous, Basis::Consent, "").is_err());
        assert!(check(&[Attribute::Name], DataClass::Personal, Basis::Law, " ").is_err());
        assert!(check(&[], DataClass::Personal, Basis::Consent, "").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_a_crash(name in "\\PC{0,60}", more in "\\PC{0,60}") {
            let words = Words { name: name.clone(), what_for: more.clone(), explained: more };
            let all: BTreeMap<Lang, Words> = Lang::ALL.into_iter().map(|lang| (lang, words.clone())).collect();
            let text = text_of(&all, |words| &words.name, true);
            prop_assert!(!text.read(Lang::Ja).0.contains('\n'));
            let _ = check_draft(&all);
            let _ = is_purpose_code(&name);
        }

        #[test]
        fn whatever_is_taken_away_takes_no_more(kept in 0i64..=365, days in 1i64..=730, drop in 0usize..2) {
            let mut less = Told { kept_days: kept, consent_days: days, ..told() };
            less.attributes.remove(drop);
            prop_assert!(takes_no_more(&told(), &less));
            prop_assert!(!takes_no_more(&less, &told()));
        }
    }
}
