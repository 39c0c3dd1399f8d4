//! Who may do what, and why: policies, deputies, and acts that need two.
//!
//! Words: a *declared right* is a room's `Grant`, written as a Cedar policy; a *policy* is the city's own, permitting or
//! forbidding, in force once a second person approved it; a *deputy* stands in for somebody from one day to another,
//! with that person's roles in that person's department; a *team* is staff across departments, for policies to name.
//!
//! Invariants: a forbid outweighs every permit. No policy takes away what everybody does with their own account and
//! data, the ways in, or an administrator's way back to the policies. Nobody approves what they wrote or proposed.
//! Nobody becomes administrator by one administrator's word, except the first.

pub(crate) mod actions;
mod decide;
mod declared;
mod demo;
mod facts;
mod pages;
pub(crate) mod standing;
mod store;
#[cfg(test)]
mod tests;

use ground::cx::Cx;
use ground::db::{Migration, Sql, Store, Tx};
use ground::fault::Fault;
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Decision, Grant, Object, Reach, Role};
use ground::words::WordFiles;

use decide::Court;

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    retention: RETENTION,
    events: &[
        ("people.policy_saved", 1),
        ("people.policy_proposed", 1),
        ("people.policy_decided", 1),
        ("people.policy_retired", 1),
        ("people.deputy_saved", 1),
        ("people.admin_asked", 1),
        ("people.admin_decided", 1),
        ("people.team_saved", 1),
        ("people.team_removed", 1),
    ],
    demo: Some(demo::fill),
    ..Room::empty("people", WORDS)
};

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    city("people.policies", Role::Admin),
    city("people.policies", Role::Auditor),
    city("people.policies", Role::Operator),
    city("people.policy", Role::Admin),
    city("people.policy", Role::Auditor),
    city("people.policy", Role::Operator),
    city("people.save_policy", Role::Admin),
    city("people.save_policy", Role::Operator),
    city("people.propose_policy", Role::Admin),
    city("people.propose_policy", Role::Operator),
    city("people.decide_policy", Role::Admin),
    city("people.decide_policy", Role::Operator),
    city("people.retire_policy", Role::Admin),
    city("people.retire_policy", Role::Operator),
    city("people.try_policy", Role::Admin),
    city("people.try_policy", Role::Operator),
    city("people.who_may", Role::Admin),
    city("people.who_may", Role::Auditor),
    city("people.who_may", Role::Operator),
    city("people.what_may", Role::Admin),
    city("people.what_may", Role::Auditor),
    city("people.what_may", Role::Operator),
    city("people.deputies", Role::Staff),
    city("people.deputies", Role::Operator),
    // Everybody of the staff names their own deputy.
    Grant::new("people.save_deputy", Role::Staff, Reach::Own),
    city("people.save_deputy", Role::Admin),
    city("people.save_deputy", Role::Operator),
    city("people.decide_deputy", Role::Admin),
    city("people.decide_deputy", Role::Operator),
    Grant::new("people.end_deputy", Role::Staff, Reach::Own),
    city("people.end_deputy", Role::Admin),
    city("people.end_deputy", Role::Operator),
    city("people.admin_requests", Role::Admin),
    city("people.admin_requests", Role::Auditor),
    city("people.admin_requests", Role::Operator),
    city("people.decide_admin", Role::Admin),
    city("people.decide_admin", Role::Operator),
    city("people.teams", Role::Staff),
    city("people.teams", Role::Operator),
    city("people.team", Role::Staff),
    city("people.team", Role::Operator),
    city("people.save_team", Role::Admin),
    city("people.save_team", Role::Operator),
    city("people.remove_team", Role::Admin),
    city("people.remove_team", Role::Operator),
];

const RETENTION: &[Retention] = &[
    Retention { table: "people_deputy", days: 3 * 365, purge: old_deputies },
    Retention { table: "people_admin_request", days: 3 * 365, purge: old_requests },
];

fn old_deputies() -> &'static Sql {
    sql!(
        "delete from people_deputy where city = ?1 and id in (
             select d.id from people_deputy d where d.city = ?1 and d.until_ms < ?2 order by d.until_ms limit 500)"
    )
}

fn old_requests() -> &'static Sql {
    sql!(
        "delete from people_admin_request where city = ?1 and id in (
             select r.id from people_admin_request r where r.city = ?1 and r.decided_ms < ?2 and r.decided_ms > 0
             order by r.decided_ms limit 500)"
    )
}

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 7,
    name: "rights",
    sql: include_str!("../../migrations/city-007-rights.sql"),
}];

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/rights/ja.ftl"),
    ja_easy: include_str!("../../words/rights/ja-x-easy.ftl"),
    en: include_str!("../../words/rights/en.ftl"),
};

/// Whether somebody is to become administrator, and waits for the second word.
pub fn is_admin_asked(tx: &mut Tx<'_>, account: &ground::id::Id) -> Result<bool, Fault> {
    store::admins::is_asked(tx, account)
}

/// Looks whether something by which rights are decided has changed, once a second.
pub fn look(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    // Policies stand in the city's own store; another store's transaction cannot see them.
    if tx.store() == Store::City { standing::of(cx).look(tx, cx) } else { Ok(()) }
}

pub fn may(cx: &Cx, action: &str, object: &Object) -> Decision {
    let standing = standing::of(cx);
    let Some(declared) = standing.matrix(cx).get(action) else { return Decision::no() };
    Court::new(declared, &standing.loaded()).decide(cx.who(), object, cx.now_ms())
}

pub fn may_ever(cx: &Cx, action: &str) -> bool {
    let standing = standing::of(cx);
    let Some(declared) = standing.matrix(cx).get(action) else { return false };
    Court::new(declared, &standing.loaded()).ever(cx.who(), cx.now_ms())
}
