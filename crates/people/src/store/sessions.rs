//! Sessions and one-time links. Both are kept under the digest of their token: knowing the store is not knowing them.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Acting, Level, Scope};
use ground::words::Lang;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id_or_none;
use crate::model::{AccountKind, LinkPurpose};
use crate::ways::attempt::CLOCK_SLACK_MS;

/// Everything about who somebody is, in one row.
pub struct Came {
    /// The session they came with, if they came with one.
    pub session: Option<Id>,
    pub account: Id,
    pub name: String,
    pub kind: AccountKind,
    pub lang: Option<Lang>,
    /// `None` without a post.
    pub roles: Option<String>,
    pub department: Option<Id>,
    pub district: Option<Id>,
    pub household: Option<Id>,
    pub level: Level,
    /// Whether the account asks for a second factor whenever somebody signs in.
    pub asks_second: bool,
    /// Whether this session was begun with a second factor, or a passkey.
    pub strong: bool,
    pub began_ms: i64,
    /// The mandate under which this session acts for another person; empty for one's own self.
    pub acting: String,
}

pub fn who_came(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<Option<Came>, Fault> {
    tx.opt(
        sql!(
            "select s.id, s.account, a.name, a.kind, a.lang, f.roles, f.department, r.district, r.household, a.level,
                    a.second, s.strong, s.created_ms, s.acting
             from people_session s
             join people_account a on a.city = ?1 and a.id = s.account
             left join people_staff f on f.city = ?1 and f.account = s.account
             left join people_resident r on r.city = ?1 and r.account = s.account
             where s.city = ?1 and s.digest = ?2 and s.ends_ms > ?3 and a.state = 'active'"
        ),
        params![digest, now_ms],
        came_of,
    )
}

/// The same about an account without a session: whom the server's own command line speaks for.
pub fn who_is(tx: &mut Tx<'_>, account: &Id) -> Result<Option<Came>, Fault> {
    tx.opt(
        sql!(
            "select '', a.id, a.name, a.kind, a.lang, f.roles, f.department, r.district, r.household, a.level,
                    a.second, cast(1 as bigint), cast(0 as bigint), ''
             from people_account a
             left join people_staff f on f.city = ?1 and f.account = a.id
             left join people_resident r on r.city = ?1 and r.account = a.id
             where a.city = ?1 and a.id = ?2 and a.state = 'active'"
        ),
        params![account],
        came_of,
    )
}

fn came_of(row: &Row<'_>) -> Result<Came, Fault> {
    Ok(Came {
        session: id_or_none(row, 0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        kind: AccountKind::from_name(&row.get::<String>(3)?),
        lang: Lang::from_code(&row.get::<String>(4)?),
        roles: row.get(5)?,
        department: id_or_none(row, 6)?,
        district: id_or_none(row, 7)?,
        household: id_or_none(row, 8)?,
        level: Level::from_name(&row.get::<String>(9)?),
        asks_second: row.get::<i64>(10)? == 1,
        strong: row.get::<i64>(11)? == 1,
        began_ms: row.get(12)?,
        acting: row.get(13)?,
    })
}

/// For whom a session acts, while the mandate holds: answered by both, begun, not over, and of an account that is not
/// locked.
pub fn acting(tx: &mut Tx<'_>, mandate: &str, agent: &Id, now_ms: i64) -> Result<Option<Acting>, Fault> {
    tx.opt(
        sql!(
            "select m.id, m.person, m.scopes, a.name, m.ends_ms
             from people_mandate m join people_account a on a.city = ?1 and a.id = m.person
             where m.city = ?1 and m.id = ?2 and m.agent = ?3 and m.state = 'active'
               and m.starts_ms <= ?4 and (m.ends_ms = 0 or m.ends_ms > ?4) and a.state = 'active'"
        ),
        params![mandate, agent, now_ms],
        |row| {
            let scopes: String = row.get(2)?;
            Ok(Acting {
                mandate: row.get(0)?,
                person: row.get(1)?,
                scopes: scopes.split(' ').filter_map(Scope::from_name).collect(),
                shown_name: row.get(3)?,
                ends_ms: row.get(4)?,
            })
        },
    )
}

/// A session, as its own person sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    pub id: Id,
    /// The family of the browser; empty when it did not say.
    pub agent: String,
    /// How it was begun: `mail`, `passkey`, `link` …
    pub way: String,
    /// Whether a second factor, or a passkey, was shown.
    pub strong: bool,
    pub created_ms: i64,
    pub seen_ms: i64,
    pub ends_ms: i64,
    /// Whether this is the one that asks.
    pub this_one: bool,
}

pub fn start(tx: &mut Tx<'_>, digest: &str, account: &Id, session: &Session) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_session (city, digest, id, account, agent, created_ms, seen_ms, ends_ms, way, strong,
                                         acting)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '')"
        ),
        params![
            digest,
            &session.id,
            account,
            session.agent.as_str(),
            session.created_ms,
            session.seen_ms,
            session.ends_ms,
            session.way.as_str(),
            i64::from(session.strong)
        ],
    )
}

/// Makes room for one more session: the oldest beyond the limit end.
pub fn make_room(tx: &mut Tx<'_>, account: &Id, kept: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "delete from people_session where city = ?1 and account = ?2 and id not in (
                 select s.id from people_session s where s.city = ?1 and s.account = ?2
                 order by s.id desc limit ?3)"
        ),
        params![account, kept],
    )
}

/// An account's sessions that have not ended, newest first.
pub fn of_account(
    tx: &mut Tx<'_>,
    account: &Id,
    asking: Option<&Id>,
    now_ms: i64,
    after: &str,
    rows: i64,
) -> Result<Vec<Session>, Fault> {
    tx.all(
        sql!(
            "select id, agent, created_ms, seen_ms, ends_ms, way, strong from people_session
             where city = ?1 and account = ?2 and ends_ms > ?3 and (?4 = '' or id < ?4)
             order by id desc limit ?5"
        ),
        params![account, now_ms, after, rows],
        |row| {
            let id: Id = row.get(0)?;
            let this_one = asking == Some(&id);
            Ok(Session {
                id,
                agent: row.get(1)?,
                created_ms: row.get(2)?,
                seen_ms: row.get(3)?,
                ends_ms: row.get(4)?,
                way: row.get(5)?,
                strong: row.get::<i64>(6)? == 1,
                this_one,
            })
        },
    )
}

/// Whose session this is.
pub fn owner(tx: &mut Tx<'_>, session: &Id) -> Result<Option<Id>, Fault> {
    tx.opt(sql!("select account from people_session where city = ?1 and id = ?2"), params![session], |row| {
        row.get(0)
    })
}

pub fn end(tx: &mut Tx<'_>, session: &Id) -> Result<bool, Fault> {
    let ended = tx.exec(sql!("delete from people_session where city = ?1 and id = ?2"), params![session])?;
    Ok(ended == 1)
}

/// Ends every session of an account but one; answers how many.
pub fn end_others(tx: &mut Tx<'_>, account: &Id, but: Option<&Id>) -> Result<u64, Fault> {
    tx.exec(
        sql!("delete from people_session where city = ?1 and account = ?2 and id <> ?3"),
        params![account, but.map_or("", Id::as_str)],
    )
}

/// From now on the session acts by this mandate; empty for oneself again.
pub fn set_acting(tx: &mut Tx<'_>, session: &Id, mandate: &str) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!("update people_session set acting = ?3 where city = ?1 and id = ?2"),
        params![session, mandate],
    )?;
    Ok(changed == 1)
}

pub fn note_seen(tx: &mut Tx<'_>, session: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!("update people_session set seen_ms = ?3 where city = ?1 and id = ?2 and seen_ms < ?3"),
        params![session, now_ms],
    )
}

/// A one-time link that can still be used.
pub struct Link {
    pub purpose: LinkPurpose,
    pub account: Id,
    pub name: String,
    pub ends_ms: i64,
}

fn link_of(row: &Row<'_>) -> Result<Link, Fault> {
    Ok(Link {
        purpose: LinkPurpose::from_name(&row.get::<String>(0)?),
        account: row.get(1)?,
        name: row.get(2)?,
        ends_ms: row.get(3)?,
    })
}

/// Unknown, used and ended links, and links of locked accounts, are all the same: none. So is one from the future: the
/// clock was set back, and its end tells nothing any more.
pub fn good_link(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<Option<Link>, Fault> {
    tx.opt(
        sql!(
            "select l.purpose, l.account, a.name, l.ends_ms
             from people_link l join people_account a on a.city = ?1 and a.id = l.account
             where l.city = ?1 and l.digest = ?2 and l.used_ms = 0 and l.ends_ms > ?3 and l.made_ms <= ?4
               and a.state = 'active'"
        ),
        params![digest, now_ms, now_ms + CLOCK_SLACK_MS],
        link_of,
    )
}

/// Marks a link as used; of two who come at once, one is told that it was.
pub fn use_up(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<bool, Fault> {
    let used = tx.exec(
        sql!(
            "update people_link set used_ms = ?3
             where city = ?1 and digest = ?2 and used_ms = 0 and ends_ms > ?3"
        ),
        params![digest, now_ms],
    )?;
    Ok(used == 1)
}

/// Makes a link. Older ones for the same account stop working, so that only the last one handed over counts.
pub fn make_link(
    tx: &mut Tx<'_>,
    digest: &str,
    purpose: LinkPurpose,
    account: &Id,
    made_by: &str,
    now_ms: i64,
    ends_ms: i64,
) -> Result<(), Fault> {
    forget_links(tx, account)?;
    tx.put(
        sql!(
            "insert into people_link (city, digest, purpose, account, made_by, made_ms, ends_ms, used_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)"
        ),
        params![digest, purpose.name(), account, made_by, now_ms, ends_ms],
    )
}

/// Takes back the links of an account that nobody has used.
pub fn forget_links(tx: &mut Tx<'_>, account: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_link where city = ?1 and account = ?2 and used_ms = 0"), params![account])
}
