//! What a browser has begun and not finished: a code that was sent, a challenge to a passkey, another provider that was
//! asked. The browser holds a random handle in a short-lived cookie; the store holds its digest and a sealed body. So
//! nodes remember nothing, a stolen store finishes nothing, and nobody finishes what another browser began.

use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::door::Reply;
use ground::fault::Fault;
use ground::page::Visit;
use ground::{params, seal, session, sql};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Kinds of attempts. A handle of one kind opens nothing of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A code was sent to an address.
    Code,
    /// An address, or an account elsewhere, that is confirmed and has no account here yet.
    Newcomer,
    /// A challenge for any passkey.
    Passkey,
    /// A challenge for a new passkey of an account.
    NewPasskey,
    /// A secret that somebody is to put into their authenticator.
    Totp,
    /// Another provider was asked who this is.
    Provider,
    /// A code was sent to an address that an account wants to take.
    NewMail,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Code => "code",
            Kind::Newcomer => "newcomer",
            Kind::Passkey => "passkey",
            Kind::NewPasskey => "new_passkey",
            Kind::Totp => "totp",
            Kind::Provider => "provider",
            Kind::NewMail => "new_mail",
        }
    }
}

/// How long the browser keeps its handle: longer than any attempt lasts.
const COOKIE_S: i64 = 3_600;
/// What a handle of ours looks like, at most.
const HANDLE_BYTES: std::ops::RangeInclusive<usize> = 40..=64;

/// An attempt that can still be finished.
#[derive(Clone, Debug)]
pub(crate) struct Attempt<T> {
    pub body: T,
    pub ends_ms: i64,
}

/// The handle this browser holds, or a new one to hand to it with [`hold`].
pub(crate) fn handle(visit: &Visit) -> String {
    if is_handle(&visit.attempt) { visit.attempt.clone() } else { seal::token(visit.cx.secret()) }
}

/// Whether this could be a handle at all; what a stranger's page sent as one is not looked for.
pub(crate) fn is_handle(text: &str) -> bool {
    HANDLE_BYTES.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Hands the handle to the browser.
#[must_use]
pub(crate) fn hold(reply: Reply, visit: &Visit, handle: &str) -> Reply {
    reply
        .header("set-cookie", &session::attempt_cookie(&visit.cx.city().facts(), handle, COOKIE_S))
        .header("cache-control", "no-store")
}

fn digest(kind: Kind, handle: &str) -> String {
    seal::token_digest(&format!("{}/{handle}", kind.name()))
}

/// What a body is sealed for: moved to another attempt it opens nothing.
fn sealed_for(digest: &str) -> String {
    format!("attempt/{digest}")
}

/// Begins an attempt in place of the one of this kind that the handle had. With a `subject` it also takes the place of
/// any other about the same: of two codes for one address only the last counts.
pub(crate) fn begin<T: Serialize>(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: Kind,
    handle: &str,
    subject: &str,
    body: &T,
    lasts_ms: i64,
) -> Result<(), Fault> {
    let digest = digest(kind, handle);
    let body = serde_json::to_vec(body).map_err(Fault::internal)?;
    let sealed = cx.house().sealer.seal(&sealed_for(&digest), &body, cx.secret())?;
    if !subject.is_empty() {
        tx.lock(&format!("people/attempt/{}/{subject}", kind.name()))?;
        tx.put(
            sql!(
                "delete from people_attempt
                 where city = ?1 and kind = ?2 and subject = ?3 and subject <> '' and digest <> ?4"
            ),
            params![kind.name(), subject, digest.as_str()],
        )?;
    }
    tx.put(
        sql!(
            "insert into people_attempt (city, digest, kind, subject, body, tries, made_ms, ends_ms, used_ms)
             values (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, 0)
             on conflict (city, digest) do update set subject = excluded.subject, body = excluded.body, tries = 0,
                 made_ms = excluded.made_ms, ends_ms = excluded.ends_ms, used_ms = 0"
        ),
        params![digest, kind.name(), subject, sealed, cx.now_ms(), cx.now_ms() + lasts_ms],
    )
}

/// Opens an attempt that can still be finished. One from the future was written before the clock was set back: it is
/// over, whatever its end says.
pub(crate) fn open<T: DeserializeOwned>(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: Kind,
    handle: &str,
) -> Result<Option<Attempt<T>>, Fault> {
    if !is_handle(handle) {
        return Ok(None);
    }
    let digest = digest(kind, handle);
    let found = tx.opt(
        sql!(
            "select body, ends_ms from people_attempt
             where city = ?1 and digest = ?2 and kind = ?3 and used_ms = 0 and made_ms <= ?4 and ends_ms > ?5"
        ),
        params![digest.as_str(), kind.name(), cx.now_ms() + CLOCK_SLACK_MS, cx.now_ms()],
        |row: &Row<'_>| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let Some((sealed, ends_ms)) = found else { return Ok(None) };
    let body = cx.house().sealer.open(&sealed_for(&digest), &sealed)?;
    let body = serde_json::from_slice(&body).map_err(Fault::internal)?;
    Ok(Some(Attempt { body, ends_ms }))
}

/// Two nodes need not agree to the second. What was made later than that was made before the clock was set back.
pub(crate) const CLOCK_SLACK_MS: i64 = 60_000;

/// Counts a try to finish it, in the try's own transaction; answers how many there were with this one. Two who try at
/// once count one after the other.
pub(crate) fn count_try(tx: &mut Tx<'_>, kind: Kind, handle: &str) -> Result<i64, Fault> {
    let tries = tx.all(
        sql!(
            "update people_attempt set tries = tries + 1 where city = ?1 and digest = ?2 and used_ms = 0
             returning tries"
        ),
        params![digest(kind, handle)],
        |row| row.get::<i64>(0),
    )?;
    tries.into_iter().next().ok_or_else(Fault::missing)
}

/// Marks it as finished; of two who come at once, one is told that it was.
pub(crate) fn use_up(tx: &mut Tx<'_>, cx: &Cx, kind: Kind, handle: &str) -> Result<bool, Fault> {
    let used = tx.exec(
        sql!("update people_attempt set used_ms = ?3 where city = ?1 and digest = ?2 and used_ms = 0"),
        params![digest(kind, handle), cx.now_ms()],
    )?;
    Ok(used == 1)
}
