//! The history of signing in: when, by which way, from what family of browser, with what outcome. It shows a person what
//! was not them, and staff what looks like an attack.

use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Signed in.
    In,
    /// The first of two factors was right.
    First,
    /// Wrong code, wrong number, a passkey that did not fit.
    Wrong,
    /// Tried too often: this code is dead, or this way rests.
    Stopped,
    /// Right, but the account is locked.
    Locked,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::In => "in",
            Outcome::First => "first",
            Outcome::Wrong => "wrong",
            Outcome::Stopped => "stopped",
            Outcome::Locked => "locked",
        }
    }

    pub fn from_name(name: &str) -> Outcome {
        [Outcome::In, Outcome::First, Outcome::Wrong, Outcome::Stopped]
            .into_iter()
            .find(|outcome| outcome.name() == name)
            .unwrap_or(Outcome::Locked)
    }

    fn failed(self) -> bool {
        !matches!(self, Outcome::In | Outcome::First)
    }
}

/// What makes a sign-in worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// A family of browsers that this account never came with.
    NewBrowser,
    /// In the small hours, when this account never came before.
    OddHour,
    /// All tries of a code were used up.
    Guessing,
    /// Many failures from one network within an hour.
    Network,
    /// The counter of a passkey went back: there may be two of it.
    CounterBack,
    /// The person says that this was not them.
    NotMe,
}

impl Signal {
    pub const ALL: [Signal; 6] = [
        Signal::NewBrowser,
        Signal::OddHour,
        Signal::Guessing,
        Signal::Network,
        Signal::CounterBack,
        Signal::NotMe,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Signal::NewBrowser => "new_browser",
            Signal::OddHour => "odd_hour",
            Signal::Guessing => "guessing",
            Signal::Network => "network",
            Signal::CounterBack => "counter_back",
            Signal::NotMe => "not_me",
        }
    }

    pub fn from_name(name: &str) -> Option<Signal> {
        Signal::ALL.into_iter().find(|signal| signal.name() == name)
    }
}

/// Failures from one network within an hour from which on they are worth a look.
const NETWORK_FAILURES: i64 = 10;
const HOUR_MS: i64 = 3_600_000;
/// 01:00 to 04:59 on the city's clock.
const SMALL_HOURS: std::ops::Range<i8> = 1..5;
/// Everybody plays the people of a demonstration city: that is neither usual nor unusual.
const PLAYED: &str = "demo";
/// Sign-ins looked back at to know what is usual.
const LOOK_BACK: i64 = 50;

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    pub id: Id,
    /// Absent for an address that nobody has.
    pub account: Option<Id>,
    pub at_ms: i64,
    pub way: String,
    pub agent: String,
    /// Tells networks apart; not an address.
    pub network: String,
    pub outcome: Outcome,
    pub signals: Vec<Signal>,
}

pub(crate) fn entry_of(row: &Row<'_>) -> Result<Entry, Fault> {
    Ok(Entry {
        id: row.get(0)?,
        account: row.get::<String>(1)?.parse().ok(),
        at_ms: row.get(2)?,
        way: row.get(3)?,
        agent: row.get(4)?,
        network: row.get(5)?,
        outcome: Outcome::from_name(&row.get::<String>(6)?),
        signals: row.get::<String>(7)?.split(' ').filter_map(Signal::from_name).collect(),
    })
}

/// Writes a line, with what is unusual about it beside what the caller found.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: Option<&Id>,
    way: &str,
    agent: &str,
    outcome: Outcome,
    found: &[Signal],
) -> Result<(), Fault> {
    let mut signals = found.to_vec();
    if outcome.failed() {
        let network = cx.network();
        if !network.is_empty()
            && super::tally::count(tx, cx, &format!("failed/{network}"), HOUR_MS)? >= NETWORK_FAILURES
        {
            signals.push(Signal::Network);
        }
    } else if let Some(account) = account.filter(|_| way != PLAYED) {
        signals.extend(unusual(tx, cx, account, agent)?);
    }
    let signals: Vec<&str> = signals.iter().map(|signal| signal.name()).collect();
    tx.put(
        sql!(
            "insert into people_sign_in (city, id, account, at_ms, way, agent, network, outcome, signals)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            cx.id(),
            account.map_or("", Id::as_str),
            cx.now_ms(),
            way,
            agent,
            cx.network(),
            outcome.name(),
            signals.join(" ")
        ],
    )
}

/// What is unusual for this account. A first sign-in is neither usual nor unusual.
fn unusual(tx: &mut Tx<'_>, cx: &Cx, account: &Id, agent: &str) -> Result<Vec<Signal>, Fault> {
    let before = tx.all(
        sql!(
            "select agent, at_ms from people_sign_in
             where city = ?1 and account = ?2 and outcome = 'in' order by id desc limit ?3"
        ),
        params![account, LOOK_BACK],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let small = |at_ms: i64| SMALL_HOURS.contains(&cx.city().local(at_ms).hour());
    let mut signals = Vec::new();
    if before.iter().all(|(known, _)| known != agent) {
        signals.push(Signal::NewBrowser);
    }
    if small(cx.now_ms()) && before.iter().all(|(_, at_ms)| !small(*at_ms)) {
        signals.push(Signal::OddHour);
    }
    Ok(signals)
}

/// The history of an account, newest first.
pub(crate) fn of_account(tx: &mut Tx<'_>, account: &Id, after: &str, rows: i64) -> Result<Vec<Entry>, Fault> {
    tx.all(
        sql!(
            "select id, account, at_ms, way, agent, network, outcome, signals from people_sign_in
             where city = ?1 and account = ?2 and (?3 = '' or id < ?3) order by id desc limit ?4"
        ),
        params![account, after, rows],
        entry_of,
    )
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Entry>, Fault> {
    tx.opt(
        sql!(
            "select id, account, at_ms, way, agent, network, outcome, signals from people_sign_in
             where city = ?1 and id = ?2"
        ),
        params![id],
        entry_of,
    )
}

/// Adds a signal to a line.
pub(crate) fn mark(tx: &mut Tx<'_>, entry: &Entry, signal: Signal) -> Result<(), Fault> {
    let all = entry.signals.iter().copied().filter(|known| *known != signal).chain([signal]);
    let signals: Vec<&str> = all.map(Signal::name).collect();
    tx.put(
        sql!("update people_sign_in set signals = ?3 where city = ?1 and id = ?2"),
        params![&entry.id, signals.join(" ")],
    )
}
