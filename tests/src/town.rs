//! A town for a test: a house with the rooms of the product and the probe, two cities, and a clock that stands still.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

use ground::city::{City, CityFacts, write_facts};
use ground::clock::FixedClock;
use ground::cx::{Cx, Via};
use ground::db::{Db, Migration, Postgres, PostgresSize, Shared, SqliteSize, Store};
use ground::fault::Fault;
use ground::house::{Cities, House, Plan};
use ground::html::Assets;
use ground::id::Id;
use ground::once::Once;
use ground::ports::Ports;
use ground::room::Room;
use ground::seal::Sealer;
use ground::who::{Gatekeeper, Role, Who};
use ground::words::Lang;
use serde_json::Value;
use tempfile::TempDir;

use crate::cluster;
use crate::keeper::PlainKeeper;
use crate::probe;
use crate::rooms::ROOMS;

/// 2026-04-01 09:00 in Tokyo, when every test begins.
pub const START_MS: i64 = 1_775_001_600_000;

pub struct Town {
    pub house: Arc<House>,
    pub clock: Arc<FixedClock>,
    pub cities: Vec<Arc<City>>,
    pub ground: Ground,
}

/// What the town stands on; gone when dropped.
pub enum Ground {
    Sqlite { folder: TempDir },
    Postgres { base: String, database: String },
}

impl Ground {
    pub fn name(&self) -> &'static str {
        match self {
            Ground::Sqlite { .. } => "SQLite",
            Ground::Postgres { .. } => "PostgreSQL",
        }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Ground::Postgres { base, database } = self {
            let (base, statement) =
                (base.clone(), format!("drop database if exists {database} with (force)"));
            // On a thread of its own: this may be dropped inside a runtime.
            let dropped =
                std::thread::spawn(move || runtime().block_on(cluster::administer(&base, &statement)));
            if let Ok(Err(fault)) = dropped.join() {
                eprintln!("the database of a test stays behind: {fault}");
            }
        }
    }
}

/// The rooms of a town where the floor alone is tried: the floor's own, and the probe.
pub fn rooms() -> Vec<&'static Room> {
    vec![&ground::floor::ROOM, &probe::ROOM]
}

/// All rooms of the product, and the probe.
pub fn every_room() -> Vec<&'static Room> {
    ROOMS.iter().copied().chain([&probe::ROOM]).collect()
}

/// What a town is built with.
#[derive(Clone)]
pub struct Plot {
    pub rooms: Vec<&'static Room>,
    pub keeper: Arc<dyn Gatekeeper>,
    /// The ways to the outside; closed unless a test opens them.
    pub ports: Ports,
    /// Names the database that towns of this kind are copied from.
    template: &'static str,
}

impl Plot {
    /// The floor and the probe, with rights read straight from the matrix.
    pub fn floor() -> Plot {
        Plot { rooms: rooms(), keeper: Arc::new(PlainKeeper), ports: Ports::closed(), template: "floor" }
    }

    /// The whole product with its own gatekeeper.
    pub fn house() -> Plot {
        let keeper = machiya::rooms::keeper();
        Plot { rooms: every_room(), keeper, ports: Ports::closed(), template: "house" }
    }

    /// The same with ways to the outside.
    #[must_use]
    pub fn with_ports(mut self, ports: Ports) -> Plot {
        self.ports = ports;
        self
    }

    fn migrations(&self) -> Vec<Migration> {
        ground::house::migrations_of(&self.rooms)
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Runs the same story on SQLite and on PostgreSQL. Both are told even if the first goes wrong.
#[track_caller]
pub fn each_store<F, Fut>(story: F)
where
    F: Fn(Arc<Town>) -> Fut,
    Fut: Future<Output = ()>,
{
    each_store_of(&Plot::floor(), story);
}

/// The same in a town with all rooms of the product.
#[track_caller]
pub fn each_store_of_the_house<F, Fut>(story: F)
where
    F: Fn(Arc<Town>) -> Fut,
    Fut: Future<Output = ()>,
{
    each_store_of(&Plot::house(), story);
}

#[track_caller]
pub fn each_store_of<F, Fut>(plot: &Plot, story: F)
where
    F: Fn(Arc<Town>) -> Fut,
    Fut: Future<Output = ()>,
{
    let mut wrong = None;
    for postgres in [false, true] {
        let told = catch_unwind(AssertUnwindSafe(|| {
            runtime().block_on(async {
                let plot = plot.clone();
                let town = if postgres { Town::postgres(plot).await } else { Town::sqlite(plot).await };
                let town = Arc::new(town);
                let name = town.ground.name();
                let outcome = AssertUnwindSafe(story(town)).catch().await;
                if let Err(panic) = outcome {
                    eprintln!("this went wrong on {name}");
                    resume_unwind(panic);
                }
            });
        }));
        wrong = wrong.or(told.err());
    }
    if let Some(panic) = wrong {
        resume_unwind(panic);
    }
}

/// Catches the panic of a future, so that the name of the database can be said.
trait Catch: Future + Sized {
    async fn catch(self) -> std::thread::Result<Self::Output>;
}

impl<F: Future> Catch for AssertUnwindSafe<F> {
    async fn catch(self) -> std::thread::Result<F::Output> {
        let mut story = Box::pin(self.0);
        std::future::poll_fn(move |context| {
            match catch_unwind(AssertUnwindSafe(|| story.as_mut().poll(context))) {
                Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
                Ok(std::task::Poll::Ready(output)) => std::task::Poll::Ready(Ok(output)),
                Err(panic) => std::task::Poll::Ready(Err(panic)),
            }
        })
        .await
    }
}

impl Town {
    pub async fn on_sqlite() -> Town {
        Town::sqlite(Plot::floor()).await
    }

    pub async fn on_postgres() -> Town {
        Town::postgres(Plot::floor()).await
    }

    pub async fn sqlite(plot: Plot) -> Town {
        let folder = cluster::scratch();
        let path = folder.path().to_owned();
        let migrations = plot.migrations();
        Town::found(Ground::Sqlite { folder }, plot, move |slug, shared| {
            let own = path.join(slug);
            std::fs::create_dir(&own).expect("a folder for the city");
            Store::ALL.map(|store| {
                let file = own.join(format!("{}.db", store.name()));
                ground::db::migrate_sqlite(&file, store, &migrations, START_MS).expect("migrated");
                let size = SqliteSize { cache_kib: 1024, readers: 1 };
                Db::sqlite(&file, slug, store, size, shared.clone()).expect("opened")
            })
        })
        .await
    }

    pub async fn postgres(plot: Plot) -> Town {
        Town::postgres_at(&cluster::address(), plot).await
    }

    /// In a cluster of one's own.
    pub async fn postgres_at(base: &str, plot: Plot) -> Town {
        let base = base.to_owned();
        let database = copy_of_template(&base, &plot).await;
        let address = cluster::address_of(&base, &database);
        let mut opened = None;
        Town::found(Ground::Postgres { base, database }, plot, move |slug, shared| {
            let postgres: &Postgres = opened.get_or_insert_with(|| {
                Postgres::open(&address, PostgresSize { writers: 4, readers: 2 }, shared.clone())
                    .expect("opened")
            });
            Store::ALL.map(|store| Db::postgres(postgres.clone(), slug, store))
        })
        .await
    }

    async fn found(
        ground: Ground,
        plot: Plot,
        mut stores: impl FnMut(&str, &Arc<Shared>) -> [Db; 3],
    ) -> Town {
        let clock = Arc::new(FixedClock::at(START_MS));
        let shared = Arc::new(Shared::default());
        let house = House::build(Plan {
            clock: clock.clone(),
            rooms: plot.rooms,
            ports: plot.ports,
            keeper: plot.keeper,
            sealer: Sealer::read(&Sealer::line("test", &[7; 32])).expect("a key"),
            assets: Assets::default(),
            version: "0.0.0",
            shared: shared.clone(),
        })
        .expect("the house stands");
        let mut cities = Vec::new();
        for (slug, name) in [("first", "一ノ町"), ("second", "二ノ町")] {
            let [db, context, files] = stores(slug, &shared);
            let facts = facts(slug, name);
            let written = facts.clone();
            db.write(move |tx| write_facts(tx, &written, START_MS)).await.expect("facts are written");
            cities.push(Arc::new(City::new(slug, facts, db, context, files)));
        }
        let by_slug = cities.iter().map(|city| (city.slug.clone(), city.clone())).collect();
        house.cities.store(Arc::new(Cities { by_slug, default: cities.first().cloned() }));
        Town { house: Arc::new(house), clock, cities, ground }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.ground, Ground::Postgres { .. })
    }

    /// The city where most stories are told.
    pub fn city(&self) -> &Arc<City> {
        &self.cities[0]
    }

    pub fn other_city(&self) -> &Arc<City> {
        &self.cities[1]
    }

    /// Somebody acting in the first city through the API, now.
    pub fn cx(&self, who: Who) -> Cx {
        self.cx_in(self.city(), who)
    }

    pub fn cx_in(&self, city: &Arc<City>, who: Who) -> Cx {
        Cx::new(&self.house, city, who, Lang::Ja, Via::Api)
    }

    /// Does something by name, as the API does.
    pub async fn call(&self, who: Who, action: &str, input: Value) -> Result<Value, Fault> {
        self.call_in(self.city(), who, action, input).await
    }

    pub async fn call_in(
        &self,
        city: &Arc<City>,
        who: Who,
        action: &str,
        input: Value,
    ) -> Result<Value, Fault> {
        self.act(city, who, action, input, None).await
    }

    /// The same with an idempotency key; the digest is of the input as sent.
    pub async fn call_once(&self, who: Who, action: &str, input: Value, key: &str) -> Result<Value, Fault> {
        let once = Once::from_header(key, input.to_string().as_bytes())?;
        self.act(self.city(), who, action, input, Some(once)).await
    }

    async fn act(
        &self,
        city: &Arc<City>,
        who: Who,
        action: &str,
        input: Value,
        once: Option<Once>,
    ) -> Result<Value, Fault> {
        let cx = self.cx_in(city, who);
        let known = self.house.action(action).unwrap_or_else(|| panic!("there is no action {action}"));
        known.call(&cx, input, once).await
    }

    /// A question about what is stored.
    pub async fn ask<T: Send + 'static>(
        &self,
        run: impl FnMut(&mut ground::db::Tx<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> T {
        self.city().db.read(run).await.expect("the question is answered")
    }

    pub async fn ask_in<T: Send + 'static>(
        &self,
        city: &Arc<City>,
        run: impl FnMut(&mut ground::db::Tx<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> T {
        city.db.read(run).await.expect("the question is answered")
    }

    /// The address of this town's database, to look at it from outside.
    pub fn postgres_address(&self) -> Option<String> {
        match &self.ground {
            Ground::Postgres { base, database } => Some(cluster::address_of(base, database)),
            Ground::Sqlite { .. } => None,
        }
    }
}

pub fn facts(slug: &str, name: &str) -> CityFacts {
    CityFacts {
        name: name.to_owned(),
        zone: "Asia/Tokyo".to_owned(),
        public_url: format!("http://{slug}.localhost:8080"),
        hosts: Vec::new(),
        languages: Lang::ALL.to_vec(),
        mail_from: String::new(),
        demo: false,
        rev: 1,
    }
}

/// An id that a test can name: `id(7)`.
pub fn id(number: u128) -> Id {
    Id::from_parts(START_MS, number)
}

/// Somebody with an account and these roles.
pub fn person(number: u128, roles: &[Role]) -> Who {
    Who { account: Some(id(number)), roles: Arc::from(roles), ..Who::default() }
}

pub fn admin() -> Who {
    person(1, &[Role::Staff, Role::Admin])
}

pub fn resident(number: u128) -> Who {
    person(number, &[Role::Resident])
}

/// Staff of a department.
pub fn staff_of(department: u128, role: Role) -> Who {
    Who { department: Some(id(department)), ..person(department * 1_000, &[Role::Staff, role]) }
}

/// A database of its own, copied from one that all migrations ran on.
async fn copy_of_template(base: &str, plot: &Plot) -> String {
    static TEMPLATES: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let (base, kind, migrations) = (base.to_owned(), plot.template, plot.migrations());
    let key = format!("{base} {kind}");
    // Two copies at a time would disturb each other, and the lock is held over waiting: so on a thread of its own.
    let made = std::thread::spawn(move || {
        let mut templates = TEMPLATES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let runtime = runtime();
        if !templates.contains_key(&key) {
            let name = cluster::new_name(&format!("template_{kind}"));
            runtime
                .block_on(cluster::administer(&base, &format!("create database {name}")))
                .expect("created");
            let address = cluster::address_of(&base, &name);
            runtime
                .block_on(ground::db::migrate_postgres(&address, &migrations, START_MS))
                .expect("migrated");
            templates.insert(key.clone(), name);
        }
        let name = cluster::new_name("town");
        let from = &templates[&key];
        runtime
            .block_on(cluster::administer(&base, &format!("create database {name} template {from}")))
            .expect("copied");
        name
    });
    tokio::task::spawn_blocking(move || made.join().expect("the copy is made"))
        .await
        .expect("it is waited for")
}
