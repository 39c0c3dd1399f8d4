//! Jobs a second: a room with one job that does nothing, in this process, on SQLite.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ground::city::{City, CityFacts};
use ground::clock::MachineClock;
use ground::cx::{Cx, Via};
use ground::db::{Db, Shared, SqliteSize, Store, Tx, migrate_sqlite};
use ground::fault::Fault;
use ground::house::{House, Plan};
use ground::html::Assets;
use ground::jobs::{JobKind, JobRun, Lane, Stop};
use ground::room::Room;
use ground::seal::Sealer;
use ground::who::{Decision, Gatekeeper, Object, Who};
use ground::words::{Lang, WordFiles};
use ground::{params, sql};

struct Open;

impl Gatekeeper for Open {
    fn identify(&self, _: &mut Tx<'_>, _: &str, _: i64) -> Result<Option<Who>, Fault> {
        Ok(None)
    }
    fn may(&self, _: &Cx, _: &str, _: &Object) -> Decision {
        Decision::yes()
    }
}

const JOBS: &[JobKind] = &[JobKind {
    name: "bench.nothing",
    lane: Lane::Normal,
    tries_max: 3,
    run: JobRun::InTx(|_, _, _| Ok(())),
}];
const ROOM: Room = Room { jobs: JOBS, ..Room::empty("bench", WordFiles { ja: "", ja_easy: "", en: "" }) };
static ROOMS: [&Room; 2] = [&ground::floor::ROOM, &ROOM];

pub async fn per_second(count: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("machiya-bench-jobs-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // The writer and the workers share a runtime of their own, as they do in the product.
    let measuring = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
            runtime.block_on(measure(&folder, count)).map_err(std::io::Error::other)
        }
    });
    let measured = measuring.await?;
    std::fs::remove_dir_all(&folder)?;
    Ok(measured?)
}

async fn measure(folder: &std::path::Path, count: usize) -> Result<f64, Fault> {
    let shared = Arc::new(Shared::default());
    let house = Arc::new(House::build(Plan {
        ports: ground::ports::Ports::closed(),
        clock: Arc::new(MachineClock::new()),
        rooms: ROOMS.to_vec(),
        keeper: Arc::new(Open),
        sealer: Sealer::read(&Sealer::line("bench", &[7; 32]))?,
        assets: Assets::default(),
        version: "0",
        shared: shared.clone(),
    })?);
    let open = |store: Store| {
        let path = folder.join(format!("{}.db", store.name()));
        migrate_sqlite(&path, store, &house.migrations(), 0)?;
        Db::sqlite(&path, "bench", store, SqliteSize::default(), shared.clone())
    };
    let facts = CityFacts {
        name: "bench".into(),
        zone: "Asia/Tokyo".into(),
        public_url: "http://localhost".into(),
        hosts: Vec::new(),
        languages: vec![Lang::Ja],
        mail_from: String::new(),
        demo: true,
        rev: 1,
    };
    let city =
        Arc::new(City::new("bench", facts, open(Store::City)?, open(Store::Context)?, open(Store::Files)?));
    for start in (0..count).step_by(1_000) {
        let cx = Cx::new(&house, &city, Who::system(), Lang::Ja, Via::Job);
        let upto = (start + 1_000).min(count);
        city.db
            .write(move |tx| {
                for _ in start..upto {
                    tx.enqueue(&cx, "bench.nothing", None, &serde_json::json!({}))?;
                }
                Ok(())
            })
            .await?;
    }
    let stop = Stop::default();
    let begun = Instant::now();
    let workers = ground::jobs::start(&house, &city, "bench", &stop);
    loop {
        let left = city
            .db
            .read(|tx| {
                tx.one(sql!("select count(*) from ground_job where city = ?1"), params![], |row| {
                    row.get::<i64>(0)
                })
            })
            .await?;
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    stop.set();
    for worker in workers {
        let _ = worker.await;
    }
    Ok(count as f64 / seconds)
}
