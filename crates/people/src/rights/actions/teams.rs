//! Teams of staff across departments.

use garde::Validate;
use ground::action::Action;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::{Nothing, a_slug, outdated, shown, whole_city};
use crate::model::{AccountKind, folded_mail, tidy};
use crate::rights::standing::touch;
use crate::rights::store::teams::{self, MEMBERS_MAX, Member, TEAMS_MAX, Team};
use crate::store::accounts;

pub const TEAMS: Action<Nothing, Vec<Team>> =
    Action::reads("people.teams", whole_city, |tx, _, _| teams::all(tx));

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisTeam {
    pub id: Id,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TeamView {
    pub team: Team,
    pub members: Vec<Member>,
    pub saved_by_name: String,
}

fn view(tx: &mut Tx<'_>, team: Team) -> Result<TeamView, Fault> {
    let members = teams::members(tx, &team.id)?;
    Ok(TeamView { saved_by_name: accounts::shown_name(tx, &team.saved_by)?, members, team })
}

pub const TEAM: Action<ThisTeam, TeamView> = Action::reads(
    "people.team",
    |_, _, input: &ThisTeam| Ok(Object::new("team", &input.id)),
    |tx, _, input: &ThisTeam| {
        let team = teams::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, team)
    },
);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveTeam {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    /// What policies call it.
    #[garde(custom(a_slug))]
    pub slug: String,
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    /// The e-mail addresses of its members.
    #[serde(default)]
    #[garde(length(max = 300), inner(length(max = 254)))]
    pub members: Vec<String>,
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

pub const SAVE_TEAM: Action<SaveTeam, TeamView> = Action::writes(
    "people.save_team",
    |_, _, input: &SaveTeam| Ok(Object::new("team", input.id.as_ref().map_or("", Id::as_str))),
    |tx, cx, input: &SaveTeam| {
        teams::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(teams::by_id(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, before.clone())?));
        }
        let id = before.as_ref().map_or_else(|| cx.id(), |before| before.id.clone());
        if teams::by_slug(tx, &input.slug)?.is_some_and(|other| other.id != id) {
            return Err(Fault::field("slug", "field-people-slug-taken"));
        }
        if before.is_none() && i64::try_from(teams::all(tx)?.len()).unwrap_or(TEAMS_MAX) >= TEAMS_MAX {
            return Err(Fault::too_large(TEAMS_MAX));
        }
        let members = accounts_of(tx, &input.members)?;
        let team = Team {
            id,
            slug: input.slug.clone(),
            name: tidy(&input.name),
            rev: before.map_or(0, |before| before.rev) + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
        };
        teams::put(tx, &team)?;
        teams::set_members(tx, &team.id, &members)?;
        touch(tx, cx)?;
        tx.emit(
            cx,
            "people.team_saved",
            team.id.as_str(),
            json!({"rev": team.rev, "members": members.len()}),
        )?;
        view(tx, team)
    },
)
.emits(&["people.team_saved"]);

/// The accounts of these addresses: staff only, each once.
fn accounts_of(tx: &mut Tx<'_>, mails: &[String]) -> Result<Vec<Id>, Fault> {
    let mut found = Vec::new();
    for mail in mails.iter().map(|mail| folded_mail(mail)).filter(|mail| !mail.is_empty()) {
        let account = accounts::by_mail(tx, &mail)?.filter(|account| account.kind == AccountKind::Staff);
        let Some(account) = account else {
            return Err(Fault::invalid().and_field(
                "members",
                "field-people-member-unknown",
                &[("mail", &mail)],
            ));
        };
        if !found.contains(&account.id) {
            found.push(account.id);
        }
    }
    if i64::try_from(found.len()).unwrap_or(i64::MAX) > MEMBERS_MAX {
        return Err(Fault::too_large(MEMBERS_MAX));
    }
    Ok(found)
}

/// Removes a team. A policy that names it says nothing any more, and its page tells so.
pub const REMOVE_TEAM: Action<ThisTeam, Nothing> = Action::writes(
    "people.remove_team",
    |_, _, input: &ThisTeam| Ok(Object::new("team", &input.id)),
    |tx, cx, input: &ThisTeam| {
        teams::lock(tx)?;
        let team = teams::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        teams::remove(tx, &team.id)?;
        touch(tx, cx)?;
        tx.emit(cx, "people.team_removed", team.id.as_str(), json!({}))?;
        Ok(Nothing {})
    },
)
.emits(&["people.team_removed"]);
