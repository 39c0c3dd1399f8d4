//! Letters that an older key sealed are sealed anew at night, so that a key that was rotated can be taken out of the key
//! file a day later.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};
use serde_json::{Value, json};

use super::model::Contents;

pub const RESEAL: &str = "gate.reseal";
const ROWS: i64 = 100;

/// One range; leaves the job for the next.
pub fn reseal(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let after = body.get("after").and_then(Value::as_str).unwrap_or_default();
    let rows = tx.all(
        sql!(
            "select m.id, m.sealed from gate_mail m where m.city = ?1 and m.id > ?2 and m.sealed <> ''
             order by m.id limit ?3"
        ),
        params![after, ROWS],
        |row| Ok((row.get::<ground::id::Id>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, sealed) in rows.iter().filter(|(_, sealed)| cx.house().sealer.is_old(sealed)) {
        // What no key opens any more stays as it is, and fails when it is tried.
        let Ok(contents) = Contents::open(cx, id, sealed) else { continue };
        tx.put(
            sql!("update gate_mail set sealed = ?4 where city = ?1 and id = ?2 and sealed = ?3"),
            params![id, sealed, contents.seal(cx, id)?],
        )?;
    }
    match rows.last() {
        Some((id, _)) => tx.enqueue(cx, RESEAL, None, &json!({"after": id})),
        None => Ok(()),
    }
}
