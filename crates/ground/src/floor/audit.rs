//! Who did what: looked up by person, action, day and outcome.

use std::collections::BTreeSet;

use garde::Validate;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actions::{AuditRow, audit_row};
use crate::action::Action;
use crate::cx::Cx;
use crate::db::{Param, Tx};
use crate::door::Reply;
use crate::fault::{Fault, Kind};
use crate::html::{Choice, Col, Field, Form, Table, Tag, Tone};
use crate::id::Id;
use crate::list::{List, Paging};
use crate::page::{Visit, escaped};
use crate::who::Object;
use crate::{params, sql};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskAudit {
    /// An account, "operator" or "anyone"; or the e-mail address of a colleague.
    #[serde(default)]
    #[garde(length(max = 254))]
    pub actor: String,
    #[serde(default)]
    #[garde(length(max = 80))]
    pub action: String,
    /// "done" or "refused"; empty for both.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub outcome: String,
    /// The first and the last day, `YYYY-MM-DD`; empty for no end.
    #[serde(default)]
    #[garde(length(max = 10))]
    pub from: String,
    #[serde(default)]
    #[garde(length(max = 10))]
    pub until: String,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// After every id, in whatever order letters stand.
const AFTER_ALL: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

/// The smallest id of a day: ids stand in the order of time, so a day is a range of them. Empty for no day.
fn first_id(cx: &Cx, path: &str, day: &str, later: i64) -> Result<String, Fault> {
    if day.is_empty() {
        return Ok(String::new());
    }
    let unreadable = || Fault::field(path, "field-unreadable");
    let date: Date = day.parse().map_err(|_| unreadable())?;
    let date = date.checked_add(later.days()).map_err(|_| unreadable())?;
    let begins = date.to_zoned(cx.now().time_zone().clone()).map_err(|_| unreadable())?;
    Ok(Id::from_parts(begins.timestamp().as_millisecond(), 0).to_string())
}

fn actor_of(tx: &mut Tx<'_>, cx: &Cx, named: &str) -> Result<String, Fault> {
    if !named.contains('@') {
        return Ok(named.to_owned());
    }
    let found = cx.house().keeper.clone().colleague(tx, cx, named)?;
    found.map(|id| id.to_string()).ok_or_else(|| Fault::field("actor", "field-audit-actor"))
}

/// Who did what, newest first. Each way to ask goes by its own index: the record is long.
pub const AUDIT: Action<AskAudit, List<AuditRow>> = Action::reads(
    "ground.audit",
    |_, _, _| Ok(Object::of_city("city")),
    |tx, cx, input: &AskAudit| {
        let actor = actor_of(tx, cx, &input.actor)?;
        let from = first_id(cx, "from", &input.from, 0)?;
        let until = first_id(cx, "until", &input.until, 1)?;
        // The cursor and the last day are both ends of the same range: the earlier one counts.
        let before = [until.as_str(), input.paging.after()].into_iter().filter(|end| !end.is_empty()).min();
        let before = before.unwrap_or(AFTER_ALL).to_owned();
        let rows = input.paging.rows();
        let limits = params![from, before, input.outcome.as_str(), rows + 1];
        let found = page(tx, &actor, &input.action, limits)?;
        let mut list = List::cut(found, rows, |row| row.id.to_string());
        name_colleagues(tx, cx, &mut list.rows)?;
        Ok(list)
    },
);

fn page(tx: &mut Tx<'_>, actor: &str, action: &str, limits: &[Param]) -> Result<Vec<AuditRow>, Fault> {
    let all = |more: &[&str]| -> Vec<Param> {
        let more = more.iter().map(|text| Param::from(*text));
        limits.iter().cloned().chain(more).collect()
    };
    match (actor, action) {
        ("", "") => tx.all(
            sql!(
                "select id, at_ms, actor, action, class, object, outcome, via, request, acting, stands_in_for
                 from ground_audit
                 where city = ?1 and id >= ?2 and id < ?3 and (?4 = '' or outcome = ?4)
                 order by id desc limit ?5"
            ),
            &all(&[]),
            audit_row,
        ),
        ("", action) => tx.all(
            sql!(
                "select id, at_ms, actor, action, class, object, outcome, via, request, acting, stands_in_for
                 from ground_audit
                 where city = ?1 and action = ?6 and id >= ?2 and id < ?3 and (?4 = '' or outcome = ?4)
                 order by id desc limit ?5"
            ),
            &all(&[action]),
            audit_row,
        ),
        (actor, action) => tx.all(
            sql!(
                "select id, at_ms, actor, action, class, object, outcome, via, request, acting, stands_in_for
                 from ground_audit
                 where city = ?1 and actor = ?6 and id >= ?2 and id < ?3 and (?4 = '' or outcome = ?4)
                   and (?7 = '' or action = ?7)
                 order by id desc limit ?5"
            ),
            &all(&[actor, action]),
            audit_row,
        ),
    }
}

fn name_colleagues(tx: &mut Tx<'_>, cx: &Cx, rows: &mut [AuditRow]) -> Result<(), Fault> {
    let accounts: BTreeSet<String> = rows
        .iter()
        .flat_map(|row| [&row.actor, &row.acting, &row.stands_in_for])
        .filter(|account| account.parse::<Id>().is_ok())
        .cloned()
        .collect();
    let names = cx.house().keeper.clone().names(tx, cx, &accounts)?;
    let name = |account: &str| names.get(account).cloned().unwrap_or_default();
    for row in rows {
        row.actor_name = name(&row.actor);
        row.acting_name = name(&row.acting);
        row.stands_in_name = name(&row.stands_in_for);
    }
    Ok(())
}

const HEADS: [&str; 8] = [
    "audit-at",
    "audit-actor",
    "audit-action",
    "audit-object",
    "audit-outcome",
    "audit-via",
    "audit-acting",
    "audit-stands-in",
];

/// An account as people read it: by name where there is one to see.
fn person(visit: &Visit, account: &str, name: &str) -> Markup {
    match account {
        "" => html! {},
        "anyone" => html! { (visit.t("audit-anyone")) },
        "operator" | "system" => html! { (visit.t(&format!("role-{account}"))) },
        account if name.is_empty() => html! { code { (account) } },
        account => html! { a href=(format!("/staff/audit?actor={account}")) { (name) } },
    }
}

pub(super) async fn audit(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let asked = |name: &str| visit.query.get(name).to_owned();
    let ask = |paging| AskAudit {
        actor: asked("actor"),
        action: asked("action"),
        outcome: asked("outcome"),
        from: asked("from"),
        until: asked("until"),
        paging,
    };
    let outcome = |row: &str| t.t(if row == "refused" { "audit-refused" } else { "audit-done" }).to_owned();
    if visit.wants_csv() {
        let named = |account: String, name: String| if name.is_empty() { account } else { name };
        let rows = visit.read_all(&AUDIT, ask).await?.into_iter().map(|row| {
            vec![
                visit.time(row.at_ms),
                named(row.actor, row.actor_name),
                row.action,
                format!("{} {}", row.class, row.object),
                outcome(&row.outcome),
                row.via,
                named(row.acting, row.acting_name),
                named(row.stands_in_for, row.stands_in_name),
            ]
        });
        return visit.csv("audit", &HEADS.map(|word| t.t(word)), rows);
    }
    let (list, fault) = match visit.read(&AUDIT, ask(Paging::from_query(&visit.query))).await {
        Ok(list) => (list, None),
        Err(fault) if fault.kind() == Kind::Invalid => (List { rows: Vec::new(), next: None }, Some(fault)),
        Err(fault) => return Err(fault),
    };
    let base = ["actor", "action", "outcome", "from", "until"].into_iter().fold(
        "/staff/audit?".to_owned(),
        |base, name| {
            let value = asked(name);
            if value.is_empty() { base } else { format!("{base}{name}={}&", escaped(&value)) }
        },
    );
    let base = base.trim_end_matches(['?', '&']).to_owned();
    let joint = if base.contains('?') { '&' } else { '?' };
    let table = list.rows.iter().fold(
        Table::new(t.t("menu-audit"))
            .quiet_caption()
            .no_row_header()
            .columns(HEADS.iter().take(7).map(|word| Col::new(t.t(word))))
            .csv(format!("{base}{joint}format=csv"))
            .empty(t.t("audit-none")),
        |table, row| {
            let tone = if row.outcome == "refused" { Tone::Negative } else { Tone::Neutral };
            table.row([
                html! { (visit.time(row.at_ms)) },
                html! {
                    (person(visit, &row.actor, &row.actor_name))
                    @if !row.stands_in_for.is_empty() {
                        br; (t.t("audit-stands-in")) " " (person(visit, &row.stands_in_for, &row.stands_in_name))
                    }
                },
                html! { (t.t(&format!("action-{}", row.action.replace('.', "-")))) br; code { (row.action) } },
                html! { (class(visit, &row.class)) br; code { (row.object) } },
                Tag::new(outcome(&row.outcome), tone).render(),
                html! { (t.t(&format!("audit-via-{}", row.via))) },
                person(visit, &row.acting, &row.acting_name),
            ])
        },
    );
    let shell = visit.shell(t.t("menu-audit")).wrong(fault.is_some());
    let status = fault.as_ref().map_or(http::StatusCode::OK, Fault::status);
    let body = html! {
        h1 { (t.t("menu-audit")) }
        p { (t.t("audit-lead")) }
        (filters(visit, fault.as_ref()))
        (table.render(t))
        (visit.next_page(list.next.as_deref(), &base))
    };
    Ok(visit.page_with(status, &shell, body))
}

/// What kind of thing an act was about, in words; a kind that nobody has named as it is kept.
fn class(visit: &Visit, class: &str) -> String {
    let (t, word) = (visit.cx.tongue(), format!("audit-class-{class}"));
    if t.knows(&word) { t.t(&word).to_owned() } else { class.to_owned() }
}

fn filters(visit: &Visit, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let all = || Choice::new("", t.t("audit-all"));
    let mut actions: Vec<(String, &str)> = visit
        .cx
        .house()
        .actions()
        .filter(|action| action.audited || action.writes())
        .map(|action| (t.t(&action.word()).to_owned(), action.name))
        .collect();
    actions.sort();
    let actions = actions.into_iter().map(|(word, name)| Choice::new(name, format!("{word} ({name})")));
    let outcomes =
        [all(), Choice::new("done", t.t("audit-done")), Choice::new("refused", t.t("audit-refused"))];
    Form::new("/staff/audit")
        .get()
        .label(t.t("audit-find"))
        .unmarked()
        .field(
            Field::text("actor", t.t("audit-actor"))
                .hint(t.t("audit-actor-hint"))
                .value(visit.query.get("actor"))
                .error_if(wrong("actor")),
        )
        .field(
            Field::select("action", t.t("audit-action"), std::iter::once(all()).chain(actions))
                .value(visit.query.get("action")),
        )
        .field(Field::select("outcome", t.t("audit-outcome"), outcomes).value(visit.query.get("outcome")))
        .field(Field::date("from", t.t("audit-from")).value(visit.query.get("from")).error_if(wrong("from")))
        .field(
            Field::date("until", t.t("audit-until")).value(visit.query.get("until")).error_if(wrong("until")),
        )
        .submit(t.t("audit-find"))
        .render(t)
}
