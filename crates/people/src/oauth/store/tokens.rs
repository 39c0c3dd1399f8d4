//! Codes, tokens, and the families that they belong to.

use std::sync::Arc;

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Bearer, Level, Role, Who};
use ground::words::Lang;
use ground::{params, sql};

use crate::ways::attempt::CLOCK_SLACK_MS;

/// What stands between spaces, as a list.
pub fn words(text: &str) -> Arc<[String]> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Which client shows this access token, and in whose name. Nothing for a client that is closed, an account that is
/// locked, or a session that has ended, whatever the token says; nor for a token from the future, made before the clock
/// was set back.
pub fn bearer(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<Option<Bearer>, Fault> {
    tx.opt(
        sql!(
            "select t.client, t.account, t.scopes, t.ends_ms, a.level, a.lang
             from people_token t
             join people_client c on c.city = ?1 and c.id = t.client
             left join people_account a on a.city = ?1 and a.id = t.account and a.state = 'active'
             left join people_family f on f.city = ?1 and f.id = t.family
             left join people_session s on s.city = ?1 and s.id = f.session
             where t.city = ?1 and t.digest = ?2 and t.kind = 'access' and t.ends_ms > ?3 and t.made_ms <= ?4
               and c.state = 'open'
               and (t.account = '' or a.id is not null)
               and (t.family = '' or f.session = '' or s.ends_ms > ?3)"
        ),
        params![digest, now_ms, now_ms + CLOCK_SLACK_MS],
        |row| {
            let account: String = row.get(1)?;
            Ok(Bearer {
                who: Who {
                    client: Some(row.get::<Id>(0)?),
                    account: account.parse().ok(),
                    roles: Arc::from([Role::Service]),
                    scopes: words(&row.get::<String>(2)?),
                    level: row
                        .get::<Option<String>>(4)?
                        .map_or(Level::Declared, |text| Level::from_name(&text)),
                    lang: row.get::<Option<String>>(5)?.and_then(|code| Lang::from_code(&code)),
                    ..Who::default()
                },
                ends_ms: row.get(3)?,
            })
        },
    )
}

/// One sign-in at a client.
#[derive(Clone, Debug)]
pub struct Family {
    pub id: Id,
    pub client: Id,
    pub account: Id,
    /// Empty when it outlives the session that it came of.
    pub session: String,
    pub scopes: String,
    pub auth_ms: i64,
    pub level: Level,
    pub amr: String,
    pub nonce: String,
    pub made_ms: i64,
    pub ends_ms: i64,
}

pub fn begin_family(tx: &mut Tx<'_>, family: &Family) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_family (city, id, client, account, session, scopes, auth_ms, level, amr, nonce, made_ms,
                                        ends_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ),
        params![
            &family.id,
            &family.client,
            &family.account,
            &family.session,
            &family.scopes,
            family.auth_ms,
            family.level.name(),
            &family.amr,
            &family.nonce,
            family.made_ms,
            family.ends_ms
        ],
    )
}

/// A family that still holds: not over, its account not locked, its session, if it hangs on one, not ended.
pub fn family(tx: &mut Tx<'_>, id: &str, now_ms: i64) -> Result<Option<Family>, Fault> {
    tx.opt(
        sql!(
            "select f.id, f.client, f.account, f.session, f.scopes, f.auth_ms, f.level, f.amr, f.nonce, f.made_ms,
                    f.ends_ms
             from people_family f
             join people_account a on a.city = ?1 and a.id = f.account
             left join people_session s on s.city = ?1 and s.id = f.session
             where f.city = ?1 and f.id = ?2 and f.ends_ms > ?3 and a.state = 'active'
               and (f.session = '' or s.ends_ms > ?3)"
        ),
        params![id, now_ms],
        |row| {
            Ok(Family {
                id: row.get(0)?,
                client: row.get(1)?,
                account: row.get(2)?,
                session: row.get(3)?,
                scopes: row.get(4)?,
                auth_ms: row.get(5)?,
                level: Level::from_name(&row.get::<String>(6)?),
                amr: row.get(7)?,
                nonce: row.get(8)?,
                made_ms: row.get(9)?,
                ends_ms: row.get(10)?,
            })
        },
    )
}

/// Ends a family with everything that came of it. The code stays, so that it is known when it is shown again.
pub fn end_family(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    tx.put(sql!("delete from people_token where city = ?1 and family = ?2"), params![id])?;
    tx.put(sql!("delete from people_family where city = ?1 and id = ?2"), params![id])
}

/// Ends everything between a client and a person.
pub fn end_all(tx: &mut Tx<'_>, client: &Id, account: &Id) -> Result<(), Fault> {
    tx.put(
        sql!("delete from people_token where city = ?1 and client = ?2 and account = ?3"),
        params![client, account],
    )?;
    tx.put(
        sql!("delete from people_family where city = ?1 and client = ?2 and account = ?3"),
        params![client, account],
    )
}

/// A client that is closed keeps nothing.
pub fn end_client(tx: &mut Tx<'_>, client: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_token where city = ?1 and client = ?2"), params![client])?;
    tx.put(sql!("delete from people_family where city = ?1 and client = ?2"), params![client])
}

pub struct Code {
    pub family: String,
    pub client: Id,
    pub redirect: String,
    pub challenge: String,
    pub made_ms: i64,
    pub ends_ms: i64,
}

impl Code {
    /// Within its minute. Of one from the future nobody knows how long ago it was made.
    pub fn is_in_time(&self, now_ms: i64) -> bool {
        self.ends_ms > now_ms && self.made_ms <= now_ms + CLOCK_SLACK_MS
    }
}

pub fn add_code(tx: &mut Tx<'_>, digest: &str, code: &Code) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_code (city, digest, family, client, redirect, challenge, made_ms, ends_ms, used_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)"
        ),
        params![digest, &code.family, &code.client, &code.redirect, &code.challenge, code.made_ms, code.ends_ms],
    )
}

pub fn code(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Code>, Fault> {
    tx.opt(
        sql!(
            "select family, client, redirect, challenge, made_ms, ends_ms from people_code
             where city = ?1 and digest = ?2"
        ),
        params![digest],
        |row| {
            Ok(Code {
                family: row.get(0)?,
                client: row.get(1)?,
                redirect: row.get(2)?,
                challenge: row.get(3)?,
                made_ms: row.get(4)?,
                ends_ms: row.get(5)?,
            })
        },
    )
}

/// Uses a code up; of two who show it at once, one is told that it was used.
pub fn use_code(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<bool, Fault> {
    let used = tx.exec(
        sql!("update people_code set used_ms = ?3 where city = ?1 and digest = ?2 and used_ms = 0"),
        params![digest, now_ms],
    )?;
    Ok(used == 1)
}

#[derive(Clone, Debug)]
pub struct Token {
    pub id: Id,
    pub kind: String,
    pub family: String,
    pub client: Id,
    pub account: Option<Id>,
    pub scopes: String,
    pub made_ms: i64,
    pub ends_ms: i64,
    pub used_ms: i64,
}

pub fn add_token(tx: &mut Tx<'_>, digest: &str, token: &Token) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_token (city, digest, id, kind, family, client, account, scopes, made_ms, ends_ms, used_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0)"
        ),
        params![
            digest,
            &token.id,
            &token.kind,
            &token.family,
            &token.client,
            token.account.as_ref().map_or("", Id::as_str),
            &token.scopes,
            token.made_ms,
            token.ends_ms
        ],
    )
}

pub fn token(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Token>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, family, client, account, scopes, made_ms, ends_ms, used_ms from people_token
             where city = ?1 and digest = ?2"
        ),
        params![digest],
        |row| {
            Ok(Token {
                id: row.get(0)?,
                kind: row.get(1)?,
                family: row.get(2)?,
                client: row.get(3)?,
                account: row.get::<String>(4)?.parse().ok(),
                scopes: row.get(5)?,
                made_ms: row.get(6)?,
                ends_ms: row.get(7)?,
                used_ms: row.get(8)?,
            })
        },
    )
}

/// Uses a refresh token up; of two who show it at once, one is told that it was used.
pub fn use_token(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<bool, Fault> {
    let used = tx.exec(
        sql!("update people_token set used_ms = ?3 where city = ?1 and digest = ?2 and used_ms = 0"),
        params![digest, now_ms],
    )?;
    Ok(used == 1)
}

/// The access tokens of a family that a newer one takes the place of.
pub fn drop_access(tx: &mut Tx<'_>, family: &str) -> Result<(), Fault> {
    tx.put(
        sql!("delete from people_token where city = ?1 and family = ?2 and kind = 'access'"),
        params![family],
    )
}

pub fn drop_token(tx: &mut Tx<'_>, digest: &str) -> Result<(), Fault> {
    tx.put(sql!("delete from people_token where city = ?1 and digest = ?2"), params![digest])
}

/// Notes that a client's own signed statement was shown; false when it was shown before.
pub fn note_assertion(tx: &mut Tx<'_>, client: &Id, digest: &str, ends_ms: i64) -> Result<bool, Fault> {
    let fresh = tx.exec(
        sql!(
            "insert into people_assertion (city, client, digest, ends_ms) values (?1, ?2, ?3, ?4)
             on conflict (city, client, digest) do nothing"
        ),
        params![client, digest, ends_ms],
    )?;
    Ok(fresh == 1)
}
