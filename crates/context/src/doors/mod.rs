//! The broker over HTTP at `/ngsi-ld/v1` (clause 6). A door reads the request's headers and parameters, calls one action,
//! and writes what that says.

pub mod heads;

use std::collections::BTreeMap;

use ground::action::{Action, Boxed};
use ground::door::{Door, DoorLimits, Reply, Request};
use ground::fault::Fault;
use http::{HeaderValue, Method, StatusCode, header};
use ngsi::{Error, ErrorKind};

use crate::actions::*;
use crate::ask::{Accept, Ask, BODY_BYTES_MAX, Said};
use crate::model::check_tenant;
use crate::say::{self, fault};
use heads::BodyType;

const BASE: &str = "/ngsi-ld/v1";
const LIMITS: DoorLimits = DoorLimits { body_bytes: BODY_BYTES_MAX, time_s: 60 };
/// Steps that one purge takes at most; what is left is for the next.
const PURGE_STEPS_MAX: usize = 10_000;

/// What an operation takes.
#[derive(Clone, Copy)]
struct How {
    /// The URL parameters that mean something.
    parameters: &'static [&'static str],
    /// GeoJSON may be answered.
    geo: bool,
    /// A merge patch may be sent.
    patch: bool,
    /// The body is a document of its own: no @context is looked for.
    plain: bool,
}

const PLAIN: How = How { parameters: &["local"], geo: false, patch: false, plain: false };
const WRITE: How = How { parameters: &["local", "options", "format", "type"], ..PLAIN };
const PATCH: How =
    How { parameters: &["local", "options", "format", "type", "observedAt", "lang"], patch: true, ..PLAIN };
const RETRIEVAL: How = How {
    parameters: &[
        "attrs",
        "pick",
        "omit",
        "options",
        "format",
        "geometryProperty",
        "lang",
        "datasetId",
        "join",
        "joinLevel",
        "containedBy",
        "local",
        "type",
        "jsonKeys",
        "entityMap",
        "splitEntities",
        "entityMapLifetime",
    ],
    geo: true,
    ..PLAIN
};
const QUERIED: How = How {
    parameters: &[
        "id",
        "type",
        "idPattern",
        "attrs",
        "pick",
        "omit",
        "q",
        "csf",
        "expandValues",
        "jsonKeys",
        "scopeQ",
        "georel",
        "geometry",
        "coordinates",
        "geoproperty",
        "geometryProperty",
        "orderBy",
        "orderFrom",
        "orderGeometry",
        "collation",
        "lang",
        "datasetId",
        "join",
        "joinLevel",
        "containedBy",
        "local",
        "limit",
        "offset",
        "count",
        "options",
        "format",
        "entityMap",
        "splitEntities",
        "entityMapLifetime",
    ],
    geo: true,
    ..PLAIN
};
const PURGED: How = How {
    parameters: &[
        "id",
        "type",
        "idPattern",
        "attrs",
        "q",
        "csf",
        "expandValues",
        "jsonKeys",
        "scopeQ",
        "georel",
        "geometry",
        "coordinates",
        "geoproperty",
        "keep",
        "drop",
        "local",
        "options",
    ],
    ..PLAIN
};
const DELETION: How = How { parameters: &["local", "type", "datasetId", "deleteAll"], ..PLAIN };
const DISCOVERY: How = How { parameters: &["local", "details"], ..PLAIN };
const DISCOVERED: How = How { parameters: &["local"], ..PLAIN };
const HOSTING: How = How { parameters: &["details", "kind", "reload", "local"], plain: true, ..PLAIN };

/// What `options` may say (clauses 6.3.7, 6.3.11 and those of the operations).
const OPTIONS: [&str; 12] = [
    "normalized",
    "concise",
    "simplified",
    "keyValues",
    "sysAttrs",
    "count",
    "noOverwrite",
    "update",
    "replace",
    "splitEntities",
    "entityMap",
    "local",
];

macro_rules! doors {
    ($($method:ident $path:literal $action:ident $how:ident;)*) => {
        &[$(Door {
            name: $action.name,
            method: Method::$method,
            path: concat!("/ngsi-ld/v1", $path),
            limits: LIMITS,
            run: |request| answer(request, $action, $how),
        }),*]
    };
}

pub const DOORS: &[Door] = doors! {
    POST "/entities" CREATE WRITE;
    GET "/entities" QUERY QUERIED;
    DELETE "/entities" PURGE PURGED;
    GET "/entities/{id}" RETRIEVE RETRIEVAL;
    PATCH "/entities/{id}" MERGE PATCH;
    PUT "/entities/{id}" REPLACE WRITE;
    DELETE "/entities/{id}" DELETE DELETION;
    POST "/entities/{id}/attrs" APPEND WRITE;
    PATCH "/entities/{id}/attrs" UPDATE PATCH;
    PATCH "/entities/{id}/attrs/{attr}" UPDATE_ATTR PATCH;
    PUT "/entities/{id}/attrs/{attr}" REPLACE_ATTR WRITE;
    DELETE "/entities/{id}/attrs/{attr}" DELETE_ATTR DELETION;
    POST "/entityOperations/create" BATCH_CREATE WRITE;
    POST "/entityOperations/upsert" BATCH_UPSERT WRITE;
    POST "/entityOperations/update" BATCH_UPDATE WRITE;
    POST "/entityOperations/merge" BATCH_MERGE PATCH;
    POST "/entityOperations/delete" BATCH_DELETE PLAIN;
    POST "/entityOperations/query" SEARCH QUERIED;
    GET "/types" TYPES DISCOVERY;
    GET "/types/{id}" ONE_TYPE DISCOVERED;
    GET "/attributes" ATTRIBUTES DISCOVERY;
    GET "/attributes/{id}" ONE_ATTRIBUTE DISCOVERED;
    POST "/jsonldContexts" ADD_LD HOSTING;
    GET "/jsonldContexts" LIST_LD HOSTING;
    GET "/jsonldContexts/{id}" SERVE_LD HOSTING;
    DELETE "/jsonldContexts/{id}" DELETE_LD HOSTING;
};

/// Resources of the specification that this broker does not have yet.
const LATER: [&str; 11] = [
    "/subscriptions",
    "/csourceRegistrations",
    "/csourceSubscriptions",
    "/temporal",
    "/entityMaps",
    "/snapshots",
    "/info",
    "/entityMap",
    "/notify",
    "/csourceNotify",
    "/csourceRegistrationSubscriptions",
];

/// What the house says at the broker's addresses, in the broker's words.
pub fn said(
    fault: &Fault,
    status: StatusCode,
    t: &ground::words::Tongue,
    request: &str,
    path: &str,
) -> Reply {
    let rest = path.strip_prefix(BASE).unwrap_or(path);
    let later = LATER
        .iter()
        .any(|one| rest.strip_prefix(one).is_some_and(|end| end.is_empty() || end.starts_with('/')));
    if later && fault.code() == "missing" {
        let error =
            Error::new(ErrorKind::OperationNotSupported, "this broker does not have this operation yet");
        return say::reply(&say::fault(error), status, t, request);
    }
    // Two slashes in a row: an id is missing between them.
    if fault.code() == "address-malformed" {
        let error = Error::bad("the address cannot be read: a part of it is missing or not well encoded");
        return say::reply(&say::fault(error), status, t, request);
    }
    // An address that ends where an id should stand is the address of no entity.
    if fault.code() == "method" && path.ends_with("/entities/") {
        let error = Error::bad("the address ends where the id should stand");
        return say::reply(&say::fault(error), status, t, request);
    }
    say::reply(fault, status, t, request)
}

fn answer(request: Request, action: Action<Ask, Said>, how: How) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let tenant = request.headers.get("ngsild-tenant").cloned();
        let (cx, path) = (request.cx.clone(), request.uri.path().to_owned());
        let mut reply = match lead(request, action, how).await {
            Ok(reply) => reply,
            Err(fault) => {
                if fault.is_broken_inside() {
                    tracing::error!(
                        request = cx.request(),
                        code = fault.code(),
                        detail = fault.for_the_log(),
                        "an operation failed"
                    );
                }
                said(
                    &fault,
                    fault.status(),
                    cx.tongue(),
                    cx.request(),
                    if fault.code() == "missing" { "" } else { &path },
                )
            }
        };
        if let Some(tenant) = tenant {
            reply.headers.insert("ngsild-tenant", tenant);
        }
        Ok(reply)
    })
}

async fn lead(request: Request, action: Action<Ask, Said>, how: How) -> Result<Reply, Fault> {
    let has_body = matches!(request.method, Method::POST | Method::PATCH | Method::PUT);
    if has_body && !request.headers.contains_key(header::CONTENT_LENGTH) {
        return Ok(Reply::new(StatusCode::LENGTH_REQUIRED));
    }
    let body_type = heads::body_type(&request.headers);
    if has_body {
        match body_type {
            Some(BodyType::Json | BodyType::Ld) => {}
            Some(BodyType::MergePatch) if how.patch && request.method == Method::PATCH => {}
            _ => return Ok(Reply::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        }
    }
    let accept = heads::joined(&request.headers, header::ACCEPT);
    let is_read = request.method == Method::GET || action.name == SEARCH.name;
    let accept = match heads::accepted(accept.as_deref(), how.geo) {
        Some(accept) => accept,
        None if is_read => return Ok(not_acceptable(how)),
        None => Accept::Json,
    };
    let parameters = parameters(&request, how)?;
    let tenant =
        request.headers.get("ngsild-tenant").map(|value| value.to_str().unwrap_or(" ")).unwrap_or_default();
    check_tenant(tenant).map_err(fault)?;
    let ld = has_body && body_type == Some(BodyType::Ld) && action.name != BATCH_DELETE.name && !how.plain;
    let link =
        heads::context_link(heads::joined(&request.headers, header::LINK).as_deref()).map_err(fault)?;
    if ld && link.is_some() {
        let error = Error::bad(
            "a body in application/ld+json holds its @context; a Link header with another is not allowed",
        );
        return Err(fault(error.under("Link")));
    }
    let body = String::from_utf8(request.body.to_vec())
        .map_err(|_| fault(Error::invalid("the body is not written in UTF-8")))?;
    if has_body && body.trim().is_empty() {
        return Err(fault(Error::invalid("the body is empty")));
    }
    let slot = |name: &str| request.slots.get(name).cloned().unwrap_or_default();
    let ask = Ask {
        tenant: tenant.to_owned(),
        id: slot("id"),
        attr: slot("attr"),
        parameters,
        body,
        ld,
        link,
        accept,
        bare: heads::preferred(&request.headers, "body") == Some("json"),
        ..Ask::default()
    };
    let said = if action.name == PURGE.name {
        step_by_step(&request, action, ask).await?
    } else {
        action.call(&request.cx, ask, None).await?
    };
    Ok(written(&request, said))
}

/// A long piece of work in short steps, so that nobody waits for it.
async fn step_by_step(request: &Request, action: Action<Ask, Said>, ask: Ask) -> Result<Said, Fault> {
    let mut cursor = 0;
    for _ in 0..PURGE_STEPS_MAX {
        let said = action.call(&request.cx, Ask { cursor, ..ask.clone() }, None).await?;
        match said.cursor {
            Some(next) => cursor = next,
            None => return Ok(said),
        }
    }
    Err(Fault::new(ground::fault::Kind::Unavailable, "unavailable").retry_after(1))
}

fn not_acceptable(how: How) -> Reply {
    let offered: &[&str] = if how.geo {
        &["application/json", "application/ld+json", "application/geo+json"]
    } else {
        &["application/json", "application/ld+json"]
    };
    Reply::json(StatusCode::NOT_ACCEPTABLE, serde_json::json!(offered).to_string())
}

/// The parameters of the address; one that means nothing to the operation is refused (clause 6.3.20).
fn parameters(request: &Request, how: How) -> Result<Vec<(String, String)>, Fault> {
    let query = request.uri.query().unwrap_or_default();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &pairs {
        if !how.parameters.contains(&name.as_str()) {
            let shown: String = name.chars().take(80).collect();
            let error = Error::invalid(format!(
                "the parameter {shown} means nothing here; known are: {}",
                how.parameters.join(", ")
            ));
            return Err(fault(error));
        }
        *counts.entry(name).or_default() += 1;
    }
    let options = pairs.iter().filter(|(name, _)| name == "options").flat_map(|(_, value)| value.split(','));
    for option in options.map(str::trim).filter(|option| !option.is_empty()) {
        if !OPTIONS.contains(&option) {
            let shown: String = option.chars().take(80).collect();
            let error = format!("the option {shown} is not known; known are: {}", OPTIONS.join(", "));
            return Err(fault(Error::invalid(error).under("options")));
        }
    }
    if let Some((name, _)) = counts.iter().find(|(name, count)| **count > 1 && **name != "options") {
        return Err(fault(Error::bad(format!("'{name}' is given more than once")).under(name)));
    }
    Ok(pairs)
}

fn written(request: &Request, said: Said) -> Reply {
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::OK);
    let kind = match said.kind {
        Some(Accept::Ld) => "application/ld+json",
        Some(Accept::Geo) => "application/geo+json",
        _ => "application/json",
    };
    let mut reply = match said.kind {
        None => Reply::new(status),
        Some(Accept::Json) => Reply::json(status, said.body),
        Some(Accept::Ld) => Reply::typed(status, "application/ld+json", said.body),
        Some(Accept::Geo) => Reply::typed(status, "application/geo+json", said.body),
    };
    if let Some(location) = &said.location {
        reply = reply.header("location", location);
    }
    if let Some(count) = said.count
        && let Ok(value) = HeaderValue::try_from(count.to_string())
    {
        reply.headers.insert("ngsild-results-count", value);
    }
    if let Some(url) = said.context {
        reply = reply.header(
            "link",
            &format!("<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""),
        );
    }
    for (rel, page) in [("prev", said.before), ("next", said.after)] {
        if let Some(page) = page {
            reply = reply.header(
                "link",
                &format!("<{}>; rel=\"{rel}\"; type=\"{kind}\"", page_address(request, &page)),
            );
        }
    }
    if let Some(version) = heads::preferred(&request.headers, "ngsi-ld") {
        reply = reply.header("preference-applied", &format!("ngsi-ld={version}"));
    }
    reply
}

/// The address of another page of the same query, its parameters in the order of their names.
fn page_address(request: &Request, page: &str) -> String {
    let own = url::form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes());
    let mut all: Vec<(String, String)> = own
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .filter(|(name, _)| name != "limit" && name != "offset")
        .collect();
    all.extend(url::form_urlencoded::parse(page.as_bytes()).into_owned());
    all.sort();
    let all: Vec<String> =
        all.iter().map(|(name, value)| format!("{}={}", in_query(name), in_query(value))).collect();
    format!("{}?{}", request.uri.path().trim_end_matches('/'), all.join("&"))
}

/// A piece of a query inside a Link header: what would end either is percent-encoded.
fn in_query(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_graphic() && !b"&#+%<>\"=;\\".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// A piece of a path: everything but letters, digits and a few harmless signs is percent-encoded.
pub fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
