//! The ways into an account, as rows.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a way in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WayKind {
    Passkey,
    /// An authenticator that shows a new number every half minute: a second factor, never a way in alone.
    Totp,
    /// An account at another provider: LINE, the national app, any OpenID Connect provider.
    Provider,
}

impl WayKind {
    pub fn name(self) -> &'static str {
        match self {
            WayKind::Passkey => "passkey",
            WayKind::Totp => "totp",
            WayKind::Provider => "provider",
        }
    }

    pub fn from_name(name: &str) -> WayKind {
        match name {
            "passkey" => WayKind::Passkey,
            "totp" => WayKind::Totp,
            _ => WayKind::Provider,
        }
    }
}

/// A way into an account, as its own person sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    pub id: Id,
    pub kind: WayKind,
    /// Which provider; empty for one's own device.
    pub issuer: String,
    /// What the person calls it.
    pub label: String,
    pub made_ms: i64,
    /// 0 when it was never used.
    pub used_ms: i64,
    /// After "that was not me", until its person unlocks it.
    pub locked: bool,
}

/// A way with what only the program reads.
pub(crate) struct Kept {
    pub way: Way,
    pub account: Id,
    pub body: String,
}

fn kept_of(row: &Row<'_>) -> Result<Kept, Fault> {
    Ok(Kept {
        way: Way {
            id: row.get(0)?,
            kind: WayKind::from_name(&row.get::<String>(1)?),
            issuer: row.get(2)?,
            label: row.get(3)?,
            made_ms: row.get(4)?,
            used_ms: row.get(5)?,
            locked: row.get::<i64>(8)? > 0,
        },
        account: row.get(6)?,
        body: row.get(7)?,
    })
}

/// Every way of an account, oldest first. There are few: `arrive::WAYS_MAX`.
pub(crate) fn of_account(tx: &mut Tx<'_>, account: &Id) -> Result<Vec<Kept>, Fault> {
    tx.all(
        sql!(
            "select id, kind, issuer, label, made_ms, used_ms, account, body, locked_ms from people_way
             where city = ?1 and account = ?2 order by id limit 100"
        ),
        params![account],
        kept_of,
    )
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Kept>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, issuer, label, made_ms, used_ms, account, body, locked_ms from people_way
             where city = ?1 and id = ?2"
        ),
        params![id],
        kept_of,
    )
}

/// The way with this subject at this issuer, whoever's it is.
pub(crate) fn by_subject(
    tx: &mut Tx<'_>,
    kind: WayKind,
    issuer: &str,
    subject: &str,
) -> Result<Option<Kept>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, issuer, label, made_ms, used_ms, account, body, locked_ms from people_way
             where city = ?1 and kind = ?2 and issuer = ?3 and subject = ?4"
        ),
        params![kind.name(), issuer, subject],
        kept_of,
    )
}

/// A way to be kept.
pub(crate) struct NewWay<'w> {
    pub id: &'w Id,
    pub account: &'w Id,
    pub kind: WayKind,
    pub issuer: &'w str,
    pub subject: &'w str,
    pub label: &'w str,
    pub body: &'w str,
}

/// Adds a way, unless this subject is somebody's already. Called under `people/way/<subject>`.
pub(crate) fn add(tx: &mut Tx<'_>, way: &NewWay<'_>, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_way (city, id, account, kind, issuer, subject, label, body, made_ms, used_ms,
                                     locked_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0)"
        ),
        params![way.id, way.account, way.kind.name(), way.issuer, way.subject, way.label, way.body, now_ms],
    )
}

pub(crate) fn note_used(tx: &mut Tx<'_>, id: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(sql!("update people_way set used_ms = ?3 where city = ?1 and id = ?2"), params![id, now_ms])
}

/// Replaces what only the program reads, if it still is what was read.
pub(crate) fn set_body(tx: &mut Tx<'_>, id: &Id, before: &str, body: &str) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!("update people_way set body = ?4 where city = ?1 and id = ?2 and body = ?3"),
        params![id, before, body],
    )?;
    Ok(changed == 1)
}

pub(crate) fn rename(tx: &mut Tx<'_>, id: &Id, label: &str) -> Result<(), Fault> {
    tx.put(sql!("update people_way set label = ?3 where city = ?1 and id = ?2"), params![id, label])
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_way where city = ?1 and id = ?2"), params![id])
}

pub(crate) fn lock(tx: &mut Tx<'_>, id: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(sql!("update people_way set locked_ms = ?3 where city = ?1 and id = ?2"), params![id, now_ms])
}

/// Locks every way of a kind; answers how many.
pub(crate) fn lock_all(tx: &mut Tx<'_>, account: &Id, kind: WayKind, now_ms: i64) -> Result<u64, Fault> {
    tx.exec(
        sql!(
            "update people_way set locked_ms = ?4
             where city = ?1 and account = ?2 and kind = ?3 and locked_ms = 0"
        ),
        params![account, kind.name(), now_ms],
    )
}

pub(crate) fn unlock(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(sql!("update people_way set locked_ms = 0 where city = ?1 and id = ?2"), params![id])
}

pub(crate) fn forget_paper(tx: &mut Tx<'_>, account: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_recovery where city = ?1 and account = ?2"), params![account])
}
