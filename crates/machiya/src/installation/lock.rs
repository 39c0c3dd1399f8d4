//! The lock of a data folder: one server, or one command, holds it at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use ground::fault::{Fault, Kind};

/// Held until dropped, also when the process dies.
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock, or says whose it is.
    pub fn take(path: &Path) -> Result<FolderLock, Fault> {
        let unreadable = |fault: std::io::Error| {
            Fault::new(Kind::Unavailable, "folder-unusable").arg("path", path.display()).arg("said", fault)
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(unreadable)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)
                    .and_then(|()| file.seek(SeekFrom::Start(0)).map(|_| ()))
                    .map_err(unreadable)?;
                writeln!(file, "{}", std::process::id()).map_err(unreadable)?;
                Ok(FolderLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who holds it only makes the message better.
                let _ = file.read_to_string(&mut holder);
                let folder = path.parent().unwrap_or(path);
                Err(Fault::new(Kind::Conflict, "folder-held")
                    .arg("path", folder.display())
                    .arg("pid", holder.trim()))
            }
            Err(TryLockError::Error(fault)) => Err(unreadable(fault)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_and_told_the_first_ones_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machiya.lock");
        let first = FolderLock::take(&path).unwrap();
        let fault = FolderLock::take(&path).err().unwrap();
        assert_eq!(fault.code(), "folder-held");
        let tongue = crate::rooms::words().unwrap().tongue(ground::words::Lang::En);
        assert!(fault.title(&tongue).contains(&std::process::id().to_string()), "{}", fault.title(&tongue));
        drop(first);
        assert!(FolderLock::take(&path).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let fault = FolderLock::take(Path::new("/nonexistent/machiya.lock")).err().unwrap();
        assert_eq!(fault.code(), "folder-unusable");
    }
}
