//! Asking somebody, and saying yes with a code; and what staff write down at the counter.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Field, Form, Link, PageHead, PostButton, SummaryList, Width, buttons,
};
use ground::id::Id;
use ground::page::Visit;
use ground::who::Scope;
use ground::words::Tongue;
use maud::{Markup, html};

use super::family::scopes;
use super::{said, shell_under};
use crate::profile::actions::acting::COUNTER_MINUTES;
use crate::profile::actions::family::{
    ACCEPT_INVITATION, INVITATION, INVITATION_DAYS, INVITE, Invite, Invited, TAKE_BACK_INVITATION,
    ThisInvitation, WithCode,
};
use crate::profile::actions::mandates::{RECORD_MANDATE, RecordMandate};
use crate::profile::mandate::Relation;
use crate::profile::store::invitations::{Asked, Invitation};

fn scope_field(t: &Tongue, ticked: &[Scope], wrong: Option<String>) -> Field {
    let choices = Scope::ALL.map(|scope| Choice::new(scope.name(), t.t(scope.word())));
    Field::checkboxes("scopes", t.t("people-mandate-scopes"), choices)
        .required()
        .hint(t.t("people-scopes-hint"))
        .values(ticked.iter().map(|scope| scope.name()))
        .error_if(wrong)
}

fn ticked(visit: &Visit) -> Vec<Scope> {
    visit.form.all("scopes").filter_map(Scope::from_name).collect()
}

pub(super) async fn invite_form(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    let input = Invite {
        asked: Asked::from_name(visit.query.get("asked")).ok_or_else(Fault::missing)?,
        child: visit.query.get("child").parse().ok(),
        scopes: Vec::new(),
        starts_on: String::new(),
        ends_on: String::new(),
        note: String::new(),
        mail: String::new(),
    };
    Ok(invite_page(visit, &input, None))
}

fn invite_page(visit: &Visit, input: &Invite, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let mut form = Form::new("/my/family/invite")
        .token(visit.new_token())
        .field(Field::hidden("asked", input.asked.name()));
    if let Some(child) = &input.child {
        form = form.field(Field::hidden("child", child.as_str()));
    }
    if matches!(input.asked, Asked::HelpMe | Asked::LetMeHelp) {
        form = form
            .field(scope_field(t, &input.scopes, wrong("scopes")))
            .field(
                Field::date("ends_on", t.t("people-mandate-until"))
                    .required()
                    .hint(t.t("people-mandate-until-hint"))
                    .value(&input.ends_on)
                    .error_if(wrong("ends_on")),
            )
            .field(
                Field::text("note", t.t("people-mandate-note"))
                    .hint(t.t("people-mandate-note-hint"))
                    .value(&input.note)
                    .error_if(wrong("note")),
            );
    }
    let form = form
        .field(
            Field::email("mail", t.t("people-invite-mail"))
                .hint(t.t("people-invite-mail-hint"))
                .value(&input.mail)
                .error_if(wrong("mail")),
        )
        .submit(t.t("people-invite-do"))
        .secondary(Link::new(t.t("cancel"), "/my/family"));
    let title = t.t(invite_word(input.asked));
    let shell = shell_under(visit, "people-family-title", "/my/family", title).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let days = INVITATION_DAYS.to_string();
    let body = html! {
        (PageHead::new(title).lead(t.tf("people-invite-lead", &[("days", &days)])).render())
        @if let Some(fault) = fault.filter(|fault| fault.kind() == Kind::Conflict) { (said(visit, fault)) }
        (form.render(t))
    };
    visit.page_with(status, &shell, body)
}

fn invite_word(asked: Asked) -> &'static str {
    match asked {
        Asked::Household => "people-invite-household",
        Asked::HelpMe => "people-invite-help-me",
        Asked::LetMeHelp => "people-invite-let-me-help",
        Asked::Parent => "people-invite-parent",
    }
}

pub(super) async fn invite(visit: &Visit) -> Result<Reply, Fault> {
    let get = |name: &str| visit.form.get(name).to_owned();
    let input = Invite {
        asked: Asked::from_name(visit.form.get("asked")).ok_or_else(Fault::malformed)?,
        child: visit.form.get("child").parse::<Id>().ok(),
        scopes: ticked(visit),
        starts_on: String::new(),
        ends_on: get("ends_on"),
        note: get("note"),
        mail: get("mail"),
    };
    match visit.act(&INVITE, input.clone()).await {
        Ok(invited) => Ok(invited_page(visit, &input, &invited)),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Conflict) => {
            Ok(invite_page(visit, &input, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

/// The code is shown once, on the answer itself: it stands in no address and in no store.
fn invited_page(visit: &Visit, input: &Invite, invited: &Invited) -> Reply {
    let t = visit.cx.tongue();
    let title = t.t("people-invited-title");
    let address = visit.cx.city().url(&invited.path);
    let sent = if input.mail.is_empty() { "people-invited-hand-over" } else { "people-invited-sent" };
    let facts = SummaryList::new()
        .row(t.t("people-invitation-code"), html! { strong { code { (invited.code) } } })
        .row(t.t("people-invited-link"), html! { code { (address) } })
        .row(t.t("people-invitation-until"), visit.day(invited.ends_ms));
    let body = html! {
        (PageHead::new(title).lead(t.t(sent)).render())
        (facts.render())
        p { (t.t("people-invited-once")) }
        (buttons([Button::link(t.t("people-family-back"), "/my/family").secondary().render()]))
    };
    visit
        .page(&shell_under(visit, "people-family-title", "/my/family", title), body)
        .header("cache-control", "no-store")
}

pub(super) async fn take_back(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&TAKE_BACK_INVITATION, ThisInvitation { id }).await?;
    Ok(Reply::see_other("/my/family?done=people-invitation-taken-back"))
}

pub(super) async fn join_form(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    let code = visit.query.get("code");
    if code.is_empty() {
        return Ok(code_page(visit, "", None));
    }
    match visit.read(&INVITATION, WithCode { code: code.chars().take(40).collect() }).await {
        Ok(invitation) => Ok(asked_page(visit, code, &invitation, None)),
        Err(fault) if fault.code() == "people-invitation" => Ok(code_page(visit, code, Some(&fault))),
        Err(fault) => Err(fault),
    }
}

fn code_page(visit: &Visit, code: &str, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let form = Form::new("/my/family/join")
        .get()
        .field(
            Field::text("code", t.t("people-invitation-code"))
                .hint(t.t("people-invitation-code-hint"))
                .width(Width::Short)
                .value(code)
                .error_if(fault.map(|fault| fault.title(t))),
        )
        .submit(t.t("people-join-look"));
    let title = t.t("people-join-title");
    let shell = shell_under(visit, "people-family-title", "/my/family", title).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let body = html! {
        (PageHead::new(title).lead(t.t("people-join-lead")).render())
        @if let Some(fault) = fault { p { (fault.remedy(t)) } }
        (form.render(t))
    };
    visit.page_with(status, &shell, body).header("referrer-policy", "no-referrer")
}

fn asked_page(visit: &Visit, code: &str, one: &Invitation, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let title = t.t(one.asked.word());
    let mut facts = SummaryList::new().text(t.t("people-invitation-by"), one.made_by_name.clone());
    if !one.person_name.is_empty() {
        facts = facts.text(t.t("people-child-tag"), one.person_name.clone());
    }
    if !one.scopes.is_empty() {
        facts = facts
            .text(t.t("people-mandate-scopes"), scopes(visit, &one.scopes))
            .text(t.t("people-mandate-until"), one.ends_on.clone());
    }
    if !one.note.is_empty() {
        facts = facts.text(t.t("people-mandate-note"), one.note.clone());
    }
    let accept = PostButton::new(t.t("people-join-yes"), "/my/family/join", visit.new_token())
        .kind(ground::html::ButtonKind::Primary)
        .hidden("code", code);
    let body = html! {
        (PageHead::new(title).lead(t.tf(&format!("{}-lead", one.asked.word()), &[("name", &one.made_by_name)])).render())
        @if let Some(fault) = fault { (said(visit, fault)) }
        (facts.render())
        p { (t.t("people-join-known")) }
        (buttons([accept.render(), Button::link(t.t("people-join-no"), "/my/family").tertiary().render()]))
    };
    let shell = shell_under(visit, "people-family-title", "/my/family", title).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit
        .page_with(status, &shell, body)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}

pub(super) async fn join(visit: &Visit) -> Result<Reply, Fault> {
    let code: String = visit.form.get("code").chars().take(40).collect();
    match visit.act(&ACCEPT_INVITATION, WithCode { code: code.clone() }).await {
        Ok(_) => Ok(Reply::see_other("/my/family?done=people-joined")),
        Err(fault) if fault.code() == "people-invitation" => Ok(code_page(visit, &code, Some(&fault))),
        Err(fault) if matches!(fault.kind(), Kind::Conflict | Kind::Invalid) => {
            match visit.read(&INVITATION, WithCode { code: code.clone() }).await {
                Ok(invitation) => Ok(asked_page(visit, &code, &invitation, Some(&fault))),
                Err(_) => Err(fault),
            }
        }
        Err(fault) => Err(fault),
    }
}

/// Staff at the counter write down a guardian, a parent or a helper, for the person they serve.
pub(super) async fn record_form(visit: &Visit) -> Result<Reply, Fault> {
    crate::pages::only_for(visit, "people.record_mandate")?;
    let input = RecordMandate {
        person: served(visit, visit.query.get("person"))?,
        agent_mail: String::new(),
        relation: Relation::Helper,
        scopes: Vec::new(),
        starts_on: String::new(),
        ends_on: String::new(),
        document: String::new(),
        note: String::new(),
    };
    Ok(record_page(visit, &input, None))
}

/// The person named, or the one who is being served.
fn served(visit: &Visit, named: &str) -> Result<Id, Fault> {
    let acting = visit.cx.who().acting.as_ref().map(|acting| acting.person.clone());
    named.parse().ok().or(acting).ok_or_else(Fault::missing)
}

fn record_page(visit: &Visit, input: &RecordMandate, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let relations = [Relation::Helper, Relation::Guardian, Relation::Parent]
        .map(|relation| Choice::new(relation.name(), t.t(relation.word())));
    let form = Form::new("/staff/mandates/new")
        .token(visit.new_token())
        .field(Field::hidden("person", input.person.as_str()))
        .field(
            Field::radios("relation", t.t("people-mandate-relation"), relations)
                .required()
                .value(input.relation.name())
                .error_if(wrong("relation")),
        )
        .field(
            Field::email("agent_mail", t.t("people-mandate-record-agent"))
                .required()
                .hint(t.t("people-mandate-record-agent-hint"))
                .value(&input.agent_mail)
                .error_if(wrong("agent_mail")),
        )
        .field(scope_field(t, &input.scopes, wrong("scopes")))
        .field(
            Field::date("ends_on", t.t("people-mandate-until"))
                .required()
                .value(&input.ends_on)
                .error_if(wrong("ends_on")),
        )
        .field(
            Field::text("document", t.t("people-mandate-document"))
                .required()
                .hint(t.t("people-mandate-record-document-hint"))
                .value(&input.document)
                .error_if(wrong("document")),
        )
        .field(Field::text("note", t.t("people-mandate-note")).value(&input.note).error_if(wrong("note")))
        .submit(t.t("people-mandate-record-do"));
    let title = t.t("people-mandate-record-title");
    let crumbs = [Link::new(t.t("people-crumb-staff"), "/staff"), Link::new(title, "/staff/mandates/new")];
    let shell = visit.shell(title).breadcrumbs(crumbs).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let minutes = COUNTER_MINUTES.to_string();
    let body = html! {
        (PageHead::new(title).lead(t.tf("people-mandate-record-lead", &[("minutes", &minutes)])).render())
        @if let Some(fault) = fault.filter(|fault| fault.kind() == Kind::Conflict) { (said(visit, fault)) }
        (form.render(t))
    };
    visit.page_with(status, &shell, body)
}

pub(super) async fn record(visit: &Visit) -> Result<Reply, Fault> {
    let get = |name: &str| visit.form.get(name).to_owned();
    let input = RecordMandate {
        person: served(visit, visit.form.get("person"))?,
        agent_mail: get("agent_mail"),
        relation: Relation::from_name(visit.form.get("relation")),
        scopes: ticked(visit),
        starts_on: String::new(),
        ends_on: get("ends_on"),
        document: get("document"),
        note: get("note"),
    };
    match visit.act(&RECORD_MANDATE, input.clone()).await {
        Ok(_) => Ok(recorded_page(visit, &input.person)),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Conflict) => {
            Ok(record_page(visit, &input, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

fn recorded_page(visit: &Visit, person: &Id) -> Reply {
    let t = visit.cx.tongue();
    let title = t.t("people-mandate-record-title");
    let crumbs = [Link::new(t.t("people-crumb-staff"), "/staff"), Link::new(title, "/staff/mandates/new")];
    let done: Markup = Banner::success(t.t("people-mandate-record-done"))
        .text(t.t("people-mandate-record-done-next"))
        .result()
        .render(t);
    let back = Button::link(t.t("people-resident-back"), format!("/staff/residents/{person}")).tertiary();
    visit.page(
        &visit.shell(title).breadcrumbs(crumbs),
        html! { (PageHead::new(title).render()) (done) (buttons([back.render()])) },
    )
}
