//! The staff's page over residents: the search, one resident, and what is done for somebody at the counter.

use std::collections::BTreeMap;

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Col, Empty, Field, Form, Group, Link, PageHead, SummaryList, TOKEN_FIELD, Table,
    Width, buttons,
};
use ground::id::Id;
use ground::page::{MenuPlace, Page, Visit};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::find::{
    DUTIES, FIND_RESIDENTS, FindResidents, Found, FoundResidents, Grounds, LookAtResident, RESIDENT,
    ResidentView, Why,
};
use super::paper::{ADD_RESIDENT, AddResident};
use crate::actions::Nothing;
use crate::attribute::Attribute;
use crate::pages::{only_for, shell_under};

const LIST: &str = "/staff/residents";

pub const PAGES: &[Page] = &[
    Page::get("/staff/residents", |visit| Box::pin(ask(visit))).menu(
        MenuPlace::StaffWork,
        "people-menu-residents",
        "people.find_residents",
    ),
    Page::post("/staff/residents", |visit| Box::pin(find(visit))),
    Page::get("/staff/residents/new", |visit| Box::pin(new(visit))),
    Page::post("/staff/residents/new", |visit| Box::pin(add(visit))),
    Page::get("/staff/residents/{id}", |visit| Box::pin(why(visit))),
    Page::post("/staff/residents/{id}", |visit| Box::pin(look(visit))),
    Page::post("/staff/residents/{id}/check", |visit| Box::pin(check(visit))),
    Page::post("/staff/residents/{id}/link", |visit| Box::pin(make_link(visit))),
    Page::post("/staff/residents/{id}/act", |visit| Box::pin(act_for(visit))),
    Page::post("/staff/counter/end", |visit| Box::pin(end_counter(visit))),
];

fn grounds_of(visit: &Visit) -> Result<Grounds, Fault> {
    Ok(Grounds {
        purpose: visit.form.get("purpose").to_owned(),
        why: Why::from_name(visit.form.get("why")).ok_or_else(|| Fault::field("why", "field-required"))?,
        reason: visit.form.get("reason").to_owned(),
    })
}

/// The questions that come before every look.
async fn grounds_fields(visit: &Visit, fault: Option<&Fault>) -> Result<Group, Fault> {
    let t = visit.cx.tongue();
    // Inside an input they are under `grounds`; by themselves they are not.
    let wrong = |path: &str| {
        fault.and_then(|fault| {
            fault.field_words(&format!("grounds.{path}"), t).or_else(|| fault.field_words(path, t))
        })
    };
    let duties = visit.read(&DUTIES, Nothing {}).await?;
    let purposes = duties.iter().map(|one| Choice::new(&one.code, one.name.read(visit.cx.lang()).0));
    let first = duties.first().map_or("", |one| one.code.as_str());
    let typed = visit.form.get("purpose");
    let whys = Why::ALL.map(|why| Choice::new(why.name(), t.t(&why.word())));
    Ok(Group::new(t.t("people-find-grounds"))
        .hint(t.t("people-find-grounds-hint"))
        .field(
            Field::select("purpose", t.t("people-purpose"), purposes)
                .required()
                .value(if typed.is_empty() { first } else { typed })
                .error_if(wrong("purpose")),
        )
        .field(
            Field::radios("why", t.t("people-find-why"), whys)
                .required()
                .value(visit.form.get("why"))
                .error_if(wrong("why")),
        )
        .field(
            Field::text("reason", t.t("people-find-reason"))
                .required()
                .hint(t.t("people-find-reason-hint"))
                .width(Width::Full)
                .value(visit.form.get("reason"))
                .error_if(wrong("reason")),
        ))
}

async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.find_residents")?;
    search_page(visit, None, None).await
}

async fn search_page(
    visit: &Visit,
    fault: Option<&Fault>,
    found: Option<&FoundResidents>,
) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let text = |name: &'static str, word: &str| {
        Field::text(name, t.t(word)).unmarked().value(visit.form.get(name)).error_if(wrong(name))
    };
    let who = Group::new(t.t("people-find-whom"))
        .hint(t.t("people-find-whom-hint"))
        .field(text("name", "people-attribute-name"))
        .field(text("kana", "people-attribute-kana"))
        .field(
            Field::date("birth", t.t("people-attribute-birth"))
                .unmarked()
                .value(visit.form.get("birth"))
                .error_if(wrong("birth")),
        )
        .field(text("block", "people-attribute-block"));
    let form = Form::new(LIST)
        .token(visit.new_token())
        .group(grounds_fields(visit, fault).await?)
        .group(who)
        .submit(t.t("people-find"));
    let head = PageHead::new(t.t("people-menu-residents"))
        .lead(t.t("people-find-lead"))
        .actions(Button::link(t.t("people-resident-new"), "/staff/residents/new").secondary().render());
    let shell = visit.shell(t.t("people-menu-residents")).private().wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (head.render())
            @if let Some(found) = found { (results(visit, found)) }
            (form.render(t))
        },
    ))
}

/// The hidden fields that carry the grounds from one step to the next.
fn carried(visit: &Visit) -> Markup {
    html! {
        input type="hidden" name=(TOKEN_FIELD) value=(visit.new_token());
        @for name in ["purpose", "why", "reason"] {
            input type="hidden" name=(name) value=(visit.form.get(name));
        }
    }
}

fn results(visit: &Visit, found: &FoundResidents) -> Markup {
    let t = visit.cx.tongue();
    if found.stopped {
        return stopped(visit);
    }
    if found.too_many {
        return Banner::warning(t.t("people-find-too-many"))
            .text(t.t("people-find-too-many-text"))
            .result()
            .render(t);
    }
    if found.people.is_empty() {
        return Empty::new(t.t("people-find-none")).text(t.t("people-find-none-text")).render();
    }
    let said = |one: &Found, attribute: Attribute| shown(one.given.get(&attribute));
    let table = found.people.iter().fold(
        Table::new(t.tf("people-found", &[("count", &found.people.len().to_string())]))
            .column(Col::new(t.t("people-attribute-name")))
            .column(Col::new(t.t("people-attribute-birth")))
            .column(Col::new(t.t("people-attribute-block")))
            .column(Col::new(t.t("people-find-open"))),
        |table, one| {
            let name = said(one, Attribute::Name);
            table.row([
                html! { (name) @if let Some(kana) = one.given.get(&Attribute::Kana) { br; span class="quiet" { (shown(Some(kana))) } } },
                html! { (said(one, Attribute::Birth)) },
                html! { (said(one, Attribute::Block)) },
                html! {
                    form class="post-button" method="post" action=(format!("{LIST}/{}", one.id)) {
                        (carried(visit))
                        button class="button button-secondary" type="submit" {
                            span { (t.t("people-find-open")) } span class="hidden-text" { "（" (name) "）" }
                        }
                    }
                },
            ])
        },
    );
    table.render(t)
}

/// Whoever is stopped is told so, and what comes next.
fn stopped(visit: &Visit) -> Markup {
    let t = visit.cx.tongue();
    Banner::error(t.t("people-find-stopped")).text(t.t("people-find-stopped-text")).result().render(t)
}

/// A value as staff read it.
fn shown_in(t: &ground::words::Tongue, value: &Value) -> String {
    match (value.get("people").and_then(Value::as_i64), value.get("children").and_then(Value::as_i64)) {
        (Some(people), Some(children)) => t.tf(
            "people-resident-household",
            &[("people", &people.to_string()), ("children", &children.to_string())],
        ),
        _ => shown(Some(value)),
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list.iter().map(|one| shown(Some(one))).collect::<Vec<_>>().join("、"),
        Some(Value::Object(map)) => map.get("name").map_or_else(
            || map.values().map(|one| shown(Some(one))).collect::<Vec<_>>().join(" "),
            |name| shown(Some(name)),
        ),
        Some(other) => other.to_string(),
    }
}

async fn find(visit: &Visit) -> Result<Reply, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let found = match grounds_of(visit) {
        Ok(grounds) => {
            let input = FindResidents {
                grounds,
                name: text("name"),
                kana: text("kana"),
                birth: text("birth"),
                block: text("block"),
                found: Vec::new(),
            };
            visit.act(&FIND_RESIDENTS, input).await
        }
        Err(fault) => Err(fault),
    };
    match found {
        Ok(found) => search_page(visit, None, Some(&found)).await,
        Err(fault) if fault.kind() == Kind::Invalid => search_page(visit, Some(&fault), None).await,
        Err(fault) => Err(fault),
    }
}

fn person_of(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

/// Somebody came by a link: first the reason.
async fn why(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.resident")?;
    why_page(visit, &person_of(visit)?, None).await
}

async fn why_page(visit: &Visit, person: &Id, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let form = Form::new(format!("{LIST}/{person}"))
        .token(visit.new_token())
        .group(grounds_fields(visit, fault).await?)
        .submit(t.t("people-find-open"))
        .secondary(Link::new(t.t("cancel"), LIST));
    let title = t.t("people-resident");
    let shell =
        shell_under(visit, title.to_owned(), "people-menu-residents", LIST).private().wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, html! { (PageHead::new(title).render()) (form.render(t)) }))
}

async fn look(visit: &Visit) -> Result<Reply, Fault> {
    let person = person_of(visit)?;
    let viewed = match grounds_of(visit) {
        Ok(grounds) => visit.act(&RESIDENT, LookAtResident { person: person.clone(), grounds }).await,
        Err(fault) => Err(fault),
    };
    match viewed {
        Ok(view) if view.stopped => Ok(after(visit, visit.t("people-resident"), &stopped(visit))),
        Ok(view) => Ok(resident_page(visit, &view, None)),
        Err(fault) if fault.kind() == Kind::Invalid => why_page(visit, &person, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

fn resident_page(visit: &Visit, view: &ResidentView, above: Option<Markup>) -> Reply {
    let t = visit.cx.tongue();
    let name = shown(view.given.get(&Attribute::Name));
    let title = if name.is_empty() { t.t("people-resident").to_owned() } else { name };
    let facts = view.given.iter().fold(SummaryList::new(), |list, (attribute, value)| {
        list.text(t.t(&attribute.word()), shown_in(t, value))
    });
    let facts = view.not_known.iter().fold(facts, |list, attribute| {
        list.row(t.t(&attribute.word()), html! { span class="quiet" { (t.t("people-not-given")) } })
    });
    let shell = shell_under(visit, title.clone(), "people-menu-residents", LIST).private();
    visit.page(
        &shell,
        html! {
            (PageHead::new(title).above(t.t("people-resident")).lead(t.t("people-resident-lead")).render())
            @if let Some(above) = above { (above) }
            (facts.render())
            @if view.active { (counter(visit, &view.id)) }
        },
    )
}

/// What a person at the counter may have shown; the words are the part `ways`'.
const DOCUMENTS: [&str; 5] = ["national_card", "driving_licence", "passport", "residence_card", "two_papers"];

/// What is done for somebody who stands at the counter. Each step is a verb of its own with its own right.
fn counter(visit: &Visit, person: &Id) -> Markup {
    let t = visit.cx.tongue();
    let documents = || {
        let choices =
            DOCUMENTS.map(|one| Choice::new(one, t.t(&format!("people-shown-{}", one.replace('_', "-")))));
        Field::select("document", t.t("people-counter-document"), choices).required()
    };
    let form = |verb: &str, word: &str| {
        Form::new(format!("{LIST}/{person}/{verb}"))
            .token(visit.new_token())
            .label(t.t(word))
            .unmarked()
            .submit(t.t(word))
    };
    let knows = |action: &str| visit.cx.house().action(action).is_some() && visit.may_ever(action);
    html! {
        h2 { (t.t("people-counter")) }
        p { (t.t("people-counter-text")) }
        @if knows("people.checked_at_counter") {
            section { h3 { (t.t("people-counter-check")) } p { (t.t("people-counter-check-text")) }
                (form("check", "people-counter-check").field(documents()).render(t)) }
        }
        section { h3 { (t.t("people-counter-act")) } p { (t.t("people-counter-act-text")) }
            (form("act", "people-counter-act")
                .field(documents())
                .field(Field::text("reason", t.t("people-find-reason")).required().width(Width::Full)
                    .value(visit.form.get("reason")))
                .render(t)) }
        @if knows("people.record_mandate") {
            section { h3 { (t.t("people-counter-mandate")) } p { (t.t("people-counter-mandate-text")) }
                (buttons([Button::link(t.t("people-counter-mandate"), format!("/staff/mandates/new?person={person}"))
                    .secondary().render()])) }
        }
        @if knows("people.counter_link") {
            section { h3 { (t.t("people-counter-link")) } p { (t.t("people-counter-link-text")) }
                (form("link", "people-counter-link")
                    .field(documents())
                    .field(Field::text("reason", t.t("people-counter-link-why")).required().width(Width::Full))
                    .render(t)) }
        }
    }
}

/// Calls a verb of another part by its name.
async fn verb(visit: &Visit, action: &str, input: Value) -> Result<Value, Fault> {
    let known = visit.cx.house().action(action).cloned().ok_or_else(Fault::missing)?;
    let once = visit.token.as_deref().map(ground::once::Once::from_form);
    known.call(&visit.cx, input, once).await
}

/// After a step at the counter: what came of it, and the way back to the person's page, which asks for its reason.
fn after(visit: &Visit, title: &str, inside: &Markup) -> Reply {
    let shell = shell_under(visit, title.to_owned(), "people-menu-residents", LIST).private();
    let back =
        Button::link(visit.t("people-resident-back"), format!("{LIST}/{}", visit.slot("id"))).tertiary();
    visit.page(&shell, html! { (PageHead::new(title).render()) (inside) (buttons([back.render()])) })
}

async fn check(visit: &Visit) -> Result<Reply, Fault> {
    let input = json!({"account": person_of(visit)?, "document": visit.form.get("document")});
    verb(visit, "people.checked_at_counter", input).await?;
    let done = Banner::success(visit.t("people-counter-checked")).result().render(visit.cx.tongue());
    Ok(after(visit, visit.t("people-counter-check"), &done))
}

async fn make_link(visit: &Visit) -> Result<Reply, Fault> {
    let input = json!({"account": person_of(visit)?, "document": visit.form.get("document"),
                       "reason": visit.form.get("reason")});
    let t = visit.cx.tongue();
    match verb(visit, "people.counter_link", input).await {
        Ok(made) => {
            let path = made.get("path").and_then(Value::as_str).unwrap_or_default();
            let until = made.get("ends_ms").and_then(Value::as_i64).unwrap_or_default();
            let url = visit.cx.city().url(path);
            let shown = html! {
                (Banner::success(t.t("people-counter-linked")).result().render(t))
                p { (t.tf("people-counter-link-until", &[("when", &visit.time(until))])) }
                p { code { (url) } }
            };
            Ok(after(visit, t.t("people-counter-link"), &shown))
        }
        Err(fault) if fault.kind() == Kind::Invalid => {
            let said = Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t);
            Ok(after(visit, t.t("people-counter-link"), &said))
        }
        Err(fault) => Err(fault),
    }
}

/// From here on the clerk acts for the person: the switchboard is theirs, and every act records for whom.
async fn act_for(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let paper = format!("people-shown-{}", visit.form.get("document").replace('_', "-"));
    let input =
        json!({"person": person_of(visit)?, "reason": visit.form.get("reason"), "document": t.t(&paper)});
    match verb(visit, "people.begin_counter", input).await {
        Ok(visit_begun) if visit_begun.get("stopped") == Some(&json!(true)) => {
            Ok(after(visit, t.t("people-counter-act"), &stopped(visit)))
        }
        Ok(_) => Ok(Reply::see_other("/my/consents")),
        Err(fault) if fault.kind() == Kind::Invalid => {
            let said = Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t);
            Ok(after(visit, t.t("people-counter-act"), &said))
        }
        Err(fault) => Err(fault),
    }
}

async fn end_counter(visit: &Visit) -> Result<Reply, Fault> {
    verb(visit, "people.end_counter", json!({})).await?;
    Ok(Reply::see_other("/staff/residents?done=people-counter-ended"))
}

async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.add_resident")?;
    Ok(new_page(visit, None))
}

fn new_page(visit: &Visit, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let text = |name: &'static str, word: &str| {
        Field::text(name, t.t(word)).value(visit.form.get(name)).error_if(wrong(name))
    };
    let papers = DOCUMENTS.map(|one| {
        let words = t.t(&format!("people-shown-{}", one.replace('_', "-"))).to_owned();
        Choice::new(words.clone(), words)
    });
    let form = Form::new("/staff/residents/new")
        .token(visit.new_token())
        .field(text("name", "people-attribute-name").required())
        .field(text("kana", "people-attribute-kana").required())
        .field(
            Field::date("birth", t.t("people-attribute-birth"))
                .required()
                .value(visit.form.get("birth"))
                .error_if(wrong("birth")),
        )
        .field(text("block", "people-attribute-block").hint(t.t("people-resident-block-hint")))
        .field(text("address", "people-attribute-address"))
        .field(text("phone", "people-attribute-phone"))
        .field(
            Field::select("document", t.t("people-counter-document"), papers)
                .required()
                .value(visit.form.get("document"))
                .error_if(wrong("document")),
        )
        .submit(t.t("people-resident-add"))
        .secondary(Link::new(t.t("cancel"), LIST));
    let title = t.t("people-resident-new");
    let shell =
        shell_under(visit, title.to_owned(), "people-menu-residents", LIST).private().wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let head = PageHead::new(title).lead(t.t("people-resident-new-lead"));
    visit.page_with(status, &shell, html! { (head.render()) (form.render(t)) })
}

async fn add(visit: &Visit) -> Result<Reply, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let input = AddResident {
        name: text("name"),
        kana: text("kana"),
        birth: text("birth"),
        block: text("block"),
        address: text("address"),
        phone: text("phone"),
        document: text("document"),
    };
    let t = visit.cx.tongue();
    match visit.act(&ADD_RESIDENT, input.clone()).await {
        Ok(added) => {
            // What the clerk has just typed is not looked up again.
            let given = BTreeMap::from([
                (Attribute::Name, json!(input.name)),
                (Attribute::Kana, json!(input.kana)),
                (Attribute::Birth, json!(input.birth)),
            ]);
            let view =
                ResidentView { id: added.id, given, not_known: Vec::new(), active: true, stopped: false };
            let done = Banner::success(t.t("people-resident-added")).result().render(t);
            Ok(resident_page(visit, &view, Some(done)))
        }
        Err(fault) if fault.kind() == Kind::Invalid => Ok(new_page(visit, Some(&fault))),
        Err(fault) => Err(fault),
    }
}
