//! Who may act for whom: the household, children, helpers, and what was done in somebody's name.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Col, Empty, Field, Form, Link, PageHead, PostButton, SummaryList, Table, Tag, Tone, buttons,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use ground::who::Scope;
use ground::words::Lang;
use maud::{Markup, html};

use super::{said, shell, shell_under};
use crate::actions::Nothing;
use crate::profile::actions::acting::{ACT_FOR, STOP_ACTING, ThisMandate};
use crate::profile::actions::family::{
    ADD_CHILD, AddChild, ChildView, FAMILY, Family, HAND_OVER, HandOver, LEAVE_HOUSEHOLD, NAME_HOUSEHOLD,
    NameHousehold,
};
use crate::profile::actions::mandates::{ACTS_FOR_ME, ANSWER_MANDATE, AnswerMandate, AskActs, END_MANDATE};
use crate::profile::mandate::{Relation, Standing};
use crate::profile::store::mandates::Mandate;

pub(super) async fn act(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    match visit.act(&ACT_FOR, ThisMandate { id }).await {
        // From the switchboard of consents somebody goes on to the other person's.
        Ok(_) if visit.form.get("back") == "/my/consents" => {
            Ok(Reply::see_other("/my/consents?done=people-acting"))
        }
        Ok(_) => Ok(Reply::see_other("/my?done=people-acting")),
        Err(fault) if fault.code() == "people-mandate-over" => render(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn stop(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&STOP_ACTING, Nothing {}).await?;
    let back = if visit.cx.who().is_staff() { "/staff" } else { "/my" };
    Ok(Reply::see_other(&format!("{back}?done=people-acting-stopped")))
}

pub(super) async fn show(visit: &Visit) -> Result<Reply, Fault> {
    render(visit, None).await
}

async fn render(visit: &Visit, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let family = visit.read(&FAMILY, Nothing {}).await?;
    let title = t.t("people-family-title");
    let body = html! {
        (PageHead::new(title).lead(t.t("people-family-lead")).render())
        @if let Some(fault) = fault { (said(visit, fault)) }
        (household(visit, &family))
        (children(visit, &family))
        section aria-labelledby="i-act" {
            h2 id="i-act" { (t.t("people-family-i-act")) }
            (mandates(visit, &others(&family), true))
            (buttons([Button::link(t.t("people-invite-let-me-help"), "/my/family/invite?asked=let_me_help").secondary().render()]))
        }
        section aria-labelledby="for-me" {
            h2 id="for-me" { (t.t("people-family-for-me")) }
            (mandates(visit, &family.for_me.iter().collect::<Vec<_>>(), false))
            (buttons([
                Button::link(t.t("people-invite-help-me"), "/my/family/invite?asked=help_me").secondary().render(),
                Button::link(t.t("people-acts-title"), "/my/family/acts").tertiary().render(),
            ]))
        }
        (open_invitations(visit, &family))
        section aria-labelledby="with-code" {
            h2 id="with-code" { (t.t("people-join-title")) }
            p { (t.t("people-join-lead")) }
            (Button::link(t.t("people-join-open"), "/my/family/join").secondary().render())
        }
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell(visit, title, "/my/family"), body))
}

fn household(visit: &Visit, family: &Family) -> Markup {
    let t = visit.cx.tongue();
    let name = family.household.as_ref().map_or("", |household| household.name.as_str());
    let naming = Form::new("/my/family/household")
        .token(visit.new_token())
        .unmarked()
        .field(
            Field::text("name", t.t("people-household-name"))
                .value(name)
                .hint(t.t("people-household-name-hint")),
        )
        .submit(t.t("save"));
    html! {
        section aria-labelledby="household" {
            h2 id="household" { @if name.is_empty() { (t.t("people-household")) } @else { (name) } }
            @match &family.household {
                None => p { (t.t("people-household-none")) },
                Some(household) => {
                    ul {
                        @for member in &household.members {
                            li { (member.name) @if member.child { " " (Tag::new(t.t("people-child-tag"), Tone::Neutral).render()) } }
                        }
                    }
                }
            }
            (buttons([Button::link(t.t("people-invite-household"), "/my/family/invite?asked=household").secondary().render()]))
            (ground::html::details(t.t("people-household-more"), html! {
                (naming.render(t))
                @if family.household.is_some() {
                    p { (t.t("people-household-leave-lead")) }
                    (PostButton::new(t.t("people-household-leave"), "/my/family/household/leave", visit.new_token()).render())
                }
            }))
        }
    }
}

/// The mandates that are not shown with a child of one's own.
fn others(family: &Family) -> Vec<&Mandate> {
    let own = |one: &Mandate| family.children.iter().any(|view| view.child.account == one.person);
    family.i_act.iter().filter(|one| one.relation != Relation::Parent || !own(one)).collect()
}

fn children(visit: &Visit, family: &Family) -> Markup {
    let t = visit.cx.tongue();
    html! {
        section aria-labelledby="children" {
            h2 id="children" { (t.t("people-children")) }
            @if family.children.is_empty() { p { (t.t("people-children-none")) } }
            @for view in &family.children { (child(visit, view, family)) }
            (buttons([Button::link(t.t("people-child-add"), "/my/family/children/new").secondary().render()]))
        }
    }
}

/// A child, with the mandate by which one acts for it.
fn child(visit: &Visit, view: &ChildView, family: &Family) -> Markup {
    let t = visit.cx.tongue();
    let (name, account) = (&view.child.name, &view.child.account);
    let mandate = family.i_act.iter().find(|one| one.person == *account && one.holds(visit.cx.now_ms()));
    let mut facts = SummaryList::new().text(t.t("people-field-birth"), view.child.birth.clone());
    if let Some(mandate) = mandate {
        facts = facts
            .text(t.t("people-mandate-scopes"), scopes(visit, &mandate.scopes))
            .text(t.t("people-mandate-until"), mandate.ends_on.clone())
            .row(t.t("people-mandate-used"), used(visit, mandate));
    }
    let way = |href: String, word: &str| {
        html! { li { a href=(href) { (t.t(word)) span class="hidden-text" { "：" (name) } } } }
    };
    html! {
        h3 { (name) }
        (facts.render())
        @if view.may_be_handed_over { p { (t.t("people-child-old-enough")) } }
        @if let Some(mandate) = mandate { div class="buttons" { (act_button(visit, mandate)) } }
        ul {
            @if view.may_be_handed_over { (way(format!("/my/family/children/{account}/hand-over"), "people-child-hand-over")) }
            (way(format!("/my/family/invite?asked=parent&child={account}"), "people-invite-parent"))
            (way(format!("/my/delete?child={account}"), "people-delete-child-title"))
        }
    }
}

pub(super) fn act_button(visit: &Visit, one: &Mandate) -> Markup {
    PostButton::new(visit.t("people-act-for"), format!("/my/family/act/{}", one.id), visit.new_token())
        .about(&one.person_name)
        .render()
}

/// What somebody may do, in one line.
pub(super) fn scopes(visit: &Visit, scopes: &[Scope]) -> String {
    if scopes.len() == Scope::ALL.len() {
        return visit.t("people-scopes-all").to_owned();
    }
    let joint = if visit.cx.lang() == Lang::En { ", " } else { "、" };
    scopes.iter().map(|scope| visit.t(scope.word())).collect::<Vec<_>>().join(joint)
}

fn used(visit: &Visit, one: &Mandate) -> Markup {
    if one.used_ms > 0 {
        return html! { (visit.time(one.used_ms)) };
    }
    html! { span class="quiet" { (visit.t("people-mandate-never")) } }
}

/// How a mandate stands today, in a word.
fn standing(visit: &Visit, one: &Mandate) -> Markup {
    let now_ms = visit.cx.now_ms();
    let (word, tone) = match one.standing {
        Standing::Offered => ("people-mandate-offered", Tone::Caution),
        Standing::Active if one.holds(now_ms) => ("people-mandate-holds", Tone::Positive),
        Standing::Active if one.starts_ms > now_ms => ("people-mandate-later", Tone::Info),
        Standing::Refused => ("people-mandate-refused", Tone::Neutral),
        Standing::Active | Standing::Ended => ("people-mandate-ended", Tone::Neutral),
    };
    Tag::new(visit.t(word), tone).render()
}

/// Mandates that stand, one after the other; those that are over folded away.
fn mandates(visit: &Visit, all: &[&Mandate], i_act: bool) -> Markup {
    let t = visit.cx.tongue();
    let now_ms = visit.cx.now_ms();
    let (stand, over): (Vec<&Mandate>, Vec<&Mandate>) =
        all.iter().copied().partition(|one| one.stands(now_ms));
    html! {
        @if stand.is_empty() {
            (Empty::new(t.t(if i_act { "people-family-i-act-none" } else { "people-family-for-me-none" })).render())
        }
        @for one in stand { (mandate(visit, one, i_act)) }
        @if !over.is_empty() {
            (ground::html::details(t.t("people-mandates-over"), html! {
                ul {
                    @for one in over {
                        li { (if i_act { &one.person_name } else { &one.agent_name }) " — " (t.t(one.relation.word())) " "
                            (one.starts_on) "–" (one.ends_on) " " (standing(visit, one)) }
                    }
                }
            }))
        }
    }
}

fn mandate(visit: &Visit, one: &Mandate, i_act: bool) -> Markup {
    let t = visit.cx.tongue();
    let name = if i_act { &one.person_name } else { &one.agent_name };
    let open = || t.t("people-mandate-open").to_owned();
    let until = if one.ends_on.is_empty() { open() } else { one.ends_on.clone() };
    let mut facts = SummaryList::new()
        .row(t.t("people-mandate-relation"), html! { (t.t(one.relation.word())) " " (standing(visit, one)) })
        .text(t.t("people-mandate-scopes"), scopes(visit, &one.scopes))
        .text(t.t("people-mandate-days"), format!("{} – {until}", one.starts_on))
        .row(t.t("people-mandate-used"), used(visit, one));
    if !one.note.is_empty() {
        facts = facts.text(t.t("people-mandate-note"), one.note.clone());
    }
    if !one.document.is_empty() {
        facts = facts.text(t.t("people-mandate-document"), one.document.clone());
    }
    let answers = |yes: &str, word: &str| {
        PostButton::new(t.t(word), format!("/my/family/mandates/{}/answer", one.id), visit.new_token())
            .hidden("yes", yes)
            .about(name)
            .render()
    };
    let end = PostButton::new(
        t.t("people-mandate-end"),
        format!("/my/family/mandates/{}/end", one.id),
        visit.new_token(),
    )
    .about(name);
    html! {
        h3 { (name) }
        (facts.render())
        div class="buttons" {
            @if i_act && one.standing == Standing::Offered {
                (answers("true", "people-mandate-yes")) (answers("false", "people-mandate-no"))
            }
            @if i_act && one.holds(visit.cx.now_ms()) { (act_button(visit, one)) }
            @if one.relation != Relation::Counter && !(i_act && one.standing == Standing::Offered) { (end.render()) }
        }
    }
}

fn open_invitations(visit: &Visit, family: &Family) -> Markup {
    let t = visit.cx.tongue();
    if family.invitations.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="invitations" {
            h2 id="invitations" { (t.t("people-invitations")) }
            ul {
                @for one in &family.invitations {
                    li {
                        (t.t(one.asked.word())) " — " (t.t("people-invitation-until")) " " (visit.day(one.ends_ms)) " "
                        (PostButton::new(t.t("people-invitation-take-back"), format!("/my/family/invitations/{}/take-back", one.id), visit.new_token())
                            .about(visit.time(one.made_ms)).render())
                    }
                }
            }
        }
    }
}

fn slot_id(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

pub(super) async fn end(visit: &Visit) -> Result<Reply, Fault> {
    match visit.act(&END_MANDATE, ThisMandate { id: slot_id(visit)? }).await {
        Ok(_) => Ok(Reply::see_other("/my/family?done=people-mandate-ended")),
        Err(fault) if fault.kind() == Kind::Conflict => render(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn answer(visit: &Visit) -> Result<Reply, Fault> {
    let yes = visit.form.get("yes") == "true";
    match visit.act(&ANSWER_MANDATE, AnswerMandate { id: slot_id(visit)?, yes }).await {
        Ok(_) if yes => Ok(Reply::see_other("/my/family?done=people-mandate-yes")),
        Ok(_) => Ok(Reply::see_other("/my/family?done=people-mandate-no")),
        Err(fault) if fault.kind() == Kind::Conflict => render(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

/// Everything that others did in this person's name.
pub(super) async fn acts(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let heads = ["people-acts-when", "people-acts-who", "people-acts-what", "people-acts-outcome"];
    let what = |action: &str| t.t(&format!("action-{}", action.replace('.', "-"))).to_owned();
    let outcome =
        |outcome: &str| t.t(if outcome == "refused" { "audit-refused" } else { "audit-done" }).to_owned();
    if visit.wants_csv() {
        let rows = visit.read_all(&ACTS_FOR_ME, |paging| AskActs { paging }).await?.into_iter();
        let rows = rows
            .map(|row| vec![visit.time(row.at_ms), row.by_name, what(&row.action), outcome(&row.outcome)]);
        return visit.csv("acts", &heads.map(|word| t.t(word)), rows);
    }
    let list = visit.read(&ACTS_FOR_ME, AskActs { paging: Paging::from_query(&visit.query) }).await?;
    let table = list.rows.iter().fold(
        Table::new(t.t("people-acts-title"))
            .quiet_caption()
            .no_row_header()
            .columns(heads.iter().map(|word| Col::new(t.t(word))))
            .csv("/my/family/acts?format=csv")
            .empty(t.t("people-acts-none")),
        |table, row| {
            let tone = if row.outcome == "refused" { Tone::Negative } else { Tone::Neutral };
            table.row([
                html! { (visit.time(row.at_ms)) },
                html! { @if row.by_name.is_empty() { (t.t("people-acts-gone")) } @else { (row.by_name) } },
                html! { (what(&row.action)) },
                Tag::new(outcome(&row.outcome), tone).render(),
            ])
        },
    );
    let title = t.t("people-acts-title");
    let body = html! {
        (PageHead::new(title).lead(t.t("people-acts-lead")).render())
        (table.render(t))
        (visit.next_page(list.next.as_deref(), "/my/family/acts"))
    };
    Ok(visit.page(&shell_under(visit, "people-family-title", "/my/family", title), body))
}

pub(super) async fn name_household(visit: &Visit) -> Result<Reply, Fault> {
    let input = NameHousehold { name: visit.form.get("name").to_owned() };
    match visit.act(&NAME_HOUSEHOLD, input).await {
        Ok(_) => Ok(Reply::see_other("/my/family?done=saved")),
        Err(fault) if fault.kind() == Kind::Invalid => render(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn leave_household(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&LEAVE_HOUSEHOLD, Nothing {}).await?;
    Ok(Reply::see_other("/my/family?done=people-household-left"))
}

pub(super) async fn child_form(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    Ok(child_page(visit, &AddChild { name: String::new(), kana: String::new(), birth: String::new() }, None))
}

fn child_page(visit: &Visit, input: &AddChild, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let form = Form::new("/my/family/children/new")
        .token(visit.new_token())
        .field(
            Field::text("name", t.t("people-child-name"))
                .required()
                .value(&input.name)
                .error_if(wrong("name")),
        )
        .field(Field::text("kana", t.t("people-field-kana")).value(&input.kana).error_if(wrong("kana")))
        .field(
            Field::text("birth", t.t("people-field-birth"))
                .required()
                .hint(t.t("people-child-birth-hint"))
                .value(&input.birth)
                .error_if(wrong("birth")),
        )
        .submit(t.t("people-child-add"))
        .secondary(Link::new(t.t("cancel"), "/my/family"));
    let title = t.t("people-child-add");
    let shell = shell_under(visit, "people-family-title", "/my/family", title).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let conflict = fault.filter(|fault| fault.kind() == Kind::Conflict).map(|fault| said(visit, fault));
    let body = html! {
        (PageHead::new(title).lead(t.t("people-child-lead")).render())
        @if let Some(conflict) = conflict { (conflict) }
        (form.render(t))
    };
    visit.page_with(status, &shell, body)
}

pub(super) async fn add_child(visit: &Visit) -> Result<Reply, Fault> {
    let get = |name: &str| visit.form.get(name).to_owned();
    let input = AddChild { name: get("name"), kana: get("kana"), birth: get("birth") };
    match visit.act(&ADD_CHILD, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/my/family?done=people-child-added")),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Conflict) => {
            Ok(child_page(visit, &input, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

async fn own_child(visit: &Visit) -> Result<ChildView, Fault> {
    let id = slot_id(visit)?;
    let family = visit.read(&FAMILY, Nothing {}).await?;
    family.children.into_iter().find(|one| one.child.account == id).ok_or_else(Fault::missing)
}

pub(super) async fn hand_over_form(visit: &Visit) -> Result<Reply, Fault> {
    let child = own_child(visit).await?;
    Ok(hand_over_page(visit, &child, "", None))
}

fn hand_over_page(visit: &Visit, child: &ChildView, mail: &str, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let wrong = fault.and_then(|fault| fault.field_words("mail", t));
    let form = Form::new(format!("/my/family/children/{}/hand-over", child.child.account))
        .token(visit.new_token())
        .field(
            Field::email("mail", t.t("people-child-mail"))
                .required()
                .hint(t.t("people-child-mail-hint"))
                .value(mail)
                .error_if(wrong),
        )
        .submit(t.t("people-child-hand-over"))
        .secondary(Link::new(t.t("cancel"), "/my/family"));
    let title = t.tf("people-child-hand-over-title", &[("name", &child.child.name)]);
    let shell = shell_under(visit, "people-family-title", "/my/family", &title).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let conflict = fault.filter(|fault| fault.kind() == Kind::Conflict).map(|fault| said(visit, fault));
    let body = html! {
        (PageHead::new(&title).lead(t.t("people-child-hand-over-lead")).render())
        @if let Some(conflict) = conflict { (conflict) }
        (form.render(t))
    };
    visit.page_with(status, &shell, body)
}

pub(super) async fn hand_over(visit: &Visit) -> Result<Reply, Fault> {
    let mail = visit.form.get("mail").to_owned();
    let input = HandOver { child: slot_id(visit)?, mail: mail.clone() };
    match visit.act(&HAND_OVER, input).await {
        Ok(_) => Ok(Reply::see_other("/my/family?done=people-child-handed-over")),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Conflict) => {
            let child = own_child(visit).await?;
            Ok(hand_over_page(visit, &child, &mail, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}
