//! Rounds: work that looks for itself. Where every act would leave the same small job behind, and many acts do so at
//! once, a job or an event for each of them costs more than the work; a round looks at the table itself, every half
//! second, and takes a range of what it finds. Most looks find nothing: those cost a read, not a turn of the writer.

use std::sync::Arc;
use std::time::Duration;

use crate::city::City;
use crate::cx::{Cx, Via};
use crate::db::Tx;
use crate::fault::{Fault, Kind};
use crate::house::House;
use crate::jobs::Stop;
use crate::who::Who;
use crate::words::Lang;

const PAUSE: Duration = Duration::from_millis(500);
/// After a failure it waits this much longer each time, up to a minute.
const PAUSES_MAX: u32 = 120;

/// A round, declared by its room.
pub struct Round {
    /// "people.seal": its name in the log, and the lock under which one node at a time goes it.
    pub name: &'static str,
    /// Whether there is anything to do.
    pub look: fn(&mut Tx<'_>, &Cx) -> Result<bool, Fault>,
    /// Does one range, in its own transaction. May be run again.
    pub run: fn(&mut Tx<'_>, &Cx) -> Result<(), Fault>,
}

/// Looks, and does one range; answers whether there was anything to do.
pub async fn step(house: &Arc<House>, city: &Arc<City>, round: &'static Round) -> Result<bool, Fault> {
    let cx = Cx::new(house, city, Who::system(), Lang::Ja, Via::Job);
    let looking = cx.clone();
    if !city.db.read_quick(move |tx| (round.look)(tx, &looking)).await? {
        return Ok(false);
    }
    let mark = cx.mark();
    city.db
        .write(move |tx| {
            cx.rewind(mark);
            tx.lock(&format!("round/{}", round.name))?;
            // Somebody else may have done it while this one waited.
            if (round.look)(tx, &cx)? { (round.run)(tx, &cx) } else { Ok(()) }
        })
        .await?;
    Ok(true)
}

/// Goes the round in one city until the program stops.
pub async fn go(house: Arc<House>, city: Arc<City>, round: &'static Round, stop: Stop) {
    let mut failures = 0u32;
    while !stop.is_set() {
        let pause = match step(&house, &city, round).await {
            Ok(true) => {
                failures = 0;
                continue;
            }
            Ok(false) => PAUSE,
            Err(fault) => {
                failures = failures.saturating_add(1);
                if fault.kind() != Kind::Unavailable {
                    tracing::warn!(round = round.name, %fault, failures, "a round failed");
                }
                PAUSE * failures.min(PAUSES_MAX)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.wait() => {}
        }
    }
}
