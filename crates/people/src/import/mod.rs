//! Lists that staff read in from a spreadsheet: what kinds there are and which columns each has.

use ground::csv_in::{ColumnSpec, Layout, Limits};
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
