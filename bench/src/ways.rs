//! Coming in: how long the check of a session takes, and each step of signing in by a code.

use std::sync::Arc;
use std::time::Instant;

use ground::city::City;
use ground::cx::{Cx, Via};
use ground::fault::Fault;
use ground::house::House;
use ground::room::Room;
use ground::seal::token_digest;
use ground::who::Who;
use ground::words::Lang;
use ground::{params, sql};
use serde_json::{Value, json};

use crate::inside::{self, Folder};

/// Milliseconds, at the middle and near the end.
pub struct Spread {
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Spread {
    pub fn of(mut seconds: Vec<f64>) -> Spread {
        seconds.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = (seconds.len() as f64 * part) as usize;
            seconds.get(place.min(seconds.len().saturating_sub(1))).copied().unwrap_or_default() * 1e3
        };
        Spread { p50_ms: at(0.50), p99_ms: at(0.99) }
    }
}

pub struct Ways {
    pub check: Spread,
    pub ask: Spread,
    pub enter: Spread,
}

pub async fn measure(people: usize, checks: usize) -> Result<Ways, Box<dyn std::error::Error>> {
    let folder = Folder::new("ways")?;
    let rooms: Vec<&'static Room> =
        [&ground::floor::ROOM, &gate::ROOM].into_iter().chain(people::PARTS).collect();
    let (house, city) = inside::open(folder.path(), rooms, people::keeper())?;
    let (mut ask, mut enter) = (Vec::new(), Vec::new());
    for nth in 0..people {
        // Twice each: the first time makes the account, the second is what is measured.
        for (round, measured) in [("new", false), ("known", true)] {
            let browser = format!("{nth:021}{round:x>22}");
            let begun = Instant::now();
            call(
                &house,
                &city,
                "people.ask_code",
                json!({"mail": format!("n{nth}@example.jp"), "browser": browser}),
            )
            .await?;
            let asked = begun.elapsed().as_secs_f64();
            let code = code(&house, &city, &browser).await?;
            let session = token_digest(&format!("session {nth}"));
            let begun = Instant::now();
            let entered = json!({"browser": browser, "code": code, "session_digest": session});
            call(&house, &city, "people.enter_code", entered).await?;
            let took = begun.elapsed().as_secs_f64();
            if measured {
                ask.push(asked);
                enter.push(took);
            } else {
                let session = token_digest("the first");
                let join =
                    json!({"browser": browser, "name": "住民", "agrees": true, "session_digest": session});
                call(&house, &city, "people.join", join).await?;
                let out = sql!("delete from people_session where city = ?1 and digest = ?2");
                city.db.write(move |tx| tx.exec(out, params![session.as_str()])).await?;
            }
        }
    }
    let mut check = Vec::with_capacity(checks);
    for nth in 0..checks {
        let digest = token_digest(&format!("session {}", nth % people.max(1)));
        let (keeper, now_ms) = (house.keeper.clone(), house.clock.now_ms());
        let begun = Instant::now();
        let who = city.db.read_quick(move |tx| keeper.identify(tx, &digest, now_ms)).await?;
        check.push(begun.elapsed().as_secs_f64());
        if who.is_none() {
            return Err("a session that was begun is not known".into());
        }
    }
    Ok(Ways { check: Spread::of(check), ask: Spread::of(ask), enter: Spread::of(enter) })
}

async fn call(house: &Arc<House>, city: &Arc<City>, action: &str, input: Value) -> Result<Value, Fault> {
    let cx = Cx::new(house, city, Who::anyone(), Lang::Ja, Via::Page);
    let known = house.action(action).ok_or_else(|| Fault::internal(action))?;
    known.call(&cx, input, None).await
}

/// The code that was sent, opened as only the program can.
async fn code(house: &Arc<House>, city: &Arc<City>, browser: &str) -> Result<String, Fault> {
    let digest = token_digest(&format!("code/{browser}"));
    let asked = digest.clone();
    let sealed: String = city
        .db
        .read_quick(move |tx| {
            tx.one(
                sql!("select body from people_attempt where city = ?1 and digest = ?2"),
                params![asked.as_str()],
                |row| row.get(0),
            )
        })
        .await?;
    let opened = house.sealer.open(&format!("attempt/{digest}"), &sealed)?;
    let body: Value = serde_json::from_slice(&opened).map_err(Fault::internal)?;
    Ok(body["code"].as_str().unwrap_or_default().to_owned())
}
