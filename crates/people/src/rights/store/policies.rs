//! Policies and their versions.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Policies of a city at most.
pub const POLICIES_MAX: i64 = 500;

/// How far a version has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyState {
    Draft,
    Proposed,
    /// In force, or replaced by a later version.
    Approved,
    /// In force; somebody proposed to take it back.
    Retiring,
    Retired,
}

impl PolicyState {
    pub const ALL: [PolicyState; 5] = [
        PolicyState::Draft,
        PolicyState::Proposed,
        PolicyState::Approved,
        PolicyState::Retiring,
        PolicyState::Retired,
    ];

    pub fn name(self) -> &'static str {
        match self {
            PolicyState::Draft => "draft",
            PolicyState::Proposed => "proposed",
            PolicyState::Approved => "approved",
            PolicyState::Retiring => "retiring",
            PolicyState::Retired => "retired",
        }
    }

    /// Whatever is not known is in force for nobody.
    pub fn from_name(name: &str) -> PolicyState {
        PolicyState::ALL.into_iter().find(|state| state.name() == name).unwrap_or(PolicyState::Retired)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRow {
    pub id: Id,
    pub name: String,
    /// The state of its newest version.
    pub state: PolicyState,
    /// The newest version.
    pub version: i64,
    /// The version in force; 0 for none.
    pub in_force: i64,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
    /// The text of the newest version.
    pub cedar: String,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionRow {
    pub version: i64,
    pub cedar: String,
    /// Why, in the words of whoever wrote it.
    pub note: String,
    pub state: PolicyState,
    pub saved_by: String,
    pub saved_ms: i64,
    pub proposed_by: String,
    pub proposed_ms: i64,
    pub decided_by: String,
    pub decided_ms: i64,
}

fn policy_of(row: &Row<'_>) -> Result<PolicyRow, Fault> {
    Ok(PolicyRow {
        id: row.get(0)?,
        name: row.get(1)?,
        state: PolicyState::from_name(&row.get::<String>(2)?),
        version: row.get(3)?,
        in_force: row.get(4)?,
        rev: row.get(5)?,
        saved_ms: row.get(6)?,
        saved_by: row.get(7)?,
        cedar: row.get(8)?,
        note: row.get(9)?,
    })
}

/// Policies by their names, of every state.
pub fn page(tx: &mut Tx<'_>, after: &str, rows: i64) -> Result<Vec<PolicyRow>, Fault> {
    tx.all(
        sql!(
            "select p.id, p.name, p.state, p.version, p.in_force, p.rev, p.saved_ms, p.saved_by, v.cedar, v.note
             from people_policy p
             join people_policy_version v on v.city = ?1 and v.policy = p.id and v.version = p.version
             where p.city = ?1 and p.name > ?2 order by p.name limit ?3"
        ),
        params![after, rows],
        policy_of,
    )
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<PolicyRow>, Fault> {
    tx.opt(
        sql!(
            "select p.id, p.name, p.state, p.version, p.in_force, p.rev, p.saved_ms, p.saved_by, v.cedar, v.note
             from people_policy p
             join people_policy_version v on v.city = ?1 and v.policy = p.id and v.version = p.version
             where p.city = ?1 and p.id = ?2"
        ),
        params![id],
        policy_of,
    )
}

pub fn id_of_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Id>, Fault> {
    tx.opt(sql!("select id from people_policy where city = ?1 and name = ?2"), params![name], |row| {
        row.get(0)
    })
}

pub fn count(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from people_policy where city = ?1"), params![], |row| row.get(0))
}

/// The versions of a policy, newest first.
pub fn versions(tx: &mut Tx<'_>, id: &Id) -> Result<Vec<VersionRow>, Fault> {
    tx.all(
        sql!(
            "select version, cedar, note, state, saved_by, saved_ms, proposed_by, proposed_ms, decided_by, decided_ms
             from people_policy_version where city = ?1 and policy = ?2 order by version desc limit 100"
        ),
        params![id],
        |row| {
            Ok(VersionRow {
                version: row.get(0)?,
                cedar: row.get(1)?,
                note: row.get(2)?,
                state: PolicyState::from_name(&row.get::<String>(3)?),
                saved_by: row.get(4)?,
                saved_ms: row.get(5)?,
                proposed_by: row.get(6)?,
                proposed_ms: row.get(7)?,
                decided_by: row.get(8)?,
                decided_ms: row.get(9)?,
            })
        },
    )
}

/// Everything that changes policies waits for each other.
pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/policy")
}

pub fn put(tx: &mut Tx<'_>, policy: &PolicyRow) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_policy (city, id, name, state, version, in_force, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             on conflict (city, id) do update
             set name = excluded.name, state = excluded.state, version = excluded.version,
                 in_force = excluded.in_force, rev = excluded.rev, saved_ms = excluded.saved_ms,
                 saved_by = excluded.saved_by"
        ),
        params![
            &policy.id,
            policy.name.as_str(),
            policy.state.name(),
            policy.version,
            policy.in_force,
            policy.rev,
            policy.saved_ms,
            policy.saved_by.as_str()
        ],
    )
}

pub fn put_version(tx: &mut Tx<'_>, policy: &Id, version: &VersionRow) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_policy_version
                 (city, policy, version, cedar, note, state, saved_by, saved_ms, proposed_by, proposed_ms, decided_by,
                  decided_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             on conflict (city, policy, version) do update
             set cedar = excluded.cedar, note = excluded.note, state = excluded.state, saved_by = excluded.saved_by,
                 saved_ms = excluded.saved_ms, proposed_by = excluded.proposed_by,
                 proposed_ms = excluded.proposed_ms, decided_by = excluded.decided_by,
                 decided_ms = excluded.decided_ms"
        ),
        params![
            policy,
            version.version,
            version.cedar.as_str(),
            version.note.as_str(),
            version.state.name(),
            version.saved_by.as_str(),
            version.saved_ms,
            version.proposed_by.as_str(),
            version.proposed_ms,
            version.decided_by.as_str(),
            version.decided_ms
        ],
    )
}

/// A draft that never was in force is thrown away.
pub fn drop_version(tx: &mut Tx<'_>, policy: &Id, version: i64) -> Result<(), Fault> {
    tx.put(
        sql!("delete from people_policy_version where city = ?1 and policy = ?2 and version = ?3"),
        params![policy, version],
    )
}

/// Every policy that is in force: its id, the version, its text.
pub fn in_force(tx: &mut Tx<'_>) -> Result<Vec<(String, i64, String)>, Fault> {
    tx.all(
        sql!(
            "select p.id, v.version, v.cedar from people_policy p
             join people_policy_version v on v.city = ?1 and v.policy = p.id and v.version = p.in_force
             where p.city = ?1 and p.in_force > 0 order by p.id limit ?2"
        ),
        params![POLICIES_MAX],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// The names of the policies, by their ids.
pub fn names(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, Fault> {
    tx.all(
        sql!("select id, name from people_policy where city = ?1 order by id limit ?2"),
        params![POLICIES_MAX],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
