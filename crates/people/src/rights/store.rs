//! SQL of policies, deputies, teams and requests.

use std::collections::HashMap;

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

/// Policies of a city at most.
pub const POLICIES_MAX: i64 = 500;
/// Members of teams that are read at most.
const MEMBERS_MAX: i64 = 20_000;
/// Deputies that stand or are to come, at most.
const DEPUTIES_MAX: i64 = 5_000;

fn id_or_none(row: &Row<'_>, column: usize) -> Result<Option<Id>, Fault> {
    match row.get::<Option<String>>(column)? {
        Some(text) if !text.is_empty() => text.parse().map(Some).map_err(Fault::internal),
        _ => Ok(None),
    }
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

pub fn team_members(tx: &mut Tx<'_>) -> Result<HashMap<Id, Vec<String>>, Fault> {
    let mut teams: HashMap<Id, Vec<String>> = HashMap::new();
    tx.each(
        sql!(
            "select m.account, t.slug from people_team_member m
             join people_team t on t.city = ?1 and t.id = m.team
             where m.city = ?1 order by m.account, t.slug limit ?2"
        ),
        params![MEMBERS_MAX],
        |row| {
            teams.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        },
    )?;
    Ok(teams)
}

/// Who stands in, from when, until when, for whom, with which roles, in which department.
pub type Standing = (Id, i64, i64, Id, String, Option<Id>);

/// Everybody who stands in for somebody, or is going to. Nobody stands in for a locked account.
pub fn standing_deputies(tx: &mut Tx<'_>) -> Result<Vec<Standing>, Fault> {
    tx.all(
        sql!(
            "select d.account, d.from_ms, d.until_ms, d.for_account, f.roles, f.department
             from people_deputy d
             join people_staff f on f.city = ?1 and f.account = d.for_account
             join people_account a on a.city = ?1 and a.id = d.for_account
             where d.city = ?1 and d.state = 'standing' and a.state = 'active'
             order by d.account, d.id limit ?2"
        ),
        params![DEPUTIES_MAX],
        |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, id_or_none(row, 5)?))
        },
    )
}
