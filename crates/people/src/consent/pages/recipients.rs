//! Staff pages over recipients.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Choice, Col, Conflict, Empty, Field, Form, Group, Link, PageHead, Table, Tag, Tone, Width,
};
use ground::page::Visit;
use ground::words::Lang;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::consent::model::RecipientKind;
use crate::consent::recipients::{RECIPIENTS, SAVE_RECIPIENT, SaveRecipient};
use crate::consent::store::Recipient;
use crate::model::exactly;
use crate::pages::{only_for, shell_under, told};

const LIST: &str = "/staff/recipients";

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read(&RECIPIENTS, Nothing {}).await?;
    if visit.wants_csv() {
        let header = ["code", "name", "kind", "address", "contact", "closed_on"];
        let lines = rows.iter().map(|one| {
            vec![
                one.code.clone(),
                exactly(&one.name, Lang::Ja).to_owned(),
                one.kind.name().to_owned(),
                one.address.clone(),
                one.contact.clone(),
                one.closed_on.clone(),
            ]
        });
        return visit.csv("recipients", &header, lines);
    }
    let may_save = visit.may_ever("people.save_recipient");
    let table = rows.iter().fold(
        Table::new(t.t("people-menu-recipients"))
            .quiet_caption()
            .column(Col::new(t.t("people-name")))
            .column(Col::new(t.t("people-code")))
            .column(Col::new(t.t("people-recipient-kind")))
            .column(Col::new(t.t("people-fact-contact")))
            .column(Col::new(t.t("people-state")))
            .csv("/staff/recipients?format=csv"),
        |table, one| {
            let name = told(&one.name, visit.cx.lang());
            let state = if one.closed_on.is_empty() {
                Tag::new(t.t("people-recipient-open"), Tone::Positive)
            } else {
                Tag::new(t.tf("people-recipient-closed", &[("day", &one.closed_on)]), Tone::Neutral)
            };
            table.row([
                html! { @if may_save { a href=(format!("{LIST}/{}", one.id)) { (name) } } @else { (name) } },
                html! { (one.code) },
                html! { (t.t(&one.kind.word())) },
                html! { (one.contact) },
                state.render(),
            ])
        },
    );
    let head = PageHead::new(t.t("people-menu-recipients")).lead(t.t("people-recipients-lead")).actions(
        html! { @if may_save { (Button::link(t.t("people-recipient-new"), "/staff/recipients/new").render()) } },
    );
    let shell = visit.shell(t.t("people-menu-recipients"));
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            @if rows.is_empty() { (Empty::new(t.t("people-recipients-none")).render()) } @else { (table.render(t)) }
        },
    ))
}

fn form(visit: &Visit, input: &SaveRecipient, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let kinds = RecipientKind::ALL.iter().map(|kind| Choice::new(kind.name(), t.t(&kind.word())));
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let names = Group::new(t.t("people-name"))
        .field(
            Field::text("name", t.t("people-name-ja")).required().value(&input.name).error_if(wrong("name")),
        )
        .field(
            Field::text("name_easy", t.t("people-name-easy"))
                .value(&input.name_easy)
                .error_if(wrong("name_easy")),
        )
        .field(
            Field::text("name_en", t.t("people-name-en")).value(&input.name_en).error_if(wrong("name_en")),
        );
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .group(names)
        .field(
            Field::text("code", t.t("people-code"))
                .required()
                .hint(t.t("people-code-hint"))
                .width(Width::Short)
                .value(&input.code)
                .error_if(wrong("code")),
        )
        .field(
            Field::radios("kind", t.t("people-recipient-kind"), kinds)
                .required()
                .value(input.kind.name())
                .error_if(wrong("kind")),
        )
        .field(
            Field::text("address", t.t("people-recipient-address"))
                .value(&input.address)
                .error_if(wrong("address")),
        )
        .field(
            Field::text("contact", t.t("people-fact-contact"))
                .required()
                .hint(t.t("people-recipient-contact-hint"))
                .value(&input.contact)
                .error_if(wrong("contact")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if input.id.is_some() {
        form = form.field(
            Field::checkbox("closed", t.t("people-recipient-close"), "true")
                .unmarked()
                .value(if input.closed { "true" } else { "" }),
        );
    }
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    form.render(t)
}

fn input_of(one: &Recipient) -> SaveRecipient {
    SaveRecipient {
        id: Some(one.id.clone()),
        code: one.code.clone(),
        name: exactly(&one.name, Lang::Ja).to_owned(),
        name_easy: exactly(&one.name, Lang::JaEasy).to_owned(),
        name_en: exactly(&one.name, Lang::En).to_owned(),
        kind: one.kind,
        address: one.address.clone(),
        contact: one.contact.clone(),
        closed: !one.closed_on.is_empty(),
        rev: one.rev,
    }
}

fn empty() -> SaveRecipient {
    SaveRecipient {
        id: None,
        code: String::new(),
        name: String::new(),
        name_easy: String::new(),
        name_en: String::new(),
        kind: RecipientKind::City,
        address: String::new(),
        contact: String::new(),
        closed: false,
        rev: 0,
    }
}

fn page(visit: &Visit, title: String, fault: Option<&Fault>, inside: Markup) -> Reply {
    let shell = shell_under(visit, title.clone(), "people-menu-recipients", LIST).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit.page_with(status, &shell, html! { (PageHead::new(title).render()) (inside) })
}

pub async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_recipient")?;
    Ok(page(visit, visit.t("people-recipient-new").to_owned(), None, form(visit, &empty(), None)))
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_recipient")?;
    let rows = visit.read(&RECIPIENTS, Nothing {}).await?;
    let found = rows.iter().find(|one| one.id.as_str() == visit.slot("id")).ok_or_else(Fault::missing)?;
    let title = found.name.read(visit.cx.lang()).0.to_owned();
    Ok(page(visit, title, None, form(visit, &input_of(found), None)))
}

pub async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let text = |name: &str| visit.form.get(name).to_owned();
    let input = SaveRecipient {
        id,
        code: text("code"),
        name: text("name"),
        name_easy: text("name_easy"),
        name_en: text("name_en"),
        kind: RecipientKind::from_name(visit.form.get("kind")).unwrap_or(RecipientKind::City),
        address: text("address"),
        contact: text("contact"),
        closed: visit.form.get("closed") == "true",
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_RECIPIENT, input.clone()).await {
        Ok(_) => return Ok(Reply::see_other("/staff/recipients?done=saved")),
        Err(fault) => fault,
    };
    let title = visit.t("people-recipient-edit").to_owned();
    match fault.kind() {
        Kind::Invalid | Kind::Conflict => {
            let inside = form(visit, &input, Some(&fault));
            Ok(page(visit, title, Some(&fault), inside))
        }
        Kind::Outdated => {
            let stands: Recipient = fault.theirs_as()?;
            let theirs = input_of(&stands);
            let t = visit.cx.tongue();
            let kind = |kind: RecipientKind| (kind.name(), t.t(&kind.word()).to_owned());
            let (mine, his) = (kind(input.kind), kind(theirs.kind));
            let href = format!("{LIST}/{}", stands.id);
            let conflict = Conflict::new(href.clone(), visit.new_token())
                .by(crate::pages::saver(visit, ""), visit.time(stands.saved_ms))
                .hidden("rev", stands.rev.to_string())
                .hidden("code", theirs.code.clone())
                .row("name", t.t("people-name-ja"), &input.name, &theirs.name)
                .row("name_easy", t.t("people-name-easy"), &input.name_easy, &theirs.name_easy)
                .row("name_en", t.t("people-name-en"), &input.name_en, &theirs.name_en)
                .row_shown("kind", t.t("people-recipient-kind"), (mine.0, &mine.1), (his.0, &his.1))
                .row("address", t.t("people-recipient-address"), &input.address, &theirs.address)
                .row("contact", t.t("people-fact-contact"), &input.contact, &theirs.contact)
                .back(href);
            Ok(page(visit, title, Some(&fault), conflict.render(t)))
        }
        _ => Err(fault),
    }
}
