//! The part's verbs.

pub mod admins;
pub mod deputies;
pub mod policies;
pub mod teams;
pub mod why;

use ground::action::AnyAction;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;

use crate::model::folded_mail;
use crate::store::accounts;
use crate::store::staff::{self, StaffMember};

pub fn all() -> Vec<AnyAction> {
    vec![
        policies::POLICIES.any(),
        policies::POLICY.any(),
        policies::SAVE_POLICY.any(),
        policies::PROPOSE_POLICY.any(),
        policies::DECIDE_POLICY.any(),
        policies::RETIRE_POLICY.any(),
        why::TRY_POLICY.any(),
        why::WHO_MAY.any(),
        why::WHAT_MAY.any(),
        deputies::DEPUTIES.any(),
        deputies::SAVE_DEPUTY.any(),
        deputies::DECIDE_DEPUTY.any(),
        deputies::END_DEPUTY.any(),
        admins::ADMIN_REQUESTS.any(),
        admins::DECIDE_ADMIN.any(),
        teams::TEAMS.any(),
        teams::TEAM.any(),
        teams::SAVE_TEAM.any(),
        teams::REMOVE_TEAM.any(),
    ]
}

/// A member of staff, named by id or by e-mail address.
fn member(tx: &mut Tx<'_>, path: &str, named: &str) -> Result<StaffMember, Fault> {
    let id = match named.parse::<Id>() {
        Ok(id) => Some(id),
        Err(_) => accounts::by_mail(tx, &folded_mail(named))?.map(|account| account.id),
    };
    let found = match id {
        Some(id) => staff::by_id(tx, &id)?,
        None => None,
    };
    found.ok_or_else(|| Fault::field(path, "field-people-colleague"))
}

/// Two people are needed, and this is only one.
fn second_person() -> Fault {
    Fault::new(Kind::Invalid, "people-second-person")
}

/// It was decided already, or is not at the point where this can be done.
fn not_now() -> Fault {
    Fault::new(Kind::Invalid, "people-not-now")
}
