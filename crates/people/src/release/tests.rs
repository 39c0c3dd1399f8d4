//! The rules of release, tried from all sides.

use proptest::prelude::*;

use super::values::{age, age_band};

fn day(text: &str) -> jiff::civil::Date {
    text.parse().unwrap()
}

#[test]
fn years_are_counted_from_birthday_to_birthday() {
    assert_eq!(age("2000-04-02", day("2026-04-01")), Some(25));
    assert_eq!(age("2000-04-01", day("2026-04-01")), Some(26));
    assert_eq!(age("2026-04-02", day("2026-04-01")), None);
    assert_eq!(age_band("1920-01-01", day("2026-04-01")).as_deref(), Some("100-"));
    assert_eq!(age_band("1987-01-01", day("2026-04-01")).as_deref(), Some("30-39"));
}

proptest! {
    #[test]
    fn a_birth_date_that_is_none_has_no_age(text in "\\PC{0,12}") {
        let today = day("2026-04-01");
        prop_assert_eq!(age(&text, today).is_some(), age_band(&text, today).is_some());
    }
}
