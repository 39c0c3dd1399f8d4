//! `Id`: 26 characters, time-ordered, readable aloud (Crockford base 32). Knowing one is never a right by itself.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{26}$"))]
pub struct Id(String);

impl Id {
    /// Builds an id from an instant and 80 random bits. Only `Cx` and the clock of the house call this.
    pub fn from_parts(at_ms: i64, random: u128) -> Id {
        let time = u128::from(at_ms.max(0).unsigned_abs()) & 0xFFFF_FFFF_FFFF;
        let mut rest = (time << 80) | (random & ((1 << 80) - 1));
        let mut out = [0u8; LENGTH];
        for place in out.iter_mut().rev() {
            let digit = (rest & 31) as usize;
            *place = ALPHABET.get(digit).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        Id(String::from_utf8_lossy(&out).into_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was given is not an id.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id has 26 characters out of 0-9 and A-Z without I, L, O and U")
    }
}

impl std::error::Error for NotAnId {}

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Id, NotAnId> {
        let well_formed = text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
        if well_formed { Ok(Id(text.to_owned())) } else { Err(NotAnId) }
    }
}

impl TryFrom<String> for Id {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Id, NotAnId> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        assert!(Id::from_parts(1_000, u128::MAX) < Id::from_parts(1_001, 0));
    }

    proptest! {
        #[test]
        fn every_made_id_reads_back(at in 0i64..1 << 47, random in any::<u128>()) {
            let id = Id::from_parts(at, random);
            prop_assert_eq!(id.as_str().parse::<Id>(), Ok(id.clone()));
        }

        #[test]
        fn nonsense_is_refused_without_a_crash(text in "\\PC*") {
            let _ = text.parse::<Id>();
        }
    }
}
