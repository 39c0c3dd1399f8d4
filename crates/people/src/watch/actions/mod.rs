//! The verbs of the security organisation.

pub mod checks;
pub mod incidents;
pub mod register;
pub mod round;

use ground::action::AnyAction;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Role;

use super::model::Duty;
use super::store;

pub fn all() -> Vec<AnyAction> {
    vec![
        register::WATCH.any(),
        register::WATCH_ASSETS.any(),
        register::WATCH_ASSET.any(),
        register::SAVE_WATCH_ASSET.any(),
        register::APPOINT.any(),
        register::END_APPOINTMENT.any(),
        incidents::REPORT_INCIDENT.any(),
        incidents::INCIDENTS.any(),
        incidents::INCIDENT.any(),
        incidents::STEP_INCIDENT.any(),
        checks::QUESTIONS.any(),
        checks::SAVE_QUESTION.any(),
        checks::CHECKS.any(),
        checks::CHECK.any(),
        checks::SAVE_CHECK.any(),
        checks::MY_CHECK.any(),
        checks::ANSWER_CHECK.any(),
        checks::CHECK_PEOPLE.any(),
    ]
}

pub(super) fn today(cx: &Cx) -> String {
    cx.now().date().to_string()
}

/// Whether the actor is the CISO today.
pub(super) fn is_ciso(tx: &mut Tx<'_>, cx: &Cx) -> Result<bool, Fault> {
    let Some(account) = &cx.who().account else { return Ok(false) };
    let duties = store::duties_of(tx, account, &today(cx))?;
    Ok(duties.iter().any(|(duty, _)| *duty == Duty::Ciso))
}

/// The command line on the server, and the program itself.
pub(super) fn is_house(cx: &Cx) -> bool {
    cx.who().has(Role::Operator) || cx.who().has(Role::System)
}

/// Who wrote something: an account, or nothing for the house itself.
pub(super) fn writer(cx: &Cx) -> String {
    cx.who().account.as_ref().map(Id::to_string).unwrap_or_default()
}
