//! Reading lists in from a spreadsheet: choose, look, take over.

use ground::door::Reply;
use ground::fault::{Fault, Kind as Family};
use ground::html::{
    Banner, Button, Choice, Col, Field, Form, Link, PageHead, PostButton, Progress, Steps, SummaryList,
    Table, Tabs, Tag, Tone, buttons, number,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::{only_for, shell_under};
use crate::actions::imports::{
    AskImport, AskImports, DISCARD_IMPORT, IMPORT, IMPORTS, ImportView, PreviewRow, STAGE_IMPORT,
    StageImport, TAKE_OVER_IMPORT, ThisImport,
};
use crate::import::judge::Verdict;
use crate::import::{Kind, RowFault, template as template_of};
use crate::store::imports::{Counts, Import, ImportState};

const LIST: &str = "/staff/import";

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Departments => "people-import-departments",
        Kind::Staff => "people-import-staff",
        Kind::Blocks => "people-import-blocks",
    }
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Added => "people-import-added",
        Verdict::Changed => "people-import-changed",
        Verdict::Same => "people-import-same",
        Verdict::Wrong => "people-import-wrong",
    }
}

fn verdict_tag(visit: &Visit, verdict: Verdict) -> Tag {
    let tone = match verdict {
        Verdict::Added => Tone::Positive,
        Verdict::Changed => Tone::Info,
        Verdict::Same => Tone::Neutral,
        Verdict::Wrong => Tone::Negative,
    };
    Tag::new(visit.t(verdict_word(verdict)), tone)
}

fn of_verdict(counts: &Counts, verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Added => counts.added,
        Verdict::Changed => counts.changed,
        Verdict::Same => counts.same,
        Verdict::Wrong => counts.wrong,
    }
}

fn steps(visit: &Visit, at: usize) -> Markup {
    let names = ["people-import-step-choose", "people-import-step-look", "people-import-step-take"];
    Steps::new(names.map(|word| visit.t(word)), at).render(visit.cx.tongue())
}

pub(super) async fn start(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.stage_import")?;
    let kind = Kind::from_name(visit.query.get("kind")).unwrap_or(Kind::Departments);
    start_page(visit, kind, None).await
}

async fn start_page(visit: &Visit, kind: Kind, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let list = visit.read(&IMPORTS, AskImports { paging: Paging::from_query(&visit.query) }).await?;
    let choices = Kind::ALL.map(|kind| {
        let columns = visit.tf("people-import-columns", &[("columns", &kind.header().join("、"))]);
        Choice::new(kind.name(), t.t(kind_word(kind))).hint(columns)
    });
    let mut form = Form::new(LIST)
        .multipart()
        .token(visit.new_token())
        .field(Field::radios("kind", t.t("people-import-kind"), choices).required().value(kind.name()))
        .field(
            Field::file("file", t.t("people-import-file"))
                .required()
                .accept(".csv,.tsv,.txt,text/csv")
                .hint(t.t("people-import-file-hint"))
                .error_if(fault.and_then(|fault| fault.field_words("file", t))),
        )
        .submit(t.t("people-import-look"));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    let templates = Kind::ALL.map(|kind| {
        Link::new(visit.tf("people-import-template", &[("kind", t.t(kind_word(kind)))]), template_href(kind))
    });
    let shell = visit.shell(t.t("people-menu-import")).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let body = html! {
        (PageHead::new(t.t("people-menu-import")).lead(t.t("people-import-lead")).render())
        (steps(visit, 1))
        (form.render(t))
        h2 { (t.t("people-import-templates")) }
        ul class="links" { @for link in &templates { li { (link.render()) } } }
        h2 { (t.t("people-import-earlier")) }
        (earlier(visit, &list.rows))
        (visit.next_page(list.next.as_deref(), LIST))
    };
    Ok(visit.page_with(status, &shell, body))
}

fn earlier(visit: &Visit, rows: &[Import]) -> Markup {
    let t = visit.cx.tongue();
    let table = rows.iter().fold(
        Table::new(t.t("people-import-earlier"))
            .quiet_caption()
            .column(Col::new(t.t("people-import-when")))
            .column(Col::new(t.t("people-import-kind")))
            .column(Col::new(t.t("people-import-source")))
            .column(Col::number(t.t("people-import-rows")))
            .column(Col::new(t.t("people-state")))
            .empty(t.t("people-import-none")),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (visit.time(row.made_ms)) } },
                html! { (t.t(kind_word(row.kind))) },
                html! { (row.source) },
                html! { (number(row.rows)) },
                state_tag(visit, row.state).render(),
            ])
        },
    );
    table.render(t)
}

fn state_tag(visit: &Visit, state: ImportState) -> Tag {
    match state {
        ImportState::Staged => Tag::new(visit.t("people-import-staged"), Tone::Caution),
        ImportState::Running => Tag::new(visit.t("people-import-running"), Tone::Info),
        ImportState::Done => Tag::new(visit.t("people-import-done"), Tone::Positive),
    }
}

fn template_href(kind: Kind) -> String {
    format!("/staff/import-template/{}", kind.name())
}

pub(super) async fn template(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.stage_import")?;
    let kind = Kind::from_name(visit.slot("kind")).ok_or_else(Fault::missing)?;
    let name = format!("{}.csv", kind.name());
    Ok(Reply::download("text/csv; charset=utf-8", &name, template_of(kind)?))
}

pub(super) async fn stage(visit: &Visit) -> Result<Reply, Fault> {
    let kind =
        Kind::from_name(visit.form.get("kind")).ok_or_else(|| Fault::field("kind", "field-required"))?;
    let Some(upload) = visit.form.upload("file") else {
        let fault = Fault::field("file", "field-required");
        return start_page(visit, kind, Some(&fault)).await;
    };
    match visit.act(&STAGE_IMPORT, StageImport::new(kind, &upload.name, &upload.bytes)).await {
        Ok(import) => Ok(Reply::see_other(&format!("{LIST}/{}", import.id))),
        Err(fault)
            if matches!(
                fault.kind(),
                Family::Invalid | Family::Malformed | Family::TooLarge | Family::Media
            ) =>
        {
            start_page(visit, kind, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

async fn read_one(visit: &Visit) -> Result<ImportView, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let only = Verdict::from_name(visit.query.get("only"));
    visit.read(&IMPORT, AskImport { id, only, paging: Paging::from_query(&visit.query) }).await
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    one_page(visit, &view, None)
}

fn one_page(visit: &Visit, view: &ImportView, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let title = t.t(kind_word(view.import.kind)).to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-import", LIST).wrong(fault.is_some());
    let inside = match view.import.state {
        ImportState::Staged => waiting(visit, view),
        ImportState::Running => running(visit, &view.import).render(t),
        ImportState::Done => finished(visit, view),
    };
    let at = if view.import.state == ImportState::Staged { 2 } else { 3 };
    let mut head = PageHead::new(title).above(view.import.source.as_str());
    // While it runs, the bar says so; a tag beside it would still stand there when it has ended.
    if view.import.state != ImportState::Running {
        head = head.tag(state_tag(visit, view.import.state));
    }
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (head.render())
            (steps(visit, at))
            @if let Some(fault) = fault {
                (Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t))
            }
            (inside)
        },
    ))
}

fn waiting(visit: &Visit, view: &ImportView) -> Markup {
    let t = visit.cx.tongue();
    let here = format!("{LIST}/{}", view.import.id);
    let useful = view.counts.added + view.counts.changed;
    let ended = view.ends_ms <= visit.cx.now_ms();
    let take = PostButton::new(
        visit.tf("people-import-take", &[("count", &number(useful))]),
        format!("{here}/take-over"),
        visit.new_token(),
    )
    .kind(ground::html::ButtonKind::Primary);
    let discard = PostButton::new(t.t("people-import-discard"), format!("{here}/discard"), visit.new_token());
    let unknown = &view.import.unknown_columns;
    html! {
        p class="lead" { (t.t("people-import-nothing-yet")) }
        @if !unknown.is_empty() {
            (Banner::info(t.t("people-import-unknown"))
                .text(visit.tf("people-import-unknown-text", &[("columns", &unknown.join("、"))]))
                .render(t))
        }
        @if view.counts.wrong > 0 {
            (Banner::warning(visit.tf("people-import-some-wrong", &[("count", &view.counts.wrong.to_string())]))
                .text(t.t("people-import-some-wrong-text"))
                .render(t))
        }
        @if ended {
            p { (t.t("fault-people-import-ended")) " " (t.t("fault-people-import-ended-remedy")) }
        } @else if useful > 0 {
            p { (visit.tf("people-import-until", &[("when", &visit.time(view.ends_ms))])) }
        } @else {
            p { (t.t("people-import-nothing-to-do")) }
        }
        (buttons([(!ended && useful > 0).then(|| take.render()), Some(discard.render())].into_iter().flatten()))
        (tabs(visit, view, &here))
        (rows(visit, view))
        (visit.next_page(view.rows.next.as_deref(), &filtered(&here, visit.query.get("only"))))
    }
}

fn filtered(here: &str, only: &str) -> String {
    match Verdict::from_name(only) {
        Some(verdict) => format!("{here}?only={}", verdict.name()),
        None => here.to_owned(),
    }
}

fn counts(visit: &Visit, counts: &Counts) -> Markup {
    let list = Verdict::ALL.into_iter().fold(SummaryList::new(), |list, verdict| {
        let rows = visit.tf("people-import-count", &[("count", &of_verdict(counts, verdict).to_string())]);
        list.text(visit.t(verdict_word(verdict)), rows)
    });
    list.render()
}

fn tabs(visit: &Visit, view: &ImportView, here: &str) -> Markup {
    let only = Verdict::from_name(visit.query.get("only"));
    let all = Link::new(visit.t("people-import-all"), here).current(only.is_none()).count(view.import.rows);
    let tabs =
        Verdict::ALL.into_iter().fold(Tabs::new(visit.t("people-import-tabs")).tab(all), |tabs, verdict| {
            let link = Link::new(visit.t(verdict_word(verdict)), filtered(here, verdict.name()));
            tabs.tab(link.current(only == Some(verdict)).count(of_verdict(&view.counts, verdict)))
        });
    tabs.render()
}

fn rows(visit: &Visit, view: &ImportView) -> Markup {
    let t = visit.cx.tongue();
    let kind = view.import.kind;
    let columns = kind.header().into_iter().map(Col::new);
    let table = view.rows.rows.iter().fold(
        Table::new(t.t("people-import-preview"))
            .quiet_caption()
            .column(Col::new(t.t("people-import-line")))
            .column(Col::new(t.t("people-import-verdict")))
            .columns(columns)
            .scrolling()
            .empty(t.t("people-import-no-rows")),
        |table, row| {
            let first = [html! { (row.line) }, said(visit, kind, row)];
            table.row(first.into_iter().chain(row.cells.iter().map(|cell| html! { (cell) })))
        },
    );
    table.render(t)
}

/// The verdict with what is wrong, or with what changes from what to what.
fn said(visit: &Visit, kind: Kind, row: &PreviewRow) -> Markup {
    let empty = visit.t("kit-conflict-empty");
    let or_empty = |text: &str| if text.is_empty() { empty.to_owned() } else { text.to_owned() };
    html! {
        (verdict_tag(visit, row.verdict).render())
        @if !row.faults.is_empty() {
            ul { @for fault in &row.faults { li { (fault_words(visit, kind, fault)) } } }
        }
        @if !row.changes.is_empty() {
            ul { @for change in &row.changes {
                li {
                    (column_name(kind, &change.field)) ": " del { (or_empty(&change.before)) } " → " ins { (or_empty(&change.after)) }
                }
            } }
        }
    }
}

fn column_name(kind: Kind, key: &str) -> &'static str {
    let column = kind.columns().iter().find(|column| column.key == key);
    column.and_then(|column| column.names.first().copied()).unwrap_or_default()
}

fn fault_words(visit: &Visit, kind: Kind, fault: &RowFault) -> String {
    let args: Vec<(&str, &str)> =
        fault.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let words = visit.tf(&fault.word, &args);
    match column_name(kind, &fault.field) {
        "" => words,
        name => format!("{name}: {words}"),
    }
}

fn running(visit: &Visit, import: &Import) -> Progress {
    let (done, total) = (import.parts_done.unsigned_abs(), import.parts.unsigned_abs());
    Progress::known(visit.t("people-import-running"), done, total)
        .poll(format!("{LIST}/{}/progress", import.id), 2)
}

fn finished(visit: &Visit, view: &ImportView) -> Markup {
    let t = visit.cx.tongue();
    let done = visit.tf("people-import-done-at", &[("when", &visit.time(view.import.ended_ms))]);
    let list = match view.import.kind {
        Kind::Departments => ("people-menu-departments", "/staff/departments"),
        Kind::Staff => ("people-menu-staff", "/staff/people"),
        Kind::Blocks => ("people-menu-districts", "/staff/districts"),
    };
    let ways = [
        Button::link(t.t(list.0), list.1).render(),
        Button::link(t.t("people-import-another"), LIST).tertiary().render(),
    ];
    html! {
        (Banner::success(done).render(t))
        (counts(visit, &view.counts))
        @if view.counts.wrong > 0 { p { (t.t("people-import-wrong-left")) } }
        (buttons(ways))
    }
}

/// What the running page asks for every few seconds.
pub(super) async fn progress(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    let t = visit.cx.tongue();
    let body = match view.import.state {
        ImportState::Done => html! { div data-done { (finished(visit, &view)) } },
        _ => running(visit, &view.import).fragment(t),
    };
    Ok(Reply::html(http::StatusCode::OK, body.into_string()).header("cache-control", "no-store"))
}

pub(super) async fn take_over(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    match visit.act(&TAKE_OVER_IMPORT, ThisImport { id: id.clone() }).await {
        Ok(_) => Ok(Reply::see_other(&format!("{LIST}/{id}"))),
        Err(fault) if fault.kind() == Family::Invalid => {
            let view = read_one(visit).await?;
            one_page(visit, &view, Some(&fault))
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn discard(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    match visit.act(&DISCARD_IMPORT, ThisImport { id }).await {
        Ok(_) => Ok(Reply::see_other("/staff/import?done=people-import-discarded")),
        Err(fault) if fault.kind() == Family::Conflict => {
            let view = read_one(visit).await?;
            one_page(visit, &view, Some(&fault))
        }
        Err(fault) => Err(fault),
    }
}
