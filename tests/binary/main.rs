//! The binary as an operator uses it: started, asked, stopped, with and without a running server.

mod cities;
mod demo;
mod keys;
mod nodes;
mod settings;
mod tables;

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use ground::clock::Stopwatch;

use serde_json::Value;
use tempfile::TempDir;
use tests::cluster::{free_port, scratch};
use tests::http::Client;
use tests::server::binary;

/// An operator's own folder, and what the commands run in it are told.
struct Desk {
    folder: TempDir,
    port: u16,
    env: Vec<(String, String)>,
}

/// How a command ended.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Desk {
        let port = free_port();
        let env = vec![("MACHIYA_LISTEN".to_owned(), format!("127.0.0.1:{port}"))];
        Desk { folder: scratch(), port, env }
    }

    fn with(mut self, name: &str, value: &str) -> Desk {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("our own folder");
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("LANG", "C")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        ended(self.command(args).output().expect("the binary runs"))
    }

    /// Runs a command that must go well.
    fn done(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(ended.code, 0, "{args:?}: {}{}", ended.out, ended.err);
        ended.out
    }

    fn done_json(&self, args: &[&str]) -> Value {
        let out = self.done(args);
        serde_json::from_str(&out).unwrap_or_else(|fault| panic!("{fault}: {out}"))
    }

    fn add_city(&self, slug: &str, name: &str) -> String {
        self.done(&["city", "add", slug, "--name", name])
    }

    /// Starts a server or worker that runs until it is stopped.
    fn start(&self, command: &str) -> Running {
        let log = self.folder.path().join(format!("{command}.log"));
        let out = std::fs::File::create(&log).expect("our own folder");
        let mut start = self.command(&[command]);
        start.stdout(out.try_clone().expect("the same file")).stderr(out).process_group(0);
        Running { child: start.spawn().expect("the binary runs"), log }
    }

    fn serve(&self) -> Running {
        let mut running = self.start("serve");
        running.wait_for("it serves", || {
            Client::new(self.port).get("/health/live").is_ok_and(|answer| answer.status == 200)
                && self.data().join("machiya.sock").exists()
        });
        running
    }

    fn client(&self) -> Client {
        Client::new(self.port)
    }
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn wait_for(&mut self, what: &str, mut holds: impl FnMut() -> bool) {
        let since = Stopwatch::new();
        while since.seconds() < 60.0 {
            if holds() {
                return;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("it ended with {status}:\n{}", self.said());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("waited a minute until {what}:\n{}", self.said());
    }

    fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "it can be asked to stop");
        let since = Stopwatch::new();
        while since.seconds() < 40.0 {
            if let Some(status) = self.child.try_wait().expect("our child") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not stop in 40 s:\n{}", self.said());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn mode_of(path: &Path) -> u32 {
    std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(path).expect("it is there")) & 0o777
}
