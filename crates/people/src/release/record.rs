//! "Who used my data": the entries of one person, uses of many people among them, newest first.

use std::collections::BTreeMap;

use garde::Validate;
use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::limits::Kind;
use super::members;
use super::questions::State;
use super::single::Why;
use crate::actions::date_or_empty;
use crate::attribute::{self, Attribute};

/// Rows of members looked at in one go: few at first, since most people were in most of them, and more for somebody who
/// was in few.
const LOOK_ROWS: i64 = 128;
const LOOK_ROWS_MAX: i64 = 4_096;

/// Which entries are wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskRecord {
    /// The code of a purpose; empty for all.
    #[serde(default)]
    #[garde(length(bytes, max = 80))]
    pub purpose: String,
    /// Who used it; absent for all.
    #[serde(default)]
    #[garde(skip)]
    pub by: Option<Kind>,
    /// Days, both counted in; empty for no end.
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub from: String,
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub to: String,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// An attribute that was not given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    pub attribute: Attribute,
    pub why: Why,
}

/// One use, as the person reads it. Staff are named by their department, not by their name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Used {
    pub id: Id,
    pub at_ms: i64,
    pub by: Kind,
    /// The department of the member of staff, as far as there is one.
    pub department: Option<Text>,
    /// To whom it was given; absent when the purpose was not in force.
    pub recipient: Option<Text>,
    pub purpose: String,
    /// Absent when the purpose was not in force.
    pub purpose_name: Option<Text>,
    pub given: Vec<Attribute>,
    pub withheld: Vec<Kept>,
    /// `consent`, `law`, `contract`, `vital`; empty when nothing was given.
    pub ground: String,
    /// One of many people whose data was used at once.
    pub many: bool,
    pub reason: String,
    /// The question asked about it, and how far that has come.
    pub question: Option<Id>,
    pub question_state: Option<State>,
    /// Whether it is in the chain already.
    pub sealed: bool,
}

/// The filters as parameters.
struct Narrow {
    purpose: String,
    by: &'static str,
    from_ms: i64,
    to_ms: i64,
}

impl Narrow {
    fn is_nothing(&self) -> bool {
        self.purpose.is_empty() && self.by.is_empty() && self.from_ms == 0 && self.to_ms == i64::MAX
    }

    fn of(cx: &Cx, ask: &AskRecord) -> Narrow {
        let zone = cx.now().time_zone().clone();
        let start = |day: &str, later: i64| {
            let day = day.parse::<jiff::civil::Date>().ok()?;
            let day = day.checked_add(jiff::Span::new().try_days(later).ok()?).ok()?;
            Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
        };
        Narrow {
            purpose: ask.purpose.clone(),
            by: ask.by.map_or("", Kind::name),
            from_ms: start(&ask.from, 0).unwrap_or(0),
            to_ms: start(&ask.to, 1).unwrap_or(i64::MAX),
        }
    }
}

pub fn person_no(tx: &mut Tx<'_>, account: &Id) -> Result<i64, Fault> {
    crate::store::accounts::person_no(tx, account)
}

/// One page of a person's record.
pub fn of_person(tx: &mut Tx<'_>, cx: &Cx, person: &Id, ask: &AskRecord) -> Result<List<Used>, Fault> {
    let number = person_no(tx, person)?;
    let narrow = Narrow::of(cx, ask);
    let wanted = ask.paging.rows() + 1;
    let mut ids = own(tx, number, &narrow, ask.paging.after(), wanted)?;
    ids.extend(among_many(tx, number, &narrow, ask.paging.after(), wanted)?);
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.truncate(usize::try_from(wanted).unwrap_or(0));
    let rows = told(tx, person, &ids)?;
    Ok(List::cut(rows, ask.paging.rows(), |row| row.id.to_string()))
}

/// One entry, if it is about this person.
pub fn one_of_person(tx: &mut Tx<'_>, person: &Id, id: &Id) -> Result<Option<Used>, Fault> {
    let number = person_no(tx, person)?;
    if !is_about(tx, id, number)? {
        return Ok(None);
    }
    Ok(told(tx, person, std::slice::from_ref(id))?.into_iter().next())
}

/// Greater than every id, in every order of texts that a database may use.
const END: &str = "ZZZZZZZZZZZZZZZZZZZZZZZZZZZ";

/// The place before which a page begins. The statements say `id < ?` in any case: with a way out for the first page, a
/// database would rather walk through all entries of the city.
fn place(before: &str) -> &str {
    if before.is_empty() { END } else { before }
}

fn own(tx: &mut Tx<'_>, person_no: i64, narrow: &Narrow, before: &str, rows: i64) -> Result<Vec<Id>, Fault> {
    tx.all(
        sql!(
            "select a.id from people_access a
             where a.city = ?1 and a.person_no = ?2 and a.id < ?3 and (?4 = '' or a.purpose = ?4)
               and a.at_ms >= ?6 and a.at_ms < ?7
               and (?5 = '' or ?5 = case when a.client <> '' then 'service'
                                         when a.actor in ('system', 'operator') then 'house' else 'staff' end)
             order by a.id desc limit ?8"
        ),
        params![person_no, place(before), &narrow.purpose, narrow.by, narrow.from_ms, narrow.to_ms, rows],
        |row| row.get(0),
    )
}

/// The uses of many people that this one was in: the rows of one's own part, until enough bits were found.
fn among_many(
    tx: &mut Tx<'_>,
    person_no: i64,
    narrow: &Narrow,
    before: &str,
    rows: i64,
) -> Result<Vec<Id>, Fault> {
    let mut found: Vec<Id> = Vec::new();
    let mut before = place(before).to_owned();
    let mut look = LOOK_ROWS;
    loop {
        let mut looked = 0;
        let mut last = None;
        let mut in_it: Vec<Id> = Vec::new();
        tx.each(
            sql!(
                "select m.access, m.bits from people_access_member m
                 where m.city = ?1 and m.part = ?2 and m.access < ?3 order by m.access desc limit ?4"
            ),
            params![members::part_of(person_no), before.as_str(), look],
            |row| {
                looked += 1;
                let id: Id = row.get(0)?;
                if members::has(&row.get::<Vec<u8>>(1)?, person_no) {
                    in_it.push(id.clone());
                }
                last = Some(id);
                Ok(())
            },
        )?;
        found.extend(if narrow.is_nothing() { in_it } else { fitting(tx, narrow, &in_it)? });
        let enough = i64::try_from(found.len()).unwrap_or(i64::MAX) >= rows;
        match last {
            Some(last) if looked == look && !enough => {
                before = last.to_string();
                look = (look * 4).min(LOOK_ROWS_MAX);
            }
            _ => return Ok(found),
        }
    }
}

/// Those of these entries that the filters let through.
fn fitting(tx: &mut Tx<'_>, narrow: &Narrow, ids: &[Id]) -> Result<Vec<Id>, Fault> {
    tx.all(
        sql!(
            "select a.id from people_access a
             where a.city = ?1 and a.id in {list(?2)} and (?3 = '' or a.purpose = ?3)
               and a.at_ms >= ?5 and a.at_ms < ?6
               and (?4 = '' or ?4 = case when a.client <> '' then 'service'
                                         when a.actor in ('system', 'operator') then 'house' else 'staff' end)"
        ),
        params![&json!(ids), &narrow.purpose, narrow.by, narrow.from_ms, narrow.to_ms],
        |row| row.get(0),
    )
}

fn told(tx: &mut Tx<'_>, person: &Id, ids: &[Id]) -> Result<Vec<Used>, Fault> {
    let mut asked: BTreeMap<Id, (Id, Option<State>)> = BTreeMap::new();
    tx.each(
        sql!(
            "select q.access, q.id, q.state from people_access_question q where q.city = ?1 and q.person = ?2
             order by q.id limit 5000"
        ),
        params![person],
        |row| {
            asked.insert(row.get(0)?, (row.get(1)?, State::from_name(&row.get::<String>(2)?)));
            Ok(())
        },
    )?;
    // Sorted here: asked for an order, a database might walk through all entries to have it for nothing.
    let mut rows = tx.all(
        sql!(
            "select a.id, a.at_ms, a.actor, a.client, coalesce(d.name, ''), coalesce(t.name, ''), a.purpose,
                    coalesce(v.name, ''), a.attributes, a.withheld, a.ground, a.person_no, a.reason, a.place
             from people_access a
             left join people_purpose_version v on v.city = ?1 and v.purpose = a.purpose and v.version = a.version
             left join people_recipient t on t.city = ?1 and t.id = a.recipient
             left join people_department d on d.city = ?1 and d.id = a.department
             where a.city = ?1 and a.id in {list(?2)}"
        ),
        params![&json!(ids)],
        |row| {
            let (actor, client): (String, String) = (row.get(2)?, row.get(3)?);
            let id: Id = row.get(0)?;
            let question = asked.get(&id);
            Ok(Used {
                at_ms: row.get(1)?,
                by: by_of(&actor, &client),
                department: text_of(&row.get::<String>(4)?),
                recipient: text_of(&row.get::<String>(5)?),
                purpose: row.get(6)?,
                purpose_name: text_of(&row.get::<String>(7)?),
                given: attribute::read(&row.get::<String>(8)?),
                withheld: kept_of(&row.get::<String>(9)?),
                ground: row.get(10)?,
                many: row.get::<i64>(11)? == 0,
                reason: row.get(12)?,
                question: question.map(|(id, _)| id.clone()),
                question_state: question.and_then(|(_, state)| *state),
                sealed: row.get::<i64>(13)? > 0,
                id,
            })
        },
    )?;
    rows.sort_unstable_by(|one, other| other.id.cmp(&one.id));
    Ok(rows)
}

/// Whether an entry is about this person.
pub fn is_about(tx: &mut Tx<'_>, access: &Id, person_no: i64) -> Result<bool, Fault> {
    let single = tx.opt(
        sql!("select a.person_no from people_access a where a.city = ?1 and a.id = ?2"),
        params![access],
        |row| row.get::<i64>(0),
    )?;
    match single {
        Some(0) => {
            let bits = tx.opt(
                sql!(
                    "select m.bits from people_access_member m
                     where m.city = ?1 and m.part = ?2 and m.access = ?3"
                ),
                params![members::part_of(person_no), access],
                |row| row.get::<Vec<u8>>(0),
            )?;
            Ok(bits.is_some_and(|bits| members::has(&bits, person_no)))
        }
        Some(number) => Ok(number == person_no),
        None => Ok(false),
    }
}

pub fn by_of(actor: &str, client: &str) -> Kind {
    match actor {
        _ if !client.is_empty() => Kind::Service,
        "system" | "operator" => Kind::House,
        _ => Kind::Staff,
    }
}

/// A text of the city's that is there.
pub fn text_of(written: &str) -> Option<Text> {
    if written.is_empty() { None } else { serde_json::from_str(written).ok() }
}

/// What `single::withheld` wrote.
pub fn kept_of(written: &str) -> Vec<Kept> {
    written
        .split(' ')
        .filter_map(|piece| {
            let (attribute, why) = piece.split_once(':')?;
            Some(Kept { attribute: Attribute::from_name(attribute)?, why: Why::from_name(why)? })
        })
        .collect()
}

// ---- what those who watch over it read

/// Which uses the watchers want to see.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskUses {
    /// An account or a program; empty for all.
    #[serde(default)]
    #[garde(length(bytes, max = 40))]
    pub actor: String,
    #[serde(default)]
    #[garde(length(bytes, max = 80))]
    pub purpose: String,
    /// Only uses of many people at once.
    #[serde(default)]
    #[garde(skip)]
    pub many: bool,
    /// Only where something was withheld.
    #[serde(default)]
    #[garde(skip)]
    pub withheld: bool,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// One use, as those who watch over it see it: who used data, and never whose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Watched {
    pub id: Id,
    pub at_ms: i64,
    pub by: Kind,
    pub actor: String,
    /// The name of the member of staff, or of whom the program belongs to.
    pub actor_name: String,
    pub department: Option<Text>,
    pub recipient: Option<Text>,
    pub purpose: String,
    pub purpose_name: Option<Text>,
    pub given: Vec<Attribute>,
    pub withheld: Vec<Kept>,
    pub ground: String,
    pub count: i64,
    pub many: bool,
    pub reason: String,
    /// 0 until it is in the chain.
    pub place: i64,
}

pub fn uses(tx: &mut Tx<'_>, ask: &AskUses) -> Result<List<Watched>, Fault> {
    let rows = if ask.actor.is_empty() { uses_of_all(tx, ask)? } else { uses_of_one(tx, ask)? };
    Ok(List::cut(rows, ask.paging.rows(), |row| row.id.to_string()))
}

fn uses_of_all(tx: &mut Tx<'_>, ask: &AskUses) -> Result<Vec<Watched>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.at_ms, a.actor, a.client, coalesce(p.name, ''), coalesce(d.name, ''), coalesce(t.name, ''),
                    a.purpose, coalesce(v.name, ''), a.attributes, a.withheld, a.ground, a.count, a.person_no, a.reason,
                    a.place
             from people_access a
             left join people_account p on p.city = ?1 and p.id = a.actor
             left join people_department d on d.city = ?1 and d.id = a.department
             left join people_recipient t on t.city = ?1 and t.id = a.recipient
             left join people_purpose_version v on v.city = ?1 and v.purpose = a.purpose and v.version = a.version
             where a.city = ?1 and a.id < ?2 and (?3 = '' or a.purpose = ?3) and (?4 = 0 or a.person_no = 0)
               and (?5 = 0 or a.withheld <> '')
             order by a.id desc limit ?6"
        ),
        params![place(ask.paging.after()), &ask.purpose, ask.many, ask.withheld, ask.paging.rows() + 1],
        watched_of,
    )
}

/// By the index of actors: whoever did little is found as quickly as whoever did much.
fn uses_of_one(tx: &mut Tx<'_>, ask: &AskUses) -> Result<Vec<Watched>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.at_ms, a.actor, a.client, coalesce(p.name, ''), coalesce(d.name, ''), coalesce(t.name, ''),
                    a.purpose, coalesce(v.name, ''), a.attributes, a.withheld, a.ground, a.count, a.person_no, a.reason,
                    a.place
             from people_access a
             left join people_account p on p.city = ?1 and p.id = a.actor
             left join people_department d on d.city = ?1 and d.id = a.department
             left join people_recipient t on t.city = ?1 and t.id = a.recipient
             left join people_purpose_version v on v.city = ?1 and v.purpose = a.purpose and v.version = a.version
             where a.city = ?1 and a.actor = ?7 and a.id < ?2 and (?3 = '' or a.purpose = ?3)
               and (?4 = 0 or a.person_no = 0) and (?5 = 0 or a.withheld <> '')
             order by a.at_ms desc, a.id desc limit ?6"
        ),
        params![
            place(ask.paging.after()),
            &ask.purpose,
            ask.many,
            ask.withheld,
            ask.paging.rows() + 1,
            &ask.actor
        ],
        watched_of,
    )
}

fn watched_of(row: &Row<'_>) -> Result<Watched, Fault> {
    let (actor, client): (String, String) = (row.get(2)?, row.get(3)?);
    let by = by_of(&actor, &client);
    Ok(Watched {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        by,
        // Whose account a program acted in is that person's own affair.
        actor_name: if by == Kind::Staff { row.get(4)? } else { String::new() },
        actor: if client.is_empty() { actor } else { client },
        department: text_of(&row.get::<String>(5)?),
        recipient: text_of(&row.get::<String>(6)?),
        purpose: row.get(7)?,
        purpose_name: text_of(&row.get::<String>(8)?),
        given: attribute::read(&row.get::<String>(9)?),
        withheld: kept_of(&row.get::<String>(10)?),
        ground: row.get(11)?,
        count: row.get(12)?,
        many: row.get::<i64>(13)? == 0,
        reason: row.get(14)?,
        place: row.get(15)?,
    })
}
