//! What staff see: which types there are and who may see them, their entities, and one entity as a table.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Col, Empty, Field, Form, Link, Markup, PageHead, SummaryList, Table, Tag, Tone,
    html,
};
use ground::page::{MenuPlace, Page, Visit, escaped};
use ngsi::ld::Context;
use serde_json::Value;

use crate::actions::classes::{AskKinds, KindRow, SetClass};
use crate::actions::{KINDS, QUERY, RETRIEVE, SET_CLASS};
use crate::ask::Ask;
use crate::model::Class;

/// Entities on one page.
const ROWS: u64 = 50;

pub const PAGES: &[Page] = &[
    Page::get("/staff/context", |visit| Box::pin(overview(visit))).menu(
        MenuPlace::StaffCity,
        "context-menu",
        "context.kinds",
    ),
    Page::get("/staff/context/types", |visit| Box::pin(types(visit))),
    Page::post("/staff/context/types", |visit| Box::pin(set_class(visit))),
    Page::get("/staff/context/entities", |visit| Box::pin(entities(visit))),
    Page::get("/staff/context/entity", |visit| Box::pin(entity(visit))),
];

fn crumbs(visit: &Visit, here: Option<&str>) -> Vec<Link> {
    let mut links =
        vec![Link::new(visit.t("menu-desk"), "/staff"), Link::new(visit.t("context-menu"), "/staff/context")];
    if let Some(here) = here {
        links.push(Link::new(here, visit.path.clone()));
    }
    links
}

fn class_tag(visit: &Visit, class: Class) -> Markup {
    let tone = match class {
        Class::Public => Tone::Positive,
        Class::Internal => Tone::Neutral,
        Class::Personal => Tone::Caution,
    };
    Tag::new(visit.t(class.word()), tone).render()
}

fn list_of(kind: &str) -> String {
    format!("/staff/context/entities?type={}", escaped(kind))
}

async fn kinds(visit: &Visit) -> Result<Vec<KindRow>, Fault> {
    Ok(visit.read(&KINDS, AskKinds {}).await?.rows)
}

async fn overview(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = kinds(visit).await?;
    let table = rows.iter().fold(
        Table::new(t.t("context-types"))
            .column(Col::new(t.t("context-type")))
            .column(Col::number(t.t("context-entities")))
            .column(Col::new(t.t("context-class")))
            .empty(t.t("context-none")),
        |table, row| {
            table.row([
                html! { a href=(list_of(&row.kind)) { (row.name) } },
                html! { (ground::html::number(i64::try_from(row.entities).unwrap_or(i64::MAX))) },
                class_tag(visit, row.class),
            ])
        },
    );
    let mut head = PageHead::new(t.t("context-menu")).lead(t.t("context-lead"));
    if visit.may_ever("context.set_class") {
        head = head.actions(Button::link(t.t("context-classes"), "/staff/context/types").render());
    }
    let shell = visit.shell(t.t("context-menu")).breadcrumbs(crumbs(visit, None));
    Ok(visit.page(&shell, html! { (head.render()) (search(visit, "", "")) (table.render(t)) }))
}

/// Looks for an entity by its id, or a part of it.
fn search(visit: &Visit, kind: &str, id: &str) -> Markup {
    let t = visit.cx.tongue();
    Form::new("/staff/context/entities")
        .get()
        .compact()
        .label(t.t("context-search"))
        .field(Field::hidden("type", kind))
        .field(Field::text("id", t.t("context-id")).value(id))
        .submit(t.t("context-search"))
        .render(t)
}

async fn types(visit: &Visit) -> Result<Reply, Fault> {
    let rows = kinds(visit).await?;
    Ok(visit.page(
        &visit.shell(visit.t("context-classes")).breadcrumbs(crumbs(visit, Some(visit.t("context-classes")))),
        types_body(visit, &rows, None),
    ))
}

fn types_body(visit: &Visit, rows: &[KindRow], wrong: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let form = |row: &KindRow| {
        let choices = Class::ALL.map(|class| Choice::new(class.name(), t.t(class.word())));
        Form::new("/staff/context/types")
            .token(visit.new_token())
            .compact()
            .label(t.tf("context-class-of", &[("type", &row.name)]))
            .field(Field::hidden("kind", &*row.kind))
            .field(Field::hidden("rev", row.rev.to_string()))
            .field(
                Field::select("class", t.tf("context-class-of", &[("type", &row.name)]), choices)
                    .value(row.class.name()),
            )
            .submit(t.t("context-save"))
            .render(t)
    };
    html! {
        (PageHead::new(t.t("context-classes")).lead(t.t("context-classes-lead")).render())
        @if let Some(fault) = wrong { (Banner::error(fault.title(t)).body(html! { p { (fault.remedy(t)) } }).render(t)) }
        @if rows.is_empty() { (Empty::new(t.t("context-none")).render()) }
        @for row in rows { (form(row)) }
    }
}

async fn set_class(visit: &Visit) -> Result<Reply, Fault> {
    let Some(class) = Class::from_name(visit.form.get("class")) else {
        return Err(Fault::field("class", "field-required"));
    };
    let input = SetClass {
        kind: visit.form.get("kind").to_owned(),
        class,
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    match visit.act(&SET_CLASS, input).await {
        Ok(_) => Ok(Reply::see_other("/staff/context/types?done=saved")),
        Err(fault) if fault.kind() == Kind::Outdated => {
            let rows = kinds(visit).await?;
            let shell = visit.shell(visit.t("context-classes")).wrong(true);
            Ok(visit.page_with(fault.status(), &shell, types_body(visit, &rows, Some(&fault))))
        }
        Err(fault) => Err(fault),
    }
}

/// The JSON of an answer.
fn read(body: &str) -> Result<Value, Fault> {
    serde_json::from_str(body).map_err(Fault::internal)
}

async fn entities(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let (kind, id) = (visit.query.get("type").to_owned(), visit.query.get("id").trim().to_owned());
    let offset: u64 = visit.query.get("after").parse().unwrap_or(0);
    let mut parameters = vec![
        ("type", if kind.is_empty() { "*".to_owned() } else { kind.clone() }),
        ("pick", "id,type".to_owned()),
        ("options", "sysAttrs".to_owned()),
        ("limit", ROWS.to_string()),
        ("offset", offset.to_string()),
    ];
    if !id.is_empty() {
        parameters.push(("idPattern", part_of(&id)));
    }
    let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let said = visit.read(&QUERY, Ask { parameters, ..Ask::default() }).await?;
    let rows = read(&said.body)?;
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let table = rows.as_array().into_iter().flatten().fold(
        Table::new(t.t("context-entities"))
            .quiet_caption()
            .column(Col::new(t.t("context-id")))
            .column(Col::new(t.t("context-type")))
            .empty(t.t("context-none")),
        |table, one| {
            let id = text(one, "id");
            table.row([
                html! { a href={ "/staff/context/entity?id=" (escaped(&id)) } { (id) } },
                html! { (names(one.get("type"))) },
            ])
        },
    );
    let base = format!("/staff/context/entities?type={}&id={}", escaped(&kind), escaped(&id));
    let next = said.after.is_some().then(|| (offset + ROWS).to_string());
    let title = if kind.is_empty() {
        t.t("context-entities").to_owned()
    } else {
        Context::core().compact(&kind).into_owned()
    };
    let shell = visit.shell(title.clone()).breadcrumbs(crumbs(visit, Some(&title)));
    let body = html! {
        (PageHead::new(title).render())
        (search(visit, &kind, &id))
        (table.render(t))
        (visit.next_page(next.as_deref(), &base))
    };
    Ok(visit.page(&shell, body))
}

/// A pattern that finds this text anywhere in an id.
fn part_of(text: &str) -> String {
    text.chars().take(200).fold(".*".to_owned(), |mut out, c| {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
        out
    }) + ".*"
}

fn names(types: Option<&Value>) -> String {
    match types {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Some(Value::String(one)) => one.clone(),
        _ => String::new(),
    }
}

async fn entity(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let id = visit.query.get("id").to_owned();
    if !ngsi::names::is_iri(&id) {
        return Err(Fault::missing());
    }
    let parameters = vec![("options".to_owned(), "sysAttrs".to_owned())];
    let said = match visit.read(&RETRIEVE, Ask { id: id.clone(), parameters, ..Ask::default() }).await {
        Err(fault) if fault.kind() == Kind::Missing => return Err(Fault::missing()),
        other => other?,
    };
    let entity = read(&said.body)?;
    let members = entity.as_object().cloned().unwrap_or_default();
    let moment = |name: &str| -> String {
        let at = members.get(name).and_then(Value::as_str).and_then(ngsi::time::parse_us);
        at.map(|us| visit.time(us.div_euclid(1_000))).unwrap_or_default()
    };
    let facts = SummaryList::new()
        .text(t.t("context-id"), id.clone())
        .text(t.t("context-type"), names(members.get("type")))
        .text(t.t("context-made"), moment("createdAt"))
        .text(t.t("context-changed"), moment("modifiedAt"));
    let attrs = members.iter().filter(|(name, _)| {
        !matches!(name.as_str(), "id" | "type" | "scope" | "createdAt" | "modifiedAt" | "expiresAt")
    });
    let table = attrs.fold(
        Table::new(t.t("context-attributes"))
            .columns(
                ["context-attribute", "context-value", "context-observed"].map(|word| Col::new(t.t(word))),
            )
            .empty(t.t("context-none")),
        |mut table, (name, value)| {
            let instances = match value {
                Value::Array(all) => all.clone(),
                one => vec![one.clone()],
            };
            for one in &instances {
                table = table.row([html! { (name) }, shown(visit, one), observed(visit, one)]);
            }
            table
        },
    );
    let shell = visit.shell(id.clone()).breadcrumbs(crumbs(visit, Some(&id)));
    Ok(visit.page(&shell, html! { (PageHead::new(id).render()) (facts.render()) (table.render(t)) }))
}

fn observed(visit: &Visit, instance: &Value) -> Markup {
    let at = instance.get("observedAt").and_then(Value::as_str).and_then(ngsi::time::parse_us);
    html! { @if let Some(us) = at { (visit.time(us.div_euclid(1_000))) } }
}

/// A value as people read it: texts and numbers as they are, places as degrees, everything else as it is written.
fn shown(visit: &Visit, instance: &Value) -> Markup {
    let value = ["value", "object", "languageMap", "vocab", "json", "valueList", "objectList"]
        .iter()
        .find_map(|member| instance.get(*member));
    let unit = instance.get("unitCode").and_then(Value::as_str).unwrap_or_default();
    let Some(value) = value else { return html! {} };
    if let Some(place) = place(value) {
        return html! { (visit.tf("context-place", &[("lat", &place.1), ("lon", &place.0)])) };
    }
    match value {
        Value::String(text) if instance.get("object").is_some() => html! {
            a href={ "/staff/context/entity?id=" (escaped(text)) } { (text) }
        },
        Value::String(text) => html! { (text) },
        // A text in several languages: the reader's, else the first.
        Value::Object(texts) if instance.get("languageMap").is_some() => {
            let own = texts
                .get(visit.cx.lang().code())
                .or_else(|| texts.get("ja"))
                .or_else(|| texts.values().next());
            html! { (own.and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned)) }
        }
        Value::Array(all) if all.iter().all(Value::is_string) => html! {
            ul { @for one in all.iter().filter_map(Value::as_str) { li { (one) } } }
        },
        Value::Object(_) | Value::Array(_) => html! { code { (value.to_string()) } },
        other => html! { (other.to_string()) @if !unit.is_empty() { " " (unit) } },
    }
}

/// The longitude and latitude of a point.
fn place(value: &Value) -> Option<(String, String)> {
    if value.get("type")?.as_str()? != "Point" {
        return None;
    }
    let at = |nth: usize| Some(value.get("coordinates")?.get(nth)?.to_string());
    Some((at(0)?, at(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ngsi::query::{EntityQuery, Use};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_looked_for_is_a_good_pattern(text in "\\PC{1,60}") {
            let pairs = [("type".to_owned(), "*".to_owned()), ("idPattern".to_owned(), part_of(text.trim()))];
            let core = Context::core();
            prop_assert!(EntityQuery::parse(&pairs, &*core, Use::Entities).is_ok(), "{}", part_of(&text));
        }
    }
}
