//! Each morning: mandates that end soon are told to both sides, and those whose days are over are closed.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use serde_json::{Value, json};

use super::actions::acting::end_mandate;
use super::actions::mandates::tell_both;
use super::mandate::Relation;
use super::store::mandates;
use super::store::rules::{self, RuleCode};

pub const DAILY: &str = "people.mandates_daily";
const ROWS: i64 = 100;

pub(super) fn daily(tx: &mut Tx<'_>, cx: &Cx, _: &Value) -> Result<(), Fault> {
    let over = close(tx, cx)?;
    let reminded = remind(tx, cx)?;
    if over.max(reminded) >= ROWS { tx.enqueue(cx, DAILY, None, &json!({})) } else { Ok(()) }
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(0)
}

/// Nobody has been able to use these since their last day; the table says so, too.
fn close(tx: &mut Tx<'_>, cx: &Cx) -> Result<i64, Fault> {
    let over = tx.all(
        sql!(
            "select id, person from people_mandate
             where city = ?1 and state in ('active', 'offered') and ends_ms > 0 and ends_ms <= ?2
             order by ends_ms limit ?3"
        ),
        params![cx.now_ms(), ROWS],
        |row| Ok((row.get::<Id>(0)?, row.get::<Id>(1)?)),
    )?;
    for (id, person) in &over {
        end_mandate(tx, cx, id, person)?;
    }
    Ok(count(&over))
}

fn remind(tx: &mut Tx<'_>, cx: &Cx) -> Result<i64, Fault> {
    let days = rules::on(tx, RuleCode::MandateReminderDays, &cx.now().date().to_string())?;
    let soon = tx.all(
        sql!(
            "select id from people_mandate
             where city = ?1 and state = 'active' and reminded_ms = 0 and ends_ms > ?2 and ends_ms <= ?3
             order by ends_ms limit ?4"
        ),
        params![cx.now_ms(), cx.now_ms() + days * 86_400_000, ROWS],
        |row| row.get::<Id>(0),
    )?;
    for id in &soon {
        let Some(mandate) = mandates::by_id(tx, id)? else { continue };
        // A visit at the counter lasts half an hour: nobody need be told that it ends.
        if mandate.relation != Relation::Counter {
            tell_both(tx, cx, &mandate, "mandate-ends")?;
        }
        mandates::note_reminded(tx, id, cx.now_ms())?;
    }
    Ok(count(&soon))
}
