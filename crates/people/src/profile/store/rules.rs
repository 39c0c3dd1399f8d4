//! What the city decides about ages, waiting and keeping, from a day on.

use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that a city decides, with what holds where it has decided nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleCode {
    /// From this age on a child's account can become its own.
    ChildOwnAge,
    /// At this age the law ends what parents decide.
    AdultAge,
    /// Days between asking to leave and being erased.
    LeavingWaitDays,
    /// Days without signing in until a notice comes; 0 for never.
    DormantNoticeDays,
    /// Days between that notice and being erased.
    DormantEraseDays,
    /// Days before the end of a mandate at which both sides are reminded.
    MandateReminderDays,
    /// Days a mandate may last at most; 0 without a limit.
    MandateDaysMax,
}

impl RuleCode {
    pub const ALL: [RuleCode; 7] = [
        RuleCode::ChildOwnAge,
        RuleCode::AdultAge,
        RuleCode::LeavingWaitDays,
        RuleCode::DormantNoticeDays,
        RuleCode::DormantEraseDays,
        RuleCode::MandateReminderDays,
        RuleCode::MandateDaysMax,
    ];

    pub fn name(self) -> &'static str {
        match self {
            RuleCode::ChildOwnAge => "child_own_age",
            RuleCode::AdultAge => "adult_age",
            RuleCode::LeavingWaitDays => "leaving_wait_days",
            RuleCode::DormantNoticeDays => "dormant_notice_days",
            RuleCode::DormantEraseDays => "dormant_erase_days",
            RuleCode::MandateReminderDays => "mandate_reminder_days",
            RuleCode::MandateDaysMax => "mandate_days_max",
        }
    }

    pub fn from_name(name: &str) -> Option<RuleCode> {
        RuleCode::ALL.into_iter().find(|code| code.name() == name)
    }

    pub fn word(self) -> String {
        format!("people-rule-{}", self.name().replace('_', "-"))
    }

    /// What holds where the city has decided nothing: the cautious choice.
    pub fn usual(self) -> i64 {
        match self {
            RuleCode::ChildOwnAge => 15,
            RuleCode::AdultAge => 18,
            RuleCode::LeavingWaitDays => 14,
            RuleCode::DormantNoticeDays => 0,
            RuleCode::DormantEraseDays => 90,
            RuleCode::MandateReminderDays => 14,
            RuleCode::MandateDaysMax => 1_096,
        }
    }
}

/// A decision, as it stands in the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    pub code: RuleCode,
    /// YYYY-MM-DD.
    pub valid_from: String,
    pub value: i64,
    /// The law or the rule it rests on.
    pub basis: String,
    pub saved_ms: i64,
}

/// What holds on a day.
pub fn on(tx: &mut Tx<'_>, code: RuleCode, day: &str) -> Result<i64, Fault> {
    let found = tx.opt(
        sql!(
            "select value from people_rule where city = ?1 and code = ?2 and valid_from <= ?3
             order by valid_from desc limit 1"
        ),
        params![code.name(), day],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.unwrap_or_else(|| code.usual()))
}

/// Decisions of a city at most: they are shown whole.
const DECIDED_MAX: i64 = 500;

pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Decided>, Fault> {
    let rows = tx.all(
        sql!(
            "select code, valid_from, value, basis, saved_ms from people_rule
             where city = ?1 order by code, valid_from desc limit ?2"
        ),
        params![DECIDED_MAX],
        |row| {
            let code = RuleCode::from_name(&row.get::<String>(0)?);
            let (valid_from, value, basis, saved_ms) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(code.map(|code| Decided { code, valid_from, value, basis, saved_ms }))
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

pub fn put(tx: &mut Tx<'_>, decided: &Decided, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_rule (city, code, valid_from, value, basis, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (city, code, valid_from) do update
             set value = excluded.value, basis = excluded.basis, saved_ms = excluded.saved_ms,
                 saved_by = excluded.saved_by"
        ),
        params![
            decided.code.name(),
            decided.valid_from.as_str(),
            decided.value,
            decided.basis.as_str(),
            decided.saved_ms,
            by
        ],
    )
}
