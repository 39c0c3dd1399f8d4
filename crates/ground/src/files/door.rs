//! The door to contents: `GET /files/{id}`, a picture's width with `?w=480`, and ranges (RFC 9110, section 14).

use http::{HeaderMap, Method, StatusCode};

use super::{FILE, FileKind, FileView, ThisFile, blob};
use crate::action::Boxed;
use crate::door::{Body, Door, DoorLimits, Reply, Request};
use crate::fault::Fault;
use crate::form::FormData;

pub(crate) const DOOR: Door = Door {
    name: "ground.file",
    method: Method::GET,
    path: "/files/{id}",
    limits: DoorLimits { body_bytes: 0, time_s: 120 },
    run: get,
};

fn get(request: Request) -> Boxed<'static, Result<Reply, Fault>> {
    Box::pin(async move {
        let id = request.slots.get("id").and_then(|id| id.parse().ok()).ok_or_else(Fault::missing)?;
        let file = FILE.call(&request.cx, ThisFile { id }, None).await?;
        let query = FormData::from_urlencoded(request.uri.query().unwrap_or_default())?;
        let (digest, size) = content_for(&file, query.get("w").parse().ok());
        Ok(reply(&request, &file, digest, size))
    })
}

/// The narrowest width that is not narrower than what is asked for; the widest when there is none, or none is asked.
fn content_for(file: &FileView, width: Option<i64>) -> (&str, u64) {
    let fits = width.and_then(|width| file.narrower.iter().find(|one| one.width >= width));
    let (digest, size) = fits.map_or((&file.digest, file.size), |one| (&one.digest, one.size));
    (digest, u64::try_from(size).unwrap_or(0))
}

fn reply(request: &Request, file: &FileView, digest: &str, size: u64) -> Reply {
    let tag = format!("\"{digest}\"");
    let kept = if file.is_public { "public, max-age=300" } else { "private, no-cache" };
    let asked =
        |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = asked("if-none-match").split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
    let (status, start, end) = match wanted(&request.headers, &tag, size) {
        _ if known => (StatusCode::NOT_MODIFIED, 0, 0),
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part { start, end } => (StatusCode::PARTIAL_CONTENT, start, end),
        Wanted::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let mut reply = Reply::new(status)
        .header("etag", &tag)
        .header("cache-control", kept)
        .header("accept-ranges", "bytes");
    // Whatever a content says, it runs nothing here and is what we say it is.
    reply = reply.header("x-content-type-options", "nosniff").header("content-security-policy", policy(file));
    match status {
        StatusCode::NOT_MODIFIED => return reply,
        StatusCode::RANGE_NOT_SATISFIABLE => {
            return reply.header("content-range", &format!("bytes */{size}"));
        }
        StatusCode::PARTIAL_CONTENT => {
            reply = reply.header("content-range", &format!("bytes {start}-{}/{size}", end.saturating_sub(1)));
        }
        _ => {}
    }
    let shown = if file.in_place { "inline" } else { "attachment" };
    let name = crate::door::encoded_name(&file.name);
    reply = reply
        .header("content-type", &file.media_type)
        .header("content-disposition", &format!("{shown}; filename*=UTF-8''{name}"))
        .header("content-length", &(end - start).to_string());
    reply.body = Body::Stream(blob::stream(request.cx.city(), digest, start, end));
    reply
}

/// Browsers show a PDF in a viewer of their own, which a sandbox keeps from starting.
fn policy(file: &FileView) -> &'static str {
    if file.media_type == FileKind::Pdf.media_type() {
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    } else {
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// From `start` to before `end`.
    Part {
        start: u64,
        end: u64,
    },
    Nothing,
}

/// Which part is asked for. What is not understood, several parts at once, or a part of another version is answered
/// with the whole.
fn wanted(headers: &HeaderMap, tag: &str, size: u64) -> Wanted {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(range) = text("range").and_then(|range| range.strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    if text("if-range").is_some_and(|known| known != tag) {
        return Wanted::Whole;
    }
    let Some((first, last)) = range.split_once('-') else { return Wanted::Whole };
    let (first, last) = (first.trim(), last.trim());
    let number =
        |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (start, end) = match (number(first), number(last)) {
        (Some(start), Some(last)) if start <= last => (start, last.saturating_add(1).min(size)),
        (Some(start), None) if last.is_empty() => (start, size),
        (None, Some(suffix)) if first.is_empty() => (size.saturating_sub(suffix), size),
        _ => return Wanted::Whole,
    };
    if start < end { Wanted::Part { start, end } } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(range: &str, size: u64) -> Wanted {
        let headers = HeaderMap::from_iter([(http::header::RANGE, range.parse().unwrap())]);
        wanted(&headers, "\"x\"", size)
    }

    #[test]
    fn ranges_are_what_the_standard_says() {
        assert_eq!(of("bytes=0-0", 10), Wanted::Part { start: 0, end: 1 });
        assert_eq!(of("bytes=3-", 10), Wanted::Part { start: 3, end: 10 });
        assert_eq!(of("bytes=-3", 10), Wanted::Part { start: 7, end: 10 });
        assert_eq!(of("bytes=-30", 10), Wanted::Part { start: 0, end: 10 });
        assert_eq!(of("bytes=3-99", 10), Wanted::Part { start: 3, end: 10 });
        assert_eq!(of("bytes=10-", 10), Wanted::Nothing);
        assert_eq!(of("bytes=-0", 10), Wanted::Nothing);
        for whole in ["bytes=5-3", "bytes=0-1,4-5", "bytes=a-b", "bytes=-", "bytes=+1-2", "rows=1-2"] {
            assert_eq!(of(whole, 10), Wanted::Whole, "{whole}");
        }
    }

    #[test]
    fn a_part_of_another_version_is_the_whole() {
        let mut headers = HeaderMap::from_iter([(http::header::RANGE, "bytes=0-1".parse().unwrap())]);
        headers.insert(http::header::IF_RANGE, "\"y\"".parse().unwrap());
        assert_eq!(wanted(&headers, "\"x\"", 10), Wanted::Whole);
        headers.insert(http::header::IF_RANGE, "\"x\"".parse().unwrap());
        assert_eq!(wanted(&headers, "\"x\"", 10), Wanted::Part { start: 0, end: 2 });
    }

    proptest! {
        #[test]
        fn any_range_stays_within_the_content(range in "bytes=[0-9, -]{0,25}", size in 0u64..1_000) {
            if let Wanted::Part { start, end } = of(&range, size) {
                prop_assert!(start < end && end <= size);
            }
        }
    }
}
