//! Writing a purpose: what goes out, to whom, for what, and the text that residents read in three languages.

use std::collections::BTreeMap;

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Banner, Choice, Field, Form, Group, Link, PageHead, Width};
use ground::page::Visit;
use ground::words::Lang;
use maud::{Markup, html};

use super::purposes::LIST;
use crate::actions::Nothing;
use crate::attribute::Attribute;
use crate::consent::model::{Basis, DataClass, Sharing};
use crate::consent::purposes::{PURPOSE, PurposeView, SAVE_PURPOSE, SavePurpose, ThisPurpose};
use crate::consent::recipients::RECIPIENTS;
use crate::consent::rules::{EXPLAINED_CHARS_MAX, NAME_CHARS_MAX, WHAT_FOR_CHARS_MAX, Words, words_of};
use crate::consent::store::Told;
use crate::pages::{only_for, shell_under, typed_number};

/// What stands in the form, right or wrong.
#[derive(Clone)]
struct Typed {
    code: String,
    recipient: String,
    words: BTreeMap<Lang, Words>,
    attributes: Vec<Attribute>,
    data_class: String,
    sharing: String,
    legal_basis: String,
    basis_law: String,
    kept_days: String,
    consent_days: String,
    asks_again: bool,
    rev: i64,
}

impl Typed {
    fn empty() -> Typed {
        Typed {
            code: String::new(),
            recipient: String::new(),
            words: BTreeMap::new(),
            attributes: Vec::new(),
            data_class: DataClass::Personal.name().to_owned(),
            sharing: Sharing::Inside.name().to_owned(),
            legal_basis: Basis::Consent.name().to_owned(),
            basis_law: String::new(),
            kept_days: String::new(),
            consent_days: String::new(),
            asks_again: true,
            rev: 0,
        }
    }

    fn of(told: &Told, asks_again: bool, rev: i64) -> Typed {
        Typed {
            code: told.code.clone(),
            recipient: told.recipient.to_string(),
            words: Lang::ALL.into_iter().map(|lang| (lang, words_of(told, lang))).collect(),
            attributes: told.attributes.clone(),
            data_class: told.data_class.name().to_owned(),
            sharing: told.sharing.name().to_owned(),
            legal_basis: told.legal_basis.name().to_owned(),
            basis_law: told.basis_law.clone(),
            kept_days: told.kept_days.to_string(),
            consent_days: told.consent_days.to_string(),
            asks_again,
            rev,
        }
    }

    fn from_form(visit: &Visit) -> Typed {
        let form = &visit.form;
        let text = |name: &str| form.get(name).to_owned();
        let words = Lang::ALL.into_iter().map(|lang| {
            let said = |field: &str| form.get(&word_name(lang, field)).replace("\r\n", "\n");
            (lang, Words { name: said("name"), what_for: said("what_for"), explained: said("explained") })
        });
        Typed {
            code: match visit.slot("code") {
                "" => text("code"),
                code => code.to_owned(),
            },
            recipient: text("recipient"),
            words: words.collect(),
            attributes: form.all("attributes").filter_map(Attribute::from_name).collect(),
            data_class: text("data_class"),
            sharing: text("sharing"),
            legal_basis: text("legal_basis"),
            basis_law: text("basis_law"),
            kept_days: text("kept_days"),
            consent_days: text("consent_days"),
            asks_again: text("asks_again") != "no",
            rev: form.get("rev").parse().unwrap_or(0),
        }
    }

    fn input(&self) -> Result<SavePurpose, Fault> {
        let missing = |path: &str| Fault::field(path.to_owned(), "field-required");
        Ok(SavePurpose {
            code: self.code.clone(),
            recipient: self.recipient.parse().map_err(|_| missing("recipient"))?,
            words: self.words.clone(),
            attributes: self.attributes.clone(),
            data_class: DataClass::from_name(&self.data_class).ok_or_else(|| missing("data_class"))?,
            sharing: Sharing::from_name(&self.sharing).ok_or_else(|| missing("sharing"))?,
            legal_basis: Basis::from_name(&self.legal_basis).ok_or_else(|| missing("legal_basis"))?,
            basis_law: self.basis_law.clone(),
            kept_days: typed_number(&self.kept_days),
            consent_days: typed_number(&self.consent_days),
            asks_again: self.asks_again,
            rev: self.rev,
        })
    }
}

/// The name of a text's field: also the path under which a fault speaks of it.
fn word_name(lang: Lang, field: &str) -> String {
    format!("words.{}.{field}", lang.code())
}

async fn form(visit: &Visit, typed: &Typed, is_new: bool, fault: Option<&Fault>) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let recipients = visit.read(&RECIPIENTS, Nothing {}).await?;
    let recipients = recipients
        .iter()
        .filter(|one| one.closed_on.is_empty())
        .map(|one| Choice::new(one.id.to_string(), one.name.read(visit.cx.lang()).0));
    let recipients = std::iter::once(Choice::new("", t.t("people-choose"))).chain(recipients);
    let action =
        if is_new { "/staff/purposes/new".to_owned() } else { format!("{LIST}/{}/edit", typed.code) };
    let mut form =
        Form::new(action).token(visit.new_token()).field(Field::hidden("rev", typed.rev.to_string()));
    if is_new {
        form = form.field(
            Field::text("code", t.t("people-code"))
                .required()
                .hint(t.t("people-code-hint"))
                .width(Width::Short)
                .value(&typed.code)
                .error_if(wrong("code")),
        );
    }
    for lang in Lang::ALL {
        form = form.group(texts(visit, typed, lang, fault));
    }
    let attributes = Attribute::ALL.map(|one| Choice::new(one.name(), t.t(&one.word())));
    let classes = DataClass::ALL.iter().map(|one| {
        Choice::new(one.name(), t.t(&one.word())).hint(t.t(&format!("people-class-hint-{}", one.name())))
    });
    let sharings = Sharing::ALL.iter().map(|one| Choice::new(one.name(), t.t(&one.word())));
    let bases = Basis::ALL.iter().map(|one| Choice::new(one.name(), t.t(&one.word())));
    let what = Group::new(t.t("people-purpose-data"))
        .field(
            Field::select("recipient", t.t("people-fact-recipient"), recipients)
                .required()
                .value(&typed.recipient)
                .error_if(wrong("recipient")),
        )
        .field(
            Field::checkboxes("attributes", t.t("people-fact-attributes"), attributes)
                .required()
                .hint(t.t("people-purpose-attributes-hint"))
                .values(typed.attributes.iter().map(|one| one.name()))
                .error_if(wrong("attributes")),
        )
        .field(
            Field::number("kept_days", t.t("people-fact-kept-days"))
                .hint(t.t("people-purpose-kept-hint"))
                .suffix(t.t("people-unit-days"))
                .value(&typed.kept_days)
                .error_if(wrong("kept_days")),
        );
    let ground = Group::new(t.t("people-purpose-ground"))
        .field(
            Field::radios("legal_basis", t.t("people-fact-basis"), bases)
                .required()
                .value(&typed.legal_basis)
                .error_if(wrong("legal_basis")),
        )
        .field(
            Field::text("basis_law", t.t("people-purpose-law"))
                .hint(t.t("people-purpose-law-hint"))
                .value(&typed.basis_law)
                .error_if(wrong("basis_law")),
        )
        .field(
            Field::number("consent_days", t.t("people-purpose-holds"))
                .hint(t.t("people-purpose-holds-hint"))
                .suffix(t.t("people-unit-days"))
                .value(&typed.consent_days)
                .error_if(wrong("consent_days")),
        )
        .field(
            Field::radios("data_class", t.t("people-fact-class"), classes)
                .required()
                .value(&typed.data_class)
                .error_if(wrong("data_class")),
        )
        .field(
            Field::radios("sharing", t.t("people-fact-sharing"), sharings)
                .required()
                .value(&typed.sharing)
                .error_if(wrong("sharing")),
        );
    form = form.group(what).group(ground);
    if !is_new {
        let again = [
            Choice::new("yes", t.t("people-purpose-asks-yes")).hint(t.t("people-purpose-asks-yes-hint")),
            Choice::new("no", t.t("people-purpose-asks-no")).hint(t.t("people-purpose-asks-no-hint")),
        ];
        form = form.field(
            Field::radios("asks_again", t.t("people-purpose-asks"), again)
                .required()
                .value(if typed.asks_again { "yes" } else { "no" })
                .error_if(wrong("asks_again")),
        );
    }
    form = form.submit(t.t("people-purpose-save")).secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    Ok(form.render(t))
}

fn texts(visit: &Visit, typed: &Typed, lang: Lang, fault: Option<&Fault>) -> Group {
    let t = visit.cx.tongue();
    let wrong = |field: &str| fault.and_then(|fault| fault.field_words(&word_name(lang, field), t));
    let none = Words::default();
    let words = typed.words.get(&lang).unwrap_or(&none);
    let (legend, need) = match lang {
        Lang::Ja => ("people-language-ja", true),
        Lang::JaEasy => ("people-language-easy", false),
        Lang::En => ("people-language-en", false),
    };
    let name = Field::text(word_name(lang, "name"), t.t("people-purpose-name"))
        .chars_max(NAME_CHARS_MAX)
        .value(&words.name)
        .error_if(wrong("name"));
    let mut group = Group::new(t.t(legend)).field(if need { name.required() } else { name.unmarked() });
    if lang != Lang::Ja {
        group = group.hint(t.t("people-purpose-texts-hint"));
    }
    group
        .field(
            Field::text(word_name(lang, "what_for"), t.t("people-purpose-what-for"))
                .unmarked()
                .hint(t.t("people-purpose-what-for-hint"))
                .width(Width::Full)
                .chars_max(WHAT_FOR_CHARS_MAX)
                .value(&words.what_for)
                .error_if(wrong("what_for")),
        )
        .field(
            Field::textarea(word_name(lang, "explained"), t.t("people-purpose-explained"))
                .unmarked()
                .hint(t.t("people-purpose-explained-hint"))
                .rows(6)
                .chars_max(EXPLAINED_CHARS_MAX)
                .value(&words.explained)
                .error_if(wrong("explained")),
        )
}

fn shown(visit: &Visit, title: &str, fault: Option<&Fault>, inside: &Markup) -> Reply {
    let shell = shell_under(visit, title.to_owned(), "people-menu-purposes", LIST).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let head = PageHead::new(title).lead(visit.t("people-purpose-form-lead"));
    visit.page_with(status, &shell, html! { (head.render()) (inside) })
}

pub async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_purpose")?;
    let inside = form(visit, &Typed::empty(), true, None).await?;
    Ok(shown(visit, visit.t("people-purpose-new"), None, &inside))
}

fn typed_of(view: &PurposeView) -> Result<Typed, Fault> {
    let newest = view.versions.first().ok_or_else(Fault::missing)?;
    let asks_again = view.open_version().is_none_or(|open| open.asks_again);
    Ok(Typed::of(&newest.told, asks_again, view.purpose.rev))
}

pub async fn edit(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_purpose")?;
    let view = visit.read(&PURPOSE, ThisPurpose { code: visit.slot("code").to_owned() }).await?;
    let inside = form(visit, &typed_of(&view)?, false, None).await?;
    let title = if view.open_version().is_some() { "people-purpose-edit" } else { "people-purpose-next" };
    Ok(shown(visit, visit.t(title), None, &inside))
}

pub async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let is_new = visit.slot("code").is_empty();
    let typed = Typed::from_form(visit);
    let saved = match typed.input() {
        Ok(input) => visit.act(&SAVE_PURPOSE, input).await,
        Err(fault) => Err(fault),
    };
    let fault = match saved {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.purpose.code))),
        Err(fault) => fault,
    };
    let title = visit.t(if is_new { "people-purpose-new" } else { "people-purpose-edit" });
    match fault.kind() {
        Kind::Invalid => {
            let inside = form(visit, &typed, is_new, Some(&fault)).await?;
            Ok(shown(visit, title, Some(&fault), &inside))
        }
        Kind::Outdated => {
            // A long text in three languages is not chosen field by field: what was typed is kept, beside the way to
            // what stands, and saving again puts it above that.
            let view: PurposeView = fault.theirs_as()?;
            let t = visit.cx.tongue();
            let who = view.names.get(&view.purpose.saved_by).map_or("", String::as_str);
            let said = t.tf(
                "people-purpose-outdated",
                &[("who", crate::pages::saver(visit, who)), ("when", &visit.time(view.purpose.saved_ms))],
            );
            let banner = Banner::warning(said)
                .link(Link::new(t.t("people-purpose-see"), format!("{LIST}/{}", view.purpose.code)))
                .result()
                .render(t);
            let newer = Typed { rev: view.purpose.rev, ..typed };
            let inside = form(visit, &newer, false, None).await?;
            Ok(shown(visit, title, Some(&fault), &html! { (banner) (inside) }))
        }
        _ => Err(fault),
    }
}
