//! What went wrong, in the specification's words (clauses 5.5.2, 5.5.3, 6.3.2 and 6.3.3), also for faults of the house.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::words::Tongue;
use http::{StatusCode, header};
use ngsi::{Error, ErrorKind};
use serde_json::{Value, json};

/// The specification's errors, and the codes under which the house carries them.
const CODES: [(ErrorKind, &str); 12] = [
    (ErrorKind::InvalidRequest, "ngsi-invalid-request"),
    (ErrorKind::BadRequestData, "ngsi-bad-request-data"),
    (ErrorKind::AlreadyExists, "ngsi-already-exists"),
    (ErrorKind::OperationNotSupported, "ngsi-operation-not-supported"),
    (ErrorKind::ResourceNotFound, "ngsi-resource-not-found"),
    (ErrorKind::InternalError, "ngsi-internal-error"),
    (ErrorKind::TooComplexQuery, "ngsi-too-complex-query"),
    (ErrorKind::TooManyResults, "ngsi-too-many-results"),
    (ErrorKind::LdContextNotAvailable, "ngsi-ld-context-not-available"),
    (ErrorKind::NoMultiTenantSupport, "ngsi-no-multi-tenant-support"),
    (ErrorKind::NonexistentTenant, "ngsi-nonexistent-tenant"),
    (ErrorKind::Conflict, "ngsi-conflict"),
];

/// An error of the specification as a fault of the house.
pub fn fault(error: Error) -> Fault {
    let kind = match error.kind.status() {
        404 => Kind::Missing,
        409 => Kind::Conflict,
        422 | 501 => Kind::Invalid,
        500 => Kind::Internal,
        504 => Kind::TooSlow,
        _ => Kind::Malformed,
    };
    let code = CODES.iter().find(|(known, _)| *known == error.kind).map_or("internal", |(_, code)| code);
    let fault = Fault::new(kind, code);
    let fault = if kind == Kind::Internal { fault.detail(&error) } else { fault };
    fault.arg("detail", &error)
}

/// The error as it stands in the body of an answer.
pub fn problem_of(error: &Error) -> Value {
    problem(error.kind, &error.to_string())
}

fn problem(kind: ErrorKind, detail: &str) -> Value {
    let shown = if kind == ErrorKind::InternalError { kind.title() } else { detail };
    json!({"type": kind.type_uri(), "title": kind.title(), "status": kind.status(), "detail": shown})
}

/// A fault as an error of the specification, where it is one.
pub fn error_of(fault: &Fault) -> Option<Error> {
    let (kind, _) = CODES.iter().find(|(_, code)| *code == fault.code())?;
    Some(Error::new(*kind, fault.arg_of("detail").unwrap_or_default()))
}

/// The nearest of the specification's errors for what the house says; none for what HTTP alone speaks of.
fn nearest(kind: Kind) -> Option<ErrorKind> {
    Some(match kind {
        Kind::Malformed => ErrorKind::InvalidRequest,
        Kind::Invalid => ErrorKind::BadRequestData,
        Kind::Missing => ErrorKind::ResourceNotFound,
        Kind::Conflict => ErrorKind::AlreadyExists,
        Kind::Internal => ErrorKind::InternalError,
        _ => return None,
    })
}

/// A fault as an answer to a client of the broker.
pub fn reply(fault: &Fault, status: StatusCode, t: &Tongue, request: &str) -> Reply {
    let (status, mut body) = match error_of(fault) {
        Some(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(status);
            (status, problem_of(&error))
        }
        None => {
            let said = format!("{} {}", fault.title(t), fault.remedy(t));
            let mut body = match nearest(fault.kind()) {
                Some(kind) => json!({"type": kind.type_uri(), "title": kind.title(), "detail": said}),
                None => {
                    json!({"type": format!("urn:machiya:fault:{}", fault.code()), "title": fault.title(t), "detail": said})
                }
            };
            if let Some(map) = body.as_object_mut() {
                map.insert("status".to_owned(), status.as_u16().into());
                let fields: Vec<String> = fault
                    .fields()
                    .iter()
                    .map(|field| format!("{}: {}", field.path, field.words(t)))
                    .collect();
                if !fields.is_empty() {
                    map.insert("detail".to_owned(), fields.join("; ").into());
                }
            }
            (status, body)
        }
    };
    if let Some(map) = body.as_object_mut() {
        map.insert("instance".to_owned(), format!("urn:machiya:request:{request}").into());
    }
    let mut reply = Reply::json(status, body.to_string());
    if let Some(seconds) = fault.retry_after_s() {
        reply.headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if fault.kind() == Kind::SignedOut {
        let said = if fault.code() == "bearer" { "Bearer error=\"invalid_token\"" } else { "Bearer" };
        reply = reply.header("www-authenticate", said);
    }
    reply
}
