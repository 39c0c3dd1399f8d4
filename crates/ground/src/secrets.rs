//! The city's secrets (a mail server's password, a channel's token): sealed in the store, opened only where they are
//! used. They never leave through an action, and a backup holds them sealed.

use serde_json::json;

use crate::cx::Cx;
use crate::db::Tx;
use crate::fault::Fault;
use crate::{params, sql};

/// The job that seals anew whatever an older key sealed. The clock asks for it every night, so that a key that was
/// rotated can be taken out of the key file a day later.
pub const RESEAL: &str = "ground.reseal";
const RESEAL_ROWS: i64 = 100;

/// A secret opens only under its own name: moved to another place, it is worth nothing. The city's slug is no part of
/// it, so that a city restored under another slug keeps its secrets.
fn what(name: &str) -> String {
    format!("secret/{name}")
}

/// Keeps a secret under a name ("messages.mail_password"), in place of the one before.
pub fn put(tx: &mut Tx<'_>, cx: &Cx, name: &str, secret: &[u8]) -> Result<(), Fault> {
    let sealed = cx.house().sealer.seal(&what(name), secret, cx.secret())?;
    tx.put(
        sql!(
            "insert into ground_secret (city, name, sealed, at_ms) values (?1, ?2, ?3, ?4)
             on conflict (city, name) do update set sealed = excluded.sealed, at_ms = excluded.at_ms"
        ),
        params![name, sealed, cx.now_ms()],
    )
}

/// Opens a secret; `None` when nobody has set it.
pub fn get(tx: &mut Tx<'_>, cx: &Cx, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let sealed = tx.opt(
        sql!("select sealed from ground_secret where city = ?1 and name = ?2"),
        params![name],
        |row| row.get::<String>(0),
    )?;
    sealed.map(|sealed| cx.house().sealer.open(&what(name), &sealed)).transpose()
}

/// Since when a secret is set; for pages, which show that and nothing more.
pub fn set_since(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>, Fault> {
    tx.opt(sql!("select at_ms from ground_secret where city = ?1 and name = ?2"), params![name], |row| {
        row.get(0)
    })
}

pub fn remove(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    tx.put(sql!("delete from ground_secret where city = ?1 and name = ?2"), params![name])
}

/// How many secrets an older key still seals: it must stay in the key file until there are none.
pub fn sealed_with_older_keys(tx: &mut Tx<'_>, cx: &Cx) -> Result<usize, Fault> {
    let mut count = 0;
    tx.each(sql!("select sealed from ground_secret where city = ?1"), params![], |row| {
        count += usize::from(cx.house().sealer.is_old(&row.get::<String>(0)?));
        Ok(())
    })?;
    Ok(count)
}

pub(crate) fn reseal_range(tx: &mut Tx<'_>, cx: &Cx, body: &serde_json::Value) -> Result<(), Fault> {
    let after = body.get("after").and_then(serde_json::Value::as_str).unwrap_or_default();
    let rows = tx.all(
        sql!("select name, sealed from ground_secret where city = ?1 and name > ?2 order by name limit ?3"),
        params![after, RESEAL_ROWS],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let sealer = &cx.house().sealer;
    for (name, sealed) in rows.iter().filter(|(_, sealed)| sealer.is_old(sealed)) {
        let secret = sealer.open(&what(name), sealed)?;
        let fresh = sealer.seal(&what(name), &secret, cx.secret())?;
        // Set anew in between, it is sealed with the newest key already.
        tx.put(
            sql!("update ground_secret set sealed = ?4 where city = ?1 and name = ?2 and sealed = ?3"),
            params![name, sealed, fresh],
        )?;
    }
    match rows.last() {
        Some((name, _)) => tx.enqueue(cx, RESEAL, None, &json!({"after": name})),
        None => Ok(()),
    }
}
