//! `machiya backup`: everything a city has, as one file, while it is served or not; and whether such a file is whole.

use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use ground::clock::{Clock as _, MachineClock};
use ground::db::{Migration, Register};
use ground::dump::{self, Count, Label, Stores, on_a_thread};
use ground::fault::{Fault, Kind};
use ground::house::migrations_of;
use ground::words::Tongue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reach::Server;
use super::{Desk, Outcome};
use crate::installation::lock::FolderLock;
use crate::installation::{Installation, folders, key};
use crate::rooms;
use crate::settings::Settings;

#[derive(Args)]
pub struct Backup {
    #[arg(long, value_name = "SLUG")]
    city: Option<String>,
    #[arg(long, conflicts_with = "city")]
    all: bool,
    #[arg(long = "to", value_name = "FOLDER|FILE")]
    into: Option<PathBuf>,
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
    #[arg(long)]
    with_key: bool,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["city", "all", "into", "keep", "with_key"])]
    verify: Option<PathBuf>,
}

/// What is asked of whoever has the data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// One city; all when none is named and `all` is set, the only one otherwise.
    pub city: Option<String>,
    pub all: bool,
    /// A folder, or the file itself when its name ends in `.machiya`.
    pub into: PathBuf,
    /// How many backups of each city stay in the folder; all when not given.
    pub keep: Option<u16>,
    pub with_key: bool,
}

/// A backup that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    pub city: String,
    pub path: PathBuf,
    pub rows: u64,
    pub bytes: u64,
    pub seconds: f64,
    /// Older ones that were removed.
    pub removed: Vec<PathBuf>,
}

impl Backup {
    pub async fn run(self, desk: &Desk) -> Outcome {
        if let Some(file) = self.verify {
            return verify(desk, file).await;
        }
        let into =
            self.into.or_else(|| desk.settings.backup_folder.clone()).unwrap_or_else(|| PathBuf::from("."));
        let ask = Ask {
            city: self.city,
            all: self.all,
            // The server stands in another folder than the person.
            into: std::path::absolute(into).map_err(Fault::internal)?,
            keep: self.keep,
            with_key: self.with_key,
        };
        let made: Vec<Made> = match Server::find(&desk.settings, desk.t.lang()).await {
            Some(server) => {
                let input = serde_json::to_value(&ask).map_err(Fault::internal)?;
                serde_json::from_value(server.ask("backup", &input).await?).map_err(Fault::internal)?
            }
            None => {
                let opened = Opened::without_server(&desk.settings).await?;
                let (settings, t) = (desk.settings.clone(), desk.t.clone());
                on_a_thread(move || {
                    back_up(&opened, &settings, &ask, &mut |slug, count| told(&t, slug, count))
                })
                .await?
            }
        };
        for one in &made {
            let (path, rows) = (one.path.display().to_string(), grouped(one.rows));
            let (size, seconds) = (size(one.bytes), format!("{:.1}", one.seconds));
            let args = [
                ("city", one.city.as_str()),
                ("path", &path),
                ("rows", &rows),
                ("size", &size),
                ("seconds", &seconds),
            ];
            desk.tell("cli-backup-made", &args);
            for old in &one.removed {
                desk.tell("cli-backup-removed", &[("path", &old.display().to_string())]);
            }
        }
        if self.with_key {
            desk.tell("cli-backup-with-key", &[]);
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn verify(desk: &Desk, file: PathBuf) -> Outcome {
    let path = file.display().to_string();
    let (header, done) = on_a_thread(move || dump::verify(&file, &program(), &mut |_| {})).await?;
    let (rows, tables, size) = (grouped(done.rows), done.tables.to_string(), size(done.bytes));
    desk.tell(
        "cli-backup-whole",
        &[
            ("path", &path),
            ("city", &header.city),
            ("created", &header.created),
            ("version", &header.machiya),
            ("rows", &rows),
            ("tables", &tables),
            ("size", &size),
        ],
    );
    if header.with_key {
        desk.tell("cli-backup-with-key", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs in the server.
pub async fn operate(installation: Arc<Installation>, input: Value) -> Result<Value, Fault> {
    let ask: Ask = ground::validate::read(input)?;
    let made = of_installation(&installation, ask).await?;
    serde_json::to_value(made).map_err(Fault::internal)
}

async fn of_installation(installation: &Arc<Installation>, ask: Ask) -> Result<Vec<Made>, Fault> {
    let opened = Opened::Served(installation.clone());
    let settings = installation.settings.clone();
    let made = on_a_thread(move || back_up(&opened, &settings, &ask, &mut |_, _| {})).await?;
    for one in &made {
        tracing::info!(
            city = one.city,
            rows = one.rows,
            bytes = one.bytes,
            seconds = one.seconds,
            "backed up"
        );
    }
    Ok(made)
}

/// Where the cities are read from.
pub enum Opened {
    /// By the process that serves them.
    Served(Arc<Installation>),
    /// From a data folder that nobody serves. Nothing is brought up to date on the way: what is there is what is read.
    Folder { slugs: Vec<String>, _lock: FolderLock },
    /// From the database, whoever serves it.
    Database { slugs: Vec<String>, url: String },
}

impl Opened {
    pub async fn without_server(settings: &Arc<Settings>) -> Result<Opened, Fault> {
        if let Some(url) = &settings.database {
            let cities = Register::of_postgres(url)?.cities().await?;
            return Ok(Opened::Database {
                slugs: cities.into_iter().map(|(slug, _)| slug).collect(),
                url: url.clone(),
            });
        }
        if !settings.data.is_dir() {
            return Err(Fault::new(Kind::Missing, "no-city"));
        }
        let lock = FolderLock::take(&settings.lock_path())?;
        Ok(Opened::Folder { slugs: folders(&settings.data)?, _lock: lock })
    }

    pub fn slugs(&self) -> Vec<String> {
        match self {
            Opened::Served(installation) => {
                installation.house.cities.load().by_slug.keys().map(ToString::to_string).collect()
            }
            Opened::Folder { slugs, .. } | Opened::Database { slugs, .. } => slugs.clone(),
        }
    }

    /// One city, at one moment. Blocks.
    pub fn read(&self, settings: &Settings, slug: &str) -> Result<Stores, Fault> {
        match self {
            Opened::Served(installation) => match &settings.database {
                Some(url) => Stores::read_postgres(url, slug),
                None => Stores::read_live(&settings.data.join(slug), &*installation.city(slug)?),
            },
            Opened::Folder { .. } => Stores::read_folder(&settings.data.join(slug), slug),
            Opened::Database { url, .. } => Stores::read_postgres(url, slug),
        }
    }
}

/// The cities that are meant, of those that are there.
fn chosen(known: Vec<String>, ask: &Ask) -> Result<Vec<String>, Fault> {
    let listed = known.join(", ");
    match &ask.city {
        Some(slug) if known.contains(slug) => Ok(vec![slug.clone()]),
        Some(slug) => Err(Fault::new(Kind::Missing, "city-unknown").arg("city", slug).arg("known", listed)),
        None if known.is_empty() => Err(Fault::new(Kind::Missing, "no-city")),
        None if ask.all || known.len() == 1 => Ok(known),
        None => Err(Fault::new(Kind::Invalid, "which-city").arg("known", listed)),
    }
}

type Tell<'t> = &'t mut (dyn FnMut(&str, &Count) + Send);

fn back_up(opened: &Opened, settings: &Settings, ask: &Ask, tell: Tell<'_>) -> Result<Vec<Made>, Fault> {
    let program = program();
    let is_file = !ask.all && ask.into.extension().is_some_and(|ending| ending == "machiya");
    if !is_file {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&ask.into);
        made.map_err(|fault| Fault::new(Kind::Unavailable, "backup-unwritable").arg("why", fault))?;
    }
    let key_file = if ask.with_key { key::read(&settings.key_path())? } else { None };
    let mut made = Vec::new();
    for slug in chosen(opened.slugs(), ask)? {
        let mut stores = opened.read(settings, &slug)?;
        let now_ms = MachineClock::new().now_ms();
        let path = if is_file {
            ask.into.clone()
        } else {
            ask.into.join(dump::file_name_of(&slug, now_ms, &dump::zone_of(&mut stores, &program)?))
        };
        let label = Label {
            machiya: env!("CARGO_PKG_VERSION"),
            slug: slug.clone(),
            now_ms,
            key_file: key_file.clone(),
        };
        let done = dump::backup(stores, &program, &label, &path, &mut |count| tell(&slug, count))?;
        let removed = match ask.keep {
            Some(keep) if !is_file => dump::keep_newest(&ask.into, &slug, keep.into())?,
            _ => Vec::new(),
        };
        made.push(Made {
            city: slug,
            path,
            rows: done.rows,
            bytes: done.bytes,
            seconds: done.seconds,
            removed,
        });
    }
    Ok(made)
}

/// Every migration of the program: what it can read.
pub fn program() -> Vec<Migration> {
    migrations_of(rooms::ALL)
}

/// Says how far it has come: a line for each large table, and one on the way through it.
pub fn told(t: &Tongue, slug: &str, count: &Count) {
    const WORTH_A_LINE_ROWS: u64 = 20_000;
    if count.rows_here < WORTH_A_LINE_ROWS {
        return;
    }
    let per_second = if count.seconds > 0.0 { count.rows as f64 / count.seconds } else { 0.0 };
    let (rows, rate) = (grouped(count.rows_here), grouped(per_second as u64));
    let word = if count.table_is_done { "cli-dump-table-done" } else { "cli-dump-table" };
    let line = t.tf(word, &[("city", slug), ("table", &count.table), ("rows", &rows), ("rate", &rate)]);
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// 1234567 as 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} KB", bytes.div_ceil(1_000));
    }
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(city: Option<&str>, all: bool) -> Ask {
        Ask { city: city.map(str::to_owned), all, into: PathBuf::new(), keep: None, with_key: false }
    }

    #[test]
    fn a_city_must_be_named_where_there_are_several() {
        let known = || vec!["aoba".to_owned(), "midori".to_owned()];
        assert_eq!(chosen(known(), &ask(Some("aoba"), false)).unwrap(), ["aoba"]);
        assert_eq!(chosen(known(), &ask(None, true)).unwrap(), known());
        assert_eq!(chosen(known(), &ask(None, false)).unwrap_err().code(), "which-city");
        assert_eq!(chosen(known(), &ask(Some("other"), false)).unwrap_err().code(), "city-unknown");
        assert_eq!(chosen(vec!["aoba".to_owned()], &ask(None, false)).unwrap(), ["aoba"]);
        assert_eq!(chosen(Vec::new(), &ask(None, true)).unwrap_err().code(), "no-city");
    }

    #[test]
    fn numbers_are_grouped_for_reading() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
