//! Laws 1 and 3: who stands on whom, and who may know a database, the HTTP framework and the outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use tests::source::{none_of, root, under};

pub static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .exec()
        .expect("cargo metadata answers; is Cargo.lock up to date?")
});

/// A crate of the workspace and the real names of what it is built on, but for its tests.
#[derive(Clone, Debug, Default)]
struct Crate {
    stands_in_crates: bool,
    local: BTreeSet<String>,
    foreign: BTreeSet<String>,
}

fn workspace() -> BTreeMap<String, Crate> {
    let local: BTreeSet<&str> =
        METADATA.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    METADATA
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let folder =
                package.manifest_path.strip_prefix(&METADATA.workspace_root).expect("in the workspace");
            let mut one = Crate { stands_in_crates: folder.starts_with("crates"), ..Crate::default() };
            // `name` is the real name of the package, whatever it is renamed to.
            for needed in
                package.dependencies.iter().filter(|needed| needed.kind != DependencyKind::Development)
            {
                if local.contains(needed.name.as_str()) {
                    one.local.insert(needed.name.clone());
                } else {
                    one.foreign.insert(needed.name.clone());
                }
            }
            (package.name.to_string(), one)
        })
        .collect()
}

/// What is wrong with who stands on whom.
fn wrong_directions(crates: &BTreeMap<String, Crate>) -> Vec<String> {
    let is_leaf = |name: &str| name != "ground" && crates.get(name).is_some_and(|one| one.local.is_empty());
    let mut wrong = Vec::new();
    for (name, one) in crates {
        for on in &one.local {
            let outside = !crates.get(on).is_some_and(|on| on.stands_in_crates);
            if outside {
                wrong.push(format!("{name} is built on {on}, which is not in crates/ but a tool"));
            }
            if is_leaf(on) || !one.stands_in_crates {
                continue;
            }
            let good = match name.as_str() {
                "machiya" => true,
                "packs" => on != "machiya",
                "ground" => false,
                _ => on == "ground",
            };
            if !good && !outside {
                wrong.push(format!("{name} is built on {on}"));
            }
        }
    }
    wrong
}

#[test]
fn crates_stand_on_each_other_in_one_direction() {
    let crates = workspace();
    for needed in ["ground", "machiya", "tests"] {
        assert!(crates.contains_key(needed), "{needed} is in the workspace");
    }
    none_of(
        &wrong_directions(&crates),
        "Law 1: ground ← room ← packs ← machiya. A room stands on ground (and on leaves, which stand on nothing of \
         ours). Rooms meet through actions by name (`cx.call`), events, and published views; what composes several \
         rooms stands in packs.",
    );
}

#[test]
fn the_law_of_directions_sees_what_is_wrong() {
    let of = |local: &[&str]| Crate {
        stands_in_crates: true,
        local: local.iter().map(|name| (*name).to_owned()).collect(),
        foreign: BTreeSet::new(),
    };
    let house = |extra: (&str, &[&str])| {
        let mut all: BTreeMap<String, Crate> = [
            ("ground", of(&["codec"])),
            ("codec", of(&[])),
            ("people", of(&["ground", "codec"])),
            ("messages", of(&["ground"])),
            ("packs", of(&["ground", "people", "messages"])),
            ("machiya", of(&["ground", "people", "packs"])),
        ]
        .into_iter()
        .map(|(name, one)| (name.to_owned(), one))
        .collect();
        all.insert(extra.0.to_owned(), of(extra.1));
        wrong_directions(&all)
    };
    assert_eq!(house(("cases", &["ground", "codec"])), Vec::<String>::new());
    assert_eq!(house(("cases", &["ground", "people"])).len(), 1);
    assert_eq!(house(("ground", &["people"])).len(), 1);
    assert_eq!(house(("packs", &["machiya"])).len(), 1);
    assert_eq!(house(("people", &["machiya"])).len(), 1);
}

/// Packages that only some crates may use, and why.
const KEPT_FOR: &[(&[&str], &[&str], &str)] = &[
    (
        &[
            "rusqlite",
            "libsqlite3-sys",
            "tokio-postgres",
            "postgres",
            "postgres-types",
            "deadpool-postgres",
            "r2d2",
        ],
        &["ground"],
        "Only ground::db knows a database driver: write statements with sql! and run them through Tx.",
    ),
    (
        &["axum", "axum-core", "axum-extra", "hyper", "hyper-util", "tower", "tower-http", "tower-service"],
        &["machiya"],
        "Only machiya knows the HTTP framework: declare a Page, a Door or an Action.",
    ),
    (
        &[
            "reqwest",
            "ureq",
            "lettre",
            "rumqttc-v5-next",
            "rumqttc-v4-next",
            "async-nats",
            "web-push-native",
            "hickory-resolver",
        ],
        &["gate"],
        "Only gate opens connections to the outside: declare a port in ground and let gate serve it.",
    ),
];

#[test]
fn drivers_frameworks_and_the_outside_are_kept_apart() {
    let crates = workspace();
    let mut findings = Vec::new();
    for (packages, keepers, why) in KEPT_FOR {
        for (name, one) in crates.iter().filter(|(_, one)| one.stands_in_crates) {
            if keepers.contains(&name.as_str()) {
                continue;
            }
            for package in one.foreign.iter().filter(|package| packages.contains(&package.as_str())) {
                findings.push(format!("{name} is built on {package}. {why}"));
            }
        }
    }
    none_of(&findings, "Law 3:");
}

#[test]
fn only_ground_db_names_a_driver_and_only_few_open_a_socket() {
    let mut findings = Vec::new();
    for source in under("crates").iter().filter(|source| source.is_rust() && !source.is_test()) {
        let code = source.code();
        let in_db = source.path.starts_with("crates/ground/src/db/");
        for driver in ["rusqlite", "tokio_postgres", "Sql::new("] {
            if !in_db && code.contains(driver) {
                findings.push(format!(
                    "{} names {driver}: only ground::db does; elsewhere it is sql!",
                    source.path
                ));
            }
        }
        // The command line speaks to its own server through a socket of the folder.
        let may_connect = in_db || ["machiya", "gate"].contains(&source.room().unwrap_or_default());
        for opening in ["TcpStream", "UdpSocket", "UnixStream", "lookup_host", "ToSocketAddrs"] {
            if !may_connect && code.contains(opening) {
                findings.push(format!("{} uses {opening}: only gate reaches outside", source.path));
            }
        }
    }
    none_of(&findings, "Law 3:");
}

#[test]
fn every_crate_takes_what_the_workspace_says() {
    let manifest = read_toml("Cargo.toml");
    let workspace = &manifest["workspace"];
    assert_eq!(workspace["resolver"].as_str(), Some("3"), "resolver 3 keeps to the Rust version");
    let package = &workspace["package"];
    assert_eq!(package["rust-version"].as_str(), Some("1.95"), "the Rust version is 1.95");
    assert_eq!(package["license"].as_str(), Some("MIT OR Apache-2.0"));
    let mut findings = Vec::new();
    for package in METADATA.workspace_packages() {
        let folder = package.manifest_path.strip_prefix(&METADATA.workspace_root).expect("in the workspace");
        let own = read_toml(folder.as_str());
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            let inherits = own["package"].get(key).and_then(|value| value.get("workspace")).is_some();
            if !inherits {
                findings.push(format!("{folder}: say `{key}.workspace = true`"));
            }
        }
        let in_crates = folder.starts_with("crates");
        if in_crates && own.get("lints").and_then(|lints| lints.get("workspace")).is_none() {
            findings.push(format!("{folder}: say `[lints] workspace = true`"));
        }
        if in_crates && own["package"].get("description").is_none() {
            findings.push(format!("{folder}: say in `description` what it is"));
        }
    }
    none_of(&findings, "Crates take versions, licence and lints from the workspace:");
}

pub fn read_toml(path: &str) -> toml::Table {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    text.parse().unwrap_or_else(|fault| panic!("{path}: {fault}"))
}
