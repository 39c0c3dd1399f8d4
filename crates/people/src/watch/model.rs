//! The words of the security organisation.

use ground::id::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($kind:ident, $default:ident, $($one:ident = $name:literal),+) => {
        impl $kind {
            pub fn name(self) -> &'static str {
                match self { $($kind::$one => $name),+ }
            }

            pub fn from_name(name: &str) -> $kind {
                match name { $($name => $kind::$one,)+ _ => $kind::$default }
            }
        }
    };
}

/// What is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    #[default]
    System,
    Data,
    Terminal,
}
named!(AssetKind, System, System = "system", Data = "data", Terminal = "terminal");

impl AssetKind {
    pub const ALL: [AssetKind; 3] = [AssetKind::System, AssetKind::Data, AssetKind::Terminal];

    /// What somebody is who answers for it.
    pub fn duty(self) -> Duty {
        match self {
            AssetKind::System => Duty::System,
            AssetKind::Data => Duty::Information,
            AssetKind::Terminal => Duty::Terminal,
        }
    }
}

/// What somebody answers for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// 最高情報セキュリティ責任者: for the whole city.
    Ciso,
    /// システム管理責任者: 統括 for a system that others stand on, 個別 for one of a section.
    System,
    /// 情報管理責任者: for the data of the work.
    Information,
    /// 端末の使用責任者.
    #[default]
    Terminal,
}
named!(Duty, Terminal, Ciso = "ciso", System = "system", Information = "information", Terminal = "terminal");

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing left the house, and nothing stands still.
    #[default]
    Low,
    /// Work is disturbed, or data may have been seen by the wrong people.
    Middle,
    /// Personal data left the house, or services for residents stand still.
    High,
}
named!(Severity, Low, Low = "low", Middle = "middle", High = "high");

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::Low, Severity::Middle, Severity::High];
}

/// With whom an incident is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Information,
    System,
    Ciso,
    Closed,
}
named!(Stage, Ciso, Information = "information", System = "system", Ciso = "ciso", Closed = "closed");

/// What a step of an incident was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Reported,
    #[default]
    Note,
    Passed,
    /// Nobody acted in time, so it went up by itself.
    Overdue,
    Closed,
}
named!(
    StepKind,
    Note,
    Reported = "reported",
    Note = "note",
    Passed = "passed",
    Overdue = "overdue",
    Closed = "closed"
);

/// Where a knowledge check stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    #[default]
    Draft,
    Open,
    Closed,
}
named!(CheckState, Closed, Draft = "draft", Open = "open", Closed = "closed");

impl CheckState {
    pub const ALL: [CheckState; 3] = [CheckState::Draft, CheckState::Open, CheckState::Closed];
}

/// Something in the register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Asset {
    pub id: Id,
    pub kind: AssetKind,
    pub code: String,
    pub name: String,
    pub department: Option<Id>,
    /// The system that data or a terminal stand on.
    pub system: Option<Id>,
    /// A system that others stand on (統括管理システム).
    pub chief: bool,
    pub note: String,
    pub closed_on: String,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

/// Who answers for what, from when to when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Post {
    pub id: Id,
    pub duty: Duty,
    pub asset: Option<Id>,
    pub account: Id,
    pub name: String,
    pub title: String,
    pub department_code: String,
    /// Whether the account can still act.
    pub active: bool,
    pub starts_on: String,
    pub ends_on: String,
    pub note: String,
}

impl Post {
    pub fn holds(&self, day: &str) -> bool {
        self.active
            && self.starts_on.as_str() <= day
            && (self.ends_on.is_empty() || self.ends_on.as_str() >= day)
    }
}

/// One question: what is asked, what may be answered, which answer is right, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub ask: String,
    pub choices: Vec<String>,
    /// The place of the right one, from 0.
    pub right: usize,
    pub because: String,
}

/// A question in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptQuestion {
    pub id: Id,
    pub version: i64,
    /// Where it stands among the others.
    pub place: i64,
    pub used: bool,
    pub question: Question,
}

/// A yearly check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    pub id: Id,
    pub title: String,
    pub pass_percent: i64,
    pub deadline: String,
    pub remind_on: String,
    /// As they were when the check was opened.
    pub questions: Vec<KeptQuestion>,
    pub state: CheckState,
    pub rev: i64,
    pub saved_ms: i64,
}

/// What somebody made of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenCheck {
    pub right: i64,
    pub asked: i64,
    pub passed: bool,
    pub tries: i64,
    pub answers: Vec<usize>,
    pub at_ms: i64,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    pub id: Id,
    pub no: i64,
    pub title: String,
    pub what: String,
    pub asset: Option<Id>,
    pub asset_name: String,
    pub department: Option<Id>,
    pub severity: Severity,
    pub stage: Stage,
    pub happened_ms: i64,
    pub reported_by: Id,
    pub reported_by_name: String,
    pub reported_ms: i64,
    /// When it goes up by itself; 0 with the CISO.
    pub due_ms: i64,
    pub closed_ms: i64,
    pub rev: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    pub nth: i64,
    pub kind: StepKind,
    pub stage: Stage,
    pub note: String,
    /// Empty when it happened by itself.
    pub by_name: String,
    pub at_ms: i64,
}
