//! Lists that wait, and lookups for many rows at once.

use std::collections::BTreeMap;

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::districts::Block;
use super::staff::StaffMember;
use crate::import::{Kind, StagedRow};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Waits for somebody to look at it and take it over.
    Staged,
    Running,
    Done,
}

impl ImportState {
    pub fn name(self) -> &'static str {
        match self {
            ImportState::Staged => "staged",
            ImportState::Running => "running",
            ImportState::Done => "done",
        }
    }

    fn from_name(name: &str) -> ImportState {
        match name {
            "staged" => ImportState::Staged,
            "running" => ImportState::Running,
            _ => ImportState::Done,
        }
    }
}

/// How many rows were added, changed, the same, or wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub added: i64,
    pub changed: i64,
    pub same: i64,
    pub wrong: i64,
}

/// A list that was read in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    pub id: Id,
    pub kind: Kind,
    /// The name of the file.
    pub source: String,
    pub state: ImportState,
    pub parts: i64,
    pub parts_done: i64,
    pub rows: i64,
    /// What has been done so far.
    pub done: Counts,
    /// Columns that were left out, as written.
    pub unknown_columns: Vec<String>,
    pub made_by: String,
    pub made_ms: i64,
    pub ended_ms: i64,
}

fn import_of(row: &Row<'_>) -> Result<Import, Fault> {
    let kind: String = row.get(1)?;
    Ok(Import {
        id: row.get(0)?,
        kind: Kind::from_name(&kind).ok_or_else(|| Fault::internal(format!("no kind of list: {kind}")))?,
        source: row.get(2)?,
        state: ImportState::from_name(&row.get::<String>(3)?),
        parts: row.get(4)?,
        parts_done: row.get(5)?,
        rows: row.get(6)?,
        done: Counts { added: row.get(7)?, changed: row.get(8)?, same: row.get(9)?, wrong: row.get(10)? },
        unknown_columns: serde_json::from_str(&row.get::<String>(11)?).map_err(Fault::internal)?,
        made_by: row.get(12)?,
        made_ms: row.get(13)?,
        ended_ms: row.get(14)?,
    })
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Import>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, source, state, parts, parts_done, rows_all, added, changed, same, wrong,
                    unknown_columns, made_by, made_ms, ended_ms
             from people_import where city = ?1 and id = ?2"
        ),
        params![id],
        import_of,
    )
}

/// Newest first.
pub fn page(tx: &mut Tx<'_>, after: &str, rows: i64) -> Result<Vec<Import>, Fault> {
    tx.all(
        sql!(
            "select id, kind, source, state, parts, parts_done, rows_all, added, changed, same, wrong,
                    unknown_columns, made_by, made_ms, ended_ms
             from people_import where city = ?1 and (?2 = '' or id < ?2) order by id desc limit ?3"
        ),
        params![after, rows],
        import_of,
    )
}

pub fn put(tx: &mut Tx<'_>, import: &Import) -> Result<(), Fault> {
    let unknown = serde_json::to_string(&import.unknown_columns).map_err(Fault::internal)?;
    tx.put(
        sql!(
            "insert into people_import (city, id, kind, source, state, parts, parts_done, rows_all, added, changed,
                                        same, wrong, unknown_columns, made_by, made_ms, ended_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             on conflict (city, id) do update
             set state = excluded.state, parts_done = excluded.parts_done, added = excluded.added,
                 changed = excluded.changed, same = excluded.same, wrong = excluded.wrong,
                 ended_ms = excluded.ended_ms"
        ),
        params![
            &import.id,
            import.kind.name(),
            import.source.as_str(),
            import.state.name(),
            import.parts,
            import.parts_done,
            import.rows,
            import.done.added,
            import.done.changed,
            import.done.same,
            import.done.wrong,
            unknown,
            import.made_by.as_str(),
            import.made_ms,
            import.ended_ms
        ],
    )
}

/// Keeps a part; its rows are written out already.
pub fn put_part(tx: &mut Tx<'_>, import: &Id, part: i64, rows: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_import_part (city, import, part, rows, made_ms) values (?1, ?2, ?3, ?4, ?5)"
        ),
        params![import, part, rows, now_ms],
    )
}

/// The rows of a part; none when they have been cleared away.
pub fn part(tx: &mut Tx<'_>, import: &Id, part: i64) -> Result<Vec<StagedRow>, Fault> {
    let rows = tx.opt(
        sql!("select rows from people_import_part where city = ?1 and import = ?2 and part = ?3"),
        params![import, part],
        |row| row.get::<String>(0),
    )?;
    rows.map_or_else(|| Ok(Vec::new()), |rows| serde_json::from_str(&rows).map_err(Fault::internal))
}

/// All rows of a list.
pub fn parts(tx: &mut Tx<'_>, import: &Id) -> Result<Vec<StagedRow>, Fault> {
    let parts = tx.all(
        sql!("select rows from people_import_part where city = ?1 and import = ?2 order by part"),
        params![import],
        |row| row.get::<String>(0),
    )?;
    let mut out = Vec::new();
    for rows in parts {
        out.extend(serde_json::from_str::<Vec<StagedRow>>(&rows).map_err(Fault::internal)?);
    }
    Ok(out)
}

pub fn remove(tx: &mut Tx<'_>, import: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_import_part where city = ?1 and import = ?2"), params![import])?;
    tx.put(sql!("delete from people_import where city = ?1 and id = ?2"), params![import])
}

/// The staff with these addresses, by address.
pub fn staff_by_mail(tx: &mut Tx<'_>, mails: &[&str]) -> Result<BTreeMap<String, StaffMember>, Fault> {
    let rows = tx.all(
        sql!(
            "select a.id, a.name, a.kana, a.mail, f.department, d.code, f.roles, f.title, a.state, a.rev, a.saved_ms,
                    a.saved_by
             from people_account a
             join people_staff f on f.city = ?1 and f.account = a.id
             left join people_department d on d.city = ?1 and d.id = f.department
             where a.city = ?1 and a.mail in {list(?2)} and a.mail <> ''"
        ),
        params![&Value::from(mails)],
        super::staff::staff_of,
    )?;
    Ok(rows.into_iter().map(|row| (row.mail.clone(), row)).collect())
}

/// Which of these addresses belong to residents.
pub fn residents_mails(tx: &mut Tx<'_>, mails: &[&str]) -> Result<Vec<String>, Fault> {
    tx.all(
        sql!(
            "select mail from people_account
             where city = ?1 and mail in {list(?2)} and mail <> '' and kind = 'resident'"
        ),
        params![&Value::from(mails)],
        |row| row.get(0),
    )
}

pub fn blocks_by_key(tx: &mut Tx<'_>, keys: &[String]) -> Result<BTreeMap<String, Block>, Fault> {
    let rows = tx.all(
        sql!("select key, name, district, postal from people_block where city = ?1 and key in {list(?2)}"),
        params![&Value::from(keys)],
        |row| Ok(Block { key: row.get(0)?, name: row.get(1)?, district: row.get(2)?, postal: row.get(3)? }),
    )?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}
