//! `/personal/v1`: how services of other organisations use personal data. A service comes with its own access token,
//! knows people by the names that only its sector knows, and gets what its purposes allow. Every use stands in the
//! record; one outside of what was agreed is refused, and stands there too.

use std::collections::BTreeMap;

use garde::Validate;
use ground::action::{Action, AnyAction, Boxed, Input, Output};
use ground::cx::Cx;
use ground::db::Tx;
use ground::door::{Door, DoorLimits, Reply, Request};
use ground::events::{self, Cursor};
use ground::fault::{Fault, Kind};
use ground::form::FormData;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::{params, selection, sql};
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::many::{self, Choose, Chosen, Count, Counted, Filter, SMALL_GROUP, StillAllowed};
use super::single::{Ask, Released, Why, release};
use crate::actions::whole_city;
use crate::attribute::Attribute;
use crate::oauth;

/// People of a selection in one answer: each may be given a name of their own with it.
const PAGE_PEOPLE: i64 = 500;
/// Events of the city looked at for one answer of the feed.
const FEED_EVENTS: i64 = 1_000;

pub fn all() -> Vec<AnyAction> {
    vec![ONE.any(), CHOOSE.any(), CHOSEN.any(), CONSENTS.any()]
}

/// The service that asks.
fn client(cx: &Cx) -> Result<Id, Fault> {
    cx.who().client.clone().ok_or_else(Fault::signed_out)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskOne {
    /// The person, by the name that this service's sector knows.
    #[garde(length(bytes, min = 1, max = 100))]
    pub subject: String,
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    #[garde(length(min = 1, max = 32))]
    pub attributes: Vec<Attribute>,
    #[serde(default)]
    #[garde(length(chars, max = 400))]
    pub reason: String,
}

/// What the service is given about one person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct One {
    pub subject: String,
    pub purpose: String,
    #[serde(flatten)]
    pub released: Released,
}

pub const ONE: Action<AskOne, One> =
    Action::writes("people.personal", whole_city, |tx, cx, input: &AskOne| {
        let subject = oauth::account_of(tx, &client(cx)?, &input.subject)?.ok_or_else(Fault::missing)?;
        let ask = Ask {
            subject,
            purpose: input.purpose.clone(),
            recipient: None,
            attributes: input.attributes.clone(),
            reason: input.reason.clone(),
        };
        let released = release(tx, cx, &ask)?;
        Ok(One { subject: input.subject.clone(), purpose: input.purpose.clone(), released })
    })
    .unaudited();

/// Many people at once: a selection, whose people are read page by page.
pub const CHOOSE: Action<AskMany, Chosen> =
    Action::writes("people.personal_select", whole_city, |tx, cx, input: &AskMany| {
        client(cx)?;
        let ask = Choose {
            purpose: input.purpose.clone(),
            recipient: None,
            filter: input.filter.clone(),
            attributes: input.attributes.clone(),
            reason: input.reason.clone(),
        };
        many::choose(tx, cx, &ask)
    })
    .emits(&["people.use_stopped"])
    .unaudited();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskMany {
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    #[serde(default)]
    #[garde(dive)]
    pub filter: Filter,
    #[serde(default)]
    #[garde(length(max = 32))]
    pub attributes: Vec<Attribute>,
    #[serde(default)]
    #[garde(length(chars, max = 400))]
    pub reason: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskChosen {
    #[garde(skip)]
    pub selection: Id,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// The people of a selection whose consent still stands, by the names that the service's sector knows.
pub const CHOSEN: Action<AskChosen, List<String>> =
    Action::writes("people.personal_selected", whole_city, |tx, cx, input: &AskChosen| {
        let client = client(cx)?;
        let head = selection::head(tx, &input.selection)?;
        let recipient = oauth::recipient(tx, &client)?;
        // Somebody else's selection is none.
        if recipient.is_none_or(|recipient| recipient.as_str() != head.recipient)
            || !oauth::may_use(tx, cx.who(), &head.purpose)?
        {
            return Err(Fault::missing());
        }
        let after = input.paging.after().parse().unwrap_or(0);
        let people = selection::people(tx, &input.selection, after, PAGE_PEOPLE)?;
        let full = i64::try_from(people.len()).unwrap_or(0) == PAGE_PEOPLE;
        let next = people.last().filter(|_| full).map(i64::to_string);
        let allowed = many::still_allowed(tx, cx, &StillAllowed { purpose: head.purpose, people })?;
        let rows = subjects(tx, cx, &client, &allowed.people)?.into_values().collect();
        Ok(List { rows, next })
    })
    .unaudited();

/// The names of these people for a service; drawn where there are none yet, but never for somebody who has left.
fn subjects(tx: &mut Tx<'_>, cx: &Cx, client: &Id, people: &[i64]) -> Result<BTreeMap<i64, String>, Fault> {
    let asked: Vec<Value> = people.iter().map(|person_no| json!({"person_no": person_no})).collect();
    let found = tx.all(
        sql!(
            "select a.person_no, a.id, coalesce(p.subject, '') from {rows(?2, person_no bigint)} r
             join people_account a on a.city = ?1 and a.person_no = r.person_no
             join people_client c on c.city = ?1 and c.id = ?3
             left join people_pairwise p on p.city = ?1 and p.sector = c.sector and p.account = a.id
             where a.city = ?1 and (a.state <> 'erased' or p.subject is not null) order by a.person_no"
        ),
        params![&Value::Array(asked), client],
        |row| Ok((row.get::<i64>(0)?, row.get::<Id>(1)?, row.get::<String>(2)?)),
    )?;
    let mut out = BTreeMap::new();
    for (person_no, account, subject) in found {
        let subject = if subject.is_empty() { oauth::subject_of(tx, cx, client, &account)? } else { subject };
        out.insert(person_no, subject);
    }
    Ok(out)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskConsents {
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    /// The `next` of the answer before; empty for the beginning.
    #[serde(default)]
    #[garde(length(bytes, max = 60))]
    pub after: String,
}

/// A person's word changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    pub subject: String,
    /// Whether the consent was given, or does not stand any more.
    pub given: bool,
    pub version: i64,
    pub at_ms: i64,
}

/// What changed since, in the order in which it was decided for good. Ask again with `next`, now or later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    pub rows: Vec<Change>,
    pub next: String,
    /// There is more already.
    pub more: bool,
}

pub const CONSENTS: Action<AskConsents, Changes> =
    Action::writes("people.personal_consents", whole_city, |tx, cx, input: &AskConsents| {
        let client = client(cx)?;
        if !oauth::may_use(tx, cx.who(), &input.purpose)? {
            return Err(Fault::new(Kind::Refused, "people-feed-not-agreed"));
        }
        let from = cursor_of(&input.after).ok_or_else(|| Fault::field("after", "field-pattern"))?;
        // The city's own log: its order is one that a reader can trust, also while others still write.
        let events = events::after(tx, from, FEED_EVENTS)?;
        let next = events.last().map_or(from, |last| Cursor { writer: last.writer, seq: last.seq });
        let more = i64::try_from(events.len()).unwrap_or(0) == FEED_EVENTS;
        let changed: Vec<(i64, bool, i64, i64)> = events
            .iter()
            .filter(|event| event.object == input.purpose)
            .filter_map(|event| {
                let given = match event.name.as_str() {
                    "people.consent_given" => true,
                    "people.consent_withdrawn" | "people.consent_expired" => false,
                    // A newer version asks again. Who was merely asked for the first time is nobody's business yet.
                    "people.consent_requested" if event.body.get("lapsed") == Some(&Value::Bool(true)) => {
                        false
                    }
                    _ => return None,
                };
                let number = |key: &str| event.body.get(key).and_then(Value::as_i64);
                Some((number("person_no")?, given, number("version").unwrap_or(0), event.at_ms))
            })
            .collect();
        let people: Vec<i64> = changed.iter().map(|(person_no, ..)| *person_no).collect();
        let names = subjects(tx, cx, &client, &people)?;
        let rows = changed
            .into_iter()
            .filter_map(|(person_no, given, version, at_ms)| {
                Some(Change { subject: names.get(&person_no)?.clone(), given, version, at_ms })
            })
            .collect();
        Ok(Changes { rows, next: format!("{}.{}", next.writer, next.seq), more })
    })
    .unaudited();

/// Where a reader of the feed stands: `writer.number`; before everything when it says nothing.
pub fn cursor_of(text: &str) -> Option<Cursor> {
    if text.is_empty() {
        return Some(Cursor { writer: -1, seq: -1 });
    }
    let (writer, seq) = text.split_once('.')?;
    Some(Cursor { writer: writer.parse().ok()?, seq: seq.parse().ok()? })
}

// ---- doors

const fn door(
    name: &'static str,
    method: Method,
    path: &'static str,
    run: fn(Request) -> Boxed<'static, Result<Reply, Fault>>,
) -> Door {
    Door { name, method, path, limits: DoorLimits { body_bytes: 64 * 1024, time_s: 30 }, run }
}

pub const DOORS: &[Door] = &[
    super::heads::DOOR,
    door("people.personal", Method::GET, "/personal/v1/people/{subject}", |request| {
        Box::pin(answered(request, one))
    }),
    door("people.count", Method::POST, "/personal/v1/count", |request| Box::pin(answered(request, count))),
    door("people.personal_select", Method::POST, "/personal/v1/selections", |request| {
        Box::pin(answered(request, choose))
    }),
    door("people.personal_selected", Method::GET, "/personal/v1/selections/{id}", |request| {
        Box::pin(answered(request, chosen))
    }),
    door("people.personal_consents", Method::GET, "/personal/v1/consents", |request| {
        Box::pin(answered(request, consents))
    }),
    door("people.personal_openapi", Method::GET, "/personal/v1/openapi.json", |request| {
        Box::pin(async move {
            let document = openapi(&request.cx);
            Ok(Reply::json(StatusCode::OK, document.to_string())
                .header("cache-control", "public, max-age=300"))
        })
    }),
];

type Step = fn(Request) -> Boxed<'static, Result<Reply, Fault>>;

/// Whatever goes wrong is told as problem details; programs read nothing else.
async fn answered(request: Request, step: Step) -> Result<Reply, Fault> {
    let cx = request.cx.clone();
    let outcome = if cx.who().client.is_some() { step(request).await } else { Err(Fault::signed_out()) };
    Ok(outcome.unwrap_or_else(|fault| problem(&cx, &fault)).header("cache-control", "no-store"))
}

fn problem(cx: &Cx, fault: &Fault) -> Reply {
    if fault.is_broken_inside() {
        tracing::error!(%fault, request = cx.request(), "a service could not be answered");
    }
    let body = fault.problem(cx.tongue(), cx.request()).to_string();
    let mut reply = Reply::typed(fault.status(), "application/problem+json", body);
    if fault.kind() == Kind::SignedOut {
        reply = reply.header("www-authenticate", "Bearer");
    }
    if let Some(seconds) = fault.retry_after_s() {
        reply = reply.header("retry-after", &seconds.to_string());
    }
    reply
}

/// What is refused as a whole, as a fault; the use stands in the record already.
fn refused(why: Why) -> Fault {
    match why {
        Why::Blocked => Fault::new(Kind::Refused, "people-use-stopped"),
        _ => Fault::new(Kind::Refused, "people-use-not-agreed"),
    }
}

/// A use outside of what was agreed: nothing was given, and not because of what the person said or never said.
fn not_agreed(released: &Released) -> Option<Why> {
    let outside = |why: &Why| !matches!(why, Why::NoConsent | Why::NotKnown);
    if released.given.is_empty() && released.withheld.values().all(outside) {
        released.withheld.values().next().copied()
    } else {
        None
    }
}

fn reply<T: Serialize>(status: StatusCode, answer: &T) -> Result<Reply, Fault> {
    Ok(Reply::json(status, serde_json::to_vec(answer).map_err(Fault::internal)?))
}

fn query(request: &Request) -> Result<FormData, Fault> {
    FormData::from_urlencoded(request.uri.query().unwrap_or_default())
}

fn body<T: Input>(request: &Request) -> Result<T, Fault> {
    ground::validate::read_bytes(&request.body)
}

/// `name,birth` as attributes; a name that is none is said.
pub fn attributes_of(text: &str) -> Result<Vec<Attribute>, Fault> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| Attribute::from_name(name).ok_or_else(unknown_attribute))
        .collect()
}

fn unknown_attribute() -> Fault {
    let choices = Attribute::ALL.map(Attribute::name).join(", ");
    Fault::invalid().and_field("attributes", "field-choice", &[("choices", &choices)])
}

fn one(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let query = query(&request)?;
        let ask = AskOne {
            subject: request.slots.get("subject").cloned().unwrap_or_default(),
            purpose: query.get("purpose").to_owned(),
            attributes: attributes_of(query.get("attributes"))?,
            reason: query.get("reason").to_owned(),
        };
        let answer = ONE.call(&request.cx, ask, None).await?;
        match not_agreed(&answer.released) {
            Some(why) => Err(refused(why)),
            None => reply(StatusCode::OK, &answer),
        }
    })
}

fn count(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let counted: Counted =
            super::actions::COUNT.call(&request.cx, body::<Count>(&request)?, None).await?;
        match counted.refused {
            Some(why) => Err(refused(why)),
            None => reply(StatusCode::OK, &counted),
        }
    })
}

fn choose(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let chosen = CHOOSE.call(&request.cx, body::<AskMany>(&request)?, None).await?;
        match (chosen.refused, &chosen.selection) {
            (Some(why), _) => Err(refused(why)),
            (None, Some(id)) => {
                let place = format!("/personal/v1/selections/{id}");
                Ok(reply(StatusCode::CREATED, &chosen)?.header("location", &place))
            }
            (None, None) => Err(Fault::internal("a selection without people and without a reason")),
        }
    })
}

fn chosen(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let query = query(&request)?;
        let selection = request.slots.get("id").and_then(|id| id.parse().ok()).ok_or_else(Fault::missing)?;
        let ask = AskChosen { selection, paging: Paging { after: query.get("after").to_owned(), rows: 0 } };
        reply(StatusCode::OK, &CHOSEN.call(&request.cx, ask, None).await?)
    })
}

fn consents(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let query = query(&request)?;
        let ask =
            AskConsents { purpose: query.get("purpose").to_owned(), after: query.get("after").to_owned() };
        reply(StatusCode::OK, &CONSENTS.call(&request.cx, ask, None).await?)
    })
}

// ---- the document

fn answer_of<T: Output>() -> Value {
    json!({"application/json": {"schema": schemars::schema_for!(T)}})
}

fn input_of<T: Input>() -> Value {
    json!({"required": true, "content": {"application/json": {"schema": schemars::schema_for!(T)}}})
}

fn in_query(name: &str, required: bool, words: &str) -> Value {
    json!({"name": name, "in": "query", "required": required, "description": words, "schema": {"type": "string"}})
}

fn in_path(name: &str, words: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "description": words, "schema": {"type": "string"}})
}

/// OpenAPI 3.1 of these doors.
pub fn openapi(cx: &Cx) -> Value {
    let t = cx.tongue();
    let problem = json!({"description": t.t("people-personal-problem"),
                         "content": {"application/problem+json": {"schema": {"type": "object"}}}});
    let done = |status: &str, words: &str, content: Value| {
        let mut out = serde_json::Map::new();
        out.insert(status.to_owned(), json!({"description": t.t(words), "content": content}));
        for wrong in ["400", "401", "403", "404", "422", "429"] {
            out.insert(wrong.to_owned(), problem.clone());
        }
        Value::Object(out)
    };
    let security = json!([{"bearer": []}]);
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": t.t("people-personal-title"), "version": "1", "description": t.t("people-personal-lead")},
        "servers": [{"url": cx.city().url("")}],
        "security": security,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/personal/v1/people/{subject}": {"get": {
                "operationId": "person", "summary": t.t("action-people-personal"),
                "parameters": [
                    in_path("subject", t.t("people-personal-subject")),
                    in_query("purpose", true, t.t("people-use-purpose-code")),
                    in_query("attributes", true, t.t("people-personal-attributes")),
                    in_query("reason", false, t.t("people-use-said")),
                ],
                "responses": done("200", "people-personal-given", answer_of::<One>()),
            }},
            "/personal/v1/count": {"post": {
                "operationId": "count", "summary": t.t("action-people-count"), "requestBody": input_of::<Count>(),
                "responses": done("200", "people-personal-counted", answer_of::<Counted>()),
            }},
            "/personal/v1/selections": {"post": {
                "operationId": "select", "summary": t.t("action-people-personal_select"),
                "requestBody": input_of::<AskMany>(),
                "responses": done("201", "people-personal-selected", answer_of::<Chosen>()),
            }},
            "/personal/v1/selections/{id}": {"get": {
                "operationId": "selected", "summary": t.t("action-people-personal_selected"),
                "parameters": [in_path("id", "selection"), in_query("after", false, "next")],
                "responses": done("200", "people-personal-selected", answer_of::<List<String>>()),
            }},
            "/personal/v1/consents": {"get": {
                "operationId": "consents", "summary": t.t("action-people-personal_consents"),
                "parameters": [in_query("purpose", true, t.t("people-use-purpose-code")), in_query("after", false, "next")],
                "responses": done("200", "people-personal-changes", answer_of::<Changes>()),
            }},
        },
        "x-smallest-count": SMALL_GROUP,
    })
}
