//! Staff answer what residents ask about uses of their data.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Col, Empty, Field, Form, Link, PageHead, SummaryList, Table, Tabs};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::my::{lines, state_tag};
use super::{above, plain_purpose, purpose};
use crate::pages::{shell_under, told};
use crate::release::actions::{ANSWER_QUESTION, QUESTION, QUESTIONS};
use crate::release::questions::{Answer, AskQuestions, Question, State, ThisQuestion};

const LIST: &str = "/staff/questions";

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    // Whoever opens the list wants to see what is still to be done.
    let state = match visit.query.get("state") {
        "all" => None,
        name => Some(State::from_name(name).unwrap_or(State::Waiting)),
    };
    if visit.wants_csv() {
        return csv(visit).await;
    }
    let ask = AskQuestions { state, paging: Paging::from_query(&visit.query) };
    let list = visit.read(&QUESTIONS, ask).await?;
    let shell = visit.shell(t.t("people-menu-questions"));
    let tabs = [Some(State::Waiting), Some(State::Answered), None].into_iter().fold(
        Tabs::new(t.t("people-question-state")),
        |tabs, one| {
            let word = one.map_or("people-questions-all".to_owned(), |state| {
                format!("people-question-{}", state.name())
            });
            let href = format!("{LIST}?state={}", one.map_or("all", State::name));
            tabs.tab(Link::new(t.t(&word), href).current(one == state))
        },
    );
    let base = format!("{LIST}?state={}", state.map_or("all", State::name));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("people-menu-questions")).lead(t.t("people-questions-lead")).render())
            (tabs.render())
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-questions-none")).text(t.t("people-questions-none-staff")).render())
            } @else {
                (table(visit, &list.rows))
                (visit.next_page(list.next.as_deref(), &base))
            }
        },
    ))
}

fn table(visit: &Visit, rows: &[Question]) -> Markup {
    let t = visit.cx.tongue();
    let heads = [
        "people-question",
        "people-question-asked",
        "people-use-for",
        "people-question-who-answers",
        "people-question-state",
    ];
    let table = Table::new(t.t("people-menu-questions"))
        .quiet_caption()
        .columns(heads.map(|head| Col::new(t.t(head))))
        .csv("/staff/questions?format=csv");
    rows.iter()
        .fold(table, |table, row| {
            let short: String = row.question.chars().take(60).collect();
            let more = if row.question.chars().count() > 60 { "…" } else { "" };
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (short) (more) } },
                html! { (visit.time(row.asked_ms)) },
                purpose(visit, row.purpose_name.as_ref(), &row.purpose),
                department(visit, row),
                state_tag(visit, row.state).render(),
            ])
        })
        .render(t)
}

fn department(visit: &Visit, row: &Question) -> Markup {
    html! {
        @match &row.department {
            Some(name) => { (told(name, visit.cx.lang())) }
            None => { (visit.t("people-question-protector")) }
        }
    }
}

async fn csv(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read_all(&QUESTIONS, |paging| AskQuestions { state: None, paging }).await?;
    let heads = [
        "people-question-asked",
        "people-use-for",
        "people-question",
        "people-question-state",
        "people-answer",
        "people-question-answered-when",
    ]
    .map(|head| t.t(head));
    let lines = rows.iter().map(|row| {
        let answered = if row.answered_ms > 0 { visit.time(row.answered_ms) } else { String::new() };
        vec![
            visit.time(row.asked_ms),
            plain_purpose(visit, row.purpose_name.as_ref(), &row.purpose),
            row.question.clone(),
            t.t(&format!("people-question-{}", row.state.name())).to_owned(),
            row.answer.clone(),
            answered,
        ]
    });
    visit.csv("questions", &heads, lines)
}

fn this_id(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

async fn page(visit: &Visit, typed: Option<&Answer>, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let row = visit.read(&QUESTION, ThisQuestion { id: this_id(visit)? }).await?;
    let title = t.t("people-question-one").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-questions", LIST).wrong(fault.is_some());
    let facts = SummaryList::new()
        .row(t.t("people-question-state"), state_tag(visit, row.state).render())
        .text(t.t("people-question-asked"), visit.time(row.asked_ms))
        .row(t.t("people-question"), lines(&row.question))
        .text(t.t("people-use-when"), visit.time(row.used_ms))
        .row(t.t("people-use-for"), purpose(visit, row.purpose_name.as_ref(), &row.purpose))
        .row(t.t("people-question-who-answers"), department(visit, &row));
    let facts = if row.reason.is_empty() { facts } else { facts.text(t.t("people-use-said"), &row.reason) };
    let value = typed.map_or(row.answer.as_str(), |typed| typed.answer.as_str());
    let mut form = Form::new(format!("{LIST}/{}", row.id))
        .token(visit.new_token())
        .field(Field::hidden("rev", row.rev.to_string()))
        .field(
            Field::textarea("answer", t.t("people-answer"))
                .required()
                .hint(t.t("people-answer-hint"))
                .rows(8)
                .chars_max(2000)
                .value(value)
                .error_if(fault.and_then(|fault| fault.field_words("answer", t))),
        )
        .submit(t.t("people-answer-send"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(words) = above(visit, fault) {
        form = form.error(words);
    }
    // Somebody else answered in between: their answer stands above, and what was typed is still in the form.
    let facts = if fault.is_some_and(|fault| fault.kind() == Kind::Outdated) {
        facts.row(t.t("people-answer-theirs"), lines(&row.answer))
    } else {
        facts
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-question-one-lead")).render())
            (facts.render())
            @if visit.may_ever("people.answer_question") { (form.render(t)) }
        },
    ))
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    page(visit, None, None).await
}

pub(super) async fn answer(visit: &Visit) -> Result<Reply, Fault> {
    let input = Answer {
        id: this_id(visit)?,
        answer: visit.form.get("answer").to_owned(),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    match visit.act(&ANSWER_QUESTION, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/staff/questions?done=people-answered")),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Outdated) => {
            page(visit, Some(&input), Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}
