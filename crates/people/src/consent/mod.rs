//! Purposes and recipients, and what each person allows.
//!
//! Words: a *recipient* is given data; a *purpose* says what data, for what, to whom, how long, on what ground; each
//! *version* of it is approved by somebody else than its writer and never changes afterwards. A *consent* is a person's
//! yes to a version; its *history* is only ever added to.
//!
//! Invariants: a consent changes through [`decide`] alone. Off is off at once. A yes to an older version counts only
//! while no newer one asks again. A yes for a child is a parent's.

pub(crate) mod decide;
mod demo;
mod ends;
pub(crate) mod mine;
mod minors;
pub(crate) mod model;
pub(crate) mod pages;
mod purposes;
mod receipt;
mod recipients;
mod rules;
pub(crate) mod said;
pub(crate) mod standing;
pub(crate) mod store;

use ground::action::AnyAction;
use ground::db::{Migration, Store};
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::room::Room;
use ground::who::{Grant, Reach, Role, Scope};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 3,
    name: "consent",
    sql: include_str!("../../migrations/city-003-consent.sql"),
}];

fn actions() -> Vec<AnyAction> {
    vec![
        mine::CONSENTS.any(),
        mine::DECIDE_CONSENT.any(),
        mine::REQUEST_CONSENT.any(),
        mine::CONSENT_HISTORY.any(),
        mine::CONSENT_RECEIPTS.any(),
        purposes::PURPOSES.any(),
        purposes::PURPOSE.any(),
        purposes::PURPOSE_NOTICE.any(),
        purposes::OPEN_PURPOSES.any(),
        purposes::SAVE_PURPOSE.any(),
        purposes::PROPOSE_PURPOSE.any(),
        purposes::RETURN_PURPOSE.any(),
        purposes::APPROVE_PURPOSE.any(),
        purposes::RETIRE_PURPOSE.any(),
        recipients::RECIPIENTS.any(),
        recipients::SAVE_RECIPIENT.any(),
        recipients::CONSENT_AGES.any(),
        recipients::SAVE_CONSENT_AGE.any(),
    ]
}

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own).for_others(Scope::Consents)
}

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

/// Whoever writes for the city proposes; whoever approves for the city, or an administrator, puts in force.
const GRANTS: &[Grant] = &[
    own("people.consents"),
    own("people.decide_consent"),
    own("people.consent_history"),
    own("people.consent_receipts"),
    city("people.request_consent", Role::System),
    city("people.request_consent", Role::Clerk),
    city("people.purpose_notice", Role::Anyone),
    city("people.open_purposes", Role::Anyone),
    city("people.purposes", Role::Staff),
    city("people.purposes", Role::Operator),
    city("people.purpose", Role::Staff),
    city("people.purpose", Role::Operator),
    city("people.save_purpose", Role::Editor),
    city("people.save_purpose", Role::Admin),
    city("people.save_purpose", Role::Operator),
    city("people.propose_purpose", Role::Editor),
    city("people.propose_purpose", Role::Admin),
    city("people.propose_purpose", Role::Operator),
    city("people.return_purpose", Role::Approver),
    city("people.return_purpose", Role::Admin),
    city("people.approve_purpose", Role::Approver),
    city("people.approve_purpose", Role::Admin),
    city("people.retire_purpose", Role::Approver),
    city("people.retire_purpose", Role::Admin),
    city("people.retire_purpose", Role::Operator),
    city("people.recipients", Role::Staff),
    city("people.recipients", Role::Operator),
    city("people.save_recipient", Role::Admin),
    city("people.save_recipient", Role::Operator),
    city("people.consent_ages", Role::Staff),
    city("people.consent_ages", Role::Operator),
    city("people.save_consent_age", Role::Admin),
    city("people.save_consent_age", Role::Operator),
];

const JOBS: &[JobKind] = &[
    JobKind { name: ends::ASK_AGAIN, lane: Lane::Bulk, tries_max: 10, run: JobRun::InTx(ends::ask_range) },
    JobKind {
        name: ends::CONSENT_ENDS,
        lane: Lane::Bulk,
        tries_max: 10,
        run: JobRun::InTx(ends::ends_range),
    },
];

/// In the night: what ends is off the moment it ends, whether or not this has run.
const SCHEDULES: &[Schedule] =
    &[Schedule { name: "people.consent_ends", cron: "20 3 * * *", kind: ends::CONSENT_ENDS }];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    jobs: JOBS,
    schedules: SCHEDULES,
    demo: Some(demo::fill),
    events: &[
        ("people.recipient_saved", 1),
        ("people.purpose_saved", 1),
        ("people.purpose_proposed", 1),
        ("people.purpose_returned", 1),
        ("people.purpose_approved", 1),
        ("people.purpose_retired", 1),
        ("people.consent_age_saved", 1),
        ("people.consent_requested", 1),
        ("people.consent_given", 1),
        ("people.consent_refused", 1),
        ("people.consent_withdrawn", 1),
        ("people.consent_expired", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/consent/ja.ftl"),
    ja_easy: include_str!("../../words/consent/ja-x-easy.ftl"),
    en: include_str!("../../words/consent/en.ftl"),
};
