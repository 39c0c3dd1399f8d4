//! What a client asks for when it sends somebody here, read and judged (RFC 6749, OpenID Connect Core).

use garde::Validate;
use ground::form::FormData;
use ground::who::Level;
use ground::words::Lang;
use ring::digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The parameters of an authorization request, as sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct AuthRequest {
    #[garde(length(bytes, max = 100))]
    pub client_id: String,
    #[garde(length(bytes, max = 600))]
    pub redirect_uri: String,
    #[garde(length(bytes, max = 100))]
    pub response_type: String,
    #[garde(length(bytes, max = 100))]
    pub response_mode: String,
    #[garde(length(bytes, max = 2_000))]
    pub scope: String,
    #[garde(length(bytes, max = 2_000))]
    pub state: String,
    #[garde(length(bytes, max = 500))]
    pub nonce: String,
    #[garde(length(bytes, max = 200))]
    pub code_challenge: String,
    #[garde(length(bytes, max = 50))]
    pub code_challenge_method: String,
    #[garde(length(bytes, max = 100))]
    pub prompt: String,
    #[garde(length(bytes, max = 20))]
    pub max_age: String,
    #[garde(length(bytes, max = 500))]
    pub login_hint: String,
    #[garde(length(bytes, max = 200))]
    pub ui_locales: String,
    #[garde(length(bytes, max = 500))]
    pub acr_values: String,
    #[garde(length(bytes, max = 8_000))]
    pub request: String,
    #[garde(length(bytes, max = 600))]
    pub request_uri: String,
}

const NAMES: [&str; 16] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "ui_locales",
    "acr_values",
    "request",
    "request_uri",
];

/// A fault that the client is told of, by its name in the standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub error: &'static str,
    pub because: &'static str,
}

pub const fn told(error: &'static str, because: &'static str) -> Told {
    Told { error, because }
}

impl AuthRequest {
    /// Reads a query or a form. A parameter that stands there twice makes the whole unreadable (RFC 6749, 3.1).
    pub fn read(form: &FormData) -> Option<AuthRequest> {
        if NAMES.iter().any(|name| form.all(name).count() > 1) {
            return None;
        }
        // As it was sent: what comes back to the client must be what it sent.
        let of = |name: &str| form.all(name).next().unwrap_or_default().to_owned();
        Some(AuthRequest {
            client_id: of("client_id"),
            redirect_uri: of("redirect_uri"),
            response_type: of("response_type"),
            response_mode: of("response_mode"),
            scope: of("scope"),
            state: of("state"),
            nonce: of("nonce"),
            code_challenge: of("code_challenge"),
            code_challenge_method: of("code_challenge_method"),
            prompt: of("prompt"),
            max_age: of("max_age"),
            login_hint: of("login_hint"),
            ui_locales: of("ui_locales"),
            acr_values: of("acr_values"),
            request: of("request"),
            request_uri: of("request_uri"),
        })
    }

    /// As a query again, without what is empty.
    pub fn query(&self) -> String {
        let all = [
            &self.client_id,
            &self.redirect_uri,
            &self.response_type,
            &self.response_mode,
            &self.scope,
            &self.state,
            &self.nonce,
            &self.code_challenge,
            &self.code_challenge_method,
            &self.prompt,
            &self.max_age,
            &self.login_hint,
            &self.ui_locales,
            &self.acr_values,
            &self.request,
            &self.request_uri,
        ];
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in NAMES.iter().zip(all).filter(|(_, value)| !value.is_empty()) {
            out.append_pair(name, value);
        }
        out.finish()
    }

    /// What is wrong with it, once it is known who asks and where to answer.
    pub fn wrong(&self) -> Option<Told> {
        if !self.request.is_empty() {
            return Some(told("request_not_supported", "send the parameters one by one"));
        }
        if !self.request_uri.is_empty() {
            return Some(told("request_uri_not_supported", "send the parameters one by one"));
        }
        if self.response_type.is_empty() {
            return Some(told("invalid_request", "response_type is missing"));
        }
        if self.response_type != "code" {
            return Some(told("unsupported_response_type", "the only response_type is code"));
        }
        if !matches!(self.response_mode.as_str(), "" | "query") {
            return Some(told("invalid_request", "the only response_mode is query"));
        }
        if self.code_challenge.is_empty() {
            return Some(told("invalid_request", "code_challenge is missing: PKCE is required"));
        }
        if self.code_challenge_method != "S256" {
            return Some(told("invalid_request", "the only code_challenge_method is S256"));
        }
        if URL_SAFE_NO_PAD.decode(&self.code_challenge).ok().is_none_or(|digest| digest.len() != 32) {
            return Some(told("invalid_request", "code_challenge is not a SHA-256"));
        }
        if !self.scopes().any(|scope| scope == "openid") {
            return Some(told("invalid_scope", "scope must hold openid"));
        }
        let prompts: Vec<&str> = self.prompts().collect();
        let known = ["none", "login", "consent", "select_account"];
        if prompts.iter().any(|prompt| !known.contains(prompt)) {
            return Some(told("invalid_request", "this prompt is not known"));
        }
        if prompts.contains(&"none") && prompts.len() > 1 {
            return Some(told("invalid_request", "prompt=none stands alone"));
        }
        if !self.max_age.is_empty() && self.max_age_s().is_none() {
            return Some(told("invalid_request", "max_age is a number of seconds"));
        }
        None
    }

    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ').filter(|scope| !scope.is_empty())
    }

    fn prompts(&self) -> impl Iterator<Item = &str> {
        self.prompt.split(' ').filter(|prompt| !prompt.is_empty())
    }

    pub fn asks(&self, prompt: &str) -> bool {
        self.prompts().any(|one| one == prompt)
    }

    pub fn max_age_s(&self) -> Option<i64> {
        self.max_age.parse().ok().filter(|age: &i64| (0..=1_000_000_000).contains(age))
    }

    /// The first level that is asked for and known.
    pub fn level(&self) -> Option<Level> {
        self.acr_values.split(' ').find_map(level_of)
    }

    /// The first language that is asked for and spoken here.
    pub fn lang(&self) -> Option<Lang> {
        self.ui_locales.split(' ').find_map(|tag| {
            Lang::from_code(tag).or_else(|| Lang::from_code(tag.split('-').next().unwrap_or_default()))
        })
    }
}

const LEVEL: &str = "urn:machiya:level:";

/// How a level of assurance is called in tokens.
pub fn acr(level: Level) -> String {
    format!("{LEVEL}{}", level.name())
}

pub fn level_of(acr: &str) -> Option<Level> {
    let name = acr.strip_prefix(LEVEL)?;
    Level::ALL.into_iter().find(|level| level.name() == name)
}

/// Whether a verifier is the one that a challenge was made of (RFC 7636, S256).
pub fn is_verified(challenge: &str, verifier: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(allowed)
        && same(&URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())), challenge)
}

/// Compares without telling by its time how much was right.
pub fn same(one: &str, other: &str) -> bool {
    let different = one.bytes().zip(other.bytes()).fold(0, |so_far, (a, b)| so_far | (a ^ b));
    one.len() == other.len() && std::hint::black_box(different) == 0
}

/// Adds parameters to an address that may have some already.
pub fn with_params(address: &str, params: &[(&str, &str)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        out.append_pair(name, value);
    }
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{}", out.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good() -> AuthRequest {
        AuthRequest {
            client_id: "x".into(),
            redirect_uri: "https://library.example/cb".into(),
            response_type: "code".into(),
            scope: "openid profile".into(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            code_challenge_method: "S256".into(),
            ..AuthRequest::default()
        }
    }

    #[test]
    fn a_request_is_taken_only_with_everything_that_keeps_it_safe() {
        assert_eq!(good().wrong(), None);
        let wrong = |change: fn(&mut AuthRequest)| {
            let mut request = good();
            change(&mut request);
            request.wrong().map(|told| told.error)
        };
        assert_eq!(wrong(|asked| asked.code_challenge.clear()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.code_challenge_method = "plain".into()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.code_challenge_method.clear()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.code_challenge = "short".into()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.response_type = "token".into()), Some("unsupported_response_type"));
        assert_eq!(
            wrong(|asked| asked.response_type = "code id_token".into()),
            Some("unsupported_response_type")
        );
        assert_eq!(wrong(|asked| asked.response_mode = "fragment".into()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.scope = "profile".into()), Some("invalid_scope"));
        assert_eq!(wrong(|asked| asked.prompt = "none login".into()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.max_age = "-1".into()), Some("invalid_request"));
        assert_eq!(wrong(|asked| asked.request = "x.y.z".into()), Some("request_not_supported"));
        assert_eq!(wrong(|asked| asked.request_uri = "https://x".into()), Some("request_uri_not_supported"));
    }

    #[test]
    fn the_verifier_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_verified(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!is_verified(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!is_verified(challenge, challenge), "plain is not taken");
        assert!(!is_verified("", ""));
    }

    #[test]
    fn levels_and_languages_are_found_among_what_is_asked() {
        let request = AuthRequest {
            acr_values: "urn:other urn:machiya:level:counter".into(),
            ui_locales: "fr-CA en-US ja".into(),
            ..AuthRequest::default()
        };
        assert_eq!(request.level(), Some(Level::Counter));
        assert_eq!(request.lang(), Some(Lang::En));
        for level in Level::ALL {
            assert_eq!(level_of(&acr(level)), Some(level));
        }
    }

    #[test]
    fn a_parameter_twice_is_no_request() {
        let form = FormData::from_urlencoded("client_id=a&client_id=b").unwrap();
        assert_eq!(AuthRequest::read(&form), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(state in "\\PC{0,40}", scope in "[a-z: ]{0,20}", nonce in "[!-~]{0,20}") {
            let request = AuthRequest { state, scope, nonce, ..good() };
            let form = FormData::from_urlencoded(&request.query()).unwrap();
            prop_assert_eq!(AuthRequest::read(&form), Some(request));
        }

        #[test]
        fn any_query_is_read_without_a_crash(query in "\\PC{0,200}") {
            if let Ok(form) = FormData::from_urlencoded(&query)
                && let Some(request) = AuthRequest::read(&form)
            {
                let _ = (request.wrong(), request.level(), request.lang(), request.query());
            }
        }

        #[test]
        fn only_what_is_the_same_is_the_same(one in "[a-z]{0,8}", other in "[a-z]{0,8}") {
            prop_assert_eq!(same(&one, &other), one == other);
        }

        #[test]
        fn an_answer_keeps_to_its_address(value in "\\PC{0,40}") {
            let address = with_params("https://library.example/cb?x=1", &[("state", &value)]);
            prop_assert!(address.starts_with("https://library.example/cb?x=1&"));
            prop_assert!(address.bytes().all(|byte| (0x21..0x7f).contains(&byte)));
        }
    }
}
