//! What the headers of a request say (clauses 6.3.4 and 6.3.5).

use http::{HeaderMap, HeaderName, header};
use ngsi::Error;

use crate::ask::Accept;

/// The representations that may be had, in the order of the specification.
const OFFERED: [(&str, Accept); 3] = [
    ("application/json", Accept::Json),
    ("application/ld+json", Accept::Ld),
    ("application/geo+json", Accept::Geo),
];
/// Ranges of one header that are looked at.
const RANGES_MAX: usize = 50;
const LD_CONTEXT: &str = "http://www.w3.org/ns/json-ld#context";

/// What a header says in all its lines, separated by commas.
pub fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The representation to answer with; nothing when none is acceptable. Every offer has the weight of the most specific
/// range that names it (RFC 9110, section 12.5.1).
pub fn accepted(accept: Option<&str>, geo: bool) -> Option<Accept> {
    let Some(accept) = accept.map(str::trim).filter(|accept| !accept.is_empty()) else {
        return Some(Accept::Json);
    };
    let ranges: Vec<(String, u32)> = accept.split(',').take(RANGES_MAX).map(range).collect();
    let weight = |offer: &str| {
        let rank = |range: &str| match range {
            _ if range == offer => 3,
            "application/*" => 2,
            "*/*" => 1,
            _ => 0,
        };
        let best =
            ranges.iter().filter(|(range, _)| rank(range) > 0).max_by_key(|(range, q)| (rank(range), *q));
        best.map_or(0, |(_, q)| *q)
    };
    let mut found: Option<(Accept, u32)> = None;
    for (name, offer) in OFFERED.iter().filter(|(_, offer)| geo || *offer != Accept::Geo) {
        let own = weight(name);
        if own > 0 && found.is_none_or(|(_, best)| own > best) {
            found = Some((*offer, own));
        }
    }
    found.map(|(offer, _)| offer)
}

/// A range without its parameters, and its weight in thousandths. A weight that cannot be read does not count.
fn range(text: &str) -> (String, u32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let q = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .and_then(|(_, value)| value.trim().parse::<f64>().ok())
        .filter(|q| (0.0..=1.0).contains(q));
    (name, q.map_or(1000, |q| (q * 1000.0).round() as u32))
}

/// What a body is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    Json,
    Ld,
    MergePatch,
}

/// The type of a body; nothing when nobody here reads it.
pub fn body_type(headers: &HeaderMap) -> Option<BodyType> {
    let said = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Some(BodyType::Json),
        "application/ld+json" => Some(BodyType::Ld),
        "application/merge-patch+json" => Some(BodyType::MergePatch),
        _ => None,
    }
}

/// The address of the @context in a Link header (RFC 8288); other links are none of ours.
pub fn context_link(link: Option<&str>) -> Result<Option<String>, Error> {
    let mut found: Option<String> = None;
    let mut rest = link.unwrap_or_default();
    while let Some((_, after)) = rest.split_once('<') {
        let Some((url, tail)) = after.split_once('>') else {
            return Err(Error::bad("the Link header has a < without its >").under("Link"));
        };
        let (parameters, next) = parameters(tail);
        rest = next;
        let is_context = parameters.iter().any(|(name, value)| {
            name == "rel" && value.split_ascii_whitespace().any(|one| one == LD_CONTEXT)
        });
        if is_context {
            let url = url.trim().to_owned();
            if found.as_ref().is_some_and(|known| *known != url) {
                return Err(
                    Error::bad("the Link header names two @contexts; name one that holds both").under("Link")
                );
            }
            found = Some(url);
        }
    }
    Ok(found)
}

/// The parameters behind a link, up to the comma before the next; quoted values may hold commas.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let (mut all, mut piece, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    let mut add = |piece: &mut String| {
        if let Some((name, value)) = piece.split_once('=') {
            all.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        piece.clear();
    };
    let mut rest = "";
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                piece.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => add(&mut piece),
            ',' if !quoted => {
                rest = text.get(at + 1..).unwrap_or_default();
                break;
            }
            _ => piece.push(c),
        }
    }
    add(&mut piece);
    (all, rest)
}

/// What `Prefer` says of a name: `body=json`, `ngsi-ld=1.6`.
pub fn preferred<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|one| {
            let (known, value) = one.split_once('=')?;
            (known.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clause_6_3_4_the_representation_is_chosen_by_weight_and_then_by_the_list() {
        for (accept, geo, chosen) in [
            ("", true, Some(Accept::Json)),
            ("*/*", true, Some(Accept::Json)),
            ("application/ld+json, application/json", true, Some(Accept::Json)),
            ("application/json;q=0.1, application/ld+json;q=0.9", true, Some(Accept::Ld)),
            ("application/json;q=0, */*", true, Some(Accept::Ld)),
            ("*/*;q=0.9, application/ld+json;q=0.8", true, Some(Accept::Json)),
            ("application/ld+json;q=notanumber", true, Some(Accept::Ld)),
            ("application/geo+json", true, Some(Accept::Geo)),
            ("application/geo+json", false, None),
            ("application/geo+json;q=0.9, application/ld+json;q=0.1", false, Some(Accept::Ld)),
            ("text/html", true, None),
        ] {
            assert_eq!(accepted(Some(accept), geo), chosen, "{accept}");
        }
    }

    #[test]
    fn clause_6_3_5_the_context_stands_in_the_link_header() {
        let link = |text: &str| context_link(Some(text));
        let own = r#"<https://a.example/c?x=1,2>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json""#;
        assert_eq!(link(own).unwrap().as_deref(), Some("https://a.example/c?x=1,2"));
        let other = format!(r#"<https://b.example>; rel="next"; title="a, b", {own}"#);
        assert_eq!(link(&other).unwrap().as_deref(), Some("https://a.example/c?x=1,2"));
        assert_eq!(link(r#"<https://b.example>; rel="next""#).unwrap(), None);
        assert!(link(&format!("{own}, {}", own.replace("a.example", "b.example"))).is_err());
        assert!(link("<https://a.example").is_err());
    }

    proptest! {
        #[test]
        fn any_accept_header_is_read(text in "\\PC{0,80}", geo: bool) {
            let chosen = accepted(Some(&text), geo);
            prop_assert!(geo || chosen != Some(Accept::Geo));
        }

        #[test]
        fn what_stands_in_angles_is_found_whatever_surrounds_it(
            url in "https://[a-z]{1,8}\\.example/[a-z0-9?&=,;]{0,20}", title in "[a-z,;= ]{0,20}", noise in "\\PC{0,40}",
        ) {
            let text = format!("<https://x.example>; title=\"{title}\"; rel=prev, <{url}>; rel=\"{LD_CONTEXT}\"");
            prop_assert_eq!(context_link(Some(&text)).unwrap(), Some(url));
            let _ = context_link(Some(&noise));
        }
    }
}
