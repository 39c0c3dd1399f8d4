//! `machiya import`: a spreadsheet into any action.
//!
//! An action that takes a whole file (`people.stage_import`) gets the file. Any other is given each row of the table as
//! its input: a column is a field of the input (`address.zip` for a field inside a field), read as the type that the
//! input's schema says. Each row is done once, however often the same file is imported.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Args;
use ground::csv_in::{self, ColumnSpec, Layout, SheetRow};
use ground::fault::{Fault, Kind};
use ground::seal::token_digest;
use serde_json::{Map, Value};

use super::call::{read_account, read_input};
use super::{Desk, Outcome, Reach, out_json};
use crate::installation;
use crate::operator::Call;

/// The field of an input that takes a whole file, in base 64, and the one for its name.
const WHOLE_FILE: &str = "file";
const FILE_NAME: &str = "source";
/// What a table in a folder of the operator's own may hold.
const ROWS_MAX: usize = 1_000_000;
/// Faults shown one by one; the rest is counted.
const SHOWN_MAX: usize = 50;

#[derive(Args)]
pub struct Import {
    #[arg(value_name = "ACTION")]
    action: String,
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long)]
    city: Option<String>,
    #[arg(long = "as", value_name = "ACCOUNT")]
    account: Option<String>,
    #[arg(long, value_name = "JSON|@FILE|-", default_value = "{}")]
    json: String,
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let house = installation::house_without_data()?;
        let action = house.action(&self.action).filter(|action| action.writes()).ok_or_else(|| {
            Fault::new(Kind::Missing, "action-unknown")
                .arg("action", &self.action)
                .arg("hint", nearest(&house, &self.action))
        })?;
        let fields = fields(&serde_json::to_value(&action.input).map_err(Fault::internal)?);
        let given = read_input(&self.json)?;
        let bytes = std::fs::read(&self.file).map_err(|said| {
            Fault::new(Kind::Invalid, "file-unreadable").arg("path", self.file.display()).arg("said", said)
        })?;
        if fields.contains_key(WHOLE_FILE) {
            return self.whole(desk, given, &fields, &bytes).await;
        }
        let sheet = csv_in::read(&bytes, &layout(&fields))?;
        let whole = token_digest(&String::from_utf8_lossy(&bytes));
        let account = self.account.as_deref().map(read_account).transpose()?;
        let mut done = 0usize;
        let mut wrong = 0usize;
        let mut reach: Option<Reach> = None;
        for row in &sheet.rows {
            let outcome = match input_of(row, &fields, &given) {
                Err(fault) => Err(fault),
                Ok(_) if self.dry_run => Ok(Value::Null),
                Ok(input) => {
                    let reach = match &reach {
                        Some(reach) => reach,
                        None => reach.insert(desk.reach().await?),
                    };
                    let call = Call {
                        city: self.city.clone(),
                        action: self.action.clone(),
                        input,
                        account: account.clone(),
                        once: Some(format!("import-{}-{}", whole.get(..32).unwrap_or(&whole), row.line)),
                        lang: desk.t.lang(),
                    };
                    reach.ask::<Value>("call", &call).await
                }
            };
            match outcome {
                Ok(_) => done += 1,
                // Nothing can be reached: the rows after this one would only say so again.
                Err(fault)
                    if matches!(fault.kind(), Kind::Unavailable | Kind::SignedOut)
                        || fault.is_broken_inside() =>
                {
                    return Err(fault);
                }
                Err(fault) => {
                    wrong += 1;
                    if wrong <= SHOWN_MAX {
                        complain(desk, row.line, &fault);
                    }
                }
            }
        }
        let word = if self.dry_run { "cli-import-tried" } else { "cli-import-done" };
        desk.tell(word, &[("done", &done.to_string()), ("wrong", &wrong.to_string())]);
        Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Import {
    /// For actions that read the file themselves, with a preview of their own.
    async fn whole(
        self,
        desk: &Desk,
        mut input: Value,
        fields: &BTreeMap<String, InputField>,
        bytes: &[u8],
    ) -> Outcome {
        put(&mut input, WHOLE_FILE, Value::String(BASE64.encode(bytes)));
        if fields.contains_key(FILE_NAME) {
            let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned());
            put(&mut input, FILE_NAME, Value::String(name.unwrap_or_default()));
        }
        if self.dry_run {
            desk.tell("cli-import-whole", &[("action", &self.action)]);
            return Ok(ExitCode::SUCCESS);
        }
        let call = Call {
            city: self.city,
            action: self.action,
            input,
            account: self.account.as_deref().map(read_account).transpose()?,
            once: None,
            lang: desk.t.lang(),
        };
        let answer: Value = desk.reach().await?.ask("call", &call).await?;
        out_json(&answer)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn complain(desk: &Desk, line: usize, fault: &Fault) {
    let line = line.to_string();
    if fault.fields().is_empty() {
        eprintln!("{}", desk.say("cli-import-line", &[("line", &line), ("said", &fault.title(&desk.t))]));
    }
    for field in fault.fields() {
        let said = format!("{}: {}", field.path, field.words(&desk.t));
        eprintln!("{}", desk.say("cli-import-line", &[("line", &line), ("said", &said)]));
    }
}

fn nearest(house: &ground::house::House, name: &str) -> String {
    house
        .actions()
        .filter(|action| action.writes())
        .map(|action| (strsim::damerau_levenshtein(name, action.name), action.name))
        .min()
        .map_or_else(String::new, |(_, name)| name.to_owned())
}

/// How a cell becomes a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Text,
    Whole,
    Number,
    Switch,
    /// Parts separated by `;`.
    Texts,
}

#[derive(Clone, Debug, PartialEq)]
struct InputField {
    cell: Cell,
    required: bool,
}

/// The fields of an input, by their dotted names, from its schema.
fn fields(schema: &Value) -> BTreeMap<String, InputField> {
    let mut out = BTreeMap::new();
    gather(schema, schema, "", true, 0, &mut out);
    out
}

const DEPTH_MAX: usize = 4;

fn gather(
    root: &Value,
    schema: &Value,
    prefix: &str,
    required_above: bool,
    depth: usize,
    out: &mut BTreeMap<String, InputField>,
) {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let field = resolved(root, field);
        let path = format!("{prefix}{name}");
        let required = required_above && required.contains(&name.as_str());
        if field.get("properties").is_some() && depth < DEPTH_MAX {
            gather(root, field, &format!("{path}."), required, depth + 1, out);
        } else {
            out.insert(path, InputField { cell: cell(field), required });
        }
    }
}

/// Follows a reference, and looks through "this or null".
fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let pointed = name.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return pointed.unwrap_or(schema);
    }
    let one_of = schema.get("anyOf").and_then(Value::as_array);
    match one_of
        .and_then(|all| all.iter().find(|one| one.get("type").and_then(Value::as_str) != Some("null")))
    {
        Some(inner) if inner.get("$ref").is_some() => resolved(root, inner),
        Some(inner) => inner,
        None => schema,
    }
}

fn cell(schema: &Value) -> Cell {
    let is = |kind: &str| match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(all)) => all.iter().any(|one| one == kind),
        _ => false,
    };
    if is("integer") {
        Cell::Whole
    } else if is("number") {
        Cell::Number
    } else if is("boolean") {
        Cell::Switch
    } else if is("array") {
        Cell::Texts
    } else {
        Cell::Text
    }
}

fn layout(fields: &BTreeMap<String, InputField>) -> Layout {
    let columns: Vec<ColumnSpec> = fields
        .iter()
        .map(|(name, field)| ColumnSpec {
            // A layout is made once in the life of a command.
            key: Box::leak(name.clone().into_boxed_str()),
            names: &[],
            required: field.required,
        })
        .collect();
    Layout::new(&columns).limits(csv_in::Limits { rows: ROWS_MAX, ..csv_in::Limits::USUAL })
}

/// One row as the action's input. An empty cell is a field that is not given.
fn input_of(row: &SheetRow, fields: &BTreeMap<String, InputField>, given: &Value) -> Result<Value, Fault> {
    let mut input = given.clone();
    let mut fault = row.faults.iter().fold(Fault::invalid(), |fault, wrong| {
        let args: Vec<(&str, &str)> =
            wrong.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fault.and_field(wrong.path.clone(), wrong.word.clone(), &args)
    });
    for (name, field) in fields {
        let text = row.get(name).trim();
        if text.is_empty() {
            if field.required && field.cell == Cell::Text {
                put(&mut input, name, Value::String(String::new()));
            }
            continue;
        }
        match value(field.cell, text) {
            Some(value) => put(&mut input, name, value),
            None => {
                let wanted = format!("{:?}", field.cell).to_lowercase();
                fault = fault.and_field(name, "field-type", &[("wanted", &wanted)]);
            }
        }
    }
    if fault.fields().is_empty() { Ok(input) } else { Err(fault) }
}

fn value(cell: Cell, text: &str) -> Option<Value> {
    match cell {
        Cell::Text => Some(Value::String(text.to_owned())),
        Cell::Whole => text.parse::<i64>().ok().map(Value::from),
        Cell::Number => text
            .parse::<f64>()
            .ok()
            .and_then(|number| serde_json::Number::from_f64(number).map(Value::Number)),
        Cell::Switch => match text.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "はい" | "○" | "有" => Some(Value::Bool(true)),
            "false" | "0" | "no" | "off" | "いいえ" | "×" | "無" => Some(Value::Bool(false)),
            _ => None,
        },
        Cell::Texts => {
            Some(text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect())
        }
    }
}

/// Puts a value under a dotted name.
pub fn put(input: &mut Value, path: &str, value: Value) {
    let mut place = input;
    for part in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Some(map) = place.as_object_mut() else { return };
        place = map.entry(part.to_owned()).or_insert(Value::Null);
    }
    *place = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object",
            "required": ["name", "place"],
            "properties": {
                "name": {"type": "string"},
                "size": {"type": "integer", "format": "int64"},
                "open": {"type": ["boolean", "null"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "place": {"$ref": "#/$defs/Place"},
            },
            "$defs": {"Place": {"type": "object", "required": ["zip"], "properties": {"zip": {"type": "string"}}}},
        })
    }

    fn rows(file: &str) -> Vec<Result<Value, Fault>> {
        let fields = fields(&schema());
        let sheet = csv_in::read(file.as_bytes(), &layout(&fields)).unwrap();
        sheet.rows.iter().map(|row| input_of(row, &fields, &json!({}))).collect()
    }

    #[test]
    fn a_row_becomes_the_input_that_the_schema_describes() {
        let rows = rows("name,size,open,tags,place.zip\n港,12,はい,a; b,700-0001\n浜,,,,700-0002\n");
        assert_eq!(
            *rows[0].as_ref().unwrap(),
            json!({"name": "港", "size": 12, "open": true, "tags": ["a", "b"], "place": {"zip": "700-0001"}})
        );
        assert_eq!(*rows[1].as_ref().unwrap(), json!({"name": "浜", "place": {"zip": "700-0002"}}));
    }

    #[test]
    fn a_cell_of_the_wrong_type_is_named() {
        let rows = rows("name,size,place.zip\n港,many,700\n");
        let fault = rows[0].as_ref().unwrap_err();
        assert_eq!(
            (fault.fields()[0].path.as_str(), fault.fields()[0].word.as_str()),
            ("size", "field-type")
        );
    }

    #[test]
    fn a_table_without_a_needed_column_is_refused() {
        let fields = fields(&schema());
        assert!(csv_in::read("size\n1\n".as_bytes(), &layout(&fields)).is_err());
    }

    proptest! {
        #[test]
        fn any_table_is_read_without_a_crash(file in "\\PC{0,80}") {
            let fields = fields(&schema());
            if let Ok(sheet) = csv_in::read(file.as_bytes(), &layout(&fields)) {
                for row in &sheet.rows {
                    let _ = input_of(row, &fields, &json!({}));
                }
            }
        }
    }
}
