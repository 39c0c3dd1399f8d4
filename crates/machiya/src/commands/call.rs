//! `machiya call`: any action, with JSON in and JSON out.

use std::io::Read as _;
use std::process::ExitCode;

use clap::Args;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use serde_json::Value;

use super::{Desk, Outcome, out_json};
use crate::operator;

/// Input from a file or a pipe is read up to here.
const INPUT_BYTES_MAX: u64 = 64 << 20;

#[derive(Args)]
pub struct Call {
    #[arg(value_name = "ACTION")]
    action: String,
    #[arg(long)]
    city: Option<String>,
    #[arg(long, value_name = "JSON|@FILE|-", default_value = "{}")]
    json: String,
    #[arg(long = "as", value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Call {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let asked = operator::Call {
            city: self.city,
            action: self.action,
            input: read_input(&self.json)?,
            account: self.account.as_deref().map(read_account).transpose()?,
            once: None,
            lang: desk.t.lang(),
        };
        let answer: Value = desk.reach().await?.ask("call", &asked).await?;
        out_json(&answer)?;
        Ok(ExitCode::SUCCESS)
    }
}

pub fn read_account(text: &str) -> Result<Id, Fault> {
    text.parse().map_err(|_| Fault::new(Kind::Missing, "account-unknown").arg("account", text))
}

/// JSON as written, from a file (`@name`), or from what is piped in (`-`).
pub fn read_input(given: &str) -> Result<Value, Fault> {
    let unreadable = |path: &str, fault: std::io::Error| {
        Fault::new(Kind::Invalid, "file-unreadable").arg("path", path).arg("said", fault)
    };
    let text = if given == "-" {
        let mut text = String::new();
        std::io::stdin()
            .take(INPUT_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|fault| unreadable("-", fault))?;
        text
    } else if let Some(path) = given.strip_prefix('@') {
        std::fs::read_to_string(path).map_err(|fault| unreadable(path, fault))?
    } else {
        given.to_owned()
    };
    ground::validate::read_bytes(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn input_comes_as_written_or_from_a_file() {
        assert_eq!(read_input("{\"a\":1}").unwrap(), serde_json::json!({"a": 1}));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.json");
        std::fs::write(&path, "{\"a\":2}").unwrap();
        assert_eq!(read_input(&format!("@{}", path.display())).unwrap(), serde_json::json!({"a": 2}));
        assert_eq!(read_input("@/nonexistent").unwrap_err().code(), "file-unreadable");
        assert_eq!(read_input("{").unwrap_err().code(), "not-json");
    }

    proptest! {
        #[test]
        fn any_argument_is_read_without_a_crash(text in "[^@-]\\PC{0,40}") {
            let _ = read_input(&text);
            let _ = read_account(&text);
        }
    }
}
