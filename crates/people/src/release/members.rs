//! Who was in a use of many people. A row per person and use would be ten times the data itself: so the numbers of
//! people are kept as sets of bits, 1,024 to a row. "Who used my data" reads the rows of one's own part and looks at
//! one bit of each; a use of a whole city of 250,000 is 245 rows.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use ring::digest::{Context, SHA256};

/// Numbers of people in one row.
const PART_PEOPLE: i64 = 1_024;
const PART_BYTES: usize = 128;

/// The row a person's bit stands in.
pub fn part_of(person_no: i64) -> i64 {
    person_no.div_euclid(PART_PEOPLE)
}

fn place_of(person_no: i64) -> (usize, u8) {
    let at = usize::try_from(person_no.rem_euclid(PART_PEOPLE)).unwrap_or(0);
    (at / 8, 1u8 << (at % 8))
}

/// Whether this person's bit stands in a row of their part.
pub fn has(bits: &[u8], person_no: i64) -> bool {
    let (byte, bit) = place_of(person_no);
    bits.get(byte).is_some_and(|found| found & bit != 0)
}

/// A set of people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members {
    parts: BTreeMap<i64, Vec<u8>>,
}

impl Members {
    pub fn insert(&mut self, person_no: i64) {
        let bits = self.parts.entry(part_of(person_no)).or_default();
        let (byte, bit) = place_of(person_no);
        if bits.len() <= byte {
            // No longer than it must be: nothing follows the last bit.
            bits.resize((byte + 1).min(PART_BYTES), 0);
        }
        if let Some(place) = bits.get_mut(byte) {
            *place |= bit;
        }
    }

    pub fn count(&self) -> i64 {
        self.parts.values().flatten().map(|byte| i64::from(byte.count_ones())).sum()
    }

    /// The digest over all of them.
    pub fn digest(&self, salt: &str) -> String {
        let mut context = Context::new(&SHA256);
        context.update(salt.as_bytes());
        for (part, bits) in &self.parts {
            context.update(&part.to_be_bytes());
            context.update(&bits.len().to_be_bytes());
            context.update(bits);
        }
        BASE64.encode(context.finish())
    }

    pub fn write(&self, tx: &mut Tx<'_>, access: &Id) -> Result<(), Fault> {
        for (part, bits) in &self.parts {
            tx.put(
                sql!("insert into people_access_member (city, part, access, bits) values (?1, ?2, ?3, ?4)"),
                params![*part, access, bits.clone()],
            )?;
        }
        Ok(())
    }

    pub fn read(tx: &mut Tx<'_>, access: &Id) -> Result<Members, Fault> {
        let mut members = Members::default();
        tx.each(
            sql!("select m.part, m.bits from people_access_member m where m.city = ?1 and m.access = ?2"),
            params![access],
            |row| {
                members.parts.insert(row.get(0)?, row.get(1)?);
                Ok(())
            },
        )?;
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn exactly_those_put_in_are_in(numbers in proptest::collection::btree_set(1i64..5_000, 0..200), other in 1i64..5_000) {
            let mut members = Members::default();
            numbers.iter().for_each(|number| members.insert(*number));
            prop_assert_eq!(members.count(), i64::try_from(numbers.len()).unwrap());
            let known = members.parts.get(&part_of(other)).is_some_and(|bits| has(bits, other));
            prop_assert_eq!(known, numbers.contains(&other));
            prop_assert!(members.parts.values().all(|bits| bits.len() <= PART_BYTES && bits.last() != Some(&0)));
        }

        #[test]
        fn another_set_or_another_salt_is_another_digest(
            one in proptest::collection::btree_set(1i64..3_000, 0..20),
            two in proptest::collection::btree_set(1i64..3_000, 0..20),
        ) {
            let made = |numbers: &BTreeSet<i64>| {
                let mut members = Members::default();
                numbers.iter().for_each(|number| members.insert(*number));
                members
            };
            prop_assert_eq!(made(&one).digest("a") == made(&two).digest("a"), one == two);
            prop_assert_ne!(made(&one).digest("a"), made(&one).digest("b"));
        }
    }
}
