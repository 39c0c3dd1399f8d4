//! Who stands in for whom.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Button, Col, Field, Form, PageHead, PostButton, Table, Tag, Tone};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::page::Visit;
use maud::{Markup, html};

use crate::rights::actions::deputies::{
    AskDeputies, DECIDE_DEPUTY, DEPUTIES, DecideDeputy, END_DEPUTY, SAVE_DEPUTY, SaveDeputy, ThisDeputy,
};
use crate::rights::store::deputies::{Deputy, DeputyState};

const LIST: &str = "/staff/deputies";

/// The state as people see it: what stands begins and ends by the clock.
fn state(visit: &Visit, deputy: &Deputy) -> (&'static str, Tone) {
    let now_ms = visit.cx.now_ms();
    match deputy.state {
        DeputyState::Asked if deputy.until_ms > now_ms => ("people-deputy-asked", Tone::Caution),
        DeputyState::Refused => ("people-deputy-refused", Tone::Neutral),
        DeputyState::Standing if deputy.until_ms > now_ms => {
            if deputy.from_ms > now_ms {
                ("people-deputy-to-come", Tone::Info)
            } else {
                ("people-deputy-standing", Tone::Positive)
            }
        }
        _ => ("people-deputy-ended", Tone::Neutral),
    }
}

fn days(visit: &Visit, deputy: &Deputy) -> String {
    let day = |at_ms: i64| visit.cx.city().local(at_ms).date().to_string();
    format!("{} – {}", day(deputy.from_ms), day(deputy.until_ms - 1))
}

fn empty_input() -> SaveDeputy {
    SaveDeputy {
        person: String::new(),
        for_person: String::new(),
        from: String::new(),
        until: String::new(),
        note: String::new(),
    }
}

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    if visit.wants_csv() {
        let rows = visit.read_all(&DEPUTIES, |paging| AskDeputies { account: None, paging }).await?;
        let rows = rows.into_iter().map(|row| {
            let (word, _) = state(visit, &row);
            let days = days(visit, &row);
            vec![row.name, row.for_name, days, t.t(word).to_owned(), row.note]
        });
        let heads = [
            "people-deputy-person",
            "people-deputy-for",
            "people-deputy-days",
            "people-state",
            "people-deputy-note",
        ];
        return visit.csv("deputies", &heads.map(|word| t.t(word)), rows);
    }
    show(visit, &empty_input(), None).await
}

async fn show(visit: &Visit, typed: &SaveDeputy, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let ask = AskDeputies { account: None, paging: Paging::from_query(&visit.query) };
    let list = visit.read(&DEPUTIES, ask).await?;
    let shell = visit.shell(t.t("people-menu-deputies")).wrong(fault.is_some());
    let head = PageHead::new(t.t("people-menu-deputies")).lead(t.t("people-deputies-lead"));
    let body = html! {
        (head.render())
        (table(visit, &list))
        (visit.next_page(list.next.as_deref(), LIST))
        @if visit.may_ever("people.save_deputy") {
            h2 { (t.t("people-deputy-new")) }
            (form(visit, typed, fault))
        }
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, body))
}

fn table(visit: &Visit, list: &List<Deputy>) -> Markup {
    let t = visit.cx.tongue();
    list.rows
        .iter()
        .fold(
            Table::new(t.t("people-menu-deputies"))
                .quiet_caption()
                .column(Col::new(t.t("people-deputy-person")))
                .column(Col::new(t.t("people-deputy-for")))
                .column(Col::new(t.t("people-deputy-days")))
                .column(Col::new(t.t("people-state")))
                .column(Col::new(t.t("people-session-do")))
                .csv(format!("{LIST}?format=csv"))
                .empty(t.t("people-deputies-none")),
            |table, row| {
                let (word, tone) = state(visit, row);
                table.row([
                    html! { (row.name) },
                    html! { (row.for_name) @if !row.note.is_empty() { br; span class="quiet" { (row.note) } } },
                    html! { (days(visit, row)) },
                    Tag::new(t.t(word), tone).render(),
                    steps(visit, row),
                ])
            },
        )
        .render(t)
}

fn steps(visit: &Visit, row: &Deputy) -> Markup {
    let who = visit.cx.who();
    let button = |word: &str, verb: &str| {
        PostButton::new(visit.t(word), format!("{LIST}/{}/{verb}", row.id), visit.new_token())
            .about(&row.name)
    };
    let open =
        matches!(row.state, DeputyState::Standing | DeputyState::Asked) && row.until_ms > visit.cx.now_ms();
    let own = who.account.as_ref() == Some(&row.for_account);
    let may_end = open && (own || visit.may_ever("people.decide_deputy"));
    let me = who.written();
    let is_one_of_two =
        [row.asked_by.as_str(), row.account.as_str(), row.for_account.as_str()].contains(&me.as_str());
    let may_decide =
        open && row.state == DeputyState::Asked && !is_one_of_two && visit.may_ever("people.decide_deputy");
    html! {
        @if may_decide {
            (button("people-deputy-agree", "agree").render())
            (button("people-deputy-refuse", "refuse").render())
        }
        @if may_end { (button("people-deputy-end", "end").render()) }
    }
}

fn form(visit: &Visit, typed: &SaveDeputy, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let mut form = Form::new(LIST).token(visit.new_token()).label(t.t("people-deputy-new")).field(
        Field::text("person", t.t("people-deputy-person"))
            .required()
            .hint(t.t("people-deputy-person-hint"))
            .value(&typed.person)
            .error_if(wrong("person")),
    );
    // Others' deputies are named by administrators.
    if visit.may_ever("people.decide_deputy") {
        form = form.field(
            Field::text("for_person", t.t("people-deputy-for"))
                .hint(t.t("people-deputy-for-hint"))
                .value(&typed.for_person)
                .error_if(wrong("for_person")),
        );
    }
    form = form
        .field(
            Field::date("from", t.t("people-deputy-from"))
                .required()
                .value(&typed.from)
                .error_if(wrong("from")),
        )
        .field(
            Field::date("until", t.t("people-deputy-until"))
                .required()
                .hint(t.t("people-deputy-until-hint"))
                .value(&typed.until)
                .error_if(wrong("until")),
        )
        .field(Field::text("note", t.t("people-deputy-note")).value(&typed.note).error_if(wrong("note")))
        .submit(t.t("people-deputy-save"));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

pub async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let input = SaveDeputy {
        person: text("person"),
        for_person: text("for_person"),
        from: text("from"),
        until: text("until"),
        note: text("note"),
    };
    match visit.act(&SAVE_DEPUTY, input.clone()).await {
        Ok(saved) if saved.state == DeputyState::Asked => {
            Ok(Reply::see_other(&format!("{LIST}?done=people-deputy-asked")))
        }
        Ok(_) => Ok(Reply::see_other(&format!("{LIST}?done=saved"))),
        Err(fault) if fault.kind() == Kind::Invalid => show(visit, &input, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

fn this(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

pub async fn end(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&END_DEPUTY, ThisDeputy { id: this(visit)? }).await?;
    Ok(Reply::see_other(&format!("{LIST}?done=saved")))
}

pub async fn decide(visit: &Visit, agree: bool) -> Result<Reply, Fault> {
    visit.act(&DECIDE_DEPUTY, DecideDeputy { id: this(visit)?, agree }).await?;
    Ok(Reply::see_other(&format!("{LIST}?done=saved")))
}

/// On the desk of both: for whom I stand in, and who stands in for me.
pub async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let Some(me) = visit.cx.who().account.clone().filter(|_| visit.cx.who().is_staff()) else {
        return Ok(None);
    };
    let ask = AskDeputies { account: Some(me.clone()), paging: Paging::default() };
    let list = visit.read(&DEPUTIES, ask).await?;
    let now_ms = visit.cx.now_ms();
    let standing: Vec<&Deputy> = list
        .rows
        .iter()
        .filter(|row| row.state == DeputyState::Standing && (row.from_ms..row.until_ms).contains(&now_ms))
        .collect();
    if standing.is_empty() {
        return Ok(None);
    }
    let line = |row: &Deputy| {
        let days = days(visit, row);
        if row.account == me {
            visit.tf("people-deputy-i-stand", &[("name", &row.for_name), ("days", &days)])
        } else {
            visit.tf("people-deputy-for-me", &[("name", &row.name), ("days", &days)])
        }
    };
    Ok(Some(html! {
        section {
            h2 { (visit.t("people-menu-deputies")) }
            ul { @for row in standing { li { (line(row)) } } }
            (Button::link(visit.t("people-deputies-all"), LIST).tertiary().render())
        }
    }))
}
