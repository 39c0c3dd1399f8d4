//! Somebody comes from a client to sign in there: what is asked of them, and their answer.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::text::Text;
use ground::who::{Level, Object, Who};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::{digest, own_account};
use crate::consent::decide::decide;
use crate::consent::model::Decision;
use crate::consent::store::{Standing, Stands, standing_of};
use crate::oauth::asked::{AuthRequest, Told, told};
use crate::oauth::model::Use;
use crate::oauth::store::clients::{self, Client};
use crate::oauth::store::connections::{self, Connection};
use crate::oauth::store::tokens::{self, Code, Family};
use crate::oauth::{PURPOSE_SCOPE, purpose_scope};
use crate::store::accounts;

const SECOND_MS: i64 = 1_000;
const DAY_MS: i64 = 24 * 3_600 * SECOND_MS;
const CODE_MS: i64 = 60 * SECOND_MS;
/// A client that stays connected does so for this long, and is then allowed anew.
const OFFLINE_MS: i64 = 90 * DAY_MS;
/// As long as the longest session; it ends with the session.
const ONLINE_MS: i64 = 30 * DAY_MS;

/// Scopes that need no registration.
const SCOPES: [&str; 5] = ["openid", "profile", "email", "phone", "address"];
const OFFLINE: &str = "offline_access";

/// A purpose that a client asks for, and where the person stands with it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AskedFor {
    pub standing: Standing,
    /// Whether the person has answered this client about this version.
    pub answered: bool,
}

/// What is known of a request before anybody answers it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Authorization {
    pub client: Id,
    pub name: Text,
    pub recipient: Text,
    /// Where the answer goes. Registered, so it may be sent there.
    pub redirect: String,
    /// What is wrong with the request, for the client, by its name in the standards.
    pub error: Option<String>,
    pub because: String,
    /// How sure the city must be of the person for this client.
    pub level_needed: Level,
    pub scopes: Vec<String>,
    pub purposes: Vec<AskedFor>,
    /// Whether the person has to be asked something before they go on.
    pub asks: bool,
}

/// The client and where to answer it. Whoever gets either wrong is told here and never sent anywhere.
fn addressed(tx: &mut Tx<'_>, request: &AuthRequest) -> Result<Client, Fault> {
    let unknown = || Fault::new(Kind::Invalid, "people-oauth-client");
    let id: Id = request.client_id.parse().map_err(|_| unknown())?;
    let client = clients::by_id(tx, &id)?.filter(|client| client.is_open() && client.has(Use::SignIn));
    let client = client.ok_or_else(unknown)?;
    if !client.redirects.contains(&request.redirect_uri) {
        return Err(Fault::new(Kind::Invalid, "people-oauth-redirect"));
    }
    Ok(client)
}

/// The scopes that are granted: known ones, and the purposes that are asked for by name or, without a name, all that
/// the client is registered for.
fn granted(
    tx: &mut Tx<'_>,
    client: &Client,
    request: &AuthRequest,
) -> Result<Result<Vec<String>, Told>, Fault> {
    let registered = clients::purposes(tx, &client.id)?;
    let mut scopes: Vec<String> = SCOPES
        .iter()
        .filter(|known| request.scopes().any(|scope| scope == **known))
        .map(|known| (*known).to_owned())
        .collect();
    if client.has(Use::Refresh) && request.scopes().any(|scope| scope == OFFLINE) {
        scopes.push(OFFLINE.to_owned());
    }
    let named: Vec<&str> = request.scopes().filter_map(|scope| scope.strip_prefix(PURPOSE_SCOPE)).collect();
    if named.iter().any(|purpose| !registered.iter().any(|known| known == purpose)) {
        return Ok(Err(told("invalid_scope", "a purpose that this client is not registered for")));
    }
    let wanted = registered.iter().filter(|known| named.is_empty() || named.contains(&known.as_str()));
    scopes.extend(wanted.map(|purpose| purpose_scope(purpose)));
    Ok(Ok(scopes))
}

fn look(tx: &mut Tx<'_>, cx: &Cx, request: &AuthRequest) -> Result<Authorization, Fault> {
    let client = addressed(tx, request)?;
    let mut out = Authorization {
        client: client.id.clone(),
        name: client.name.clone(),
        recipient: client.recipient_name.clone(),
        redirect: request.redirect_uri.clone(),
        error: None,
        because: String::new(),
        level_needed: client.level,
        scopes: Vec::new(),
        purposes: Vec::new(),
        asks: true,
    };
    let mut wrong = request.wrong();
    if wrong.is_none() {
        match granted(tx, &client, request)? {
            Ok(scopes) => out.scopes = scopes,
            Err(told) => wrong = Some(told),
        }
    }
    if let Some(told) = wrong {
        out.error = Some(told.error.to_owned());
        out.because = told.because.to_owned();
        return Ok(out);
    }
    let Some(account) = &cx.who().account else { return Ok(out) };
    let before = connections::get(tx, &client.id, account)?;
    let person_no = accounts::person_no(tx, account)?;
    let wanted: Vec<&str> = out.scopes.iter().filter_map(|scope| scope.strip_prefix(PURPOSE_SCOPE)).collect();
    for standing in standing_of(tx, person_no, cx.now_ms())? {
        if !wanted.contains(&standing.purpose.code.as_str()) || standing.purpose.recipient != client.recipient
        {
            continue;
        }
        let version = standing.purpose.version;
        let answered = standing.stands != Stands::Waiting
            && before.as_ref().and_then(|before| before.asked.get(&standing.purpose.code)) == Some(&version);
        out.purposes.push(AskedFor { standing, answered });
    }
    let told_all = |one: &AskedFor| one.answered;
    let known_scopes: Vec<&str> =
        before.as_ref().map(|before| before.scopes.split(' ').collect()).unwrap_or_default();
    let new_scope = out.scopes.iter().any(|scope| !known_scopes.contains(&scope.as_str()));
    out.asks = before.is_none() || new_scope || !out.purposes.iter().all(told_all);
    Ok(out)
}

fn asked_by(tx: &mut Tx<'_>, _: &Cx, request: &AuthRequest) -> Result<Object, Fault> {
    Ok(Object::new("client", addressed(tx, request)?.id))
}

/// Reads a request, for the page that asks the person.
pub const AUTHORIZATION: Action<AuthRequest, Authorization> =
    Action::reads("people.authorization", asked_by, look);

/// One decision on one purpose, on the version that was shown.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    #[garde(skip)]
    pub version: i64,
    #[garde(skip)]
    pub given: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    #[garde(dive)]
    pub request: AuthRequest,
    #[serde(default)]
    #[garde(dive, length(max = 50))]
    pub decisions: Vec<Decided>,
    /// The digest of a code that the caller drew.
    #[garde(custom(digest))]
    pub code_digest: String,
}

/// Where the person goes on with their code.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GoesOn {
    pub redirect: String,
}

/// Goes on to a client: keeps what the person decided on each purpose, and leaves a code for the client.
pub const CONNECT: Action<Connect, GoesOn> = Action::writes("people.connect", own_account, connect).emits(&[
    "people.connected",
    "people.consent_given",
    "people.consent_refused",
    "people.consent_withdrawn",
]);

fn connect(tx: &mut Tx<'_>, cx: &Cx, input: &Connect) -> Result<GoesOn, Fault> {
    // Whoever acts for somebody signs in elsewhere as themselves.
    let cx = &cx.acting_as(Who { acting: None, ..cx.who().clone() });
    let who = cx.who();
    let (Some(account), Some(session)) = (&who.account, &who.session) else {
        return Err(Fault::signed_out());
    };
    let ways = connections::session(tx, session)?.ok_or_else(Fault::signed_out)?;
    let seen = look(tx, cx, &input.request)?;
    if seen.error.is_some() {
        return Err(Fault::new(Kind::Invalid, "people-oauth-request"));
    }
    if who.level < seen.level_needed {
        return Err(Fault::not_sure_enough(seen.level_needed));
    }
    let person_no = accounts::person_no(tx, account)?;
    let mut fault = Fault::invalid();
    for asked in &seen.purposes {
        let purpose = &asked.standing.purpose;
        let decided = input.decisions.iter().find(|one| one.purpose == purpose.code);
        match decided {
            Some(decided) if asked.standing.stands != Stands::NotByConsent => {
                let word = if decided.given { Decision::Given } else { Decision::Refused };
                decide(tx, cx, person_no, &purpose.code, decided.version, word)?;
            }
            None if !asked.answered && asked.standing.stands != Stands::NotByConsent => {
                fault = fault.and_field(format!("purpose-{}", purpose.code), "field-people-decide", &[]);
            }
            _ => {}
        }
    }
    if !fault.fields().is_empty() {
        return Err(fault);
    }
    remember(tx, cx, account, &seen)?;
    let offline = seen.scopes.iter().any(|scope| scope == OFFLINE);
    let now_ms = cx.now_ms();
    let family = Family {
        id: cx.id(),
        client: seen.client.clone(),
        account: account.clone(),
        session: if offline { String::new() } else { session.to_string() },
        scopes: seen.scopes.join(" "),
        auth_ms: ways.2,
        level: who.level,
        amr: amr(&ways.0, ways.1).to_owned(),
        nonce: input.request.nonce.clone(),
        made_ms: now_ms,
        ends_ms: now_ms + if offline { OFFLINE_MS } else { ONLINE_MS },
    };
    tokens::begin_family(tx, &family)?;
    let code = Code {
        family: family.id.to_string(),
        client: seen.client.clone(),
        redirect: seen.redirect.clone(),
        challenge: input.request.code_challenge.clone(),
        made_ms: now_ms,
        ends_ms: now_ms + CODE_MS,
    };
    tokens::add_code(tx, &input.code_digest, &code)?;
    tx.emit(cx, "people.connected", seen.client.as_str(), json!({"account": account}))?;
    Ok(GoesOn { redirect: seen.redirect })
}

fn remember(tx: &mut Tx<'_>, cx: &Cx, account: &Id, seen: &Authorization) -> Result<(), Fault> {
    let mut connection = connections::get(tx, &seen.client, account)?.unwrap_or_else(Connection::default);
    let mut scopes: Vec<&str> = connection.scopes.split(' ').filter(|scope| !scope.is_empty()).collect();
    for scope in &seen.scopes {
        if !scopes.contains(&scope.as_str()) {
            scopes.push(scope);
        }
    }
    let scopes = scopes.join(" ");
    for asked in &seen.purposes {
        connection.asked.insert(asked.standing.purpose.code.clone(), asked.standing.purpose.version);
    }
    connection.scopes = scopes;
    connections::put(tx, &seen.client, account, &connection, cx.now_ms())
}

/// How somebody signed in, in the words of RFC 8176.
fn amr(way: &str, strong: bool) -> &'static str {
    match (way, strong) {
        ("passkey", _) => "hwk user",
        (_, true) => "otp mfa",
        ("mail" | "code", false) => "otp",
        _ => "",
    }
}
