//! Doors: ways in for protocols that are not ours to shape. A door parses and calls actions, and has its own line in
//! the rights matrix. Requests and replies here are plain data: only `machiya` knows the HTTP framework.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::action::Boxed;
use crate::cx::Cx;
use crate::fault::Fault;

/// What came in. The body is read up to the door's limit before the door runs.
pub struct Request {
    pub cx: Cx,
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    /// The parts of the path in braces.
    pub slots: BTreeMap<String, String>,
    pub body: Bytes,
}

/// What goes out.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Body,
}

pub enum Body {
    Whole(Bytes),
    Stream(BoxStream<'static, Result<Bytes, Fault>>),
}

impl Reply {
    pub fn new(status: StatusCode) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Body::Whole(Bytes::new()) }
    }

    pub fn html(status: StatusCode, body: impl Into<Bytes>) -> Reply {
        Reply::typed(status, "text/html; charset=utf-8", body)
    }

    pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Reply {
        Reply::typed(status, "application/json", body)
    }

    pub fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Reply {
        let mut reply = Reply::new(status);
        reply.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
        reply.body = Body::Whole(body.into());
        reply
    }

    pub fn stream(kind: &'static str, body: BoxStream<'static, Result<Bytes, Fault>>) -> Reply {
        let mut reply = Reply::typed(StatusCode::OK, kind, Bytes::new());
        reply.body = Body::Stream(body);
        reply
    }

    /// After a form: go and see. Only paths of this site are taken; anything else leads home.
    pub fn see_other(path: &str) -> Reply {
        let mut reply = Reply::new(StatusCode::SEE_OTHER);
        let path = if is_own_path(path) { path } else { "/" };
        if let Ok(value) = HeaderValue::from_str(path) {
            reply.headers.insert(http::header::LOCATION, value);
        }
        reply
    }

    /// A file for the person's disk.
    pub fn download(kind: &'static str, name: &str, body: impl Into<Bytes>) -> Reply {
        Reply::typed(StatusCode::OK, kind, body)
            .header("content-disposition", &format!("attachment; filename*=UTF-8''{}", encoded_name(name)))
    }

    /// Adds a header; a value that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(HeaderName::from_static(name), value);
        }
        self
    }
}

/// A file's name as headers carry it (RFC 8187).
pub(crate) fn encoded_name(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// A path on this site: never `//host`, never another scheme, nothing that a browser would read as either.
pub fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// What a door takes at most.
#[derive(Clone, Copy, Debug)]
pub struct DoorLimits {
    pub body_bytes: usize,
    pub time_s: u64,
}

impl DoorLimits {
    pub const USUAL: DoorLimits = DoorLimits { body_bytes: 1024 * 1024, time_s: 30 };
}

/// A way in.
pub struct Door {
    /// "ground.version": its line in the rights matrix.
    pub name: &'static str,
    pub method: Method,
    /// "/files/{id}"
    pub path: &'static str,
    pub limits: DoorLimits,
    pub run: fn(Request) -> Boxed<'static, Result<Reply, Fault>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_own_paths_are_followed() {
        assert!(is_own_path("/staff?done=saved"));
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/a\nb"]
        {
            assert!(!is_own_path(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_redirect_never_leaves_the_site(path in "\\PC{0,60}") {
            let reply = Reply::see_other(&path);
            let location = reply.headers.get("location").unwrap().to_str().unwrap().to_owned();
            prop_assert!(location.starts_with('/') && !location.starts_with("//"));
        }
    }
}
