//! Households, and the children in them.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody who lives in one's household: no more of them than that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    pub account: Id,
    pub name: String,
    /// A child without a way in of its own.
    pub child: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Household {
    pub id: Id,
    /// Empty until somebody names it.
    pub name: String,
    pub members: Vec<Member>,
}

/// People of a household who are shown at most.
const MEMBERS_MAX: i64 = 50;

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Household, Fault> {
    let name =
        tx.opt(sql!("select name from people_household where city = ?1 and id = ?2"), params![id], |row| {
            row.get::<String>(0)
        })?;
    let members = tx.all(
        sql!(
            "select r.account, a.name, coalesce(c.handed_ms, -1)
             from people_resident r
             join people_account a on a.city = ?1 and a.id = r.account
             left join people_child c on c.city = ?1 and c.account = r.account
             where r.city = ?1 and r.household = ?2 and a.state = 'active'
             order by r.birth, r.account limit ?3"
        ),
        params![id, MEMBERS_MAX],
        |row| Ok(Member { account: row.get(0)?, name: row.get(1)?, child: row.get::<i64>(2)? == 0 }),
    )?;
    Ok(Household { id: id.clone(), name: name.unwrap_or_default(), members })
}

pub fn put(tx: &mut Tx<'_>, id: &Id, name: &str, by: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_household (city, id, name, made_ms, made_by) values (?1, ?2, ?3, ?4, ?5)
             on conflict (city, id) do update set name = excluded.name"
        ),
        params![id, name, now_ms, by],
    )
}

/// A household that nobody lives in any more is forgotten.
pub fn forget_if_empty(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(
        sql!(
            "delete from people_household where city = ?1 and id = ?2 and not exists (
                 select 1 from people_resident r where r.city = ?1 and r.household = ?2)"
        ),
        params![id],
    )
}

/// A child's account, as its parents see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Child {
    pub account: Id,
    pub name: String,
    pub birth: String,
}

/// The children whom somebody is a parent of, who have no way in of their own yet.
pub fn children_of(tx: &mut Tx<'_>, parent: &Id, rows: i64) -> Result<Vec<Child>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.name, r.birth
             from people_mandate m
             join people_child c on c.city = ?1 and c.account = m.person and c.handed_ms = 0
             join people_account a on a.city = ?1 and a.id = m.person
             join people_resident r on r.city = ?1 and r.account = m.person
             where m.city = ?1 and m.agent = ?2 and m.relation = 'parent' and m.state = 'active' and a.state = 'active'
             order by r.birth, a.id limit ?3"
        ),
        params![parent, rows],
        |row| Ok(Child { account: row.get(0)?, name: row.get(1)?, birth: row.get(2)? }),
    )
}

/// Whether somebody is a parent of this child, which has no way in of its own yet.
pub fn is_parent(tx: &mut Tx<'_>, parent: &Id, child: &Id) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select m.id from people_mandate m
             join people_child c on c.city = ?1 and c.account = m.person and c.handed_ms = 0
             where m.city = ?1 and m.agent = ?2 and m.person = ?3 and m.relation = 'parent' and m.state = 'active'
             limit 1"
        ),
        params![parent, child],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

pub fn add_child(tx: &mut Tx<'_>, account: &Id, birth: &str, by: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_child (city, account, made_by, made_ms, handed_ms) values (?1, ?2, ?3, ?4, 0)"
        ),
        params![account, by, now_ms],
    )?;
    // Where the parent lives, as far as the city knows.
    tx.put(
        sql!(
            "insert into people_resident (city, account, household, birth, block, district, langs, postal, address,
                                          latitude, longitude)
             select ?1, ?2, r.household, ?3, r.block, r.district, '', r.postal, r.address, r.latitude, r.longitude
             from people_account p
             left join people_resident r on r.city = ?1 and r.account = p.id
             where p.city = ?1 and p.id = ?4 and r.account is not null"
        ),
        params![account, birth, by],
    )
}

pub fn hand_over(tx: &mut Tx<'_>, account: &Id, now_ms: i64) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!("update people_child set handed_ms = ?3 where city = ?1 and account = ?2 and handed_ms = 0"),
        params![account, now_ms],
    )?;
    Ok(changed == 1)
}
