//! Lists that staff read in from a spreadsheet: what kinds there are, and which columns each has.
//!
//! First a list is checked on paper (`paper`); then, each time it is looked at and again when it is taken over, its
//! rows are judged against what stands (`judge`), so that what was shown is what is done.

pub mod judge;
mod paper;

use std::collections::BTreeMap;

use ground::csv_in::{self, ColumnSpec, Layout, Limits};
use ground::csv_out;
use ground::fault::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Departments,
    Staff,
    /// Which block of the town (町字) belongs to which district.
    Blocks,
}

/// A list at most; a larger one is read in as several.
pub const LIMITS: Limits = Limits { bytes: 4 * 1024 * 1024, rows: 20_000, columns: 60, cell_chars: 1_000 };

const fn column(key: &'static str, names: &'static [&'static str], required: bool) -> ColumnSpec {
    ColumnSpec { key, names, required }
}

const DEPARTMENTS: &[ColumnSpec] = &[
    column("code", &["部署コード", "所属コード", "コード", "課コード", "組織コード"], true),
    column("name", &["部署名", "所属名", "名称", "課名", "組織名"], true),
    column("parent", &["上位部署コード", "上位コード", "親コード", "部コード"], false),
    column("place", &["並び順", "表示順", "順番"], false),
    column("name_easy", &["やさしい日本語", "部署名（やさしい日本語）"], false),
    column("name_en", &["英語", "部署名（英語）", "English"], false),
];

const STAFF: &[ColumnSpec] = &[
    column("name", &["氏名", "名前", "職員名"], true),
    column("kana", &["フリガナ", "ふりがな", "カナ", "氏名カナ"], false),
    column("mail", &["メールアドレス", "メール", "E-mail", "email"], true),
    column("department", &["部署コード", "所属コード", "課コード", "所属"], false),
    column("title", &["役職", "職名", "肩書"], false),
    column("roles", &["権限", "役割", "ロール"], false),
];

const BLOCKS: &[ColumnSpec] = &[
    column("name", &["町字", "町字名", "町名", "町丁目", "大字・町丁目名", "住所"], true),
    column("district", &["地区", "地区名"], true),
    column("slug", &["地区コード", "地区ID", "地区記号"], false),
    column("postal", &["郵便番号", "〒"], false),
];

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Departments, Kind::Staff, Kind::Blocks];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Departments => "departments",
            Kind::Staff => "staff",
            Kind::Blocks => "blocks",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub fn columns(self) -> &'static [ColumnSpec] {
        match self {
            Kind::Departments => DEPARTMENTS,
            Kind::Staff => STAFF,
            Kind::Blocks => BLOCKS,
        }
    }

    pub fn layout(self) -> Layout {
        Layout::new(self.columns()).limits(LIMITS)
    }

    /// The column names of a template, and of what the lists write out.
    pub fn header(self) -> Vec<&'static str> {
        self.columns().iter().map(|column| column.names.first().copied().unwrap_or(column.key)).collect()
    }
}

/// Rows that one transaction takes over.
pub const PART_ROWS: usize = 100;
/// How long a list waits to be taken over.
pub const WAITS_HOURS: i64 = 24;

/// What is wrong with a row: the column, and a word with its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RowFault {
    /// The column's key; empty for the row as a whole.
    pub field: String,
    pub word: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, String)>,
}

impl RowFault {
    pub fn new(field: &str, word: &str) -> RowFault {
        RowFault { field: field.to_owned(), word: word.to_owned(), args: Vec::new() }
    }

    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> RowFault {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A row as it waits: its cells tidied, and what was wrong with it on paper alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StagedRow {
    pub line: i64,
    /// By the keys of the columns; a column that the list does not have is absent.
    pub cells: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<RowFault>,
}

impl StagedRow {
    pub fn get(&self, key: &str) -> &str {
        self.cells.get(key).map_or("", String::as_str)
    }

    /// What the list says about an optional thing: an empty cell says nothing, and what stands stays.
    pub fn said(&self, key: &str) -> Option<&str> {
        Some(self.get(key)).filter(|cell| !cell.is_empty())
    }

    pub fn has_column(&self, key: &str) -> bool {
        self.cells.contains_key(key)
    }

    fn wrong(&mut self, field: &str, word: &str) {
        self.faults.push(RowFault::new(field, word));
    }
}

/// A whole list, read and checked as far as paper goes, parents before their children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Staged {
    pub rows: Vec<StagedRow>,
    pub unknown_columns: Vec<String>,
}

/// Reads a file.
pub fn read(kind: Kind, file: &[u8]) -> Result<Staged, Fault> {
    let sheet = csv_in::read(file, &kind.layout())?;
    let rows = sheet.rows.into_iter().map(|row| paper::tidied(kind, row)).collect();
    Ok(Staged { rows: paper::checked(kind, rows), unknown_columns: sheet.unknown })
}

/// A file to fill in, with one line that shows how.
pub fn template(kind: Kind) -> Result<Vec<u8>, Fault> {
    let example: &[&str] = match kind {
        Kind::Departments => &["0101", "総務課", "01", "1", "書類と きまりの課", "General Affairs Section"],
        Kind::Staff => &["町屋 花子", "マチヤ ハナコ", "hanako@city.example", "0101", "主任", "editor clerk"],
        Kind::Blocks => &["本町一丁目", "本町地区", "honmachi", "123-4567"],
    };
    csv_out::table(&kind.header(), [example.to_vec()])
}
