//! A full disk: writes are told so, reads go on, and when there is room again everything works without a restart.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tests::cluster::scratch;
use tests::http::Client;
use tests::server::{Plan, Server};

/// A small disk that can be filled: a file system of its own where that may be mounted, else a limit on the size of
/// files that the server process lives under.
enum SmallDisk {
    Mounted { folder: tempfile::TempDir },
    Limited { folder: tempfile::TempDir },
}

const DISK_MB: u64 = 96;

fn run(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

impl SmallDisk {
    fn new() -> SmallDisk {
        let folder = scratch();
        let place = folder.path().to_str().expect("a plain path").to_owned();
        if run("mount", &["-t", "tmpfs", "-o", &format!("size={DISK_MB}m"), "tmpfs", &place]) {
            SmallDisk::Mounted { folder }
        } else {
            SmallDisk::Limited { folder }
        }
    }

    fn path(&self) -> &Path {
        match self {
            SmallDisk::Mounted { folder } | SmallDisk::Limited { folder } => folder.path(),
        }
    }

    fn plan(&self) -> Plan {
        let mut plan = Plan::on_sqlite(&self.path().join("data"));
        if let SmallDisk::Limited { .. } = self {
            // Without this the system ends a process that writes beyond its limit.
            plan.wrapped_in = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"].map(str::to_owned).to_vec();
        }
        plan
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Leaves no room.
    fn fill(&self, server: &Server) {
        match self {
            SmallDisk::Mounted { .. } => {
                // dd fails when the disk is full, which is the point.
                run("dd", &["if=/dev/zero", &format!("of={}", self.filler().display()), "bs=64k"]);
            }
            SmallDisk::Limited { .. } => {
                // The write-ahead log is already larger than this.
                assert!(run("prlimit", &["--pid", &server.pid().to_string(), "--fsize=65536:unlimited"]));
            }
        }
    }

    fn empty(&self, server: &Server) {
        match self {
            SmallDisk::Mounted { .. } => std::fs::remove_file(self.filler()).expect("removed"),
            SmallDisk::Limited { .. } => {
                assert!(run("prlimit", &["--pid", &server.pid().to_string(), "--fsize=unlimited:unlimited"]));
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let SmallDisk::Mounted { folder } = self {
            // Lazily: a server that a failing test leaves behind still holds files there.
            run("umount", &["--lazy", folder.path().to_str().expect("a plain path")]);
        }
    }
}

fn write(client: &mut Client, district: &serde_json::Value, number: usize) -> tests::http::Answer {
    let input = json!({"district": district, "name": format!("試し町{number}番")});
    client.call("people.save_block", &input).expect("the server answers")
}

#[test]
fn a_full_disk_refuses_writes_reads_on_and_heals_by_itself() {
    let disk = SmallDisk::new();
    let server = disk.plan().demo();
    let cookie = server.signed_in_as("admin");
    let mut client = server.client().with_cookie(&cookie);
    let district = client.call("people.districts", &json!({})).expect("answered").json()[0]["id"].clone();
    assert_eq!(write(&mut client, &district, 0).status, 200);

    disk.fill(&server);
    let mut written = 1;
    let refused = loop {
        let answer = write(&mut client, &district, written);
        if answer.status != 200 {
            break answer;
        }
        written += 1;
        assert!(written < 50_000, "the disk never fills");
    };
    assert_eq!(refused.status, 503, "{}", refused.text());
    let problem = refused.json();
    assert!(!problem["title"].as_str().unwrap_or_default().is_empty(), "{problem}");
    assert!(!problem["detail"].as_str().unwrap_or_default().is_empty(), "it says what to do: {problem}");
    assert!(!refused.header("retry-after").is_empty(), "and when to come back");
    if let SmallDisk::Mounted { .. } = disk {
        assert_eq!(problem["type"], "urn:machiya:fault:disk-full", "{problem}");
    }

    // Reads go on: pages, lists, and what was written before the disk was full.
    for path in ["/", "/staff", "/health/live"] {
        let answer = client.get(path).expect("answered");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let found = client.call("people.district_of", &json!({"block": "試し町0番"})).expect("answered");
    assert_eq!(found.status, 200, "{}", found.text());
    assert_eq!(write(&mut client, &district, written).status, 503, "still full");

    disk.empty(&server);
    let since = ground::clock::Stopwatch::new();
    loop {
        let answer = write(&mut client, &district, written);
        if answer.status == 200 {
            break;
        }
        assert!(since.seconds() < 30.0, "it does not recover: {}", answer.text());
        std::thread::sleep(Duration::from_millis(200));
    }
    for number in 0..=written {
        if number % 50 == 0 || number == written {
            let block = format!("試し町{number}番");
            let found = client.call("people.district_of", &json!({"block": block})).expect("answered");
            assert_eq!(found.status, 200, "{block} was answered and is there");
        }
    }
    assert!(server.stop().success());
}
