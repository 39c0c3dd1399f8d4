//! The fictional city's ways in: levels of assurance, a resident with a history, and what staff find worth a look.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::history::{Outcome, Signal};
use super::store::{self, NewWay, WayKind};
use crate::demo::{DemoPart, Dice};
use crate::store::accounts;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Residents whose numbers are looked at for the stories of staff.
const STORIES: i64 = 9;

/// The public half of a passkey whose private half was thrown away: it can be looked at and removed, and opens nothing.
const PASSKEY: &str = include_str!("demo-passkey.json");

/// Fills the history once; the levels may be set again without harm.
pub(super) fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let acting = cx.clone();
        cx.city()
            .db
            .write(move |tx| {
                let filled =
                    tx.opt(sql!("select id from people_sign_in where city = ?1 limit 1"), params![], |_| {
                        Ok(())
                    })?;
                if filled.is_some() {
                    return Ok(());
                }
                levels(tx, &acting)?;
                resident(tx, &acting)?;
                stories(tx, &acting)
            })
            .await
    })
}

/// Most have confirmed an address, some came to the counter, a few used the national app.
fn levels(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let people = tx.all(
        sql!("select id, person_no from people_account where city = ?1 and kind = 'resident' and mail <> ''"),
        params![],
        |row| Ok((row.get::<Id>(0)?, row.get::<i64>(1)?)),
    )?;
    for (every, level, how, days) in
        [(1, "mail", "mail", 200), (7, "counter", "driving_licence", 120), (23, "national", "national", 40)]
    {
        let some: Vec<&Id> = people.iter().filter(|(_, no)| no % every == 0).map(|(id, _)| id).collect();
        let some = serde_json::to_string(&some).map_err(Fault::internal)?;
        tx.put(
            sql!(
                "update people_account set level = ?3, level_how = ?4, level_ms = ?5
                 where city = ?1 and id in {list(?2)}"
            ),
            params![some, level, how, cx.now_ms() - days * DAY_MS],
        )?;
    }
    Ok(())
}

struct Line<'l> {
    account: Option<&'l Id>,
    ago_ms: i64,
    way: &'l str,
    agent: &'l str,
    network: &'l str,
    outcome: Outcome,
    signals: &'l [Signal],
}

fn write(tx: &mut Tx<'_>, cx: &Cx, line: &Line<'_>) -> Result<(), Fault> {
    let at_ms = cx.now_ms() - line.ago_ms;
    let random = cx.secret().iter().take(10).fold(0u128, |so_far, byte| (so_far << 8) | u128::from(*byte));
    let signals: Vec<&str> = line.signals.iter().map(|signal| signal.name()).collect();
    tx.put(
        sql!(
            "insert into people_sign_in (city, id, account, at_ms, way, agent, network, outcome, signals)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            Id::from_parts(at_ms, random),
            line.account.map_or("", Id::as_str),
            at_ms,
            line.way,
            line.agent,
            line.network,
            line.outcome.name(),
            signals.join(" ")
        ],
    )
}

/// The resident whom visitors play: a passkey, and half a year of coming in.
fn resident(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let Some(account) = accounts::by_mail(tx, DemoPart::Resident.mail())? else { return Ok(()) };
    let id = cx.id();
    let made_ms = cx.now_ms() - 150 * DAY_MS;
    let way = NewWay {
        id: &id,
        account: &account.id,
        kind: WayKind::Passkey,
        issuer: "",
        subject: "ZGVtby1wYXNza2V5LTAwMQ",
        label: "居間のタブレット",
        body: PASSKEY.trim(),
    };
    store::add(tx, &way, made_ms)?;
    store::note_used(tx, &id, cx.now_ms() - 3 * DAY_MS)?;
    let mut dice = Dice::new(13);
    for nth in 0..24 {
        let ago_ms = (nth * 7 + 3) * DAY_MS + i64::try_from(dice.below(10)).unwrap_or(0) * HOUR_MS;
        let passkey = nth < 18 && dice.below(3) > 0;
        let line = Line {
            account: Some(&account.id),
            ago_ms,
            way: if passkey { "passkey" } else { "mail" },
            agent: if passkey { "Chrome / Android" } else { "Safari / iPhone" },
            network: "b3Vyb3duaG9tZW5ldHdvcms",
            outcome: if nth % 11 == 5 { Outcome::Wrong } else { Outcome::In },
            signals: &[],
        };
        write(tx, cx, &line)?;
    }
    Ok(())
}

/// Whose, how long ago, by what, from what, with what outcome, and what is unusual.
type Story<'s> = (Option<&'s Id>, i64, &'s str, &'s str, Outcome, &'s [Signal]);

/// What an administrator finds on the page of suspicious sign-ins.
fn stories(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let people = tx.all(
        sql!(
            "select id from people_account where city = ?1 and kind = 'resident' order by person_no limit ?2"
        ),
        params![STORIES],
        |row| row.get::<Id>(0),
    )?;
    let staff = accounts::by_mail(tx, DemoPart::Editor.mail())?.map(|account| account.id);
    let stranger = "eW91bmdzdHJhbmdlcg";
    // Somebody tried addresses one after another on a Sunday night, most of them nobody's.
    for nth in 0..14 {
        let signals: &[Signal] = if nth >= 9 { &[Signal::Network] } else { &[] };
        let line = Line {
            account: if nth % 5 == 4 { people.get(1) } else { None },
            ago_ms: 5 * DAY_MS + (14 - nth) * 40_000,
            way: "mail",
            agent: "Chrome / Linux",
            network: stranger,
            outcome: Outcome::Wrong,
            signals,
        };
        write(tx, cx, &line)?;
    }
    // Ten past three in the morning of the city's own clock, a day and more ago.
    let minutes = i64::from(cx.now().hour()) * 60 + i64::from(cx.now().minute());
    let night_ms = (minutes - 190 + 24 * 60) * 60_000;
    let told: [Story<'_>; 6] = [
        (people.get(2), 2 * DAY_MS, "mail", "Edge / Windows", Outcome::Stopped, &[Signal::Guessing]),
        (
            people.get(3),
            night_ms + DAY_MS,
            "mail",
            "Firefox / Windows",
            Outcome::In,
            &[Signal::NewBrowser, Signal::OddHour],
        ),
        (people.get(4), 9 * DAY_MS, "passkey", "Chrome / Android", Outcome::Wrong, &[Signal::CounterBack]),
        (
            people.get(5),
            12 * DAY_MS,
            "mail",
            "Chrome / Windows",
            Outcome::In,
            &[Signal::NewBrowser, Signal::NotMe],
        ),
        (staff.as_ref(), 20 * HOUR_MS, "totp", "Firefox / Windows", Outcome::In, &[Signal::NewBrowser]),
        (people.get(6), night_ms, "mail", "Safari / iPhone", Outcome::In, &[Signal::OddHour]),
    ];
    for (account, ago_ms, way, agent, outcome, signals) in told {
        let network = if signals.contains(&Signal::Guessing) { stranger } else { "c29tZWJvZHlzaG9tZQ" };
        write(tx, cx, &Line { account, ago_ms, way, agent, network, outcome, signals })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_passkey_of_the_demonstration_city_is_one() {
        serde_json::from_str::<webauthn_rs::prelude::Passkey>(super::PASSKEY).expect("a passkey");
    }
}
