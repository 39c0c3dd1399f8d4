//! The attributes of a person that a purpose may name. Whoever wants one gets it by release, or not at all.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    Name,
    Kana,
    Birth,
    /// Only the decade of life: for whom an exact birth date would be too much.
    AgeBand,
    Postal,
    Address,
    /// The block (町字) of the address.
    Block,
    District,
    /// Latitude and longitude of the home.
    Place,
    Household,
    Mail,
    Phone,
    Languages,
    Interests,
    /// What helps the person: large print, sign language, a wheelchair.
    Wishes,
    /// How sure the city is of who the person is.
    Level,
}

impl Attribute {
    pub const ALL: [Attribute; 16] = [
        Attribute::Name,
        Attribute::Kana,
        Attribute::Birth,
        Attribute::AgeBand,
        Attribute::Postal,
        Attribute::Address,
        Attribute::Block,
        Attribute::District,
        Attribute::Place,
        Attribute::Household,
        Attribute::Mail,
        Attribute::Phone,
        Attribute::Languages,
        Attribute::Interests,
        Attribute::Wishes,
        Attribute::Level,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Attribute::Name => "name",
            Attribute::Kana => "kana",
            Attribute::Birth => "birth",
            Attribute::AgeBand => "age_band",
            Attribute::Postal => "postal",
            Attribute::Address => "address",
            Attribute::Block => "block",
            Attribute::District => "district",
            Attribute::Place => "place",
            Attribute::Household => "household",
            Attribute::Mail => "mail",
            Attribute::Phone => "phone",
            Attribute::Languages => "languages",
            Attribute::Interests => "interests",
            Attribute::Wishes => "wishes",
            Attribute::Level => "level",
        }
    }

    pub fn from_name(name: &str) -> Option<Attribute> {
        Attribute::ALL.into_iter().find(|attribute| attribute.name() == name)
    }

    /// The word under which people read it.
    pub fn word(self) -> String {
        format!("people-attribute-{}", self.name().replace('_', "-"))
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of attributes as it is kept: names between spaces, in one fixed order.
pub fn written(attributes: &[Attribute]) -> String {
    let names = Attribute::ALL.into_iter().filter(|one| attributes.contains(one)).map(Attribute::name);
    names.collect::<Vec<_>>().join(" ")
}

/// What [`written`] wrote. A name that this program does not know is left out: nobody gets what nobody can name.
pub fn read(text: &str) -> Vec<Attribute> {
    text.split(' ').filter_map(Attribute::from_name).collect()
}
