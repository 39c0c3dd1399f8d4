//! PostgreSQL for the checks: databases in the cluster that `make test` made, and clusters of one's own for tests
//! that stop and start one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio_postgres::NoTls;

/// The address of the cluster that `make test` made.
pub fn address() -> String {
    std::env::var("MACHIYA_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "MACHIYA_TEST_POSTGRES is not set, so nothing can be tried on PostgreSQL. Run `make test`, or \
             `node tests/run.mjs --only tests`, or give the address of a cluster that may be filled with databases: \
             MACHIYA_TEST_POSTGRES=postgres://postgres@127.0.0.1:5432/postgres cargo test -p tests"
        )
    })
}

/// The same cluster, another database.
pub fn address_of(base: &str, database: &str) -> String {
    let end = base.rfind('/').expect("an address ends with a database");
    format!("{}/{database}", &base[..end])
}

/// Runs statements that make or remove a database.
pub async fn administer(base: &str, statement: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(base, NoTls).await?;
    let driving = tokio::spawn(connection);
    let outcome = client.batch_execute(statement).await;
    drop(client);
    let _ = driving.await;
    outcome
}

/// A name that no other database of this cluster has.
pub fn new_name(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{what}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A folder for a test's files. `make test` removes what a killed test leaves behind.
pub fn scratch() -> TempDir {
    match std::env::var_os("MACHIYA_TEST_SCRATCH") {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }
    .expect("a temporary folder can be made")
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("Linux")) == 0
}

/// A PostgreSQL cluster of one's own, durable as in production; gone when dropped.
pub struct Cluster {
    bin: PathBuf,
    data: PathBuf,
    port: u16,
    _folder: TempDir,
}

impl Cluster {
    pub fn start() -> Cluster {
        let bin = bin();
        let folder = scratch();
        let data = folder.path().join("postgres");
        std::fs::create_dir(&data).expect("the cluster's folder can be made");
        if is_root() {
            open_to_others(folder.path());
            let owned = Command::new("chown").args(["-R", "postgres:postgres"]).arg(&data).status();
            assert!(
                owned.is_ok_and(|status| status.success()),
                "the folder can be given to the user postgres"
            );
        }
        let cluster = Cluster { bin, data, port: free_port(), _folder: folder };
        cluster.run(
            "initdb",
            &["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        );
        cluster.go();
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it, or starts it again.
    pub fn go(&self) {
        let options = format!("-p {} -h 127.0.0.1 -k {}", self.port, self.data.display());
        let log = self.data.join("server.log");
        let log = format!("--log={}", log.display());
        self.run("pg_ctl", &["start", "--wait", "--timeout=60", &log, &format!("--options={options}")]);
    }

    /// Stops it as an operator would who does not wait for the clients.
    pub fn stop(&self) {
        self.run("pg_ctl", &["stop", "--mode=fast", "--wait", "--timeout=60"]);
    }

    fn run(&self, program: &str, args: &[&str]) {
        let output = self.command(program, args).output().expect("PostgreSQL's programs can be run");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // The server keeps its log in a file; a pipe that it inherited would never end.
        command.arg("--pgdata").arg(&self.data).args(args).current_dir("/").stdin(Stdio::null());
        if args.first() == Some(&"start") {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A test that failed while the cluster was stopped leaves nothing to stop.
        let _ = self.command("pg_ctl", &["stop", "--mode=immediate", "--wait", "--timeout=20"]).output();
    }
}

fn open_to_others(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711)).expect("our own folder");
}

/// A port that nobody uses right now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

fn bin() -> PathBuf {
    if let Some(folder) = std::env::var_os("POSTGRES_BIN") {
        return folder.into();
    }
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.retain(|folder| folder.join("initdb").exists());
    versions.sort();
    versions.pop().expect("PostgreSQL is not installed; run `make test`, which installs it")
}
