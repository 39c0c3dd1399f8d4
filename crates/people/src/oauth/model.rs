//! What a client is, as staff register it.

use std::collections::BTreeSet;

use garde::Validate;
use ground::id::Id;
use ground::validate::rule;
use ground::who::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// How a client shows that it is itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A secret that the city gave it (`client_secret_basic`, `client_secret_post`).
    #[default]
    Secret,
    /// A statement signed with its own key (`private_key_jwt`).
    Key,
    /// Nothing: a program in people's own hands. Its codes are bound to it by PKCE.
    Open,
}

impl Proof {
    pub const ALL: [Proof; 3] = [Proof::Secret, Proof::Key, Proof::Open];

    pub fn name(self) -> &'static str {
        match self {
            Proof::Secret => "secret",
            Proof::Key => "key",
            Proof::Open => "open",
        }
    }

    /// Whatever is not known proves nothing by itself, and so can do the least.
    pub fn from_name(name: &str) -> Proof {
        Proof::ALL.into_iter().find(|proof| proof.name() == name).unwrap_or(Proof::Open)
    }
}

/// What a client does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// People sign in there with their account here.
    SignIn,
    /// It stays connected between visits (refresh tokens).
    Refresh,
    /// It comes by itself, in nobody's name (client credentials).
    Service,
}

impl Use {
    pub const ALL: [Use; 3] = [Use::SignIn, Use::Refresh, Use::Service];

    pub fn name(self) -> &'static str {
        match self {
            Use::SignIn => "sign_in",
            Use::Refresh => "refresh",
            Use::Service => "service",
        }
    }

    pub fn from_name(name: &str) -> Option<Use> {
        Use::ALL.into_iter().find(|one| one.name() == name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// Nobody has approved it yet.
    Proposed,
    Open,
    Closed,
}

impl ClientState {
    pub const ALL: [ClientState; 3] = [ClientState::Proposed, ClientState::Open, ClientState::Closed];

    pub fn name(self) -> &'static str {
        match self {
            ClientState::Proposed => "proposed",
            ClientState::Open => "open",
            ClientState::Closed => "closed",
        }
    }

    pub fn from_name(name: &str) -> ClientState {
        ClientState::ALL.into_iter().find(|state| state.name() == name).unwrap_or(ClientState::Closed)
    }
}

/// The algorithm of the tokens about people that the client reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenAlg {
    #[default]
    Es256,
    Rs256,
}

impl TokenAlg {
    pub const ALL: [TokenAlg; 2] = [TokenAlg::Es256, TokenAlg::Rs256];

    pub fn name(self) -> &'static str {
        match self {
            TokenAlg::Es256 => "es256",
            TokenAlg::Rs256 => "rs256",
        }
    }

    pub fn from_name(name: &str) -> TokenAlg {
        TokenAlg::ALL.into_iter().find(|alg| alg.name() == name).unwrap_or_default()
    }

    pub fn jose(self) -> jose::Alg {
        match self {
            TokenAlg::Es256 => jose::Alg::Es256,
            TokenAlg::Rs256 => jose::Alg::Rs256,
        }
    }
}

const ADDRESS_BYTES_MAX: usize = 500;

/// What is registered of a client: proposed by one, approved by another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ClientBody {
    #[garde(length(chars, max = 80), custom(crate::actions::shown))]
    pub name: String,
    #[serde(default)]
    #[garde(length(chars, max = 80))]
    pub name_easy: String,
    #[serde(default)]
    #[garde(length(chars, max = 80))]
    pub name_en: String,
    /// Who gets what the client is given.
    #[garde(skip)]
    pub recipient: Id,
    /// The codes of the purposes that it may ask people for.
    #[serde(default)]
    #[garde(length(max = 50), inner(length(bytes, min = 1, max = 80)))]
    pub purposes: Vec<String>,
    #[serde(default)]
    #[garde(skip)]
    pub proof: Proof,
    #[garde(length(max = 3))]
    pub uses: Vec<Use>,
    #[serde(default)]
    #[garde(skip)]
    pub alg: TokenAlg,
    /// How sure the city must be of who somebody is before the client hears of them.
    #[serde(default)]
    #[garde(skip)]
    pub level: Level,
    /// Where codes are sent: exactly these addresses and no others.
    #[serde(default)]
    #[garde(length(max = 20), inner(custom(an_address)))]
    pub redirects: Vec<String>,
    /// Where people may be led after signing out.
    #[serde(default)]
    #[garde(length(max = 20), inner(custom(an_address)))]
    pub logouts: Vec<String>,
    /// The client's public keys (a JWK set), for a client that signs.
    #[serde(default)]
    #[garde(length(bytes, max = 16_000), custom(a_key_set))]
    pub keys: String,
}

impl ClientBody {
    pub fn has(&self, one: Use) -> bool {
        self.uses.contains(&one)
    }

    /// The hosts of the addresses that codes are sent to. Clients of one sector share a host.
    pub fn hosts(&self) -> BTreeSet<String> {
        self.redirects
            .iter()
            .filter_map(|address| Url::parse(address).ok()?.host_str().map(str::to_owned))
            .collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn an_address(text: &str, (): &()) -> garde::Result {
    if is_address(text) { Ok(()) } else { Err(rule("field-people-redirect", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn a_key_set(text: &str, (): &()) -> garde::Result {
    if text.trim().is_empty() {
        return Ok(());
    }
    match jose::Jwks::read(text) {
        Ok(keys) if !keys.usable().is_empty() => Ok(()),
        Err(jose::Wrong::Key) => Err(rule("field-people-keys-private", &[])),
        _ => Err(rule("field-people-keys", &[])),
    }
}

/// An address that a code may be sent to: over https, or on the person's own machine; nothing that a browser or a
/// server could read in two ways.
pub fn is_address(text: &str) -> bool {
    if text.len() > ADDRESS_BYTES_MAX
        || !text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
        || text.contains('\\')
    {
        return false;
    }
    let Ok(url) = Url::parse(text) else { return false };
    let own_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    (url.scheme() == "https" || (url.scheme() == "http" && own_machine))
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && !text.contains('#')
        && !text.contains('*')
        // What was typed is what is compared: an address that reads otherwise once parsed is refused.
        && (url.as_str() == text || url.as_str() == format!("{text}/"))
}

/// The origin of an address, for the page that sends a form there.
pub fn origin_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    is_address(address).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_go_over_https_or_stay_on_the_machine() {
        for good in [
            "https://library.example/callback",
            "https://library.example/callback?city=1",
            "https://library.example",
            "http://localhost:9090/callback",
            "http://127.0.0.1:4000/cb",
            "http://[::1]:4000/cb",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "http://library.example/callback",
            "http://localhost.evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "library:/callback",
            "https://user@library.example/",
            "https://library.example/#x",
            "https://*.library.example/",
            "https://library.example\\@evil.example/",
            "https://library.example/a/../b",
            "HTTPS://library.example/",
            "//library.example/",
            "/callback",
            "",
            "https://図書館.example/",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn names_are_those_that_are_sent() {
        for one in Use::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), one.name());
            assert_eq!(Use::from_name(one.name()), Some(one));
        }
        for proof in Proof::ALL {
            assert_eq!(serde_json::to_value(proof).unwrap(), proof.name());
            assert_eq!(Proof::from_name(proof.name()), proof);
        }
        for state in ClientState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(ClientState::from_name(state.name()), state);
        }
        for alg in TokenAlg::ALL {
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.name());
            assert_eq!(TokenAlg::from_name(alg.name()), alg);
        }
    }

    proptest! {
        #[test]
        fn any_address_is_judged_without_a_crash(text in "(https?|javascript|data)?:?/{0,3}[!-~]{0,60}|\\PC{0,40}") {
            if is_address(&text) {
                prop_assert!(text.starts_with("https://") || text.starts_with("http://"));
                prop_assert!(origin_of(&text).is_some_and(|origin| text.starts_with(&origin)));
            }
        }
    }
}
