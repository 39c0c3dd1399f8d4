//! A room with one of everything, and a keeper with three visitors.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::{Migration, Store, Tx};
use ground::door::{Door, DoorLimits, Reply};
use ground::fault::Fault;
use ground::html::{Field, Form, html};
use ground::id::Id;
use ground::page::{Page, Visit};
use ground::room::Room;
use ground::seal::token_digest;
use ground::who::{Gatekeeper, Grant, Object, Reach, Role, Who};
use ground::words::WordFiles;
use ground::{params, sql};
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    #[garde(length(min = 1, max = 20))]
    name: String,
    #[garde(range(max = 9))]
    #[serde(default)]
    size: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Save {
    #[garde(length(min = 1, max = 20))]
    name: String,
    #[garde(skip)]
    #[serde(default)]
    rev: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    name: String,
    rev: i64,
}

fn note(_: &mut Tx<'_>, _: &Cx, _: &impl Sized) -> Result<Object, Fault> {
    Ok(Object::of_city("note"))
}

fn stored(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>, Fault> {
    tx.opt(sql!("select rev from try_note where city = ?1 and name = ?2"), params![name], |row| row.get(0))
}

const READ: Action<Ask, Note> = Action::reads("try.read", note, |tx, _, input: &Ask| {
    let rev = stored(tx, &input.name)?.ok_or_else(Fault::missing)?;
    Ok(Note { name: input.name.clone(), rev })
})
.quick();

const SAVE: Action<Save, Note> = Action::writes("try.save", note, |tx, _, input: &Save| {
    tx.lock("notes")?;
    let now = stored(tx, &input.name)?.unwrap_or(0);
    if now != input.rev {
        return Err(Fault::outdated(serde_json::json!({"rev": now})));
    }
    tx.exec(
        sql!(
            "insert into try_note (city, name, rev) values (?1, ?2, ?3)
             on conflict (city, name) do update set rev = excluded.rev"
        ),
        params![input.name.as_str(), now + 1],
    )?;
    Ok(Note { name: input.name.clone(), rev: now + 1 })
});

const SELDOM: Action<Ask, Note> =
    Action::reads("try.seldom", note, |_, _, input: &Ask| Ok(Note { name: input.name.clone(), rev: 1 }))
        .rate(1, 1);

async fn show(visit: &Visit) -> Result<Reply, Fault> {
    let shell = visit.shell("note");
    Ok(visit.page(&shell, html! { h1 { (visit.slot("name")) } p { (visit.t("save")) } }))
}

async fn form(visit: &Visit) -> Result<Reply, Fault> {
    let form = Form::new("/form").token(visit.new_token()).field(Field::text("name", "name")).submit("send");
    let shell = visit.shell("form");
    Ok(visit.page(&shell, form.render(visit.cx.tongue())))
}

async fn sent(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&SAVE, Save { name: visit.form.get("name").to_owned(), rev: 0 }).await?;
    Ok(Reply::see_other("/form?done=saved"))
}

async fn own(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    let shell = visit.shell("own");
    Ok(visit.page(&shell, html! { p { "own" } }))
}

async fn broken(_: &Visit) -> Result<Reply, Fault> {
    panic!("a mistake in a room")
}

async fn slow(_: &Visit) -> Result<Reply, Fault> {
    tokio::time::sleep(Duration::from_secs(30)).await;
    Err(Fault::internal("too late"))
}

/// Long enough to be still running when the server is asked to stop.
async fn soon(visit: &Visit) -> Result<Reply, Fault> {
    tokio::time::sleep(Duration::from_millis(400)).await;
    show(visit).await
}

const PAGES: &[Page] = &[
    Page::get("/note/{name}", |visit| Box::pin(show(visit))),
    Page::get("/form", |visit| Box::pin(form(visit))),
    Page::post("/form", |visit| Box::pin(sent(visit))),
    Page::get("/own", |visit| Box::pin(own(visit))),
    Page::get("/sign-in", |visit| Box::pin(show(visit))),
    Page::get("/broken", |visit| Box::pin(broken(visit))),
    Page::get("/slow", |visit| Box::pin(slow(visit))),
    Page::get("/soon", |visit| Box::pin(soon(visit))),
];

const DOORS: &[Door] = &[
    Door {
        name: "try.echo",
        method: Method::POST,
        path: "/echo/{what}",
        limits: DoorLimits { body_bytes: 64, time_s: 5 },
        run: |request| {
            Box::pin(async move {
                let who = if request.cx.who().is_signed_in() { "somebody" } else { "anyone" };
                let slot = request.slots.get("what").cloned().unwrap_or_default();
                let body = String::from_utf8_lossy(&request.body).into_owned();
                Ok(Reply::typed(StatusCode::OK, "text/plain", format!("{who} {slot} {body}")))
            })
        },
    },
    Door {
        name: "try.stream",
        method: Method::GET,
        path: "/stream",
        limits: DoorLimits::USUAL,
        run: |_| {
            Box::pin(async {
                let pieces =
                    ["one ", "two ", "three"].map(|piece| Ok(bytes::Bytes::from_static(piece.as_bytes())));
                Ok(Reply::stream("text/plain", stream::iter(pieces).boxed()))
            })
        },
    },
    Door {
        name: "try.endless",
        method: Method::GET,
        path: "/endless",
        limits: DoorLimits::USUAL,
        run: |_| {
            Box::pin(async {
                let first = stream::once(async { Ok(bytes::Bytes::from_static(b"data: 1\n\n")) });
                Ok(Reply::stream("text/event-stream", first.chain(stream::pending()).boxed()))
            })
        },
    },
];

const MIGRATIONS: &[Migration] = &[Migration {
    room: "try",
    store: Store::City,
    number: 1,
    name: "start",
    sql: "create table try_note (city text not null, name text not null, rev bigint not null, primary key (city, name)) {strict};\n",
}];

pub static ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: || vec![READ.any(), SAVE.any(), SELDOM.any()],
    grants: &[
        Grant::new("try.read", Role::Anyone, Reach::City),
        Grant::new("try.seldom", Role::Anyone, Reach::City),
        Grant::new("try.save", Role::Resident, Reach::City),
    ],
    pages: PAGES,
    doors: DOORS,
    ..Room::empty("try", WordFiles { ja: "", ja_easy: "", en: "" })
};

/// Knows one resident, with the token `good`.
pub struct OneResident;

impl Gatekeeper for OneResident {
    fn identify(&self, _: &mut Tx<'_>, digest: &str, _: i64) -> Result<Option<Who>, Fault> {
        if digest != token_digest("good") {
            return Ok(None);
        }
        Ok(Some(Who {
            account: Some(Id::from_parts(1, 1)),
            roles: Arc::from([Role::Resident]),
            session: Some(Id::from_parts(1, 2)),
            ..Who::default()
        }))
    }
}
