//! What went wrong, said to people as a page and to programs as problem JSON (RFC 9457).

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Link, Problem, Shell, error_page};
use ground::page::{Visit, escaped};
use ground::words::Tongue;
use http::{HeaderValue, StatusCode, header};

/// The status of a fault. A few of the server's own say more than their family does.
pub fn status(fault: &Fault) -> StatusCode {
    match fault.code() {
        "body-too-slow" => StatusCode::REQUEST_TIMEOUT,
        "address-too-long" => StatusCode::URI_TOO_LONG,
        "head-too-large" => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        "unknown-host" => StatusCode::MISDIRECTED_REQUEST,
        _ => fault.status(),
    }
}

/// For programs.
pub fn problem(fault: &Fault, t: &Tongue, request: &str) -> Reply {
    let mut body = fault.problem(t, request);
    if let Some(place) = body.get_mut("status") {
        *place = status(fault).as_u16().into();
    }
    let mut reply = Reply::typed(status(fault), "application/problem+json", body.to_string());
    if fault.kind() == Kind::SignedOut {
        // RFC 6750, section 3: which way in there is for programs, and whether it was theirs that failed.
        let said = if fault.code() == "bearer" { "Bearer error=\"invalid_token\"" } else { "Bearer" };
        reply = reply.header("www-authenticate", said);
    }
    with_retry(reply, fault)
}

/// For people, with the ways around that every page has.
pub fn page(fault: &Fault, visit: &Visit) -> Reply {
    let t = visit.cx.tongue();
    let said = said(fault, t, visit.cx.request(), &visit.path);
    let shell = visit.shell(said.title(t)).wrong(true).private();
    with_retry(visit.page_with(status(fault), &shell, error_page(t, &said)), fault)
}

/// For people, when it is not even known which city they wanted.
pub fn bare_page(fault: &Fault, house: &ground::house::House, t: &Tongue, request: &str) -> Reply {
    let said = said(fault, t, request, "/");
    let shell = Shell::new(said.title(t), &house.assets).wrong(true).private();
    let html = shell.render(t, error_page(t, &said)).into_string();
    with_retry(Reply::html(status(fault), html), fault)
}

/// Whoever is not signed in is led to the way in, and from there back to the page.
pub fn sign_in(path_and_query: &str) -> Reply {
    Reply::see_other(&format!("/sign-in?back={}", escaped(path_and_query)))
}

fn said(fault: &Fault, t: &Tongue, request: &str, path: &str) -> Problem {
    let mut problem = Problem::new(status(fault).as_u16()).request_id(request);
    // The kit has fuller words of its own for what is common.
    let common = matches!(
        fault.code(),
        "missing" | "internal" | "unavailable" | "refused" | "signed-out" | "too-many" | "too-large"
    );
    if !common && t.knows(&format!("fault-{}", fault.code())) {
        problem = problem.what(fault.title(t)).why(fault.remedy(t));
    } else if fault.code() == "too-large" {
        problem = problem.why(fault.title(t));
    }
    if fault.kind() == Kind::SignedOut {
        problem = problem.link(Link::new(t.t("kit-sign-in"), format!("/sign-in?back={}", escaped(path))));
    }
    problem
}

fn with_retry(mut reply: Reply, fault: &Fault) -> Reply {
    if let Some(seconds) = fault.retry_after_s() {
        reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// What the log keeps of a fault: its code and detail, never what people typed.
pub fn log(fault: &Fault, request: &str) {
    if fault.is_broken_inside() {
        tracing::error!(request, code = fault.code(), detail = fault.for_the_log(), "a request failed");
    } else if fault.kind() == Kind::Unavailable {
        tracing::warn!(
            request,
            code = fault.code(),
            detail = fault.for_the_log(),
            "a request was not served"
        );
    }
}
