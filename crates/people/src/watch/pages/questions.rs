//! The bank of questions for the yearly check.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Choice, Col, Empty, Field, Form, Group, Link, PageHead, Table, Tag, Tone, buttons,
};
use ground::page::Visit;
use maud::{Markup, html};

use super::HOME;
use crate::actions::Nothing;
use crate::pages::{only_for, shell_under};
use crate::watch::actions::checks::{QUESTIONS, SAVE_QUESTION, SaveQuestion};
use crate::watch::model::KeptQuestion;

const LIST: &str = "/staff/security/questions";
const CHOICES_MAX: usize = 6;

fn used_tag(visit: &Visit, used: bool) -> Markup {
    if used {
        Tag::new(visit.t("people-watch-question-used"), Tone::Positive).render()
    } else {
        Tag::new(visit.t("people-watch-question-resting"), Tone::Neutral).render()
    }
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read(&QUESTIONS, Nothing {}).await?;
    if visit.wants_csv() {
        let header = [
            t.t("people-watch-ask"),
            t.t("people-watch-choices"),
            t.t("people-watch-right"),
            t.t("people-watch-because"),
            t.t("people-watch-version"),
        ];
        let lines = rows.into_iter().map(|row| {
            let one = row.question;
            let right = one.choices.get(one.right).cloned().unwrap_or_default();
            vec![one.ask, one.choices.join(" / "), right, one.because, row.version.to_string()]
        });
        return visit.csv("security-questions", &header, lines);
    }
    let table = rows.iter().fold(
        Table::new(t.t("people-watch-questions"))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-ask")))
            .column(Col::number(t.t("people-watch-version")))
            .column(Col::new(t.t("people-state")))
            .csv(format!("{LIST}?format=csv")),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (row.question.ask) } },
                html! { (row.version) },
                used_tag(visit, row.used),
            ])
        },
    );
    let title = t.t("people-watch-questions").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    let ways = [Button::link(t.t("people-watch-question-new"), format!("{LIST}/new")).render()];
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-watch-questions-lead")).render())
            @if visit.may_ever("people.save_watch_question") { (buttons(ways)) }
            @if rows.is_empty() { (Empty::new(t.t("people-watch-none")).render()) } @else { (table.render(t)) }
        },
    ))
}

fn form(visit: &Visit, input: &SaveQuestion, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let places: Vec<String> = (1..=CHOICES_MAX).map(|place| place.to_string()).collect();
    let choice_word = |place: &str| t.tf("people-watch-choice", &[("place", place)]);
    // A choice that is wrong is told by its place in the list.
    let any_wrong = fault.and_then(|fault| {
        fault.fields().iter().find(|field| field.path.starts_with("choices")).map(|field| field.words(t))
    });
    let choices = places.iter().enumerate().fold(
        Group::new(t.t("people-watch-choices")).hint(t.t("people-watch-choices-hint")),
        |group, (at, place)| {
            let field = Field::text(format!("choice_{place}"), choice_word(place))
                .value(input.choices.get(at).map_or("", String::as_str));
            group.field(if at == 0 { field.error_if(any_wrong.clone()) } else { field })
        },
    );
    let right = places.iter().enumerate().map(|(at, place)| Choice::new(at.to_string(), choice_word(place)));
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let used = Field::checkbox("used", t.t("people-watch-question-use"), "1").unmarked();
    Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("version", input.version.to_string()))
        .field(
            Field::textarea("ask", t.t("people-watch-ask"))
                .required()
                .rows(3)
                .value(&input.ask)
                .error_if(wrong("ask")),
        )
        .group(choices)
        .field(
            Field::select("right", t.t("people-watch-right"), right)
                .required()
                .value(input.right.to_string())
                .error_if(wrong("right")),
        )
        .field(
            Field::textarea("because", t.t("people-watch-because"))
                .required()
                .hint(t.t("people-watch-because-hint"))
                .rows(3)
                .value(&input.because)
                .error_if(wrong("because")),
        )
        .field(if input.used { used.value("1") } else { used })
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST))
        .render(t)
}

fn page(visit: &Visit, input: &SaveQuestion, fault: Option<&Fault>, note: Markup) -> Reply {
    let word = if input.id.is_some() { "people-watch-question-edit" } else { "people-watch-question-new" };
    let title = visit.t(word).to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit.page_with(
        status,
        &shell,
        html! { (PageHead::new(title).render()) (note) (form(visit, input, fault)) },
    )
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_watch_question")?;
    let input = SaveQuestion {
        id: None,
        ask: String::new(),
        choices: Vec::new(),
        right: 0,
        because: String::new(),
        used: true,
        version: 0,
    };
    Ok(page(visit, &input, None, html! {}))
}

fn input_of(kept: &KeptQuestion) -> SaveQuestion {
    let one = &kept.question;
    SaveQuestion {
        id: Some(kept.id.clone()),
        ask: one.ask.clone(),
        choices: one.choices.clone(),
        right: one.right,
        because: one.because.clone(),
        used: kept.used,
        version: kept.version,
    }
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_watch_question")?;
    let rows = visit.read(&QUESTIONS, Nothing {}).await?;
    let kept = rows.iter().find(|row| row.id.as_str() == visit.slot("id")).ok_or_else(Fault::missing)?;
    let version = visit.tf("people-watch-version-now", &[("version", &kept.version.to_string())]);
    Ok(page(visit, &input_of(kept), None, html! { p class="quiet" { (version) } }))
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let choices: Vec<String> =
        (1..=CHOICES_MAX).map(|place| visit.form.get(&format!("choice_{place}")).to_owned()).collect();
    // Empty boxes at the end are not choices; one in between is a mistake.
    let filled = choices.iter().rposition(|choice| !choice.is_empty()).map_or(0, |last| last + 1);
    let input = SaveQuestion {
        id,
        ask: visit.form.get("ask").replace("\r\n", "\n"),
        choices: choices.into_iter().take(filled).collect(),
        right: visit.form.get("right").parse().unwrap_or(CHOICES_MAX - 1),
        because: visit.form.get("because").replace("\r\n", "\n"),
        used: visit.form.get("used") == "1",
        version: visit.form.get("version").parse().unwrap_or(0),
    };
    match visit.act(&SAVE_QUESTION, input.clone()).await {
        Ok(_) => Ok(Reply::see_other(&format!("{LIST}?done=saved"))),
        Err(fault) if fault.kind() == Kind::Invalid => Ok(page(visit, &input, Some(&fault), html! {})),
        Err(fault) if fault.kind() == Kind::Outdated => {
            // What stands now is told above the form, which keeps what was typed and saves on top of it.
            let theirs: KeptQuestion = fault.theirs_as()?;
            let stands = &theirs.question;
            let note = html! {
                p { strong { (visit.t("people-watch-question-changed")) } }
                p { (stands.ask) }
                ol { @for choice in &stands.choices { li { (choice) } } }
                p { (stands.because) }
            };
            let input = SaveQuestion { version: theirs.version, ..input };
            Ok(page(visit, &input, Some(&fault), note))
        }
        Err(fault) => Err(fault),
    }
}
