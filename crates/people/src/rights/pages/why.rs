//! "Who may do this, and why?" and "What may this person do?"

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Col, Field, Form, PageHead, Table, Tag, Tone};
use ground::list::Paging;
use ground::page::{Visit, escaped};
use maud::{Markup, html};

use super::{action_choices, department_choices, said, ways};
use crate::actions::departments::{AskDepartments, DEPARTMENTS, DepartmentRow};
use crate::pages::{only_for, shell_under};
use crate::rights::actions::why::{AskWhat, AskWho, WHAT_MAY, WHO_MAY, WhatMay, WhoMay};

const WHO: &str = "/staff/rights/who";
const WHAT: &str = "/staff/rights/what";

fn department<'r>(visit: &Visit, rows: &'r [DepartmentRow], one: &WhoMay) -> &'r str {
    let found = rows.iter().find(|row| Some(&row.department.id) == one.department.as_ref());
    found.map_or("", |row| row.department.name.read(visit.cx.lang()).0)
}

pub async fn who(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.who_may")?;
    let t = visit.cx.tongue();
    let departments = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let (action, of) = (visit.query.get("action"), visit.query.get("department"));
    let ask = |paging| AskWho { action: action.to_owned(), department: of.to_owned(), paging };
    if visit.wants_csv() {
        let rows = visit.read_all(&WHO_MAY, ask).await?;
        let rows = rows.into_iter().map(|row| {
            let reasons: Vec<String> = row.reasons.iter().map(|one| said::reason_text(visit, one)).collect();
            vec![
                row.name.clone(),
                department(visit, &departments, &row).to_owned(),
                row.title.clone(),
                reasons.join("、"),
                row.stands_in_for,
            ]
        });
        let heads = [
            "people-staff-name",
            "people-staff-department",
            "people-staff-title",
            "people-why",
            "people-deputy-for",
        ];
        return visit.csv("who-may", &heads.map(|word| t.t(word)), rows);
    }
    let form = Form::new(WHO)
        .get()
        .label(t.t("people-who-may"))
        .field(Field::select("action", t.t("people-why-action"), action_choices(visit)).value(action))
        .field(
            Field::select(
                "department",
                t.t("people-why-department"),
                department_choices(visit, &departments, "people-why-nearest"),
            )
            .unmarked()
            .hint(t.t("people-why-department-hint"))
            .value(of),
        )
        .submit(t.t("people-why-ask"));
    let answer = if action.is_empty() {
        html! {}
    } else {
        let list = visit.read(&WHO_MAY, ask(Paging::from_query(&visit.query))).await?;
        let base = format!("{WHO}?action={}&department={}", escaped(action), escaped(of));
        who_table(visit, action, &list.rows, &departments, &base, list.next.as_deref())
    };
    let shell = visit.shell(t.t("people-who-may"));
    let head = PageHead::new(t.t("people-who-may")).lead(t.t("people-who-may-lead"));
    Ok(visit.page(&shell, html! { (head.render()) (ways(visit)) (form.render(t)) (answer) }))
}

fn who_table(
    visit: &Visit,
    action: &str,
    rows: &[WhoMay],
    departments: &[DepartmentRow],
    base: &str,
    next: Option<&str>,
) -> Markup {
    let t = visit.cx.tongue();
    let grants = visit.cx.house().grants(action);
    let table = rows.iter().fold(
        Table::new(t.t("people-who-staff"))
            .quiet_caption()
            .column(Col::new(t.t("people-staff-name")))
            .column(Col::new(t.t("people-staff-department")))
            .column(Col::new(t.t("people-why")))
            .csv(format!("{base}&format=csv"))
            .empty(t.t("people-who-nobody")),
        |table, row| {
            table.row([
                html! { a href=(format!("{WHAT}?person={}", row.id)) { (row.name) } },
                html! { (department(visit, departments, row)) @if !row.title.is_empty() { br; (row.title) } },
                said::reasons(visit, &row.reasons, &row.stands_in_for),
            ])
        },
    );
    html! {
        h2 { (said::action(visit, action)) }
        h3 { (t.t("people-who-roles")) }
        ul {
            @for grant in grants {
                li { (t.t(&format!("role-{}", grant.role.name()))) " (" (t.t(&format!("reach-{}", grant.reach.name()))) ")" }
            }
        }
        h3 { (t.t("people-who-staff")) }
        (table.render(t))
        (visit.next_page(next, base))
    }
}

pub async fn what(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.what_may")?;
    let t = visit.cx.tongue();
    let person = visit.query.get("person");
    let outcome = if person.is_empty() {
        Ok(None)
    } else {
        visit.read(&WHAT_MAY, AskWhat { person: person.to_owned() }).await.map(Some)
    };
    let (answer, fault) = match outcome {
        Ok(answer) => (answer, None),
        Err(fault) if fault.kind() == Kind::Invalid => (None, Some(fault)),
        Err(fault) => return Err(fault),
    };
    if let (true, Some(answer)) = (visit.wants_csv(), &answer) {
        let rows = answer.rows.iter().map(|row| {
            let reasons: Vec<String> = row.reasons.iter().map(|one| said::reason_text(visit, one)).collect();
            let may = t.t(if row.permitted { "people-may" } else { "people-may-not" });
            vec![row.action.clone(), may.to_owned(), reasons.join("、"), row.stands_in_for.clone()]
        });
        let heads = ["rights-action", "people-may", "people-why", "people-deputy-for"];
        return visit.csv("what-may", &heads.map(|word| t.t(word)), rows);
    }
    let wrong = fault.as_ref().and_then(|fault| fault.field_words("person", t));
    let typed = answer.as_ref().map_or(person, |answer| answer.mail.as_str());
    let form = Form::new(WHAT)
        .get()
        .label(t.t("people-what-may"))
        .field(
            Field::text("person", t.t("people-why-person"))
                .hint(t.t("people-why-person-hint"))
                .value(typed)
                .error_if(wrong),
        )
        .submit(t.t("people-why-ask"));
    let title = t.t("people-what-may");
    let shell = shell_under(visit, title.to_owned(), "menu-rights", "/staff/rights").wrong(fault.is_some());
    let head = PageHead::new(title).lead(t.t("people-what-may-lead"));
    let status = fault.as_ref().map_or(http::StatusCode::OK, Fault::status);
    let body = html! {
        (head.render())
        (ways(visit))
        (form.render(t))
        @if let Some(answer) = &answer {
            h2 { (answer.name) }
            (what_table(visit, person, &answer.rows))
        }
    };
    Ok(visit.page_with(status, &shell, body))
}

fn what_table(visit: &Visit, person: &str, rows: &[WhatMay]) -> Markup {
    let t = visit.cx.tongue();
    let table = rows.iter().fold(
        Table::new(t.t("people-what-may"))
            .quiet_caption()
            .column(Col::new(t.t("rights-action")))
            .column(Col::new(t.t("people-may")))
            .column(Col::new(t.t("people-why")))
            .csv(format!("{WHAT}?person={}&format=csv", escaped(person)))
            .empty(t.t("people-what-nothing")),
        |table, row| {
            let tag = if row.permitted {
                Tag::new(t.t("people-may"), Tone::Positive)
            } else {
                Tag::new(t.t("people-may-not"), Tone::Negative)
            };
            table.row([
                html! { (said::action(visit, &row.action)) br; code { (row.action) } },
                tag.render(),
                said::reasons(visit, &row.reasons, &row.stands_in_for),
            ])
        },
    );
    table.render(t)
}
