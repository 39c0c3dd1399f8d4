//! The language of an answer.

use ground::who::Who;
use ground::words::Lang;
use http::header;
use http::request::Parts;

use super::cookies;

/// How long a chosen language is remembered.
const COOKIE_AGE_S: u32 = 31_536_000;

/// `?lang=` of the address.
pub fn asked(parts: &Parts) -> Option<Lang> {
    let query = parts.uri.query()?;
    query.split('&').filter_map(|pair| pair.strip_prefix("lang=")).find_map(Lang::from_code)
}

/// What this request asks for, else what the person chose for good, else what this browser chose, else what it wishes.
pub fn language(parts: &Parts, who: &Who) -> Lang {
    let wished = || {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Lang::from_accept_language(header)
    };
    asked(parts)
        .or(who.lang)
        .or_else(|| cookies::get(&parts.headers, "lang").and_then(Lang::from_code))
        .or_else(wished)
        .unwrap_or_default()
}

/// Remembers a language that was asked for.
pub fn cookie(lang: Lang) -> String {
    format!("lang={}; Path=/; Max-Age={COOKIE_AGE_S}; SameSite=Lax", lang.code())
}
