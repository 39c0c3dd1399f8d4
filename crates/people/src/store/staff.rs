//! Staff: an account with a post. The account's revision is the revision of both.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Role;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id_or_none;
use crate::model::{AccountState, Roles};

/// Somebody who works for the city.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StaffMember {
    pub id: Id,
    pub name: String,
    pub kana: String,
    pub mail: String,
    pub department: Option<Id>,
    /// The department's code, empty without one.
    pub department_code: String,
    pub roles: Vec<Role>,
    pub title: String,
    pub state: AccountState,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

impl StaffMember {
    pub fn roles(&self) -> Roles {
        Roles::new(self.roles.iter().copied())
    }
}

pub(super) fn staff_of(row: &Row<'_>) -> Result<StaffMember, Fault> {
    let roles: String = row.get(6)?;
    Ok(StaffMember {
        id: row.get(0)?,
        name: row.get(1)?,
        kana: row.get(2)?,
        mail: row.get(3)?,
        department: id_or_none(row, 4)?,
        department_code: row.get::<Option<String>>(5)?.unwrap_or_default(),
        roles: Roles::parse(&roles).unwrap_or_default().list().to_vec(),
        title: row.get(7)?,
        state: AccountState::from_name(&row.get::<String>(8)?),
        rev: row.get(9)?,
        saved_ms: row.get(10)?,
        saved_by: row.get(11)?,
    })
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<StaffMember>, Fault> {
    tx.opt(
        sql!(
            "select a.id, a.name, a.kana, a.mail, f.department, d.code, f.roles, f.title, a.state, a.rev, a.saved_ms,
                    a.saved_by
             from people_staff f
             join people_account a on a.city = ?1 and a.id = f.account
             left join people_department d on d.city = ?1 and d.id = f.department
             where f.city = ?1 and f.account = ?2"
        ),
        params![id],
        staff_of,
    )
}

/// A page of the staff in the order of their readings, of one department or of all. `after` is the reading and the id
/// of the last row seen.
pub fn page(
    tx: &mut Tx<'_>,
    department: &str,
    after: (&str, &str),
    rows: i64,
) -> Result<Vec<StaffMember>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.name, a.kana, a.mail, f.department, d.code, f.roles, f.title, a.state, a.rev, a.saved_ms,
                    a.saved_by
             from people_account a
             join people_staff f on f.city = ?1 and f.account = a.id
             left join people_department d on d.city = ?1 and d.id = f.department
             where a.city = ?1 and a.kind = 'staff' and (?2 = '' or f.department = ?2)
               and (?4 = '' or a.kana > ?3 or (a.kana = ?3 and a.id > ?4))
             order by a.kana, a.id limit ?5"
        ),
        params![department, after.0, after.1, rows],
        staff_of,
    )
}

/// Gives an account its post, or another one.
pub fn put(
    tx: &mut Tx<'_>,
    account: &Id,
    department: Option<&Id>,
    roles: &Roles,
    title: &str,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_staff (city, account, department, roles, title) values (?1, ?2, ?3, ?4, ?5)
             on conflict (city, account) do update
             set department = excluded.department, roles = excluded.roles, title = excluded.title"
        ),
        params![account, department.map_or("", Id::as_str), roles.written(), title],
    )
}

/// Whether anybody works here besides administrators.
pub fn any_colleague(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!("select account from people_staff where city = ?1 and roles <> 'admin' limit 1"),
        params![],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

/// The administrators who can act, at most a handful: there must always be one. Roles are kept in one order, with the
/// administrator's last.
pub fn active_admins(tx: &mut Tx<'_>) -> Result<Vec<Id>, Fault> {
    tx.all(
        sql!(
            "select f.account from people_staff f join people_account a on a.city = ?1 and a.id = f.account
             where f.city = ?1 and substr(f.roles, length(f.roles) - 4) = 'admin' and a.state = 'active'
             order by f.account limit 3"
        ),
        params![],
        |row| row.get(0),
    )
}

/// How many people belong to a department.
pub fn count_in(tx: &mut Tx<'_>, department: &Id) -> Result<i64, Fault> {
    tx.one(
        sql!(
            "select count(*) from people_staff f join people_account a on a.city = ?1 and a.id = f.account
             where f.city = ?1 and f.department = ?2 and a.state = 'active'"
        ),
        params![department],
        |row| row.get(0),
    )
}
