//! Mandates: who may act for whom.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Scope;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::profile::mandate::{self, Relation, Standing};

/// A mandate, as both sides see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mandate {
    pub id: Id,
    /// Who is acted for.
    pub person: Id,
    pub person_name: String,
    /// Who acts.
    pub agent: Id,
    pub agent_name: String,
    pub relation: Relation,
    pub scopes: Vec<Scope>,
    pub standing: Standing,
    /// YYYY-MM-DD.
    pub starts_on: String,
    /// The last day; empty without an end.
    pub ends_on: String,
    pub starts_ms: i64,
    pub ends_ms: i64,
    pub note: String,
    /// What was shown at the counter; empty when nothing was.
    pub document: String,
    pub made_ms: i64,
    pub made_by: String,
    pub answered_ms: i64,
    pub ended_ms: i64,
    pub used_ms: i64,
}

impl Mandate {
    /// Whether somebody may act by it now.
    pub fn holds(&self, now_ms: i64) -> bool {
        self.standing == Standing::Active
            && self.starts_ms <= now_ms
            && (self.ends_ms == 0 || self.ends_ms > now_ms)
    }

    /// Whether it still stands, today or from a later day on.
    pub fn stands(&self, now_ms: i64) -> bool {
        matches!(self.standing, Standing::Active | Standing::Offered)
            && (self.ends_ms == 0 || self.ends_ms > now_ms)
    }
}

fn mandate_of(row: &Row<'_>) -> Result<Mandate, Fault> {
    Ok(Mandate {
        id: row.get(0)?,
        person: row.get(1)?,
        person_name: row.get(2)?,
        agent: row.get(3)?,
        agent_name: row.get(4)?,
        relation: Relation::from_name(&row.get::<String>(5)?),
        scopes: mandate::read(&row.get::<String>(6)?),
        standing: Standing::from_name(&row.get::<String>(7)?),
        starts_on: row.get(8)?,
        ends_on: row.get(9)?,
        starts_ms: row.get(10)?,
        ends_ms: row.get(11)?,
        note: row.get(12)?,
        document: row.get(13)?,
        made_ms: row.get(14)?,
        made_by: row.get(15)?,
        answered_ms: row.get(16)?,
        ended_ms: row.get(17)?,
        used_ms: row.get(18)?,
    })
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Mandate>, Fault> {
    tx.opt(
        sql!(
            "select m.id, m.person, p.name, m.agent, a.name, m.relation, m.scopes, m.state, m.starts_on, m.ends_on,
                    m.starts_ms, m.ends_ms, m.note, m.document, m.made_ms, m.made_by, m.answered_ms, m.ended_ms,
                    m.used_ms
             from people_mandate m
             join people_account p on p.city = ?1 and p.id = m.person
             join people_account a on a.city = ?1 and a.id = m.agent
             where m.city = ?1 and m.id = ?2"
        ),
        params![id],
        mandate_of,
    )
}

/// Those in which somebody is acted for, the newest first. `from_ms` leaves out what ended before.
pub fn for_person(tx: &mut Tx<'_>, person: &Id, from_ms: i64, rows: i64) -> Result<Vec<Mandate>, Fault> {
    tx.all(
        sql!(
            "select m.id, m.person, p.name, m.agent, a.name, m.relation, m.scopes, m.state, m.starts_on, m.ends_on,
                    m.starts_ms, m.ends_ms, m.note, m.document, m.made_ms, m.made_by, m.answered_ms, m.ended_ms,
                    m.used_ms
             from people_mandate m
             join people_account p on p.city = ?1 and p.id = m.person
             join people_account a on a.city = ?1 and a.id = m.agent
             where m.city = ?1 and m.person = ?2 and (m.ended_ms = 0 or m.ended_ms >= ?3)
             order by m.id desc limit ?4"
        ),
        params![person, from_ms, rows],
        mandate_of,
    )
}

/// Those in which somebody acts, the newest first. `from_ms` leaves out what ended before.
pub fn of_agent(tx: &mut Tx<'_>, agent: &Id, from_ms: i64, rows: i64) -> Result<Vec<Mandate>, Fault> {
    tx.all(
        sql!(
            "select m.id, m.person, p.name, m.agent, a.name, m.relation, m.scopes, m.state, m.starts_on, m.ends_on,
                    m.starts_ms, m.ends_ms, m.note, m.document, m.made_ms, m.made_by, m.answered_ms, m.ended_ms,
                    m.used_ms
             from people_mandate m
             join people_account p on p.city = ?1 and p.id = m.person
             join people_account a on a.city = ?1 and a.id = m.agent
             where m.city = ?1 and m.agent = ?2 and (m.ended_ms = 0 or m.ended_ms >= ?3)
             order by m.id desc limit ?4"
        ),
        params![agent, from_ms, rows],
        mandate_of,
    )
}

pub fn add(tx: &mut Tx<'_>, mandate: &Mandate) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_mandate
                 (city, id, person, agent, relation, scopes, state, starts_on, ends_on, starts_ms, ends_ms, note,
                  document, made_ms, made_by, answered_ms, ended_ms, ended_by, used_ms, reminded_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, '', 0, 0)"
        ),
        params![
            &mandate.id,
            &mandate.person,
            &mandate.agent,
            mandate.relation.name(),
            mandate::written(&mandate.scopes),
            mandate.standing.name(),
            mandate.starts_on.as_str(),
            mandate.ends_on.as_str(),
            mandate.starts_ms,
            mandate.ends_ms,
            mandate.note.as_str(),
            mandate.document.as_str(),
            mandate.made_ms,
            mandate.made_by.as_str(),
            mandate.answered_ms,
        ],
    )
}

/// The one who is to act says yes or no; of two answers the first counts.
pub fn answer(tx: &mut Tx<'_>, id: &Id, standing: Standing, now_ms: i64) -> Result<bool, Fault> {
    let ended_ms = if standing == Standing::Active { 0 } else { now_ms };
    let changed = tx.exec(
        sql!(
            "update people_mandate set state = ?3, answered_ms = ?4, ended_ms = ?5
             where city = ?1 and id = ?2 and state = 'offered'"
        ),
        params![id, standing.name(), now_ms, ended_ms],
    )?;
    Ok(changed == 1)
}

/// Ends it at once; answers whether it stood.
pub fn end(tx: &mut Tx<'_>, id: &Id, by: &str, now_ms: i64) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!(
            "update people_mandate set state = 'ended', ended_ms = ?4, ended_by = ?3
             where city = ?1 and id = ?2 and state in ('offered', 'active')"
        ),
        params![id, by, now_ms],
    )?;
    Ok(changed == 1)
}

/// Ends what a person takes or gives part in: when they leave, or when a child's account becomes its own.
pub fn end_all(
    tx: &mut Tx<'_>,
    person: &Id,
    relation: Option<Relation>,
    by: &str,
    now_ms: i64,
) -> Result<u64, Fault> {
    tx.exec(
        sql!(
            "update people_mandate set state = 'ended', ended_ms = ?5, ended_by = ?4
             where city = ?1 and person = ?2 and state in ('offered', 'active') and (?3 = '' or relation = ?3)"
        ),
        params![person, relation.map_or("", Relation::name), by, now_ms],
    )
}

pub fn note_used(tx: &mut Tx<'_>, id: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(sql!("update people_mandate set used_ms = ?3 where city = ?1 and id = ?2"), params![id, now_ms])
}

pub fn note_reminded(tx: &mut Tx<'_>, id: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!("update people_mandate set reminded_ms = ?3 where city = ?1 and id = ?2"),
        params![id, now_ms],
    )
}
