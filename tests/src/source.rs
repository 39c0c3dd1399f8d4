//! The sources of the house, for laws that read them.

use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct Source {
    /// From the root of the repository, with slashes.
    pub path: String,
    pub text: String,
}

impl Source {
    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The crate it belongs to: "ground" for `crates/ground/src/id.rs`.
    pub fn room(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether only tests use it.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs")
    }

    /// The text without the `#[cfg(test)]` module at its end and without comments.
    pub fn code(&self) -> String {
        let text = match self.text.find("#[cfg(test)]\nmod ") {
            Some(at) if !self.text[at..].lines().nth(1).unwrap_or_default().ends_with(';') => {
                &self.text[..at]
            }
            _ => &self.text,
        };
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository").to_owned()
}

/// All text files under a folder of the repository, sorted; generated and fetched folders left out.
pub fn under(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            let fetched = ["node_modules", "dist", "target", "shots", ".git", "data"];
            if !fetched.contains(&name.as_ref()) {
                walk(&path, found);
            }
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let path =
                path.strip_prefix(root()).expect("under the root").to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

/// Fails with every finding on its own line, and with what to do about them.
#[track_caller]
pub fn none_of(findings: &[String], what_to_do: &str) {
    assert!(findings.is_empty(), "{what_to_do}\n  {}\n", findings.join("\n  "));
}
