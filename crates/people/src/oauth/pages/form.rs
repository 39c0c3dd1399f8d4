//! The form in which a service is proposed.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Choice, Field, Form, Group, Link, PageHead};
use ground::id::Id;
use ground::page::Visit;
use ground::who::Level;
use maud::{Markup, html};

use super::clients::{LIST, MENU, body_of};
use crate::actions::Nothing;
use crate::oauth::actions::clients::{
    CLIENT, CLIENT_CHOICES, Choices, ClientView, PROPOSE_CLIENT, ProposeClient, ThisClient,
};
use crate::oauth::model::{ClientBody, Proof, TokenAlg, Use};
use crate::oauth::store::clients::Named;
use crate::pages::{only_for, shell_under};

/// What the form holds when it is opened, or comes back.
#[derive(Default)]
struct Typed {
    id: Option<Id>,
    rev: i64,
    name: String,
    name_easy: String,
    name_en: String,
    recipient: String,
    purposes: Vec<String>,
    proof: String,
    uses: Vec<String>,
    alg: String,
    level: String,
    redirects: String,
    logouts: String,
    keys: String,
}

fn typed_of(view: &ClientView) -> Typed {
    let body = view.client.proposed.clone().unwrap_or_else(|| body_of(view));
    Typed {
        id: Some(view.client.id.clone()),
        rev: view.client.rev,
        name: body.name,
        name_easy: body.name_easy,
        name_en: body.name_en,
        recipient: body.recipient.to_string(),
        purposes: body.purposes,
        proof: body.proof.name().to_owned(),
        uses: body.uses.iter().map(|one| one.name().to_owned()).collect(),
        alg: body.alg.name().to_owned(),
        level: body.level.name().to_owned(),
        redirects: body.redirects.join("\n"),
        logouts: body.logouts.join("\n"),
        keys: body.keys,
    }
}

fn sent(visit: &Visit, id: Option<Id>) -> Typed {
    let form = &visit.form;
    let text = |name: &str| form.get(name).replace("\r\n", "\n");
    let all = |name: &str| form.all(name).map(str::to_owned).collect();
    Typed {
        id,
        rev: form.get("rev").parse().unwrap_or(0),
        name: text("name"),
        name_easy: text("name_easy"),
        name_en: text("name_en"),
        recipient: text("recipient"),
        purposes: all("purposes"),
        proof: text("proof"),
        uses: all("uses"),
        alg: text("alg"),
        level: text("level"),
        redirects: text("redirects"),
        logouts: text("logouts"),
        keys: text("keys"),
    }
}

fn input_of(typed: &Typed) -> Result<ProposeClient, Fault> {
    let lines =
        |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let recipient =
        typed.recipient.parse().map_err(|_| Fault::field("client.recipient", "field-required"))?;
    Ok(ProposeClient {
        id: typed.id.clone(),
        rev: typed.rev,
        client: ClientBody {
            name: typed.name.clone(),
            name_easy: typed.name_easy.clone(),
            name_en: typed.name_en.clone(),
            recipient,
            purposes: typed.purposes.clone(),
            proof: Proof::from_name(&typed.proof),
            uses: typed.uses.iter().filter_map(|name| Use::from_name(name)).collect(),
            alg: TokenAlg::from_name(&typed.alg),
            level: Level::from_name(&typed.level),
            redirects: lines(&typed.redirects),
            logouts: lines(&typed.logouts),
            keys: typed.keys.clone(),
        },
    })
}

fn form(visit: &Visit, typed: &Typed, choices: &Choices, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    // A fault of one line of a list is shown at the list.
    let wrong = |name: &str| {
        let whole = format!("client.{name}");
        let found = fault?.fields().iter().find(|field| {
            field.path == whole || field.path.strip_prefix(&whole).is_some_and(|rest| rest.starts_with('['))
        });
        found.map(|field| field.words(t))
    };
    let named = |one: &Named| Choice::new(one.key.clone(), one.name.read(visit.cx.lang()).0);
    let word =
        |kind: &str, name: &str| t.t(&format!("people-client-{kind}-{}", name.replace('_', "-"))).to_owned();
    let uses = Use::ALL.map(|one| {
        let hint = word("use-hint", one.name());
        Choice::new(one.name(), word("use", one.name())).hint(hint)
    });
    let proofs = Proof::ALL.map(|one| {
        let hint = word("proof-hint", one.name());
        Choice::new(one.name(), word("proof", one.name())).hint(hint)
    });
    let algs = TokenAlg::ALL.map(|one| Choice::new(one.name(), one.jose().name()));
    let levels = Level::ALL.map(|one| Choice::new(one.name(), word("level", one.name())));
    let action = match &typed.id {
        Some(id) => format!("{LIST}/{id}/edit"),
        None => "/staff/clients/new".to_owned(),
    };
    let back = typed.id.as_ref().map_or(LIST.to_owned(), |id| format!("{LIST}/{id}"));
    let purposes: Vec<Choice> = choices
        .purposes
        .iter()
        .map(|one| Choice::new(one.key.clone(), one.name.read(visit.cx.lang()).0).hint(one.key.clone()))
        .collect();
    let recipients = std::iter::once(Choice::new("", t.t("people-client-choose")))
        .chain(choices.recipients.iter().map(named));
    let mut out = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", typed.rev.to_string()))
        .group(
            Group::new(t.t("people-client-group-name"))
                .field(
                    Field::text("name", t.t("people-name-ja"))
                        .required()
                        .value(&typed.name)
                        .error_if(wrong("name")),
                )
                .field(
                    Field::text("name_easy", t.t("people-name-easy"))
                        .value(&typed.name_easy)
                        .error_if(wrong("name_easy")),
                )
                .field(
                    Field::text("name_en", t.t("people-name-en"))
                        .value(&typed.name_en)
                        .error_if(wrong("name_en")),
                )
                .field(
                    Field::select("recipient", t.t("people-oauth-recipient"), recipients)
                        .required()
                        .hint(t.t("people-client-recipient-hint"))
                        .value(&typed.recipient)
                        .error_if(wrong("recipient")),
                ),
        )
        .field(
            Field::checkboxes("uses", t.t("people-client-uses"), uses)
                .required()
                .values(typed.uses.iter().cloned())
                .error_if(wrong("uses")),
        );
    if !purposes.is_empty() {
        out = out.field(
            Field::checkboxes("purposes", t.t("people-client-purposes"), purposes)
                .hint(t.t("people-client-purposes-hint"))
                .values(typed.purposes.iter().cloned())
                .error_if(wrong("purposes")),
        );
    }
    out.group(
        Group::new(t.t("people-client-group-way"))
            .field(
                Field::radios("proof", t.t("people-client-proof"), proofs)
                    .required()
                    .value(&typed.proof)
                    .error_if(wrong("proof")),
            )
            .field(
                Field::textarea("keys", t.t("people-client-keys"))
                    .hint(t.t("people-client-keys-hint"))
                    .value(&typed.keys)
                    .error_if(wrong("keys")),
            )
            .field(
                Field::textarea("redirects", t.t("people-client-redirects"))
                    .hint(t.t("people-client-redirects-hint"))
                    .rows(3)
                    .value(&typed.redirects)
                    .error_if(wrong("redirects")),
            )
            .field(
                Field::textarea("logouts", t.t("people-client-logouts"))
                    .hint(t.t("people-client-redirects-hint"))
                    .rows(2)
                    .value(&typed.logouts)
                    .error_if(wrong("logouts")),
            ),
    )
    .group(
        Group::new(t.t("people-client-group-more"))
            .field(
                Field::select("level", t.t("people-client-level"), levels)
                    .hint(t.t("people-client-level-hint"))
                    .value(&typed.level),
            )
            .field(
                Field::radios("alg", t.t("people-client-alg"), algs)
                    .hint(t.t("people-client-alg-hint"))
                    .value(&typed.alg),
            ),
    )
    .submit(t.t("people-client-propose"))
    .secondary(Link::new(t.t("cancel"), back))
    .render(t)
}

async fn page(visit: &Visit, typed: &Typed, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let choices = visit.read(&CLIENT_CHOICES, Nothing {}).await?;
    let word = if typed.id.is_some() { "people-client-edit" } else { "people-client-new" };
    let title = visit.t(word).to_owned();
    let shell = shell_under(visit, title.clone(), MENU, LIST).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-client-form-lead")).render())
        (form(visit, typed, &choices, fault))
    };
    Ok(visit.page_with(status, &shell, body))
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.propose_client")?;
    let typed = Typed {
        proof: Proof::Secret.name().to_owned(),
        uses: vec![Use::SignIn.name().to_owned()],
        alg: TokenAlg::Es256.name().to_owned(),
        level: Level::Declared.name().to_owned(),
        ..Typed::default()
    };
    page(visit, &typed, None).await
}

pub(super) async fn edit(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.propose_client")?;
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let view = visit.read(&CLIENT, ThisClient { id }).await?;
    page(visit, &typed_of(&view), None).await
}

pub(super) async fn propose(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let mut typed = sent(visit, id);
    let outcome = match input_of(&typed) {
        Ok(input) => visit.act(&PROPOSE_CLIENT, input).await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(view) => Ok(Reply::see_other(&format!("{LIST}/{}?done=people-client-proposed", view.client.id))),
        Err(fault) if fault.kind() == Kind::Invalid => page(visit, &typed, Some(&fault)).await,
        Err(fault) if fault.kind() == Kind::Outdated => {
            // What stands now is on the page of the service; what was typed stays here, to be sent again.
            let theirs: ClientView = fault.theirs_as()?;
            typed.rev = theirs.rev;
            page(visit, &typed, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}
