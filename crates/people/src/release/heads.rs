//! The heads of the chain, published day by day and signed: whoever keeps yesterday's knows tomorrow whether anything
//! before it was changed, without seeing any entry.

use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::door::{Door, DoorLimits, Reply, Request};
use ground::fault::Fault;
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::{params, secrets, sql};
use http::{Method, StatusCode};
use jose::PrivateKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actions::{Nothing, whole_city};

/// The secret of the city that signs.
const KEY: &str = "people.record_key";
/// Days that are signed at a time, and shown.
const DAYS: i64 = 40;

pub const JOB: JobKind =
    JobKind { name: "people.publish_heads", lane: Lane::Normal, tries_max: 5, run: JobRun::InTx(publish) };

/// A little after midnight, when the day before is whole.
pub const SCHEDULE: Schedule =
    Schedule { name: "people.publish_heads", cron: "10 0 * * *", kind: "people.publish_heads" };

/// What is signed: nothing of anybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignedHead {
    /// The city's own address.
    pub iss: String,
    pub day: String,
    /// How many entries the record had at the end of the day.
    pub entries: i64,
    /// The last link of the chain.
    pub head: String,
    pub iat: i64,
}

fn key(tx: &mut Tx<'_>, cx: &Cx) -> Result<PrivateKey, Fault> {
    let known = secrets::get(tx, cx, KEY)?;
    let secret = match known {
        Some(secret) => secret,
        None => {
            tx.lock(KEY)?;
            match secrets::get(tx, cx, KEY)? {
                Some(secret) => secret,
                None => {
                    let fresh = cx.secret().to_vec();
                    secrets::put(tx, cx, KEY, &fresh)?;
                    fresh
                }
            }
        }
    };
    PrivateKey::es256(&secret).map_err(|wrong| Fault::internal(format!("{KEY}: {wrong:?}")))
}

/// Signs the heads of days that are over.
pub fn publish(tx: &mut Tx<'_>, cx: &Cx, _: &Value) -> Result<(), Fault> {
    let today = cx.now().date().to_string();
    let open = tx.all(
        sql!(
            "select h.day, h.place, h.chain from people_access_head h
             where h.city = ?1 and h.day < ?2 and h.signed = '' order by h.day limit ?3"
        ),
        params![&today, DAYS],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?)),
    )?;
    if open.is_empty() {
        return Ok(());
    }
    let key = key(tx, cx)?;
    for (day, entries, head) in open {
        let claims = SignedHead {
            iss: cx.city().url(""),
            day: day.clone(),
            entries,
            head,
            iat: cx.now_ms().div_euclid(1_000),
        };
        let signed = key
            .sign("record-head+jwt", &claims)
            .map_err(|wrong| Fault::internal(format!("a head cannot be signed: {wrong:?}")))?;
        tx.put(
            sql!("update people_access_head set signed = ?3 where city = ?1 and day = ?2 and signed = ''"),
            params![&day, signed],
        )?;
    }
    Ok(())
}

/// The newest heads, newest first, and the key that signed them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heads {
    /// Signed tokens (JWS), each over one day.
    pub heads: Vec<String>,
    pub jwks: Value,
}

pub const RECORD_HEAD: Action<Nothing, Heads> =
    Action::reads("people.record_head", whole_city, |tx, cx, _| {
        let heads = tx.all(
            sql!(
                "select h.signed from people_access_head h
                 where h.city = ?1 and h.signed <> '' order by h.day desc limit ?2"
            ),
            params![DAYS],
            |row| row.get::<String>(0),
        )?;
        let keys = match secrets::get(tx, cx, KEY)? {
            Some(secret) => {
                let key = PrivateKey::es256(&secret)
                    .map_err(|wrong| Fault::internal(format!("{KEY}: {wrong:?}")))?;
                vec![serde_json::to_value(key.jwk()).map_err(Fault::internal)?]
            }
            None => Vec::new(),
        };
        Ok(Heads { heads, jwks: json!({"keys": keys}) })
    });

pub const DOOR: Door = Door {
    name: "people.record_head",
    method: Method::GET,
    path: "/trust/record-head.json",
    limits: DoorLimits { body_bytes: 0, time_s: 10 },
    run: show,
};

fn show(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let heads = RECORD_HEAD.call(&request.cx, Nothing {}, None).await?;
        let body = serde_json::to_vec_pretty(&heads).map_err(Fault::internal)?;
        Ok(Reply::json(StatusCode::OK, body).header("cache-control", "public, max-age=300"))
    })
}
