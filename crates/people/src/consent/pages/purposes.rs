//! Staff pages over purposes: the list, one purpose with its preview and history, and the steps between two people.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Col, Empty, Field, Form, PageHead, PostButton, Table, Tag, Tone, Width, buttons, details,
};
use ground::page::Visit;
use ground::words::Lang;
use maud::{Markup, html};

use super::card;
use crate::actions::Nothing;
use crate::attribute;
use crate::consent::model::VersionState;
use crate::consent::purposes::{
    APPROVE_PURPOSE, PROPOSE_PURPOSE, PURPOSE, PURPOSES, PurposeAtRev, PurposeView, RETIRE_PURPOSE,
    RETURN_PURPOSE, ReturnPurpose, ThisPurpose,
};
use crate::consent::recipients::{CONSENT_AGES, ConsentAge, SAVE_CONSENT_AGE};
use crate::consent::store::{PurposeRow, PurposeVersion};
use crate::model::exactly;
use crate::pages::{shell_under, told, typed_number};

pub const LIST: &str = "/staff/purposes";

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let rows = visit.read(&PURPOSES, Nothing {}).await?;
    if visit.wants_csv() {
        return csv(visit, &rows);
    }
    list_page(visit, &rows, None).await
}

async fn list_page(visit: &Visit, rows: &[PurposeRow], fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let table = rows.iter().fold(
        Table::new(t.t("people-menu-purposes"))
            .quiet_caption()
            .column(Col::new(t.t("people-purpose")))
            .column(Col::new(t.t("people-fact-recipient")))
            .column(Col::new(t.t("people-fact-basis")))
            .column(Col::new(t.t("people-state")))
            .csv("/staff/purposes?format=csv"),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.purpose.code)) { (told(&row.told.name, visit.cx.lang())) } },
                html! { (told(&row.told.recipient_name, visit.cx.lang())) },
                html! { (t.t(&row.told.legal_basis.word())) },
                html! { @for tag in tags(visit, row) { (tag.render()) " " } },
            ])
        },
    );
    let may_save = visit.may_ever("people.save_purpose");
    let head = PageHead::new(t.t("people-menu-purposes")).lead(t.t("people-purposes-lead")).actions(html! {
        @if may_save { (Button::link(t.t("people-purpose-new"), "/staff/purposes/new").render()) }
    });
    let ages = age(visit, fault).await?;
    let shell = visit.shell(t.t("people-menu-purposes")).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (head.render())
            @if rows.is_empty() { (Empty::new(t.t("people-purposes-none")).text(t.t("people-purposes-none-text")).render()) }
            @else { (table.render(t)) }
            (ages)
        },
    ))
}

fn tags(visit: &Visit, row: &PurposeRow) -> Vec<Tag> {
    let t = visit.cx.tongue();
    let mut out = Vec::new();
    if row.purpose.version > 0 {
        let version = row.purpose.version.to_string();
        out.push(if row.purpose.open {
            Tag::new(t.tf("people-purpose-open", &[("version", &version)]), Tone::Positive)
        } else {
            Tag::new(t.t("people-purpose-retired"), Tone::Neutral)
        });
    }
    match row.newest {
        VersionState::Draft => out.push(Tag::new(t.t("people-purpose-draft"), Tone::Info)),
        VersionState::Proposed => out.push(Tag::new(t.t("people-purpose-proposed"), Tone::Caution)),
        VersionState::Approved => {}
    }
    out
}

fn csv(visit: &Visit, rows: &[PurposeRow]) -> Result<Reply, Fault> {
    let header = [
        "code",
        "version",
        "open",
        "name",
        "what_for",
        "recipient",
        "attributes",
        "data_class",
        "sharing",
        "legal_basis",
        "basis_law",
        "kept_days",
        "consent_days",
    ];
    let lines = rows.iter().map(|row| {
        let told = &row.told;
        vec![
            told.code.clone(),
            row.purpose.version.to_string(),
            if row.purpose.open { "1" } else { "0" }.to_owned(),
            exactly(&told.name, Lang::Ja).to_owned(),
            exactly(&told.what_for, Lang::Ja).to_owned(),
            told.recipient_code.clone(),
            attribute::written(&told.attributes),
            told.data_class.name().to_owned(),
            told.sharing.name().to_owned(),
            told.legal_basis.name().to_owned(),
            told.basis_law.clone(),
            told.kept_days.to_string(),
            told.consent_days.to_string(),
        ]
    });
    visit.csv("purposes", &header, lines)
}

/// Below what age a parent says yes: dated values, and a form for the next one.
async fn age(visit: &Visit, fault: Option<&Fault>) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let ages = visit.read(&CONSENT_AGES, Nothing {}).await?;
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let form = Form::new("/staff/purposes/age")
        .token(visit.new_token())
        .label(t.t("people-age-set"))
        .unmarked()
        .field(
            Field::date("from_on", t.t("people-age-from"))
                .required()
                .value(visit.form.get("from_on"))
                .error_if(wrong("from_on")),
        )
        .field(
            Field::number("years", t.t("people-age-years"))
                .required()
                .width(Width::Tiny)
                .value(visit.form.get("years"))
                .error_if(wrong("years")),
        )
        .submit(t.t("people-age-set"));
    let inside = html! {
        p { (t.tf("people-age-text", &[("years", &ages.usual.to_string())])) }
        @if !ages.set.is_empty() {
            ul { @for age in &ages.set {
                li { (t.tf("people-age-row", &[("day", &age.from_on), ("years", &age.years.to_string())])) }
            } }
        }
        @if visit.may_ever("people.save_consent_age") { (form.render(t)) }
    };
    Ok(if fault.is_some() { inside } else { details(t.t("people-age"), inside) })
}

pub async fn save_age(visit: &Visit) -> Result<Reply, Fault> {
    let input = ConsentAge {
        from_on: visit.form.get("from_on").to_owned(),
        years: match visit.form.get("years") {
            "" => -1,
            years => typed_number(years),
        },
    };
    match visit.act(&SAVE_CONSENT_AGE, input).await {
        Ok(_) => Ok(Reply::see_other("/staff/purposes?done=saved")),
        Err(fault) if fault.kind() == Kind::Invalid => {
            let rows = visit.read(&PURPOSES, Nothing {}).await?;
            list_page(visit, &rows, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = visit.read(&PURPOSE, ThisPurpose { code: visit.slot("code").to_owned() }).await?;
    Ok(page(visit, &view, None))
}

fn page(visit: &Visit, view: &PurposeView, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let Some(newest) = view.versions.first() else {
        return visit.page(&visit.shell(view.purpose.code.clone()), html! {});
    };
    let wanted: i64 = visit.query.get("version").parse().unwrap_or(0);
    let shown = view.versions.iter().find(|one| one.told.version == wanted).unwrap_or(newest);
    let name = shown.told.name.read(visit.cx.lang()).0.to_owned();
    let row = PurposeRow {
        purpose: view.purpose.clone(),
        told: shown.told.clone(),
        newest: newest.state,
        newest_version: newest.told.version,
    };
    let head = tags(visit, &row)
        .into_iter()
        .fold(PageHead::new(name.clone()).above(view.purpose.code.as_str()), PageHead::tag);
    let shell = shell_under(visit, name, "people-menu-purposes", LIST).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit.page_with(
        status,
        &shell,
        html! {
            (head.render())
            @if let Some(fault) = fault {
                (Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t))
                @if !fault.fields().is_empty() {
                    ul { @for field in fault.fields() { li { (field.path) "：" (field.words(t)) } } }
                }
            }
            @if !newest.note.is_empty() && newest.state == VersionState::Draft {
                (Banner::warning(t.t("people-purpose-note")).text(newest.note.clone()).render(t))
            }
            (steps(visit, view))
            h2 { (t.tf("people-purpose-preview", &[("version", &shown.told.version.to_string())])) }
            p class="quiet" { (t.t("people-purpose-preview-text")) }
            @for lang in Lang::ALL { (preview(visit, shown, lang)) }
            @if view.purpose.version > 0 { (counts(visit, view)) }
            h2 { (t.t("people-purpose-versions")) }
            (versions(visit, view))
        },
    )
}

/// As residents will read it, in one language.
fn preview(visit: &Visit, version: &PurposeVersion, lang: Lang) -> Markup {
    let t = visit.cx.house().words.tongue(lang);
    let told = &version.told;
    let word = match lang {
        Lang::Ja => "people-language-ja",
        Lang::JaEasy => "people-language-easy",
        Lang::En => "people-language-en",
    };
    html! {
        details class="more" open[lang == Lang::Ja] {
            summary { (visit.t(word)) }
            div class="more-body" lang=(lang.code()) {
                article class="consent" {
                    h3 { (card::told(&told.name, &t)) }
                    p { (card::told(&told.what_for, &t)) }
                    (card::all_facts(&t, told))
                    (card::explained(&t, &told.explained))
                }
            }
        }
    }
}

/// What can be done next, by whom.
fn steps(visit: &Visit, view: &PurposeView) -> Markup {
    let t = visit.cx.tongue();
    let code = &view.purpose.code;
    let rev = view.purpose.rev.to_string();
    let post = |word: &str, verb: &str| {
        PostButton::new(t.t(word), format!("{LIST}/{code}/{verb}"), visit.new_token())
            .hidden("rev", rev.clone())
    };
    let open = view.open_version();
    let mine = open.is_some_and(|open| open.writers.contains(&visit.cx.who().written()));
    let is = |state: VersionState| open.is_some_and(|open| open.state == state);
    let mut ways = Vec::new();
    if visit.may_ever("people.save_purpose") {
        let word = if open.is_some() { "people-purpose-edit" } else { "people-purpose-next" };
        ways.push(Button::link(t.t(word), format!("{LIST}/{code}/edit")).secondary().render());
    }
    if is(VersionState::Draft) && visit.may_ever("people.propose_purpose") {
        ways.push(post("people-purpose-propose", "propose").kind(ground::html::ButtonKind::Primary).render());
    }
    let may_approve = is(VersionState::Proposed) && visit.may_ever("people.approve_purpose");
    if may_approve && !mine {
        ways.push(post("people-purpose-approve", "approve").kind(ground::html::ButtonKind::Primary).render());
    }
    let back = Form::new(format!("{LIST}/{code}/return"))
        .token(visit.new_token())
        .label(t.t("people-purpose-return"))
        .unmarked()
        .field(Field::hidden("rev", rev.clone()))
        .field(Field::textarea("note", t.t("people-purpose-return-note")).required().chars_max(500))
        .submit(t.t("people-purpose-return"));
    let end = html! {
        p { (t.t("people-purpose-retire-text")) }
        (post("people-purpose-retire", "retire").danger().render())
    };
    html! {
        @if may_approve && mine { (Banner::info(t.t("people-purpose-others-approve")).render(t)) }
        (buttons(ways))
        @if may_approve { (details(t.t("people-purpose-return"), back.render(t))) }
        @if view.purpose.open && view.purpose.version > 0 && visit.may_ever("people.retire_purpose") {
            (details(t.t("people-purpose-retire"), end))
        }
    }
}

fn counts(visit: &Visit, view: &PurposeView) -> Markup {
    let t = visit.cx.tongue();
    html! {
        h2 { (t.t("people-purpose-counted")) }
        @if view.counted.is_empty() { p class="quiet" { (t.t("people-purpose-counted-none")) } }
        @else {
            (view.counted.iter().fold(
                Table::new(t.t("people-purpose-counted"))
                    .quiet_caption()
                    .column(Col::new(t.t("people-state")))
                    .column(Col::number(t.t("people-purpose-people"))),
                |table, (state, count)| table.row([
                    html! { (t.t(&state.word())) },
                    html! { (ground::html::number(*count)) },
                ]),
            ).render(t))
        }
    }
}

fn versions(visit: &Visit, view: &PurposeView) -> Markup {
    let t = visit.cx.tongue();
    let name = |kept: &String| {
        let name = view.names.get(kept).map_or("", String::as_str);
        if name.is_empty() { t.t("people-saved-by-command").to_owned() } else { name.to_owned() }
    };
    let table = Table::new(t.t("people-purpose-versions"))
        .quiet_caption()
        .column(Col::new(t.t("people-fact-version")))
        .column(Col::new(t.t("people-state")))
        .column(Col::new(t.t("people-purpose-written")))
        .column(Col::new(t.t("people-purpose-approved")))
        .column(Col::new(t.t("people-purpose-asks")));
    view.versions
        .iter()
        .fold(table, |table, one| {
            let version = one.told.version.to_string();
            let (word, tone) = match one.state {
                VersionState::Draft => ("people-purpose-draft", Tone::Info),
                VersionState::Proposed => ("people-purpose-proposed", Tone::Caution),
                VersionState::Approved => ("people-purpose-is-approved", Tone::Positive),
            };
            let writers: Vec<String> = one.writers.iter().map(name).collect();
            table.row([
                html! { a href=(format!("{LIST}/{}?version={version}", view.purpose.code)) { (t.tf("people-version", &[("version", &version)])) } },
                Tag::new(t.t(word), tone).render(),
                html! { (writers.join(t.t("people-list-comma"))) " " (visit.time(one.made_ms)) },
                html! { @if !one.approved_by.is_empty() { (name(&one.approved_by)) " " (visit.time(one.approved_ms)) } },
                html! { @if one.told.version > 1 { (t.t(if one.asks_again { "people-purpose-asks-yes" } else { "people-purpose-asks-no" })) } },
            ])
        })
        .render(t)
}

fn at_rev(visit: &Visit) -> PurposeAtRev {
    PurposeAtRev { code: visit.slot("code").to_owned(), rev: visit.form.get("rev").parse().unwrap_or(0) }
}

/// Leads back to the purpose, or shows it with what went wrong: it changed meanwhile, or is not whole.
async fn then(visit: &Visit, done: Result<PurposeView, Fault>, word: &str) -> Result<Reply, Fault> {
    let fault = match done {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done={word}", view.purpose.code))),
        Err(fault) => fault,
    };
    let shown = matches!(fault.kind(), Kind::Invalid | Kind::Outdated | Kind::Conflict)
        || fault.code() == "people-own-purpose";
    if !shown {
        return Err(fault);
    }
    let view = visit.read(&PURPOSE, ThisPurpose { code: visit.slot("code").to_owned() }).await?;
    Ok(page(visit, &view, Some(&fault)))
}

pub async fn propose(visit: &Visit) -> Result<Reply, Fault> {
    let done = visit.act(&PROPOSE_PURPOSE, at_rev(visit)).await;
    then(visit, done, "people-purpose-proposed").await
}

pub async fn approve(visit: &Visit) -> Result<Reply, Fault> {
    let done = visit.act(&APPROVE_PURPOSE, at_rev(visit)).await;
    then(visit, done, "people-purpose-approved").await
}

pub async fn send_back(visit: &Visit) -> Result<Reply, Fault> {
    let PurposeAtRev { code, rev } = at_rev(visit);
    let note = visit.form.get("note").to_owned();
    let done = visit.act(&RETURN_PURPOSE, ReturnPurpose { code, rev, note }).await;
    then(visit, done, "people-purpose-returned").await
}

pub async fn retire(visit: &Visit) -> Result<Reply, Fault> {
    let done = visit.act(&RETIRE_PURPOSE, at_rev(visit)).await;
    then(visit, done, "people-purpose-retired").await
}
