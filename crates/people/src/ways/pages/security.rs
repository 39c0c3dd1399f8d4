//! One page over all ways into one's account.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Col, Field, Form, Link, PageHead, PostButton, SummaryList, Table, Tag, Tone, buttons,
    details,
};
use ground::id::Id;
use ground::page::{PanelPlace, Visit};
use maud::{Markup, html};

use super::passkey::new_form;
use crate::actions::Nothing;
use crate::ways::security::{
    REMOVE_WAY, RENAME_WAY, RenameWay, SECURITY, Security, ThisWay, UNLOCK_WAY, WAKE_MAIL,
};
use crate::ways::store::{Way, WayKind};

pub(super) async fn page(visit: &Visit) -> Result<Reply, Fault> {
    shown(visit, None).await
}

fn way_word(kind: WayKind) -> &'static str {
    match kind {
        WayKind::Passkey => "people-passkey",
        WayKind::Totp => "people-totp",
        WayKind::Provider => "people-provider",
    }
}

fn name_of(visit: &Visit, way: &Way) -> String {
    let label = if way.label.is_empty() { way.issuer.as_str() } else { way.label.as_str() };
    if label.is_empty() { visit.t(way_word(way.kind)).to_owned() } else { label.to_owned() }
}

fn ways_table(visit: &Visit, security: &Security) -> Markup {
    let t = visit.cx.tongue();
    let table = Table::new(t.t("people-ways"))
        .quiet_caption()
        .column(Col::new(t.t("people-way-name")))
        .column(Col::new(t.t("people-way-kind")))
        .column(Col::new(t.t("people-way-made")))
        .column(Col::new(t.t("people-way-used")))
        .column(Col::new(t.t("people-session-do")))
        .empty(t.t("people-ways-none"));
    let table = security.ways.iter().fold(table, |table, way| {
        let name = name_of(visit, way);
        let at = |verb: &str| format!("/my/security/ways/{}/{verb}", way.id);
        let remove = PostButton::new(t.t("people-way-remove"), at("remove"), visit.new_token())
            .danger()
            .about(name.clone());
        let unlock = way.locked.then(|| {
            PostButton::new(t.t("people-way-unlock"), at("unlock"), visit.new_token())
                .about(name.clone())
                .render()
        });
        table.row([
            html! {
                (name) " "
                @if way.kind != WayKind::Totp { (details(t.t("people-way-rename"), rename_form(visit, way, &name))) }
                @if way.locked { (Tag::new(t.t("people-way-locked"), Tone::Caution).render()) }
            },
            html! { (t.t(way_word(way.kind))) },
            html! { (visit.time(way.made_ms)) },
            if way.used_ms > 0 { html! { (visit.time(way.used_ms)) } } else { html! { (t.t("people-way-never")) } },
            buttons(unlock.into_iter().chain([remove.render()])),
        ])
    });
    table.render(t)
}

fn rename_form(visit: &Visit, way: &Way, name: &str) -> Markup {
    let t = visit.cx.tongue();
    Form::new(format!("/my/security/ways/{}/rename", way.id))
        .token(visit.new_token())
        .compact()
        .field(
            Field::text("label", t.t("people-way-name"))
                .unmarked()
                .id(format!("label-{}", way.id))
                .value(name),
        )
        .submit(t.t("save"))
        .render(t)
}

fn mail_part(visit: &Visit, security: &Security) -> Markup {
    let t = visit.cx.tongue();
    let change = Link::new(t.t("people-change"), "/my/security/mail");
    let mail = if security.mail.is_empty() {
        html! { span class="quiet" { (t.t("people-not-given")) } }
    } else {
        html! { (security.mail) }
    };
    let rests = security.mail_rests_until_ms > 0;
    html! {
        h2 { (t.t("people-mail-way")) }
        (SummaryList::new().row_with(t.t("people-mail"), mail, change).render())
        @if rests {
            (Banner::warning(t.t("people-mail-rests"))
                .text(t.tf("people-mail-rests-text", &[("until", &visit.time(security.mail_rests_until_ms))]))
                .render(t))
            (PostButton::new(t.t("people-mail-wake"), "/my/security/wake-mail", visit.new_token()).render())
        } @else {
            p { (t.t("people-mail-way-text")) }
        }
    }
}

fn second_part(visit: &Visit, security: &Security) -> Markup {
    let t = visit.cx.tongue();
    let has = security.ways.iter().any(|way| way.kind == WayKind::Totp);
    let begin = if has { "people-totp-anew" } else { "people-totp-begin" };
    html! {
        h2 { (t.t("people-totp")) }
        p { (t.t("people-totp-text")) }
        (buttons([Button::link(t.t(begin), "/sign-in/totp?back=/my/security").secondary().render()]))
        @if has {
            p { (t.tf("people-paper-left", &[("count", &security.paper_left.to_string())])) }
            (PostButton::new(t.t("people-paper-make"), "/my/security/paper", visit.new_token()).render())
        }
    }
}

async fn shown(visit: &Visit, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let security = visit.read(&SECURITY, Nothing {}).await?;
    let title = t.t("people-security");
    let crumbs = [Link::new(t.t("people-my"), "/my"), Link::new(title, "/my/security")];
    let shell = visit.own_shell(title).private().wrong(fault.is_some()).breadcrumbs(crumbs);
    // Other parts of the house add their ways here, such as accounts at other providers.
    let more = visit.panels(PanelPlace::Security).await;
    let level = format!("people-level-{}", security.assurance.level.name());
    let level = t.t(&level);
    let body = html! {
        (PageHead::new(title).lead(t.t("people-security-lead")).render())
        @if let Some(fault) = fault { (Banner::error(fault.title(t)).text(fault.remedy(t)).render(t)) }
        @if !security.fresh {
            (Banner::info(t.t("people-security-again"))
                .link(Link::new(t.t("people-again"), "/sign-in/again?back=/my/security"))
                .render(t))
        }
        (mail_part(visit, &security))
        h2 { (t.t("people-ways")) }
        (ways_table(visit, &security))
        h2 { (t.t("people-passkey-add")) }
        p { (t.t("people-passkey-text")) }
        (new_form(visit, "/my/security?done=people-way-added"))
        (second_part(visit, &security))
        @for part in more { (part) }
        h2 { (t.t("people-security-look")) }
        (SummaryList::new()
            .row_with(t.t("people-identity"), html! { (level) }, Link::new(t.t("people-security-open"), "/my/identity"))
            .render())
        (buttons([
            Button::link(t.t("people-sessions"), "/my/sessions").secondary().render(),
            Button::link(t.t("people-history"), "/my/sign-ins").secondary().render(),
        ]))
        (details(t.t("people-security-lost"), html! { p { (t.t("people-security-lost-text")) } }))
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, body))
}

fn id_of(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

pub(super) async fn remove(visit: &Visit) -> Result<Reply, Fault> {
    match visit.act(&REMOVE_WAY, ThisWay { id: id_of(visit)? }).await {
        Ok(_) => Ok(Reply::see_other("/my/security?done=people-way-removed")),
        Err(fault) if fault.kind() == Kind::Invalid => shown(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn unlock(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&UNLOCK_WAY, ThisWay { id: id_of(visit)? }).await?;
    Ok(Reply::see_other("/my/security?done=saved"))
}

pub(super) async fn rename(visit: &Visit) -> Result<Reply, Fault> {
    let label = visit.form.get("label").to_owned();
    match visit.act(&RENAME_WAY, RenameWay { id: id_of(visit)?, label }).await {
        Ok(_) => Ok(Reply::see_other("/my/security?done=saved")),
        Err(fault) if fault.kind() == Kind::Invalid => shown(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn wake_mail(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&WAKE_MAIL, Nothing {}).await?;
    Ok(Reply::see_other("/my/security?done=saved"))
}
