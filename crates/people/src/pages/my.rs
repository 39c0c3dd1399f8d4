//! One's own pages.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Choice, Col, Conflict, Field, Form, Link, PageHead, PostButton, SummaryList, Table, Tag, Tone,
    buttons,
};
use ground::list::Paging;
use ground::page::{PanelPlace, Visit};
use ground::who::Scope;
use ground::words::Lang;
use maud::{Markup, html};

use super::told;
use crate::actions::Nothing;
use crate::actions::me::{ME, SAVE_ME, SaveMe};
use crate::actions::sessions::{AskSessions, END_OTHER_SESSIONS, END_SESSION, SESSIONS, ThisSession};
use crate::profile::MY_PROFILE;
use crate::store::accounts::Account;
use crate::ways::pages::way_name;

pub(super) async fn my(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    let panels = visit.panels(PanelPlace::My).await;
    let shell = visit.shell(visit.t("people-my")).private();
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(visit.t("people-my")).render())
            @for panel in panels { (panel) }
        },
    ))
}

/// The part of my page about myself, or about whom one acts for.
pub(super) async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let t = visit.cx.tongue();
    let who = visit.cx.who();
    if who.acting.is_some() && !who.acts_within(Scope::Profile) {
        return Ok(None);
    }
    let profile = visit.read(&MY_PROFILE, Nothing {}).await?;
    let none = || html! { span class="quiet" { (t.t("people-not-given")) } };
    let text = |text: &str| {
        if text.is_empty() {
            none()
        } else {
            html! { (text) }
        }
    };
    let mut facts = SummaryList::new().row(t.t("people-display-name"), html! { (profile.name) });
    if !visit.cx.who().is_staff() || visit.cx.who().acting.is_some() {
        let district = profile.district_name.as_ref().map(|name| told(name, visit.cx.lang()));
        facts = facts
            .row(t.t("people-field-birth"), text(&profile.birth))
            .row(t.t("people-field-address"), text(&profile.address))
            .row(t.t("people-block"), text(&profile.block))
            .row(t.t("people-district"), district.unwrap_or_else(none));
    }
    facts = facts.row(t.t("people-language"), html! { (t.t(lang_word(profile.lang))) });
    if !profile.mail.is_empty() {
        facts = facts.text(t.t("people-mail"), profile.mail.clone());
    }
    let mut ways = vec![Button::link(t.t("people-change-profile"), "/my/profile").secondary().render()];
    if visit.cx.who().acting.is_none() {
        ways.push(Button::link(t.t("people-security"), "/my/security").secondary().render());
        ways.push(Button::link(t.t("people-identity"), "/my/identity").secondary().render());
        ways.push(Button::link(t.t("people-sessions"), "/my/sessions").secondary().render());
        ways.push(PostButton::new(t.t("people-sign-out"), "/sign-out", visit.new_token()).render());
    }
    Ok(Some(html! {
        section aria-labelledby="people-profile" {
            h2 id="people-profile" { (t.t("people-profile")) }
            (facts.render())
            (buttons(ways))
        }
    }))
}

pub(crate) fn lang_word(lang: Option<Lang>) -> &'static str {
    match lang {
        None => "people-language-browser",
        Some(Lang::Ja) => "people-language-ja",
        Some(Lang::JaEasy) => "people-language-easy",
        Some(Lang::En) => "people-language-en",
    }
}

fn profile_form(visit: &Visit, input: &SaveMe, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let langs = [None, Some(Lang::Ja), Some(Lang::JaEasy), Some(Lang::En)];
    let choices = langs.map(|lang| Choice::new(lang.map_or("", Lang::code), t.t(lang_word(lang))));
    Form::new("/my/profile")
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(
            Field::text("name", t.t("people-display-name"))
                .required()
                .hint(t.t("people-display-name-hint"))
                .autocomplete("name")
                .value(&input.name)
                .error_if(wrong("name")),
        )
        .field(
            Field::radios("lang", t.t("people-language"), choices)
                .unmarked()
                .hint(t.t("people-language-hint"))
                .value(input.lang.map_or("", Lang::code))
                .error_if(wrong("lang")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), "/my"))
        .render(t)
}

fn profile_page(visit: &Visit, fault: Option<&Fault>, inside: Markup) -> Reply {
    let title = visit.t("people-profile-edit");
    let crumbs = [Link::new(visit.t("people-my"), "/my"), Link::new(title, "/my/profile")];
    let shell = visit.shell(title).private().wrong(fault.is_some()).breadcrumbs(crumbs);
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit.page_with(status, &shell, html! { (PageHead::new(title).render()) (inside) })
}

pub(crate) async fn profile(visit: &Visit) -> Result<Reply, Fault> {
    let me = visit.read(&ME, Nothing {}).await?;
    let input = SaveMe { name: me.name, lang: me.lang, rev: me.rev };
    Ok(profile_page(visit, None, profile_form(visit, &input, None)))
}

pub(crate) async fn save_profile(visit: &Visit) -> Result<Reply, Fault> {
    let input = SaveMe {
        name: visit.form.get("name").to_owned(),
        lang: Lang::from_code(visit.form.get("lang")),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    match visit.act(&SAVE_ME, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/my?done=saved")),
        Err(fault) if fault.kind() == Kind::Invalid => {
            let form = profile_form(visit, &input, Some(&fault));
            Ok(profile_page(visit, Some(&fault), form))
        }
        Err(fault) if fault.kind() == Kind::Outdated => {
            let theirs: Account = fault.theirs_as()?;
            let code =
                |lang: Option<Lang>| (lang.map_or("", Lang::code), visit.t(lang_word(lang)).to_owned());
            let (yours, stands) = (code(input.lang), code(theirs.lang));
            let who = if theirs.saved_by == theirs.id.as_str() { theirs.name.as_str() } else { "" };
            let conflict = Conflict::new("/my/profile", visit.new_token())
                .by(super::saver(visit, who), visit.time(theirs.saved_ms))
                .hidden("rev", theirs.rev.to_string())
                .row("name", visit.t("people-display-name"), &input.name, &theirs.name)
                .row_shown("lang", visit.t("people-language"), (yours.0, &yours.1), (stands.0, &stands.1))
                .back("/my");
            Ok(profile_page(visit, Some(&fault), conflict.render(visit.cx.tongue())))
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn sessions(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let list = visit.read(&SESSIONS, AskSessions { paging: Paging::from_query(&visit.query) }).await?;
    let others = list.rows.iter().any(|row| !row.this_one);
    let table = list.rows.iter().fold(
        Table::new(t.t("people-sessions"))
            .quiet_caption()
            .column(Col::new(t.t("people-session-browser")))
            .column(Col::new(t.t("people-history-way")))
            .column(Col::new(t.t("people-session-since")))
            .column(Col::new(t.t("people-session-seen")))
            .column(Col::new(t.t("people-session-ends")))
            .column(Col::new(t.t("people-session-do"))),
        |table, row| {
            let browser =
                if row.agent.is_empty() { t.t("people-session-unknown") } else { row.agent.as_str() };
            let end = PostButton::new(
                t.t("people-session-end"),
                format!("/my/sessions/{}/end", row.id),
                visit.new_token(),
            )
            .about(format!("{browser} {}", visit.time(row.created_ms)));
            table.row([
                html! { (browser) },
                html! { (way_name(visit, &row.way)) },
                html! { (visit.time(row.created_ms)) },
                html! { (visit.time(row.seen_ms)) },
                html! { (visit.time(row.ends_ms)) },
                if row.this_one {
                    Tag::new(t.t("people-session-this"), Tone::Info).render()
                } else {
                    end.render()
                },
            ])
        },
    );
    let title = t.t("people-sessions");
    let crumbs = [Link::new(t.t("people-my"), "/my"), Link::new(title, "/my/sessions")];
    let shell = visit.own_shell(title).private().breadcrumbs(crumbs);
    let end_others =
        PostButton::new(t.t("people-session-end-others"), "/my/sessions/end-others", visit.new_token());
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-sessions-lead")).render())
            (table.render(t))
            (visit.next_page(list.next.as_deref(), "/my/sessions"))
            @if others { (end_others.render()) }
        },
    ))
}

pub(super) async fn end_session(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&END_SESSION, ThisSession { id }).await?;
    Ok(Reply::see_other("/my/sessions?done=people-session-ended"))
}

pub(super) async fn end_others(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&END_OTHER_SESSIONS, Nothing {}).await?;
    Ok(Reply::see_other("/my/sessions?done=people-session-ended"))
}
