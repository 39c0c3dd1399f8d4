//! The built files of `ui/`, embedded in the binary under names that carry a hash of their content.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use bytes::Bytes;
use ground::door::Reply;
use http::{HeaderValue, StatusCode, header};

use super::pack::{self, Coding};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file of `ui/dist`.
pub struct Asset {
    file: &'static str,
    kind: &'static str,
    plain: &'static [u8],
    packed: [OnceLock<Bytes>; 2],
}

struct Shelf {
    by_file: HashMap<&'static str, Asset>,
    by_name: HashMap<&'static str, &'static str>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf {
    by_file: FILES
        .iter()
        .map(|(_, file, plain)| {
            (*file, Asset { file, kind: kind_of(file), plain, packed: Default::default() })
        })
        .collect(),
    by_name: FILES.iter().map(|(name, file, _)| (*name, *file)).collect(),
});

fn kind_of(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

/// A file by its name with the hash: `app.0123456789.css`.
pub fn by_file(file: &str) -> Option<&'static Asset> {
    SHELF.by_file.get(file)
}

/// A file by the name that its source has: `app.css`.
pub fn by_name(name: &str) -> Option<&'static Asset> {
    by_file(SHELF.by_name.get(name)?)
}

/// The address of a file.
pub fn href(name: &str) -> String {
    by_name(name).map_or_else(String::new, |asset| format!("/assets/{}", asset.file))
}

/// What pages link to.
pub fn assets() -> ground::html::Assets {
    ground::html::Assets {
        css: href("app.css"),
        js: href("app.js"),
        manifest: "/manifest.webmanifest".to_owned(),
        icon: href("icon.svg"),
    }
}

impl Asset {
    /// The file, in the best form that the browser takes. Each form is made once.
    pub fn answer(&'static self, accepted: &str, cache: &'static str) -> Reply {
        let coding =
            if pack::is_worth_it(self.kind, self.plain.len()) { pack::choose(accepted) } else { None };
        let body = match coding {
            None => Bytes::from_static(self.plain),
            Some(coding) => {
                let [br, gzip] = &self.packed;
                let place = if coding == Coding::Brotli { br } else { gzip };
                place.get_or_init(|| pack::pack_well(coding, self.plain)).clone()
            }
        };
        let mut reply = Reply::typed(StatusCode::OK, self.kind, body);
        reply.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        reply.headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(coding) = coding {
            reply.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_link_to_files_that_are_there() {
        let assets = assets();
        for href in [assets.css, assets.js, assets.icon] {
            let file = href.strip_prefix("/assets/").unwrap();
            assert!(by_file(file).is_some(), "{href}");
        }
        assert!(by_name("sw.js").is_some());
        assert!(by_file("../Cargo.toml").is_none());
    }
}
