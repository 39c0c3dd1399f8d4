//! The fields of a profile, and the choices that some of them have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A field that people may fill in, and that staff may mark as checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    Name,
    Kana,
    Birth,
    Postal,
    Address,
    Phone,
    Langs,
    Interests,
    Wishes,
    /// The language of pages and letters.
    Lang,
}

impl ProfileField {
    pub const ALL: [ProfileField; 10] = [
        ProfileField::Name,
        ProfileField::Kana,
        ProfileField::Birth,
        ProfileField::Postal,
        ProfileField::Address,
        ProfileField::Phone,
        ProfileField::Langs,
        ProfileField::Interests,
        ProfileField::Wishes,
        ProfileField::Lang,
    ];

    /// What a document can show.
    pub const CHECKABLE: [ProfileField; 4] =
        [ProfileField::Name, ProfileField::Kana, ProfileField::Birth, ProfileField::Address];

    pub fn name(self) -> &'static str {
        match self {
            ProfileField::Name => "name",
            ProfileField::Kana => "kana",
            ProfileField::Birth => "birth",
            ProfileField::Postal => "postal",
            ProfileField::Address => "address",
            ProfileField::Phone => "phone",
            ProfileField::Langs => "langs",
            ProfileField::Interests => "interests",
            ProfileField::Wishes => "wishes",
            ProfileField::Lang => "lang",
        }
    }

    pub fn from_name(name: &str) -> Option<ProfileField> {
        ProfileField::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The word for its label; `<word>-why` says why it is asked.
    pub fn word(self) -> String {
        format!("people-field-{}", self.name())
    }
}

/// Fields as they are kept: names between spaces, in one fixed order.
pub fn written(fields: &[ProfileField]) -> String {
    let names = ProfileField::ALL.into_iter().filter(|one| fields.contains(one)).map(ProfileField::name);
    names.collect::<Vec<_>>().join(" ")
}

pub fn read(text: &str) -> Vec<ProfileField> {
    text.split(' ').filter_map(ProfileField::from_name).collect()
}

/// Languages that somebody may read, by their code (BCP 47). Each has the word `people-lang-<code>`.
pub const LANGS: [&str; 12] = ["ja", "ja-easy", "en", "zh", "ko", "vi", "tl", "pt", "es", "ne", "id", "jsl"];

/// What somebody wants to hear of. Each has the word `people-interest-<code>`.
pub const INTERESTS: [&str; 12] = [
    "children",
    "school",
    "health",
    "senior",
    "welfare",
    "disaster",
    "environment",
    "culture",
    "sports",
    "work",
    "tourism",
    "community",
];

/// What helps somebody. Each has the word `people-wish-<code>`.
pub const WISHES: [&str; 10] = [
    "large-print",
    "voice",
    "sign-language",
    "writing",
    "wheelchair",
    "hearing-loop",
    "easy-japanese",
    "interpreter",
    "assistance-dog",
    "quiet",
];

/// The known ones of what was ticked, once each, in one fixed order.
pub fn known(ticked: &[String], all: &[&'static str]) -> Vec<&'static str> {
    all.iter().copied().filter(|code| ticked.iter().any(|one| one == code)).collect()
}
