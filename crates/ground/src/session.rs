//! What the way in and the room of people must agree on about sessions: the cookie's name and form, and how little of
//! a browser's name is kept.

use crate::city::CityFacts;

/// The cookie where the city is reached over https: bound to the host and to secure connections by its prefix.
pub const COOKIE: &str = "__Host-machiya";
/// The cookie on a machine of one's own, without https.
pub const COOKIE_LOCAL: &str = "machiya_local";

/// Whether people reach this city over https.
pub fn is_secure(facts: &CityFacts) -> bool {
    facts.public_url.starts_with("https://")
}

pub fn cookie_name(facts: &CityFacts) -> &'static str {
    if is_secure(facts) { COOKIE } else { COOKIE_LOCAL }
}

/// The `Set-Cookie` value that hands a session to a browser.
pub fn cookie(facts: &CityFacts, token: &str, age_s: i64) -> String {
    let secure = if is_secure(facts) { "; Secure" } else { "" };
    format!("{}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}", cookie_name(facts))
}

/// The `Set-Cookie` value that takes it back.
pub fn no_cookie(facts: &CityFacts) -> String {
    cookie(facts, "", 0)
}

/// The cookie that binds what a browser has begun (a code that was sent, a provider that was asked) to this browser.
pub const ATTEMPT: &str = "__Host-machiya-attempt";
pub const ATTEMPT_LOCAL: &str = "machiya_attempt";

pub fn attempt_name(facts: &CityFacts) -> &'static str {
    if is_secure(facts) { ATTEMPT } else { ATTEMPT_LOCAL }
}

/// The `Set-Cookie` value for it. It comes along when another site leads the person back here.
pub fn attempt_cookie(facts: &CityFacts, handle: &str, age_s: i64) -> String {
    let secure = if is_secure(facts) { "; Secure" } else { "" };
    format!("{}={handle}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}", attempt_name(facts))
}

/// The session token among the cookies of a request.
pub fn token_in<'c>(facts: &CityFacts, cookies: &'c str) -> Option<&'c str> {
    let name = cookie_name(facts);
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, value)| *known == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// The family of a browser and its system ("Firefox / Windows"), so that people recognise their own sessions. The
/// rest of the header would tell people apart, and is not kept.
pub fn agent_family(header: &str) -> String {
    const BROWSERS: [(&str, &str); 9] = [
        ("Line/", "LINE"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| header.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} / {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;
    use proptest::prelude::*;

    fn facts(url: &str) -> CityFacts {
        CityFacts {
            name: "x".into(),
            zone: "Asia/Tokyo".into(),
            public_url: url.into(),
            hosts: vec![],
            languages: Lang::ALL.to_vec(),
            mail_from: String::new(),
            demo: false,
            rev: 1,
        }
    }

    #[test]
    fn https_gets_the_bound_cookie_and_nothing_else_does() {
        let secure = cookie(&facts("https://city.example"), "t", 60);
        assert_eq!(secure, "__Host-machiya=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let local = cookie(&facts("http://localhost:8080"), "t", 60);
        assert_eq!(local, "machiya_local=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
        assert!(no_cookie(&facts("https://city.example")).contains("Max-Age=0"));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let facts = facts("https://city.example");
        assert_eq!(token_in(&facts, "lang=ja; __Host-machiya=abc; text=large"), Some("abc"));
        assert_eq!(token_in(&facts, "machiya_local=abc; __Host-machiya="), None);
    }

    #[test]
    fn only_the_family_of_a_browser_is_kept() {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(agent_family(firefox), "Firefox / Windows");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile/15E148 Safari/604.1";
        assert_eq!(agent_family(safari), "Safari / iPhone");
        assert_eq!(agent_family("curl/8"), "");
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_crash(header in "\\PC{0,200}") {
            prop_assert!(agent_family(&header).len() < 40);
            let _ = token_in(&facts("https://city.example"), &header);
        }
    }
}
