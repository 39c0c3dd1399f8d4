//! `machiya rights`: who may do what, how far, from the same list that decides; with a city, its own policies, too.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ground::csv_out;
use ground::floor::actions::{RightsRow, rights_matrix};
use ground::house::House;
use serde_json::{Value, json};

use super::{Desk, Outcome, out, out_json};
use crate::{installation, operator};

#[derive(Args)]
pub struct Rights {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// The city's own policies as well.
    #[arg(long)]
    city: Option<String>,
    #[arg(value_name = "ACTION")]
    action: Option<String>,
}

/// Policies asked for at once.
const POLICIES_ROWS: i64 = 500;

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

/// Doors have lines of their own: what they let in still asks for the right of each action behind them.
fn doors(house: &House) -> Vec<RightsRow> {
    let all = house.rooms.iter().flat_map(|room| room.doors.iter().map(move |door| (room, door)));
    all.map(|(room, door)| RightsRow {
        action: door.name.to_owned(),
        room: room.name.to_owned(),
        writes: !door.method.is_safe(),
        grants: house
            .grants(door.name)
            .iter()
            .map(|grant| format!("{}:{}", grant.role.name(), grant.reach.name()))
            .collect(),
    })
    .collect()
}

impl Rights {
    pub async fn run(self, desk: &Desk) -> Outcome {
        if self.city.is_some() {
            return self.policies(desk).await;
        }
        let house = installation::house_without_data()?;
        let mut rows = rights_matrix(&house);
        rows.extend(doors(&house));
        if let Some(start) = &self.action {
            rows.retain(|row| row.action.starts_with(start.as_str()));
        }
        match self.format {
            Format::Json => out_json(&rows)?,
            Format::Csv => {
                let lines = rows.iter().flat_map(|row| {
                    row.grants.iter().map(|grant| {
                        let (role, reach) = grant.split_once(':').unwrap_or((grant, ""));
                        vec![
                            row.action.clone(),
                            row.room.clone(),
                            row.writes.to_string(),
                            role.to_owned(),
                            reach.to_owned(),
                        ]
                    })
                });
                let file = csv_out::table(&["action", "room", "writes", "role", "reach"], lines)?;
                out(String::from_utf8_lossy(&file).trim_end());
            }
            Format::Table => {
                let width = rows.iter().map(|row| row.action.len()).max().unwrap_or(0);
                for row in &rows {
                    let mark = if row.writes { "✎" } else { " " };
                    out(&format!("{:width$}  {mark}  {}", row.action, row.grants.join(", ")));
                    let word = format!("action-{}", row.action.replace('.', "-"));
                    if desk.t.knows(&word) {
                        out(&format!("{:width$}     {}", "", desk.t.t(&word)));
                    }
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What the city added, as it stands in its store.
    async fn policies(self, desk: &Desk) -> Outcome {
        let asked = operator::Call {
            city: self.city,
            action: "people.policies".to_owned(),
            input: json!({"paging": {"rows": POLICIES_ROWS}}),
            account: None,
            once: None,
            lang: desk.t.lang(),
        };
        let answer: Value = desk.reach().await?.ask("call", &asked).await?;
        let rows = answer.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        let text =
            |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |row: &Value, name: &str| row.get(name).and_then(Value::as_i64).unwrap_or_default();
        match self.format {
            Format::Json => out_json(&rows)?,
            Format::Csv => {
                let lines = rows.iter().map(|row| {
                    let in_force = number(row, "in_force").to_string();
                    vec![text(row, "id"), text(row, "name"), text(row, "state"), in_force, text(row, "cedar")]
                });
                let file = csv_out::table(&["id", "name", "state", "in_force", "cedar"], lines)?;
                out(String::from_utf8_lossy(&file).trim_end());
            }
            Format::Table => {
                for row in &rows {
                    let mark = if number(row, "in_force") > 0 { "●" } else { "○" };
                    out(&format!(
                        "{mark} {}  [{}]  {}",
                        text(row, "name"),
                        text(row, "state"),
                        text(row, "id")
                    ));
                    for line in text(row, "cedar").lines() {
                        out(&format!("    {line}"));
                    }
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
