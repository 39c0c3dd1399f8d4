//! Gate: the outside world, behind the ports that `ground` declares. The only room that opens connections (law 3).
//!
//! Words: a *letter* is an e-mail; the *queue* holds letters that are still to be sent; a letter is *kept* when a
//! demonstration city without a mail server shows it in its *outbox* instead of sending it; its *kind* says what it is
//! for ("sign_in_code") and nothing about whom; a mail server *takes* a letter, *refuses* it for good, or *puts it off*.
//!
//! Invariants: a letter is a row written with the act that caused it. Whom it is for and what it says are sealed, and
//! erased once it was taken; when it can never be sent, a secret is erased, too. The same letter has the same
//! `Message-ID` however often it is tried. A letter whose time is over is not sent any more. No header holds a line
//! break. A connection goes to the very address that was checked, on every hop of a redirect.
//!
//! Events (ids only): `gate.mail_failed` with the kind of the letter and the state it ended in.
//!
//! Rights: the program itself queues letters, as part of other rooms' acts, and the command line does to try the mail
//! server. Administrators see the queue, without
//! bodies and addresses. The outbox is open to everybody, in a demonstration city only.

mod actions;
mod demo;
mod mail;
mod outside;
mod pages;
mod post;
mod web;

use ground::db::{Migration, Sql, Store};
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

pub use actions::queue::{MailRow, MailState, OutboxLetter};
pub use actions::send::{MailOpen, OUTBOX as OUTBOX_PATH, QueuedMail, SEND_MAIL, SendMail};
pub use mail::model::is_address;
pub use mail::store::{Mail, letters};
pub use mail::{Contents, State};
pub use outside::Outside;
pub use post::{MailServer, ServerAddress, Smtp, Tls};
pub use web::Lookup;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "gate",
    store: Store::City,
    number: 1,
    name: "start",
    sql: include_str!("../migrations/city-001-start.sql"),
}];

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    city("gate.send_mail", Role::System),
    // A letter to try the mail server with, from the server's own command line.
    city("gate.send_mail", Role::Operator),
    city("gate.mail_open", Role::Anyone),
    city("gate.mails", Role::Admin),
    city("gate.mails", Role::Auditor),
    city("gate.mails", Role::Operator),
    city("gate.mail_state", Role::Admin),
    city("gate.mail_state", Role::Auditor),
    city("gate.mail_state", Role::Operator),
    city("gate.retry_mail", Role::Admin),
    city("gate.retry_mail", Role::Operator),
    city("gate.give_up_mail", Role::Admin),
    city("gate.give_up_mail", Role::Operator),
    // Refused by itself wherever the city is not made up.
    city("gate.outbox", Role::Anyone),
];

const JOBS: &[JobKind] = &[
    JobKind {
        name: mail::deliver::DELIVER_URGENT,
        lane: Lane::Urgent,
        tries_max: 20,
        run: JobRun::Outside(mail::deliver::deliver),
    },
    JobKind {
        name: mail::deliver::DELIVER,
        lane: Lane::Normal,
        tries_max: 20,
        run: JobRun::Outside(mail::deliver::deliver),
    },
    JobKind {
        name: mail::reseal::RESEAL,
        lane: Lane::Bulk,
        tries_max: 5,
        run: JobRun::InTx(mail::reseal::reseal),
    },
];

const SCHEDULES: &[Schedule] =
    &[Schedule { name: "gate.reseal", cron: "40 2 * * *", kind: mail::reseal::RESEAL }];

const RETENTION: &[Retention] = &[Retention { table: "gate_mail", days: 90, purge: old_mail }];

/// Whatever waits is still to be sent: its own end comes sooner.
fn old_mail() -> &'static Sql {
    sql!(
        "delete from gate_mail where city = ?1 and id in (
             select m.id from gate_mail m where m.city = ?1 and m.made_ms < ?2 and m.state <> 'waiting'
             order by m.made_ms limit 500)"
    )
}

pub static ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    foot: Some(pages::foot),
    demo: Some(demo::fill),
    jobs: JOBS,
    schedules: SCHEDULES,
    retention: RETENTION,
    events: &[("gate.mail_failed", 1)],
    ..Room::empty("gate", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../words/ja.ftl"),
    ja_easy: include_str!("../words/ja-x-easy.ftl"),
    en: include_str!("../words/en.ftl"),
};
