//! `machiya rights`: who may do what, how far, from the same list that decides.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ground::csv_out;
use ground::floor::actions::{RightsRow, rights_matrix};
use ground::house::House;

use super::{Desk, Outcome, out, out_json};
use crate::installation;

#[derive(Args)]
pub struct Rights {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[arg(value_name = "ACTION")]
    action: Option<String>,
}

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
    pub fn run(self, desk: &Desk) -> Outcome {
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
}
