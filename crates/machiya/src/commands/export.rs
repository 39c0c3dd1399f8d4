//! `machiya export`: a listing action, walked through page by page and written as a table for spreadsheets.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ground::csv_out;
use ground::fault::{Fault, Kind};
use ground::list::PAGE_ROWS_MAX;
use serde_json::{Map, Value, json};

use super::call::{read_account, read_input};
use super::import::put;
use super::{Desk, Outcome};
use crate::installation;
use crate::operator::Call;

#[derive(Args)]
pub struct Export {
    #[arg(value_name = "ACTION")]
    action: String,
    #[arg(long)]
    city: Option<String>,
    #[arg(long, value_name = "JSON|@FILE|-", default_value = "{}")]
    json: String,
    #[arg(long = "as", value_name = "ACCOUNT")]
    account: Option<String>,
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let reach = desk.reach().await?;
        let asked = read_input(&self.json)?;
        let account = self.account.as_deref().map(read_account).transpose()?;
        let mut rows: Vec<Map<String, Value>> = Vec::new();
        let mut after = String::new();
        let has_pages = self.has_pages()?;
        loop {
            let mut input = asked.clone();
            if has_pages {
                put(&mut input, "paging.rows", json!(PAGE_ROWS_MAX));
                put(&mut input, "paging.after", json!(after));
            }
            let call = Call {
                city: self.city.clone(),
                action: self.action.clone(),
                input,
                account: account.clone(),
                once: None,
                lang: desk.t.lang(),
            };
            let page: Value = reach.ask("call", &call).await?;
            let listed = page.as_array().or_else(|| page.get("rows").and_then(Value::as_array));
            let listed =
                listed.ok_or_else(|| Fault::new(Kind::Invalid, "not-a-list").arg("action", &self.action))?;
            rows.extend(listed.iter().map(flat));
            match page.get("next").and_then(Value::as_str) {
                // A page that points at itself would never end.
                Some(next) if next != after => after = next.to_owned(),
                _ => break,
            }
        }
        let file = as_csv(&rows)?;
        match &self.out {
            Some(path) => {
                std::fs::write(path, &file).map_err(|said| {
                    Fault::new(Kind::Invalid, "file-unwritable").arg("path", path.display()).arg("said", said)
                })?;
                desk.tell(
                    "cli-export-done",
                    &[("rows", &rows.len().to_string()), ("path", &path.display().to_string())],
                );
            }
            None => {
                use std::io::Write as _;
                // Whoever closes the pipe early has read enough.
                let _ = std::io::stdout().write_all(&file);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Export {
    /// Short lists come whole.
    fn has_pages(&self) -> Result<bool, Fault> {
        let house = installation::house_without_data()?;
        // An action that is not there is named when it is called.
        let Some(action) = house.action(&self.action) else { return Ok(false) };
        let schema = serde_json::to_value(&action.input).map_err(Fault::internal)?;
        Ok(schema.pointer("/properties/paging").is_some())
    }
}

/// A row with dotted names for what is inside.
fn flat(row: &Value) -> Map<String, Value> {
    fn walk(prefix: &str, value: &Value, out: &mut Map<String, Value>) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                for (name, inner) in map {
                    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    walk(&path, inner, out);
                }
            }
            other => {
                out.insert(
                    if prefix.is_empty() { "value".to_owned() } else { prefix.to_owned() },
                    other.clone(),
                );
            }
        }
    }
    let mut out = Map::new();
    walk("", row, &mut out);
    out
}

fn as_csv(rows: &[Map<String, Value>]) -> Result<Vec<u8>, Fault> {
    let mut header: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(Map::keys) {
        if !header.contains(&name.as_str()) {
            header.push(name);
        }
    }
    if header.is_empty() {
        // An empty list has no columns to name.
        header.push("value");
    }
    let lines =
        rows.iter().map(|row| header.iter().map(|name| text(row.get(*name))).collect::<Vec<String>>());
    csv_out::table(&header, lines)
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) if all.iter().all(Value::is_string) => {
            all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_becomes_a_table_with_every_column() {
        let rows =
            [flat(&json!({"id": "1", "place": {"zip": "7"}})), flat(&json!({"id": "2", "tags": ["a", "b"]}))];
        let text = String::from_utf8(as_csv(&rows).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}id,place.zip,tags\r\n1,7,\r\n2,,a;b\r\n");
    }
}
