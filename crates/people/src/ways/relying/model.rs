//! What the city knows of another provider, and what the provider says of a person.

use ground::id::Id;
use ground::text::Text;
use ground::who::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a provider's form was filled in to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Everything is found from the issuer (OpenID Connect Discovery).
    #[default]
    Discovery,
    /// LINE Login: fixed addresses, ID tokens signed with the channel's secret.
    Line,
    /// The national digital authentication app (デジタル認証アプリ).
    National,
}

impl Preset {
    pub const ALL: [Preset; 3] = [Preset::Discovery, Preset::Line, Preset::National];

    pub fn name(self) -> &'static str {
        match self {
            Preset::Discovery => "discovery",
            Preset::Line => "line",
            Preset::National => "national",
        }
    }

    pub fn from_name(name: &str) -> Preset {
        Preset::ALL.into_iter().find(|one| one.name() == name).unwrap_or_default()
    }
}

/// How the city shows the provider that it is the one it says it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// Name and secret in a header (`client_secret_basic`).
    #[default]
    Basic,
    /// Name and secret in the body (`client_secret_post`).
    Post,
    /// A statement signed with a key of our own (`private_key_jwt`).
    Key,
    /// Nothing but PKCE (`none`).
    Public,
}

impl ClientAuth {
    pub const ALL: [ClientAuth; 4] =
        [ClientAuth::Basic, ClientAuth::Post, ClientAuth::Key, ClientAuth::Public];

    pub fn name(self) -> &'static str {
        match self {
            ClientAuth::Basic => "basic",
            ClientAuth::Post => "post",
            ClientAuth::Key => "key",
            ClientAuth::Public => "public",
        }
    }

    pub fn from_name(name: &str) -> ClientAuth {
        ClientAuth::ALL.into_iter().find(|one| one.name() == name).unwrap_or_default()
    }

    pub fn has_secret(self) -> bool {
        matches!(self, ClientAuth::Basic | ClientAuth::Post)
    }
}

/// Whether people see the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// Being set up; administrators alone see it.
    #[default]
    Draft,
    Open,
    /// No longer offered. Those who are linked come in some other way.
    Closed,
}

impl Offer {
    pub const ALL: [Offer; 3] = [Offer::Draft, Offer::Open, Offer::Closed];

    pub fn name(self) -> &'static str {
        match self {
            Offer::Draft => "draft",
            Offer::Open => "open",
            Offer::Closed => "closed",
        }
    }

    /// Whatever is not known is not shown.
    pub fn from_name(name: &str) -> Offer {
        Offer::ALL.into_iter().find(|one| one.name() == name).unwrap_or_default()
    }
}

/// How a provider may sign its ID tokens. There is no `none`, and the token never chooses by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Alg {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "ES384")]
    Es384,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
    /// With the secret that both share; never with anything that is public.
    #[serde(rename = "HS256")]
    Hs256,
}

impl Alg {
    pub const ALL: [Alg; 6] = [Alg::Es256, Alg::Es384, Alg::EdDsa, Alg::Rs256, Alg::Ps256, Alg::Hs256];

    pub fn name(self) -> &'static str {
        match self {
            Alg::Es256 => "ES256",
            Alg::Es384 => "ES384",
            Alg::EdDsa => "EdDSA",
            Alg::Rs256 => "RS256",
            Alg::Ps256 => "PS256",
            Alg::Hs256 => "HS256",
        }
    }

    pub fn from_name(name: &str) -> Option<Alg> {
        Alg::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What of the profile may be filled by a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Name,
    Kana,
    Birth,
    Postal,
    Address,
    Phone,
    Mail,
}

impl Place {
    pub const ALL: [Place; 7] =
        [Place::Name, Place::Kana, Place::Birth, Place::Postal, Place::Address, Place::Phone, Place::Mail];

    pub fn name(self) -> &'static str {
        match self {
            Place::Name => "name",
            Place::Kana => "kana",
            Place::Birth => "birth",
            Place::Postal => "postal",
            Place::Address => "address",
            Place::Phone => "phone",
            Place::Mail => "mail",
        }
    }
}

/// One claim of the provider and where it goes. A dot leads into an object: `address.formatted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Take {
    pub place: Place,
    pub claim: String,
}

/// Addresses of a provider that has no discovery. Empty means: found from the issuer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Endpoints {
    pub authorization: String,
    pub token: String,
    pub userinfo: String,
    pub keys: String,
}

impl Endpoints {
    pub fn is_given(&self) -> bool {
        !self.authorization.is_empty()
    }
}

/// A provider as it was set up. Its secret and its key stand among the city's sealed secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provider {
    pub id: Id,
    /// Its piece of the address people come back to; never changes.
    pub slug: String,
    pub label: Text,
    pub preset: Preset,
    pub issuer: String,
    pub endpoints: Endpoints,
    pub client_id: String,
    pub auth: ClientAuth,
    pub scopes: String,
    pub algs: Vec<Alg>,
    pub level: Level,
    /// The provider asks for two factors each time: counts as a strong sign-in.
    pub strong: bool,
    pub takes: Vec<Take>,
    /// Its e-mail addresses count as confirmed even when it does not say so of each.
    pub mail_is_confirmed: bool,
    /// Somebody whom nobody knows yet gets an account.
    pub may_register: bool,
    /// More for the way there: `bot_prompt=normal`, a line each.
    pub extra: String,
    /// Where it stands among the others.
    pub place: i64,
    pub state: Offer,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

impl Provider {
    /// The names of its secrets among the city's.
    pub fn secret_name(&self) -> String {
        format!("people.provider/{}/secret", self.id)
    }
    pub fn key_name(&self) -> String {
        format!("people.provider/{}/key", self.id)
    }
}

/// What a provider said of a person, checked and in the city's own forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub subject: String,
    pub values: Vec<(Place, String)>,
    /// Whether the e-mail address counts as confirmed.
    pub mail_confirmed: bool,
}

impl Said {
    pub fn value(&self, place: Place) -> &str {
        self.values.iter().find(|(known, _)| *known == place).map_or("", |(_, value)| value.as_str())
    }

    /// A confirmed address, or nothing.
    pub fn confirmed_mail(&self) -> &str {
        if self.mail_confirmed { self.value(Place::Mail) } else { "" }
    }
}
