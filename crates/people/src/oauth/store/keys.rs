//! The keys that sign. Their private halves stand among the city's secrets.

use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::{params, secrets, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::oauth::model::TokenAlg;

/// A key, without its private half.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    pub kid: String,
    pub alg: TokenAlg,
    /// The public half, as JSON.
    pub jwk: String,
    pub made_ms: i64,
    /// From when and until when it signs.
    pub starts_ms: i64,
    pub stops_ms: i64,
    /// Until when it is shown to others.
    pub gone_ms: i64,
}

fn key_of(row: &Row<'_>) -> Result<Key, Fault> {
    Ok(Key {
        kid: row.get(0)?,
        alg: TokenAlg::from_name(&row.get::<String>(1)?),
        jwk: row.get(2)?,
        made_ms: row.get(3)?,
        starts_ms: row.get(4)?,
        stops_ms: row.get(5)?,
        gone_ms: row.get(6)?,
    })
}

fn secret_name(kid: &str) -> String {
    format!("people.key.{kid}")
}

/// Every key that others may still meet, the newest last.
pub fn shown(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<Key>, Fault> {
    tx.all(
        sql!(
            "select kid, alg, jwk, made_ms, starts_ms, stops_ms, gone_ms from people_key
             where city = ?1 and gone_ms > ?2 order by starts_ms, kid limit 30"
        ),
        params![now_ms],
        key_of,
    )
}

/// The key that signs now.
pub fn current(tx: &mut Tx<'_>, alg: TokenAlg, now_ms: i64) -> Result<Option<Key>, Fault> {
    tx.opt(
        sql!(
            "select kid, alg, jwk, made_ms, starts_ms, stops_ms, gone_ms from people_key
             where city = ?1 and alg = ?2 and starts_ms <= ?3 and stops_ms > ?3 order by starts_ms desc, kid limit 1"
        ),
        params![alg.name(), now_ms],
        key_of,
    )
}

/// The key that signs soonest, when none signs yet: the clock was set back to before the first of them.
pub fn soonest(tx: &mut Tx<'_>, alg: TokenAlg, now_ms: i64) -> Result<Option<Key>, Fault> {
    tx.opt(
        sql!(
            "select kid, alg, jwk, made_ms, starts_ms, stops_ms, gone_ms from people_key
             where city = ?1 and alg = ?2 and stops_ms > ?3 order by starts_ms, kid limit 1"
        ),
        params![alg.name(), now_ms],
        key_of,
    )
}

/// The last instant at which any key of this kind signs; 0 without one.
pub fn covered_until(tx: &mut Tx<'_>, alg: TokenAlg) -> Result<i64, Fault> {
    tx.one(
        sql!("select coalesce(max(stops_ms), 0) from people_key where city = ?1 and alg = ?2"),
        params![alg.name()],
        |row| row.get(0),
    )
}

pub fn add(tx: &mut Tx<'_>, cx: &Cx, key: &Key, private: &[u8]) -> Result<(), Fault> {
    secrets::put(tx, cx, &secret_name(&key.kid), private)?;
    tx.put(
        sql!(
            "insert into people_key (city, kid, alg, jwk, made_ms, starts_ms, stops_ms, gone_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![&key.kid, key.alg.name(), &key.jwk, key.made_ms, key.starts_ms, key.stops_ms, key.gone_ms],
    )
}

pub fn private(tx: &mut Tx<'_>, cx: &Cx, kid: &str) -> Result<Option<Vec<u8>>, Fault> {
    secrets::get(tx, cx, &secret_name(kid))
}

/// From an instant on the older keys of a kind sign no more; they are shown until another.
pub fn stop(tx: &mut Tx<'_>, alg: TokenAlg, stops_ms: i64, gone_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_key set stops_ms = {least(stops_ms, ?3)}, gone_ms = {least(gone_ms, ?4)}
             where city = ?1 and alg = ?2 and stops_ms > ?3"
        ),
        params![alg.name(), stops_ms, gone_ms],
    )
}

/// The private halves of keys that sign no more are thrown away.
pub fn forget_old(tx: &mut Tx<'_>, now_ms: i64) -> Result<(), Fault> {
    let old = tx.all(
        sql!("select kid from people_key where city = ?1 and stops_ms <= ?2 order by kid limit 100"),
        params![now_ms],
        |row| row.get::<String>(0),
    )?;
    old.iter().try_for_each(|kid| secrets::remove(tx, &secret_name(kid)))
}
