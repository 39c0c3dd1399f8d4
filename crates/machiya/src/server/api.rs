//! `/api/v1/<room>/<verb>`: from a request to an action's input, and from its output to an answer.

use bytes::Bytes;
use ground::action::AnyAction;
use ground::cx::Cx;
use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::once::Once;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::Value;

use super::body::{self, Larder, Taken};
use super::coerce::Shape;
use super::rates::Limit;

/// An action, with what its way in needs to know, worked out once.
pub struct ActionRoute {
    pub action: AnyAction,
    pub limit: Option<Limit>,
    shape: Shape,
    answers_rev: bool,
}

impl ActionRoute {
    pub fn new(action: &AnyAction) -> ActionRoute {
        ActionRoute {
            limit: action.rate.map(|rate| Limit::new(action.name, rate)),
            shape: Shape::of(action.input.as_value()),
            answers_rev: Shape::of(action.output.as_value()).has("rev"),
            action: action.clone(),
        }
    }

    /// What was sent, as the action's input in JSON.
    pub async fn input(
        &self,
        parts: &Parts,
        body: Incoming,
        limit: usize,
        larder: &Larder,
    ) -> Result<Taken, Fault> {
        let mut taken = if matches!(parts.method, Method::GET | Method::HEAD) {
            let input = self.shape.read(parts.uri.query().unwrap_or_default())?;
            Taken::from(serde_json::to_vec(&input).map_err(Fault::internal)?)
        } else {
            let body = body::read(&parts.headers, body, limit, larder).await?;
            if !body.bytes.is_empty() {
                check_kind(&parts.headers)?;
            }
            body
        };
        match if_match(&parts.headers)? {
            Some(rev) if self.shape.has("rev") => taken.bytes = with_rev(taken.bytes, rev),
            // A condition that cannot be kept is refused, never passed over.
            Some(_) if self.action.writes() => return Err(Fault::new(Kind::Malformed, "if-match")),
            _ => {}
        }
        Ok(taken)
    }

    pub async fn call(&self, cx: &Cx, headers: &HeaderMap, input: Bytes) -> Result<Reply, Fault> {
        let once = match headers.get("idempotency-key") {
            Some(key) if self.action.writes() => {
                Some(Once::from_header(key.to_str().unwrap_or_default(), &input)?)
            }
            _ => None,
        };
        let output = self.action.call_bytes(cx, input, once).await?;
        let rev = if self.answers_rev { rev_of(&output) } else { None };
        let mut reply = Reply::json(StatusCode::OK, output);
        if let Some(rev) = rev
            && let Ok(tag) = HeaderValue::try_from(format!("\"{rev}\""))
        {
            reply.headers.insert(header::ETAG, tag);
        }
        Ok(reply)
    }
}

fn check_kind(headers: &HeaderMap) -> Result<(), Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = plain == "application/json" || (plain.starts_with("application/") && plain.ends_with("+json"));
    if json { Ok(()) } else { Err(Fault::new(Kind::Media, "media")) }
}

/// `If-Match: "7"`: the revision that the client has seen.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Fault> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let rev = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|rev| rev.parse().ok());
    rev.map(Some).ok_or_else(|| Fault::new(Kind::Malformed, "if-match"))
}

/// Adds the revision to an input that does not name one. What is not JSON is left for the action's reader to name.
fn with_rev(input: Bytes, rev: i64) -> Bytes {
    let blank = input.iter().all(u8::is_ascii_whitespace);
    let read = if blank { Ok(Value::Object(serde_json::Map::new())) } else { serde_json::from_slice(&input) };
    let Ok(Value::Object(mut fields)) = read else { return input };
    fields.entry("rev").or_insert_with(|| rev.into());
    serde_json::to_vec(&fields).map_or(input, Bytes::from)
}

#[derive(Deserialize)]
struct Revised {
    rev: Option<i64>,
}

fn rev_of(output: &[u8]) -> Option<i64> {
    serde_json::from_slice::<Revised>(output).ok()?.rev
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tag(value: &str) -> Result<Option<i64>, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, value.parse().unwrap());
        if_match(&headers)
    }

    #[test]
    fn a_condition_is_read_or_refused() {
        assert_eq!(tag("\"7\""), Ok(Some(7)));
        assert_eq!(tag("W/\"7\""), Ok(Some(7)));
        assert_eq!(tag("*"), Ok(None));
        for wrong in ["7", "\"a\"", "\"", ""] {
            assert_eq!(tag(wrong).unwrap_err().code(), "if-match", "{wrong}");
        }
    }

    #[test]
    fn the_revision_joins_an_input_that_names_none() {
        let joined = |input: &'static str| with_rev(Bytes::from_static(input.as_bytes()), 7);
        assert_eq!(joined("{\"a\":1}"), "{\"a\":1,\"rev\":7}");
        assert_eq!(joined("{\"rev\":3}"), "{\"rev\":3}");
        assert_eq!(joined(""), "{\"rev\":7}");
        assert_eq!(joined("[1]"), "[1]");
        assert_eq!(joined("{broken"), "{broken");
        assert_eq!(rev_of(b"{\"name\":\"x\",\"rev\":12}"), Some(12));
        assert_eq!(rev_of(b"[]"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_a_crash(input in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = with_rev(Bytes::from(input.clone()), 1);
            let _ = rev_of(&input);
        }
    }
}
