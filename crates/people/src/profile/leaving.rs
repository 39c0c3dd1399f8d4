//! What comes after somebody asked to leave: the day comes, and everything goes, room by room, range by range. And
//! those who have not come for a long time, where the city says so.

use ground::cx::Cx;
use ground::db::Tx;
use ground::events::Event;
use ground::fault::Fault;
use ground::id::Id;
use ground::room::{Erase, Person};
use serde_json::{Value, json};

use super::actions::leaving::is_last_admin;
use super::letter::{self, Notice};
use super::store::leavings::{self, Leaving, Why};
use super::store::mandates;
use super::store::rules::{self, RuleCode};
use crate::actions::sessions::end_all;
use crate::store::accounts::{self, Account};

/// The job that looks whose day has come.
pub const DUE: &str = "people.leaving_due";
/// The job that erases one range of one person.
pub const ERASE: &str = "people.erase";
/// The nightly job that looks for accounts nobody uses, a range at a time.
pub const DORMANT: &str = "people.dormant";

const DAY_MS: i64 = 86_400_000;
/// People whose day has come, taken at a time.
const DUE_ROWS: i64 = 50;
const DORMANT_ROWS: i64 = 100;

/// Tells somebody what will happen, and when.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: &Account,
    kind: &'static str,
    due_ms: i64,
) -> Result<(), Fault> {
    let day = cx.city().local(due_ms).strftime("%Y-%m-%d").to_string();
    letter::to_account(tx, cx, &account.id, &Notice { kind, args: &[("day", &day)], path: "/my/delete" })
}

/// Begins with everybody whose day has come.
pub(super) fn due(tx: &mut Tx<'_>, cx: &Cx, _: &Value) -> Result<(), Fault> {
    accounts::lock(tx)?;
    let people = leavings::due(tx, cx.now_ms(), DUE_ROWS)?;
    let more = i64::try_from(people.len()).unwrap_or(0) >= DUE_ROWS;
    for leaving in people {
        begin(tx, cx, &leaving)?;
    }
    if more { tx.enqueue(cx, DUE, None, &json!({})) } else { Ok(()) }
}

fn begin(tx: &mut Tx<'_>, cx: &Cx, leaving: &Leaving) -> Result<(), Fault> {
    let id = &leaving.account;
    // Others may have gone first: a city is never left without an administrator.
    if is_last_admin(tx, id)? {
        return leavings::put_off(tx, id, cx.now_ms() + DAY_MS);
    }
    if !leavings::begin(tx, id)? {
        return Ok(());
    }
    let Some(account) = accounts::by_id(tx, id)? else { return Ok(()) };
    tell(tx, cx, &account, "leaving-done", cx.now_ms())?;
    // Whoever acts for them, and whoever they act for, are told by the page; nobody acts from now on.
    mandates::end_all(tx, id, None, "system", cx.now_ms())?;
    end_all(tx, cx, id, None)?;
    let person_no = accounts::person_no(tx, id)?;
    tx.enqueue(cx, ERASE, None, &json!({"account": id, "person_no": person_no, "step": 0}))
}

/// One range; then the next, until every room is done.
pub(super) fn erase(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let Some(account) = body.get("account").and_then(Value::as_str).and_then(|id| id.parse::<Id>().ok())
    else {
        return Err(Fault::internal("nobody is named who leaves"));
    };
    let number = |key: &str| body.get(key).and_then(Value::as_i64).unwrap_or(0);
    let (person_no, step) = (number("person_no"), number("step"));
    let parts: Vec<Erase> = cx.house().rooms.iter().flat_map(|room| room.erase).copied().collect();
    // Whoever adds a room while somebody leaves adds it in between: the account itself goes last all the same.
    let Some(part) = usize::try_from(step).ok().and_then(|step| in_order(&parts).get(step).copied()) else {
        leavings::done(tx, &account, cx.now_ms())?;
        return tx.emit(cx, "people.left", account.as_str(), json!({}));
    };
    let person = Person { account, person_no };
    let next = if (part.range)(tx, cx, &person)? { step + 1 } else { step };
    tx.enqueue(cx, ERASE, None, &json!({"account": person.account, "person_no": person_no, "step": next}))
}

/// The other rooms first: what they keep may be found by what this one knows.
fn in_order(parts: &[Erase]) -> Vec<Erase> {
    let (own, others): (Vec<Erase>, Vec<Erase>) =
        parts.iter().copied().partition(|part| part.name.starts_with("people."));
    others.into_iter().chain(own).collect()
}

/// Looks for accounts that nobody has used, where the city has set a time for that: they get a notice and some months.
pub(super) fn dormant(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let today = cx.now().date().to_string();
    let notice_days = rules::on(tx, RuleCode::DormantNoticeDays, &today)?;
    if notice_days == 0 {
        return Ok(());
    }
    let erase_days = rules::on(tx, RuleCode::DormantEraseDays, &today)?;
    let after = body.get("after").and_then(Value::as_str).unwrap_or_default();
    let found = leavings::dormant(tx, cx.now_ms() - notice_days * DAY_MS, after, DORMANT_ROWS)?;
    for id in &found {
        let Some(account) = accounts::by_id(tx, id)? else { continue };
        let leaving = Leaving {
            account: id.clone(),
            why: Why::Dormant,
            asked_ms: cx.now_ms(),
            due_ms: cx.now_ms() + erase_days * DAY_MS,
        };
        let person_no = accounts::person_no(tx, id)?;
        leavings::ask(tx, &leaving, person_no)?;
        tx.enqueue_at(cx, DUE, Some(id.as_str()), &json!({}), leaving.due_ms)?;
        tx.emit(cx, "people.leaving_asked", id.as_str(), json!({"why": "dormant"}))?;
        tell(tx, cx, &account, "leaving-dormant", leaving.due_ms)?;
    }
    match found.last() {
        Some(last) if i64::try_from(found.len()).unwrap_or(0) >= DORMANT_ROWS => {
            tx.enqueue(cx, DORMANT, None, &json!({"after": last}))
        }
        _ => Ok(()),
    }
}

/// Whoever signs in again uses their account.
pub(super) fn back_again(tx: &mut Tx<'_>, _: &Cx, event: &Event) -> Result<(), Fault> {
    if let Ok(account) = event.object.parse::<Id>() {
        leavings::take_back(tx, &account, Some(Why::Dormant))?;
    }
    Ok(())
}
