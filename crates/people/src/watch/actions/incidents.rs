//! Incidents: reported by anybody of the staff, passed up, followed until they are closed.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::model::{Duty, Incident, Severity, Stage, Step, StepKind};
use super::super::{rules, store};
use super::{is_ciso, is_house, today, writer};
use crate::actions::{outdated, shown, whole_city};
use crate::model::tidy;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReportIncident {
    #[garde(length(chars, max = 100), custom(shown))]
    pub title: String,
    #[garde(length(chars, max = 4000), custom(shown))]
    pub what: String,
    /// The code of what it happened to; empty when nobody knows yet.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub asset: String,
    #[serde(default)]
    #[garde(skip)]
    pub severity: Severity,
    /// When it happened, as far as is known.
    #[garde(range(min = 0))]
    pub happened_ms: i64,
}

/// Reports that something went wrong. It goes to whom the rules say, at once.
pub const REPORT_INCIDENT: Action<ReportIncident, IncidentView> =
    Action::writes("people.report_incident", whole_city, |tx, cx, input: &ReportIncident| {
        store::lock(tx)?;
        let account = cx.who().account.clone().ok_or_else(Fault::signed_out)?;
        if input.happened_ms > cx.now_ms() + 60_000 {
            return Err(Fault::field("happened_ms", "field-people-watch-future"));
        }
        let asset = match input.asset.as_str() {
            "" => None,
            code => Some(
                store::asset_by_code(tx, code)?
                    .ok_or_else(|| Fault::field("asset", "field-people-watch-asset"))?,
            ),
        };
        let stage = rules::first_stage(input.severity);
        let one = Incident {
            id: cx.id(),
            no: store::next_no(tx)?,
            title: tidy(&input.title),
            what: input.what.trim().to_owned(),
            asset: asset.as_ref().map(|asset| asset.id.clone()),
            asset_name: String::new(),
            department: cx.who().department.clone(),
            severity: input.severity,
            stage,
            happened_ms: input.happened_ms,
            reported_by: account,
            reported_by_name: String::new(),
            reported_ms: cx.now_ms(),
            due_ms: rules::due_ms(input.severity, stage, cx.now_ms()),
            closed_ms: 0,
            rev: 1,
        };
        store::put_incident(tx, &one)?;
        step(tx, cx, &one, StepKind::Reported, "")?;
        view(tx, cx, &one.id)
    })
    .emits(&["people.incident"]);

/// Writes a step and tells of it. What people wrote stays in the store.
pub(super) fn step(
    tx: &mut Tx<'_>,
    cx: &Cx,
    one: &Incident,
    kind: StepKind,
    note: &str,
) -> Result<(), Fault> {
    store::add_step(tx, one, kind, note, &writer(cx), cx.now_ms())?;
    let facts =
        serde_json::json!({"step": kind.name(), "stage": one.stage.name(), "severity": one.severity.name()});
    tx.emit(cx, "people.incident", one.id.as_str(), facts)
}

/// How somebody stands to an incident: what they answer for, and whether they may see it at all.
struct Standing {
    sees: bool,
    /// The highest place from which they may act; `None` when they may only look on.
    acts: Option<Stage>,
}

fn standing(tx: &mut Tx<'_>, cx: &Cx, one: &Incident) -> Result<Standing, Fault> {
    if is_house(cx) {
        return Ok(Standing { sees: true, acts: None });
    }
    let Some(account) = &cx.who().account else { return Ok(Standing { sees: false, acts: None }) };
    let system = match &one.asset {
        Some(id) => store::asset(tx, id)?.and_then(|asset| asset.system),
        None => None,
    };
    let mut acts: Option<Stage> = None;
    for (duty, asset) in store::duties_of(tx, account, &today(cx))? {
        let its = asset.is_some() && (asset == one.asset || (system.is_some() && asset == system));
        let stands = match duty {
            Duty::Ciso => Some(Stage::Ciso),
            Duty::System if its => Some(Stage::System),
            Duty::Information if its => Some(Stage::Information),
            _ => None,
        };
        acts = acts.max(stands);
    }
    let reported = one.reported_by == *account;
    Ok(Standing { sees: reported || acts.is_some() || cx.who().has(Role::Auditor), acts })
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskIncidents {
    /// Those alone that are not closed.
    #[serde(default)]
    #[garde(skip)]
    pub open: bool,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// Incidents: the CISO and auditors see all, others those that they reported or answer for.
pub const INCIDENTS: Action<AskIncidents, List<Incident>> =
    Action::reads("people.incidents", whole_city, |tx, cx, input: &AskIncidents| {
        let all = is_house(cx) || cx.who().has(Role::Auditor) || is_ciso(tx, cx)?;
        let rows = input.paging.rows();
        let own = writer(cx);
        // Their numbers grow; what is no number is the beginning.
        let after = input.paging.after().parse().unwrap_or(0);
        let found = store::incidents(tx, all, &own, &today(cx), input.open, after, rows + 1)?;
        Ok(List::cut(found, rows, |one| one.no.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisIncident {
    pub id: Id,
}

fn this_incident(_: &mut Tx<'_>, _: &Cx, input: &ThisIncident) -> Result<Object, Fault> {
    Ok(Object::new("incident", &input.id))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct IncidentView {
    pub incident: Incident,
    pub steps: Vec<Step>,
    /// What the asker may do with it.
    pub may_note: bool,
    pub may_pass: bool,
    pub may_close: bool,
}

fn view(tx: &mut Tx<'_>, cx: &Cx, id: &Id) -> Result<IncidentView, Fault> {
    let incident = store::incident(tx, id)?.ok_or_else(Fault::missing)?;
    let stands = standing(tx, cx, &incident)?;
    if !stands.sees {
        return Err(Fault::refused());
    }
    let open = incident.stage != Stage::Closed;
    let above = rules::above(incident.stage).is_some();
    Ok(IncidentView {
        steps: store::steps(tx, id)?,
        may_note: open && (stands.acts.is_some() || cx.who().account.as_ref() == Some(&incident.reported_by)),
        may_pass: open && above && stands.acts.is_some(),
        may_close: open && stands.acts.is_some_and(|stage| rules::may_close(incident.severity, stage)),
        incident,
    })
}

pub const INCIDENT: Action<ThisIncident, IncidentView> =
    Action::reads("people.incident", this_incident, |tx, cx, input: &ThisIncident| view(tx, cx, &input.id));

/// What somebody does with an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Do {
    #[default]
    Note,
    /// Hands it to who stands above.
    Pass,
    Close,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StepIncident {
    #[garde(skip)]
    pub id: Id,
    #[serde(default, rename = "do")]
    #[garde(skip)]
    pub act: Do,
    #[garde(length(chars, max = 4000), custom(shown))]
    pub note: String,
    /// Another severity from now on; absent leaves it.
    #[serde(default)]
    #[garde(skip)]
    pub severity: Option<Severity>,
    #[garde(skip)]
    pub rev: i64,
}

fn stepped(_: &mut Tx<'_>, _: &Cx, input: &StepIncident) -> Result<Object, Fault> {
    Ok(Object::new("incident", &input.id))
}

/// Notes something, passes it up, or closes it. A worse severity lifts it to where such things begin.
pub const STEP_INCIDENT: Action<StepIncident, IncidentView> =
    Action::writes("people.step_incident", stepped, |tx, cx, input: &StepIncident| {
        store::lock(tx)?;
        let now = view(tx, cx, &input.id)?;
        let may = match input.act {
            Do::Note => now.may_note,
            Do::Pass => now.may_pass,
            Do::Close => now.may_close,
        };
        if !may {
            return Err(Fault::refused());
        }
        if now.incident.rev != input.rev {
            return Err(outdated(&now));
        }
        if i64::try_from(now.steps.len()).unwrap_or(i64::MAX) >= store::STEPS_MAX {
            return Err(Fault::too_large(store::STEPS_MAX));
        }
        let mut one = now.incident;
        if let Some(severity) = input.severity {
            one.severity = severity;
        }
        let kind = match input.act {
            Do::Note => {
                one.stage = one.stage.max(rules::first_stage(one.severity));
                StepKind::Note
            }
            Do::Pass => {
                one.stage =
                    rules::above(one.stage).unwrap_or(one.stage).max(rules::first_stage(one.severity));
                StepKind::Passed
            }
            Do::Close => {
                // Closed by somebody who may close it as it is now said to be.
                let stands = standing(tx, cx, &one)?.acts;
                if !stands.is_some_and(|stage| rules::may_close(one.severity, stage)) {
                    return Err(Fault::new(Kind::Invalid, "people-watch-close"));
                }
                one.stage = Stage::Closed;
                one.closed_ms = cx.now_ms();
                StepKind::Closed
            }
        };
        one.due_ms =
            if one.stage == Stage::Closed { 0 } else { rules::due_ms(one.severity, one.stage, cx.now_ms()) };
        one.rev += 1;
        store::put_incident(tx, &one)?;
        step(tx, cx, &one, kind, input.note.trim())?;
        view(tx, cx, &one.id)
    })
    .emits(&["people.incident"]);
