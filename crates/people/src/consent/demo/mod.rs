//! The demonstration city's purposes, and what its residents said to them over the last year and a half.

mod purposes;

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::{Text, TextState};
use ground::words::Lang;
use ground::{params, sql};
use serde_json::{Value, json};

use super::decide::write;
use super::minors::{YEARS_USUAL, age_on};
use super::model::{Basis, State, VersionState};
use super::store::{self, Purpose, PurposeVersion, Recipient, Told};
use crate::demo::{DemoPart, Dice};
use crate::store::accounts;
use purposes::{PURPOSES, RECIPIENTS, Sample};

const DAY_MS: i64 = 24 * 3_600_000;
/// Residents whose answers are written in one transaction.
const RANGE_PEOPLE: i64 = 200;

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let acting = cx.clone();
        cx.city().db.write(move |tx| define(tx, &acting)).await?;
        let mut after = 0;
        loop {
            let acting = cx.clone();
            match cx.city().db.write(move |tx| answer_range(tx, &acting, after)).await? {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    })
}

fn three(said: [&str; 3]) -> Text {
    let [ja, easy, en] = said;
    Text::ja(ja).with(Lang::JaEasy, easy, TextState::Written, 1).with(Lang::En, en, TextState::Written, 1)
}

fn part(tx: &mut Tx<'_>, part: DemoPart) -> Result<String, Fault> {
    Ok(accounts::by_mail(tx, part.mail())?.map(|account| account.id.to_string()).unwrap_or_default())
}

/// Recipients and purposes, once.
fn define(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    if !store::recipients(tx)?.is_empty() {
        return Ok(());
    }
    let (writer, approver) = (part(tx, DemoPart::Editor)?, part(tx, DemoPart::Approver)?);
    let mut recipients = Vec::new();
    for (code, kind, name, contact) in RECIPIENTS {
        let recipient = Recipient {
            id: cx.id(),
            code: code.to_owned(),
            name: three(name),
            kind,
            address: String::new(),
            contact: contact.to_owned(),
            closed_on: String::new(),
            rev: 1,
            saved_ms: cx.now_ms() - 560 * DAY_MS,
            saved_by: writer.clone(),
        };
        store::put_recipient(tx, &recipient)?;
        recipients.push(recipient);
    }
    for sample in PURPOSES {
        let Some(recipient) = recipients.iter().find(|one| one.code == sample.recipient) else { continue };
        let newest = i64::from(sample.changed) + 1;
        for version in 1..=newest {
            let age = if version == 1 { 540 } else { 9 };
            let approved = sample.state == VersionState::Approved;
            let at_ms = cx.now_ms() - if approved { age * DAY_MS } else { DAY_MS };
            store::put_version(
                tx,
                &PurposeVersion {
                    told: told(sample, recipient, version),
                    state: sample.state,
                    asks_again: true,
                    writers: vec![writer.clone()],
                    made_ms: at_ms - 2 * DAY_MS,
                    approved_by: if approved { approver.clone() } else { String::new() },
                    approved_ms: if approved { at_ms } else { 0 },
                    note: String::new(),
                },
            )?;
        }
        let approved = sample.state == VersionState::Approved;
        let purpose = Purpose {
            code: sample.code.to_owned(),
            version: if approved { newest } else { 0 },
            open: true,
            rev: 1,
            saved_ms: cx.now_ms() - DAY_MS,
            saved_by: if approved { approver.clone() } else { writer.clone() },
        };
        store::put_purpose(tx, &purpose, &recipient.id)?;
    }
    tx.put(
        sql!(
            "insert into people_rule (city, code, valid_from, value, basis, saved_ms, saved_by)
             values (?1, 'consent_age', '2024-04-01', ?2, '', ?3, ?4)
             on conflict (city, code, valid_from) do nothing"
        ),
        params![YEARS_USUAL, cx.now_ms(), writer],
    )
}

/// The first version of a purpose that has changed took one thing less.
fn told(sample: &Sample, recipient: &Recipient, version: i64) -> Told {
    let all = sample.attributes;
    let attributes =
        if sample.changed && version == 1 { all.split_last().map_or(all, |(_, less)| less) } else { all };
    Told {
        code: sample.code.to_owned(),
        version,
        name: three(sample.name),
        what_for: three(sample.what_for),
        explained: three(sample.explained),
        attributes: attributes.to_vec(),
        data_class: sample.data_class,
        sharing: sample.sharing,
        legal_basis: sample.legal_basis,
        basis_law: sample.basis_law.to_owned(),
        kept_days: sample.kept_days,
        consent_days: sample.consent_days,
        recipient: recipient.id.clone(),
        recipient_code: recipient.code.clone(),
        recipient_name: recipient.name.clone(),
        recipient_kind: recipient.kind,
        recipient_contact: recipient.contact.clone(),
    }
}

/// One thing that somebody said.
struct Said {
    person_no: i64,
    purpose: &'static str,
    version: i64,
    state: State,
    at_ms: i64,
    ends_ms: i64,
    via: &'static str,
}

/// The answers of some residents; none when there is nobody left, or they were written before.
fn answer_range(tx: &mut Tx<'_>, cx: &Cx, after: i64) -> Result<Option<i64>, Fault> {
    let people = tx.all(
        sql!(
            "select a.person_no, r.birth, a.mail from people_account a
             join people_resident r on r.city = ?1 and r.account = a.id
             where a.city = ?1 and a.person_no > ?2 and a.kind = 'resident'
             order by a.person_no limit ?3"
        ),
        params![after, RANGE_PEOPLE],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let Some(last) = people.last().map(|person| person.0) else { return Ok(None) };
    let first = people.first().map_or(0, |person| person.0);
    let there = tx.opt(
        sql!("select id from people_consent_event where city = ?1 and person_no >= ?2 and person_no <= ?3 limit 1"),
        params![first, last],
        |row| row.get::<String>(0),
    )?;
    if there.is_some() {
        return Ok(Some(last));
    }
    let today = cx.now().date();
    let mut dice = Dice::new(u64::try_from(first).unwrap_or(0) + 77);
    let mut said = Vec::new();
    for (person_no, birth, mail) in people {
        if mail == DemoPart::Resident.mail() {
            played(tx, cx, person_no, &mut said)?;
        } else if age_on(&birth, today).is_some_and(|age| age >= YEARS_USUAL) {
            for sample in PURPOSES.iter().filter(|one| is_asked(one)) {
                made_up(cx, &mut dice, person_no, sample, &mut said);
            }
        }
    }
    put(tx, &mut dice, &said)?;
    Ok(Some(last))
}

fn is_asked(sample: &Sample) -> bool {
    sample.legal_basis == Basis::Consent && sample.state == VersionState::Approved
}

/// What one resident said to one purpose: most say yes or nothing, some say no, some change their mind.
fn made_up(cx: &Cx, dice: &mut Dice, person_no: i64, sample: &Sample, said: &mut Vec<Said>) {
    let days =
        |dice: &mut Dice, from: usize, to: usize| i64::try_from(from + dice.below(to - from)).unwrap_or(0);
    if dice.below(100) >= sample.answered {
        return;
    }
    let via = if dice.below(12) == 0 { "command" } else { "page" };
    let ago = days(dice, 20, 530);
    let at_ms = cx.now_ms() - ago * DAY_MS - days(dice, 0, 1_400) * 60_000;
    let ends = |at_ms: i64| if sample.consent_days == 0 { 0 } else { at_ms + sample.consent_days * DAY_MS };
    let one = |state, at_ms, ends_ms| Said {
        person_no,
        purpose: sample.code,
        version: 1,
        state,
        at_ms,
        ends_ms,
        via,
    };
    if dice.below(100) < 15 {
        said.push(one(State::Refused, at_ms, 0));
        return;
    }
    said.push(one(State::Given, at_ms, ends(at_ms)));
    let ended = ends(at_ms);
    if dice.below(100) < 12 {
        said.push(one(State::Withdrawn, at_ms + days(dice, 1, 19) * DAY_MS, 0));
    } else if ended > 0 && ended < cx.now_ms() {
        said.push(one(State::Expired, ended, ended));
    } else if sample.changed {
        let asked = cx.now_ms() - 9 * DAY_MS;
        said.push(Said { version: 2, ..one(State::Requested, asked, 0) });
        if dice.below(100) < 70 {
            let again = asked + days(dice, 1, 200) * 3_600_000;
            said.push(Said { version: 2, ..one(State::Given, again, ends(again)) });
        }
    }
}

/// The resident whom visitors play has one of everything: on, off, soon over, asked again, and new.
fn played(tx: &mut Tx<'_>, cx: &Cx, person_no: i64, said: &mut Vec<Said>) -> Result<(), Fault> {
    let ago = |days: i64| cx.now_ms() - days * DAY_MS;
    let one = |purpose, version, state, at_ms, ends_ms| Said {
        person_no,
        purpose,
        version,
        state,
        at_ms,
        ends_ms,
        via: "page",
    };
    said.extend([
        one("library", 1, State::Given, ago(420), 0),
        one("library", 2, State::Requested, ago(9), 0),
        one("childcare", 1, State::Given, ago(300), 0),
        one("watch-over", 1, State::Given, ago(345), ago(345) + 365 * DAY_MS),
        one("points-shop", 1, State::Given, ago(200), ago(200) + 365 * DAY_MS),
        one("points-shop", 1, State::Withdrawn, ago(40), 0),
        one("bus-statistics", 1, State::Refused, ago(100), 0),
    ]);
    // One is asked for by name today, so that the way from the question to the answer can be walked.
    write(tx, cx, person_no, "evacuation", 1, State::Requested, 0)?;
    Ok(())
}

/// Rows in bulk: the history as it went, and of each person and purpose what was said last.
fn put(tx: &mut Tx<'_>, dice: &mut Dice, said: &[Said]) -> Result<(), Fault> {
    let mut history = Vec::with_capacity(said.len());
    let mut stands: Vec<Value> = Vec::new();
    for (at, one) in said.iter().enumerate() {
        let random = u128::try_from(dice.below(usize::MAX)).unwrap_or(0);
        let id = Id::from_parts(one.at_ms, random << 20 | u128::try_from(at).unwrap_or(0));
        let row = json!({"no": one.person_no, "id": id, "purpose": one.purpose, "version": one.version,
                         "state": one.state.name(), "at": one.at_ms, "ends": one.ends_ms, "via": one.via,
                         "actor": if matches!(one.state, State::Requested | State::Expired) { "system" } else { "" }});
        let later = said.get(at + 1..).unwrap_or_default();
        if !later.iter().any(|next| next.person_no == one.person_no && next.purpose == one.purpose) {
            stands.push(row.clone());
        }
        history.push(row);
    }
    tx.put(
        sql!(
            "insert into people_consent_event
                 (city, person_no, id, purpose, version, state, at_ms, ends_ms, actor, acting, via, lang)
             select ?1, r.no, r.id, r.purpose, r.version, r.state, r.at, r.ends, r.actor, '', r.via, 'ja'
             from {rows(?2, no bigint, id text, purpose text, version bigint, state text, at bigint, ends bigint, actor text, via text)} r"
        ),
        params![&Value::from(history)],
    )?;
    tx.put(
        sql!(
            "insert into people_consent (city, purpose, person_no, state, version, at_ms, ends_ms, reminded_ms)
             select ?1, r.purpose, r.no, r.state, r.version, r.at, case when r.state = 'expired' then 0 else r.ends end, 0
             from {rows(?2, no bigint, purpose text, version bigint, state text, at bigint, ends bigint)} r"
        ),
        params![&Value::from(stands)],
    )
}
