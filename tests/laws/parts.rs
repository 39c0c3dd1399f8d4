//! What the house is built from: licences, sources and bans of every package, as deny.toml says.

use std::collections::BTreeSet;

use tests::source::{none_of, root};

use super::crates::{METADATA, read_toml};

struct Allowed {
    licences: BTreeSet<String>,
    exceptions: BTreeSet<(String, String)>,
    banned: Vec<(String, String)>,
    registries: Vec<String>,
}

fn allowed() -> Allowed {
    let deny = read_toml("deny.toml");
    let texts = |value: &toml::Value| -> Vec<String> {
        value.as_array().expect("a list").iter().map(|one| one.as_str().expect("a text").to_owned()).collect()
    };
    let tables = |value: &toml::Value| -> Vec<toml::Table> {
        value.as_array().expect("a list").iter().map(|one| one.as_table().expect("a table").clone()).collect()
    };
    Allowed {
        licences: texts(&deny["licenses"]["allow"]).into_iter().collect(),
        exceptions: tables(&deny["licenses"]["exceptions"])
            .into_iter()
            .flat_map(|one| {
                let package = one["crate"].as_str().expect("a name").to_owned();
                texts(&one["allow"])
                    .into_iter()
                    .map(move |licence| (package.clone(), licence))
                    .collect::<Vec<_>>()
            })
            .collect(),
        banned: tables(&deny["bans"]["deny"])
            .into_iter()
            .map(|one| {
                let text = |key: &str| one[key].as_str().expect("a text").to_owned();
                (text("crate"), text("reason"))
            })
            .collect(),
        registries: texts(&deny["sources"]["allow-registry"]),
    }
}

/// Whether a licence expression can be met with the licences that `is_allowed` takes. Old manifests write `/` for OR.
fn can_be_met(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, is_allowed);
    met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = both(words, at, is_allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, is_allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = single(words, at, is_allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= single(words, at, is_allowed);
    }
    met
}

fn single(words: &[&str], at: &mut usize, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = either(words, at, is_allowed);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let with = format!("{word} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
        return is_allowed(&with);
    }
    is_allowed(word)
}

#[test]
fn every_licence_lets_a_city_change_the_program() {
    let allowed = allowed();
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for package in METADATA.packages.iter().filter(|package| package.source.is_some()) {
        let name = package.name.to_string();
        let excepted = |licence: &str| allowed.exceptions.contains(&(name.clone(), licence.to_owned()));
        let met = package.license.as_ref().is_some_and(|expression| {
            can_be_met(expression, &|licence| allowed.licences.contains(licence) || excepted(licence))
        });
        if !met {
            findings.push(format!("{name} {} is under {:?}", package.version, package.license));
        }
        used.insert(name);
    }
    for (package, licence) in allowed.exceptions.iter().filter(|(package, _)| !used.contains(package)) {
        findings.push(format!(
            "deny.toml excepts {package} ({licence}), which is no longer used: take the line out"
        ));
    }
    none_of(
        &findings,
        "These packages are under licences that deny.toml does not allow. Take another package, or add an exception \
         for this one with its reason in docs/decisions/.",
    );
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let allowed = |licence: &str| ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "(MIT OR GPL-3.0) AND Apache-2.0",
        "GPL-2.0 OR Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(can_be_met(good, &allowed), "{good}");
    }
    for bad in
        ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "MIT WITH something", "", "MIT AND"]
    {
        assert!(!can_be_met(bad, &allowed), "{bad}");
    }
}

#[test]
fn every_package_comes_from_the_public_registry_and_none_is_banned() {
    let allowed = allowed();
    let mut findings = Vec::new();
    for package in &METADATA.packages {
        if let Some(source) = &package.source {
            let known =
                allowed.registries.iter().any(|registry| source.repr == format!("registry+{registry}"));
            if !known {
                findings.push(format!("{} comes from {}", package.name, source.repr));
            }
        }
        for (banned, reason) in allowed.banned.iter().filter(|(banned, _)| *banned == *package.name) {
            findings.push(format!("{banned} is banned: {reason}"));
        }
    }
    // Transitively they may come along; our own code takes the time and its sums from jiff and Cx.
    for package in METADATA.workspace_packages() {
        for needed in &package.dependencies {
            if ["chrono", "time", "rand", "getrandom", "uuid", "fastrand", "anyhow"]
                .contains(&needed.name.as_str())
            {
                findings.push(format!(
                    "{} uses {} directly: time is jiff, chance is Cx, what goes wrong is Fault",
                    package.name, needed.name
                ));
            }
        }
    }
    none_of(&findings, "What the house is built from is set down in deny.toml:");
}

#[test]
fn licences_and_the_lock_file_are_in_the_repository() {
    for file in ["Cargo.lock", "LICENSE-MIT", "LICENSE-APACHE", "ui/package-lock.json"] {
        let length = std::fs::metadata(root().join(file)).map_or(0, |file| file.len());
        assert!(length > 500, "{file} stands in the repository, and is not empty");
    }
    let ignored = std::fs::read_to_string(root().join(".gitignore")).expect("there is a .gitignore");
    assert!(!ignored.lines().any(|line| line.trim().ends_with("Cargo.lock")), "Cargo.lock is committed");
}

#[test]
fn packages_of_the_browser_side_are_permissive_as_well() {
    let allowed = allowed();
    let mut findings = Vec::new();
    for lock in ["ui/package-lock.json", "tests/browser/package-lock.json"] {
        let Ok(text) = std::fs::read_to_string(root().join(lock)) else { continue };
        let read: serde_json::Value = serde_json::from_str(&text).expect("npm's own file");
        for (name, package) in
            read["packages"].as_object().expect("packages").iter().filter(|(name, _)| !name.is_empty())
        {
            let licence = package["license"].as_str().unwrap_or("none");
            // The accessibility checker is a tool of the tests and is not given to anybody.
            let tool = name.contains("axe-core/") || name.ends_with("axe-core") || name.contains("@axe-core");
            let met =
                can_be_met(licence, &|one| allowed.licences.contains(one) || (tool && one == "MPL-2.0"));
            if !met {
                findings.push(format!("{lock}: {name} is under {licence}"));
            }
            let from = package["resolved"].as_str().unwrap_or_default();
            if !from.is_empty() && !from.starts_with("https://registry.npmjs.org/") {
                findings.push(format!("{lock}: {name} comes from {from:?}"));
            }
            if package.get("integrity").is_none() {
                findings.push(format!("{lock}: {name} has no digest of what is expected"));
            }
        }
    }
    none_of(&findings, "Packages of the browser side:");
}
