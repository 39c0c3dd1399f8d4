//! Going to a provider and coming back: to sign in, or to link it to one's own account.

use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::door::is_own_path;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::text::Text;
use ground::who::Level;
use ground::{seal, secrets};
use ring::digest as ring_digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::super::model::{ClientAuth, Offer, Place, Provider, Said};
use super::super::outside::{self, Credentials};
use super::super::{claims, profile, store};
use super::set_up::{extra_pairs, redirect};
use crate::actions::sessions::{Shown, SignedIn};
use crate::actions::{Nothing, digest, own_account, whole_city};
use crate::store::accounts;
use crate::ways::attempt::{self, Kind};
use crate::ways::{self, Newcomer, WayKind};

/// How long somebody may take at the provider.
const ATTEMPT_MS: i64 = 15 * 60_000;

/// A provider that people can come in by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenProvider {
    pub slug: String,
    pub label: Text,
    pub issuer: String,
    pub level: Level,
}

pub const OPEN_PROVIDERS: Action<Nothing, Vec<OpenProvider>> =
    Action::reads("people.open_providers", whole_city, |tx, _, _| {
        let all = store::all(tx)?.into_iter().filter(|provider| provider.state == Offer::Open);
        Ok(all
            .map(|one| OpenProvider {
                slug: one.slug,
                label: one.label,
                issuer: one.issuer,
                level: one.level,
            })
            .collect())
    })
    .quick();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct GoToProvider {
    /// The provider's piece of the address.
    #[garde(length(max = 40))]
    pub provider: String,
    /// What this browser holds for what it has begun.
    #[garde(length(max = 64))]
    pub handle: String,
    /// Where the person wanted to go.
    #[serde(default)]
    #[garde(length(max = 2000))]
    pub back: String,
    /// Where to send the person, put there by the house before the transaction.
    #[serde(skip)]
    #[garde(skip)]
    found: Option<(Provider, outside::Found)>,
}

impl GoToProvider {
    pub fn new(provider: &str, handle: &str, back: &str) -> GoToProvider {
        GoToProvider {
            provider: provider.to_owned(),
            handle: handle.to_owned(),
            back: back.to_owned(),
            found: None,
        }
    }
}

/// Where to send the person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Gone {
    pub url: String,
}

/// What waits for the answer, sealed. The state is kept as a digest: what is in the store answers nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    provider: Id,
    issuer: String,
    state: String,
    nonce: String,
    verifier: String,
    names_itself: bool,
    /// Whom the provider is to be linked to, and the session that asked; none for signing in.
    link: Option<(Id, Option<Id>)>,
    back: String,
}

fn look_up(cx: Cx, mut input: GoToProvider) -> Boxed<'static, Result<GoToProvider, Fault>> {
    Box::pin(async move {
        let provider = open_provider(&cx, &input.provider).await?;
        let found = outside::found(&cx, &provider).await?;
        input.found = Some((provider, found));
        Ok(input)
    })
}

async fn open_provider(cx: &Cx, slug: &str) -> Result<Provider, Fault> {
    let slug = slug.to_owned();
    let provider = cx.city().db.read(move |tx| store::by_slug(tx, &slug)).await?;
    provider.filter(|provider| provider.state == Offer::Open).ok_or_else(Fault::missing)
}

/// Begins signing in through a provider.
pub const GO_TO_PROVIDER: Action<GoToProvider, Gone> =
    Action::writes("people.go_to_provider", whole_city, |tx, cx, input: &GoToProvider| {
        go(tx, cx, input, None)
    })
    .prepared_by(look_up)
    .unaudited()
    .answers_once()
    .rate(30, 15);

/// Begins linking a provider to one's own account.
pub const LINK_PROVIDER: Action<GoToProvider, Gone> =
    Action::writes("people.link_provider", own_account, |tx, cx, input: &GoToProvider| {
        let account = cx.who().account.clone().ok_or_else(Fault::signed_out)?;
        ways::fresh(cx)?;
        go(tx, cx, input, Some((account, cx.who().session.clone())))
    })
    .prepared_by(look_up)
    .answers_once()
    .rate(10, 5);

fn go(tx: &mut Tx<'_>, cx: &Cx, input: &GoToProvider, link: Option<(Id, Option<Id>)>) -> Result<Gone, Fault> {
    let Some((provider, found)) = &input.found else { return Err(Fault::missing()) };
    if !attempt::is_handle(&input.handle) {
        return Err(begin_again());
    }
    let [state, nonce, verifier] = [cx.secret(), cx.secret(), cx.secret()].map(seal::token);
    let waiting = Waiting {
        provider: provider.id.clone(),
        issuer: provider.issuer.clone(),
        state: seal::token_digest(&state),
        nonce: nonce.clone(),
        verifier: verifier.clone(),
        names_itself: found.names_itself,
        link,
        back: if is_own_path(&input.back) { input.back.clone() } else { String::new() },
    };
    attempt::begin(tx, cx, Kind::Provider, &input.handle, "", &waiting, ATTEMPT_MS)?;
    let mut url = Url::parse(&found.endpoints.authorization).map_err(Fault::internal)?;
    let challenge = seal::token(sha256(&verifier));
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &redirect(cx, &provider.slug))
        .append_pair("scope", &provider.scopes)
        .append_pair("state", &state)
        .append_pair("nonce", &nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .extend_pairs(extra_pairs(&provider.extra));
    Ok(Gone { url: url.into() })
}

fn sha256(text: &str) -> [u8; 32] {
    let digest = ring_digest::digest(&ring_digest::SHA256, text.as_bytes());
    let mut out = [0u8; 32];
    out.iter_mut().zip(digest.as_ref()).for_each(|(place, byte)| *place = *byte);
    out
}

/// Whatever does not belong to something this browser has begun: too late, a second time, from somewhere else.
fn begin_again() -> Fault {
    Fault::new(FaultKind::Invalid, "people-provider-begin-again")
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ComeBack {
    #[garde(length(max = 40))]
    pub provider: String,
    #[serde(default)]
    #[garde(length(max = 64))]
    pub handle: String,
    #[serde(default)]
    #[garde(length(max = 500))]
    pub state: String,
    #[serde(default)]
    #[garde(length(max = 4000))]
    pub code: String,
    /// Who the answer says it is from (RFC 9207).
    #[serde(default)]
    #[garde(length(max = 2000))]
    pub iss: String,
    #[serde(default)]
    #[garde(length(max = 500))]
    pub error: String,
    /// The digest of a token that the caller drew.
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
    /// What the provider said, put there by the house before the transaction.
    #[serde(skip)]
    #[garde(skip)]
    came: Option<Came>,
}

/// What a browser brought back in the address.
pub struct Brought<'a> {
    pub provider: &'a str,
    pub handle: &'a str,
    pub state: &'a str,
    pub code: &'a str,
    pub iss: &'a str,
    pub error: &'a str,
}

impl ComeBack {
    pub fn new(brought: &Brought<'_>, session_digest: String, agent: &str) -> ComeBack {
        ComeBack {
            provider: brought.provider.to_owned(),
            handle: brought.handle.to_owned(),
            state: brought.state.to_owned(),
            code: brought.code.to_owned(),
            iss: brought.iss.to_owned(),
            error: brought.error.to_owned(),
            session_digest,
            agent: agent.to_owned(),
            came: None,
        }
    }
}

#[derive(Clone, Debug)]
enum Came {
    Declined,
    Said { provider: Box<Provider>, said: Said, link: Option<(Id, Option<Id>)>, back: String },
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Back {
    SignedIn {
        signed_in: SignedIn,
        back: String,
    },
    /// The provider now is a way into one's own account.
    Linked {
        back: String,
    },
    /// Nobody knows this person yet: they give a name at `/sign-in/welcome`.
    Newcomer,
    /// The confirmed address belongs to an account: its owner signs in there as before, and links then.
    KnownAddress,
    /// Nobody knows this person, and this provider makes no accounts.
    Stranger,
    /// The person said no.
    Declined,
}

/// Errors by which people say no, or stop half-way (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).
const DECLINED: [&str; 5] = [
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
];

fn hear(cx: Cx, mut input: ComeBack) -> Boxed<'static, Result<ComeBack, Fault>> {
    Box::pin(async move {
        let provider = open_provider(&cx, &input.provider).await?;
        let (of, handle, state) = (provider.clone(), input.handle.clone(), input.state.clone());
        let taker = cx.clone();
        // Taken at once and for good: the same answer a second time finds nothing, whatever comes of this one.
        let waiting = cx.city().db.write(move |tx| take(tx, &taker, &of, &handle, &state)).await?;
        // An answer of another provider, sent to this one's address (RFC 9207 §2.4).
        if (!input.iss.is_empty() || waiting.names_itself) && input.iss != provider.issuer {
            return Err(outside::not_trusted("the answer is from another issuer"));
        }
        if !input.error.is_empty() {
            if DECLINED.contains(&input.error.as_str()) {
                input.came = Some(Came::Declined);
                return Ok(input);
            }
            let code = outside::plain_code(&input.error);
            return Err(outside::not_trusted(format!("the provider said {code}")));
        }
        if input.code.is_empty() {
            return Err(outside::not_trusted("the answer holds no code"));
        }
        let said = ask(&cx, &provider, &waiting, &input.code).await.inspect_err(|fault| {
            tracing::warn!(provider = %provider.id, code = fault.code(), why = fault.for_the_log(), "a provider's answer was not taken");
        })?;
        input.came =
            Some(Came::Said { provider: Box::new(provider), said, link: waiting.link, back: waiting.back });
        Ok(input)
    })
}

fn take(tx: &mut Tx<'_>, cx: &Cx, provider: &Provider, handle: &str, state: &str) -> Result<Waiting, Fault> {
    let found = attempt::open::<Waiting>(tx, cx, Kind::Provider, handle)?.ok_or_else(begin_again)?;
    let waiting = found.body;
    // A wrong state is no answer to this attempt; it stays open for the right one. Digests may be compared as texts.
    let fits = waiting.state == seal::token_digest(state)
        && waiting.provider == provider.id
        && waiting.issuer == provider.issuer;
    if !fits || !attempt::use_up(tx, cx, Kind::Provider, handle)? {
        return Err(begin_again());
    }
    Ok(waiting)
}

/// A code for what the provider says of the person, every step checked.
async fn ask(cx: &Cx, provider: &Provider, waiting: &Waiting, code: &str) -> Result<Said, Fault> {
    let found = outside::found(cx, provider).await?;
    let credentials = credentials(cx, provider).await?;
    let to = redirect(cx, &provider.slug);
    let tokens = outside::exchange(cx, provider, &found, &credentials, code, &to, &waiting.verifier).await?;
    let token = outside::check(cx, provider, &found, &credentials, &waiting.nonce, &tokens).await?;
    let subject =
        super::super::token::subject(&token).map_err(|wrong| outside::not_trusted(wrong.name()))?.to_owned();
    let more = outside::userinfo(cx, provider, &found, &credentials, &tokens, &subject).await?;
    Ok(claims::said(provider, &subject, &token, &more))
}

async fn credentials(cx: &Cx, provider: &Provider) -> Result<Credentials, Fault> {
    let (of, opener) = (provider.clone(), cx.clone());
    cx.city()
        .db
        .read(move |tx| {
            Ok(match of.auth {
                ClientAuth::Basic | ClientAuth::Post => {
                    Credentials { secret: secrets::get(tx, &opener, &of.secret_name())?, key: None }
                }
                ClientAuth::Key => {
                    Credentials { secret: None, key: secrets::get(tx, &opener, &of.key_name())? }
                }
                ClientAuth::Public => Credentials::default(),
            })
        })
        .await
}

/// Comes back from a provider with its answer.
pub const COME_BACK: Action<ComeBack, Back> =
    Action::writes("people.come_back", whole_city, |tx, cx, input: &ComeBack| match &input.came {
        None => Err(begin_again()),
        Some(Came::Declined) => Ok(Back::Declined),
        Some(Came::Said { provider, said, link: Some((account, session)), back }) => {
            link(tx, cx, provider, said, account, session.as_ref())?;
            Ok(Back::Linked { back: back.clone() })
        }
        Some(Came::Said { provider, said, link: None, back }) => sign_in(tx, cx, input, provider, said, back),
    })
    .prepared_by(hear)
    .emits(&[
        "people.signed_in",
        "people.signed_out",
        "people.way_added",
        "people.level_raised",
        "people.account_saved",
    ])
    .unaudited()
    .answers_once()
    .rate(30, 15);

/// What the person's history and event say they came by.
pub fn way_of(provider: &Provider) -> String {
    provider.slug.clone()
}

/// What is kept with the way: which provider it was.
fn body_of(provider: &Provider) -> String {
    serde_json::json!({"provider": provider.id}).to_string()
}

fn label_of(provider: &Provider, cx: &Cx) -> String {
    provider.label.read(cx.lang()).0.to_owned()
}

fn link(
    tx: &mut Tx<'_>,
    cx: &Cx,
    provider: &Provider,
    said: &Said,
    account: &Id,
    session: Option<&Id>,
) -> Result<(), Fault> {
    let who = cx.who();
    // Linked is what the one who asked owns, in the session they asked in; never what somebody else is signed in to now.
    if who.account.as_ref() != Some(account) || who.session.as_ref() != session {
        return Err(begin_again());
    }
    let issuer = &provider.issuer;
    ways::link(
        tx,
        cx,
        account,
        WayKind::Provider,
        issuer,
        &said.subject,
        &label_of(provider, cx),
        &body_of(provider),
    )?;
    profile::take_over(tx, cx, account, provider, said)?;
    let level = profile::level(tx, account, provider, said)?;
    ways::raise(tx, cx, account, level, &way_of(provider))
}

fn sign_in(
    tx: &mut Tx<'_>,
    cx: &Cx,
    input: &ComeBack,
    provider: &Provider,
    said: &Said,
    back: &str,
) -> Result<Back, Fault> {
    let issuer = &provider.issuer;
    if let Some(account) = ways::linked(tx, WayKind::Provider, issuer, &said.subject)? {
        if let Some(kept) = ways::store::by_subject(tx, WayKind::Provider, issuer, &said.subject)? {
            ways::store::note_used(tx, &kept.way.id, cx.now_ms())?;
        }
        profile::take_over(tx, cx, &account, provider, said)?;
        let level = profile::level(tx, &account, provider, said)?;
        let way = way_of(provider);
        let shown = Shown { way: &way, strong: provider.strong };
        let signed_in = ways::come_in(tx, cx, &account, shown, level, &input.session_digest, &input.agent)?;
        return Ok(Back::SignedIn { signed_in, back: back.to_owned() });
    }
    let mail = said.confirmed_mail();
    // Whoever owns an address at the provider may not be who owns the account: they show that first.
    if !mail.is_empty() && accounts::by_mail(tx, mail)?.is_some() {
        return Ok(Back::KnownAddress);
    }
    if !provider.may_register {
        return Ok(Back::Stranger);
    }
    let newcomer = Newcomer {
        mail: mail.to_owned(),
        name: said.value(Place::Name).to_owned(),
        way: way_of(provider),
        level: profile::newcomers_level(provider, said),
        link: Some((
            WayKind::Provider,
            issuer.clone(),
            said.subject.clone(),
            label_of(provider, cx),
            profile::for_later(cx, provider, said)?,
        )),
        back: back.to_owned(),
    };
    ways::expect_newcomer(tx, cx, &input.handle, &newcomer)?;
    Ok(Back::Newcomer)
}
