//! The last step of every answer: security headers, caching, `304`, compression.
//!
//! On compression and secrets: a packed length tells something about what was packed (BREACH) when an answer holds a
//! secret together with text of the asker's choosing, and can be asked for again and again. Form tokens are no such
//! secret, because each page draws new ones. Personal content is: so an answer to somebody who is signed in is packed
//! only when the request had no query and no body that it could repeat.

use std::sync::LazyLock;

use bytes::Bytes;
use ground::door::{Body, Reply};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use moka::sync::Cache;

use super::body::Outgoing;
use super::pack::{self, Coding};
use super::rates::Verdict;

/// Packed public pages, by their tag, within this many bytes.
const PACKED_BYTES_MAX: u64 = 8 * 1024 * 1024;
static PACKED: LazyLock<Cache<(String, Coding), Bytes>> = LazyLock::new(|| {
    let weigh = |_: &(String, Coding), packed: &Bytes| u32::try_from(packed.len()).unwrap_or(u32::MAX);
    Cache::builder().weigher(weigh).max_capacity(PACKED_BYTES_MAX).build()
});

pub type Answer = http::Response<Outgoing>;

/// What the last step must know of the request.
pub struct About<'a> {
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub secure: bool,
    pub request: &'a str,
    pub signed_in: bool,
    /// The request had a query or a body.
    pub asked_something: bool,
    /// An address without slots or query may be kept by browsers and shown again, when nobody is signed in.
    pub may_be_public: bool,
    pub verdict: Option<&'a Verdict>,
}

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(), microphone=(), midi=(), payment=(), usb=()",
);
const SECURITY: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
const NEVER: HeaderValue = HeaderValue::from_static("private, no-store");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const PUBLIC: HeaderValue = HeaderValue::from_static("public, no-cache");

/// Room for what most answers carry, made once.
const HEADERS_USUAL: usize = 16;

/// Finishes an answer.
pub fn finish(mut reply: Reply, about: &About<'_>) -> Answer {
    let headers = &mut reply.headers;
    headers.reserve(HEADERS_USUAL);
    for (name, value) in SECURITY {
        if let header::Entry::Vacant(place) = headers.entry(name) {
            place.insert(value);
        }
    }
    if about.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if let Ok(id) = HeaderValue::from_str(about.request) {
        headers.insert("x-request-id", id);
    }
    if let Some(verdict) = about.verdict {
        verdict.write(headers);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let html = kind.starts_with("text/html");
    let packs = match &reply.body {
        Body::Whole(body) => pack::is_worth_it(kind, body.len()),
        Body::Stream(_) => false,
    };
    if !headers.contains_key(header::CACHE_CONTROL) {
        let value = caching(&reply.status, html, &reply.body, headers, about);
        headers.insert(header::CACHE_CONTROL, value);
    }
    if html && !headers.contains_key(header::VARY) {
        headers.insert(header::VARY, HeaderValue::from_static("Cookie, Accept-Language, Accept-Encoding"));
    }
    if is_unchanged(&mut reply, about) {
        reply.status = StatusCode::NOT_MODIFIED;
        reply.body = Body::Whole(Bytes::new());
        reply.headers.remove(header::CONTENT_TYPE);
    } else if packs && !(about.signed_in && about.asked_something) {
        pack_up(&mut reply, about);
    }
    let mut answer = Answer::new(Outgoing::from(reply.body));
    *answer.status_mut() = reply.status;
    *answer.headers_mut() = reply.headers;
    answer
}

/// Nothing about a person is kept anywhere. What everybody sees may be kept, and is asked for again each time.
fn caching(
    status: &StatusCode,
    html: bool,
    body: &Body,
    headers: &HeaderMap,
    about: &About<'_>,
) -> HeaderValue {
    let reads = matches!(*about.method, Method::GET | Method::HEAD);
    if about.signed_in || !reads || *status != StatusCode::OK || headers.contains_key(header::SET_COOKIE) {
        return NEVER;
    }
    if !html {
        return ASK_AGAIN;
    }
    let Body::Whole(body) = body else { return NEVER };
    // A form's token is for one visitor.
    let has_form = memchr::memmem::find(body, TOKEN_MARK).is_some();
    if about.may_be_public && !has_form { PUBLIC } else { NEVER }
}

const TOKEN_MARK: &[u8] = b"name=\"_token\"";

/// Whether the asker already has this. Answers that may be kept get a tag for the next time.
fn is_unchanged(reply: &mut Reply, about: &About<'_>) -> bool {
    if reply.status != StatusCode::OK || !matches!(*about.method, Method::GET | Method::HEAD) {
        return false;
    }
    let kept =
        reply.headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kept.contains("no-store") || kept.contains("immutable") {
        return false;
    }
    if !reply.headers.contains_key(header::ETAG)
        && let Body::Whole(body) = &reply.body
        && let Ok(tag) = HeaderValue::try_from(weak_tag(body))
    {
        reply.headers.insert(header::ETAG, tag);
    }
    let Some(tag) = reply.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
    let asked = about.headers.get_all(header::IF_NONE_MATCH);
    asked.iter().filter_map(|value| value.to_str().ok()).any(|asked| names_tag(asked, tag))
}

/// `W/"…"` over the content: the same on every node, and the same packed or not.
pub fn weak_tag(body: &[u8]) -> String {
    let [one, other] = digest(body);
    format!("W/\"{one:016x}{other:016x}{:x}\"", body.len())
}

/// Two numbers out of a content, by multiplying and folding: a tenth of the time that a digest against forgers would
/// take, on every public page. Nobody gains anything by a forged tag but an old copy of a page of their own.
fn digest(body: &[u8]) -> [u64; 2] {
    const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];
    let mut lanes = [0x2545_f491_4f6c_dd1d, 0x8538_eceb_6bff_8b5f];
    let (words, rest) = body.as_chunks::<8>();
    let mut last = [0u8; 8];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    for word in words.iter().chain([&last]) {
        let word = u64::from_le_bytes(*word);
        for (lane, factor) in lanes.iter_mut().zip(FACTORS) {
            let product = u128::from(*lane ^ word) * u128::from(factor);
            *lane = (product as u64) ^ ((product >> 64) as u64).wrapping_add(factor);
        }
    }
    lanes
}

/// Whether a list of tags, or `*`, names this one; weak and strong compare alike.
pub fn names_tag(list: &str, tag: &str) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    list.trim() == "*" || list.split(',').any(|asked| plain(asked) == plain(tag))
}

fn pack_up(reply: &mut Reply, about: &About<'_>) {
    let strong = reply.headers.get(header::ETAG).is_some_and(|tag| !tag.as_bytes().starts_with(b"W/"));
    // A strong tag promises the same bytes to everybody.
    if strong
        || reply.headers.contains_key(header::CONTENT_ENCODING)
        || reply.headers.contains_key(header::CONTENT_RANGE)
    {
        return;
    }
    if !reply.headers.contains_key(header::VARY) {
        reply.headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    let accepted = about.headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let Some(coding) = accepted.and_then(pack::choose) else { return };
    if let Body::Whole(body) = &reply.body {
        let text = |name: HeaderName| reply.headers.get(name).and_then(|value| value.to_str().ok());
        let packed = match text(header::ETAG) {
            // What everybody reads is packed once: on a bad day the whole town opens the same page.
            Some(tag) if text(header::CACHE_CONTROL).is_some_and(|kept| kept.starts_with("public")) => {
                PACKED.get_with((tag.to_owned(), coding), || pack::pack_fast(coding, body))
            }
            _ => pack::pack_fast(coding, body),
        };
        reply.body = Body::Whole(packed);
        reply.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        reply.headers.remove(header::CONTENT_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn about<'a>(headers: &'a HeaderMap, signed_in: bool) -> About<'a> {
        About {
            method: &Method::GET,
            headers,
            secure: true,
            request: "01",
            signed_in,
            asked_something: false,
            may_be_public: true,
            verdict: None,
        }
    }

    fn page(body: &str) -> Reply {
        Reply::html(StatusCode::OK, body.to_owned())
    }

    #[test]
    fn public_pages_are_answered_with_304_the_second_time() {
        let none = HeaderMap::new();
        let first = finish(page("hello"), &about(&none, false));
        assert_eq!(first.headers()["cache-control"], "public, no-cache");
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, first.headers()["etag"].clone());
        let second = finish(page("hello"), &about(&again, false));
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(finish(page("other"), &about(&again, false)).status(), StatusCode::OK);
    }

    #[test]
    fn what_is_about_one_person_is_never_kept() {
        let none = HeaderMap::new();
        let own = finish(page("hello"), &about(&none, true));
        let form = finish(page("<input type=\"hidden\" name=\"_token\" value=\"x\">"), &about(&none, false));
        let cookie = finish(page("hello").header("set-cookie", "lang=en"), &about(&none, false));
        for answer in [own, form, cookie] {
            assert_eq!(answer.headers()["cache-control"], "private, no-store");
            assert!(!answer.headers().contains_key("etag"));
        }
    }

    #[test]
    fn personal_answers_to_questions_are_not_packed() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        let long = "避難所".repeat(1_000);
        let packed = |signed_in, asked_something| {
            let about = About { asked_something, ..about(&headers, signed_in) };
            finish(page(&long), &about).headers().contains_key("content-encoding")
        };
        assert!(packed(false, true) && packed(true, false) && !packed(true, true));
    }

    #[test]
    fn every_answer_carries_the_security_headers() {
        let none = HeaderMap::new();
        let answer = finish(page("x"), &about(&none, false));
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
            "strict-transport-security",
            "x-request-id",
        ] {
            assert!(answer.headers().contains_key(name), "{name}");
        }
        let plain = finish(page("x"), &About { secure: false, ..about(&none, false) });
        assert!(!plain.headers().contains_key("strict-transport-security"));
    }

    proptest! {
        #[test]
        fn a_tag_names_itself_in_any_list(body in proptest::collection::vec(any::<u8>(), 0..40), other in "[a-z]{0,8}") {
            let tag = weak_tag(&body);
            let list = format!("\"{other}\", {tag}");
            prop_assert!(names_tag(&list, &tag));
            let strong = tag.trim_start_matches("W/").to_owned();
            prop_assert!(names_tag(&strong, &tag));
            let foreign = format!("\"{other}\"");
            prop_assert!(!names_tag(&foreign, &tag));
        }

        #[test]
        fn one_changed_byte_changes_the_tag(
            body in proptest::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), by in 1u8..=255,
        ) {
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= by;
            prop_assert_ne!(weak_tag(&changed), weak_tag(&body));
            prop_assert_ne!(weak_tag(&[&body[..], &[0]].concat()), weak_tag(&body));
        }
    }
}
