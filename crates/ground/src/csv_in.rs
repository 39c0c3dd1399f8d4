//! Tables that people upload: bytes of a spreadsheet's export in, rows with named cells out.
//!
//! Nobody is asked for an encoding or a separator: both are found, and said. Column names are matched the way a reader
//! would match them (ｶﾅ is カナ, （is (, ― is ー). What is wrong with the whole table is a fault with its line; what is
//! wrong with one row stays with that row, so that a preview can show the good rows beside the bad ones.

mod decode;
mod split;

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

pub use decode::Encoding;

use crate::fault::{Fault, FieldFault, Kind};
use split::{Record, Records};

/// A header stands within so many records: titles and notes may come before it.
const HEADER_WITHIN: usize = 20;
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];

/// A column that a table may have.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// The name of its cells in `SheetRow::cells`.
    pub key: &'static str,
    /// What people call it; the first is how faults call it. The key itself is always understood.
    pub names: &'static [&'static str],
    /// Whether the table is refused without this column. An empty cell is the caller's business.
    pub required: bool,
}

/// What a table holds at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes: usize,
    pub rows: usize,
    pub columns: usize,
    pub cell_chars: usize,
}

impl Limits {
    pub const USUAL: Limits =
        Limits { bytes: 32 * 1024 * 1024, rows: 100_000, columns: 200, cell_chars: 20_000 };
}

/// The columns that a kind of table has.
#[derive(Clone, Debug)]
pub struct Layout {
    columns: Vec<ColumnSpec>,
    by_folded: BTreeMap<String, &'static str>,
    limits: Limits,
}

impl Layout {
    pub fn new(columns: &[ColumnSpec]) -> Layout {
        let mut by_folded = BTreeMap::new();
        for column in columns {
            by_folded.insert(fold(column.key), column.key);
            for name in column.names {
                by_folded.insert(fold(name), column.key);
            }
        }
        Layout { columns: columns.to_vec(), by_folded, limits: Limits::USUAL }
    }

    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Layout {
        self.limits = limits;
        self
    }

    fn key_of(&self, header: &str) -> Option<&'static str> {
        self.by_folded.get(&fold(header)).copied()
    }

    fn known_in(&self, record: &Record<'_>) -> usize {
        record.cells.iter().filter(|cell| self.key_of(cell).is_some()).count()
    }
}

/// A table as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub encoding: Encoding,
    /// The line its column names stand on.
    pub header_line: usize,
    pub rows: Vec<SheetRow>,
    /// Columns that nobody asked for, as written: they are left out.
    pub unknown: Vec<String>,
}

impl Sheet {
    pub fn has_faults(&self) -> bool {
        self.rows.iter().any(|row| !row.faults.is_empty())
    }
}

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetRow {
    /// The line of the file it begins on, counted from 1.
    pub line: usize,
    /// The cells by the keys of their columns, without white space around them. Columns that the table does not have
    /// are absent.
    pub cells: BTreeMap<&'static str, String>,
    /// What is wrong with this row. Callers add their own.
    pub faults: Vec<FieldFault>,
}

impl SheetRow {
    /// A cell; empty when the table has no such column.
    pub fn get(&self, key: &str) -> &str {
        self.cells.get(key).map_or("", String::as_str)
    }

    /// Says what is wrong with a cell of this row.
    pub fn wrong(&mut self, key: &str, word: &str, args: &[(&str, &str)]) {
        let path = if key.is_empty() { format!("lines[{}]", self.line) } else { self.path(key) };
        let mut args: Vec<(String, String)> =
            args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        args.push(("line".to_owned(), self.line.to_string()));
        self.faults.push(FieldFault { path, word: word.to_owned(), args });
    }

    /// The path of a cell in faults: `lines[12].name`.
    pub fn path(&self, key: &str) -> String {
        format!("lines[{}].{key}", self.line)
    }
}

/// Reads an uploaded table.
pub fn read(bytes: &[u8], layout: &Layout) -> Result<Sheet, Fault> {
    let limits = layout.limits;
    if bytes.len() > limits.bytes {
        return Err(Fault::too_large(format!("{} MB", limits.bytes / (1024 * 1024))));
    }
    let (encoding, text) = decode::decode(bytes)?;
    let read = read_text(encoding, &text, layout);
    // A short CP932 text can pass for UTF-8; the column names tell them apart.
    if read.is_err()
        && encoding == Encoding::Utf8
        && !text.is_ascii()
        && let Some(other) = decode::as_cp932(bytes)
        && let Ok(sheet) = read_text(Encoding::Cp932, &other, layout)
    {
        return Ok(sheet);
    }
    read
}

fn read_text(encoding: Encoding, text: &str, layout: &Layout) -> Result<Sheet, Fault> {
    let limits = layout.limits;
    let (separator, skipped) = find_header(text, layout)?;
    let mut records = Records::new(text, separator, limits);
    for _ in 0..skipped {
        records.next_record()?;
    }
    let header = records.next_record()?.ok_or_else(empty)?;
    let (keys, unknown) = columns_of(&header, layout)?;
    let width = header.cells.len();
    let mut rows = Vec::new();
    while let Some(record) = records.next_record()? {
        if record.cells.iter().all(|cell| trimmed(cell).is_empty()) {
            continue;
        }
        if rows.len() == limits.rows {
            return Err(Fault::new(Kind::TooLarge, "table-too-many-rows")
                .arg("limit", limits.rows)
                .arg("line", record.line));
        }
        rows.push(row_of(record, &keys, width));
    }
    Ok(Sheet { encoding, header_line: header.line, rows, unknown })
}

/// The separator and the number of records before the header: whatever makes the most column names known.
fn find_header(text: &str, layout: &Layout) -> Result<(u8, usize), Fault> {
    let mut best: Option<(usize, usize, u8, usize)> = None;
    let mut problem = None;
    for separator in SEPARATORS {
        let mut records = Records::new(text, separator, layout.limits);
        for nth in 0..HEADER_WITHIN {
            let record = match records.next_record() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(fault) => {
                    problem.get_or_insert(fault);
                    break;
                }
            };
            if record.cells.iter().all(|cell| trimmed(cell).is_empty()) {
                continue;
            }
            let (known, width) = (layout.known_in(&record), record.cells.len());
            let better = match best {
                None => true,
                Some((most, _, _, _)) if known != most => known > most,
                // Nothing is known: the first record of the separator that divides it most says what there is.
                Some((_, widest, _, place)) => width > widest && (known > 0 || nth <= place),
            };
            if better {
                best = Some((known, width, separator, nth));
            }
        }
    }
    match (best, problem) {
        // Where no column is known, a broken record is the likelier reason.
        (Some((0, ..)) | None, Some(fault)) => Err(fault),
        (Some((_, _, separator, nth)), _) => Ok((separator, nth)),
        (None, None) => Err(empty()),
    }
}

fn empty() -> Fault {
    Fault::new(Kind::Invalid, "table-empty")
}

type Keys = Vec<Option<&'static str>>;

/// Which column stands where, and which are not known.
fn columns_of(header: &Record<'_>, layout: &Layout) -> Result<(Keys, Vec<String>), Fault> {
    let mut keys: Keys = Vec::with_capacity(header.cells.len());
    let mut unknown = Vec::new();
    for cell in &header.cells {
        let key = layout.key_of(cell);
        if key.is_some() && keys.contains(&key) {
            return Err(Fault::new(Kind::Invalid, "table-column-twice")
                .arg("column", trimmed(cell))
                .arg("line", header.line));
        }
        let name = trimmed(cell);
        if key.is_none() && !name.is_empty() {
            unknown.push(name.to_owned());
        }
        keys.push(key);
    }
    let missing: Vec<&str> = layout
        .columns
        .iter()
        .filter(|column| column.required && !keys.contains(&Some(column.key)))
        .map(|column| column.names.first().copied().unwrap_or(column.key))
        .collect();
    if missing.is_empty() {
        return Ok((keys, unknown));
    }
    let found: Vec<&str> = header.cells.iter().map(|cell| trimmed(cell)).take(30).collect();
    Err(Fault::new(Kind::Invalid, "table-columns-missing")
        .arg("columns", missing.join("、"))
        .arg("found", found.join("、"))
        .arg("line", header.line))
}

fn row_of(record: Record<'_>, keys: &Keys, width: usize) -> SheetRow {
    let mut row = SheetRow { line: record.line, ..SheetRow::default() };
    let got = record.cells.len();
    // Spreadsheets leave empty cells behind at the end of a row; only full ones are too many.
    let too_many = record.cells.iter().skip(width).any(|cell| !trimmed(cell).is_empty());
    for (key, cell) in keys.iter().zip(&record.cells) {
        if let Some(key) = key {
            row.cells.insert(key, without_guard(trimmed(cell)).to_owned());
        }
    }
    if too_many || got < width {
        let word = if too_many { "field-row-long" } else { "field-row-short" };
        row.wrong("", word, &[("wanted", &width.to_string()), ("got", &got.to_string())]);
    }
    row
}

fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The apostrophe that our own tables put before what looks like a formula comes off again.
fn without_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) => rest,
        _ => cell,
    }
}

/// A column's name as compared: width, case, spaces, and the shapes of dashes and brackets do not matter.
pub fn fold(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{feff}' | '\u{200b}'))
        .map(|c| match c {
            '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{2500}'
            | '\u{2501}'
            | '\u{30fc}'
            | '\u{fe58}'
            | '\u{301c}'
            | '~' => '-',
            '【' | '〔' | '[' | '「' | '『' | '〈' | '《' => '(',
            '】' | '〕' | ']' | '」' | '』' | '〉' | '》' => ')',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests;
