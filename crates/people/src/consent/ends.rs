//! What comes by itself: asking again after a new version, reminding before a consent runs out, and its end. Each is
//! cut into ranges, so that the writer is never held long.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::who::Who;
use ground::words::Lang;
use ground::{params, sql};
use serde_json::{Value, json};

use super::model::State;

pub(super) const ASK_AGAIN: &str = "people.ask_again";
pub(super) const CONSENT_ENDS: &str = "people.consent_ends";
/// People in one transaction.
const RANGE_ROWS: i64 = 300;
const DAY_MS: i64 = 24 * 3_600_000;
/// Who is about to lose a service hears of it a month before.
const REMIND_MS: i64 = 30 * DAY_MS;

pub(super) fn ask_everybody_again(
    tx: &mut Tx<'_>,
    cx: &Cx,
    purpose: &str,
    version: i64,
) -> Result<(), Fault> {
    let body = json!({"purpose": purpose, "version": version, "after": 0});
    tx.enqueue(cx, ASK_AGAIN, Some(&format!("{purpose}@{version}/0")), &body)
}

/// One range of those who said yes to an older version: they are asked. That their yes counts no more does not wait
/// for this; it holds from the approval on.
pub(super) fn ask_range(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let purpose = body.get("purpose").and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| body.get(key).and_then(Value::as_i64).unwrap_or(0);
    let (version, after) = (number("version"), number("after"));
    let people = tx.all(
        sql!(
            "select person_no from people_consent
             where city = ?1 and purpose = ?2 and person_no > ?3 and state = 'given' and version < ?4
             order by person_no limit ?5 {skip_locked}"
        ),
        params![purpose, after, version, RANGE_ROWS],
        |row| row.get::<i64>(0),
    )?;
    let Some(last) = people.last().copied() else {
        // Whoever was just answering was passed over: once more from the beginning, until nobody is left.
        let from_the_start = json!({"purpose": purpose, "version": version, "after": 0});
        return match after {
            0 => Ok(()),
            _ => tx.enqueue(
                cx,
                ASK_AGAIN,
                Some(&format!("{purpose}@{version}/again/{after}")),
                &from_the_start,
            ),
        };
    };
    let rows: Vec<Value> = people.iter().map(|no| json!({"no": no, "id": cx.id()})).collect();
    let rows = Value::from(rows);
    tx.put(
        sql!(
            "insert into people_consent_event
                 (city, person_no, id, purpose, version, state, at_ms, ends_ms, actor, acting, via, lang)
             select ?1, r.no, r.id, ?3, ?4, 'requested', ?5, 0, 'system', '', 'job', 'ja'
             from {rows(?2, no bigint, id text)} r"
        ),
        params![&rows, purpose, version, cx.now_ms()],
    )?;
    tx.put(
        sql!(
            "update people_consent set state = 'requested', version = ?4, at_ms = ?5, ends_ms = 0, reminded_ms = 0
             where city = ?1 and purpose = ?3 and person_no in (select r.no from {rows(?2, no bigint)} r)"
        ),
        params![&rows, purpose, version, cx.now_ms()],
    )?;
    // One for each: services learn from these whose yes has lapsed.
    for person_no in &people {
        let body = json!({"purpose": purpose, "version": version, "person_no": person_no, "lapsed": true});
        tx.emit(cx, State::Requested.event(), purpose, body)?;
    }
    let next = json!({"purpose": purpose, "version": version, "after": last});
    tx.enqueue(cx, ASK_AGAIN, Some(&format!("{purpose}@{version}/{last}")), &next)
}

/// One range of consents whose time is over or nearly so; leaves the next range behind while there is one.
pub(super) fn ends_range(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let more = expire(tx, cx)? | remind(tx, cx)?;
    if more { tx.enqueue(cx, CONSENT_ENDS, None, body) } else { Ok(()) }
}

fn expire(tx: &mut Tx<'_>, cx: &Cx) -> Result<bool, Fault> {
    let over = tx.all(
        sql!(
            "select purpose, person_no, version, ends_ms from people_consent
             where city = ?1 and ends_ms > 0 and ends_ms <= ?2 and state = 'given'
             order by ends_ms limit ?3 {skip_locked}"
        ),
        params![cx.now_ms(), RANGE_ROWS],
        |row| {
            Ok(json!({"purpose": row.get::<String>(0)?, "no": row.get::<i64>(1)?, "version": row.get::<i64>(2)?,
                      "ended": row.get::<i64>(3)?, "id": cx.id()}))
        },
    )?;
    if over.is_empty() {
        return Ok(false);
    }
    let full = over.len() as i64 == RANGE_ROWS;
    for one in &over {
        let purpose = one.get("purpose").and_then(Value::as_str).unwrap_or_default();
        let body = json!({"purpose": purpose, "version": one.get("version"), "person_no": one.get("no")});
        tx.emit(cx, State::Expired.event(), purpose, body)?;
    }
    let rows = Value::from(over);
    tx.put(
        sql!(
            "insert into people_consent_event
                 (city, person_no, id, purpose, version, state, at_ms, ends_ms, actor, acting, via, lang)
             select ?1, r.no, r.id, r.purpose, r.version, 'expired', ?3, r.ended, 'system', '', 'job', 'ja'
             from {rows(?2, no bigint, id text, purpose text, version bigint, ended bigint)} r"
        ),
        params![&rows, cx.now_ms()],
    )?;
    // The end stays in the history; in the row that stands it would be looked at again every night.
    tx.put(
        sql!(
            "update people_consent set state = 'expired', at_ms = ?3, ends_ms = 0
             where city = ?1 and (purpose, person_no) in
                 (select r.purpose, r.no from {rows(?2, purpose text, no bigint)} r)"
        ),
        params![&rows, cx.now_ms()],
    )?;
    Ok(full)
}

/// Somebody whose consent ends soon.
struct Soon {
    purpose: String,
    person_no: i64,
    /// Their name.
    person: String,
    ends_ms: i64,
    mail: String,
    lang: Lang,
    /// The purpose's name as it is kept.
    name: String,
}

fn remind(tx: &mut Tx<'_>, cx: &Cx) -> Result<bool, Fault> {
    let soon = tx.all(
        sql!(
            "select c.purpose, c.person_no, c.ends_ms, a.mail, a.lang, v.name, a.name from people_consent c
             join people_account a on a.city = ?1 and a.person_no = c.person_no
             join people_purpose p on p.city = ?1 and p.code = c.purpose and p.state = 'open'
             join people_purpose_version v on v.city = ?1 and v.purpose = c.purpose and v.version = c.version
             where c.city = ?1 and c.ends_ms > 0 and c.ends_ms > ?2 and c.ends_ms <= ?3 and c.state = 'given'
               and c.reminded_ms = 0 and a.state = 'active'
             order by c.ends_ms limit ?4"
        ),
        params![cx.now_ms(), cx.now_ms() + REMIND_MS, RANGE_ROWS],
        |row| {
            Ok(Soon {
                purpose: row.get(0)?,
                person_no: row.get(1)?,
                ends_ms: row.get(2)?,
                mail: row.get(3)?,
                lang: Lang::from_code(&row.get::<String>(4)?).unwrap_or_default(),
                name: row.get(5)?,
                person: row.get(6)?,
            })
        },
    )?;
    if soon.is_empty() {
        return Ok(false);
    }
    let rows: Vec<Value> =
        soon.iter().map(|one| json!({"purpose": one.purpose, "no": one.person_no})).collect();
    tx.put(
        sql!(
            "update people_consent set reminded_ms = ?3
             where city = ?1 and (purpose, person_no) in
                 (select r.purpose, r.no from {rows(?2, purpose text, no bigint)} r)"
        ),
        params![&Value::from(rows), cx.now_ms()],
    )?;
    for one in &soon {
        if !one.mail.is_empty() {
            write_to(tx, cx, one, None)?;
            continue;
        }
        // A child has no post of its own: who answers for it hears of it.
        for parent in parents_of(tx, one, cx.now_ms())? {
            write_to(tx, cx, &parent, Some(&one.person))?;
        }
    }
    Ok(soon.len() as i64 == RANGE_ROWS)
}

/// Those who may say yes for this person and have an address.
fn parents_of(tx: &mut Tx<'_>, one: &Soon, now_ms: i64) -> Result<Vec<Soon>, Fault> {
    tx.all(
        sql!(
            "select g.mail, g.lang from people_account a
             join people_mandate m on m.city = ?1 and m.person = a.id
             join people_account g on g.city = ?1 and g.id = m.agent
             where a.city = ?1 and a.person_no = ?2 and m.relation in ('parent', 'guardian') and m.state = 'active'
               and m.starts_ms <= ?3 and (m.ends_ms = 0 or m.ends_ms > ?3) and g.state = 'active' and g.mail <> ''
             order by g.id limit 10"
        ),
        params![one.person_no, now_ms],
        |row| {
            Ok(Soon {
                purpose: one.purpose.clone(),
                person_no: one.person_no,
                person: one.person.clone(),
                ends_ms: one.ends_ms,
                mail: row.get(0)?,
                lang: Lang::from_code(&row.get::<String>(1)?).unwrap_or_default(),
                name: one.name.clone(),
            })
        },
    )
}

/// A letter of its own for each consent: it names what ends, of whom where it is not the reader's own, and leads to the
/// page where it is given again.
fn write_to(tx: &mut Tx<'_>, cx: &Cx, one: &Soon, child: Option<&str>) -> Result<(), Fault> {
    // A house without the room that sends mail still reminds on my page.
    if cx.house().action("gate.send_mail").is_none() {
        return Ok(());
    }
    let t = cx.house().words.tongue(one.lang);
    let name: ground::text::Text = serde_json::from_str(&one.name).map_err(Fault::internal)?;
    let city = cx.city().facts().name.clone();
    let day = cx.city().local(one.ends_ms).strftime("%Y-%m-%d").to_string();
    let page = cx.city().url("/my/consents");
    let args = [
        ("city", city.as_str()),
        ("purpose", name.read(one.lang).0),
        ("day", day.as_str()),
        ("page", page.as_str()),
        ("person", child.unwrap_or_default()),
    ];
    let (subject, plain) = match child {
        None => ("people-consent-mail-subject", "people-consent-mail"),
        Some(_) => ("people-consent-mail-child-subject", "people-consent-mail-child"),
    };
    let input = json!({
        "to": one.mail, "subject": t.tf(subject, &args),
        "plain": t.tf(plain, &args), "html": null, "kind": "consent_reminder", "secret": false,
        "until_ms": one.ends_ms,
    });
    cx.acting_as(Who::system()).call(tx, "gate.send_mail", input).map(|_| ())
}
