//! The key file: made at the first start, readable by its owner alone, the newest key first.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ground::clock::Clock;
use ground::fault::{Fault, Kind};
use ground::seal::Sealer;
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn unusable(path: &Path, said: impl ToString) -> Fault {
    Fault::new(Kind::Invalid, "key-unusable").arg("path", path.display()).arg("said", said)
}

/// Reads the key file; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<String>, Fault> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(unusable(path, fault)),
    };
    if meta.mode() & 0o077 != 0 {
        return Err(Fault::new(Kind::Invalid, "key-readable-by-others")
            .arg("path", path.display())
            .arg("mode", format!("{:03o}", meta.mode() & 0o777)));
    }
    let text = std::fs::read_to_string(path).map_err(|fault| unusable(path, fault))?;
    Sealer::read(&text).map_err(|fault| match fault.code() {
        "key-file" => Fault::new(Kind::Invalid, "key-broken").arg("path", path.display()).detail(fault),
        _ => fault,
    })?;
    Ok(Some(text))
}

/// Makes the first key. Where data is already sealed with a key that is gone, that is for a person to decide.
pub fn make(path: &Path, clock: &dyn Clock) -> Result<String, Fault> {
    let line = fresh_line(clock, "");
    write_whole(path, &line)?;
    Ok(line)
}

/// Puts a new key in front; the older ones still open what they sealed.
pub fn rotate(path: &Path, clock: &dyn Clock) -> Result<String, Fault> {
    let old = read(path)?.ok_or_else(|| unusable(path, "no such file"))?;
    let text = fresh_line(clock, &old) + &old;
    write_whole(path, &text)?;
    Ok(text)
}

/// Takes the older keys away, once nothing is sealed with them any more.
pub fn keep_newest(path: &Path) -> Result<String, Fault> {
    let old = read(path)?.ok_or_else(|| unusable(path, "no such file"))?;
    let newest = old.lines().next().unwrap_or_default();
    let text = format!("{newest}\n");
    write_whole(path, &text)?;
    Ok(text)
}

/// Keys are named by the day and time they were made.
fn fresh_line(clock: &dyn Clock, others: &str) -> String {
    let mut raw = [0u8; 32];
    clock.random(&mut raw);
    let at = Timestamp::from_millisecond(clock.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = at.to_zoned(TimeZone::UTC).strftime("k%Y%m%dT%H%M%S").to_string();
    let mut name = day.clone();
    let mut nth = 2;
    while others.lines().any(|line| line.starts_with(&format!("{name} "))) {
        name = format!("{day}-{nth}");
        nth += 1;
    }
    Sealer::line(&name, &raw)
}

/// A key's name and the day it was made (`2026-11-20`), newest first.
pub fn ages(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| {
            let digits: String = name.chars().skip(1).take(8).collect();
            let day = match (digits.get(..4), digits.get(4..6), digits.get(6..8)) {
                (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
                _ => String::new(),
            };
            (name.to_owned(), day)
        })
        .collect()
}

/// A reader sees the old file or the new one, never half of one.
fn write_whole(path: &Path, text: &str) -> Result<(), Fault> {
    let mut beside = PathBuf::from(path).into_os_string();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let write = || -> std::io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|fault| unusable(path, fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ground::clock::FixedClock;

    const DAY_MS: i64 = 1_795_000_000_000;

    #[test]
    fn the_first_key_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machiya.key");
        assert_eq!(read(&path).unwrap(), None);
        make(&path, &FixedClock::at(DAY_MS)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(read(&path).unwrap().is_some());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machiya.key");
        make(&path, &FixedClock::at(DAY_MS)).unwrap();
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path).unwrap_err().code(), "key-readable-by-others");
        }
    }

    #[test]
    fn a_broken_key_file_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machiya.key");
        write_whole(&path, "not a key\n").unwrap();
        assert_eq!(read(&path).unwrap_err().code(), "key-broken");
    }

    #[test]
    fn a_new_key_goes_in_front_and_the_old_one_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machiya.key");
        let clock = FixedClock::at(DAY_MS);
        let sealed =
            Sealer::read(&make(&path, &clock).unwrap()).unwrap().seal("mail", b"secret", [1; 32]).unwrap();
        let text = rotate(&path, &clock).unwrap();
        let sealer = Sealer::read(&text).unwrap();
        assert_eq!(sealer.open("mail", &sealed).unwrap(), b"secret");
        assert!(sealer.is_old(&sealed));
        let ages = ages(&text);
        assert_eq!(ages.len(), 2);
        assert_ne!(ages[0].0, ages[1].0);
        assert_eq!(ages[0].1, "2026-11-18");
        assert_eq!(keep_newest(&path).unwrap().lines().count(), 1);
    }
}
