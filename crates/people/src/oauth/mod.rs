//! The city as an identity provider for its other services (OpenID Connect).
//!
//! Words: a *client* is a service, registered by one member of staff and approved by another; it shows who it is by a
//! *proof* (a secret, a signed assertion, or nothing but the code's own verifier). A *connection* is a person's tie to a
//! client; a *family* is one sign-in there with every token that came of it. A *sector* is the host that clients share;
//! within it a person has one *subject*, and in no other sector the same.
//!
//! Invariants: of codes, tokens and secrets only digests are kept. A code is good for a minute and once; shown again, it
//! ends its family, as does a refresh token that was used already. A client gets personal data by release alone.

mod actions;
mod asked;
mod claims;
mod demo;
mod doors;
mod keys;
mod model;
mod pages;
pub(crate) mod store;

use ground::cx::Cx;
use ground::db::{Migration, Sql, Store, Tx};
use ground::fault::Fault;
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role, Who};
use ground::words::WordFiles;

pub use store::clients::recipient;
pub use store::connections::forget;
pub use store::pairwise::{account as account_of, subject as subject_of};

/// What the scope of a purpose begins with.
pub const PURPOSE_SCOPE: &str = "purpose:";

/// The city as it calls itself in what it signs.
pub fn issuer(cx: &Cx) -> String {
    cx.city().facts().public_url.clone()
}

/// Whether the program that asks may use this purpose: it is registered for it, and its token was given for it.
pub fn may_use(tx: &mut Tx<'_>, who: &Who, purpose: &str) -> Result<bool, Fault> {
    let Some(client) = &who.client else { return Ok(false) };
    Ok(who.has_scope(&purpose_scope(purpose)) && store::clients::may_use(tx, client, purpose)?)
}

/// The scope that stands for a purpose.
pub fn purpose_scope(purpose: &str) -> String {
    format!("{PURPOSE_SCOPE}{purpose}")
}

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 6,
    name: "oauth",
    sql: include_str!("../../migrations/city-006-oauth.sql"),
}];

const RETENTION: &[Retention] = &[
    Retention { table: "people_code", days: 1, purge: old_codes },
    Retention { table: "people_token", days: 1, purge: old_tokens },
    Retention { table: "people_family", days: 1, purge: old_families },
    Retention { table: "people_assertion", days: 1, purge: old_assertions },
    Retention { table: "people_key", days: 400, purge: old_keys },
    Retention { table: "people_client_use", days: 800, purge: old_uses },
];

fn old_codes() -> &'static Sql {
    sql!(
        "delete from people_code where city = ?1 and digest in (
             select c.digest from people_code c where c.city = ?1 and c.ends_ms < ?2 order by c.ends_ms limit 500)"
    )
}

fn old_tokens() -> &'static Sql {
    sql!(
        "delete from people_token where city = ?1 and digest in (
             select t.digest from people_token t where t.city = ?1 and t.ends_ms < ?2 order by t.ends_ms limit 500)"
    )
}

fn old_families() -> &'static Sql {
    sql!(
        "delete from people_family where city = ?1 and id in (
             select f.id from people_family f where f.city = ?1 and f.ends_ms < ?2 order by f.ends_ms limit 500)"
    )
}

fn old_assertions() -> &'static Sql {
    sql!(
        "delete from people_assertion where city = ?1 and digest in (
             select a.digest from people_assertion a where a.city = ?1 and a.ends_ms < ?2
             order by a.ends_ms limit 500) and ends_ms < ?2"
    )
}

fn old_keys() -> &'static Sql {
    sql!(
        "delete from people_key where city = ?1 and kid in (
             select k.kid from people_key k where k.city = ?1 and k.gone_ms < ?2 order by k.gone_ms limit 50)"
    )
}

fn old_uses() -> &'static Sql {
    sql!(
        "delete from people_client_use where city = ?1 and at_ms < ?2 and client in (
             select u.client from people_client_use u where u.city = ?1 and u.at_ms < ?2 order by u.at_ms limit 50)"
    )
}

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own)
}

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    city("people.clients", Role::Admin),
    city("people.clients", Role::Approver),
    city("people.clients", Role::Auditor),
    city("people.clients", Role::Operator),
    city("people.client", Role::Admin),
    city("people.client", Role::Approver),
    city("people.client", Role::Auditor),
    city("people.client", Role::Operator),
    city("people.client_choices", Role::Admin),
    city("people.client_choices", Role::Approver),
    city("people.client_choices", Role::Auditor),
    city("people.client_choices", Role::Operator),
    // Two people: the command line is no person.
    city("people.propose_client", Role::Admin),
    city("people.approve_client", Role::Admin),
    city("people.approve_client", Role::Approver),
    city("people.refuse_client", Role::Admin),
    city("people.refuse_client", Role::Approver),
    city("people.close_client", Role::Admin),
    city("people.close_client", Role::Operator),
    city("people.set_client_secret", Role::Admin),
    city("people.keys", Role::Admin),
    city("people.keys", Role::Auditor),
    city("people.keys", Role::Operator),
    city("people.keys", Role::System),
    city("people.rotate_keys", Role::Admin),
    city("people.rotate_keys", Role::Operator),
    city("people.authorization", Role::Anyone),
    own("people.connect"),
    city("people.prove_client", Role::Anyone),
    city("people.exchange_code", Role::Service),
    city("people.refresh_tokens", Role::Service),
    city("people.service_token", Role::Service),
    city("people.token_state", Role::Service),
    city("people.revoke_token", Role::Service),
    city("people.userinfo", Role::Service),
    own("people.services"),
    own("people.disconnect"),
    city("people.logout_target", Role::Anyone),
    city("people.oauth_discovery", Role::Anyone),
    city("people.oauth_metadata", Role::Anyone),
    city("people.oauth_jwks", Role::Anyone),
    city("people.oauth_authorize_post", Role::Anyone),
    city("people.oauth_logout_post", Role::Anyone),
    city("people.oauth_token", Role::Anyone),
    city("people.oauth_introspect", Role::Anyone),
    city("people.oauth_revoke", Role::Anyone),
    city("people.oauth_userinfo", Role::Service),
    city("people.oauth_userinfo_post", Role::Service),
    city("people.oauth_preflight", Role::Anyone),
];

const JOBS: &[JobKind] =
    &[JobKind { name: keys::ROTATE, lane: Lane::Soon, tries_max: 5, run: JobRun::Outside(keys::rotate_job) }];

const SCHEDULES: &[Schedule] =
    &[Schedule { name: "people.rotate_keys", cron: "20 3 * * *", kind: keys::ROTATE }];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    doors: doors::DOORS,
    jobs: JOBS,
    schedules: SCHEDULES,
    retention: RETENTION,
    demo: Some(demo::fill),
    events: &[
        ("people.client_proposed", 1),
        ("people.client_approved", 1),
        ("people.client_refused", 1),
        ("people.client_closed", 1),
        ("people.client_secret_set", 1),
        ("people.keys_rotated", 1),
        ("people.connected", 1),
        ("people.disconnected", 1),
        ("people.token_reused", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/oauth/ja.ftl"),
    ja_easy: include_str!("../../words/oauth/ja-x-easy.ftl"),
    en: include_str!("../../words/oauth/en.ftl"),
};
