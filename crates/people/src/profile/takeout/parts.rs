//! What this room hands over: everything it knows of a person, and no secret.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::list::Paging;
use ground::room::{Person, Taken, Takeout};
use ground::{params, sql};
use serde_json::{Value, json};

use crate::profile::store::{households, mandates, profiles};
use crate::release::{AskRecord, of_person};

/// Rows of a range.
const RANGE: i64 = 500;

pub const PARTS: &[Takeout] = &[
    Takeout { file: "profile", word: "people-takeout-profile", rows: profile },
    Takeout { file: "household", word: "people-takeout-household", rows: household },
    Takeout { file: "mandates", word: "people-takeout-mandates", rows: mandates },
    Takeout { file: "ways", word: "people-takeout-ways", rows: ways },
    Takeout { file: "sessions", word: "people-takeout-sessions", rows: sessions },
    Takeout { file: "sign-ins", word: "people-takeout-sign-ins", rows: sign_ins },
    Takeout { file: "consents", word: "people-takeout-consents", rows: consents },
    Takeout { file: "consent-history", word: "people-takeout-consent-history", rows: consent_history },
    Takeout { file: "access", word: "people-takeout-access", rows: access },
    Takeout { file: "acts", word: "people-takeout-acts", rows: acts },
];

fn whole(rows: Vec<Value>) -> Taken {
    Taken { rows, next: None }
}

/// A range that was read with `id` in each row: full, it has a next one.
fn range(rows: Vec<Value>) -> Taken {
    let full = i64::try_from(rows.len()).unwrap_or(0) >= RANGE;
    let last = rows.last().and_then(|row| row.get("id")).and_then(Value::as_str).map(str::to_owned);
    Taken { rows, next: last.filter(|_| full) }
}

fn profile(tx: &mut Tx<'_>, _: &Cx, person: &Person, _: &str) -> Result<Taken, Fault> {
    let profile = profiles::by_account(tx, &person.account)?.ok_or_else(Fault::missing)?;
    Ok(whole(vec![serde_json::to_value(profile).map_err(Fault::internal)?]))
}

fn household(tx: &mut Tx<'_>, _: &Cx, person: &Person, _: &str) -> Result<Taken, Fault> {
    let Some(id) = profiles::household(tx, &person.account)? else { return Ok(Taken::default()) };
    let household = households::by_id(tx, &id)?;
    let names: Vec<&str> = household.members.iter().map(|member| member.name.as_str()).collect();
    Ok(whole(vec![json!({"name": household.name, "members": names})]))
}

fn mandates(tx: &mut Tx<'_>, _: &Cx, person: &Person, _: &str) -> Result<Taken, Fault> {
    let mut rows = mandates::for_person(tx, &person.account, 0, RANGE)?;
    rows.extend(mandates::of_agent(tx, &person.account, 0, RANGE)?);
    let rows: Result<Vec<Value>, _> = rows.iter().map(serde_json::to_value).collect();
    Ok(whole(rows.map_err(Fault::internal)?))
}

fn ways(tx: &mut Tx<'_>, _: &Cx, person: &Person, after: &str) -> Result<Taken, Fault> {
    let rows = tx.all(
        sql!(
            "select id, kind, issuer, label, made_ms, used_ms from people_way
             where city = ?1 and account = ?2 and id > ?3 order by id limit ?4"
        ),
        params![&person.account, after, RANGE],
        |row| {
            Ok(json!({
                "id": row.get::<String>(0)?, "kind": row.get::<String>(1)?, "issuer": row.get::<String>(2)?,
                "label": row.get::<String>(3)?, "made_ms": row.get::<i64>(4)?, "used_ms": row.get::<i64>(5)?,
            }))
        },
    )?;
    Ok(range(rows))
}

fn sessions(tx: &mut Tx<'_>, _: &Cx, person: &Person, after: &str) -> Result<Taken, Fault> {
    let rows = tx.all(
        sql!(
            "select id, agent, way, created_ms, seen_ms, ends_ms from people_session
             where city = ?1 and account = ?2 and id > ?3 order by id limit ?4"
        ),
        params![&person.account, after, RANGE],
        |row| {
            Ok(json!({
                "id": row.get::<String>(0)?, "agent": row.get::<String>(1)?, "way": row.get::<String>(2)?,
                "created_ms": row.get::<i64>(3)?, "seen_ms": row.get::<i64>(4)?, "ends_ms": row.get::<i64>(5)?,
            }))
        },
    )?;
    Ok(range(rows))
}

fn sign_ins(tx: &mut Tx<'_>, _: &Cx, person: &Person, after: &str) -> Result<Taken, Fault> {
    let rows = tx.all(
        sql!(
            "select id, at_ms, way, agent, outcome from people_sign_in
             where city = ?1 and account = ?2 and id > ?3 order by id limit ?4"
        ),
        params![&person.account, after, RANGE],
        |row| {
            Ok(json!({
                "id": row.get::<String>(0)?, "at_ms": row.get::<i64>(1)?, "way": row.get::<String>(2)?,
                "agent": row.get::<String>(3)?, "outcome": row.get::<String>(4)?,
            }))
        },
    )?;
    Ok(range(rows))
}

fn consents(tx: &mut Tx<'_>, _: &Cx, person: &Person, _: &str) -> Result<Taken, Fault> {
    let rows = tx.all(
        sql!(
            "select c.purpose, v.name, c.state, c.version, c.at_ms, c.ends_ms from people_consent c
             left join people_purpose_version v on v.city = ?1 and v.purpose = c.purpose and v.version = c.version
             where c.city = ?1 and c.person_no = ?2 order by c.purpose limit ?3"
        ),
        params![person.person_no, RANGE],
        |row| {
            let name: Option<String> = row.get(1)?;
            let name: Option<Value> = name.and_then(|name| serde_json::from_str(&name).ok());
            Ok(json!({
                "purpose": row.get::<String>(0)?, "name": name, "state": row.get::<String>(2)?,
                "version": row.get::<i64>(3)?, "at_ms": row.get::<i64>(4)?, "ends_ms": row.get::<i64>(5)?,
            }))
        },
    )?;
    Ok(whole(rows))
}

fn consent_history(tx: &mut Tx<'_>, _: &Cx, person: &Person, after: &str) -> Result<Taken, Fault> {
    let rows = tx.all(
        sql!(
            "select e.id, e.purpose, e.version, e.state, e.at_ms, e.ends_ms, e.via, e.lang, v.name
             from people_consent_event e
             left join people_purpose_version v on v.city = ?1 and v.purpose = e.purpose and v.version = e.version
             where e.city = ?1 and e.person_no = ?2 and e.id > ?3 order by e.id limit ?4"
        ),
        params![person.person_no, after, RANGE],
        |row| {
            let name: Option<String> = row.get(8)?;
            let name: Option<Value> = name.and_then(|name| serde_json::from_str(&name).ok());
            Ok(json!({
                "id": row.get::<String>(0)?, "purpose": row.get::<String>(1)?, "name": name,
                "version": row.get::<i64>(2)?,
                "state": row.get::<String>(3)?, "at_ms": row.get::<i64>(4)?, "ends_ms": row.get::<i64>(5)?,
                "via": row.get::<String>(6)?, "lang": row.get::<String>(7)?,
            }))
        },
    )?;
    Ok(range(rows))
}

/// As the page "who used my data" shows it, uses of many people included.
fn access(tx: &mut Tx<'_>, cx: &Cx, person: &Person, after: &str) -> Result<Taken, Fault> {
    let paging = Paging { after: after.to_owned(), rows: RANGE };
    let ask = AskRecord { paging, ..AskRecord::default() };
    let list = of_person(tx, cx, &person.account, &ask)?;
    let rows: Result<Vec<Value>, _> = list.rows.iter().map(serde_json::to_value).collect();
    Ok(Taken { rows: rows.map_err(Fault::internal)?, next: list.next })
}

/// What others did for this person. Newest first: the way on is backwards.
fn acts(tx: &mut Tx<'_>, _: &Cx, person: &Person, after: &str) -> Result<Taken, Fault> {
    let rows = ground::audit::done_for(tx, &person.account, after, RANGE)?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let by = crate::store::accounts::shown_name(tx, &row.actor)?;
        out.push(json!({
            "id": row.id, "at_ms": row.at_ms, "by": by, "action": row.action, "outcome": row.outcome,
        }));
    }
    Ok(range(out))
}
