//! Setting providers up: listed, looked at, saved, tried.

use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::secrets;
use ground::validate::rule;
use ground::who::{Level, Object};
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::super::model::{Alg, ClientAuth, Endpoints, Offer, Preset, Provider, Take};
use super::super::{key, outside, store};
use crate::actions::{Nothing, outdated, shown, whole_city};
use crate::model::{exactly, names};
use crate::store::accounts;

/// A provider with what an administrator sees beside it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProviderView {
    pub provider: Provider,
    /// What the provider must know as the address to come back to.
    pub redirect: String,
    /// Whether a secret is set. It is never shown again.
    pub has_secret: bool,
    /// The public half of our key, for providers that know us by one.
    pub public_key: Option<Value>,
    /// How many accounts are linked to it.
    pub linked: i64,
    pub saved_by_name: String,
}

/// The one address a provider sends people back to: of the city's public address, and of this provider alone, so that
/// an answer of one provider never counts as an answer of another.
pub fn redirect(cx: &Cx, slug: &str) -> String {
    format!("{}/sign-in/with/{slug}/back", cx.city().facts().public_url.trim_end_matches('/'))
}

fn view(tx: &mut Tx<'_>, cx: &Cx, provider: Provider) -> Result<ProviderView, Fault> {
    let public_key = match secrets::get(tx, cx, &provider.key_name())? {
        Some(raw) => Some(key::public(&raw)?),
        None => None,
    };
    Ok(ProviderView {
        redirect: redirect(cx, &provider.slug),
        has_secret: secrets::get(tx, cx, &provider.secret_name())?.is_some(),
        public_key,
        linked: store::linked(tx, &provider.issuer)?,
        saved_by_name: accounts::shown_name(tx, &provider.saved_by)?,
        provider,
    })
}

pub const PROVIDERS: Action<Nothing, Vec<ProviderView>> =
    Action::reads("people.providers", whole_city, |tx, cx, _| {
        store::all(tx)?.into_iter().map(|provider| view(tx, cx, provider)).collect()
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisProvider {
    pub id: Id,
}

fn this_provider(_: &mut Tx<'_>, _: &Cx, input: &ThisProvider) -> Result<Object, Fault> {
    Ok(Object::new("provider", &input.id))
}

pub const PROVIDER: Action<ThisProvider, ProviderView> =
    Action::reads("people.provider", this_provider, |tx, cx, input: &ThisProvider| {
        let provider = store::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, cx, provider)
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveProvider {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[serde(default)]
    #[garde(skip)]
    pub preset: Preset,
    /// Its piece of the address. Kept as it is once the provider was saved.
    #[serde(default)]
    #[garde(custom(a_slug))]
    pub slug: String,
    #[garde(length(chars, max = 60), custom(shown))]
    pub label: String,
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub label_easy: String,
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub label_en: String,
    #[garde(custom(an_address))]
    pub issuer: String,
    #[serde(default)]
    #[garde(custom(addresses))]
    pub endpoints: Endpoints,
    #[garde(length(max = 255), custom(graphic))]
    pub client_id: String,
    #[serde(default)]
    #[garde(skip)]
    pub auth: ClientAuth,
    /// Empty leaves the secret as it is.
    #[serde(default)]
    #[garde(length(max = 500), custom(a_secret))]
    pub secret: String,
    /// Makes a new key of our own in place of the one before.
    #[serde(default)]
    #[garde(skip)]
    pub new_key: bool,
    #[garde(length(max = 300), custom(asks_openid))]
    pub scopes: String,
    #[garde(length(min = 1, max = 6))]
    pub algs: Vec<Alg>,
    #[serde(default)]
    #[garde(custom(a_level))]
    pub level: Level,
    #[serde(default)]
    #[garde(skip)]
    pub strong: bool,
    #[serde(default)]
    #[garde(custom(claims_once))]
    pub takes: Vec<Take>,
    #[serde(default)]
    #[garde(skip)]
    pub mail_is_confirmed: bool,
    #[serde(default)]
    #[garde(skip)]
    pub may_register: bool,
    #[serde(default)]
    #[garde(length(max = 500), custom(well_formed_extra))]
    pub extra: String,
    #[serde(default)]
    #[garde(range(min = 0, max = 9999))]
    pub place: i64,
    #[serde(default)]
    #[garde(skip)]
    pub state: Offer,
    /// The revision this was edited from; 0 for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

type Checked = garde::Result;

/// Ways of the city's own. A provider of such a name would be taken for one of them in people's history.
const OWN_WAYS: [&str; 8] = ["mail", "passkey", "totp", "paper", "link", "counter", "demo", "provider"];

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn a_slug(text: &str, (): &()) -> Checked {
    let good = text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !OWN_WAYS.contains(&text);
    if good { Ok(()) } else { Err(rule("field-people-slug", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn an_address(text: &str, (): &()) -> Checked {
    if outside::is_address(text) && !text.contains('?') {
        Ok(())
    } else {
        Err(rule("field-people-provider-address", &[]))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn addresses(given: &Endpoints, (): &()) -> Checked {
    let all = [&given.authorization, &given.token, &given.userinfo, &given.keys];
    let good = all.iter().all(|text| text.is_empty() || outside::is_address(text));
    // Half of them found and half given would belong to two providers.
    let whole = given.authorization.is_empty() == given.token.is_empty()
        && (given.is_given() || (given.userinfo.is_empty() && given.keys.is_empty()));
    if good && whole { Ok(()) } else { Err(rule("field-people-provider-addresses", &[])) }
}

/// What RFC 6749 lets a secret be (VSCHAR); empty leaves it as it is.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn a_secret(text: &str, (): &()) -> Checked {
    let good = text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
    if good { Ok(()) } else { Err(rule("field-pattern", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn graphic(text: &str, (): &()) -> Checked {
    if text.is_empty() {
        Err(rule("field-required", &[]))
    } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(rule("field-pattern", &[]))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn asks_openid(text: &str, (): &()) -> Checked {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if plain && text.split_whitespace().any(|scope| scope == "openid") {
        Ok(())
    } else {
        Err(rule("field-people-provider-scopes", &[]))
    }
}

/// Nobody at a provider has seen the person at our counter.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn a_level(level: &Level, (): &()) -> Checked {
    if *level == Level::Counter { Err(rule("field-people-provider-level", &[])) } else { Ok(()) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
#[expect(clippy::ptr_arg, reason = "garde hands over the field as it is")]
fn claims_once(given: &Vec<Take>, (): &()) -> Checked {
    let good = given.iter().all(|take| {
        (1..=100).contains(&take.claim.len()) && take.claim.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let twice = given
        .iter()
        .enumerate()
        .any(|(at, take)| given.iter().skip(at + 1).any(|other| other.place == take.place));
    if good && !twice { Ok(()) } else { Err(rule("field-people-provider-claim", &[])) }
}

/// Names that the protocol gives itself; nobody sets them by hand.
const OWN_NAMES: [&str; 12] = [
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
];

/// `name=value`, a line each.
pub fn extra_pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .filter_map(|line| line.trim().split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn well_formed_extra(text: &str, (): &()) -> Checked {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let pairs: Vec<_> = extra_pairs(text).collect();
    let good = lines == pairs.len()
        && pairs.iter().all(|(name, value)| {
            let word =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            word && !OWN_NAMES.contains(name) && !value.chars().any(char::is_control)
        });
    if good { Ok(()) } else { Err(rule("field-people-provider-extra", &[])) }
}

fn saved_provider(_: &mut Tx<'_>, _: &Cx, input: &SaveProvider) -> Result<Object, Fault> {
    Ok(Object::new("provider", input.id.as_ref().map_or("", |id| id.as_str())))
}

pub const SAVE_PROVIDER: Action<SaveProvider, ProviderView> =
    Action::writes("people.save_provider", saved_provider, |tx, cx, input: &SaveProvider| {
        store::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(store::by_id(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, cx, before.clone())?));
        }
        let provider = checked(tx, cx, input, before.as_ref())?;
        keep_secrets(tx, cx, input, &provider)?;
        ready(tx, cx, &provider)?;
        let moved = before
            .as_ref()
            .is_some_and(|before| before.issuer != provider.issuer || before.endpoints != provider.endpoints);
        if moved {
            store::forget_found(tx, &provider.id)?;
        }
        store::put(tx, &provider)?;
        tx.emit(
            cx,
            "people.provider_saved",
            provider.id.as_str(),
            serde_json::json!({"rev": provider.rev, "state": provider.state.name()}),
        )?;
        view(tx, cx, provider)
    })
    .emits(&["people.provider_saved"]);

/// The provider as it is to be. Called under the lock.
fn checked(
    tx: &mut Tx<'_>,
    cx: &Cx,
    input: &SaveProvider,
    before: Option<&Provider>,
) -> Result<Provider, Fault> {
    let all = store::all(tx)?;
    let other = |one: &&Provider| before.is_none_or(|before| before.id != one.id);
    if before.is_none() && i64::try_from(all.len()).unwrap_or(i64::MAX) >= store::PROVIDERS_MAX {
        return Err(Fault::too_large(store::PROVIDERS_MAX));
    }
    let slug = before.map_or(input.slug.as_str(), |before| &before.slug);
    if slug.is_empty() {
        return Err(Fault::field("slug", "field-required"));
    }
    if all.iter().filter(other).any(|one| one.slug == slug) {
        return Err(Fault::field("slug", "field-people-provider-slug-taken"));
    }
    // Accounts are linked to a subject of an issuer: two ways to the same issuer would be one.
    if all.iter().filter(other).any(|one| one.issuer == input.issuer) {
        return Err(Fault::field("issuer", "field-people-provider-issuer-taken"));
    }
    if let Some(before) = before
        && before.issuer != input.issuer
        && store::linked(tx, &before.issuer)? > 0
    {
        return Err(Fault::field("issuer", "field-people-provider-issuer-linked"));
    }
    let mut algs = input.algs.clone();
    algs.sort_unstable();
    algs.dedup();
    if algs.contains(&Alg::Hs256) && !input.auth.has_secret() {
        return Err(Fault::field("algs", "field-people-provider-shared-secret"));
    }
    Ok(Provider {
        id: before.map_or_else(|| cx.id(), |before| before.id.clone()),
        slug: slug.to_owned(),
        label: names(before.map(|before| &before.label), &input.label, &input.label_easy, &input.label_en),
        preset: before.map_or(input.preset, |before| before.preset),
        issuer: input.issuer.clone(),
        endpoints: input.endpoints.clone(),
        client_id: input.client_id.clone(),
        auth: input.auth,
        scopes: input.scopes.split_whitespace().collect::<Vec<_>>().join(" "),
        algs,
        level: input.level,
        strong: input.strong,
        takes: input.takes.clone(),
        mail_is_confirmed: input.mail_is_confirmed,
        may_register: input.may_register,
        extra: extra_pairs(&input.extra).map(|(name, value)| format!("{name}={value}\n")).collect(),
        place: input.place,
        state: input.state,
        rev: before.map_or(0, |before| before.rev) + 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
    })
}

fn keep_secrets(tx: &mut Tx<'_>, cx: &Cx, input: &SaveProvider, provider: &Provider) -> Result<(), Fault> {
    if provider.auth.has_secret() && !input.secret.is_empty() {
        secrets::put(tx, cx, &provider.secret_name(), input.secret.as_bytes())?;
    }
    if provider.auth == ClientAuth::Key {
        let has = secrets::get(tx, cx, &provider.key_name())?.is_some();
        if !has || input.new_key {
            let raw = key::new_key(cx.secret()).or_else(|| key::new_key(cx.secret()));
            let raw = raw.ok_or_else(|| Fault::internal("no key was drawn"))?;
            secrets::put(tx, cx, &provider.key_name(), &raw)?;
        }
    }
    Ok(())
}

/// People are sent only where something awaits them.
fn ready(tx: &mut Tx<'_>, cx: &Cx, provider: &Provider) -> Result<(), Fault> {
    if provider.state != Offer::Open || !provider.auth.has_secret() {
        return Ok(());
    }
    match secrets::get(tx, cx, &provider.secret_name())? {
        Some(_) => Ok(()),
        None => Err(Fault::field("secret", "field-people-provider-secret")),
    }
}

/// The same, as the form that the page shows.
pub fn as_input(provider: &Provider) -> SaveProvider {
    SaveProvider {
        id: Some(provider.id.clone()),
        preset: provider.preset,
        slug: provider.slug.clone(),
        label: exactly(&provider.label, Lang::Ja).to_owned(),
        label_easy: exactly(&provider.label, Lang::JaEasy).to_owned(),
        label_en: exactly(&provider.label, Lang::En).to_owned(),
        issuer: provider.issuer.clone(),
        endpoints: provider.endpoints.clone(),
        client_id: provider.client_id.clone(),
        auth: provider.auth,
        secret: String::new(),
        new_key: false,
        scopes: provider.scopes.clone(),
        algs: provider.algs.clone(),
        level: provider.level,
        strong: provider.strong,
        takes: provider.takes.clone(),
        mail_is_confirmed: provider.mail_is_confirmed,
        may_register: provider.may_register,
        extra: provider.extra.clone(),
        place: provider.place,
        state: provider.state,
        rev: provider.rev,
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct TryProvider {
    pub id: Id,
    /// What was found, put there by the house before the transaction.
    #[serde(skip)]
    tried: Option<Tried>,
}

impl TryProvider {
    pub fn new(id: Id) -> TryProvider {
        TryProvider { id, tried: None }
    }
}

/// What a look at a provider found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// Where people would be sent.
    pub authorization: String,
    pub keys: usize,
    /// Whether it says of itself in each answer who it is (RFC 9207).
    pub names_itself: bool,
}

fn tried_provider(_: &mut Tx<'_>, _: &Cx, input: &TryProvider) -> Result<Object, Fault> {
    Ok(Object::new("provider", &input.id))
}

fn look(cx: Cx, mut input: TryProvider) -> Boxed<'static, Result<TryProvider, Fault>> {
    Box::pin(async move {
        let id = input.id.clone();
        let provider =
            cx.city().db.read(move |tx| store::by_id(tx, &id)).await?.ok_or_else(Fault::missing)?;
        let (found, keys) = outside::look(&cx, &provider).await?;
        let host = Url::parse(&found.endpoints.authorization).ok();
        input.tried = Some(Tried {
            authorization: host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
            keys,
            names_itself: found.names_itself,
        });
        Ok(input)
    })
}

/// Looks whether a provider is there: its addresses and its keys.
pub const TRY_PROVIDER: Action<TryProvider, Tried> =
    Action::reads("people.try_provider", tried_provider, |_, _, input: &TryProvider| {
        input.tried.clone().ok_or_else(|| Fault::new(Kind::Invalid, "people-provider-away"))
    })
    .prepared_by(look);
