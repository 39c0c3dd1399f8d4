//! Laws 5, 8 and 10 and the habits of the house, read from the sources.

use tests::source::{Source, none_of, under};

fn all() -> Vec<Source> {
    ["crates", "ui/src", "ui/build", "tests", "bench", "docs"].into_iter().flat_map(under).collect()
}

fn rust() -> Vec<Source> {
    ["crates", "tests", "bench"].into_iter().flat_map(under).filter(Source::is_rust).collect()
}

#[test]
fn time_and_chance_enter_in_one_place() {
    let clippy = std::fs::read_to_string(tests::source::root().join("clippy.toml")).expect("clippy.toml");
    for banned in [
        "std::time::SystemTime::now",
        "std::time::Instant::now",
        "jiff::Timestamp::now",
        "jiff::Zoned::now",
        "ring::rand::SystemRandom::new",
    ] {
        assert!(clippy.contains(&format!("\"{banned}\"")), "clippy.toml bans {banned}");
    }
    let mut findings = Vec::new();
    for source in under("crates").iter().filter(|source| source.is_rust() && !source.is_test()) {
        if source.path == "crates/ground/src/clock.rs" {
            continue;
        }
        let code = source.code();
        if code.contains("clippy::disallowed") {
            findings.push(format!("{} turns the ban off", source.path));
        }
        for call in [
            "SystemTime::now(",
            "Instant::now(",
            "Utc::now(",
            "Local::now(",
            "Timestamp::now(",
            "Zoned::now(",
            "SystemRandom::new(",
            "rand::random",
            "thread_rng(",
        ] {
            if code.contains(call) {
                findings.push(format!("{} calls {call}…)", source.path));
            }
        }
    }
    none_of(
        &findings,
        "Law 5: take time, ids and randomness from Cx, drawn before the transaction runs; measure with \
         ground::clock::Stopwatch.",
    );
}

#[test]
fn no_citys_name_stands_in_the_code() {
    // Written in pieces, so that this file does not name them either.
    let names: Vec<String> =
        [["周", "南"], ["山", "口"], ["下", "関"], ["shu", "nan"], ["yama", "guchi"], ["shimo", "noseki"]]
            .iter()
            .map(|pieces| pieces.concat())
            .collect();
    let mut findings = Vec::new();
    for source in ["crates", "ui/src", "packs"].into_iter().flat_map(under) {
        for (number, line) in source.lines() {
            let low = line.to_lowercase();
            for name in names.iter().filter(|name| low.contains(*name)) {
                // A family name or a prefecture in a list of all of them is no city's rule; a list says so itself.
                findings.push(format!("{}:{number} names {name}", source.path));
            }
        }
    }
    none_of(&findings, "Law 8: what differs between cities is data. A made-up city has a made-up name.");
}

#[test]
fn files_stay_short_enough_to_read() {
    let mut findings = Vec::new();
    for source in all() {
        let read = [".rs", ".ts", ".mjs", ".css", ".sql"].iter().any(|end| source.path.ends_with(end));
        // A table of test cases is looked up, not read.
        let table = source.path.ends_with("/refusals.rs");
        let lines = source.text.lines().count();
        if read && !table && lines > 900 {
            findings.push(format!("{} has {lines} lines", source.path));
        }
    }
    none_of(&findings, "900 lines are the limit of a file, 500 a good mark: cut it where the meaning does.");
}

#[test]
fn nothing_is_left_for_later() {
    // Written in pieces, so that this file does not hold them itself.
    let marks: Vec<String> = [
        ["to", "do!("],
        ["unimple", "mented!("],
        ["FIX", "ME"],
        ["TO", "DO"],
        ["XX", "X:"],
        ["coming ", "soon"],
        ["準備", "中"],
        ["工事", "中"],
        ["lorem ", "ipsum"],
        ["db", "g!("],
        ["not imple", "mented"],
    ]
    .iter()
    .map(|pieces| pieces.concat())
    .collect();
    let mut findings = Vec::new();
    for source in all() {
        for (number, line) in source.lines() {
            for mark in marks.iter().filter(|mark| line.contains(*mark)) {
                findings.push(format!("{}:{number} says {mark}", source.path));
            }
        }
    }
    none_of(&findings, "What is not there is not shown, and what is to come stands in an issue:");
}

#[test]
fn whoever_turns_a_lint_off_says_why() {
    let mut findings = Vec::new();
    for source in rust() {
        for opening in ["#[allow(", "#![allow(", "#[expect(", "#![expect("] {
            for (at, _) in source.text.match_indices(opening) {
                let end = source.text[at..].find(")]").map_or(source.text.len(), |end| at + end);
                let attribute = &source.text[at..end];
                let number = source.text[..at].lines().count() + 1;
                let quoted = source.text[..at].ends_with('"');
                if !attribute.contains("reason") && !quoted {
                    findings.push(format!(
                        "{}:{number} {}…",
                        source.path,
                        attribute.lines().next().unwrap_or_default()
                    ));
                }
            }
        }
    }
    none_of(
        &findings,
        "Write #[expect(lint, reason = \"…\")], so that the next reader knows, and rustc says when it is over:",
    );
}

#[test]
fn no_test_is_switched_off() {
    let mark = ["#[ig", "nore"].concat();
    let findings: Vec<String> = rust()
        .iter()
        .flat_map(|source| {
            let found: Vec<String> = source
                .lines()
                .filter(|(_, line)| line.contains(&mark))
                .map(|(number, _)| format!("{}:{number}", source.path))
                .collect();
            found
        })
        .collect();
    none_of(&findings, "A test that does not run proves nothing: mend it or take it out.");
}

#[test]
fn no_page_needs_a_script() {
    let mut findings = Vec::new();
    for source in under("crates").iter().filter(|source| source.is_rust() && !source.is_test()) {
        let code = source.code();
        let kit = source.path.starts_with("crates/ground/src/html/");
        for (number, line) in code.lines().enumerate() {
            let trimmed = line.trim_start();
            let handler = [" onclick=", " onchange=", " onsubmit=", " oninput=", " onload=", " style=\""];
            for found in handler.iter().filter(|handler| line.contains(**handler)) {
                findings.push(format!("{}: line {} of its code has{found}", source.path, number + 1));
            }
            if !kit && (trimmed.starts_with("script ") || trimmed.starts_with("style ")) {
                findings.push(format!(
                    "{}: line {} of its code adds a script or a style of its own",
                    source.path,
                    number + 1
                ));
            }
            if line.contains("PreEscaped(") && !kit && !line.contains("// safe:") {
                findings.push(format!(
                    "{}: line {} of its code shows a text unescaped; say after it `// safe: why`",
                    source.path,
                    number + 1
                ));
            }
        }
    }
    none_of(
        &findings,
        "Law 10: pages work without JavaScript, and the content policy lets no inline script or style run:",
    );
}

#[test]
fn every_room_says_on_one_page_what_it_is() {
    let mut findings = Vec::new();
    for source in under("crates").iter().filter(|source| source.path.ends_with("src/lib.rs")) {
        let docs = source.text.lines().take_while(|line| line.starts_with("//!")).count();
        if docs < 3 {
            findings
                .push(format!("{} begins with its words, invariants, events, rights and views", source.path));
        }
    }
    none_of(&findings, "The first page of a crate is its door plate:");
}
