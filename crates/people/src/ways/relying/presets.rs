//! Providers that many cities use, ready-made. Addresses as their makers publish them; a city adds its own client id.

use ground::who::Level;

use super::actions::set_up::SaveProvider;
use super::model::{Alg, ClientAuth, Endpoints, Offer, Place, Preset, Take};

/// What a new provider begins with.
struct Start {
    slug: &'static str,
    ja: &'static str,
    easy: &'static str,
    en: &'static str,
    issuer: &'static str,
    endpoints: Endpoints,
    auth: ClientAuth,
    scopes: &'static str,
    algs: &'static [Alg],
    level: Level,
    strong: bool,
    takes: Vec<Take>,
    may_register: bool,
    extra: &'static str,
}

fn take(place: Place, claim: &str) -> Take {
    Take { place, claim: claim.to_owned() }
}

fn start(preset: Preset) -> Start {
    match preset {
        Preset::Discovery => Start {
            slug: "",
            ja: "",
            easy: "",
            en: "",
            issuer: "",
            endpoints: Endpoints::default(),
            auth: ClientAuth::Basic,
            scopes: "openid profile email",
            algs: &[Alg::Es256, Alg::EdDsa, Alg::Rs256, Alg::Ps256],
            level: Level::Declared,
            strong: false,
            takes: vec![take(Place::Name, "name"), take(Place::Mail, "email")],
            may_register: true,
            extra: "",
        },
        Preset::Line => Start {
            slug: "line",
            ja: "LINE",
            easy: "LINE",
            en: "LINE",
            issuer: "https://access.line.me",
            endpoints: Endpoints {
                authorization: "https://access.line.me/oauth2/v2.1/authorize".to_owned(),
                token: "https://api.line.me/oauth2/v2.1/token".to_owned(),
                userinfo: String::new(),
                keys: "https://api.line.me/oauth2/v2.1/certs".to_owned(),
            },
            auth: ClientAuth::Post,
            scopes: "openid profile",
            // Tokens for the web carry the channel's secret; those for apps a key of the provider.
            algs: &[Alg::Es256, Alg::Hs256],
            level: Level::Declared,
            strong: false,
            takes: vec![take(Place::Name, "name")],
            may_register: true,
            extra: "bot_prompt=normal",
        },
        Preset::National => Start {
            slug: "national",
            ja: "デジタル認証アプリ（マイナンバーカード）",
            easy: "マイナンバーカードの アプリ",
            en: "Digital authentication app (My Number card)",
            issuer: "https://auth-and-sign.go.jp/api/realms/main",
            endpoints: Endpoints {
                authorization: "https://auth-and-sign.go.jp/api/realms/main/protocol/openid-connect/auth"
                    .to_owned(),
                token: "https://auth-and-sign.go.jp/api/realms/main/protocol/openid-connect/token".to_owned(),
                userinfo: "https://auth-and-sign.go.jp/api/realms/main/protocol/openid-connect/userinfo"
                    .to_owned(),
                keys: "https://auth-and-sign.go.jp/api/realms/main/protocol/openid-connect/certs".to_owned(),
            },
            auth: ClientAuth::Key,
            // Sex is the fourth of the basic attributes. Nothing in the city's profile asks for it, so it is not asked.
            scopes: "openid name address birthdate",
            algs: &[Alg::Es256],
            level: Level::National,
            strong: true,
            takes: vec![
                take(Place::Name, "name"),
                take(Place::Birth, "birthdate"),
                take(Place::Address, "address"),
            ],
            may_register: true,
            extra: "acr_values=aal3",
        },
    }
}

/// A provider as the form for a new one begins.
pub fn drafted(preset: Preset) -> SaveProvider {
    let start = start(preset);
    SaveProvider {
        id: None,
        preset,
        slug: start.slug.to_owned(),
        label: start.ja.to_owned(),
        label_easy: start.easy.to_owned(),
        label_en: start.en.to_owned(),
        issuer: start.issuer.to_owned(),
        endpoints: start.endpoints,
        client_id: String::new(),
        auth: start.auth,
        secret: String::new(),
        new_key: false,
        scopes: start.scopes.to_owned(),
        algs: start.algs.to_vec(),
        level: start.level,
        strong: start.strong,
        takes: start.takes,
        mail_is_confirmed: false,
        may_register: start.may_register,
        extra: start.extra.to_owned(),
        place: 0,
        state: Offer::Draft,
        rev: 0,
    }
}
