//! `machiya key`: a new key in front, what is sealed sealed again, and how old the keys are.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use ground::fault::{Fault, Kind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Desk, Outcome};
use crate::installation::{Installation, key};

#[derive(Subcommand)]
pub enum Key {
    Rotate,
    ShowAge,
    New,
}

/// What the operator asks of the keys.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask {
    Rotate,
}

impl Key {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let path = desk.settings.key_path();
        let shown = path.display().to_string();
        match self {
            Key::Rotate => {
                let done: Value = desk.reach().await?.ask("key", &Ask::Rotate).await?;
                let name = done.get("name").and_then(Value::as_str).unwrap_or_default();
                desk.tell("cli-key-rotated", &[("name", name), ("path", &shown)]);
            }
            Key::ShowAge => {
                let text = key::read(&path)?
                    .ok_or_else(|| Fault::new(Kind::Missing, "key-none").arg("path", path.display()))?;
                for (index, (name, day)) in key::ages(&text).into_iter().enumerate() {
                    let word = if index == 0 { "cli-key-seals" } else { "cli-key-opens" };
                    desk.tell(word, &[("name", &name), ("day", &day)]);
                }
            }
            Key::New => {
                if key::read(&path)?.is_some() {
                    return Err(Fault::new(Kind::Conflict, "key-is-there").arg("path", path.display()));
                }
                key::make(&path, &ground::clock::MachineClock::new())?;
                desk.tell("cli-key-made", &[("path", &shown)]);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs where the data is: in the server, or in the command that holds the folder.
pub async fn operate(installation: Arc<Installation>, input: Value) -> Result<Value, Fault> {
    let Ask::Rotate = ground::validate::read(input)?;
    let text = key::rotate(&installation.settings.key_path(), installation.house.clock.as_ref())?;
    let name = key::ages(&text).into_iter().next().map(|(name, _)| name).unwrap_or_default();
    tracing::info!(key = name, "a new key seals from now on");
    Ok(json!({"name": name}))
}
