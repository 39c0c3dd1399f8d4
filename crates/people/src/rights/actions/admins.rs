//! Nobody becomes administrator by one administrator's word.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{not_now, second_person};
use crate::actions::whole_city;
use crate::model::Roles;
use crate::rights::standing::touch;
use crate::rights::store::admins::{self, AdminRequest, RequestState};
use crate::store::accounts::{self, Account};
use crate::store::staff::{self, StaffMember};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskRequests {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// A request, with the names of who asked and who decided.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RequestView {
    pub request: AdminRequest,
    pub asked_by_name: String,
    pub decided_by_name: String,
}

fn view(tx: &mut Tx<'_>, request: AdminRequest) -> Result<RequestView, Fault> {
    Ok(RequestView {
        asked_by_name: accounts::shown_name(tx, &request.asked_by)?,
        decided_by_name: accounts::shown_name(tx, &request.decided_by)?,
        request,
    })
}

pub const ADMIN_REQUESTS: Action<AskRequests, List<RequestView>> =
    Action::reads("people.admin_requests", whole_city, |tx, _, input: &AskRequests| {
        let rows = admins::page(tx, input.paging.after(), input.paging.rows() + 1)?;
        let list = List::cut(rows, input.paging.rows(), |row| row.id.to_string());
        let rows: Result<Vec<RequestView>, Fault> = list.rows.into_iter().map(|row| view(tx, row)).collect();
        Ok(List { rows: rows?, next: list.next })
    });

/// Whether one word is enough: the server's own command line, and as long as there is no administrator.
fn one_is_enough(tx: &mut Tx<'_>, cx: &Cx, asked_by: &str) -> Result<bool, Fault> {
    let from_the_server = cx.who().has(Role::Operator) || asked_by == Role::Operator.name();
    Ok(from_the_server || staff::active_admins(tx)?.is_empty())
}

/// The roles that somebody gets at once, and whether being administrator waits for a second word.
pub fn at_once(
    tx: &mut Tx<'_>,
    cx: &Cx,
    asked: &Roles,
    before: Option<&StaffMember>,
    asked_by: &str,
) -> Result<(Roles, bool), Fault> {
    let becomes_admin =
        asked.has(Role::Admin) && !before.is_some_and(|before| before.roles().has(Role::Admin));
    if !becomes_admin || one_is_enough(tx, cx, asked_by)? {
        return Ok((asked.clone(), false));
    }
    Ok((Roles::new(asked.list().iter().copied().filter(|role| *role != Role::Admin)), true))
}

/// Asks for the second word, once.
pub fn ask(tx: &mut Tx<'_>, cx: &Cx, account: &Id, asked_by: &str) -> Result<(), Fault> {
    if admins::is_asked(tx, account)? {
        return Ok(());
    }
    let request = AdminRequest {
        id: cx.id(),
        account: account.clone(),
        name: String::new(),
        state: RequestState::Open,
        asked_by: asked_by.to_owned(),
        asked_ms: cx.now_ms(),
        decided_by: String::new(),
        decided_ms: 0,
    };
    admins::put(tx, &request)?;
    tx.emit(cx, "people.admin_asked", account.as_str(), json!({"request": request.id}))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DecideAdmin {
    pub id: Id,
    pub grant: bool,
}

/// A second administrator grants it, or not.
pub const DECIDE_ADMIN: Action<DecideAdmin, RequestView> = Action::writes(
    "people.decide_admin",
    |_, _, input: &DecideAdmin| Ok(Object::new("admin_request", &input.id)),
    |tx, cx, input: &DecideAdmin| {
        accounts::lock(tx)?;
        let request = admins::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if request.state != RequestState::Open {
            return Err(not_now());
        }
        let me = cx.who().written();
        if request.asked_by == me || request.account.as_str() == me {
            return Err(second_person());
        }
        if input.grant {
            let member = staff::by_id(tx, &request.account)?.ok_or_else(not_now)?;
            let roles = Roles::new(member.roles.iter().copied().chain([Role::Admin]));
            staff::put(tx, &member.id, member.department.as_ref(), &roles, &member.title)?;
            let now = accounts::by_id(tx, &member.id)?.ok_or_else(not_now)?;
            let saved = Account { rev: now.rev + 1, saved_ms: cx.now_ms(), saved_by: me.clone(), ..now };
            if !accounts::change(tx, &saved)? {
                return Err(Fault::exists());
            }
            touch(tx, cx)?;
            let facts = json!({"rev": saved.rev, "roles": roles.written()});
            tx.emit(cx, "people.staff_saved", member.id.as_str(), facts)?;
            let house = cx.house().clone();
            tx.after_commit(move || house.forget_sessions());
        }
        let state = if input.grant { RequestState::Granted } else { RequestState::Refused };
        let request = AdminRequest { state, decided_by: me, decided_ms: cx.now_ms(), ..request };
        admins::put(tx, &request)?;
        tx.emit(cx, "people.admin_decided", request.account.as_str(), json!({"state": state}))?;
        view(tx, request)
    },
)
.emits(&["people.admin_decided", "people.staff_saved"]);
