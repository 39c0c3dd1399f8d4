//! What the city decides about ages, waiting and keeping.

use garde::Validate;
use ground::action::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::{Nothing, date_or_empty, shown, whole_city};
use crate::model::tidy;
use crate::profile::store::rules::{self, Decided, RuleCode};

/// One rule: what holds today, and what was or will be decided.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleView {
    pub code: RuleCode,
    pub today: i64,
    pub usual: i64,
    pub decided: Vec<Decided>,
}

/// Everybody may read what holds for everybody.
pub const RULES: Action<Nothing, Vec<RuleView>> = Action::reads("people.rules", whole_city, |tx, cx, _| {
    let today = cx.now().date().to_string();
    let all = rules::all(tx)?;
    let mut views = Vec::new();
    for code in RuleCode::ALL {
        let decided: Vec<Decided> = all.iter().filter(|one| one.code == code).cloned().collect();
        let holds = decided.iter().find(|one| one.valid_from <= today).map(|one| one.value);
        views.push(RuleView { code, today: holds.unwrap_or(code.usual()), usual: code.usual(), decided });
    }
    Ok(views)
});

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveRule {
    #[garde(skip)]
    pub code: RuleCode,
    /// From this day on.
    #[garde(custom(shown), custom(date_or_empty))]
    pub valid_from: String,
    #[garde(range(min = 0, max = 36_500))]
    pub value: i64,
    #[garde(length(chars, max = 200), custom(shown))]
    pub basis: String,
}

pub const SAVE_RULE: Action<SaveRule, Vec<RuleView>> =
    Action::writes("people.save_rule", whole_city, |tx, cx, input: &SaveRule| {
        let decided = Decided {
            code: input.code,
            valid_from: input.valid_from.clone(),
            value: input.value,
            basis: tidy(&input.basis),
            saved_ms: cx.now_ms(),
        };
        rules::put(tx, &decided, &cx.who().written())?;
        tx.emit(
            cx,
            "people.rule_saved",
            input.code.name(),
            serde_json::json!({"valid_from": input.valid_from, "value": input.value}),
        )?;
        (RULES.run)(tx, cx, &Nothing {})
    })
    .emits(&["people.rule_saved"]);
