//! The yearly check: taking it, setting it up, its results.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Col, Conflict, Empty, Field, Form, Link, PageHead, Progress, SummaryList, Table,
    Tag, Tone, buttons,
};
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::{Departments, HOME};
use crate::actions::Nothing;
use crate::pages::{only_for, shell_under, typed_number};
use crate::watch::actions::checks::{
    ANSWER_CHECK, AnswerCheck, AskMyCheck, AskPeople, CHECK, CHECK_PEOPLE, CHECKS, CheckView, MY_CHECK,
    MyCheck, SAVE_CHECK, SaveCheck, ThisCheck,
};
use crate::watch::model::CheckState;

const LIST: &str = "/staff/security/checks";
const MINE: &str = "/staff/security/check";

fn percent(part: i64, whole: i64) -> String {
    if whole > 0 { format!("{} %", part.saturating_mul(100) / whole) } else { String::new() }
}

pub(super) async fn mine(visit: &Visit) -> Result<Reply, Fault> {
    match visit.read(&MY_CHECK, AskMyCheck::default()).await {
        Ok(check) => Ok(taking(visit, &check, None)),
        Err(fault) if fault.kind() == Kind::Missing => {
            let t = visit.cx.tongue();
            let title = t.t("people-watch-check").to_owned();
            let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
            let empty = Empty::new(t.t("people-watch-no-check")).text(t.t("people-watch-no-check-text"));
            Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (empty.render()) }))
        }
        Err(fault) => Err(fault),
    }
}

fn taking(visit: &Visit, check: &MyCheck, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let shell = shell_under(visit, check.title.clone(), "people-menu-watch", HOME).wrong(fault.is_some());
    let passed = check.taken.as_ref().is_some_and(|taken| taken.passed);
    let lead = t.tf(
        "people-watch-check-lead",
        &[
            ("count", &check.questions.len().to_string()),
            ("percent", &check.pass_percent.to_string()),
            ("day", &check.deadline),
        ],
    );
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(check.title.as_str()).lead(lead).render())
            @if let Some(taken) = &check.taken {
                @let words = t.tf("people-watch-result", &[("right", &taken.right.to_string()), ("asked", &taken.asked.to_string())]);
                @if taken.passed { (Banner::success(t.t("people-watch-passed")).text(words).render(t)) }
                @else { (Banner::warning(t.t("people-watch-not-passed")).text(words).render(t)) }
                (explained(visit, check))
            }
            @if check.open && !passed {
                @if check.taken.is_some() { h2 { (t.t("people-watch-again")) } }
                (answers_form(visit, check, fault))
            }
            p class="quiet" { (t.t("people-watch-result-whose")) }
        },
    )
}

/// Right and wrong, with the reason for each.
fn explained(visit: &Visit, check: &MyCheck) -> Markup {
    let t = visit.cx.tongue();
    let given = check.taken.as_ref().map(|taken| taken.answers.as_slice()).unwrap_or_default();
    html! {
        h2 { (t.t("people-watch-explained")) }
        ol {
            @for (at, question) in check.questions.iter().enumerate() {
                @let right = question.right;
                @let good = given.get(at).copied() == right;
                li {
                    p {
                        strong { (question.ask) } " "
                        @if good { (Tag::new(t.t("people-watch-good"), Tone::Positive).render()) }
                        @else { (Tag::new(t.t("people-watch-bad"), Tone::Negative).render()) }
                    }
                    @if let Some(choice) = right.and_then(|right| question.choices.get(right)) {
                        p { (t.tf("people-watch-right-is", &[("choice", choice)])) }
                    }
                    p { (question.because) }
                }
            }
        }
    }
}

fn answers_form(visit: &Visit, check: &MyCheck, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let mut form = Form::new(MINE)
        .token(visit.new_token())
        .label(t.t("people-watch-check"))
        .unmarked()
        .field(Field::hidden("check", check.id.to_string()));
    for (at, question) in check.questions.iter().enumerate() {
        let name = format!("answer_{at}");
        let choices =
            question.choices.iter().enumerate().map(|(at, choice)| Choice::new(at.to_string(), choice));
        let missing = fault.is_some() && visit.form.get(&name).is_empty();
        form = form.field(
            Field::radios(&name, format!("{}. {}", at + 1, question.ask), choices)
                .value(visit.form.get(&name))
                .error_if(missing.then(|| t.t("field-people-watch-answer"))),
        );
    }
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    form.submit(t.t("people-watch-answer")).render(t)
}

pub(super) async fn answer(visit: &Visit) -> Result<Reply, Fault> {
    let id: ground::id::Id = visit.form.get("check").parse().map_err(|_| Fault::missing())?;
    let check = visit.read(&MY_CHECK, AskMyCheck { id: Some(id.clone()) }).await?;
    let answers: Vec<usize> = (0..check.questions.len())
        .map_while(|at| visit.form.get(&format!("answer_{at}")).parse().ok())
        .collect();
    match visit.act(&ANSWER_CHECK, AnswerCheck { id, answers }).await {
        Ok(_) => Ok(Reply::see_other(&format!("{MINE}?done=people-watch-answered"))),
        Err(fault) if fault.kind() == Kind::Invalid => Ok(taking(visit, &check, Some(&fault))),
        Err(fault) => Err(fault),
    }
}

fn state_tag(visit: &Visit, state: CheckState) -> Markup {
    let tone = match state {
        CheckState::Draft => Tone::Caution,
        CheckState::Open => Tone::Positive,
        CheckState::Closed => Tone::Neutral,
    };
    Tag::new(visit.t(&format!("people-watch-check-{}", state.name())), tone).render()
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read(&CHECKS, Nothing {}).await?;
    let table = rows.iter().fold(
        Table::new(t.t("people-watch-checks"))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-title")))
            .column(Col::new(t.t("people-watch-deadline")))
            .column(Col::number(t.t("people-watch-pass-percent")))
            .column(Col::new(t.t("people-state"))),
        |table, check| {
            table.row([
                html! { a href=(format!("{LIST}/{}", check.id)) { (check.title) } },
                html! { (check.deadline) },
                html! { (check.pass_percent) " %" },
                state_tag(visit, check.state),
            ])
        },
    );
    let title = t.t("people-watch-checks").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    let may = visit.may_ever("people.save_watch_check");
    let ways = [
        Button::link(t.t("people-watch-check-go"), MINE).render(),
        if may {
            Button::link(t.t("people-watch-check-new"), format!("{LIST}/new")).secondary().render()
        } else {
            html! {}
        },
        if may {
            Button::link(t.t("people-watch-questions"), "/staff/security/questions").secondary().render()
        } else {
            html! {}
        },
    ];
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-watch-checks-lead")).render())
            (buttons(ways))
            @if rows.is_empty() { (Empty::new(t.t("people-watch-no-check")).render()) } @else { (table.render(t)) }
        },
    ))
}

struct Typed {
    input: SaveCheck,
    percent: String,
}

fn form(visit: &Visit, typed: &Typed, was: CheckState, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let input = &typed.input;
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let states = CheckState::ALL
        .iter()
        .filter(|state| was == CheckState::Draft || **state != CheckState::Draft)
        .map(|state| {
            let word = format!("people-watch-check-{}", state.name());
            let choice = Choice::new(state.name(), t.t(&word));
            // What opening means is said before it is opened.
            let told = was == CheckState::Draft || *state != CheckState::Open;
            if told { choice.hint(t.t(&format!("{word}-hint")).to_owned()) } else { choice }
        });
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let percent = if was == CheckState::Draft {
        Field::number("pass_percent", t.t("people-watch-pass-percent"))
            .required()
            .suffix("%")
            .value(&typed.percent)
            .error_if(wrong("pass_percent"))
    } else {
        Field::hidden("pass_percent", &typed.percent)
    };
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(
            Field::text("title", t.t("people-watch-title"))
                .required()
                .value(&input.title)
                .error_if(wrong("title")),
        )
        .field(percent)
        .field(
            Field::date("deadline", t.t("people-watch-deadline"))
                .required()
                .value(&input.deadline)
                .error_if(wrong("deadline")),
        )
        .field(
            Field::date("remind_on", t.t("people-watch-remind-on"))
                .hint(t.t("people-watch-remind-on-hint"))
                .value(&input.remind_on)
                .error_if(wrong("remind_on")),
        )
        .field(
            Field::radios("state", t.t("people-state"), states)
                .unmarked()
                .value(input.state.name())
                .error_if(wrong("state")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_watch_check")?;
    let input = SaveCheck {
        id: None,
        title: String::new(),
        pass_percent: 80,
        deadline: String::new(),
        remind_on: String::new(),
        state: CheckState::Draft,
        rev: 0,
    };
    let title = visit.t("people-watch-check-new").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    let inside = form(visit, &Typed { percent: "80".to_owned(), input }, CheckState::Draft, None);
    Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (inside) }))
}

async fn read_one(visit: &Visit) -> Result<CheckView, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.read(&CHECK, ThisCheck { id }).await
}

fn input_of(view: &CheckView) -> SaveCheck {
    let check = &view.check;
    SaveCheck {
        id: Some(check.id.clone()),
        title: check.title.clone(),
        pass_percent: check.pass_percent,
        deadline: check.deadline.clone(),
        remind_on: check.remind_on.clone(),
        state: check.state,
        rev: check.rev,
    }
}

/// The sections' figures by the names of the departments, as a table of texts.
async fn sections(visit: &Visit, view: &CheckView) -> Result<Vec<[String; 5]>, Fault> {
    let departments = Departments::read(visit).await?;
    let together = visit.t("people-watch-small");
    let name = |code: &str| if code.is_empty() { together } else { departments.name(code) }.to_owned();
    Ok(view
        .sections
        .iter()
        .map(|row| {
            [
                name(&row.code),
                row.people.to_string(),
                percent(row.taken, row.people),
                percent(row.passed, row.taken),
                percent(row.right, row.asked),
            ]
        })
        .collect())
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    let t = visit.cx.tongue();
    let rows = sections(visit, &view).await?;
    let header = [
        t.t("people-watch-section"),
        t.t("people-watch-people"),
        t.t("people-watch-taken"),
        t.t("people-watch-passed-share"),
        t.t("people-watch-right-share"),
    ];
    if visit.wants_csv() {
        return visit.csv("knowledge-check", &header, rows.into_iter().map(|row| row.to_vec()));
    }
    let check = &view.check;
    let href = format!("{LIST}/{}", check.id);
    let table = rows.iter().fold(
        header.iter().enumerate().fold(
            Table::new(t.t("people-watch-sections")).quiet_caption().csv(format!("{href}?format=csv")),
            |table, (at, word)| table.column(if at == 0 { Col::new(*word) } else { Col::number(*word) }),
        ),
        |table, row| table.row(row.iter().map(|cell| html! { (cell) })),
    );
    let facts = SummaryList::new()
        .row(t.t("people-state"), state_tag(visit, check.state))
        .text(t.t("people-watch-deadline"), check.deadline.clone())
        .text(t.t("people-watch-pass-percent"), format!("{} %", check.pass_percent));
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    let so_far = t.tf(
        "people-watch-so-far",
        &[("taken", &view.taken.to_string()), ("people", &view.people.to_string())],
    );
    let progress =
        Progress::known(t.t("people-watch-taken"), whole(view.taken), whole(view.people)).text(so_far);
    let shell = shell_under(visit, check.title.clone(), "people-menu-watch", HOME);
    let may = visit.may_ever("people.save_watch_check");
    let typed = Typed { percent: check.pass_percent.to_string(), input: input_of(&view) };
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(check.title.as_str()).render())
            (facts.render())
            @if check.state != CheckState::Draft {
                h2 { (t.t("people-watch-sections")) }
                (progress.render(t))
                p { (t.t("people-watch-sections-text")) }
                @if rows.is_empty() { (Empty::new(t.t("people-watch-too-few")).render()) } @else { (table.render(t)) }
                @if view.sees_people {
                    (buttons([Button::link(t.t("people-watch-by-person"), format!("{href}/people")).secondary().render()]))
                }
            }
            @if !check.questions.is_empty() {
                h2 { (t.t("people-watch-asked")) }
                ol { @for kept in &check.questions { li { (kept.question.ask) } } }
            }
            @if may { h2 { (t.t("people-watch-edit")) } (form(visit, &typed, check.state, None)) }
        },
    ))
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let was = match &id {
        Some(_) => read_one(visit).await?.check.state,
        None => CheckState::Draft,
    };
    let state = if visit.form.has("state") { CheckState::from_name(visit.form.get("state")) } else { was };
    let input = SaveCheck {
        id,
        title: text("title"),
        pass_percent: typed_number(visit.form.get("pass_percent")),
        deadline: text("deadline"),
        remind_on: text("remind_on"),
        state,
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_CHECK, input.clone()).await {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.check.id))),
        Err(fault) => fault,
    };
    let typed = Typed { percent: text("pass_percent"), input };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &typed, was, Some(&fault)),
        Kind::Outdated => conflict(visit, &typed.input, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-watch-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn conflict(visit: &Visit, mine: &SaveCheck, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: CheckView = fault.theirs_as()?;
    let stands = input_of(&view);
    let href = format!("{LIST}/{}", view.check.id);
    let state = |one: CheckState| t.t(&format!("people-watch-check-{}", one.name())).to_owned();
    let (my_state, their_state) = (state(mine.state), state(stands.state));
    let conflict = Conflict::new(href.clone(), visit.new_token())
        .by("", visit.time(view.check.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .row("title", t.t("people-watch-title"), &mine.title, &stands.title)
        .row(
            "pass_percent",
            t.t("people-watch-pass-percent"),
            mine.pass_percent.to_string(),
            stands.pass_percent.to_string(),
        )
        .row("deadline", t.t("people-watch-deadline"), &mine.deadline, &stands.deadline)
        .row("remind_on", t.t("people-watch-remind-on"), &mine.remind_on, &stands.remind_on)
        .row_shown(
            "state",
            t.t("people-state"),
            (mine.state.name(), &my_state),
            (stands.state.name(), &their_state),
        )
        .back(href);
    Ok(conflict.render(t))
}

pub(super) async fn people(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let view = read_one(visit).await?;
    let id = view.check.id.clone();
    let href = format!("{LIST}/{id}/people");
    let words = |row: &crate::watch::actions::checks::PersonRow| match row.right {
        None => t.t("people-watch-not-taken").to_owned(),
        Some(right) => format!("{right} / {}", row.asked),
    };
    if visit.wants_csv() {
        let rows = visit.read_all(&CHECK_PEOPLE, |paging| AskPeople { id: id.clone(), paging }).await?;
        let header = [
            t.t("people-name"),
            t.t("people-watch-department"),
            t.t("people-watch-right-share"),
            t.t("people-state"),
        ];
        let lines = rows.iter().map(|row| {
            let state = if row.passed { t.t("people-watch-passed") } else { "" };
            vec![row.name.clone(), row.department_code.clone(), words(row), state.to_owned()]
        });
        return visit.csv("knowledge-check-people", &header, lines);
    }
    let ask = AskPeople { id: id.clone(), paging: Paging::from_query(&visit.query) };
    let found = visit.read(&CHECK_PEOPLE, ask).await?;
    let departments = Departments::read(visit).await?;
    let table = found.rows.iter().fold(
        Table::new(t.t("people-watch-by-person"))
            .quiet_caption()
            .column(Col::new(t.t("people-name")))
            .column(Col::new(t.t("people-watch-department")))
            .column(Col::new(t.t("people-watch-right-share")))
            .column(Col::new(t.t("people-state")))
            .csv(format!("{href}?format=csv")),
        |table, row| {
            let state = match (row.right, row.passed) {
                (_, true) => Tag::new(t.t("people-watch-passed"), Tone::Positive).render(),
                (Some(_), false) => Tag::new(t.t("people-watch-not-passed"), Tone::Negative).render(),
                (None, false) => Tag::new(t.t("people-watch-not-taken"), Tone::Caution).render(),
            };
            table.row([
                html! { (row.name) },
                html! { (departments.name(&row.department_code)) },
                html! { (words(row)) },
                state,
            ])
        },
    );
    let title = t.t("people-watch-by-person").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    let head = PageHead::new(title).above(view.check.title.as_str()).lead(t.t("people-watch-by-person-text"));
    Ok(visit.page(
        &shell,
        html! { (head.render()) (table.render(t)) (visit.next_page(found.next.as_deref(), &href)) },
    ))
}
