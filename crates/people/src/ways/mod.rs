//! How people come in: codes by e-mail, passkeys, other providers, second factors; the levels of assurance; the history of signing in.

pub(crate) mod arrive;
pub(crate) mod attempt;
pub(crate) mod code;
pub(crate) mod counter;
mod demo;
pub(crate) mod history;
mod letters;
pub(crate) mod pages;
pub(crate) mod passkey;
pub(crate) mod relying;
pub(crate) mod second;
pub(crate) mod security;
pub(crate) mod store;
pub(crate) mod suspicious;
pub(crate) mod tally;

pub(crate) use arrive::{Newcomer, come_in, expect_newcomer, link, linked, raise};
pub(crate) use store::WayKind;

use ground::action::AnyAction;
use ground::cx::Cx;
use ground::db::{Migration, Sql, Store, Tx};
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 2,
    name: "ways",
    sql: include_str!("../../migrations/city-002-ways.sql"),
}];

const RETENTION: &[Retention] = &[
    Retention { table: "people_attempt", days: 1, purge: old_attempts },
    Retention { table: "people_tally", days: 1, purge: old_tallies },
    Retention { table: "people_sign_in", days: 400, purge: old_sign_ins },
    Retention { table: "people_recovery", days: 400, purge: old_recoveries },
];

fn old_attempts() -> &'static Sql {
    sql!(
        "delete from people_attempt where city = ?1 and digest in (
             select a.digest from people_attempt a where a.city = ?1 and a.ends_ms < ?2
             order by a.ends_ms limit 500)"
    )
}

fn old_tallies() -> &'static Sql {
    sql!(
        "delete from people_tally where city = ?1 and key in (
             select t.key from people_tally t where t.city = ?1 and t.ends_ms < ?2 order by t.ends_ms limit 500)"
    )
}

/// Ids follow time: the oldest thousand by id are the oldest by time.
fn old_sign_ins() -> &'static Sql {
    sql!(
        "delete from people_sign_in where city = ?1 and id in (
             select s.id from (select o.id, o.at_ms from people_sign_in o where o.city = ?1 order by o.id limit 1000) s
             where s.at_ms < ?2)"
    )
}

/// Used ones only: one that was never used is still good.
fn old_recoveries() -> &'static Sql {
    sql!(
        "delete from people_recovery where city = ?1 and digest in (
             select r.digest from people_recovery r where r.city = ?1 and r.used_ms > 0 and r.used_ms < ?2 limit 500)"
    )
}

/// How long a sign-in is recent.
const FRESH_MS: i64 = 15 * 60_000;

/// Asks for a recent sign-in: before an account is deleted, a way in is added, or an administrator made. Pages lead to
/// `/sign-in/again` and back. One from the future, before the clock was set back, is none. The command line on the server
/// itself has no sign-in to be recent.
pub(crate) fn fresh(cx: &Cx) -> Result<(), Fault> {
    let who = cx.who();
    let age_ms = cx.now_ms() - who.signed_in_ms;
    let acts_itself = who.session.is_none() && (who.has(Role::Operator) || who.has(Role::System));
    if acts_itself || (who.session.is_some() && (-60_000..FRESH_MS).contains(&age_ms)) {
        Ok(())
    } else {
        Err(Fault::sign_in_again())
    }
}

/// Whose ways may be added to: somebody signed in who showed lately that it is them, or somebody half way in who has no
/// second factor yet and makes their first. Half way in and with one, it is asked for: else the first factor alone could
/// give itself a second.
fn holder(tx: &mut Tx<'_>, cx: &Cx) -> Result<Id, Fault> {
    fresh(cx)?;
    let who = cx.who();
    if let Some(account) = &who.account {
        return Ok(account.clone());
    }
    let pending = who.pending.clone().ok_or_else(Fault::signed_out)?;
    let has_one = store::of_account(tx, &pending)?.iter().any(|kept| kept.way.kind != WayKind::Provider);
    if has_one { Err(Fault::new(FaultKind::Refused, "people-second-first")) } else { Ok(pending) }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn actions() -> Vec<AnyAction> {
    vec![
        code::ASK_CODE.any(),
        code::ENTER_CODE.any(),
        code::CODE_WAITS.any(),
        code::NEWCOMER.any(),
        code::JOIN.any(),
        passkey::ASK_PASSKEY.any(),
        passkey::USE_PASSKEY.any(),
        passkey::START_PASSKEY.any(),
        passkey::ADD_PASSKEY.any(),
        second::SECOND.any(),
        second::ENTER_SECOND.any(),
        second::GIVE_UP.any(),
        second::START_TOTP.any(),
        second::CONFIRM_TOTP.any(),
        second::MAKE_PAPER_CODES.any(),
        security::SECURITY.any(),
        security::IDENTITY.any(),
        security::RENAME_WAY.any(),
        security::REMOVE_WAY.any(),
        security::UNLOCK_WAY.any(),
        security::WAKE_MAIL.any(),
        security::HISTORY.any(),
        security::NOT_ME.any(),
        security::ASK_NEW_MAIL.any(),
        security::TAKE_NEW_MAIL.any(),
        counter::CHECKED_AT_COUNTER.any(),
        counter::COUNTER_LINK.any(),
        counter::RESET_SECOND.any(),
        suspicious::SIGN_INS.any(),
        suspicious::LOCK_ACCOUNT.any(),
        suspicious::UNLOCK_ACCOUNT.any(),
    ]
}

/// For whoever is not signed in yet, or only half way: the action itself looks at what they show.
const fn anybody(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::City)
}

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own)
}

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    anybody("people.ask_code"),
    anybody("people.enter_code"),
    anybody("people.code_waits"),
    anybody("people.newcomer"),
    anybody("people.join"),
    anybody("people.ask_passkey"),
    anybody("people.use_passkey"),
    anybody("people.start_passkey"),
    anybody("people.add_passkey"),
    anybody("people.second"),
    anybody("people.enter_second"),
    anybody("people.give_up_sign_in"),
    anybody("people.start_totp"),
    anybody("people.confirm_totp"),
    own("people.make_paper_codes"),
    own("people.security"),
    own("people.identity"),
    own("people.rename_way"),
    own("people.remove_way"),
    own("people.unlock_way"),
    own("people.wake_mail"),
    own("people.sign_in_history"),
    own("people.not_me"),
    own("people.ask_new_mail"),
    own("people.take_new_mail"),
    city("people.checked_at_counter", Role::Clerk),
    city("people.counter_link", Role::Clerk),
    city("people.reset_second", Role::Admin),
    city("people.reset_second", Role::Operator),
    city("people.sign_ins", Role::Admin),
    city("people.sign_ins", Role::Auditor),
    city("people.sign_ins", Role::Operator),
    city("people.lock_account", Role::Admin),
    city("people.lock_account", Role::Operator),
    city("people.unlock_account", Role::Admin),
    city("people.unlock_account", Role::Operator),
];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions,
    grants: GRANTS,
    pages: pages::PAGES,
    retention: RETENTION,
    demo: Some(demo::fill),
    events: &[
        ("people.way_added", 1),
        ("people.way_removed", 1),
        ("people.level_raised", 1),
        ("people.not_me", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/ways/ja.ftl"),
    ja_easy: include_str!("../../words/ways/ja-x-easy.ftl"),
    en: include_str!("../../words/ways/en.ftl"),
};
