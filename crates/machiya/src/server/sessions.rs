//! Who came with a session cookie or an access token, remembered for a moment.

use std::sync::Arc;
use std::time::Duration;

use ground::city::City;
use ground::db::Dialect;
use ground::fault::Fault;
use ground::house::House;
use ground::id::Id;
use ground::seal::token_digest;
use ground::who::Who;
use moka::sync::Cache;

/// Sessions remembered at most.
const KEPT_MAX: u64 = 20_000;
/// Several nodes may share a PostgreSQL: what another node ended is noticed after this time.
const KEPT_MS_SHARED: i64 = 1_000;
/// On SQLite nobody else changes sessions, and whoever does says so (`House::forget_sessions`).
const KEPT_MS_ALONE: i64 = 30_000;
/// How often it is written down that a session is still in use.
const NOTED_EVERY: Duration = Duration::from_secs(600);
/// Longer than any token we ever made.
const TOKEN_BYTES_MAX: usize = 256;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    city: Arc<str>,
    digest: String,
    /// An access token, not a session.
    bearer: bool,
}

struct Known {
    who: Option<Who>,
    at_ms: i64,
    /// When it is worth nothing any more, whatever is remembered.
    ends_ms: i64,
    epoch: u64,
}

impl Known {
    /// Whether acting for somebody has ended by the clock since this was kept.
    fn has_ended(&self, now_ms: i64) -> bool {
        let acting = self.who.as_ref().and_then(|who| who.acting.as_ref());
        acting.is_some_and(|acting| acting.ends_ms != 0 && acting.ends_ms <= now_ms)
    }
}

pub struct Sessions {
    known: Cache<Key, Arc<Known>>,
    noted: Cache<Key, ()>,
}

impl Sessions {
    pub fn new() -> Sessions {
        let known = Cache::builder()
            .max_capacity(KEPT_MAX)
            .time_to_live(Duration::from_millis(KEPT_MS_ALONE.unsigned_abs()))
            .build();
        let noted = Cache::builder().max_capacity(KEPT_MAX).time_to_live(NOTED_EVERY).build();
        Sessions { known, noted }
    }

    /// Who shows this token of a session; `None` when it is unknown, ended or locked.
    pub async fn who(&self, house: &Arc<House>, city: &Arc<City>, token: &str) -> Result<Option<Who>, Fault> {
        self.known(house, city, token, false).await
    }

    /// Which program shows this access token, and in whose name; `None` when it is unknown, ended or taken back.
    pub async fn bearer(
        &self,
        house: &Arc<House>,
        city: &Arc<City>,
        token: &str,
    ) -> Result<Option<Who>, Fault> {
        self.known(house, city, token, true).await
    }

    async fn known(
        &self,
        house: &Arc<House>,
        city: &Arc<City>,
        token: &str,
        bearer: bool,
    ) -> Result<Option<Who>, Fault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Ok(None);
        }
        let kept_ms = match city.db.dialect() {
            Dialect::Sqlite => KEPT_MS_ALONE,
            Dialect::Postgres => KEPT_MS_SHARED,
        };
        // Taken before the store is asked: a change in between makes what is kept old at once.
        let epoch = house.session_epoch();
        let now_ms = house.clock.now_ms();
        let key = Key { city: city.slug.clone(), digest: token_digest(token), bearer };
        if let Some(known) = self.known.get(&key)
            && known.epoch == epoch
            && (0..kept_ms).contains(&(now_ms - known.at_ms))
            && !known.has_ended(now_ms)
            && now_ms < known.ends_ms
        {
            return Ok(known.who.clone());
        }
        let (keeper, digest) = (house.keeper.clone(), key.digest.clone());
        let (who, ends_ms) = city
            .db
            .read_quick(move |tx| {
                if bearer {
                    let found = keeper.identify_bearer(tx, &digest, now_ms)?;
                    Ok(found.map_or((None, i64::MAX), |found| (Some(found.who), found.ends_ms)))
                } else {
                    Ok((keeper.identify(tx, &digest, now_ms)?, i64::MAX))
                }
            })
            .await?;
        if let Some(session) = who.as_ref().and_then(|who| who.session.clone())
            && !self.noted.contains_key(&key)
        {
            self.noted.insert(key.clone(), ());
            note_seen(house, city, session, now_ms);
        }
        self.known.insert(key, Arc::new(Known { who: who.clone(), at_ms: now_ms, ends_ms, epoch }));
        Ok(who)
    }
}

/// Beside the request, which does not wait for it: nothing is lost when it fails but a time of day.
fn note_seen(house: &Arc<House>, city: &Arc<City>, session: Id, now_ms: i64) {
    let (keeper, city) = (house.keeper.clone(), city.clone());
    tokio::spawn(async move {
        let noted = city.db.write(move |tx| keeper.note_seen(tx, &session, now_ms)).await;
        if let Err(fault) = noted {
            tracing::debug!(%fault, "it could not be noted that a session is in use");
        }
    });
}
