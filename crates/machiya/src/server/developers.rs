//! For developers: every action with its schema and a way to try it, the parts that pages are made of, and the page
//! that is shown without a connection. A room of its own, without tables or actions.

use ground::action::AnyAction;
use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{
    Button, Col, Field, Form, Link, PageHead, SummaryList, Table, Tag, Tone, details, gallery, offline,
};
use ground::page::{MenuPlace, Page, Visit};
use ground::room::Room;
use ground::words::{Tongue, WordFiles};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::coerce::Shape;
use super::openapi::room_name;

const PAGES: &[Page] = &[
    Page::get("/developers", |visit| Box::pin(list(visit))).menu(
        MenuPlace::Foot,
        "developers-title",
        "ground.city",
    ),
    Page::get("/developers/actions/{name}", |visit| Box::pin(one(visit))),
    Page::get("/developers/kit", |visit| Box::pin(kit(visit))),
    Page::get("/offline", |visit| Box::pin(without_connection(visit))),
];

pub static ROOM: Room = Room { pages: PAGES, ..Room::empty("developers", WORDS) };

pub const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/developers/ja.ftl"),
    ja_easy: include_str!("../../words/developers/ja-x-easy.ftl"),
    en: include_str!("../../words/developers/en.ftl"),
};

async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let house = visit.cx.house();
    let mut rooms: Vec<&str> = house.actions().map(AnyAction::room).collect();
    rooms.dedup();
    let shell = visit.shell(t.t("developers-title"));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("developers-title")).lead(t.t("developers-lead")).render())
            ul class="links" {
                li { (Link::new(t.t("developers-openapi"), "/api/openapi.json").render()) }
                li { (Link::new(t.t("developers-identity"), "/.well-known/openid-configuration").render()) }
                li { (Link::new(t.t("developers-kit"), "/developers/kit").render()) }
            }
            @for room in rooms { (room_table(visit, room, t)) }
        },
    ))
}

fn room_table(visit: &Visit, room: &str, t: &Tongue) -> Markup {
    let table = Table::new(room_name(room, t))
        .column(Col::new(t.t("developers-action")))
        .column(Col::new(t.t("developers-effect")))
        .column(Col::new(t.t("developers-address")));
    visit
        .cx
        .house()
        .actions()
        .filter(|action| action.room() == room)
        .fold(table, |table, action| {
            table.row([
                html! { a href={ "/developers/actions/" (action.name) } { (t.t(&action.word())) } br; code { (action.name) } },
                effect(action, t),
                html! { code { (address(action)) } },
            ])
        })
        .render(t)
}

fn effect(action: &AnyAction, t: &Tongue) -> Markup {
    if action.writes() {
        Tag::new(t.t("developers-writes"), Tone::Caution).render()
    } else {
        Tag::new(t.t("developers-reads"), Tone::Info).render()
    }
}

fn address(action: &AnyAction) -> String {
    format!("/api/v1/{}/{}", action.room(), action.verb())
}

async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let house = visit.cx.house();
    let action = house.action(visit.slot("name")).ok_or_else(Fault::missing)?;
    let rights = house.grants(action.name);
    let schema =
        |schema: &schemars::Schema| serde_json::to_string_pretty(schema.as_value()).unwrap_or_default();
    let mut facts = SummaryList::new()
        .row(t.t("developers-address"), html! { code { (address(action)) } })
        .row(t.t("developers-effect"), effect(action, t))
        .row(
            t.t("rights-who"),
            html! { ul { @for grant in rights { li { (t.t(&format!("role-{}", grant.role.name()))) " (" (t.t(&format!("reach-{}", grant.reach.name()))) ")" } } } },
        );
    if !action.emits.is_empty() {
        facts = facts.row(
            t.t("developers-emits"),
            html! { ul { @for event in action.emits { li { code { (event) } } } } },
        );
    }
    if let Some(rate) = action.rate {
        let (rate, burst) = (rate.per_minute.to_string(), rate.burst.to_string());
        facts = facts.text(
            t.t("developers-rate"),
            t.tf("developers-rate-text", &[("rate", &rate), ("burst", &burst)]),
        );
    }
    let shell = visit.shell(t.t(&action.word())).breadcrumbs([
        Link::new(t.t("developers-title"), "/developers"),
        Link::new(t.t(&action.word()), visit.path.clone()),
    ]);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t(&action.word())).above(action.name).render())
            (facts.render())
            h2 { (t.t("developers-try")) }
            @if !action.writes() { (try_form(action, t)) }
            p { (t.t("developers-curl")) }
            pre tabindex="0" { code { (curl(action, &visit.cx.city().facts().public_url)) } }
            h2 { (t.t("developers-schemas")) }
            (details(t.t("developers-input"), html! { pre tabindex="0" { code { (schema(&action.input)) } } }))
            (details(t.t("developers-output"), html! { pre tabindex="0" { code { (schema(&action.output)) } } }))
        },
    ))
}

/// A reading action can be tried by a plain form: its fields are the query.
fn try_form(action: &AnyAction, t: &Tongue) -> Markup {
    let mut names = Vec::new();
    field_names(&Shape::of(action.input.as_value()), "", &mut names);
    let form = names
        .into_iter()
        .fold(Form::new(address(action)).get(), |form, name| form.field(Field::text(name.clone(), name)));
    form.submit(t.t("developers-send")).render(t)
}

fn field_names(shape: &Shape, prefix: &str, out: &mut Vec<String>) {
    let Shape::Fields(fields) = shape else { return };
    for (name, field) in fields {
        match field {
            Shape::Fields(_) => field_names(field, &format!("{prefix}{name}."), out),
            _ => out.push(format!("{prefix}{name}")),
        }
    }
}

/// A command that can be pasted into a terminal.
fn curl(action: &AnyAction, url: &str) -> String {
    let body = example(&Shape::of(action.input.as_value())).to_string();
    let once = if action.writes() { " \\\n  -H 'Idempotency-Key: 1'" } else { "" };
    format!(
        "curl -X POST '{url}{}' \\\n  -H 'Content-Type: application/json'{once} \\\n  -d '{body}'",
        address(action)
    )
}

fn example(shape: &Shape) -> Value {
    match shape {
        Shape::Text => "…".into(),
        Shape::Number => 0.into(),
        Shape::Truth => false.into(),
        Shape::List(each) => Value::Array(vec![example(each)]),
        Shape::Fields(fields) => Value::Object(
            fields.iter().map(|(name, field)| (name.clone(), example(field))).collect::<Map<_, _>>(),
        ),
    }
}

async fn kit(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let shell = visit.shell(t.t("developers-kit"));
    let back = Button::link(t.t("developers-title"), "/developers").secondary().render();
    Ok(visit.page(&shell, html! { (gallery(t)) p { (back) } }))
}

/// Kept by the service worker, so it is the same for everybody and says nothing of who asked for it.
async fn without_connection(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let facts = visit.cx.city().facts();
    let shell = ground::html::Shell::new(t.t("kit-offline"), &visit.cx.house().assets)
        .city(facts.name.clone())
        .path("/offline")
        .text_size(visit.text_size);
    Ok(visit.page(&shell, offline(t)).header("cache-control", "public, no-cache"))
}
