//! Registering services: one proposes, another approves.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::forget_remembered;
use crate::actions::{Nothing, digest, outdated, whole_city};
use crate::model::names;
use crate::oauth::model::{ClientBody, Proof, Use};
use crate::oauth::store::clients::{self, Client, Named, Used};
use crate::oauth::store::tokens;
use crate::store::{accounts, written};

const DAY_MS: i64 = 24 * 3_600_000;
/// For so long the secret before still works, so that a service can change over.
const CHANGE_OVER_MS: i64 = 7 * DAY_MS;
/// Of how many days uses are shown.
const USED_DAYS: i64 = 30;

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskClients {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

pub const CLIENTS: Action<AskClients, List<Client>> =
    Action::reads("people.clients", whole_city, |tx, _, input: &AskClients| {
        let rows = clients::list(tx, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisClient {
    pub id: Id,
}

/// A client with everything that staff see of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClientView {
    pub client: Client,
    pub purposes: Vec<String>,
    pub proposed_by_name: String,
    pub approved_by_name: String,
    pub saved_by_name: String,
    /// Uses of the last thirty days.
    pub used: Vec<Used>,
    pub rev: i64,
}

fn view(tx: &mut Tx<'_>, cx: &Cx, id: &Id) -> Result<ClientView, Fault> {
    let client = clients::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    let since = cx.city().local(cx.now_ms() - USED_DAYS * DAY_MS).date().to_string();
    Ok(ClientView {
        purposes: clients::purposes(tx, id)?,
        proposed_by_name: accounts::shown_name(tx, &client.proposed_by)?,
        approved_by_name: accounts::shown_name(tx, &client.approved_by)?,
        saved_by_name: accounts::shown_name(tx, &client.saved_by)?,
        used: clients::used_since(tx, id, &since)?,
        rev: client.rev,
        client,
    })
}

fn this_client(tx: &mut Tx<'_>, _: &Cx, input: &ThisClient) -> Result<Object, Fault> {
    object(tx, &input.id)
}

fn object(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    clients::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("client", id))
}

pub const CLIENT: Action<ThisClient, ClientView> =
    Action::reads("people.client", this_client, |tx, cx, input| view(tx, cx, &input.id));

/// What can be chosen in the form.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Choices {
    pub recipients: Vec<Named>,
    pub purposes: Vec<Named>,
}

pub const CLIENT_CHOICES: Action<Nothing, Choices> =
    Action::reads("people.client_choices", whole_city, |tx, _, _| {
        Ok(Choices { recipients: clients::recipients(tx)?, purposes: clients::purposes_to_choose(tx)? })
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProposeClient {
    /// Absent for a service that is not known yet.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(dive)]
    pub client: ClientBody,
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

fn proposed(tx: &mut Tx<'_>, _: &Cx, input: &ProposeClient) -> Result<Object, Fault> {
    match &input.id {
        Some(id) => object(tx, id),
        None => Ok(Object::new("client", "")),
    }
}

/// What cannot be seen from one field alone.
fn judge(tx: &mut Tx<'_>, body: &ClientBody) -> Result<(), Fault> {
    let mut fault = Fault::invalid();
    let signs_in = body.has(Use::SignIn);
    if body.uses.is_empty() {
        fault = fault.and_field("client.uses", "field-required", &[]);
    }
    if signs_in && body.redirects.is_empty() {
        fault = fault.and_field("client.redirects", "field-required", &[]);
    }
    if body.has(Use::Refresh) && !signs_in {
        fault = fault.and_field("client.uses", "field-people-refresh-alone", &[]);
    }
    if body.has(Use::Service) && body.proof == Proof::Open {
        fault = fault.and_field("client.uses", "field-people-open-service", &[]);
    }
    if body.proof == Proof::Key && body.keys.trim().is_empty() {
        fault = fault.and_field("client.keys", "field-required", &[]);
    }
    // One host, one sector: a person's subject is the same within it, and nowhere else.
    if body.hosts().len() > 1 {
        fault = fault.and_field("client.redirects", "field-people-one-host", &[]);
    }
    if !clients::recipient_is_known(tx, &body.recipient)? {
        fault = fault.and_field("client.recipient", "field-people-recipient", &[]);
    }
    for (nth, purpose) in body.purposes.iter().enumerate() {
        if clients::recipient_of_purpose(tx, purpose)?.as_ref() != Some(&body.recipient) {
            fault = fault.and_field(
                format!("client.purposes[{nth}]"),
                "field-people-purpose-of-another",
                &[("purpose", purpose)],
            );
        }
    }
    if fault.fields().is_empty() { Ok(()) } else { Err(fault) }
}

/// Lays down what somebody wants to be registered. Nothing of it counts before somebody else has approved it.
pub const PROPOSE_CLIENT: Action<ProposeClient, ClientView> =
    Action::writes("people.propose_client", proposed, |tx, cx, input: &ProposeClient| {
        judge(tx, &input.client)?;
        let by = cx.who().written();
        let text = serde_json::to_string(&input.client).map_err(Fault::internal)?;
        let id = match &input.id {
            Some(id) => id.clone(),
            None => {
                let id = cx.id();
                let body = &input.client;
                let name = written(&names(None, &body.name, &body.name_easy, &body.name_en))?;
                clients::add(tx, &id, &name, &body.recipient)?;
                id
            }
        };
        if !clients::propose(tx, &id, &text, &by, cx.now_ms(), input.rev)? {
            return Err(outdated(&view(tx, cx, &id)?));
        }
        tx.emit(cx, "people.client_proposed", id.as_str(), json!({}))?;
        view(tx, cx, &id)
    })
    .emits(&["people.client_proposed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct JudgeClient {
    pub id: Id,
    /// Exactly what was looked at is approved, nothing that was put in its place in between.
    pub rev: i64,
}

fn judged(tx: &mut Tx<'_>, _: &Cx, input: &JudgeClient) -> Result<Object, Fault> {
    object(tx, &input.id)
}

fn as_seen(tx: &mut Tx<'_>, cx: &Cx, input: &JudgeClient) -> Result<(Client, ClientBody), Fault> {
    tx.lock(&format!("people/client/{}", input.id))?;
    let client = clients::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    if client.rev != input.rev {
        return Err(outdated(&view(tx, cx, &input.id)?));
    }
    let body =
        client.proposed.clone().ok_or_else(|| Fault::new(Kind::Conflict, "people-nothing-proposed"))?;
    Ok((client, body))
}

/// Lets what was proposed stand. Whoever proposed it cannot.
pub const APPROVE_CLIENT: Action<JudgeClient, ClientView> =
    Action::writes("people.approve_client", judged, |tx, cx, input: &JudgeClient| {
        let (client, body) = as_seen(tx, cx, input)?;
        let by = cx.who().written();
        if client.proposed_by == by {
            return Err(Fault::new(Kind::Refused, "people-own-proposal"));
        }
        judge(tx, &body)?;
        // Subjects stay what they are: the sector of a client is settled once.
        let sector = if client.sector.is_empty() { sector(&input.id, &body) } else { client.sector.clone() };
        let name = names(Some(&client.name), &body.name, &body.name_easy, &body.name_en);
        clients::approve(tx, &input.id, &written(&name)?, &body, &sector, &by, cx.now_ms())?;
        tx.enqueue(cx, crate::oauth::keys::ROTATE, None, &json!({}))?;
        forget_remembered(tx, cx);
        tx.emit(cx, "people.client_approved", input.id.as_str(), json!({}))?;
        view(tx, cx, &input.id)
    })
    .emits(&["people.client_approved"]);

/// Programs on people's own machines share no sector: anybody can be `localhost`.
fn sector(id: &Id, body: &ClientBody) -> String {
    let own_machine =
        |host: &String| host == "localhost" || host.starts_with("127.") || host.starts_with('[');
    let host = body.hosts().into_iter().next().filter(|host| !own_machine(host));
    host.unwrap_or_else(|| format!("client:{id}"))
}

/// Takes a proposal away: its author who thought again, or anybody else who would have had to approve it.
pub const REFUSE_CLIENT: Action<JudgeClient, Nothing> =
    Action::writes("people.refuse_client", judged, |tx, cx, input: &JudgeClient| {
        let (client, _) = as_seen(tx, cx, input)?;
        if client.approved_ms == 0 {
            clients::remove(tx, &input.id)?;
        } else {
            clients::propose(tx, &input.id, "", "", 0, client.rev)?;
        }
        tx.emit(cx, "people.client_refused", input.id.as_str(), json!({}))?;
        Ok(Nothing {})
    })
    .emits(&["people.client_refused"]);

/// Closes a service at once: its tokens and secrets are worth nothing from now on. One person is enough for that; to
/// open it again it is proposed anew.
pub const CLOSE_CLIENT: Action<ThisClient, ClientView> =
    Action::writes("people.close_client", this_client, |tx, cx, input: &ThisClient| {
        clients::close(tx, &input.id, &cx.who().written(), cx.now_ms())?;
        tokens::end_client(tx, &input.id)?;
        forget_remembered(tx, cx);
        tx.emit(cx, "people.client_closed", input.id.as_str(), json!({}))?;
        view(tx, cx, &input.id)
    })
    .emits(&["people.client_closed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SetClientSecret {
    #[garde(skip)]
    pub id: Id,
    /// The digest of a secret that the caller drew, and shows once.
    #[garde(custom(digest))]
    pub secret_digest: String,
    /// The secret before stops working now, not in a week: for one that got out.
    #[serde(default)]
    #[garde(skip)]
    pub at_once: bool,
}

fn of_secret(tx: &mut Tx<'_>, _: &Cx, input: &SetClientSecret) -> Result<Object, Fault> {
    object(tx, &input.id)
}

pub const SET_CLIENT_SECRET: Action<SetClientSecret, ClientView> =
    Action::writes("people.set_client_secret", of_secret, |tx, cx, input: &SetClientSecret| {
        let client = clients::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if !client.is_open() || client.proof != Proof::Secret {
            return Err(Fault::new(Kind::Conflict, "people-client-has-no-secret"));
        }
        let before_ends_ms = if input.at_once { 0 } else { cx.now_ms() + CHANGE_OVER_MS };
        let by = cx.who().written();
        clients::set_secret(tx, &input.id, &input.secret_digest, cx.now_ms(), before_ends_ms, &by)?;
        tx.emit(cx, "people.client_secret_set", input.id.as_str(), json!({}))?;
        view(tx, cx, &input.id)
    })
    .emits(&["people.client_secret_set"]);
