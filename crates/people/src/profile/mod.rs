//! My page: what people tell the city about themselves; households, and acting for others; taking data along, and
//! leaving.
//!
//! Words: a *mandate* lets an *agent* act for a *person* within *scopes* and days; an *invitation* asks somebody, and its
//! code is accepted once; a *child* has an account without a way in; a *rule* is an age or a time that the city decides,
//! from a day on; a *takeout* is what somebody takes along; *leaving* is asked for, waited for, and done.
//!
//! Invariants: a mandate holds when both sides have said yes (a parent's and a visit at the counter are made by right),
//! ends at once by either side, and by the clock. A child without a way in always has somebody to act for it. A field
//! that was checked is changed only by somebody whom the city is as sure of. Nobody is erased before their day, the last
//! administrator never; a number of a person is never given twice.
//!
//! Events (ids only): `people.acting_begun`, `acting_ended`, `mandate_made`, `mandate_answered`, `mandate_ended`,
//! `profile_saved`, `profile_checked`, `invited`, `household_changed`, `child_added`, `child_handed_over`,
//! `takeout_asked`, `takeout_ready`, `leaving_asked`, `leaving_taken_back`, `left`, `rule_saved`.
//!
//! Rights: everybody for themselves; for others within the scope of the mandate; clerks begin visits, record mandates and
//! mark what they checked; administrators decide the rules.

mod actions;
mod address;
mod code;
mod demo;
mod era;
mod erase;
mod fields;
mod leaving;
mod letter;
mod mandate;
mod pages;
mod reminder;
mod store;
mod takeout;

pub(crate) use actions::family::FAMILY;
pub(crate) use actions::profile::MY_PROFILE;
pub(crate) use store::mandates::Mandate;

use ground::db::{Migration, Sql, Store};
use ground::events::Reader;
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role, Scope};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "people",
        store: Store::City,
        number: 5,
        name: "profile",
        sql: include_str!("../../migrations/city-005-profile.sql"),
    },
    Migration {
        room: "people",
        store: Store::City,
        number: 11,
        name: "left",
        sql: include_str!("../../migrations/city-011-left.sql"),
    },
];

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own)
}

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    own("people.act_for"),
    own("people.stop_acting"),
    city("people.begin_counter", Role::Clerk),
    city("people.end_counter", Role::Clerk),
    own("people.my_profile").for_others(Scope::Profile),
    own("people.save_profile").for_others(Scope::Profile),
    city("people.verify_profile", Role::Clerk),
    city("people.set_block_point", Role::Admin),
    city("people.set_block_point", Role::Operator),
    own("people.family"),
    own("people.invite"),
    city("people.invitation", Role::Resident),
    city("people.accept_invitation", Role::Resident),
    own("people.take_back_invitation"),
    own("people.leave_household").for_others(Scope::Profile),
    own("people.name_household"),
    own("people.add_child"),
    own("people.hand_over"),
    city("people.record_mandate", Role::Clerk),
    own("people.answer_mandate"),
    own("people.end_mandate"),
    own("people.acts_for_me").for_others(Scope::Record),
    own("people.takeouts"),
    own("people.ask_takeout"),
    own("people.takeout_file"),
    own("people.leaving"),
    own("people.ask_leaving"),
    own("people.take_back_leaving"),
    city("people.rules", Role::Anyone),
    city("people.save_rule", Role::Admin),
    city("people.save_rule", Role::Operator),
];

const fn job(name: &'static str, lane: Lane, run: JobRun) -> JobKind {
    JobKind { name, lane, tries_max: 5, run }
}

const JOBS: &[JobKind] = &[
    job(takeout::MAKE, Lane::Bulk, JobRun::Outside(takeout::make)),
    job(takeout::END, Lane::Bulk, JobRun::InTx(takeout::end)),
    job(leaving::DUE, Lane::Normal, JobRun::InTx(leaving::due)),
    job(leaving::ERASE, Lane::Bulk, JobRun::InTx(leaving::erase)),
    job(leaving::DORMANT, Lane::Bulk, JobRun::InTx(leaving::dormant)),
    job(reminder::DAILY, Lane::Bulk, JobRun::InTx(reminder::daily)),
];

const SCHEDULES: &[Schedule] = &[
    Schedule { name: "people.mandates_daily", cron: "10 7 * * *", kind: reminder::DAILY },
    Schedule { name: "people.dormant", cron: "40 3 * * *", kind: leaving::DORMANT },
    // Jobs for the day itself wait in the queue; this finds those whose job was lost.
    Schedule { name: "people.leaving_due", cron: "30 4 * * *", kind: leaving::DUE },
];

const READERS: &[Reader] =
    &[Reader { name: "people.back_again", wants: &["people.signed_in"], run: leaving::back_again }];

const RETENTION: &[Retention] = &[
    // As long as somebody may ask whether a use was right; counted from the day on which the person left.
    Retention { table: "people_consent_event", days: 5 * 365, purge: consents_of_the_gone },
    // So long services may ask who has taken back their consent by leaving.
    Retention { table: "people_pairwise", days: 30, purge: names_of_the_gone },
    Retention { table: "people_mandate", days: 5 * 365, purge: old_mandates },
    Retention { table: "people_invitation", days: 30, purge: old_invitations },
    Retention { table: "people_takeout", days: 30, purge: old_takeouts },
    Retention { table: "people_leaving", days: 3 * 365, purge: old_leavings },
];

/// Who has not left keeps their history, however old.
fn consents_of_the_gone() -> &'static Sql {
    sql!(
        "delete from people_consent_event where city = ?1 and (person_no, id) in (
             select e.person_no, e.id from people_account a
             join people_consent_event e on e.city = ?1 and e.person_no = a.person_no
             where a.city = ?1 and a.state = 'erased' and a.saved_ms < ?2
             order by a.saved_ms limit 500)"
    )
}

fn names_of_the_gone() -> &'static Sql {
    sql!(
        "delete from people_pairwise where city = ?1 and (sector, account) in (
             select p.sector, p.account from people_account a
             join people_pairwise p on p.city = ?1 and p.account = a.id
             where a.city = ?1 and a.state = 'erased' and a.saved_ms < ?2
             order by a.saved_ms limit 500)"
    )
}

fn old_mandates() -> &'static Sql {
    sql!(
        "delete from people_mandate where city = ?1 and id in (
             select m.id from people_mandate m where m.city = ?1 and m.ended_ms > 0 and m.ended_ms < ?2
             order by m.id limit 500)"
    )
}

fn old_invitations() -> &'static Sql {
    sql!(
        "delete from people_invitation where city = ?1 and digest in (
             select i.digest from people_invitation i where i.city = ?1 and i.ends_ms < ?2
             order by i.ends_ms limit 500)"
    )
}

fn old_takeouts() -> &'static Sql {
    sql!(
        "delete from people_takeout where city = ?1 and id in (
             select o.id from people_takeout o where o.city = ?1 and o.ends_ms < ?2 order by o.ends_ms limit 500)"
    )
}

fn old_leavings() -> &'static Sql {
    sql!(
        "delete from people_leaving where city = ?1 and account in (
             select l.account from people_leaving l where l.city = ?1 and l.done_ms > 0 and l.done_ms < ?2
             order by l.done_ms limit 500)"
    )
}

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    jobs: JOBS,
    schedules: SCHEDULES,
    readers: READERS,
    retention: RETENTION,
    demo: Some(demo::fill),
    takeout: takeout::PARTS,
    erase: erase::PARTS,
    events: &[
        ("people.acting_begun", 1),
        ("people.acting_ended", 1),
        ("people.mandate_made", 1),
        ("people.mandate_answered", 1),
        ("people.mandate_ended", 1),
        ("people.profile_saved", 1),
        ("people.profile_checked", 1),
        ("people.invited", 1),
        ("people.household_changed", 1),
        ("people.child_added", 1),
        ("people.child_handed_over", 1),
        ("people.takeout_asked", 1),
        ("people.takeout_ready", 1),
        ("people.leaving_asked", 1),
        ("people.leaving_taken_back", 1),
        ("people.left", 1),
        ("people.rule_saved", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/profile/ja.ftl"),
    ja_easy: include_str!("../../words/profile/ja-x-easy.ftl"),
    en: include_str!("../../words/profile/en.ftl"),
};
