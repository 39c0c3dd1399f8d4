//! Jobs a second: a room with one job that does nothing, in this process, on SQLite.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ground::cx::{Cx, Via};
use ground::db::Tx;
use ground::fault::Fault;
use ground::jobs::{JobKind, JobRun, Lane, Stop};
use ground::room::Room;
use ground::who::{Decision, Gatekeeper, Object, Who};
use ground::words::{Lang, WordFiles};
use ground::{params, sql};

use crate::inside::{self, Folder};

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
static ROOM: Room = Room { jobs: JOBS, ..Room::empty("bench", WordFiles { ja: "", ja_easy: "", en: "" }) };
static ROOMS: [&Room; 2] = [&ground::floor::ROOM, &ROOM];

pub async fn per_second(count: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let folder = Folder::new("jobs")?;
    // The writer and the workers share a runtime of their own, as they do in the product.
    let measuring = tokio::task::spawn_blocking({
        let folder = folder.path().to_owned();
        move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
            runtime.block_on(measure(&folder, count)).map_err(std::io::Error::other)
        }
    });
    Ok(measuring.await??)
}

async fn measure(folder: &std::path::Path, count: usize) -> Result<f64, Fault> {
    let (house, city) = inside::open(folder, ROOMS.to_vec(), Arc::new(Open))?;
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
