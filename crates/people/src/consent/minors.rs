//! Children: below an age that the city sets, a parent or guardian says yes. A child may always say no.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::{params, sql};
use jiff::civil::Date;

/// Where a city has set no age. Guidance of the national commission speaks of "up to twelve to fifteen years".
pub const YEARS_USUAL: i64 = 16;

/// Relations that may say yes for a child.
const PARENTS: [&str; 2] = ["parent", "guardian"];

/// The age that holds on a day.
pub fn years_on(tx: &mut Tx<'_>, day: &str) -> Result<i64, Fault> {
    let set = tx.opt(
        sql!(
            "select value from people_rule where city = ?1 and code = 'consent_age' and valid_from <= ?2
             order by valid_from desc limit 1"
        ),
        params![day],
        |row| row.get::<i64>(0),
    )?;
    Ok(set.unwrap_or(YEARS_USUAL))
}

/// Whole years lived on a day; none when there is no such birth date. Those born on 29 February are a year older on
/// 1 March of other years.
pub fn age_on(birth: &str, day: Date) -> Option<i64> {
    let birth: Date = birth.parse().ok()?;
    let years = i64::from(day.year()) - i64::from(birth.year());
    let had = (day.month(), day.day()) >= (birth.month(), birth.day());
    Some(if had { years } else { years - 1 })
}

pub fn is_child(tx: &mut Tx<'_>, cx: &Cx, person_no: i64) -> Result<bool, Fault> {
    let birth = tx.opt(
        sql!(
            "select r.birth from people_account a join people_resident r on r.city = ?1 and r.account = a.id
             where a.city = ?1 and a.person_no = ?2"
        ),
        params![person_no],
        |row| row.get::<String>(0),
    )?;
    let today = cx.now().date();
    match birth.as_deref().and_then(|birth| age_on(birth, today)) {
        Some(age) => Ok(age < years_on(tx, &today.to_string())?),
        None => Ok(false),
    }
}

/// Whether whoever speaks may say yes for this person.
pub fn may_say_yes(tx: &mut Tx<'_>, cx: &Cx, person_no: i64) -> Result<(), Fault> {
    if !is_child(tx, cx, person_no)? {
        return Ok(());
    }
    let relation = match &cx.who().acting {
        Some(acting) => tx.opt(
            sql!("select relation from people_mandate where city = ?1 and id = ?2"),
            params![&acting.mandate],
            |row| row.get::<String>(0),
        )?,
        None => None,
    };
    if relation.is_some_and(|relation| PARENTS.contains(&relation.as_str())) {
        Ok(())
    } else {
        Err(Fault::new(Kind::Refused, "people-consent-minor"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_birthday_counts_from_its_morning() {
        let on = |day: &str| age_on("2010-04-02", day.parse().unwrap());
        assert_eq!((on("2026-04-01"), on("2026-04-02")), (Some(15), Some(16)));
        assert_eq!(age_on("2008-02-29", "2026-02-28".parse().unwrap()), Some(17));
        assert_eq!(age_on("", "2026-02-28".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn any_text_has_an_age_or_none(text in "\\PC{0,12}") {
            let _ = age_on(&text, "2026-04-01".parse().unwrap());
        }
    }
}
