//! A city's own policies: written, proposed, approved by a second person, taken back.

use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Role};
use policy::{ActionName, Broken, Compiled, Effect, Known};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{not_now, second_person};
use crate::actions::{outdated, shown, whole_city};
use crate::model::tidy;
use crate::rights::declared::Matrix;
use crate::rights::facts::Places;
use crate::rights::standing::{self, touch};
use crate::rights::store::policies::{self, POLICIES_MAX, PolicyRow, PolicyState, VersionRow};
use crate::store::accounts;

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskPolicies {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// The city's own policies of every state, by their names.
pub const POLICIES: Action<AskPolicies, List<PolicyRow>> =
    Action::reads("people.policies", whole_city, |tx, _, input: &AskPolicies| {
        let rows = policies::page(tx, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.name.clone()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisPolicy {
    pub id: Id,
}

fn policy_object(id: &Id) -> Object {
    Object::new("policy", id)
}

/// A policy with all its versions, and the names of whoever had a hand in them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PolicyView {
    pub policy: PolicyRow,
    /// Newest first.
    pub versions: Vec<VersionRow>,
    /// Account and name.
    pub names: Vec<(String, String)>,
    /// Departments, districts or teams that it names and that are no more; each "kind:name".
    pub gone: Vec<String>,
}

impl PolicyView {
    pub fn newest(&self) -> Option<&VersionRow> {
        self.versions.first()
    }

    pub fn name_of(&self, account: &str) -> &str {
        self.names.iter().find(|(id, _)| id == account).map_or("", |(_, name)| name.as_str())
    }
}

fn view(tx: &mut Tx<'_>, cx: &Cx, policy: PolicyRow) -> Result<PolicyView, Fault> {
    let versions = policies::versions(tx, &policy.id)?;
    let mut names: Vec<(String, String)> = Vec::new();
    let hands = versions.iter().flat_map(|one| [&one.saved_by, &one.proposed_by, &one.decided_by]);
    for account in hands.chain([&policy.saved_by]) {
        if !account.is_empty() && !names.iter().any(|(known, _)| known == account) {
            names.push((account.clone(), accounts::shown_name(tx, account)?));
        }
    }
    let standing = standing::of(cx);
    let gone = policy::check(
        policy.id.as_str(),
        &policy.cedar,
        &known(standing.matrix(cx), &standing.loaded().places),
    );
    let gone = gone.err().into_iter().flatten();
    let gone = gone
        .filter(|broken| ["department", "district", "team"].contains(&broken.kind))
        .map(|broken| format!("{}:{}", broken.kind, broken.said))
        .collect();
    Ok(PolicyView { policy, versions, names, gone })
}

pub const POLICY: Action<ThisPolicy, PolicyView> = Action::reads(
    "people.policy",
    |_, _, input: &ThisPolicy| Ok(policy_object(&input.id)),
    |tx, cx, input: &ThisPolicy| {
        let policy = policies::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, cx, policy)
    },
);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SavePolicy {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(length(chars, max = 80), custom(shown))]
    pub name: String,
    /// One policy in Cedar.
    #[garde(length(chars, min = 1, max = 8000))]
    pub cedar: String,
    /// Why: for whoever approves it, and for whoever asks later.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub note: String,
    /// The revision this was edited from; 0 for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

/// What a policy of this city may name.
pub fn known(matrix: &Matrix, places: &Places) -> Known {
    let mut actions: Vec<ActionName> = matrix
        .values()
        .map(|one| ActionName {
            name: one.name.to_owned(),
            groups: one.groups.iter().map(|group| (*group).to_owned()).collect(),
        })
        .collect();
    actions.sort_by(|a, b| a.name.cmp(&b.name));
    let mut teams = places.team_slugs.clone();
    teams.sort();
    Known {
        actions,
        roles: Role::ALL
            .into_iter()
            .filter(|role| *role != Role::Anyone)
            .map(|role| role.name().to_owned())
            .collect(),
        teams,
        departments: places.departments.values().map(|(code, _)| code.clone()).collect(),
        districts: places.districts.values().cloned().collect(),
    }
}

/// Mistakes in a policy as faults of its field, each with its place.
pub fn mistakes(broken: Vec<Broken>) -> Fault {
    broken.into_iter().fold(Fault::invalid(), |fault, one| {
        let (line, column) = one.place.map_or((0, 0), |place| (place.line, place.column));
        let (line, column) = (line.to_string(), column.to_string());
        let word = format!("field-people-policy-{}", one.kind);
        fault.and_field("cedar", word, &[("line", &line), ("column", &column), ("said", &one.said)])
    })
}

/// Reads and checks what was written, before the transaction: the schema of a whole house takes a while.
pub fn checked(cx: &Cx, id: &str, cedar: &str) -> Result<Compiled, Fault> {
    let standing = standing::of(cx);
    policy::check(id, cedar, &known(standing.matrix(cx), &standing.loaded().places)).map_err(mistakes)
}

fn check_before(cx: Cx, input: SavePolicy) -> Boxed<'static, Result<SavePolicy, Fault>> {
    Box::pin(async move {
        // What is known of the city must be fresh: a department that was just added may be named.
        let looking = cx.clone();
        cx.city().db.read(move |tx| standing::of(&looking).look(tx, &looking)).await?;
        checked(&cx, "new", &input.cedar)?;
        Ok(input)
    })
}

pub const SAVE_POLICY: Action<SavePolicy, PolicyView> = Action::writes(
    "people.save_policy",
    |_, _, input: &SavePolicy| Ok(input.id.as_ref().map_or_else(|| Object::of_city("policy"), policy_object)),
    |tx, cx, input: &SavePolicy| {
        policies::lock(tx)?;
        // Whatever way it came: what cannot be read is never kept.
        Compiled::read("new", &input.cedar)
            .map_err(|fault| Fault::field("cedar", "field-people-policy-other").detail(fault))?;
        let before = match &input.id {
            Some(id) => Some(policies::by_id(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, cx, before.clone())?));
        }
        let name = tidy(&input.name);
        if policies::id_of_name(tx, &name)?
            .is_some_and(|other| Some(&other) != before.as_ref().map(|one| &one.id))
        {
            return Err(Fault::field("name", "field-people-policy-name-taken"));
        }
        if before.is_none() && policies::count(tx)? >= POLICIES_MAX {
            return Err(Fault::too_large(POLICIES_MAX));
        }
        let policy = drafted(cx, input, name, before)?;
        policies::put(tx, &policy)?;
        policies::put_version(tx, &policy.id, &new_version(cx, &policy))?;
        tx.emit(cx, "people.policy_saved", policy.id.as_str(), json!({"version": policy.version}))?;
        view(tx, cx, policy)
    },
)
.prepared_by(check_before)
.emits(&["people.policy_saved"]);

/// A draft that nobody decided on is written over; what was in force keeps its version.
fn drafted(cx: &Cx, input: &SavePolicy, name: String, before: Option<PolicyRow>) -> Result<PolicyRow, Fault> {
    let (id, version, in_force, rev) = match &before {
        None => (cx.id(), 1, 0, 0),
        Some(before) => {
            let over = matches!(before.state, PolicyState::Draft | PolicyState::Proposed);
            if before.state == PolicyState::Retiring {
                return Err(not_now());
            }
            (before.id.clone(), before.version + i64::from(!over), before.in_force, before.rev)
        }
    };
    Ok(PolicyRow {
        id,
        name,
        state: PolicyState::Draft,
        version,
        in_force,
        rev: rev + 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
        cedar: input.cedar.trim().to_owned(),
        note: input.note.trim().to_owned(),
    })
}

fn new_version(cx: &Cx, policy: &PolicyRow) -> VersionRow {
    VersionRow {
        version: policy.version,
        cedar: policy.cedar.clone(),
        note: policy.note.clone(),
        state: PolicyState::Draft,
        saved_by: cx.who().written(),
        saved_ms: cx.now_ms(),
        proposed_by: String::new(),
        proposed_ms: 0,
        decided_by: String::new(),
        decided_ms: 0,
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct MovePolicy {
    pub id: Id,
    /// The revision that was looked at.
    pub rev: i64,
}

/// A policy as it stands, for somebody who looked at this revision; with its newest version.
fn stands(tx: &mut Tx<'_>, cx: &Cx, id: &Id, rev: i64) -> Result<(PolicyRow, VersionRow), Fault> {
    policies::lock(tx)?;
    let policy = policies::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    if policy.rev != rev {
        return Err(outdated(&view(tx, cx, policy)?));
    }
    let newest = policies::versions(tx, id)?.into_iter().next().ok_or_else(Fault::missing)?;
    Ok((policy, newest))
}

fn kept(tx: &mut Tx<'_>, cx: &Cx, policy: PolicyRow, newest: &VersionRow) -> Result<PolicyView, Fault> {
    let policy = PolicyRow {
        state: newest.state,
        rev: policy.rev + 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
        ..policy
    };
    policies::put_version(tx, &policy.id, newest)?;
    policies::put(tx, &policy)?;
    view(tx, cx, policy)
}

/// Asks a second person to look at it.
pub const PROPOSE_POLICY: Action<MovePolicy, PolicyView> = Action::writes(
    "people.propose_policy",
    |_, _, input: &MovePolicy| Ok(policy_object(&input.id)),
    |tx, cx, input: &MovePolicy| {
        let (policy, newest) = stands(tx, cx, &input.id, input.rev)?;
        if newest.state != PolicyState::Draft {
            return Err(not_now());
        }
        let newest = VersionRow {
            state: PolicyState::Proposed,
            proposed_by: cx.who().written(),
            proposed_ms: cx.now_ms(),
            ..newest
        };
        tx.emit(cx, "people.policy_proposed", policy.id.as_str(), json!({"version": newest.version}))?;
        kept(tx, cx, policy, &newest)
    },
)
.emits(&["people.policy_proposed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DecidePolicy {
    pub id: Id,
    pub rev: i64,
    /// Otherwise it goes back to whoever wrote it.
    pub approve: bool,
}

/// A second person approves what was proposed, or sends it back. From then on it is in force, or no more.
pub const DECIDE_POLICY: Action<DecidePolicy, PolicyView> = Action::writes(
    "people.decide_policy",
    |_, _, input: &DecidePolicy| Ok(policy_object(&input.id)),
    |tx, cx, input: &DecidePolicy| {
        let (mut policy, newest) = stands(tx, cx, &input.id, input.rev)?;
        let me = cx.who().written();
        let wrote_it = newest.state == PolicyState::Proposed && newest.saved_by == me;
        if newest.proposed_by == me || wrote_it {
            return Err(second_person());
        }
        let state = match (newest.state, input.approve) {
            (PolicyState::Proposed, true) => {
                policy.in_force = newest.version;
                PolicyState::Approved
            }
            (PolicyState::Proposed, false) => PolicyState::Draft,
            (PolicyState::Retiring, true) => {
                policy.in_force = 0;
                PolicyState::Retired
            }
            (PolicyState::Retiring, false) => PolicyState::Approved,
            _ => return Err(not_now()),
        };
        let newest = VersionRow { state, decided_by: me, decided_ms: cx.now_ms(), ..newest };
        let facts = json!({"version": newest.version, "state": state, "in_force": policy.in_force});
        tx.emit(cx, "people.policy_decided", policy.id.as_str(), facts)?;
        touch(tx, cx)?;
        kept(tx, cx, policy, &newest)
    },
)
.emits(&["people.policy_decided"]);

/// Takes a policy back: a permit at once, since fewer may do more; a forbid by two, like every right that is given. A
/// draft is thrown away.
pub const RETIRE_POLICY: Action<MovePolicy, PolicyView> = Action::writes(
    "people.retire_policy",
    |_, _, input: &MovePolicy| Ok(policy_object(&input.id)),
    |tx, cx, input: &MovePolicy| {
        let (mut policy, newest) = stands(tx, cx, &input.id, input.rev)?;
        let me = cx.who().written();
        let newest = match newest.state {
            PolicyState::Draft | PolicyState::Proposed if policy.in_force > 0 => {
                policies::drop_version(tx, &policy.id, newest.version)?;
                policy.version = policy.in_force;
                let all = policies::versions(tx, &policy.id)?;
                all.into_iter().find(|one| one.version == policy.in_force).ok_or_else(Fault::missing)?
            }
            PolicyState::Draft | PolicyState::Proposed => {
                VersionRow { state: PolicyState::Retired, decided_by: me, decided_ms: cx.now_ms(), ..newest }
            }
            PolicyState::Approved if policy.in_force > 0 => {
                let effect = Compiled::read("p", &newest.cedar).map_err(Fault::internal)?.effect();
                if effect == Effect::Permit || cx.who().has(Role::Operator) {
                    policy.in_force = 0;
                    touch(tx, cx)?;
                    VersionRow {
                        state: PolicyState::Retired,
                        decided_by: me,
                        decided_ms: cx.now_ms(),
                        ..newest
                    }
                } else {
                    VersionRow {
                        state: PolicyState::Retiring,
                        proposed_by: me,
                        proposed_ms: cx.now_ms(),
                        ..newest
                    }
                }
            }
            _ => return Err(not_now()),
        };
        let facts = json!({"version": newest.version, "state": newest.state});
        tx.emit(cx, "people.policy_retired", policy.id.as_str(), facts)?;
        kept(tx, cx, policy, &newest)
    },
)
.emits(&["people.policy_retired"]);
