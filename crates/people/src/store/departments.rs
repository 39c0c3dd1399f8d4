//! Departments.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{id_or_none, text_of, written};
use crate::rules::Branch;

/// A department (部 or 課).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Department {
    pub id: Id,
    pub code: String,
    pub name: Text,
    pub parent: Option<Id>,
    /// Where it stands among its brothers and sisters.
    pub place: i64,
    /// The day from which it is no more; empty while it is open.
    pub closed_on: String,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

impl Branch for Department {
    fn key(&self) -> &str {
        self.id.as_str()
    }
    fn parent(&self) -> &str {
        self.parent.as_ref().map_or("", Id::as_str)
    }
    fn order(&self) -> (i64, &str) {
        (self.place, &self.code)
    }
}

fn department_of(row: &Row<'_>) -> Result<Department, Fault> {
    Ok(Department {
        id: row.get(0)?,
        code: row.get(1)?,
        name: text_of(row, 2)?,
        parent: id_or_none(row, 3)?,
        place: row.get(4)?,
        closed_on: row.get(5)?,
        rev: row.get(6)?,
        saved_ms: row.get(7)?,
        saved_by: row.get(8)?,
    })
}

/// Departments of a city at most: a tree is shown whole.
pub const DEPARTMENTS_MAX: i64 = 2_000;

pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Department>, Fault> {
    tx.all(
        sql!(
            "select id, code, name, parent, place, closed_on, rev, saved_ms, saved_by from people_department
             where city = ?1 order by place, code limit ?2"
        ),
        params![DEPARTMENTS_MAX],
        department_of,
    )
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Department>, Fault> {
    tx.opt(
        sql!(
            "select id, code, name, parent, place, closed_on, rev, saved_ms, saved_by from people_department
             where city = ?1 and id = ?2"
        ),
        params![id],
        department_of,
    )
}

pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Department>, Fault> {
    tx.opt(
        sql!(
            "select id, code, name, parent, place, closed_on, rev, saved_ms, saved_by from people_department
             where city = ?1 and code = ?2"
        ),
        params![code],
        department_of,
    )
}

pub fn count(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from people_department where city = ?1"), params![], |row| row.get(0))
}

/// Everything that changes the tree waits for each other: a code is taken once, and no circle arises.
pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/department")
}

/// Writes a department as it is now to be. Called under [`lock`], after checking.
pub fn put(tx: &mut Tx<'_>, department: &Department) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_department (city, id, code, name, parent, place, closed_on, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (city, id) do update
             set code = excluded.code, name = excluded.name, parent = excluded.parent, place = excluded.place,
                 closed_on = excluded.closed_on, rev = excluded.rev, saved_ms = excluded.saved_ms,
                 saved_by = excluded.saved_by"
        ),
        params![
            &department.id,
            department.code.as_str(),
            written(&department.name)?,
            department.parent.as_ref().map_or("", Id::as_str),
            department.place,
            department.closed_on.as_str(),
            department.rev,
            department.saved_ms,
            department.saved_by.as_str()
        ],
    )
}
