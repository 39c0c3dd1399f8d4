//! Districts, and the blocks of the town that belong to them.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{text_of, written};

/// A district (地区).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct District {
    pub id: Id,
    /// Its part of addresses: `/districts/<slug>/…`.
    pub slug: String,
    pub name: Text,
    pub place: i64,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

fn district_of(row: &Row<'_>) -> Result<District, Fault> {
    Ok(District {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: text_of(row, 2)?,
        place: row.get(3)?,
        rev: row.get(4)?,
        saved_ms: row.get(5)?,
        saved_by: row.get(6)?,
    })
}

/// Districts of a city at most: they are shown and chosen from whole.
pub const DISTRICTS_MAX: i64 = 1_000;

pub fn all(tx: &mut Tx<'_>) -> Result<Vec<District>, Fault> {
    tx.all(
        sql!(
            "select id, slug, name, place, rev, saved_ms, saved_by from people_district
             where city = ?1 order by place, slug limit ?2"
        ),
        params![DISTRICTS_MAX],
        district_of,
    )
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<District>, Fault> {
    tx.opt(
        sql!(
            "select id, slug, name, place, rev, saved_ms, saved_by from people_district where city = ?1 and id = ?2"
        ),
        params![id],
        district_of,
    )
}

pub fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<District>, Fault> {
    tx.opt(
        sql!(
            "select id, slug, name, place, rev, saved_ms, saved_by from people_district
             where city = ?1 and slug = ?2"
        ),
        params![slug],
        district_of,
    )
}

pub fn count(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from people_district where city = ?1"), params![], |row| row.get(0))
}

pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/district")
}

/// Writes a district as it is now to be. Called under [`lock`], after checking.
pub fn put(tx: &mut Tx<'_>, district: &District) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_district (city, id, slug, name, place, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (city, id) do update
             set slug = excluded.slug, name = excluded.name, place = excluded.place, rev = excluded.rev,
                 saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
        ),
        params![
            &district.id,
            district.slug.as_str(),
            written(&district.name)?,
            district.place,
            district.rev,
            district.saved_ms,
            district.saved_by.as_str()
        ],
    )
}

/// A block of the town (町字).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    /// The key under which it is known however it is written.
    pub key: String,
    pub name: String,
    pub district: Id,
    /// `123-4567`, or empty.
    pub postal: String,
}

fn block_of(row: &Row<'_>) -> Result<Block, Fault> {
    Ok(Block { key: row.get(0)?, name: row.get(1)?, district: row.get(2)?, postal: row.get(3)? })
}

pub fn block(tx: &mut Tx<'_>, key: &str) -> Result<Option<Block>, Fault> {
    tx.opt(
        sql!("select key, name, district, postal from people_block where city = ?1 and key = ?2"),
        params![key],
        block_of,
    )
}

pub fn blocks(tx: &mut Tx<'_>, district: &Id, after: &str, rows: i64) -> Result<Vec<Block>, Fault> {
    tx.all(
        sql!(
            "select key, name, district, postal from people_block
             where city = ?1 and district = ?2 and key > ?3 order by key limit ?4"
        ),
        params![district, after, rows],
        block_of,
    )
}

pub fn any_block(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let found = tx.opt(sql!("select key from people_block where city = ?1 limit 1"), params![], |row| {
        row.get::<String>(0)
    })?;
    Ok(found.is_some())
}

pub fn count_blocks(tx: &mut Tx<'_>, district: &Id) -> Result<i64, Fault> {
    tx.one(
        sql!("select count(*) from people_block where city = ?1 and district = ?2"),
        params![district],
        |row| row.get(0),
    )
}

pub fn put_block(tx: &mut Tx<'_>, block: &Block) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_block (city, key, name, district, postal) values (?1, ?2, ?3, ?4, ?5)
             on conflict (city, key) do update
             set name = excluded.name, district = excluded.district, postal = excluded.postal"
        ),
        params![block.key.as_str(), block.name.as_str(), &block.district, block.postal.as_str()],
    )
}

pub fn remove_block(tx: &mut Tx<'_>, key: &str) -> Result<bool, Fault> {
    let gone = tx.exec(sql!("delete from people_block where city = ?1 and key = ?2"), params![key])?;
    Ok(gone == 1)
}
