//! The keys that sign what the city says of people. Each is shown to others a week before it is used, so that whoever
//! keeps a copy of them has it in time, and for a month after.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use jose::PrivateKey;
use serde_json::Value;

use super::model::TokenAlg;
use super::store::clients;
use super::store::keys::{self, Key};

/// The job that makes keys when it is time, every night and after every approval.
pub const ROTATE: &str = "people.rotate_keys";

const DAY_MS: i64 = 24 * 3_600_000;
const SIGNS_MS: i64 = 90 * DAY_MS;
/// So long before it signs a key is shown.
const AHEAD_MS: i64 = 7 * DAY_MS;
/// And so long before, when staff ask for new keys.
const ASKED_AHEAD_MS: i64 = DAY_MS;
/// So long after it has signed for the last time.
const AFTER_MS: i64 = 30 * DAY_MS;
/// How long a key is remembered: on several nodes another may have stopped it.
const KEPT_MS: i64 = 60_000;

pub fn rotate_job(cx: Cx, body: Value) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let says = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
        let (asked, at_once) = (says("asked"), says("at_once"));
        for alg in TokenAlg::ALL {
            rotate(&cx, alg, asked, at_once).await?;
        }
        let now_ms = cx.now_ms();
        let cx = cx.clone();
        cx.city().db.write(move |tx| keys::forget_old(tx, now_ms)).await
    })
}

/// Makes a key if one is missing, soon will be, or is asked for.
async fn rotate(cx: &Cx, alg: TokenAlg, asked: bool, at_once: bool) -> Result<(), Fault> {
    let wanted = cx
        .city()
        .db
        .read(move |tx| {
            let covered = keys::covered_until(tx, alg)?;
            // The costlier kind is made for those who ask for it alone.
            Ok((covered, covered > 0 || alg == TokenAlg::default() || clients::any_with_alg(tx, alg)?))
        })
        .await?;
    let (covered, needed) = wanted;
    let now_ms = cx.now_ms();
    if !needed || (!asked && covered > now_ms + AHEAD_MS) {
        return Ok(());
    }
    let starts_ms = match (covered > now_ms, asked, at_once) {
        (false, _, _) | (_, true, true) => now_ms,
        (true, true, false) => now_ms + ASKED_AHEAD_MS,
        (true, false, _) => covered,
    };
    let (key, private) = make(cx, alg, starts_ms).await?;
    let acting = cx.clone();
    let replaced = asked.then_some(at_once);
    cx.city()
        .db
        .write(move |tx| {
            tx.lock("people/keys")?;
            // Somebody else was faster, on another node.
            if keys::covered_until(tx, alg)? != covered {
                return Ok(());
            }
            if let Some(at_once) = replaced {
                let gone_ms = if at_once { now_ms } else { starts_ms + AFTER_MS };
                keys::stop(tx, alg, starts_ms, gone_ms)?;
            }
            keys::add(tx, &acting, &key, &private)
        })
        .await
}

async fn make(cx: &Cx, alg: TokenAlg, starts_ms: i64) -> Result<(Key, Vec<u8>), Fault> {
    let drawn = [cx.secret(), cx.secret()].concat();
    let (private, public) = ground::aside::aside(move || {
        let private = match alg {
            TokenAlg::Es256 => drawn.get(..32).unwrap_or_default().to_vec(),
            TokenAlg::Rs256 => PrivateKey::make_rsa(&drawn).map_err(Fault::internal)?,
        };
        let public = read(alg, &private)?.jwk().clone();
        Ok::<_, Fault>((private, public))
    })
    .await??;
    let key = Key {
        kid: public.thumbprint(),
        alg,
        jwk: serde_json::to_string(&public).map_err(Fault::internal)?,
        made_ms: cx.now_ms(),
        starts_ms,
        stops_ms: starts_ms + SIGNS_MS,
        gone_ms: starts_ms + SIGNS_MS + AFTER_MS,
    };
    Ok((key, private))
}

fn read(alg: TokenAlg, private: &[u8]) -> Result<PrivateKey, Fault> {
    match alg {
        TokenAlg::Es256 => PrivateKey::es256(private),
        TokenAlg::Rs256 => PrivateKey::rs256(private, ground::clock::blinding()),
    }
    .map_err(Fault::internal)
}

/// What is remembered of the keys of a city.
#[derive(Default)]
struct Kept(Mutex<HashMap<TokenAlg, Held>>);

struct Held {
    key: Arc<PrivateKey>,
    /// Until when it may be used without looking again.
    until_ms: i64,
    since_ms: i64,
}

/// The key that signs now. A city that has none yet gets one.
pub async fn signer(cx: &Cx, alg: TokenAlg) -> Result<Arc<PrivateKey>, Fault> {
    let now_ms = cx.now_ms();
    let kept = cx.city().kept::<Kept>();
    if let Some(held) = kept.0.lock().unwrap_or_else(PoisonError::into_inner).get(&alg)
        && (held.since_ms..held.until_ms).contains(&now_ms)
    {
        return Ok(held.key.clone());
    }
    let found = match current(cx, alg).await? {
        Some(found) => found,
        None => {
            rotate(cx, alg, false, false).await?;
            current(cx, alg).await?.ok_or_else(|| Fault::unavailable("there is no key that signs"))?
        }
    };
    let (key, private) = found;
    let key_read = Arc::new(read(alg, &private)?);
    let held =
        Held { key: key_read.clone(), until_ms: (now_ms + KEPT_MS).min(key.stops_ms), since_ms: now_ms };
    kept.0.lock().unwrap_or_else(PoisonError::into_inner).insert(alg, held);
    Ok(key_read)
}

async fn current(cx: &Cx, alg: TokenAlg) -> Result<Option<(Key, Vec<u8>)>, Fault> {
    let acting = cx.clone();
    cx.city()
        .db
        .read(move |tx| {
            let key = match keys::current(tx, alg, acting.now_ms())? {
                Some(key) => Some(key),
                // It is shown to others already: better signed with it than not at all.
                None => keys::soonest(tx, alg, acting.now_ms())?,
            };
            let Some(key) = key else { return Ok(None) };
            let private = keys::private(tx, &acting, &key.kid)?;
            Ok(private.map(|private| (key, private)))
        })
        .await
}
