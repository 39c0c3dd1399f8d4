//! `machiya restore`: a city out of a backup, completely or not at all.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use ground::clock::{Clock as _, MachineClock};
use ground::dump::{self, Home, on_a_thread};
use ground::fault::{Fault, Kind};

use super::backup::{grouped, program, told};
use super::reach::Server;
use super::{Desk, Outcome};
use crate::installation::key;
use crate::installation::lock::FolderLock;

#[derive(Args)]
pub struct Restore {
    #[arg(value_name = "FILE")]
    backup: PathBuf,
    #[arg(long = "as", value_name = "SLUG")]
    new_slug: Option<String>,
    #[arg(long)]
    replace: bool,
}

impl Restore {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let settings = desk.settings.clone();
        // A server keeps what it has read in memory: a city must not change under it.
        let runs = Server::find(&settings, desk.t.lang()).await.is_some();
        if runs && (self.replace || settings.database.is_none()) {
            return Err(Fault::new(Kind::Conflict, "restore-server-runs"));
        }
        make_folder(&settings.data)?;
        let lock = if runs { None } else { Some(FolderLock::take(&settings.lock_path())?) };
        let home = match &settings.database {
            Some(url) => Home::Postgres { url: url.clone(), folder: settings.data.clone() },
            None => Home::Folder(settings.data.clone()),
        };
        let (t, backup) = (desk.t.clone(), self.backup.clone());
        let restored = on_a_thread(move || {
            let slug = self.new_slug.as_deref();
            let named = slug.unwrap_or_default().to_owned();
            let now_ms = MachineClock::new().now_ms();
            let version = env!("CARGO_PKG_VERSION");
            dump::restore(
                &self.backup,
                &home,
                slug,
                self.replace,
                &program(),
                version,
                now_ms,
                &mut |count| {
                    told(&t, &named, count);
                },
            )
        })
        .await?;
        drop(lock);
        let (rows, seconds) = (grouped(restored.done.rows), format!("{:.1}", restored.done.seconds));
        let path = backup.display().to_string();
        desk.tell(
            "cli-restore-done",
            &[("city", &restored.slug), ("path", &path), ("rows", &rows), ("seconds", &seconds)],
        );
        if let Some(aside) = &restored.aside {
            desk.tell("cli-restore-aside", &[("path", &aside.display().to_string())]);
        }
        let key_path = settings.key_path();
        let shown = key_path.display().to_string();
        match (&restored.key_file, key::read(&key_path)?) {
            (Some(from_backup), there) => {
                if let Some(text) = joined(there.as_deref(), from_backup) {
                    write_key(&key_path, &text)?;
                    desk.tell("cli-restore-key-taken", &[("path", &shown)]);
                }
            }
            (None, None) => desk.tell("cli-restore-key-missing", &[("path", &shown)]),
            (None, Some(_)) => desk.tell("cli-restore-key-other", &[("path", &shown)]),
        }
        Ok(ExitCode::SUCCESS)
    }
}

pub fn make_folder(path: &Path) -> Result<(), Fault> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|fault| {
        Fault::new(Kind::Unavailable, "folder-unusable").arg("path", path.display()).arg("said", fault)
    })
}

/// The keys that are there and behind them those of the backup: the older ones still open what they sealed. `None` when
/// nothing is to be added.
fn joined(there: Option<&str>, from_backup: &str) -> Option<String> {
    let Some(there) = there else { return Some(from_backup.to_owned()) };
    let new: Vec<&str> = from_backup
        .lines()
        .filter(|line| !line.trim().is_empty() && !there.lines().any(|known| known.trim() == line.trim()))
        .collect();
    if new.is_empty() {
        return None;
    }
    Some(format!("{}\n{}\n", there.trim_end(), new.join("\n")))
}

/// Whoever reads it finds the old file or the new one, never half of one.
fn write_key(path: &Path, text: &str) -> Result<(), Fault> {
    let beside = path.with_extension("restored");
    let write = || -> std::io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|fault| Fault::new(Kind::Unavailable, "backup-unwritable").arg("why", fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_backup_stand_behind_those_that_are_there() {
        assert_eq!(joined(None, "k1 a\n").as_deref(), Some("k1 a\n"));
        assert_eq!(joined(Some("k1 a\n"), "k1 a\n"), None);
        assert_eq!(joined(Some("k2 b\n"), "k1 a\n").as_deref(), Some("k2 b\nk1 a\n"));
        assert_eq!(joined(Some("k2 b\nk1 a\n"), "k1 a\n\n"), None);
    }

    #[test]
    fn a_key_that_comes_with_a_backup_is_for_its_owner_alone() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machiya.key");
        write_key(&path, "k1 a\n").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "k1 a\n");
    }
}
