//! How often something was done within a window of time, counted in the store: many nodes count together, and a restart
//! forgets nothing.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};

/// Counts once more and answers how often it was within the window. A window that has ended, or that began in the
/// future before the clock was set back, begins anew.
pub(crate) fn count(tx: &mut Tx<'_>, cx: &Cx, key: &str, window_ms: i64) -> Result<i64, Fault> {
    let counted = tx.all(
        sql!(
            "insert into people_tally (city, key, count, ends_ms) values (?1, ?2, 1, ?3)
             on conflict (city, key) do update set
                 count = case when people_tally.ends_ms <= ?4 or people_tally.ends_ms > ?3 then 1
                              else people_tally.count + 1 end,
                 ends_ms = case when people_tally.ends_ms <= ?4 or people_tally.ends_ms > ?3 then excluded.ends_ms
                                else people_tally.ends_ms end
             returning count"
        ),
        params![key, cx.now_ms() + window_ms, cx.now_ms()],
        |row| row.get::<i64>(0),
    )?;
    Ok(counted.into_iter().next().unwrap_or(1))
}

/// How often it was so far, and when the window ends.
pub(crate) fn so_far(tx: &mut Tx<'_>, cx: &Cx, key: &str) -> Result<(i64, i64), Fault> {
    let found = tx.opt(
        sql!("select count, ends_ms from people_tally where city = ?1 and key = ?2 and ends_ms > ?3"),
        params![key, cx.now_ms()],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn forget(tx: &mut Tx<'_>, key: &str) -> Result<(), Fault> {
    tx.put(sql!("delete from people_tally where city = ?1 and key = ?2"), params![key])
}
