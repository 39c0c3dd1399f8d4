//! A city of a quarter of a million: residents, what they said to the purposes of the demonstration city, and how it
//! came to be, written straight into a store that the product has made. For the size of the file and the time to start.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ground::db::{Db, Param, Shared, Sql, SqliteSize, Store};
use ground::fault::Fault;
use ground::id::Id;
use ground::sql;
use serde_json::{Value, json};

pub const RESIDENTS: i64 = 250_000;
/// What each of them said: three yeses that stand, one of them given a second time.
const SAID: [(&str, &str); 4] =
    [("library", "given"), ("childcare", "given"), ("watch-over", "withdrawn"), ("watch-over", "given")];
/// More people in an hour and a day than a program may use where nothing was set: a city of this size sets its own.
const MAY_USE: i64 = 100_000_000;
/// Numbers of people that nobody in the demonstration city has.
const FIRST_NO: i64 = 1_000_000;
const RANGE: i64 = 2_500;
const START_MS: i64 = 1_700_000_000_000;

pub struct Filled {
    pub residents_bytes: u64,
    pub stands_bytes: u64,
    pub history_bytes: u64,
    pub file_bytes: u64,
    pub events: i64,
    pub stands: i64,
    pub seconds: f64,
}

/// Fills `folder/city.db` of a city whose server is not running.
pub async fn fill(folder: &Path, residents: i64) -> Result<Filled, Fault> {
    let slug = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let file = folder.join("city.db");
    let begun = Instant::now();
    let mut sizes = vec![size(&file)?];
    for step in [people, stands, history] {
        let db = Db::sqlite(&file, &slug, Store::City, SqliteSize::default(), Arc::new(Shared::default()))?;
        for first in (0..residents).step_by(usize::try_from(RANGE).unwrap_or(1)) {
            let range = first..(first + RANGE).min(residents);
            let statements = step(range);
            db.write(move |tx| {
                statements.iter().try_for_each(|(statement, rows)| tx.put(statement, &[Param::from(rows)]))
            })
            .await?;
        }
        drop(db);
        // The last writer that closes folds the log into the file.
        std::thread::sleep(std::time::Duration::from_millis(500));
        sizes.push(size(&file)?);
    }
    let db = Db::sqlite(&file, &slug, Store::City, SqliteSize::default(), Arc::new(Shared::default()))?;
    for span in ["hour", "day"] {
        let limit = sql!(
            "insert into people_access_limit (city, kind, span, from_on, people, saved_ms, saved_by)
             values (?1, 'service', ?2, '2020-01-01', ?3, 1700000000000, 'system')"
        );
        db.write(move |tx| tx.put(limit, &[Param::from(span), Param::from(MAY_USE)])).await?;
    }
    drop(db);
    let grown = |at: usize| sizes[at + 1].saturating_sub(sizes[at]);
    Ok(Filled {
        residents_bytes: grown(0),
        stands_bytes: grown(1),
        history_bytes: grown(2),
        file_bytes: sizes[3],
        events: residents * 4,
        stands: residents * 3,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

fn size(file: &Path) -> Result<u64, Fault> {
    let log = file.with_extension("db-wal");
    let of = |path: &Path| std::fs::metadata(path).map(|meta| meta.len());
    Ok(of(file).map_err(Fault::internal)? + of(&log).unwrap_or(0))
}

type Statements = Vec<(&'static Sql, Value)>;

fn id(nth: i64) -> Id {
    let random = u128::from(nth.unsigned_abs()).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    Id::from_parts(START_MS + nth, random)
}

fn people(range: std::ops::Range<i64>) -> Statements {
    let rows: Vec<Value> = range
        .map(|nth| {
            json!({"id": id(nth), "no": FIRST_NO + nth, "name": "帆足 花子", "kana": "ホアシ ハナコ",
                   "mail": format!("resident{nth}@example.jp"), "household": id(nth / 2),
                   "birth": format!("{}-{:02}-{:02}", 1930 + nth % 90, 1 + nth % 12, 1 + nth % 28)})
        })
        .collect();
    let rows = Value::from(rows);
    vec![
        (
            sql!(
                "insert into people_account
                     (city, id, person_no, kind, name, kana, mail, lang, state, rev, created_ms, saved_ms, saved_by)
                 select ?1, r.id, r.no, 'resident', r.name, r.kana, r.mail, '', 'active', 1, 1700000000000,
                        1700000000000, 'system'
                 from {rows(?2, id text, no bigint, name text, kana text, mail text)} r"
            ),
            rows.clone(),
        ),
        (
            sql!(
                "insert into people_resident (city, account, household, birth, block, district, langs)
                 select ?1, r.id, r.household, r.birth, '本町1丁目', '', 'ja'
                 from {rows(?2, id text, household text, birth text)} r"
            ),
            rows,
        ),
    ]
}

fn stands(range: std::ops::Range<i64>) -> Statements {
    let rows: Vec<Value> = range
        .flat_map(|nth| {
            [("library", "given"), ("childcare", "given"), ("watch-over", "given")].map(|(purpose, state)| {
                json!({"no": FIRST_NO + nth, "purpose": purpose, "state": state, "at": START_MS + nth})
            })
        })
        .collect();
    vec![(
        sql!(
            "insert into people_consent (city, purpose, person_no, state, version, at_ms, ends_ms, reminded_ms)
             select ?1, r.purpose, r.no, r.state, 1, r.at, 0, 0
             from {rows(?2, no bigint, purpose text, state text, at bigint)} r"
        ),
        Value::from(rows),
    )]
}

fn history(range: std::ops::Range<i64>) -> Statements {
    let rows: Vec<Value> = range
        .flat_map(|nth| {
            (0i64..).zip(SAID).map(move |(at, (purpose, state))| {
                json!({"no": FIRST_NO + nth, "id": id(nth * 4 + at), "purpose": purpose, "state": state,
                       "at": START_MS + nth * 4 + at})
            })
        })
        .collect();
    vec![(
        sql!(
            "insert into people_consent_event
                 (city, person_no, id, purpose, version, state, at_ms, ends_ms, actor, acting, via, lang)
             select ?1, r.no, r.id, r.purpose, 1, r.state, r.at, 0, '', '', 'page', 'ja'
             from {rows(?2, no bigint, id text, purpose text, state text, at bigint)} r"
        ),
        Value::from(rows),
    )]
}

/// The figures in words.
pub fn told(filled: &Filled) -> String {
    let each = |bytes: u64, rows: i64| bytes / rows.max(1).unsigned_abs();
    format!(
        "filled in {:.0} s; the file has {} MB\n{} residents: {} bytes each\n{} rows that stand: {} bytes each\n\
         {} rows of history: {} bytes each",
        filled.seconds,
        filled.file_bytes / 1_000_000,
        filled.stands / 3,
        each(filled.residents_bytes, filled.stands / 3),
        filled.stands,
        each(filled.stands_bytes, filled.stands),
        filled.events,
        each(filled.history_bytes, filled.events),
    )
}
