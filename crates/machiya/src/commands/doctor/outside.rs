//! What the machine and the settings show.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ground::clock::{Clock as _, MachineClock, Stopwatch};
use ground::db::{Store, look_postgres, look_sqlite};
use ground::fault::{Fault, Kind};
use ground::house::migrations_of;

use super::{Desk, Finding};
use crate::installation::{folders, key, outside};
use crate::rooms;
use crate::settings::{ContextAccess, Settings, Source, TABLE, size_text};

const DISK_BAD_BYTES: u64 = 256 << 20;
const DISK_HINT_BYTES: u64 = 2 << 30;
const FSYNC_HINT_MS: f64 = 20.0;
const FSYNC_BAD_MS: f64 = 200.0;
const FSYNC_TIMES: usize = 9;
/// Files that a server opens besides its connections.
const FILES_BESIDES: u64 = 256;
const KEY_DAYS_MAX: i64 = 730;
const DAY_MS: i64 = 86_400_000;
/// Clocks of two machines may differ by this much.
const CLOCK_MS_MAX: i64 = 5_000;

/// Whether there is something to look at that opening would not first have to make.
pub fn has_data(settings: &Settings) -> bool {
    settings.key_path().exists() && (settings.database.is_some() || folders(&settings.data).is_ok())
}

/// Would it start? Changes nothing.
pub async fn basics(desk: &Desk) -> Vec<Finding> {
    let settings = &desk.settings;
    let mut findings = vec![Finding::good("settings").arg("count", desk.loaded.given.len())];
    findings.push(data_folder(&settings.data));
    let known = folders(&settings.data).unwrap_or_default();
    findings.push(match key::read(&settings.key_path()) {
        Ok(Some(_)) => Finding::good("key"),
        Ok(None) if known.is_empty() && settings.database.is_none() => {
            Finding::good("key-to-be-made").arg("path", settings.key_path().display())
        }
        Ok(None) => Finding::of_fault(
            desk,
            &Fault::new(Kind::Invalid, "key-missing").arg("path", settings.key_path().display()),
        ),
        Err(fault) => Finding::of_fault(desk, &fault),
    });
    for (what, path) in [("certificate", &settings.tls_certificate), ("key", &settings.tls_key)] {
        if let Some(path) = path
            && let Err(fault) = File::open(path)
        {
            findings.push(
                Finding::bad("tls-file").arg("what", what).arg("path", path.display()).arg("said", fault),
            );
        }
    }
    findings.extend(databases(desk, &known).await);
    findings
}

fn data_folder(data: &Path) -> Finding {
    let named = |finding: Finding| finding.arg("path", data.display());
    let meta = match std::fs::metadata(data) {
        Ok(meta) => meta,
        // Where nothing is yet, the first start makes it; the nearest folder that is there must allow that.
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
            let nearest =
                data.ancestors().skip(1).find(|folder| folder.as_os_str().is_empty() || folder.exists());
            let nearest = nearest.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return named(match rustix::fs::access(nearest, rustix::fs::Access::WRITE_OK) {
                Ok(()) => Finding::good("folder-to-be-made"),
                Err(fault) => Finding::bad("folder-unwritable").arg("said", fault),
            });
        }
        Err(fault) => return named(Finding::bad("folder-unwritable").arg("said", fault)),
    };
    if !meta.is_dir() {
        return named(Finding::bad("folder-is-no-folder"));
    }
    match rustix::fs::access(data, rustix::fs::Access::WRITE_OK) {
        Err(fault) => named(Finding::bad("folder-unwritable").arg("said", fault)),
        Ok(()) if meta.mode() & 0o077 != 0 => {
            named(Finding::hint("folder-open").arg("mode", format!("{:03o}", meta.mode() & 0o777)))
        }
        Ok(()) => named(Finding::good("folder")),
    }
}

async fn databases(desk: &Desk, known: &[String]) -> Vec<Finding> {
    let migrations = migrations_of(rooms::ALL);
    let mut findings = Vec::new();
    let fits = |look: ground::db::Look, name: &str| {
        if look.to_run.is_empty() {
            Finding::good("database").arg("name", name).arg("version", look.version)
        } else {
            Finding::good("database-to-migrate").arg("name", name).arg("steps", look.to_run.join(", "))
        }
    };
    if let Some(url) = &desk.settings.database {
        match look_postgres(url, &migrations).await {
            Ok(look) if !look.is_new_enough => {
                findings.push(Finding::bad("postgres-old").arg("version", look.version));
            }
            Ok(look) => {
                let apart_ms =
                    look.clock_ms.map_or(0, |theirs| (MachineClock::new().now_ms() - theirs).abs());
                if apart_ms > CLOCK_MS_MAX {
                    findings.push(Finding::bad("clocks-apart").arg("seconds", apart_ms / 1_000));
                }
                findings.push(fits(look, "PostgreSQL"));
            }
            Err(fault) => findings.push(Finding::of_fault(desk, &fault)),
        }
        return findings;
    }
    for slug in known {
        for store in Store::ALL {
            let path = desk.settings.data.join(slug).join(format!("{}.db", store.name()));
            if !path.exists() {
                continue;
            }
            findings.push(match look_sqlite(&path, store, &migrations) {
                Ok(look) => fits(look, &format!("{slug}/{}.db", store.name())),
                Err(fault) => Finding::of_fault(desk, &fault.arg("path", path.display())),
            });
        }
    }
    findings
}

/// The machine, the settings taken together, and the backups.
pub async fn surroundings(desk: &Desk) -> Vec<Finding> {
    let settings = &desk.settings;
    let mut findings = Vec::new();
    if settings.data.is_dir() {
        findings.extend(disk(&settings.data));
        findings.push(fsync(&settings.data));
        findings.extend(clock(&settings.data));
    }
    findings.extend(open_files(settings));
    findings.extend(key_age(settings));
    findings.extend(unsafe_settings(desk));
    findings.extend(mail(desk).await);
    findings.extend(backups(settings));
    findings
}

fn disk(data: &Path) -> Option<Finding> {
    let space = rustix::fs::statvfs(data).ok()?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let unit = if free >= 10 << 30 { 30 } else { 20 };
    let shown = size_text((free >> unit) << unit);
    Some(match free {
        free if free < DISK_BAD_BYTES => Finding::bad("disk-full").arg("free", shown),
        free if free < DISK_HINT_BYTES => Finding::hint("disk-low").arg("free", shown),
        _ => Finding::good("disk").arg("free", shown),
    })
}

/// How long the disk takes to keep a small write: everything that is saved waits for it.
fn fsync(data: &Path) -> Finding {
    let path = data.join(format!("doctor-{}.tmp", std::process::id()));
    let measure = || -> std::io::Result<Vec<f64>> {
        let mut file = File::create(&path)?;
        (0..FSYNC_TIMES)
            .map(|_| {
                let clock = Stopwatch::new();
                file.write_all(&[0u8; 4096])?;
                file.sync_data()?;
                Ok(clock.seconds() * 1_000.0)
            })
            .collect()
    };
    let measured = measure();
    // It may never have been made.
    let _ = std::fs::remove_file(&path);
    match measured {
        Ok(mut times) => {
            times.sort_by(f64::total_cmp);
            let median = times.get(times.len() / 2).copied().unwrap_or_default();
            let shown = format!("{median:.1}");
            match median {
                ms if ms > FSYNC_BAD_MS => Finding::bad("fsync-very-slow").arg("ms", shown),
                ms if ms > FSYNC_HINT_MS => Finding::hint("fsync-slow").arg("ms", shown),
                _ => Finding::good("fsync").arg("ms", shown),
            }
        }
        Err(fault) => Finding::bad("folder-unwritable").arg("path", data.display()).arg("said", fault),
    }
}

/// A clock that has fallen behind the files gives later things earlier numbers.
fn clock(data: &Path) -> Option<Finding> {
    let now_ms = MachineClock::new().now_ms();
    let newest_ms = folders(data)
        .ok()?
        .iter()
        .filter_map(|slug| std::fs::metadata(data.join(slug).join("city.db")).ok())
        .map(|meta| meta.mtime() * 1_000)
        .max()?;
    if newest_ms > now_ms + CLOCK_MS_MAX {
        return Some(Finding::bad("clock-behind").arg("seconds", (newest_ms - now_ms) / 1_000));
    }
    Some(Finding::good("clock"))
}

fn open_files(settings: &Settings) -> Option<Finding> {
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    let wanted = u64::try_from(settings.connections_max).ok()? + FILES_BESIDES;
    (allowed < wanted).then(|| Finding::hint("open-files").arg("allowed", allowed).arg("wanted", wanted))
}

fn key_age(settings: &Settings) -> Option<Finding> {
    let text = key::read(&settings.key_path()).ok()??;
    let (name, day) = key::ages(&text).into_iter().next()?;
    let made: jiff::civil::Date = day.parse().ok()?;
    let made_ms = made.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    let days = (MachineClock::new().now_ms() - made_ms) / DAY_MS;
    (days > KEY_DAYS_MAX).then(|| Finding::hint("key-old").arg("name", name).arg("days", days))
}

fn unsafe_settings(desk: &Desk) -> Vec<Finding> {
    let settings = &desk.settings;
    let mut findings = Vec::new();
    let is_open = !settings.listen.ip().is_loopback();
    if is_open && !settings.has_tls() && settings.trusted_proxies.is_empty() {
        findings.push(Finding::bad("plain-http").arg("listen", settings.listen));
    }
    if settings.outbound_private {
        findings.push(Finding::hint("outbound-private"));
    }
    if settings.context_access == ContextAccess::Open {
        findings.push(Finding::hint("context-open"));
    }
    if is_open && settings.rate_requests_per_minute == 0 {
        findings.push(Finding::hint("no-rate-limit"));
    }
    if settings.log_level.contains("debug") || settings.log_level.contains("trace") {
        findings.push(Finding::hint("log-loud").arg("level", &settings.log_level));
    }
    if let Some(server) = settings.mail().filter(gate::MailServer::is_readable_on_the_way) {
        let finding = if server.user.is_some() {
            Finding::bad("mail-login-plain")
        } else {
            Finding::hint("mail-plain")
        };
        findings.push(finding.arg("host", &server.address.host));
    }
    findings.extend(secrets_in_open_file(desk));
    findings
}

/// Whether the mail server can be reached and lets us in; nothing is sent.
async fn mail(desk: &Desk) -> Vec<Finding> {
    let posted = match outside::of(&desk.settings).and_then(|outside| outside.post()) {
        Ok(None) => return vec![Finding::hint("mail-none")],
        Ok(Some(post)) => post.check().await,
        Err(fault) => Err(fault),
    };
    vec![match posted {
        Ok(()) => {
            let host = desk.settings.mail_server.as_ref().map_or("", |address| address.host.as_str());
            Finding::good("mail").arg("host", host)
        }
        Err(fault) => Finding::of_fault(desk, &fault),
    }]
}

/// A password in a file that everybody on the machine can read.
fn secrets_in_open_file(desk: &Desk) -> Option<Finding> {
    TABLE.iter().filter(|setting| setting.secret).find_map(|setting| {
        let (text, source) = desk.loaded.given.get(setting.name)?;
        let Source::File(path, _) = source else { return None };
        let mode = std::fs::metadata(path).ok()?.mode();
        (!text.is_empty() && mode & 0o044 != 0).then(|| {
            Finding::bad("secret-in-open-file").arg("path", path.display()).arg("name", setting.name)
        })
    })
}

fn backups(settings: &Settings) -> Option<Finding> {
    let Some(folder) = &settings.backup_folder else { return Some(Finding::hint("no-backup-folder")) };
    let newest_ms = newest_file_ms(folder);
    let now_ms = MachineClock::new().now_ms();
    Some(match newest_ms {
        None => Finding::bad("no-backup").arg("path", folder.display()),
        Some(at_ms) if now_ms - at_ms > settings.backup_days_max * DAY_MS => {
            Finding::bad("backup-old").arg("path", folder.display()).arg("days", (now_ms - at_ms) / DAY_MS)
        }
        Some(at_ms) => Finding::good("backup").arg("hours", (now_ms - at_ms).max(0) / 3_600_000),
    })
}

fn newest_file_ms(folder: &PathBuf) -> Option<i64> {
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|meta| meta.mtime() * 1_000)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(findings: impl IntoIterator<Item = Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.word).collect()
    }

    #[test]
    fn a_missing_folder_can_be_made_and_a_file_is_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(data_folder(&folder.path().join("a/b")).word, "folder-to-be-made");
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(data_folder(&file).word, "folder-is-no-folder");
    }

    #[test]
    fn backups_are_asked_for_and_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        assert_eq!(levels(backups(&settings)), ["no-backup-folder"]);
        settings.backup_folder = Some(folder.path().to_owned());
        assert_eq!(levels(backups(&settings)), ["no-backup"]);
        let file = File::create(folder.path().join("town.backup")).unwrap();
        assert_eq!(levels(backups(&settings)), ["backup"]);
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        file.set_modified(long_ago).unwrap();
        assert_eq!(levels(backups(&settings)), ["backup-old"]);
    }

    #[test]
    fn the_disk_of_a_folder_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        assert!(disk(folder.path()).is_some());
        assert!(fsync(folder.path()).word.starts_with("fsync"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
