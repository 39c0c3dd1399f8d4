//! Idempotency: the same press, or the same request sent again, is one act with one answer.

use ring::digest::{SHA256, digest};

use crate::cx::Cx;
use crate::db::Tx;
use crate::fault::{Fault, Kind};
use crate::{params, sql};

/// Longest `Idempotency-Key` taken.
pub const KEY_MAX: usize = 128;

/// What makes two requests the same: a key chosen by the client or drawn for a form, and what was sent.
#[derive(Clone, Debug)]
pub struct Once {
    key: String,
    digest: String,
}

impl Once {
    /// A client's `Idempotency-Key`.
    pub fn from_header(key: &str, body: &[u8]) -> Result<Once, Fault> {
        let fits =
            !key.is_empty() && key.len() <= KEY_MAX && key.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        if !fits {
            return Err(Fault::new(Kind::Malformed, "idempotency-key").arg("limit", KEY_MAX));
        }
        Ok(Once { key: key.to_owned(), digest: hex(body) })
    }

    /// A form's token: pressing twice sends the same token, whatever the fields say.
    pub fn from_form(token: &str) -> Once {
        Once { key: format!("form:{token}"), digest: String::new() }
    }
}

fn hex(body: &[u8]) -> String {
    digest(&SHA256, body).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The kept answer, if this was done before. The same key with another content is a mistake of the client.
pub(crate) fn find(tx: &mut Tx<'_>, cx: &Cx, once: &Once, action: &str) -> Result<Option<String>, Fault> {
    tx.lock(&format!("once/{}/{}", cx.who().written(), once.key))?;
    let kept = tx.opt(
        sql!("select action, digest, answer from ground_once where city = ?1 and who = ?2 and key = ?3"),
        params![cx.who().written(), once.key.as_str()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let Some((done, digest, answer)) = kept else { return Ok(None) };
    if done != action || digest != once.digest {
        return Err(Fault::new(Kind::Invalid, "idempotency-reused"));
    }
    if answer.is_empty() {
        return Err(Fault::new(Kind::Conflict, "answered-once"));
    }
    Ok(Some(answer))
}

/// Keeps the answer in the act's own transaction; an empty one keeps only that it was done.
pub(crate) fn keep(tx: &mut Tx<'_>, cx: &Cx, once: &Once, action: &str, answer: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into ground_once (city, who, key, action, digest, answer, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ),
        params![cx.who().written(), once.key.as_str(), action, once.digest.as_str(), answer, cx.now_ms()],
    )
}

/// Answers that were kept for somebody who leaves.
pub(crate) fn erase(tx: &mut Tx<'_>, _: &Cx, person: &crate::room::Person) -> Result<bool, Fault> {
    tx.put(sql!("delete from ground_once where city = ?1 and who = ?2"), params![&person.account])?;
    Ok(true)
}
