//! What the clock does: incidents that nobody took up go up, checks end, and those who have not passed are reminded.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::who::Who;
use serde_json::{Value, json};

use super::super::model::{CheckState, StepKind};
use super::super::{rules, store};
use super::incidents::step;
use super::today;

pub const ROUND: &str = "people.watch_round";
/// Incidents, and letters, in one transaction.
const RANGE: i64 = 50;

/// One round. What is left over is done by another right after it.
pub fn round(tx: &mut Tx<'_>, cx: &Cx, _: &Value) -> Result<(), Fault> {
    store::lock(tx)?;
    let overdue = store::overdue(tx, cx.now_ms(), RANGE)?;
    for id in &overdue {
        if let Some(mut one) = store::incident(tx, id)?
            && let Some(above) = rules::above(one.stage)
        {
            one.stage = above;
            one.due_ms = rules::due_ms(one.severity, above, cx.now_ms());
            one.rev += 1;
            store::put_incident(tx, &one)?;
            step(tx, cx, &one, StepKind::Overdue, "")?;
        }
    }
    let mut more = i64::try_from(overdue.len()).unwrap_or(0) >= RANGE;
    let day = today(cx);
    for mut check in store::checks(tx)?.into_iter().filter(|check| check.state == CheckState::Open) {
        if check.deadline < day {
            check.state = CheckState::Closed;
            check.rev += 1;
            store::put_check(tx, &check, "")?;
        } else if !check.remind_on.is_empty() && check.remind_on <= day {
            more |= remind(tx, cx, &check.id, &check.title, &check.deadline)?;
        }
    }
    if more {
        tx.enqueue(cx, ROUND, None, &json!({}))?;
    }
    Ok(())
}

/// Reminds a range of those who have not passed; answers whether there are more.
fn remind(
    tx: &mut Tx<'_>,
    cx: &Cx,
    check: &ground::id::Id,
    title: &str,
    deadline: &str,
) -> Result<bool, Fault> {
    let last = store::reminded(tx, check)?;
    let people = store::people(tx, check, true, &last, RANGE)?;
    let Some(newest) = people.last().map(|taker| taker.account.to_string()) else { return Ok(false) };
    let more = i64::try_from(people.len()).unwrap_or(0) >= RANGE;
    let t = cx.tongue();
    let url = format!("{}/staff/security/check", cx.city().facts().public_url.trim_end_matches('/'));
    let house = cx.acting_as(Who::system());
    for mail in people.iter().map(|taker| &taker.mail).filter(|mail| !mail.is_empty()) {
        let subject = t.tf("people-watch-remind-subject", &[("title", title)]);
        let plain = t.tf("people-watch-remind-text", &[("title", title), ("day", deadline), ("url", &url)]);
        let letter = json!({"to": mail, "subject": subject, "plain": plain, "kind": "watch_reminder"});
        house.call(tx, "gate.send_mail", letter)?;
    }
    store::set_reminded(tx, check, &newest)?;
    Ok(more)
}
