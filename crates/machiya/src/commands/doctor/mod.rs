//! `machiya doctor`: what is wrong with this installation, in plain words, and what to do about it.
//!
//! What the machine and the settings show is looked at from outside (`outside.rs`); what only the data shows is asked
//! of the running server, or looked up directly when none runs (`inside.rs`).

mod inside;
mod outside;

use std::process::ExitCode;

use clap::Args;
use ground::fault::Fault;
use serde::{Deserialize, Serialize};

use super::reach::Server;
use super::{Desk, Outcome, out, out_json};
use crate::operator::Status;

pub use inside::inside;
pub use outside::basics;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Good,
    /// Works, and could be better.
    Hint,
    /// Needs somebody to act.
    Bad,
}

/// One thing that was looked at. Its words are `doctor-<word>`, and for all but good ones `doctor-<word>-remedy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub level: Level,
    pub word: String,
    pub args: Vec<(String, String)>,
    /// Said already, in the reader's language: what a fault says.
    #[serde(default)]
    pub said: Option<(String, String)>,
}

impl Finding {
    fn new(level: Level, word: &str) -> Finding {
        Finding { level, word: word.to_owned(), args: Vec::new(), said: None }
    }
    pub fn good(word: &str) -> Finding {
        Finding::new(Level::Good, word)
    }
    pub fn hint(word: &str) -> Finding {
        Finding::new(Level::Hint, word)
    }
    pub fn bad(word: &str) -> Finding {
        Finding::new(Level::Bad, word)
    }
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Finding {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
    pub fn of_fault(desk: &Desk, fault: &Fault) -> Finding {
        let detail = fault.for_the_log().map_or_else(String::new, |detail| format!(" ({detail})"));
        let mut finding = Finding::bad("");
        finding.said = Some((format!("{}{detail}", fault.title(&desk.t)), fault.remedy(&desk.t)));
        finding
    }

    fn lines(&self, desk: &Desk) -> (String, String) {
        if let Some(said) = &self.said {
            return said.clone();
        }
        let args: Vec<(&str, &str)> =
            self.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let what = desk.say(&format!("doctor-{}", self.word), &args);
        let remedy = match self.level {
            Level::Good => String::new(),
            _ => desk.say(&format!("doctor-{}-remedy", self.word), &args),
        };
        (what, remedy)
    }
}

#[derive(Args)]
pub struct Doctor {
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// 0: nothing needs anybody. 1: something does.
    pub async fn run(self, desk: &Desk) -> Outcome {
        let mut findings = basics(desk).await;
        findings.extend(outside::surroundings(desk).await);
        // Opening would bring the tables up to date: that is for the next start, not for somebody who looks.
        let may_open = outside::has_data(&desk.settings)
            && !findings.iter().any(|finding| finding.word == "database-to-migrate");
        findings.extend(self.through_the_door(desk, may_open).await);
        if self.json {
            let lines: Vec<_> = findings
                .iter()
                .map(|finding| {
                    let (what, remedy) = finding.lines(desk);
                    serde_json::json!({"level": finding.level, "code": finding.word, "what": what, "remedy": remedy})
                })
                .collect();
            out_json(&lines)?;
        } else {
            print(desk, &findings);
            let count = |level| findings.iter().filter(|finding| finding.level == level).count().to_string();
            desk.tell("doctor-summary", &[("bad", &count(Level::Bad)), ("hints", &count(Level::Hint))]);
        }
        let bad = findings.iter().any(|finding| finding.level == Level::Bad);
        Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn through_the_door(&self, desk: &Desk, may_open: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(server) = Server::find(&desk.settings, desk.t.lang()).await {
            match server.ask("status", &serde_json::Value::Null).await.map(serde_json::from_value::<Status>) {
                Ok(Ok(status)) if status.version != env!("CARGO_PKG_VERSION") => findings.push(
                    Finding::hint("server-other-version")
                        .arg("running", &status.version)
                        .arg("installed", env!("CARGO_PKG_VERSION")),
                ),
                Ok(Ok(status)) => {
                    findings.push(Finding::good("server-runs").arg("pid", status.pid));
                    if status.read_only {
                        findings.push(Finding::hint("read-only"));
                    }
                }
                Ok(Err(fault)) => findings.push(Finding::of_fault(desk, &Fault::internal(fault))),
                Err(fault) => findings.push(Finding::of_fault(desk, &fault)),
            }
        } else {
            findings.push(Finding::hint("no-server"));
            if !may_open {
                return findings;
            }
        }
        let asked = match desk.reach().await {
            Ok(reach) => reach.ask::<Vec<Finding>>("health", &()).await,
            Err(fault) => Err(fault),
        };
        match asked {
            Ok(inside) => findings.extend(inside),
            Err(fault) => findings.push(Finding::of_fault(desk, &fault)),
        }
        findings
    }
}

pub fn print(desk: &Desk, findings: &[Finding]) {
    for finding in findings {
        let mark = match finding.level {
            Level::Good => "✓",
            Level::Hint => "!",
            Level::Bad => "✗",
        };
        let (what, remedy) = finding.lines(desk);
        out(&format!("{mark} {what}"));
        if !remedy.is_empty() {
            out(&format!("    → {remedy}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use ground::words::Lang;

    /// The words that findings name, read from the sources: `hint("…")`, `bad("…")`, `good("…")`.
    #[test]
    fn every_finding_has_its_words_and_its_remedy() {
        let words = crate::rooms::words().unwrap();
        let sources = [include_str!("mod.rs"), include_str!("inside.rs"), include_str!("outside.rs")];
        let mut seen = 0;
        for source in sources {
            for (kind, remedied) in [("good", false), ("hint", true), ("bad", true)] {
                for piece in source.split(&format!("Finding::{kind}(\"")).skip(1) {
                    let word = piece.split('"').next().unwrap();
                    for lang in Lang::ALL.into_iter().filter(|_| !word.is_empty()) {
                        let t = words.tongue(lang);
                        assert!(t.knows(&format!("doctor-{word}")), "doctor-{word}");
                        assert!(
                            !remedied || t.knows(&format!("doctor-{word}-remedy")),
                            "doctor-{word}-remedy"
                        );
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 60, "{seen}");
    }
}
