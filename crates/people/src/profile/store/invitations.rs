//! Invitations: somebody is asked to join a household, or to act for somebody. The code is kept as a digest only.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Scope;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::profile::mandate;

/// What somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To live in the same household, as far as the city's pages are concerned.
    Household,
    /// To act for whoever asks.
    HelpMe,
    /// To be helped by whoever asks.
    LetMeHelp,
    /// To be the other parent of a child.
    Parent,
}

impl Asked {
    pub fn name(self) -> &'static str {
        match self {
            Asked::Household => "household",
            Asked::HelpMe => "help_me",
            Asked::LetMeHelp => "let_me_help",
            Asked::Parent => "parent",
        }
    }

    pub fn from_name(name: &str) -> Option<Asked> {
        [Asked::Household, Asked::HelpMe, Asked::LetMeHelp, Asked::Parent]
            .into_iter()
            .find(|asked| asked.name() == name)
    }

    pub fn word(self) -> &'static str {
        match self {
            Asked::Household => "people-asked-household",
            Asked::HelpMe => "people-asked-help-me",
            Asked::LetMeHelp => "people-asked-let-me-help",
            Asked::Parent => "people-asked-parent",
        }
    }
}

/// An invitation, as whoever holds its code sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invitation {
    pub id: Id,
    pub asked: Asked,
    pub made_by: Id,
    pub made_by_name: String,
    /// The child, for [`Asked::Parent`].
    pub person: Option<Id>,
    pub person_name: String,
    pub scopes: Vec<Scope>,
    pub starts_on: String,
    pub ends_on: String,
    pub note: String,
    pub made_ms: i64,
    pub ends_ms: i64,
}

fn invitation_of(row: &Row<'_>) -> Result<Invitation, Fault> {
    let asked = Asked::from_name(&row.get::<String>(1)?);
    Ok(Invitation {
        id: row.get(0)?,
        asked: asked.ok_or_else(|| Fault::internal("an invitation of no kind"))?,
        made_by: row.get(2)?,
        made_by_name: row.get(3)?,
        person: row.get::<String>(4)?.parse().ok(),
        person_name: row.get(5)?,
        scopes: mandate::read(&row.get::<String>(6)?),
        starts_on: row.get(7)?,
        ends_on: row.get(8)?,
        note: row.get(9)?,
        made_ms: row.get(10)?,
        ends_ms: row.get(11)?,
    })
}

/// Unknown, used and ended codes, and those of accounts that are locked, are all the same: none.
pub fn by_code(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<Option<Invitation>, Fault> {
    tx.opt(
        sql!(
            "select i.id, i.kind, i.made_by, a.name, i.person, coalesce(p.name, ''), i.scopes, i.starts_on, i.ends_on,
                    i.note, i.made_ms, i.ends_ms
             from people_invitation i
             join people_account a on a.city = ?1 and a.id = i.made_by
             left join people_account p on p.city = ?1 and p.id = i.person
             where i.city = ?1 and i.digest = ?2 and i.used_ms = 0 and i.ends_ms > ?3 and a.state = 'active'"
        ),
        params![digest, now_ms],
        invitation_of,
    )
}

/// What an account has asked and nobody has answered.
pub fn open_of(tx: &mut Tx<'_>, account: &Id, now_ms: i64, rows: i64) -> Result<Vec<Invitation>, Fault> {
    tx.all(
        sql!(
            "select i.id, i.kind, i.made_by, a.name, i.person, coalesce(p.name, ''), i.scopes, i.starts_on, i.ends_on,
                    i.note, i.made_ms, i.ends_ms
             from people_invitation i
             join people_account a on a.city = ?1 and a.id = i.made_by
             left join people_account p on p.city = ?1 and p.id = i.person
             where i.city = ?1 and i.made_by = ?2 and i.used_ms = 0 and i.ends_ms > ?3
             order by i.id desc limit ?4"
        ),
        params![account, now_ms, rows],
        invitation_of,
    )
}

pub fn owner(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Id>, Fault> {
    tx.opt(sql!("select made_by from people_invitation where city = ?1 and id = ?2"), params![id], |row| {
        row.get(0)
    })
}

pub fn add(tx: &mut Tx<'_>, digest: &str, invitation: &Invitation) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_invitation
                 (city, digest, id, kind, made_by, person, scopes, starts_on, ends_on, note, made_ms, ends_ms, used_ms,
                  used_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, '')"
        ),
        params![
            digest,
            &invitation.id,
            invitation.asked.name(),
            &invitation.made_by,
            invitation.person.as_ref().map_or("", Id::as_str),
            mandate::written(&invitation.scopes),
            invitation.starts_on.as_str(),
            invitation.ends_on.as_str(),
            invitation.note.as_str(),
            invitation.made_ms,
            invitation.ends_ms
        ],
    )
}

/// Marks it as accepted; of two who come at once, one is told that it was.
pub fn use_up(tx: &mut Tx<'_>, digest: &str, by: &Id, now_ms: i64) -> Result<bool, Fault> {
    let used = tx.exec(
        sql!(
            "update people_invitation set used_ms = ?4, used_by = ?3
             where city = ?1 and digest = ?2 and used_ms = 0 and ends_ms > ?4"
        ),
        params![digest, by, now_ms],
    )?;
    Ok(used == 1)
}

pub fn remove(tx: &mut Tx<'_>, id: &Id) -> Result<bool, Fault> {
    let gone = tx.exec(
        sql!("delete from people_invitation where city = ?1 and id = ?2 and used_ms = 0"),
        params![id],
    )?;
    Ok(gone == 1)
}
