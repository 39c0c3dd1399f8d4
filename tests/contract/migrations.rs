//! Migrations end to end: run once, refuse what was changed, refuse what is newer, touch nothing then.

use ground::db::{Migration, Store, migrate_postgres, migrate_sqlite};
use ground::fault::Fault;
use tests::cluster;
use tests::town::{START_MS, runtime};

const ONE: Migration = step(
    1,
    "create table trial_a (city text not null, id text not null, primary key (city, id)) {clustered}",
);
const TWO: Migration =
    step(2, "alter table trial_a add column note text;\ncreate table trial_b (city text not null) {strict};");

const fn step(number: i64, sql: &'static str) -> Migration {
    Migration { room: "trial", store: Store::City, number, name: "step", sql }
}

/// A store on each database, empty.
enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { base: String, name: String },
}

impl Place {
    async fn migrate(&self, all: &[Migration]) -> Result<usize, Fault> {
        match self {
            Place::Sqlite(folder) => {
                migrate_sqlite(&folder.path().join("city.db"), Store::City, all, START_MS)
            }
            Place::Postgres { base, name } => {
                migrate_postgres(&cluster::address_of(base, name), all, START_MS).await
            }
        }
    }

    /// Whether a table is there, asked from outside.
    async fn has(&self, table: &str) -> bool {
        match self {
            Place::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("city.db")).expect("opened");
                connection.prepare(&format!("select * from {table}")).is_ok()
            }
            Place::Postgres { base, name } => {
                let address = cluster::address_of(base, name);
                cluster::administer(&address, &format!("select * from {table}")).await.is_ok()
            }
        }
    }
}

fn on_both(story: impl AsyncFn(&Place)) {
    runtime().block_on(async {
        story(&Place::Sqlite(cluster::scratch())).await;
        let (base, name) = (cluster::address(), cluster::new_name("migrations"));
        cluster::administer(&base, &format!("create database {name}")).await.expect("created");
        story(&Place::Postgres { base: base.clone(), name: name.clone() }).await;
        cluster::administer(&base, &format!("drop database {name} with (force)")).await.expect("dropped");
    });
}

#[test]
fn each_migration_runs_once() {
    on_both(async |place| {
        assert_eq!(place.migrate(&[ONE]).await.expect("migrated"), 1);
        assert_eq!(place.migrate(&[ONE]).await.expect("nothing to do"), 0);
        assert_eq!(place.migrate(&[ONE, TWO]).await.expect("migrated"), 1);
        assert!(place.has("trial_b").await);
    });
}

#[test]
fn a_changed_old_migration_is_refused_and_nothing_is_touched() {
    on_both(async |place| {
        place.migrate(&[ONE]).await.expect("migrated");
        let changed = Migration { sql: "create table trial_a (city text not null) {strict}", ..ONE };
        let fault = place.migrate(&[changed, TWO]).await.unwrap_err();
        assert_eq!(fault.code(), "migration-changed");
        assert!(!place.has("trial_b").await, "the new migration did not run either");
    });
}

#[test]
fn data_of_a_newer_program_is_refused_and_not_touched() {
    on_both(async |place| {
        place.migrate(&[ONE, TWO]).await.expect("migrated");
        let other =
            Migration { room: "other", ..step(1, "create table other_a (city text not null) {strict}") };
        let fault = place.migrate(&[ONE, other]).await.unwrap_err();
        assert_eq!(fault.code(), "data-newer");
        assert!(!place.has("other_a").await);
    });
}

#[test]
fn a_migration_that_fails_half_way_leaves_nothing_of_itself() {
    on_both(async |place| {
        let broken =
            step(1, "create table trial_a (city text not null) {strict};\ncreate tabel trial_b (x text);");
        place.migrate(&[broken]).await.expect_err("a mistake in its second statement");
        assert!(!place.has("trial_a").await);
        assert_eq!(place.migrate(&[ONE]).await.expect("mended"), 1);
    });
}

#[test]
fn two_nodes_that_start_together_migrate_once() {
    runtime().block_on(async {
        let (base, name) = (cluster::address(), cluster::new_name("migrations"));
        cluster::administer(&base, &format!("create database {name}")).await.expect("created");
        let address = cluster::address_of(&base, &name);
        let all = [ONE, TWO];
        let (one, two, three) = tokio::join!(
            migrate_postgres(&address, &all, START_MS),
            migrate_postgres(&address, &all, START_MS),
            migrate_postgres(&address, &all, START_MS)
        );
        let mut ran = [one.expect("ran"), two.expect("ran"), three.expect("ran")];
        ran.sort_unstable();
        assert_eq!(ran, [0, 0, 2]);
        cluster::administer(&base, &format!("drop database {name} with (force)")).await.expect("dropped");
    });
}
