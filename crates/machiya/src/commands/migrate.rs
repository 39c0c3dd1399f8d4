//! `machiya migrate`: all cities into another database. The server only reads meanwhile, and the source stays as it is.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use ground::clock::{Clock as _, MachineClock};
use ground::dump::{self, Home, Stores, on_a_thread};
use ground::fault::{Fault, Kind};
use serde_json::{Value, json};

use super::backup::{Opened, grouped, program, told};
use super::reach::Server;
use super::restore::make_folder;
use super::{Desk, Outcome, out};
use crate::installation::lock::FolderLock;
use crate::installation::{Installation, folders};
use crate::operator::{ReadOnly, Status};
use crate::settings::Settings;

#[derive(Args)]
pub struct Migrate {
    #[arg(long = "to", value_name = "postgres://…|sqlite:FOLDER")]
    target: String,
}

impl Migrate {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let settings = &desk.settings;
        let home = home(&self.target, settings)?;
        let server = Server::find(settings, desk.t.lang()).await;
        if let Some(server) = &server {
            let before: Status =
                serde_json::from_value(server.ask("status", &Value::Null).await?).map_err(Fault::internal)?;
            let held = server.ask("hold-still", &Value::Null).await;
            desk.tell("cli-migrate-held", &[]);
            let moved = match held {
                Ok(_) => move_all(desk, &home, true).await,
                Err(fault) => Err(fault),
            };
            // Nothing has moved. A server that only read before, perhaps since an earlier move, goes on so.
            if moved.is_err() && !before.read_only {
                let input = serde_json::to_value(ReadOnly { on: false }).map_err(Fault::internal)?;
                server.ask("read-only", &input).await?;
                desk.tell("cli-read-only-off", &[]);
            }
            moved?;
        } else {
            move_all(desk, &home, false).await?;
        }
        desk.tell("cli-migrate-next", &[]);
        for line in to_set(&home, settings) {
            out(&format!("  {line}"));
        }
        desk.tell(if server.is_some() { "cli-migrate-restart" } else { "cli-migrate-start" }, &[]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Where to; refused when it is where the data is already.
fn home(target: &str, settings: &Settings) -> Result<Home, Fault> {
    let same = || Fault::new(Kind::Invalid, "migrate-same");
    if target.starts_with("postgres://") || target.starts_with("postgresql://") {
        return match &settings.database {
            Some(_) => Err(Fault::new(Kind::Invalid, "migrate-between-postgres")),
            None => Ok(Home::Postgres { url: target.to_owned(), folder: settings.data.clone() }),
        };
    }
    let folder = target.strip_prefix("sqlite:").filter(|folder| !folder.is_empty());
    let folder = folder.ok_or_else(|| Fault::new(Kind::Invalid, "migrate-target"))?;
    let folder = std::path::absolute(folder).map_err(Fault::internal)?;
    if settings.database.is_none() && std::path::absolute(&settings.data).is_ok_and(|data| data == folder) {
        return Err(same());
    }
    Ok(Home::Folder(folder))
}

/// Runs in the server: from now on it only reads, and nothing that it accepted before is still on its way.
pub async fn hold_still(installation: Arc<Installation>, _: Value) -> Result<Value, Fault> {
    installation.house.shared.set_read_only(true);
    tracing::info!("read-only: the cities are being moved");
    if let Some(url) = installation.settings.database.clone() {
        on_a_thread(move || Stores::wait_until_still(&url)).await?;
    } else {
        for city in installation.house.cities.load().by_slug.values().cloned() {
            let folder = installation.settings.data.join(&*city.slug);
            // The writers stand still once behind everything that waited for them.
            on_a_thread(move || Stores::read_live(&folder, &city)?.keep()).await?;
        }
    }
    Ok(json!({}))
}

async fn move_all(desk: &Desk, home: &Home, served: bool) -> Result<(), Fault> {
    let settings = desk.settings.clone();
    let source = match (&settings.database, served) {
        // The server holds the folder's lock and stands still: reading beside it is safe.
        (None, true) => Source::Beside(folders(&settings.data)?),
        _ => Source::Opened(Opened::without_server(&settings).await?),
    };
    let _lock = match home {
        Home::Folder(folder) => {
            make_folder(folder)?;
            let own = folder == &settings.data && served;
            if own { None } else { Some(FolderLock::take(&folder.join("machiya.lock"))?) }
        }
        Home::Postgres { .. } => None,
    };
    let slugs = source.slugs();
    if slugs.is_empty() {
        return Err(Fault::new(Kind::Missing, "no-city"));
    }
    let source = Arc::new(source);
    let now_ms = MachineClock::new().now_ms();
    for slug in slugs.clone() {
        let home = home.clone();
        on_a_thread(move || match dump::stands_in(&home, &slug, &program(), now_ms)? {
            true => Err(Fault::new(Kind::Conflict, "migrate-city-exists").arg("city", slug)),
            false => Ok(()),
        })
        .await?;
    }
    let mut moved: Vec<String> = Vec::new();
    for slug in slugs {
        if let Err(fault) = move_one(desk, &source, home, &slug).await {
            // All or none: a city that went ahead does not stay behind there.
            let home = home.clone();
            on_a_thread(move || {
                moved.iter().try_for_each(|slug| dump::take_back(&home, slug, &program(), now_ms))
            })
            .await?;
            return Err(fault);
        }
        moved.push(slug);
    }
    Ok(())
}

async fn move_one(desk: &Desk, source: &Arc<Source>, home: &Home, slug: &str) -> Result<(), Fault> {
    let (t, home, settings) = (desk.t.clone(), home.clone(), desk.settings.clone());
    let (source, moved) = (source.clone(), slug.to_owned());
    let done = on_a_thread(move || {
        let stores = source.read(&settings, &moved)?;
        let now_ms = MachineClock::new().now_ms();
        dump::move_to(stores, &home, &moved, &program(), now_ms, &mut |count| told(&t, &moved, count))
    })
    .await?;
    let rate = if done.seconds > 0.0 { done.rows as f64 / done.seconds } else { 0.0 };
    let (rows, tables) = (grouped(done.rows), done.tables.to_string());
    let (seconds, rate) = (format!("{:.1}", done.seconds), grouped(rate as u64));
    let args = [
        ("city", slug),
        ("rows", rows.as_str()),
        ("tables", tables.as_str()),
        ("seconds", seconds.as_str()),
        ("rate", rate.as_str()),
    ];
    desk.tell("cli-migrate-city", &args);
    Ok(())
}

/// Where the cities are read from.
enum Source {
    Opened(Opened),
    Beside(Vec<String>),
}

impl Source {
    fn slugs(&self) -> Vec<String> {
        match self {
            Source::Opened(opened) => opened.slugs(),
            Source::Beside(slugs) => slugs.clone(),
        }
    }

    fn read(&self, settings: &Settings, slug: &str) -> Result<Stores, Fault> {
        match self {
            Source::Opened(opened) => opened.read(settings, slug),
            Source::Beside(_) => Stores::read_folder(&settings.data.join(slug), slug),
        }
    }
}

/// The lines of `machiya.toml` that make the next start use the new place.
fn to_set(home: &Home, settings: &Settings) -> Vec<String> {
    match home {
        Home::Postgres { url, .. } => vec![format!("database = \"{}\"", without_password(url))],
        Home::Folder(folder) => {
            let mut lines = vec!["database = \"\"".to_owned(), format!("data = \"{}\"", folder.display())];
            if folder != &settings.data {
                // What is sealed opens with the same key only.
                let key = std::path::absolute(settings.key_path()).unwrap_or_else(|_| settings.key_path());
                lines.push(format!("key_file = \"{}\"", shown(&key)));
            }
            lines
        }
    }
}

fn shown(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}

/// The address as it may stand on a screen.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((who, place)) if who.contains(':') => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            format!("{scheme}://{user}:…@{place}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_password_is_not_shown() {
        assert_eq!(without_password("postgres://city:s:e@c@db/x"), "postgres://city:…@db/x");
        assert_eq!(without_password("postgres://city@db/x"), "postgres://city@db/x");
    }

    #[test]
    fn a_target_is_another_place_than_the_source() {
        let mut settings = Settings { data: PathBuf::from("/srv/machiya"), ..Settings::default() };
        assert!(matches!(home("postgres://db/x", &settings), Ok(Home::Postgres { .. })));
        assert!(matches!(home("sqlite:/srv/other", &settings), Ok(Home::Folder(_))));
        assert_eq!(home("sqlite:/srv/machiya", &settings).unwrap_err().code(), "migrate-same");
        assert_eq!(home("sqlite:", &settings).unwrap_err().code(), "migrate-target");
        assert_eq!(home("mysql://x", &settings).unwrap_err().code(), "migrate-target");
        settings.database = Some("postgres://db/x".to_owned());
        assert_eq!(home("postgres://db/y", &settings).unwrap_err().code(), "migrate-between-postgres");
        assert!(matches!(home("sqlite:/srv/machiya", &settings), Ok(Home::Folder(_))));
    }

    proptest! {
        #[test]
        fn any_target_is_read_without_a_crash(target in "(postgres://|sqlite:)?\\PC{0,30}") {
            let _ = home(&target, &Settings::default());
            let _ = without_password(&target);
        }
    }
}
