//! Signing in again, for what asks for a sign-in that is only minutes old.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Banner, Button, Link, PageHead, PostButton, buttons};
use ground::page::Visit;
use maud::html;

use super::passkey::use_form;
use super::wanted;
use crate::actions::Nothing;
use crate::actions::me::ME;
use crate::demo::DemoPart;
use crate::ways::relying;
use crate::ways::security::SECURITY;
use crate::ways::store::WayKind;

pub(super) async fn again(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let me = visit.read(&ME, Nothing {}).await?;
    let ways = visit.read(&SECURITY, Nothing {}).await?;
    let back = wanted(visit.query.get("back")).unwrap_or("/my/security");
    let title = t.t("people-again");
    let has_passkey = ways.ways.iter().any(|way| way.kind == WayKind::Passkey && !way.locked);
    let by_mail = PostButton::new(t.t("people-again-mail"), "/sign-in/code", visit.new_token())
        .hidden("mail", &me.mail)
        .hidden("back", back);
    let demo = visit.cx.city().facts().demo;
    let part = DemoPart::ALL.into_iter().find(|part| demo && part.mail() == me.mail);
    let providers = relying::again_panel(visit, &ways.ways, back).await?;
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(t.t("people-again-lead")).render())
        @if ways.fresh {
            (Banner::info(t.t("people-again-fresh")).link(Link::new(t.t("people-again-go-on"), back)).render(t))
        }
        @if has_passkey { (use_form(visit, back, false)) }
        @if !me.mail.is_empty() {
            p { (t.tf("people-again-mail-text", &[("mail", &me.mail)])) }
            (by_mail.render())
        }
        (providers)
        @if let Some(part) = part {
            p { (t.t("people-again-demo")) }
            (PostButton::new(t.t(&format!("people-demo-{}", part.name())), "/sign-in/demo", visit.new_token())
                .hidden("part", part.name())
                .hidden("back", back)
                .render())
        }
        (buttons([Button::link(t.t("cancel"), "/my").tertiary().render()]))
    };
    Ok(visit.page(&shell, body))
}
