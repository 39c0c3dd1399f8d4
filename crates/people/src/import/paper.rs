//! What can be said about a list without looking at the city: cells tidied, forms checked, doubles and circles found.

use std::collections::{BTreeMap, BTreeSet};

use ground::csv_in::SheetRow;
use unicode_normalization::UnicodeNormalization as _;

use super::{Kind, RowFault, StagedRow};
use crate::model::{Roles, folded_mail, is_mail, katakana, tidy};
use crate::rules::{block_key, is_code, is_slug, postal_code};

/// A row with its cells as they would be kept, and what is wrong with them.
pub fn tidied(kind: Kind, sheet: SheetRow) -> StagedRow {
    let line = i64::try_from(sheet.line).unwrap_or(i64::MAX);
    let faults = sheet
        .faults
        .into_iter()
        .map(|fault| RowFault { field: String::new(), word: fault.word, args: fault.args })
        .collect();
    let mut row = StagedRow { line, cells: BTreeMap::new(), faults };
    for (key, cell) in sheet.cells {
        row.cells.insert(key.to_owned(), tidy(&cell));
    }
    match kind {
        Kind::Departments => department(&mut row),
        Kind::Staff => member(&mut row),
        Kind::Blocks => block(&mut row),
    }
    row
}

/// Replaces a cell by its proper form, or says what is wrong with it.
fn make(row: &mut StagedRow, key: &str, word: &str, form: impl Fn(&str) -> Option<String>) {
    let Some(cell) = row.cells.get(key) else { return };
    match form(cell) {
        Some(proper) => {
            row.cells.insert(key.to_owned(), proper);
        }
        None => row.wrong(key, word),
    }
}

fn required(row: &mut StagedRow, key: &str) {
    if row.get(key).is_empty() {
        row.wrong(key, "field-required");
    }
}

fn short(row: &mut StagedRow, key: &str, chars_max: usize) {
    if row.get(key).chars().count() > chars_max {
        row.faults.push(RowFault::new(key, "field-too-long").arg("max", chars_max));
    }
}

/// Spreadsheets and input methods make full-width letters; codes are half-width.
fn half_width(cell: &str) -> String {
    cell.nfkc().filter(|c| !c.is_whitespace()).collect()
}

fn code_or_empty(cell: &str) -> Option<String> {
    let code = half_width(cell);
    (code.is_empty() || is_code(&code)).then_some(code)
}

fn department(row: &mut StagedRow) {
    make(row, "code", "field-people-code", code_or_empty);
    make(row, "parent", "field-people-code", code_or_empty);
    make(row, "place", "field-people-place", |cell| {
        let number = half_width(cell);
        let good = number.is_empty() || number.parse::<u32>().is_ok_and(|number| number <= 9_999);
        good.then_some(number)
    });
    required(row, "code");
    required(row, "name");
    for (key, chars_max) in [("name", 60), ("name_easy", 60), ("name_en", 100)] {
        short(row, key, chars_max);
    }
}

fn member(row: &mut StagedRow) {
    make(row, "mail", "field-email", |cell| {
        let mail = folded_mail(cell);
        (mail.is_empty() || is_mail(&mail)).then_some(mail)
    });
    make(row, "kana", "field-unreadable", |cell| Some(katakana(cell)));
    make(row, "department", "field-people-code", code_or_empty);
    make(row, "roles", "field-people-role-name", |cell| {
        if cell.is_empty() { Some(String::new()) } else { roles_named(cell) }
    });
    required(row, "name");
    required(row, "mail");
    for key in ["name", "kana", "title"] {
        short(row, key, 60);
    }
}

/// Nobody's roles, as against a cell that says nothing.
pub const NO_ROLES: &str = "none";

/// Role names as staff write them, to the words we keep.
pub fn roles_named(cell: &str) -> Option<String> {
    let wide: String = cell.nfkc().collect::<String>().to_lowercase();
    let mut words = Vec::new();
    let pieces = wide.split(|c: char| c.is_whitespace() || ",、;/・".contains(c));
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        words.push(match piece {
            "原稿" | "原稿の担当" | "編集" | "editor" => "editor",
            "承認" | "承認の担当" | "approver" => "approver",
            "窓口" | "窓口の担当" | "clerk" => "clerk",
            "監査" | "監査の担当" | "auditor" => "auditor",
            "管理" | "管理者" | "admin" => "admin",
            "なし" | "-" | NO_ROLES => NO_ROLES,
            _ => return None,
        });
    }
    if words.contains(&NO_ROLES) {
        // 「なし」 beside a role contradicts itself.
        return words.iter().all(|word| *word == NO_ROLES).then(|| NO_ROLES.to_owned());
    }
    Roles::parse(&words.join(" ")).map(|roles| roles.written())
}

fn block(row: &mut StagedRow) {
    make(row, "slug", "field-people-slug", |cell| {
        let slug = half_width(cell).to_lowercase();
        (slug.is_empty() || is_slug(&slug)).then_some(slug)
    });
    make(row, "postal", "field-people-postal", postal_code);
    required(row, "name");
    required(row, "district");
    short(row, "name", 60);
    short(row, "district", 40);
    if !row.get("name").is_empty() && block_key(row.get("name")).is_empty() {
        row.wrong("name", "field-unreadable");
    }
}

/// What a row is about.
fn key_of(kind: Kind, row: &StagedRow) -> String {
    match kind {
        Kind::Departments => row.get("code").to_owned(),
        Kind::Staff => row.get("mail").to_owned(),
        Kind::Blocks => block_key(row.get("name")),
    }
}

/// Checks rows against each other, and puts parents before their children.
pub fn checked(kind: Kind, mut rows: Vec<StagedRow>) -> Vec<StagedRow> {
    let mut first: BTreeMap<String, i64> = BTreeMap::new();
    let column = match kind {
        Kind::Departments => "code",
        Kind::Staff => "mail",
        Kind::Blocks => "name",
    };
    for row in &mut rows {
        let key = key_of(kind, row);
        if key.is_empty() {
            continue;
        }
        match first.get(&key) {
            Some(line) => row.faults.push(RowFault::new(column, "field-people-twice").arg("first", line)),
            None => {
                first.insert(key, row.line);
            }
        }
    }
    if kind == Kind::Departments { parents_first(rows) } else { rows }
}

fn parents_first(rows: Vec<StagedRow>) -> Vec<StagedRow> {
    let mut left: Vec<StagedRow> = rows;
    let mut open: BTreeSet<String> = left.iter().map(|row| row.get("code").to_owned()).collect();
    let mut out = Vec::with_capacity(left.len());
    loop {
        // Everything whose parent is not still to come may go now.
        let (now, later): (Vec<StagedRow>, Vec<StagedRow>) = left
            .into_iter()
            .partition(|row| row.get("parent").is_empty() || !open.contains(row.get("parent")));
        if now.is_empty() {
            // Whoever is left waits for somebody who waits for them.
            out.extend(later.into_iter().map(|mut row| {
                row.wrong("parent", "field-people-circle");
                row
            }));
            return out;
        }
        for row in &now {
            open.remove(row.get("code"));
        }
        out.extend(now);
        left = later;
    }
}
