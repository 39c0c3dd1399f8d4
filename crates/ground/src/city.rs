//! A city: its facts and its three stores. Several live in one installation and are told apart by host name.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Store, Tx};
use crate::fault::Fault;
use crate::words::Lang;
use crate::{params, sql};

/// What a city says about itself; staff change it, every page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CityFacts {
    pub name: String,
    /// An IANA zone name.
    pub zone: String,
    /// The one source of absolute addresses, without a slash at the end.
    pub public_url: String,
    /// Host names that lead to this city, besides `<slug>.localhost`.
    pub hosts: Vec<String>,
    pub languages: Vec<Lang>,
    /// The address that mails come from; empty until staff set it.
    pub mail_from: String,
    /// A made-up city for trying things out: anybody on this machine may sign in as anybody.
    pub demo: bool,
    pub rev: i64,
}

pub struct City {
    pub slug: Arc<str>,
    facts: ArcSwap<CityFacts>,
    zone: ArcSwap<TimeZone>,
    pub db: Db,
    pub context: Db,
    pub files: Db,
    kept: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl City {
    pub fn new(slug: &str, facts: CityFacts, db: Db, context: Db, files: Db) -> City {
        let zone = zone_of(&facts);
        City {
            slug: slug.into(),
            zone: ArcSwap::from_pointee(zone),
            facts: ArcSwap::from_pointee(facts),
            db,
            context,
            files,
            kept: RwLock::default(),
        }
    }

    /// Something small that a room keeps in memory for this city, one of each type. It is a copy of what stands in the
    /// store, gone at the next start: other nodes do not see it change, so it must grow old by itself.
    pub fn kept<T: Any + Send + Sync + Default>(&self) -> Arc<T> {
        let key = TypeId::of::<T>();
        let known = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let any = known.unwrap_or_else(|| {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            kept.entry(key).or_insert_with(|| Arc::new(T::default())).clone()
        });
        // The key is the type, so this is always what was put in.
        any.downcast().unwrap_or_default()
    }

    pub fn facts(&self) -> Arc<CityFacts> {
        self.facts.load_full()
    }

    /// Takes over facts that have just been committed.
    pub fn set_facts(&self, facts: CityFacts) {
        self.zone.store(Arc::new(zone_of(&facts)));
        self.facts.store(Arc::new(facts));
    }

    pub fn store(&self, store: Store) -> &Db {
        match store {
            Store::City => &self.db,
            Store::Context => &self.context,
            Store::Files => &self.files,
        }
    }

    /// An instant on the city's own clock.
    pub fn local(&self, at_ms: i64) -> Zoned {
        let zone = (**self.zone.load()).clone();
        Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
    }

    /// An absolute address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.facts.load().public_url)
    }
}

fn zone_of(facts: &CityFacts) -> TimeZone {
    TimeZone::get(&facts.zone).unwrap_or(TimeZone::UTC)
}

/// A slug is part of addresses and folder names.
pub fn slug_is_good(slug: &str) -> bool {
    (2..=32).contains(&slug.len())
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
}

/// Reads a city's facts; `None` before the city was added.
pub fn read_facts(tx: &mut Tx<'_>) -> Result<Option<CityFacts>, Fault> {
    tx.opt(sql!("select facts, rev from ground_city where city = ?1"), params![], |row| {
        let mut facts: CityFacts = serde_json::from_value(row.get(0)?).map_err(Fault::internal)?;
        facts.rev = row.get(1)?;
        Ok(facts)
    })
}

/// Writes a city's facts.
pub fn write_facts(tx: &mut Tx<'_>, facts: &CityFacts, now_ms: i64) -> Result<(), Fault> {
    let body = serde_json::to_value(facts).map_err(Fault::internal)?;
    tx.exec(
        sql!(
            "insert into ground_city (city, facts, rev, at_ms) values (?1, ?2, ?3, ?4)
             on conflict (city) do update set facts = excluded.facts, rev = excluded.rev, at_ms = excluded.at_ms"
        ),
        params![&body, facts.rev, now_ms],
    )?;
    Ok(())
}
