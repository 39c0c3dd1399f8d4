//! An installation: a data folder, its key, and the house with its cities.
//!
//! On SQLite a city is the folder `<data>/<slug>/` with `city.db`, `context.db` and `files.db`, and whoever works on the
//! data holds `<data>/machiya.lock`. On PostgreSQL all cities are in the database, and the data folder holds only the
//! key, the socket and the lock of the server.

pub mod key;
pub mod lock;
pub mod outside;
mod workers;

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ground::city::{City, CityFacts, read_facts, slug_is_good, write_facts};
use ground::clock::{Clock, MachineClock};
use ground::db::{
    Db, Postgres, PostgresSize, Register, Shared, SqliteSize, Store, migrate_postgres, migrate_sqlite,
};
use ground::fault::{Fault, Kind};
use ground::house::{Cities, House, Plan, migrations_of};
use ground::jobs::Stop;
use ground::ports::Ports;
use ground::seal::Sealer;

use crate::rooms;
use crate::settings::{ContextAccess, Settings};
use lock::FolderLock;
use workers::Workers;

/// What somebody opens an installation for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve: alone on the folder.
    Serve,
    /// To work on jobs beside servers (PostgreSQL).
    Work,
    /// For one command: on SQLite alone on the folder.
    Command,
}

/// An opened installation. Dropping it gives the folder back.
pub struct Installation {
    pub house: Arc<House>,
    pub settings: Arc<Settings>,
    postgres: Option<Postgres>,
    workers: Workers,
    /// One city is added at a time.
    adding: tokio::sync::Mutex<()>,
    lock: Mutex<Option<FolderLock>>,
}

impl Installation {
    pub async fn open(settings: Arc<Settings>, purpose: Purpose) -> Result<Arc<Installation>, Fault> {
        let clock = Arc::new(MachineClock::new());
        make_folder(&settings.data)?;
        let lock = if purpose == Purpose::Serve || settings.database.is_none() {
            Some(FolderLock::take(&settings.lock_path())?)
        } else {
            None
        };
        let migrations = migrations_of(rooms::ALL);
        let shared = Arc::new(Shared::default());
        let mut register = None;
        let mut postgres = None;
        if let Some(url) = &settings.database {
            migrate_postgres(url, &migrations, clock.now_ms()).await?;
            register = Some(Register::of_postgres(url)?);
            let size =
                PostgresSize { writers: settings.postgres_writers, readers: settings.postgres_readers };
            postgres = Some(Postgres::open(url, size, shared.clone())?);
        }
        let known = match &mut register {
            Some(register) => {
                register.cities().await?.into_iter().map(|(slug, facts)| (slug, Some(facts))).collect()
            }
            None => folders(&settings.data)?.into_iter().map(|slug| (slug, None)).collect::<Vec<_>>(),
        };
        let sealer = Sealer::read(&the_key(&settings, clock.as_ref(), !known.is_empty())?)?;
        let house = build(clock, sealer, shared, outside::of(&settings)?.ports()?)?;
        house.retention_days.store(Arc::new(settings.retention_days.clone()));
        if settings.context_access == ContextAccess::Open {
            house.open_context();
        }
        let installation = Arc::new(Installation {
            house: Arc::new(house),
            workers: Workers::default(),
            adding: tokio::sync::Mutex::default(),
            lock: Mutex::new(lock),
            postgres,
            settings,
        });
        let mut by_slug = BTreeMap::new();
        let count = known.len();
        for (slug, facts) in known {
            match installation.open_city(&slug, facts, count).await? {
                Some(city) => {
                    by_slug.insert(city.slug.clone(), city);
                }
                None => tracing::warn!(city = slug, "a folder without a city in it is left alone"),
            }
        }
        installation.take_over(by_slug);
        if let Some(register) = register {
            installation.workers.keep_watching(&installation, register);
        }
        Ok(installation)
    }

    pub fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    pub fn city(&self, slug: &str) -> Result<Arc<City>, Fault> {
        let cities = self.house.cities.load();
        cities.by_slug.get(slug).cloned().ok_or_else(|| {
            let known: Vec<&str> = cities.by_slug.keys().map(AsRef::as_ref).collect();
            Fault::new(Kind::Missing, "city-unknown").arg("city", slug).arg("known", known.join(", "))
        })
    }

    /// The city that a command means: the named one, or the only one there is.
    pub fn city_or_only(&self, slug: Option<&str>) -> Result<Arc<City>, Fault> {
        if let Some(slug) = slug {
            return self.city(slug);
        }
        let cities = self.house.cities.load();
        let mut all = cities.by_slug.values();
        match (all.next(), all.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => Err(Fault::new(Kind::Missing, "no-city")),
            (Some(_), Some(_)) => {
                let known: Vec<&str> = cities.by_slug.keys().map(AsRef::as_ref).collect();
                Err(Fault::new(Kind::Invalid, "which-city").arg("known", known.join(", ")))
            }
        }
    }

    /// Adds a city: its stores, its facts, its way in by host name, and its workers.
    pub async fn add_city(&self, slug: &str, facts: CityFacts) -> Result<Arc<City>, Fault> {
        let _alone = self.adding.lock().await;
        if !slug_is_good(slug) {
            return Err(Fault::new(Kind::Invalid, "city-slug").arg("city", slug));
        }
        let cities = self.house.cities.load_full();
        if cities.by_slug.contains_key(slug) {
            return Err(Fault::new(Kind::Conflict, "city-exists").arg("city", slug));
        }
        let claimed = |host: &String| {
            cities
                .by_slug
                .values()
                .find(|city| city.facts().hosts.contains(host))
                .map(|city| city.slug.clone())
        };
        if let Some((host, city)) = facts.hosts.iter().find_map(|host| Some((host, claimed(host)?))) {
            return Err(Fault::new(Kind::Conflict, "host-claimed").arg("host", host).arg("city", city));
        }
        let folder = self.settings.data.join(slug);
        let was_there = folder.exists();
        let stores = self.stores(slug, cities.by_slug.len() + 1)?;
        let (wanted, now_ms) = (facts.clone(), self.house.clock.now_ms());
        let written = stores.city.write(move |tx| {
            tx.lock("city")?;
            match read_facts(tx)? {
                Some(_) => Err(Fault::new(Kind::Conflict, "city-exists").arg("city", tx.city())),
                None => write_facts(tx, &wanted, now_ms),
            }
        });
        if let Err(fault) = written.await {
            if !was_there && !self.is_postgres() {
                // An empty folder in the way would be a lesser evil than the fault that is reported.
                let _ = std::fs::remove_dir_all(&folder);
            }
            return Err(fault);
        }
        let city = Arc::new(City::new(slug, facts, stores.city, stores.context, stores.files));
        let mut by_slug = cities.by_slug.clone();
        by_slug.insert(city.slug.clone(), city.clone());
        self.take_over(by_slug);
        Ok(city)
    }

    /// Starts workers for every city there is and every city to come.
    pub fn start_workers(&self, stop: &Stop) {
        let mut id = [0u8; 4];
        self.house.clock.random(&mut id);
        let name = format!("{}-{:08x}", std::process::id(), u32::from_be_bytes(id));
        self.workers.start(&self.house, name, stop);
    }

    /// Waits until the workers have finished what they hold.
    pub async fn workers_finished(&self) {
        self.workers.finished().await;
    }

    /// Another part of this program takes the folder over (a restore into it, a move out of it).
    pub fn give_folder_back(&self) {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// What other nodes changed: facts of cities, and new cities.
    async fn refresh(&self, known: Vec<(String, CityFacts)>) -> Result<(), Fault> {
        let _alone = self.adding.lock().await;
        let cities = self.house.cities.load_full();
        let mut by_slug = cities.by_slug.clone();
        for (slug, facts) in known {
            match by_slug.get(slug.as_str()) {
                Some(city) if city.facts().rev < facts.rev => city.set_facts(facts),
                Some(_) => {}
                None => {
                    if let Some(city) = self.open_city(&slug, Some(facts), by_slug.len() + 1).await? {
                        tracing::info!(city = slug, "another node added a city");
                        by_slug.insert(city.slug.clone(), city);
                    }
                }
            }
        }
        if by_slug.len() != cities.by_slug.len() {
            self.take_over(by_slug);
        }
        Ok(())
    }

    /// From now on these are the cities.
    fn take_over(&self, by_slug: BTreeMap<Arc<str>, Arc<City>>) {
        let default = match &self.settings.default_city {
            Some(slug) => by_slug.get(slug.as_str()).cloned(),
            None if by_slug.len() == 1 => by_slug.values().next().cloned(),
            None => None,
        };
        self.house.cities.store(Arc::new(Cities { by_slug, default }));
        self.workers.welcome(&self.house);
    }

    async fn open_city(
        &self,
        slug: &str,
        facts: Option<CityFacts>,
        cities: usize,
    ) -> Result<Option<Arc<City>>, Fault> {
        let stores = self.stores(slug, cities)?;
        let facts = match facts {
            Some(facts) => Some(facts),
            None => stores.city.read_quick(read_facts).await?,
        };
        Ok(facts.map(|facts| Arc::new(City::new(slug, facts, stores.city, stores.context, stores.files))))
    }

    fn stores(&self, slug: &str, cities: usize) -> Result<Stores, Fault> {
        if let Some(postgres) = &self.postgres {
            let open = |store| Db::postgres(postgres.clone(), slug, store);
            return Ok(Stores {
                city: open(Store::City),
                context: open(Store::Context),
                files: open(Store::Files),
            });
        }
        let folder = self.settings.data.join(slug);
        make_folder(&folder)?;
        let migrations = migrations_of(rooms::ALL);
        let open = |store: Store| {
            let path = folder.join(format!("{}.db", store.name()));
            migrate_sqlite(&path, store, &migrations, self.house.clock.now_ms())
                .map_err(|fault| fault.arg("path", path.display()))?;
            let size = share(self.settings.memory_bytes, cities, store);
            Db::sqlite(&path, slug, store, size, self.house.shared.clone())
        };
        Ok(Stores { city: open(Store::City)?, context: open(Store::Context)?, files: open(Store::Files)? })
    }
}

fn build(clock: Arc<dyn Clock>, sealer: Sealer, shared: Arc<Shared>, ports: Ports) -> Result<House, Fault> {
    House::build(Plan {
        clock,
        rooms: rooms::ALL.to_vec(),
        ports,
        keeper: rooms::keeper(),
        sealer,
        assets: crate::server::assets(),
        version: env!("CARGO_PKG_VERSION"),
        shared,
    })
}

/// All rooms and no city, for what can be said without data.
pub fn house_without_data() -> Result<House, Fault> {
    let clock = Arc::new(MachineClock::new());
    let mut raw = [0u8; 32];
    clock.random(&mut raw);
    let sealer = Sealer::read(&Sealer::line("none", &raw))?;
    build(clock, sealer, Arc::new(Shared::default()), Ports::closed())
}

struct Stores {
    city: Db,
    context: Db,
    files: Db,
}

/// A store's part of the memory for caches. Caches grow as they are used: an idle store takes next to nothing.
fn share(memory_bytes: u64, cities: usize, store: Store) -> SqliteSize {
    let readers = 2;
    let tenths = match store {
        Store::City => 6,
        Store::Context => 3,
        Store::Files => 1,
    };
    let kib = memory_bytes / 1024 * tenths / 10 / u64::try_from(cities.max(1)).unwrap_or(1);
    // The writer has one whole cache, its two readers and the two quick connections a quarter each.
    SqliteSize { cache_kib: i64::try_from(kib / 2).unwrap_or(i64::MAX).max(64), readers }
}

/// The city folders: those that hold a city store.
pub fn folders(data: &Path) -> Result<Vec<String>, Fault> {
    let unusable = |fault| {
        Fault::new(Kind::Unavailable, "folder-unusable").arg("path", data.display()).arg("said", fault)
    };
    let mut slugs = Vec::new();
    for entry in std::fs::read_dir(data).map_err(|fault| unusable(fault.to_string()))? {
        let entry = entry.map_err(|fault| unusable(fault.to_string()))?;
        if let Ok(slug) = entry.file_name().into_string()
            && slug_is_good(&slug)
            && entry.path().join("city.db").is_file()
        {
            slugs.push(slug);
        }
    }
    slugs.sort();
    Ok(slugs)
}

/// Folders with a city's data are for their owner alone.
fn make_folder(path: &PathBuf) -> Result<(), Fault> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|fault| {
        Fault::new(Kind::Unavailable, "folder-unusable").arg("path", path.display()).arg("said", fault)
    })
}

/// Reads the key file, or makes it where nothing can have been sealed yet.
fn the_key(settings: &Settings, clock: &dyn Clock, has_data: bool) -> Result<String, Fault> {
    let path = settings.key_path();
    match key::read(&path)? {
        Some(text) => Ok(text),
        None if has_data => Err(Fault::new(Kind::Invalid, "key-missing").arg("path", path.display())),
        None => key::make(&path, clock),
    }
}

#[cfg(test)]
mod tests;
