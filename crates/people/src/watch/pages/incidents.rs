//! Incidents: reporting one, the list, one with all its steps. Printed, the page is the report.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Choice, Col, Empty, Field, Form, Link, PageHead, SummaryList, Table, Tag, Tone, buttons,
};
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::HOME;
use crate::pages::shell_under;
use crate::watch::actions::incidents::{
    AskIncidents, Do, INCIDENT, INCIDENTS, IncidentView, REPORT_INCIDENT, ReportIncident, STEP_INCIDENT,
    StepIncident, ThisIncident,
};
use crate::watch::model::{Severity, Stage, StepKind};

const LIST: &str = "/staff/security/incidents";

fn severity_tag(visit: &Visit, severity: Severity) -> Markup {
    let tone = match severity {
        Severity::Low => Tone::Neutral,
        Severity::Middle => Tone::Caution,
        Severity::High => Tone::Negative,
    };
    Tag::new(visit.t(&format!("people-watch-severity-{}", severity.name())), tone).render()
}

fn stage_tag(visit: &Visit, stage: Stage) -> Markup {
    let tone = if stage == Stage::Closed { Tone::Positive } else { Tone::Info };
    Tag::new(visit.t(&format!("people-watch-stage-{}", stage.name())), tone).render()
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let open = visit.query.get("all") != "1";
    if visit.wants_csv() {
        let rows = visit.read_all(&INCIDENTS, |paging| AskIncidents { open: false, paging }).await?;
        let header = [
            t.t("people-watch-no"),
            t.t("people-watch-title"),
            t.t("people-watch-severity"),
            t.t("people-watch-stage"),
            t.t("people-watch-for"),
            t.t("people-watch-happened"),
            t.t("people-watch-reported"),
            t.t("people-watch-closed-at"),
        ];
        let lines = rows.iter().map(|one| {
            let closed = if one.closed_ms > 0 { visit.time(one.closed_ms) } else { String::new() };
            vec![
                one.no.to_string(),
                one.title.clone(),
                t.t(&format!("people-watch-severity-{}", one.severity.name())).to_owned(),
                t.t(&format!("people-watch-stage-{}", one.stage.name())).to_owned(),
                one.asset_name.clone(),
                visit.time(one.happened_ms),
                visit.time(one.reported_ms),
                closed,
            ]
        });
        return visit.csv("incidents", &header, lines);
    }
    let found =
        visit.read(&INCIDENTS, AskIncidents { open, paging: Paging::from_query(&visit.query) }).await?;
    let table = found.rows.iter().fold(
        Table::new(t.t("people-watch-incidents"))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-title")))
            .column(Col::number(t.t("people-watch-no")))
            .column(Col::new(t.t("people-watch-severity")))
            .column(Col::new(t.t("people-watch-stage")))
            .column(Col::new(t.t("people-watch-reported")))
            .csv(format!("{LIST}?format=csv")),
        |table, one| {
            table.row([
                html! { a href=(format!("{LIST}/{}", one.id)) { (one.title) } },
                html! { (one.no) },
                severity_tag(visit, one.severity),
                stage_tag(visit, one.stage),
                html! { (visit.time(one.reported_ms)) },
            ])
        },
    );
    let title = t.t("people-watch-incidents").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    let other = if open {
        (format!("{LIST}?all=1"), "people-watch-with-closed")
    } else {
        (LIST.to_owned(), "people-watch-only-open")
    };
    let ways = [
        Button::link(t.t("people-watch-report"), format!("{LIST}/new")).render(),
        Button::link(t.t(other.1), other.0).tertiary().render(),
    ];
    let base = if open { LIST.to_owned() } else { format!("{LIST}?all=1") };
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-watch-incidents-lead")).render())
            (buttons(ways))
            @if found.rows.is_empty() {
                (Empty::new(t.t("people-watch-no-incidents")).text(t.t("people-watch-no-incidents-text")).render())
            } @else { (table.render(t)) }
            (visit.next_page(found.next.as_deref(), &base))
        },
    ))
}

/// What was typed, with the time as it was typed.
struct Typed {
    input: ReportIncident,
    happened: String,
}

fn severities(visit: &Visit) -> Vec<Choice> {
    let choice = |one: &Severity| {
        let word = format!("people-watch-severity-{}", one.name());
        Choice::new(one.name(), visit.t(&word)).hint(visit.t(&format!("{word}-hint")).to_owned())
    };
    Severity::ALL.iter().map(choice).collect()
}

fn form(visit: &Visit, typed: &Typed, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let input = &typed.input;
    Form::new(format!("{LIST}/new"))
        .token(visit.new_token())
        .field(
            Field::text("title", t.t("people-watch-title"))
                .required()
                .value(&input.title)
                .error_if(wrong("title")),
        )
        .field(
            Field::datetime("happened", t.t("people-watch-happened"))
                .required()
                .hint(t.t("people-watch-happened-hint"))
                .value(&typed.happened)
                .error_if(wrong("happened_ms")),
        )
        .field(
            Field::textarea("what", t.t("people-watch-what"))
                .required()
                .hint(t.t("people-watch-what-hint"))
                .chars_max(4000)
                .value(&input.what)
                .error_if(wrong("what")),
        )
        .field(
            Field::text("asset", t.t("people-watch-asset-code"))
                .hint(t.t("people-watch-asset-hint"))
                .value(&input.asset)
                .error_if(wrong("asset")),
        )
        .field(
            Field::radios("severity", t.t("people-watch-severity"), severities(visit))
                .unmarked()
                .value(input.severity.name())
                .error_if(wrong("severity")),
        )
        .submit(t.t("people-watch-report"))
        .secondary(Link::new(t.t("cancel"), LIST))
        .render(t)
}

fn report_page(visit: &Visit, typed: &Typed, fault: Option<&Fault>) -> Reply {
    let title = visit.t("people-watch-report").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let head = PageHead::new(title).lead(visit.t("people-watch-report-lead"));
    visit.page_with(status, &shell, html! { (head.render()) (form(visit, typed, fault)) })
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    crate::pages::only_for(visit, "people.report_incident")?;
    let input = ReportIncident {
        title: String::new(),
        what: String::new(),
        asset: String::new(),
        severity: Severity::Low,
        happened_ms: 0,
    };
    let happened = visit.cx.now().strftime("%Y-%m-%dT%H:%M").to_string();
    Ok(report_page(visit, &Typed { input, happened }, None))
}

/// A day and time as the browser's field writes it, on the city's clock; what cannot be read is told apart by -1, which
/// no field takes.
fn instant(visit: &Visit, text: &str) -> i64 {
    let read: Option<jiff::civil::DateTime> = text.parse().ok();
    let zone = visit.cx.now().time_zone().clone();
    read.and_then(|read| read.to_zoned(zone).ok()).map_or(-1, |at| at.timestamp().as_millisecond())
}

pub(super) async fn report(visit: &Visit) -> Result<Reply, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let happened = text("happened");
    let input = ReportIncident {
        title: text("title"),
        what: text("what").replace("\r\n", "\n"),
        asset: text("asset"),
        severity: Severity::from_name(visit.form.get("severity")),
        happened_ms: instant(visit, &happened),
    };
    match visit.act(&REPORT_INCIDENT, input.clone()).await {
        Ok(view) => Ok(Reply::see_other(&format!("{LIST}/{}?done=people-watch-reported", view.incident.id))),
        Err(fault) if fault.kind() == Kind::Invalid => {
            Ok(report_page(visit, &Typed { input, happened }, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

async fn read_one(visit: &Visit) -> Result<IncidentView, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.read(&INCIDENT, ThisIncident { id }).await
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    Ok(shown(visit, &view, None, ""))
}

fn shown(visit: &Visit, view: &IncidentView, fault: Option<&Fault>, note: &str) -> Reply {
    let t = visit.cx.tongue();
    let one = &view.incident;
    let shell = shell_under(visit, one.title.clone(), "people-menu-watch", HOME).wrong(fault.is_some());
    let none = || html! { span class="quiet" { (t.t("people-watch-unknown")) } };
    let mut facts = SummaryList::new()
        .row(t.t("people-watch-stage"), stage_tag(visit, one.stage))
        .row(t.t("people-watch-severity"), severity_tag(visit, one.severity))
        .row(
            t.t("people-watch-for"),
            if one.asset_name.is_empty() {
                none()
            } else {
                html! { (one.asset_name) }
            },
        )
        .text(t.t("people-watch-happened"), visit.time(one.happened_ms))
        .text(t.t("people-watch-reported"), visit.time(one.reported_ms))
        .text(t.t("people-watch-reporter"), one.reported_by_name.clone());
    if one.due_ms > 0 {
        facts = facts.text(t.t("people-watch-due"), visit.time(one.due_ms));
    }
    if one.closed_ms > 0 {
        facts = facts.text(t.t("people-watch-closed-at"), visit.time(one.closed_ms));
    }
    let steps = view.steps.iter().fold(
        Table::new(t.t("people-watch-steps"))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-at")))
            .column(Col::new(t.t("people-watch-step")))
            .column(Col::new(t.t("people-watch-who")))
            .column(Col::new(t.t("people-watch-step-note"))),
        |table, step| {
            let by =
                if step.by_name.is_empty() { t.t("people-watch-by-itself") } else { step.by_name.as_str() };
            let to = matches!(step.kind, StepKind::Reported | StepKind::Passed | StepKind::Overdue);
            table.row([
                html! { (visit.time(step.at_ms)) },
                html! {
                    (t.t(&format!("people-watch-stepped-{}", step.kind.name())))
                    @if to { " → " (t.t(&format!("people-watch-stage-{}", step.stage.name()))) }
                },
                html! { (by) },
                html! { span class="pre-line" { (step.note) } },
            ])
        },
    );
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let no = visit.tf("people-watch-number", &[("no", &one.no.to_string())]);
    visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(one.title.as_str()).above(no).render())
            (facts.render())
            h2 { (t.t("people-watch-what")) }
            p class="pre-line" { (one.what) }
            h2 { (t.t("people-watch-steps")) }
            (steps.render(t))
            @if view.may_note { (step_form(visit, view, fault, note)) }
            p class="quiet" { (t.t("people-watch-print")) }
        },
    )
}

fn step_form(visit: &Visit, view: &IncidentView, fault: Option<&Fault>, note: &str) -> Markup {
    let t = visit.cx.tongue();
    let one = &view.incident;
    let mut acts = vec![Choice::new("note", t.t("people-watch-do-note"))];
    if view.may_pass {
        acts.push(Choice::new("pass", t.t("people-watch-do-pass")));
    }
    if view.may_close {
        acts.push(Choice::new("close", t.t("people-watch-do-close")));
    }
    let acting = view.may_pass || view.may_close;
    let mut form = Form::new(format!("{LIST}/{}", one.id))
        .token(visit.new_token())
        .label(t.t("people-watch-go-on"))
        .field(Field::hidden("rev", one.rev.to_string()))
        .field(
            Field::textarea("note", t.t("people-watch-step-note"))
                .required()
                .rows(4)
                .value(note)
                .error_if(fault.and_then(|fault| fault.field_words("note", t))),
        );
    if acting {
        form = form.field(Field::radios("do", t.t("people-watch-do"), acts).unmarked().value("note")).field(
            Field::select(
                "severity",
                t.t("people-watch-severity"),
                Severity::ALL.iter().map(|one| {
                    Choice::new(one.name(), t.t(&format!("people-watch-severity-{}", one.name())))
                }),
            )
            .unmarked()
            .value(one.severity.name()),
        );
    }
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    html! { h2 { (t.t("people-watch-go-on")) } (form.submit(t.t("people-watch-record")).render(t)) }
}

pub(super) async fn step(visit: &Visit) -> Result<Reply, Fault> {
    let id: ground::id::Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let act = match visit.form.get("do") {
        "pass" => Do::Pass,
        "close" => Do::Close,
        _ => Do::Note,
    };
    let severity = visit.form.has("severity").then(|| Severity::from_name(visit.form.get("severity")));
    let note = visit.form.get("note").replace("\r\n", "\n");
    let rev = visit.form.get("rev").parse().unwrap_or(0);
    let input = StepIncident { id, act, note: note.clone(), severity, rev };
    match visit.act(&STEP_INCIDENT, input).await {
        Ok(view) => Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.incident.id))),
        // What somebody else did in between stands on the page now, and what was typed is still in the field.
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Outdated) => {
            let view = read_one(visit).await?;
            Ok(shown(visit, &view, Some(&fault), &note))
        }
        Err(fault) => Err(fault),
    }
}
