//! How many people's data one actor may use in an hour and in a day before somebody else looks at it. Whoever uses
//! more is stopped at once, those who answer for it are told, and another person lifts it.
//!
//! Staff are counted with every use. Programs are counted by the sealer, up to a second later: thousands of uses each
//! second would otherwise wait for one another at one row. A use of many people is counted before it is made.

use std::collections::BTreeMap;

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Role, Who};
use ground::{params, sql};
use jiff::ToSpan as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub const HOUR_MS: i64 = 3_600_000;
/// Rows among which the uses of one actor are spread.
const SLOTS: i64 = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Staff,
    Service,
    /// The house's own rooms: they act for everybody and have no limit of their own.
    House,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Staff => "staff",
            Kind::Service => "service",
            Kind::House => "house",
        }
    }

    pub fn from_name(name: &str) -> Kind {
        [Kind::Staff, Kind::Service].into_iter().find(|kind| kind.name() == name).unwrap_or(Kind::House)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Hour,
    Day,
}

impl Span {
    pub const ALL: [Span; 2] = [Span::Hour, Span::Day];

    pub fn name(self) -> &'static str {
        match self {
            Span::Hour => "hour",
            Span::Day => "day",
        }
    }

    pub fn from_name(name: &str) -> Span {
        if name == Span::Hour.name() { Span::Hour } else { Span::Day }
    }
}

/// What holds in a city that has set nothing: a counter serves a few dozen people a day, a program a city.
fn usual(kind: Kind, span: Span) -> i64 {
    match (kind, span) {
        (Kind::Staff, Span::Hour) => 100,
        (Kind::Staff, Span::Day) => 400,
        (Kind::Service, Span::Hour) => 100_000,
        (Kind::Service, Span::Day) => 500_000,
        (Kind::House, _) => i64::MAX,
    }
}

/// As whom an actor is counted: a program counts for itself, also where it acts for somebody.
pub fn counted_as(who: &Who) -> (Kind, String) {
    match &who.client {
        Some(client) => (Kind::Service, client.to_string()),
        None if who.has(Role::System) || who.has(Role::Operator) => (Kind::House, who.written()),
        None => (Kind::Staff, who.written()),
    }
}

/// A limit as it holds on a day, or will hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    pub kind: Kind,
    pub span: Span,
    /// The day from which it holds; empty for what holds where nothing was set.
    pub from_on: String,
    pub people: i64,
}

/// Everything that was set.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Limit>, Fault> {
    tx.all(
        sql!(
            "select l.kind, l.span, l.from_on, l.people from people_access_limit l where l.city = ?1
             order by l.kind, l.span, l.from_on limit 400"
        ),
        params![],
        |row| {
            Ok(Limit {
                kind: Kind::from_name(&row.get::<String>(0)?),
                span: Span::from_name(&row.get::<String>(1)?),
                from_on: row.get(2)?,
                people: row.get(3)?,
            })
        },
    )
}

/// What holds on a day.
pub fn in_force(set: &[Limit], kind: Kind, span: Span, today: &str) -> Limit {
    set.iter()
        .filter(|limit| limit.kind == kind && limit.span == span && limit.from_on.as_str() <= today)
        .max_by(|one, other| one.from_on.cmp(&other.from_on))
        .cloned()
        .unwrap_or(Limit { kind, span, from_on: String::new(), people: usual(kind, span) })
}

pub fn save(tx: &mut Tx<'_>, cx: &Cx, limit: &Limit) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_access_limit (city, kind, span, from_on, people, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (city, kind, span, from_on) do update
             set people = excluded.people, saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
        ),
        params![
            limit.kind.name(),
            limit.span.name(),
            &limit.from_on,
            limit.people,
            cx.now_ms(),
            cx.who().written()
        ],
    )
}

/// Somebody was stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    pub span: Span,
    pub people: i64,
    pub usual: i64,
}

/// Whether this actor waits until somebody else has looked.
pub fn is_stopped(tx: &mut Tx<'_>, cx: &Cx) -> Result<bool, Fault> {
    let standing = tx.opt(
        sql!("select k.id from people_access_block k where k.city = ?1 and k.actor = ?2 and k.lifted_ms = 0 limit 1"),
        params![counted_as(cx.who()).1],
        |_| Ok(()),
    )?;
    Ok(standing.is_some())
}

/// Counts a use of one person's data; answers whether this one is too many.
pub fn use_one(tx: &mut Tx<'_>, cx: &Cx, person_no: i64) -> Result<Option<Stopped>, Fault> {
    let (kind, actor) = counted_as(cx.who());
    if kind != Kind::Staff {
        return Ok(None);
    }
    add(tx, &actor, person_no.rem_euclid(SLOTS), kind, cx.now_ms(), 1)?;
    judge(tx, cx, kind, &actor, &department(cx.who()), cx.now_ms(), 0)
}

/// Looks at a use of many before it is made. Staff are counted here, programs by the sealer.
pub fn use_many(tx: &mut Tx<'_>, cx: &Cx, people: i64) -> Result<Option<Stopped>, Fault> {
    let (kind, actor) = counted_as(cx.who());
    if kind == Kind::House {
        return Ok(None);
    }
    if let Some(stopped) = judge(tx, cx, kind, &actor, &department(cx.who()), cx.now_ms(), people)? {
        return Ok(Some(stopped));
    }
    if kind == Kind::Staff {
        add(tx, &actor, 0, kind, cx.now_ms(), people)?;
    }
    Ok(None)
}

fn department(who: &Who) -> String {
    who.department.as_ref().map(Id::to_string).unwrap_or_default()
}

fn add(tx: &mut Tx<'_>, actor: &str, slot: i64, kind: Kind, at_ms: i64, people: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_access_tally (city, actor, hour_ms, slot, kind, people) values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (city, actor, hour_ms, slot) do update
             set people = people_access_tally.people + excluded.people"
        ),
        params![actor, hour_of(at_ms), slot, kind.name(), people],
    )
}

fn hour_of(at_ms: i64) -> i64 {
    at_ms - at_ms.rem_euclid(HOUR_MS)
}

/// Whether this actor is above a limit, `more` people counted in. The first time, it is noted and told.
fn judge(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: Kind,
    actor: &str,
    department: &str,
    at_ms: i64,
    more: i64,
) -> Result<Option<Stopped>, Fault> {
    let local = cx.city().local(at_ms);
    let day_ms = local.start_of_day().map_or(at_ms, |start| start.timestamp().as_millisecond());
    let next_ms = local
        .start_of_day()
        .and_then(|start| start.checked_add(1.day()))
        .map_or(i64::MAX, |end| end.timestamp().as_millisecond());
    let (in_hour, in_day) = tx.one(
        sql!(
            "select {sum(case when t.hour_ms = ?4 then t.people else 0 end)}, {sum(t.people)}
             from people_access_tally t
             where t.city = ?1 and t.actor = ?2 and t.hour_ms >= ?3 and t.hour_ms < ?5"
        ),
        params![actor, hour_of(day_ms), hour_of(at_ms), next_ms],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    let set = all(tx)?;
    let today = local.date().to_string();
    for (span, people) in [(Span::Hour, in_hour + more), (Span::Day, in_day + more)] {
        let usual = in_force(&set, kind, span, &today).people;
        if people > usual {
            let stopped = Stopped { span, people, usual };
            stop(tx, cx, kind, actor, department, &stopped)?;
            return Ok(Some(stopped));
        }
    }
    Ok(None)
}

/// Stops an actor, and tells those who answer for it. Somebody who is stopped already is left as they are.
fn stop(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: Kind,
    actor: &str,
    department: &str,
    stopped: &Stopped,
) -> Result<(), Fault> {
    tx.lock(&format!("people/access-block/{actor}"))?;
    let standing = tx.opt(
        sql!("select k.id from people_access_block k where k.city = ?1 and k.actor = ?2 and k.lifted_ms = 0 limit 1"),
        params![actor],
        |_| Ok(()),
    )?;
    if standing.is_some() {
        return Ok(());
    }
    let id = cx.id();
    tx.put(
        sql!(
            "insert into people_access_block (city, id, actor, kind, department, span, people, usual, at_ms, lifted_ms,
                                              lifted_by, note)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, '', '')"
        ),
        params![
            &id,
            actor,
            kind.name(),
            department,
            stopped.span.name(),
            stopped.people,
            stopped.usual,
            cx.now_ms()
        ],
    )?;
    let body =
        json!({"actor": actor, "kind": kind.name(), "span": stopped.span.name(), "people": stopped.people});
    tx.emit(cx, "people.use_stopped", id.as_str(), body)?;
    tell(tx, cx, kind, stopped)
}

/// A letter to every administrator. It names nobody: who it is stands on the page.
fn tell(tx: &mut Tx<'_>, cx: &Cx, kind: Kind, stopped: &Stopped) -> Result<(), Fault> {
    // A house without a post still stops them, and shows it.
    if cx.house().action("gate.send_mail").is_none() {
        return Ok(());
    }
    let t = cx.house().words.tongue(ground::words::Lang::Ja);
    let (people, usual) = (stopped.people.to_string(), stopped.usual.to_string());
    let url = cx.city().url("/staff/uses/stopped");
    let plain = t.tf(
        &format!("people-use-stopped-mail-{}-{}", kind.name(), stopped.span.name()),
        &[("people", &people), ("usual", &usual), ("url", &url)],
    );
    let to = tx.all(
        sql!(
            "select a.mail from people_staff s join people_account a on a.city = ?1 and a.id = s.account
             where s.city = ?1 and a.state = 'active' and a.mail <> '' and {contains(' ' || s.roles || ' ', ?2)}
             order by a.id limit 50"
        ),
        params![" admin "],
        |row| row.get::<String>(0),
    )?;
    for mail in to {
        let letter = json!({"to": mail, "subject": t.t("people-use-stopped-mail-subject"), "plain": plain, "html": null,
                            "kind": "use_stopped", "secret": false, "until_ms": cx.now_ms() + 24 * HOUR_MS});
        cx.acting_as(Who::system()).call(tx, "gate.send_mail", letter)?;
    }
    Ok(())
}

/// What the sealer knows of an entry.
pub struct Use {
    pub at_ms: i64,
    pub client: String,
    pub people: i64,
    pub gave: bool,
}

/// Counts the uses of programs that were sealed just now, and stops whoever is above a limit.
pub fn count<'u>(tx: &mut Tx<'_>, cx: &Cx, uses: impl Iterator<Item = &'u Use>) -> Result<(), Fault> {
    let mut hours: BTreeMap<(&str, i64), i64> = BTreeMap::new();
    for one in uses.filter(|one| one.gave && !one.client.is_empty()) {
        *hours.entry((one.client.as_str(), hour_of(one.at_ms))).or_default() += one.people;
    }
    for ((client, hour_ms), people) in &hours {
        add(tx, client, 0, Kind::Service, *hour_ms, *people)?;
    }
    for (client, hour_ms) in hours.keys() {
        judge(tx, cx, Kind::Service, client, "", *hour_ms, 0)?;
    }
    Ok(())
}

/// Somebody who was stopped, as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    pub id: Id,
    pub actor: String,
    pub kind: Kind,
    pub department: String,
    pub span: Span,
    pub people: i64,
    pub usual: i64,
    pub at_ms: i64,
    /// 0 while it stands.
    pub lifted_ms: i64,
    pub lifted_by: String,
    pub note: String,
    /// The names to show; empty for whom the city does not know any more.
    pub actor_name: String,
    pub lifter_name: String,
    pub department_name: String,
}

const COLUMNS_OF_BLOCK: usize = 12;

fn block_of(row: &ground::db::Row<'_>) -> Result<Block, Fault> {
    Ok(Block {
        id: row.get(0)?,
        actor: row.get(1)?,
        kind: Kind::from_name(&row.get::<String>(2)?),
        department: row.get(3)?,
        span: Span::from_name(&row.get::<String>(4)?),
        people: row.get(5)?,
        usual: row.get(6)?,
        at_ms: row.get(7)?,
        lifted_ms: row.get(8)?,
        lifted_by: row.get(9)?,
        note: row.get(10)?,
        actor_name: row.get(11)?,
        lifter_name: row.get(COLUMNS_OF_BLOCK)?,
        department_name: row.get(COLUMNS_OF_BLOCK + 1)?,
    })
}

/// Newest first.
pub fn blocks(tx: &mut Tx<'_>, before: &str, at_most: i64) -> Result<Vec<Block>, Fault> {
    tx.all(
        sql!(
            "select k.id, k.actor, k.kind, k.department, k.span, k.people, k.usual, k.at_ms, k.lifted_ms, k.lifted_by,
                    k.note, coalesce(a.name, ''), coalesce(l.name, ''), coalesce(d.name, '')
             from people_access_block k
             left join people_account a on a.city = ?1 and a.id = k.actor
             left join people_account l on l.city = ?1 and l.id = k.lifted_by
             left join people_department d on d.city = ?1 and d.id = k.department
             where k.city = ?1 and (?2 = '' or k.id < ?2) order by k.id desc limit ?3"
        ),
        params![before, at_most],
        block_of,
    )
}

pub fn block(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Block>, Fault> {
    tx.opt(
        sql!(
            "select k.id, k.actor, k.kind, k.department, k.span, k.people, k.usual, k.at_ms, k.lifted_ms, k.lifted_by,
                    k.note, coalesce(a.name, ''), coalesce(l.name, ''), coalesce(d.name, '')
             from people_access_block k
             left join people_account a on a.city = ?1 and a.id = k.actor
             left join people_account l on l.city = ?1 and l.id = k.lifted_by
             left join people_department d on d.city = ?1 and d.id = k.department
             where k.city = ?1 and k.id = ?2"
        ),
        params![id],
        block_of,
    )
}

/// Lifts it. What was counted so far is forgiven: the next hours are counted from nothing.
pub fn lift(tx: &mut Tx<'_>, cx: &Cx, block: &Block, note: &str) -> Result<bool, Fault> {
    let lifted = tx.exec(
        sql!(
            "update people_access_block set lifted_ms = ?3, lifted_by = ?4, note = ?5
             where city = ?1 and id = ?2 and lifted_ms = 0"
        ),
        params![&block.id, cx.now_ms(), cx.who().written(), note],
    )?;
    tx.put(sql!("delete from people_access_tally where city = ?1 and actor = ?2"), params![&block.actor])?;
    Ok(lifted == 1)
}
