//! One's own pages: who used my data, and what I asked about it.

use ground::door::Reply;
use ground::fault::{Fault, Kind as FaultKind};
use ground::html::{
    Button, Choice, Col, Empty, Field, Form, Link, PageHead, SummaryList, Table, Tag, Tone, buttons,
    with_query,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::{above, ground_word, names, plain, plain_purpose, purpose, what, who};
use crate::pages::told;
use crate::release::actions::{ASK_ABOUT_USE, MY_QUESTIONS, RECORD, THIS_USE, ThisUse};
use crate::release::limits::Kind;
use crate::release::questions::{AskAbout, AskQuestions, State};
use crate::release::record::{AskRecord, Used};

const LIST: &str = "/my/record";

fn shell_crumbs(visit: &Visit, title: &str) -> Vec<Link> {
    let mut crumbs = vec![Link::new(visit.t("people-my"), "/my"), Link::new(visit.t("people-record"), LIST)];
    if visit.path != LIST {
        crumbs.push(Link::new(title, visit.path.clone()));
    }
    crumbs
}

fn wanted(visit: &Visit) -> AskRecord {
    let day = |name: &str| {
        let day = visit.query.get(name);
        if day.parse::<jiff::civil::Date>().is_ok() { day.to_owned() } else { String::new() }
    };
    AskRecord {
        purpose: visit.query.get("purpose").chars().take(80).collect(),
        by: [Kind::Staff, Kind::Service, Kind::House]
            .into_iter()
            .find(|kind| kind.name() == visit.query.get("by")),
        from: day("from"),
        to: day("to"),
        paging: Paging::from_query(&visit.query),
    }
}

/// The list's address with its filters, without its place.
fn address(ask: &AskRecord) -> String {
    let pieces = [
        ("purpose", ask.purpose.as_str()),
        ("by", ask.by.map_or("", Kind::name)),
        ("from", &ask.from),
        ("to", &ask.to),
    ];
    pieces
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(LIST.to_owned(), |path, (name, value)| with_query(&path, name, value))
}

pub(super) async fn record(visit: &Visit) -> Result<Reply, Fault> {
    let ask = wanted(visit);
    match visit.query.get("format") {
        "csv" => return csv(visit, &ask).await,
        "json" => return json(visit, &ask).await,
        _ => {}
    }
    let t = visit.cx.tongue();
    let list = visit.read(&RECORD, ask.clone()).await?;
    let base = address(&ask);
    let narrowed = base != LIST;
    let title = visit.t("people-record");
    let shell = visit.shell(title).private().breadcrumbs(shell_crumbs(visit, title));
    let downloads = [
        Button::link(t.t("people-record-questions"), "/my/record/questions").secondary().render(),
        Button::link(t.t("people-record-csv"), with_query(&base, "format", "csv")).tertiary().render(),
        Button::link(t.t("people-record-json"), with_query(&base, "format", "json")).tertiary().render(),
    ];
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-record-lead")).render())
            (buttons(downloads))
            (filter(visit, &ask))
            @if list.rows.is_empty() {
                @if narrowed {
                    (Empty::new(t.t("people-record-none-such")).text(t.t("people-record-none-such-text")).render())
                } @else {
                    (Empty::new(t.t("people-record-none")).text(t.t("people-record-none-text")).render())
                }
            } @else {
                (table(visit, &list.rows))
                (visit.next_page(list.next.as_deref(), &base))
            }
        },
    ))
}

fn filter(visit: &Visit, ask: &AskRecord) -> Markup {
    let t = visit.cx.tongue();
    let kinds = [Kind::Staff, Kind::Service, Kind::House]
        .map(|kind| Choice::new(kind.name(), t.t(&format!("people-use-by-{}", kind.name()))));
    let any = Choice::new("", t.t("people-use-by-any"));
    let mut form = Form::new(LIST)
        .get()
        .compact()
        .unmarked()
        .label(t.t("people-record-filter"))
        .field(
            Field::select("by", t.t("people-use-who"), std::iter::once(any).chain(kinds))
                .value(ask.by.map_or("", Kind::name)),
        )
        .field(Field::date("from", t.t("people-record-from")).value(&ask.from))
        .field(Field::date("to", t.t("people-record-to")).value(&ask.to))
        .submit(t.t("people-record-show"));
    if !ask.purpose.is_empty() {
        form = form.field(Field::hidden("purpose", &ask.purpose));
    }
    if address(ask) != LIST {
        form = form.secondary(Link::new(t.t("people-record-show-all"), LIST));
    }
    form.render(t)
}

fn table(visit: &Visit, rows: &[Used]) -> Markup {
    let t = visit.cx.tongue();
    let heads =
        ["people-use-when", "people-use-who", "people-use-for", "people-use-what", "people-use-question"];
    let table =
        Table::new(t.t("people-record")).quiet_caption().columns(heads.map(|head| Col::new(t.t(head))));
    rows.iter().fold(table, |table, row| table.row(cells(visit, row))).render(t)
}

fn cells(visit: &Visit, row: &Used) -> [Markup; 5] {
    let t = visit.cx.tongue();
    [
        html! { (visit.time(row.at_ms)) },
        who(visit, row.by, row.department.as_ref(), row.recipient.as_ref()),
        html! {
            @if row.purpose_name.is_some() {
                a href=(with_query(LIST, "purpose", &row.purpose)) {
                    (purpose(visit, row.purpose_name.as_ref(), &row.purpose))
                }
            } @else { (purpose(visit, None, &row.purpose)) }
            @if !row.ground.is_empty() {
                br; span class="quiet" { (t.t(&ground_word(&row.ground))) }
            }
            @if row.many { br; span class="quiet" { (t.t("people-use-many")) } }
            @if !row.reason.is_empty() {
                br; span class="quiet" { (t.tf("people-use-reason", &[("reason", &row.reason)])) }
            }
        },
        what(visit, &row.given, &row.withheld),
        html! {
            @match (row.question_state, &row.question) {
                (Some(State::Waiting), Some(id)) => {
                    a href=(format!("/my/record/questions#q-{id}")) { (t.t("people-question-waiting")) }
                }
                (Some(State::Answered), Some(id)) => {
                    a href=(format!("/my/record/questions#q-{id}")) { (t.t("people-question-answered")) }
                }
                _ => {
                    a href=(format!("{LIST}/{}/ask", row.id)) { (t.t("people-use-ask")) }
                }
            }
        },
    ]
}

async fn all(visit: &Visit, ask: &AskRecord) -> Result<Vec<Used>, Fault> {
    visit.read_all(&RECORD, |paging| AskRecord { paging, ..ask.clone() }).await
}

async fn csv(visit: &Visit, ask: &AskRecord) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = all(visit, ask).await?;
    let heads = [
        "people-use-when",
        "people-use-who",
        "people-use-department",
        "people-use-recipient",
        "people-use-for",
        "people-use-given",
        "people-use-withheld",
        "people-use-ground",
        "people-use-one-of-many",
        "people-use-said",
    ]
    .map(|head| t.t(head));
    let lines = rows.iter().map(|row| {
        let withheld: Vec<String> = row
            .withheld
            .iter()
            .map(|one| t.tf(&super::why_word(one.why), &[("what", t.t(&one.attribute.word()))]))
            .collect();
        let ground =
            if row.ground.is_empty() { String::new() } else { t.t(&ground_word(&row.ground)).to_owned() };
        vec![
            visit.time(row.at_ms),
            t.t(&format!("people-use-by-{}", row.by.name())).to_owned(),
            plain(visit, row.department.as_ref()),
            plain(visit, row.recipient.as_ref()),
            plain_purpose(visit, row.purpose_name.as_ref(), &row.purpose),
            names(visit, &row.given),
            withheld.join("\n"),
            ground,
            if row.many { t.t("people-use-many").to_owned() } else { String::new() },
            row.reason.clone(),
        ]
    });
    visit.csv("data-use", &heads, lines)
}

async fn json(visit: &Visit, ask: &AskRecord) -> Result<Reply, Fault> {
    let rows = all(visit, ask).await?;
    let name = format!("data-use-{}.json", visit.cx.now().date());
    let body = serde_json::to_vec_pretty(&serde_json::json!({"uses": rows})).map_err(Fault::internal)?;
    Ok(Reply::download("application/json", &name, body))
}

fn this_id(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

fn told_use(visit: &Visit, row: &Used) -> Markup {
    let t = visit.cx.tongue();
    SummaryList::new()
        .text(t.t("people-use-when"), visit.time(row.at_ms))
        .row(t.t("people-use-who"), who(visit, row.by, row.department.as_ref(), row.recipient.as_ref()))
        .row(t.t("people-use-for"), purpose(visit, row.purpose_name.as_ref(), &row.purpose))
        .row(t.t("people-use-what"), what(visit, &row.given, &row.withheld))
        .render()
}

async fn ask_page(visit: &Visit, typed: &str, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let row = visit.read(&THIS_USE, ThisUse { id: this_id(visit)? }).await?;
    let title = t.t("people-use-ask");
    let shell = visit.shell(title).private().wrong(fault.is_some()).breadcrumbs(shell_crumbs(visit, title));
    let mut form = Form::new(format!("{LIST}/{}/ask", row.id))
        .token(visit.new_token())
        .field(
            Field::textarea("question", t.t("people-question"))
                .required()
                .hint(t.t("people-question-hint"))
                .rows(5)
                .chars_max(1000)
                .value(typed)
                .error_if(fault.and_then(|fault| fault.field_words("question", t))),
        )
        .submit(t.t("people-question-send"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(words) = above(visit, fault) {
        form = form.error(words);
    }
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-use-ask-lead")).render())
            (told_use(visit, &row))
            (form.render(t))
        },
    ))
}

pub(super) async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    ask_page(visit, "", None).await
}

pub(super) async fn asked(visit: &Visit) -> Result<Reply, Fault> {
    let input = AskAbout { entry: this_id(visit)?, question: visit.form.get("question").to_owned() };
    match visit.act(&ASK_ABOUT_USE, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/my/record/questions?done=people-asked")),
        Err(fault) if matches!(fault.kind(), FaultKind::Invalid | FaultKind::Conflict) => {
            ask_page(visit, &input.question, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn questions(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let ask = AskQuestions { state: None, paging: Paging::from_query(&visit.query) };
    let list = visit.read(&MY_QUESTIONS, ask).await?;
    let title = t.t("people-record-questions");
    let shell = visit.shell(title).private().breadcrumbs(shell_crumbs(visit, title));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-record-questions-lead")).render())
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-questions-none")).text(t.t("people-questions-none-text")).render())
            }
            @for row in &list.rows {
                section id=(format!("q-{}", row.id)) aria-labelledby=(format!("h-{}", row.id)) {
                    h2 id=(format!("h-{}", row.id)) { (purpose(visit, row.purpose_name.as_ref(), &row.purpose)) }
                    (SummaryList::new()
                        .row(t.t("people-question-state"), state_tag(visit, row.state).render())
                        .text(t.t("people-use-when"), visit.time(row.used_ms))
                        .row(t.t("people-question"), lines(&row.question))
                        .text(t.t("people-question-asked"), visit.time(row.asked_ms))
                        .row(t.t("people-question-who-answers"), html! {
                            @match &row.department {
                                Some(name) => { (told(name, visit.cx.lang())) }
                                None => { (t.t("people-question-protector")) }
                            }
                        })
                        .row(t.t("people-answer"), html! {
                            @if row.state == State::Answered {
                                (lines(&row.answer))
                                span class="quiet" { (visit.time(row.answered_ms)) }
                            } @else { span class="quiet" { (t.t("people-answer-not-yet")) } }
                        })
                        .render())
                }
            }
            (visit.next_page(list.next.as_deref(), "/my/record/questions"))
        },
    ))
}

pub(super) fn state_tag(visit: &Visit, state: State) -> Tag {
    match state {
        State::Waiting => Tag::new(visit.t("people-question-waiting"), Tone::Caution),
        State::Answered => Tag::new(visit.t("people-question-answered"), Tone::Positive),
    }
}

/// What somebody typed, line by line.
pub(super) fn lines(text: &str) -> Markup {
    html! { @for line in text.lines() { p { (line) } } }
}

/// The piece of my page: the newest uses.
pub(super) async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if visit.cx.who().is_staff() {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let ask = AskRecord { paging: Paging { after: String::new(), rows: 3 }, ..AskRecord::default() };
    let list = visit.read(&RECORD, ask).await?;
    Ok(Some(html! {
        section aria-labelledby="people-record" {
            h2 id="people-record" { (t.t("people-record")) }
            @if list.rows.is_empty() {
                p { (t.t("people-record-none")) }
            } @else {
                ul {
                    @for row in &list.rows {
                        li {
                            (visit.day(row.at_ms)) " " (purpose(visit, row.purpose_name.as_ref(), &row.purpose))
                        }
                    }
                }
            }
            (buttons([Button::link(t.t("people-record-open"), LIST).secondary().render()]))
        }
    }))
}
