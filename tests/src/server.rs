//! The binary under test with a demonstration city, in a folder of its own.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::cluster::free_port;
use crate::http::Client;
use crate::source::root;

/// The debug binary: `make test` builds it before the tests, and says where it is.
pub fn binary() -> PathBuf {
    let path = match std::env::var_os("MACHIYA_BINARY") {
        Some(path) => path.into(),
        None => {
            let target =
                std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
            root().join(target).join("debug/machiya")
        }
    };
    assert!(
        path.exists(),
        "{} is not there; run `cargo build --package machiya` first, or `make test`",
        path.display()
    );
    path
}

/// Where and how a server is to run.
#[derive(Clone)]
pub struct Plan {
    pub data: PathBuf,
    pub database: Option<String>,
    /// Put before the command, for limits of the system: `["prlimit", "--fsize=…"]`.
    pub wrapped_in: Vec<String>,
    /// Settings besides: `("MACHIYA_MAIL_SERVER", "smtp://…")`.
    pub env: Vec<(&'static str, String)>,
}

impl Plan {
    pub fn on_sqlite(data: &Path) -> Plan {
        Plan { data: data.to_owned(), database: None, wrapped_in: Vec::new(), env: Vec::new() }
    }

    pub fn on_postgres(data: &Path, database: &str) -> Plan {
        Plan { database: Some(database.to_owned()), ..Plan::on_sqlite(data) }
    }

    fn command(&self, port: u16, args: &[&str]) -> Command {
        let mut words: Vec<PathBuf> = self.wrapped_in.iter().map(PathBuf::from).collect();
        words.push(binary());
        let mut command = Command::new(words.remove(0));
        command.args(words).args(args).current_dir(self.data.parent().expect("a folder in a folder"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MACHIYA_")) {
            command.env_remove(name);
        }
        command
            .env("MACHIYA_DATA", &self.data)
            .env("MACHIYA_LISTEN", format!("127.0.0.1:{port}"))
            // All clients come from one address here; the limits have tests of their own.
            .env("MACHIYA_RATE_REQUESTS_PER_MINUTE", "0")
            .env("MACHIYA_RATE_WRITES_PER_MINUTE", "0")
            .env("MACHIYA_RATE_ACTIONS", "off")
            .env("MACHIYA_LOG_LEVEL", "warn")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        if let Some(database) = &self.database {
            command.env("MACHIYA_DATABASE", database);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(free_port(), args).output().expect("the binary runs")
    }

    /// Starts a demonstration city and waits until it serves.
    pub fn demo(&self) -> Server {
        let port = free_port();
        let log = self.data.with_extension("log");
        let out = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        let child = self
            .command(port, &["demo"])
            .stdout(out.try_clone().expect("the same file"))
            .stderr(out)
            .spawn()
            .expect("the binary runs");
        let mut server = Server { child, port, log };
        server.wait_until_ready();
        server
    }
}

pub struct Server {
    child: Child,
    pub port: u16,
    log: PathBuf,
}

impl Server {
    fn wait_until_ready(&mut self) {
        let since = ground::clock::Stopwatch::new();
        while since.seconds() < 120.0 {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended with {status}:\n{}", self.said());
            }
            if Client::new(self.port).get("/health/ready").is_ok_and(|answer| answer.status == 200) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server was not ready in two minutes:\n{}", self.said());
    }

    /// What it wrote into its log.
    pub fn said(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(&self.log) {
            file.read_to_string(&mut text).ok();
        }
        text
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// The cookie of somebody of the demonstration city: "admin", "editor", "resident".
    pub fn signed_in_as(&self, part: &str) -> String {
        let token = ground::seal::token([u8::try_from(part.len()).expect("a short name"); 32]);
        let input = json!({"part": part, "session_digest": ground::seal::token_digest(&token)});
        let answer = self.client().call("people.demo_sign_in", &input).expect("an answer");
        // Signed in before, when a server is started again on the same data.
        assert!([200, 409].contains(&answer.status), "{}", answer.text());
        format!("{}={token}", ground::session::COOKIE_LOCAL)
    }

    /// As the power cut does it.
    pub fn kill_9(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// As an operator does it; answers how it ended.
    pub fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "it can be asked to stop");
        let since = ground::clock::Stopwatch::new();
        while since.seconds() < 40.0 {
            if let Some(status) = self.child.try_wait().expect("our child") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not stop in 40 s:\n{}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended, or have been stopped, by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
