//! Acting for others, as types: why somebody may, how far, and how it stands.

use ground::who::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why somebody may act for another person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// A parent, for a child.
    Parent,
    /// By law or by a court; the document was checked at the counter.
    Guardian,
    /// Whoever the person chose.
    Helper,
    /// Staff at the counter, for the person in front of them.
    Counter,
}

impl Relation {
    pub const ALL: [Relation; 4] =
        [Relation::Parent, Relation::Guardian, Relation::Helper, Relation::Counter];

    pub fn name(self) -> &'static str {
        match self {
            Relation::Parent => "parent",
            Relation::Guardian => "guardian",
            Relation::Helper => "helper",
            Relation::Counter => "counter",
        }
    }

    /// Whatever is not known may do the least: a helper.
    pub fn from_name(name: &str) -> Relation {
        Relation::ALL.into_iter().find(|relation| relation.name() == name).unwrap_or(Relation::Helper)
    }

    /// The word under which people read it.
    pub fn word(self) -> &'static str {
        match self {
            Relation::Parent => "people-relation-parent",
            Relation::Guardian => "people-relation-guardian",
            Relation::Helper => "people-relation-helper",
            Relation::Counter => "people-relation-counter",
        }
    }
}

/// How a mandate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Made at the counter; the one who is to act has not said yes yet.
    Offered,
    Active,
    Refused,
    Ended,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Standing::Offered => "offered",
            Standing::Active => "active",
            Standing::Refused => "refused",
            Standing::Ended => "ended",
        }
    }

    /// Whatever is not known to stand has ended.
    pub fn from_name(name: &str) -> Standing {
        [Standing::Offered, Standing::Active, Standing::Refused]
            .into_iter()
            .find(|standing| standing.name() == name)
            .unwrap_or(Standing::Ended)
    }
}

/// A set of scopes as it is kept: names between spaces, in one fixed order.
pub fn written(scopes: &[Scope]) -> String {
    let names = Scope::ALL.into_iter().filter(|one| scopes.contains(one)).map(Scope::name);
    names.collect::<Vec<_>>().join(" ")
}

/// What [`written`] wrote. A scope that this program does not know is left out.
pub fn read(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(Scope::from_name).collect()
}
