//! The carrying itself: into a file, out of a file, and from one database to the other.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::derived;
use super::file::{Backup, FORMAT, Header, Piece, Writer, cannot_write};
use super::places::{Homeward, Outward};
use super::row::{self, Tally};
use crate::city::slug_is_good;
use crate::clock::Stopwatch;
use crate::db::bulk::{self, Stores, Table, tables};
use crate::db::{Migration, Param, Store};
use crate::fault::{Fault, Kind};

/// Rows between two reports.
const REPORT_ROWS: u64 = 20_000;

/// How far the carrying has come.
#[derive(Clone, Debug)]
pub struct Count {
    pub table: String,
    pub rows_here: u64,
    pub rows: u64,
    pub seconds: f64,
    pub table_is_done: bool,
}

/// Is told how far the carrying has come.
pub type Watch<'w> = &'w mut (dyn FnMut(&Count) + Send);

/// What was carried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Done {
    pub tables: usize,
    pub rows: u64,
    /// The size of the file; 0 where there is none.
    pub bytes: u64,
    pub seconds: f64,
}

/// What is written on the outside of a backup.
#[derive(Clone, Debug)]
pub struct Label {
    /// The version of the program.
    pub machiya: &'static str,
    pub slug: String,
    pub now_ms: i64,
    /// The key file's text, if it is to be taken along.
    pub key_file: Option<String>,
}

/// Where a city is to live.
#[derive(Clone, Debug)]
pub enum Home {
    /// A data folder, whose lock the caller holds.
    Folder(PathBuf),
    /// A database; the folder is for what has to be put down on the way.
    Postgres { url: String, folder: PathBuf },
}

struct Progress<'w> {
    watch: Watch<'w>,
    count: Count,
    clock: Stopwatch,
    tables: usize,
}

impl<'w> Progress<'w> {
    fn new(watch: Watch<'w>) -> Progress<'w> {
        let count = Count { table: String::new(), rows_here: 0, rows: 0, seconds: 0.0, table_is_done: false };
        Progress { watch, count, clock: Stopwatch::new(), tables: 0 }
    }

    fn begin(&mut self, table: &Table) {
        self.tables += 1;
        self.count.table.clone_from(&table.name);
        self.count.rows_here = 0;
        self.count.table_is_done = false;
    }

    fn row(&mut self) {
        self.count.rows_here += 1;
        self.count.rows += 1;
        if self.count.rows_here.is_multiple_of(REPORT_ROWS) {
            self.tell();
        }
    }

    fn end(&mut self) {
        self.count.table_is_done = true;
        self.tell();
    }

    fn tell(&mut self) {
        self.count.seconds = self.clock.seconds();
        (self.watch)(&self.count);
    }

    fn done(&self, bytes: u64) -> Done {
        Done { tables: self.tables, rows: self.count.rows, bytes, seconds: self.clock.seconds() }
    }
}

/// Which of the program's migrations have run there; a fault when others have.
fn level(program: &[Migration], done: &[bulk::Done]) -> Result<Vec<Migration>, Fault> {
    for one in done {
        let name = || format!("{}/{}/{} {}", one.room, one.store, one.number, one.name);
        let known = program.iter().find(|migration| {
            (migration.room, migration.store.name(), migration.number)
                == (one.room.as_str(), one.store.as_str(), one.number)
        });
        let Some(known) = known else {
            return Err(Fault::new(Kind::Conflict, "data-newer").arg("migration", name()));
        };
        if bulk::Done::of(known).checksum != one.checksum {
            return Err(Fault::new(Kind::Conflict, "migration-changed").arg("migration", name()));
        }
    }
    let has_run = |migration: &&Migration| done.contains(&bulk::Done::of(migration));
    Ok(program.iter().filter(has_run).copied().collect())
}

/// `aoba-20261120-031500.machiya`: the city and the moment, on the city's own clock.
pub fn file_name_of(slug: &str, at_ms: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{slug}-{}.machiya", at.to_zoned(zone.clone()).strftime("%Y%m%d-%H%M%S"))
}

/// The city's own clock, by which its backups are named.
pub fn zone_of(stores: &mut Stores, program: &[Migration]) -> Result<TimeZone, Fault> {
    let known = tables(program, derived::TABLES)?;
    let mut zone = TimeZone::UTC;
    let Some(table) = known.iter().find(|table| table.name == "ground_city") else { return Ok(zone) };
    stores.each(table, &mut |row| {
        if let Some(Param::Text(text)) = table.place_of("facts").and_then(|place| row.get(place))
            && let Ok(facts) = serde_json::from_str::<serde_json::Value>(text)
            && let Some(named) = facts.get("zone").and_then(serde_json::Value::as_str)
        {
            zone = TimeZone::get(named).unwrap_or(TimeZone::UTC);
        }
        Ok(())
    })?;
    Ok(zone)
}

/// Removes all but the newest backups of a city from a folder; answers which. Other files are never touched.
pub fn keep_newest(folder: &Path, slug: &str, count: usize) -> Result<Vec<PathBuf>, Fault> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot_write)? {
        let entry = entry.map_err(cannot_write)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_stamped(&name, slug) {
            found.push(name);
        }
    }
    // The stamp sorts as time does.
    found.sort();
    let too_many = found.len().saturating_sub(count.max(1));
    let gone: Vec<PathBuf> = found.into_iter().take(too_many).map(|name| folder.join(name)).collect();
    for path in &gone {
        fs::remove_file(path).map_err(cannot_write)?;
    }
    Ok(gone)
}

fn is_stamped(name: &str, slug: &str) -> bool {
    let stamp = name.strip_prefix(slug).and_then(|rest| rest.strip_prefix('-'));
    let Some(stamp) = stamp.and_then(|rest| rest.strip_suffix(".machiya")) else { return false };
    let fits =
        |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    stamp.split_once('-').is_some_and(|(day, time)| fits(day, 8) && fits(time, 6))
}

/// Whether the city lives there.
pub fn city_stands(stores: &mut Stores, program: &[Migration]) -> Result<bool, Fault> {
    let known = tables(program, derived::TABLES)?;
    match known.iter().find(|table| table.name == "ground_city") {
        Some(table) => Ok(stores.count(table)? > 0),
        None => Ok(false),
    }
}

/// Writes a backup. The file appears under its name when it is complete and safe on disk.
pub fn backup(
    mut stores: Stores,
    program: &[Migration],
    label: &Label,
    into: &Path,
    watch: Watch<'_>,
) -> Result<Done, Fault> {
    let exists = || Fault::new(Kind::Conflict, "backup-exists").arg("path", into.display());
    if into.exists() {
        return Err(exists());
    }
    let mut beside = into.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    // It holds what the city holds: for its owner's eyes only.
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
    let file = opened.map_err(|fault| match fault.kind() {
        ErrorKind::AlreadyExists => exists(),
        _ => cannot_write(fault),
    })?;
    let written = write_backup(&mut stores, program, label, file, watch);
    let placed = written.and_then(|done| {
        fs::rename(&beside, into).map_err(cannot_write)?;
        sync_folder_of(into)?;
        Ok(done)
    });
    if placed.is_err() {
        // What is left of a failed backup is worth nothing; if it stays, its name says so.
        let _ = fs::remove_file(&beside);
    }
    stores.keep()?;
    placed
}

fn write_backup(
    stores: &mut Stores,
    program: &[Migration],
    label: &Label,
    file: File,
    watch: Watch<'_>,
) -> Result<Done, Fault> {
    let migrations = stores.migrations()?;
    let level = level(program, &migrations)?;
    let all = tables(&level, derived::TABLES)?;
    if !city_stands(stores, &level)? {
        return Err(Fault::new(Kind::Missing, "backup-no-city").arg("city", &label.slug));
    }
    let at = Timestamp::from_millisecond(label.now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let header = Header {
        machiya_backup: FORMAT,
        machiya: label.machiya.to_owned(),
        city: label.slug.clone(),
        from: stores.kind().to_owned(),
        created: at.to_string(),
        created_ms: label.now_ms,
        stores: Store::ALL.map(|store| store.name().to_owned()).to_vec(),
        migrations,
        with_key: label.key_file.is_some(),
    };
    let mut progress = Progress::new(watch);
    let mut writer = Writer::new(BufWriter::new(file), &header, label.key_file.as_deref())?;
    for table in &all {
        progress.begin(table);
        writer.begin(table)?;
        let mut outward = Outward::new(stores, table)?;
        stores.each(table, &mut |mut row| {
            outward.turn(&mut row)?;
            progress.row();
            writer.row(table, &row)
        })?;
        writer.end()?;
        progress.end();
    }
    let (mut buffer, bytes) = writer.finish()?;
    buffer.flush().map_err(cannot_write)?;
    let file = buffer.into_inner().map_err(|fault| cannot_write(fault.into_error()))?;
    file.sync_all().map_err(cannot_write)?;
    Ok(progress.done(bytes))
}

fn sync_folder_of(path: &Path) -> Result<(), Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot_write)
}

/// A backup that was read to its end and found whole, and fits this program.
struct Checked {
    backup: Backup<File>,
    level: Vec<Migration>,
    tables: Vec<Table>,
    done: Done,
    key_file: Option<String>,
}

fn check(path: &Path, program: &[Migration], watch: Watch<'_>) -> Result<Checked, Fault> {
    let file = File::open(path)
        .map_err(|fault| Fault::new(Kind::Missing, "backup-unreadable").arg("why", &fault).detail(fault))?;
    let bytes = file.metadata().map_or(0, |meta| meta.len());
    let mut backup = Backup::open(file)?;
    let level = level(program, &backup.header().migrations)?;
    let tables = tables(&level, derived::TABLES)?;
    let mut key_file = None;
    let mut progress = Progress::new(watch);
    backup.walk(&tables, &mut |piece| {
        match piece {
            Piece::Key(text) => key_file = Some(text.to_owned()),
            Piece::Begin(table) => progress.begin(table),
            Piece::Row(..) => progress.row(),
            Piece::End(..) => progress.end(),
        }
        Ok(())
    })?;
    let done = progress.done(bytes);
    Ok(Checked { backup, level, tables, done, key_file })
}

/// Reads a backup to its end: a fault when anything in it is not as it was written.
pub fn verify(path: &Path, program: &[Migration], watch: Watch<'_>) -> Result<(Header, Done), Fault> {
    let checked = check(path, program, watch)?;
    Ok((checked.backup.header().clone(), checked.done))
}

/// What a backup holds of each table, whatever order the rows lie in: two backups of the same city compare equal.
pub fn contents(path: &Path, program: &[Migration]) -> Result<BTreeMap<String, Tally>, Fault> {
    let mut checked = check(path, program, &mut |_| {})?;
    let tables = std::mem::take(&mut checked.tables);
    let mut held: BTreeMap<String, Tally> = BTreeMap::new();
    let mut line = Vec::new();
    checked.backup.walk(&tables, &mut |piece| {
        match piece {
            Piece::Begin(table) => {
                held.insert(table.name.clone(), Tally::default());
            }
            Piece::Row(table, row) => {
                line.clear();
                row::write(table, &row, &mut line)?;
                held.entry(table.name.clone()).or_default().add(&line);
            }
            Piece::Key(_) | Piece::End(..) => {}
        }
        Ok(())
    })?;
    Ok(held)
}

/// What a restore left.
#[derive(Clone, Debug)]
pub struct Restored {
    pub slug: String,
    pub done: Done,
    /// Where the city that stood there before went: a folder, or a backup.
    pub aside: Option<PathBuf>,
    /// The key file that came with the backup.
    pub key_file: Option<String>,
}

/// Restores a city. It is there completely or not at all; one that stands there already is moved aside first when
/// `replace` says so, and otherwise nothing is done. Everything but the second reading of the file comes after the
/// whole of it was checked.
#[expect(clippy::too_many_arguments, reason = "each is a separate word of the command")]
pub fn restore(
    path: &Path,
    home: &Home,
    rename: Option<&str>,
    replace: bool,
    program: &[Migration],
    machiya: &'static str,
    now_ms: i64,
    watch: Watch<'_>,
) -> Result<Restored, Fault> {
    let mut checked = check(path, program, watch)?;
    let slug = rename.unwrap_or(&checked.backup.header().city).to_owned();
    if !slug_is_good(&slug) {
        return Err(Fault::new(Kind::Invalid, "restore-slug").arg("city", slug));
    }
    let key_file = checked.key_file.take();
    let (done, aside) = match home {
        Home::Folder(data) => into_folder(&mut checked, data, &slug, replace, program, now_ms, watch)?,
        Home::Postgres { url, folder } => {
            let label = Label { machiya, slug: slug.clone(), now_ms, key_file: None };
            into_postgres(&mut checked, url, folder, replace, program, &label, watch)?
        }
    };
    Ok(Restored { slug, done, aside, key_file })
}

fn city_exists(slug: &str) -> Fault {
    Fault::new(Kind::Conflict, "restore-city-exists").arg("city", slug)
}

type Arrived = (Done, Option<PathBuf>);

fn into_folder(
    checked: &mut Checked,
    data: &Path,
    slug: &str,
    replace: bool,
    program: &[Migration],
    now_ms: i64,
    watch: Watch<'_>,
) -> Result<Arrived, Fault> {
    let place = data.join(slug);
    if place.exists() && !replace {
        return Err(city_exists(slug));
    }
    // No slug begins with a point: nobody takes this for a city, and what a stopped restore left is cleared away here.
    let beside = data.join(format!(".restoring-{slug}"));
    clear_folder(&beside)?;
    let filled = fill_folder(checked, &beside, slug, program, now_ms, watch);
    let placed = filled.and_then(|done| {
        let mut aside = None;
        if place.exists() {
            let old = data
                .join(format!(".replaced-{}", without_ending(&file_name_of(slug, now_ms, &TimeZone::UTC))));
            fs::rename(&place, &old).map_err(cannot_write)?;
            aside = Some(old);
        }
        if let Err(fault) = fs::rename(&beside, &place) {
            if let Some(old) = &aside {
                fs::rename(old, &place).map_err(cannot_write)?;
            }
            return Err(cannot_write(fault));
        }
        sync_folder_of(&place)?;
        Ok((done, aside))
    });
    if placed.is_err() {
        clear_folder(&beside)?;
    }
    placed
}

fn without_ending(name: &str) -> &str {
    name.strip_suffix(".machiya").unwrap_or(name)
}

fn clear_folder(path: &Path) -> Result<(), Fault> {
    match fs::remove_dir_all(path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(cannot_write(fault)),
        _ => Ok(()),
    }
}

/// Fills a folder that nobody else knows: first with the tables as the backup knows them, then brought up to date.
fn fill_folder(
    checked: &mut Checked,
    folder: &Path,
    slug: &str,
    program: &[Migration],
    now_ms: i64,
    watch: Watch<'_>,
) -> Result<Done, Fault> {
    fs::DirBuilder::new().mode(0o700).recursive(true).create(folder).map_err(cannot_write)?;
    let mut stores = Stores::fill_folder(folder, slug, &checked.level, now_ms)?;
    let done = unpack(checked, &mut stores, slug, watch)?;
    stores.keep()?;
    let mut stores = Stores::fill_folder(folder, slug, program, now_ms)?;
    derived::rebuild(&mut stores)?;
    stores.keep()?;
    Ok(done)
}

fn into_postgres(
    checked: &mut Checked,
    url: &str,
    folder: &Path,
    replace: bool,
    program: &[Migration],
    label: &Label,
    watch: Watch<'_>,
) -> Result<Arrived, Fault> {
    let slug = label.slug.as_str();
    let mut stores = Stores::fill_postgres(url, slug, program, label.now_ms)?;
    let all = tables(program, derived::TABLES)?;
    let mut aside = None;
    if city_stands(&mut stores, program)? {
        if !replace {
            return Err(city_exists(slug));
        }
        let old = folder.join(format!("replaced-{}", file_name_of(slug, label.now_ms, &TimeZone::UTC)));
        backup(Stores::read_postgres(url, slug)?, program, label, &old, watch)?;
        aside = Some(old);
        for table in &all {
            stores.clear(table)?;
        }
    }
    let done = if checked.level.len() == program.len() {
        unpack(checked, &mut stores, slug, watch)?
    } else {
        // The database's tables are newer than the backup's: it is brought up to date in a folder first.
        let beside = folder.join(format!(".restoring-{slug}"));
        clear_folder(&beside)?;
        let carried = fill_folder(checked, &beside, slug, program, label.now_ms, watch).and_then(|_| {
            let mut source = Stores::read_folder(&beside, slug)?;
            carry(&mut source, &mut stores, &all, watch)
        });
        clear_folder(&beside)?;
        carried?
    };
    derived::rebuild(&mut stores)?;
    stores.keep()?;
    Ok((done, aside))
}

/// Writes all rows of a checked backup into empty tables.
fn unpack(checked: &mut Checked, stores: &mut Stores, slug: &str, watch: Watch<'_>) -> Result<Done, Fault> {
    let renamed = checked.backup.header().city != slug;
    let mut progress = Progress::new(watch);
    let mut homeward: Option<Homeward> = None;
    let tables = std::mem::take(&mut checked.tables);
    checked.backup.walk(&tables, &mut |piece| {
        match piece {
            Piece::Key(_) => {}
            Piece::Begin(table) => {
                progress.begin(table);
                homeward = Some(Homeward::new(table));
            }
            Piece::Row(table, mut row) => {
                progress.row();
                if let Some(homeward) = &mut homeward {
                    homeward.turn(stores, &mut row)?;
                }
                if renamed {
                    give_up_hosts(table, &mut row);
                }
                stores.put(table, &row)?;
            }
            Piece::End(table, rows) => {
                let there = stores.count(table)?;
                if u64::try_from(there) != Ok(rows) {
                    return Err(differs(&table.name));
                }
                progress.end();
            }
        }
        Ok(())
    })?;
    Ok(progress.done(checked.done.bytes))
}

fn differs(table: &str) -> Fault {
    Fault::new(Kind::Internal, "move-differs").arg("table", table)
}

/// A city under another slug does not take the first one's host names from it.
fn give_up_hosts(table: &Table, row: &mut [Param]) {
    if table.name != "ground_city" {
        return;
    }
    let Some(Param::Text(text)) = table.place_of("facts").and_then(|place| row.get_mut(place)) else {
        return;
    };
    if let Ok(serde_json::Value::Object(mut facts)) = serde_json::from_str(text) {
        facts.insert("hosts".to_owned(), serde_json::json!([]));
        *text = serde_json::Value::Object(facts).to_string();
    }
}

/// Moves a city into another database, in which it must not stand yet, and compares both sides before it is kept.
/// The source stays as it is; nobody may write to it meanwhile.
pub fn move_to(
    mut source: Stores,
    home: &Home,
    slug: &str,
    program: &[Migration],
    now_ms: i64,
    watch: Watch<'_>,
) -> Result<Done, Fault> {
    let level = level(program, &source.migrations()?)?;
    if let Some(open) =
        program.iter().find(|one| !level.iter().any(|run| bulk::Done::of(run) == bulk::Done::of(one)))
    {
        return Err(Fault::new(Kind::Conflict, "move-upgrade-first").arg("migration", open.name));
    }
    if !city_stands(&mut source, program)? {
        return Err(Fault::new(Kind::Missing, "backup-no-city").arg("city", slug));
    }
    let all = tables(program, derived::TABLES)?;
    match home {
        Home::Postgres { url, .. } => {
            let mut target = Stores::fill_postgres(url, slug, program, now_ms)?;
            if city_stands(&mut target, program)? {
                return Err(city_exists(slug));
            }
            let done = carry(&mut source, &mut target, &all, watch)?;
            derived::rebuild(&mut target)?;
            target.keep()?;
            Ok(done)
        }
        Home::Folder(data) => {
            let place = data.join(slug);
            if place.exists() {
                return Err(city_exists(slug));
            }
            let beside = data.join(format!(".restoring-{slug}"));
            clear_folder(&beside)?;
            fs::DirBuilder::new().mode(0o700).recursive(true).create(&beside).map_err(cannot_write)?;
            let moved = Stores::fill_folder(&beside, slug, program, now_ms).and_then(|mut target| {
                let done = carry(&mut source, &mut target, &all, watch)?;
                derived::rebuild(&mut target)?;
                target.keep()?;
                fs::rename(&beside, &place).map_err(cannot_write)?;
                sync_folder_of(&place)?;
                Ok(done)
            });
            if moved.is_err() {
                clear_folder(&beside)?;
            }
            moved
        }
    }
}

/// Whether a city of this name lives there already.
pub fn stands_in(home: &Home, slug: &str, program: &[Migration], now_ms: i64) -> Result<bool, Fault> {
    match home {
        Home::Folder(data) => Ok(data.join(slug).exists()),
        Home::Postgres { url, .. } => {
            let mut stores = Stores::fill_postgres(url, slug, program, now_ms)?;
            let stands = city_stands(&mut stores, program)?;
            stores.keep()?;
            Ok(stands)
        }
    }
}

/// Takes a city away that was moved there just now and is not to stay, because another could not follow.
pub fn take_back(home: &Home, slug: &str, program: &[Migration], now_ms: i64) -> Result<(), Fault> {
    match home {
        Home::Folder(data) => clear_folder(&data.join(slug)),
        Home::Postgres { url, .. } => {
            let mut stores = Stores::fill_postgres(url, slug, program, now_ms)?;
            for table in tables(program, derived::TABLES)? {
                stores.clear(&table)?;
            }
            derived::rebuild(&mut stores)?;
            stores.keep()
        }
    }
}

/// Carries all rows from one database to the other, and compares table by table what is on both sides now.
fn carry(source: &mut Stores, target: &mut Stores, all: &[Table], watch: Watch<'_>) -> Result<Done, Fault> {
    let mut progress = Progress::new(watch);
    let mut line = Vec::new();
    let mut sent = Vec::new();
    for table in all {
        progress.begin(table);
        let mut outward = Outward::new(source, table)?;
        let mut homeward = Homeward::new(table);
        let mut tally = Tally::default();
        source.each(table, &mut |mut row| {
            outward.turn(&mut row)?;
            line.clear();
            row::write(table, &row, &mut line)?;
            tally.add(&line);
            progress.row();
            homeward.turn(target, &mut row)?;
            target.put(table, &row)
        })?;
        sent.push(tally);
        progress.end();
    }
    for (table, sent) in all.iter().zip(sent) {
        if tally(target, table)? != sent {
            return Err(differs(&table.name));
        }
    }
    Ok(progress.done(0))
}

/// What the city has in a table, in the form that means the same everywhere.
fn tally(stores: &mut Stores, table: &Table) -> Result<Tally, Fault> {
    let mut outward = Outward::new(stores, table)?;
    let mut tally = Tally::default();
    let mut line = Vec::new();
    stores.each(table, &mut |mut row| {
        outward.turn(&mut row)?;
        line.clear();
        row::write(table, &row, &mut line)?;
        tally.add(&line);
        Ok(())
    })?;
    Ok(tally)
}
