//! Leaving: asked for, waited for, and then done by a job.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::Nothing;
use crate::model::AccountState;
use crate::profile::leaving::tell;
use crate::profile::store::leavings::{self, Leaving, Why};
use crate::profile::store::rules::{self, RuleCode};
use crate::profile::store::{households, mandates};
use crate::store::{accounts, staff};
use crate::ways::fresh;

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct WhoLeaves {
    /// A child without a way in of its own, when a parent asks for it; absent for oneself.
    #[serde(default)]
    pub child: Option<Id>,
}

/// Oneself, or a child of one's own.
fn who_leaves(tx: &mut Tx<'_>, cx: &Cx, input: &WhoLeaves) -> Result<Object, Fault> {
    let own = cx.who().account.clone();
    let Some(child) = &input.child else {
        let id = own.as_ref().map_or("", |id| id.as_str()).to_owned();
        return Ok(Object::new("account", id).owner(own));
    };
    accounts::by_id(tx, child)?.ok_or_else(Fault::missing)?;
    let is_parent = match &own {
        Some(own) => households::is_parent(tx, own, child)?,
        None => false,
    };
    Ok(Object::new("account", child).owner(own.filter(|_| is_parent)))
}

fn account_of(cx: &Cx, input: &WhoLeaves) -> Result<Id, Fault> {
    input.child.clone().or_else(|| cx.who().account.clone()).ok_or_else(Fault::signed_out)
}

/// Whether somebody is the only administrator who can act.
pub(crate) fn is_last_admin(tx: &mut Tx<'_>, account: &Id) -> Result<bool, Fault> {
    let admins = staff::active_admins(tx)?;
    Ok(admins.contains(account) && admins.len() == 1)
}

/// How somebody stands who may leave.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LeavingView {
    pub waiting: Option<Leaving>,
    /// Days between asking and being erased.
    pub wait_days: i64,
    pub last_admin: bool,
    /// Children who would have nobody to act for them.
    pub children_alone: bool,
}

pub const LEAVING: Action<WhoLeaves, LeavingView> =
    Action::reads("people.leaving", who_leaves, |tx, cx, input: &WhoLeaves| {
        let account = account_of(cx, input)?;
        Ok(LeavingView {
            waiting: leavings::waiting(tx, &account)?,
            wait_days: rules::on(tx, RuleCode::LeavingWaitDays, &cx.now().date().to_string())?,
            last_admin: is_last_admin(tx, &account)?,
            children_alone: children_alone(tx, cx, &account)?,
        })
    });

/// Whether one of somebody's children has no other parent or guardian.
fn children_alone(tx: &mut Tx<'_>, cx: &Cx, account: &Id) -> Result<bool, Fault> {
    for child in households::children_of(tx, account, 50)? {
        if leavings::waiting(tx, &child.account)?.is_some() {
            continue;
        }
        let holders = mandates::for_person(tx, &child.account, cx.now_ms(), 50)?;
        let others = holders.iter().any(|one| one.agent != *account && one.holds(cx.now_ms()));
        if !others {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks to be erased. Until the day comes it can be taken back.
pub const ASK_LEAVING: Action<WhoLeaves, Leaving> =
    Action::writes("people.ask_leaving", who_leaves, |tx, cx, input: &WhoLeaves| {
        fresh(cx)?;
        let id = account_of(cx, input)?;
        // The same lock as whoever takes a role away from an administrator.
        accounts::lock(tx)?;
        let account = accounts::by_id(tx, &id)?
            .filter(|account| account.state == AccountState::Active)
            .ok_or_else(Fault::missing)?;
        if is_last_admin(tx, &id)? {
            return Err(Fault::new(Kind::Conflict, "people-last-admin"));
        }
        if children_alone(tx, cx, &id)? {
            return Err(Fault::new(Kind::Conflict, "people-children-alone"));
        }
        if let Some(waiting) = leavings::waiting(tx, &id)? {
            return Ok(waiting);
        }
        let days = rules::on(tx, RuleCode::LeavingWaitDays, &cx.now().date().to_string())?;
        let leaving = Leaving {
            account: id.clone(),
            why: if input.child.is_some() { Why::Parent } else { Why::Own },
            asked_ms: cx.now_ms(),
            due_ms: cx.now_ms() + days * 86_400_000,
        };
        let person_no = accounts::person_no(tx, &id)?;
        leavings::ask(tx, &leaving, person_no)?;
        tx.enqueue_at(
            cx,
            crate::profile::leaving::DUE,
            Some(id.as_str()),
            &serde_json::json!({}),
            leaving.due_ms,
        )?;
        tx.emit(cx, "people.leaving_asked", id.as_str(), serde_json::json!({"why": leaving.why.name()}))?;
        tell(tx, cx, &account, "leaving-asked", leaving.due_ms)?;
        Ok(leaving)
    })
    .emits(&["people.leaving_asked"]);

pub const TAKE_BACK_LEAVING: Action<WhoLeaves, Nothing> =
    Action::writes("people.take_back_leaving", who_leaves, |tx, cx, input: &WhoLeaves| {
        let id = account_of(cx, input)?;
        if !leavings::take_back(tx, &id, None)? {
            return Err(Fault::missing());
        }
        tx.emit(cx, "people.leaving_taken_back", id.as_str(), serde_json::json!({}))?;
        Ok(Nothing {})
    })
    .emits(&["people.leaving_taken_back"]);
