//! Teams of staff.

use std::collections::HashMap;

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Teams of a city at most.
pub const TEAMS_MAX: i64 = 200;
/// Members of a team at most.
pub const MEMBERS_MAX: i64 = 300;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    pub id: Id,
    /// What policies call it.
    pub slug: String,
    pub name: String,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    pub account: Id,
    pub name: String,
    pub mail: String,
}

fn team_of(row: &Row<'_>) -> Result<Team, Fault> {
    Ok(Team {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        rev: row.get(3)?,
        saved_ms: row.get(4)?,
        saved_by: row.get(5)?,
    })
}

pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Team>, Fault> {
    tx.all(
        sql!(
            "select id, slug, name, rev, saved_ms, saved_by from people_team where city = ?1 order by slug limit ?2"
        ),
        params![TEAMS_MAX],
        team_of,
    )
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Team>, Fault> {
    tx.opt(
        sql!("select id, slug, name, rev, saved_ms, saved_by from people_team where city = ?1 and id = ?2"),
        params![id],
        team_of,
    )
}

pub fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<Team>, Fault> {
    tx.opt(
        sql!("select id, slug, name, rev, saved_ms, saved_by from people_team where city = ?1 and slug = ?2"),
        params![slug],
        team_of,
    )
}

pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/team")
}

pub fn put(tx: &mut Tx<'_>, team: &Team) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_team (city, id, slug, name, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (city, id) do update
             set slug = excluded.slug, name = excluded.name, rev = excluded.rev, saved_ms = excluded.saved_ms,
                 saved_by = excluded.saved_by"
        ),
        params![
            &team.id,
            team.slug.as_str(),
            team.name.as_str(),
            team.rev,
            team.saved_ms,
            team.saved_by.as_str()
        ],
    )
}

pub fn remove(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_team_member where city = ?1 and team = ?2"), params![id])?;
    tx.put(sql!("delete from people_team where city = ?1 and id = ?2"), params![id])
}

pub fn members(tx: &mut Tx<'_>, team: &Id) -> Result<Vec<Member>, Fault> {
    tx.all(
        sql!(
            "select m.account, a.name, a.mail from people_team_member m
             join people_account a on a.city = ?1 and a.id = m.account
             where m.city = ?1 and m.team = ?2 order by a.kana, a.id limit ?3"
        ),
        params![team, MEMBERS_MAX],
        |row| Ok(Member { account: row.get(0)?, name: row.get(1)?, mail: row.get(2)? }),
    )
}

pub fn set_members(tx: &mut Tx<'_>, team: &Id, accounts: &[Id]) -> Result<(), Fault> {
    tx.put(sql!("delete from people_team_member where city = ?1 and team = ?2"), params![team])?;
    for account in accounts {
        tx.put(
            sql!("insert into people_team_member (city, team, account) values (?1, ?2, ?3)"),
            params![team, account],
        )?;
    }
    Ok(())
}

/// The slugs of the teams of everybody who is in one.
pub fn by_account(tx: &mut Tx<'_>) -> Result<HashMap<Id, Vec<String>>, Fault> {
    let mut teams: HashMap<Id, Vec<String>> = HashMap::new();
    tx.each(
        sql!(
            "select m.account, t.slug from people_team_member m
             join people_team t on t.city = ?1 and t.id = m.team
             where m.city = ?1 order by m.account, t.slug limit ?2"
        ),
        params![TEAMS_MAX * MEMBERS_MAX],
        |row| {
            teams.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        },
    )?;
    Ok(teams)
}
