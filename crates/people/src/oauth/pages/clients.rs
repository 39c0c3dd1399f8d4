//! Staff pages over registered services and the keys that sign.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Col, Empty, PageHead, PostButton, SummaryList, Table, Tag, Tone, buttons, details,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use ground::seal;
use ground::text::Text;
use ground::words::Lang;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::oauth::actions::clients::{
    APPROVE_CLIENT, AskClients, CLIENT, CLIENT_CHOICES, CLIENTS, CLOSE_CLIENT, Choices, ClientView,
    JudgeClient, REFUSE_CLIENT, SET_CLIENT_SECRET, SetClientSecret, ThisClient,
};
use crate::oauth::actions::keys::{KEYS, ROTATE_KEYS, RotateKeys};
use crate::oauth::model::{ClientBody, ClientState, Proof, Use};
use crate::oauth::store::clients::{Client, Named};
use crate::pages::{saver, shell_under, told};

pub(super) const LIST: &str = "/staff/clients";
pub(super) const MENU: &str = "people-menu-clients";

fn state(visit: &Visit, client: &Client) -> Markup {
    let tone = match client.state {
        ClientState::Open => Tone::Positive,
        ClientState::Proposed => Tone::Caution,
        ClientState::Closed => Tone::Neutral,
    };
    let waits = client.proposed.is_some() && client.state != ClientState::Proposed;
    html! {
        (Tag::new(visit.t(&format!("people-client-{}", client.state.name())), tone).render())
        @if waits { " " (Tag::new(visit.t("people-client-waits"), Tone::Caution).render()) }
    }
}

fn used(visit: &Visit, at_ms: i64) -> Markup {
    html! {
        @if at_ms == 0 { span class="quiet" { (visit.t("people-client-never")) } } @else { (visit.time(at_ms)) }
    }
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    if visit.wants_csv() {
        let rows = visit.read_all(&CLIENTS, |paging| AskClients { paging }).await?;
        let header = ["id", "name", "recipient", "state", "proof", "uses", "last_used"];
        return visit.csv("clients", &header, rows.iter().map(|row| csv_row(visit, row)));
    }
    let list = visit.read(&CLIENTS, AskClients { paging: Paging::from_query(&visit.query) }).await?;
    let shell = visit.shell(t.t(MENU));
    let mut ways = Vec::new();
    if visit.may_ever("people.propose_client") {
        ways.push(Button::link(t.t("people-client-new"), "/staff/clients/new").render());
    }
    ways.push(Button::link(t.t("people-keys"), "/staff/clients/keys").tertiary().render());
    let head = PageHead::new(t.t(MENU))
        .lead(t.t("people-clients-lead"))
        .actions(html! { @for way in ways { (way) } });
    let table = list.rows.iter().fold(
        Table::new(t.t(MENU))
            .quiet_caption()
            .column(Col::new(t.t("people-oauth-service")))
            .column(Col::new(t.t("people-oauth-recipient")))
            .column(Col::new(t.t("people-state")))
            .column(Col::new(t.t("people-client-used")))
            .csv("/staff/clients?format=csv"),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (told(&row.name, visit.cx.lang())) } },
                told(&row.recipient_name, visit.cx.lang()),
                state(visit, row),
                used(visit, row.used_ms),
            ])
        },
    );
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-clients-none")).text(t.t("people-clients-none-text")).render())
            } @else {
                (table.render(t))
                (visit.next_page(list.next.as_deref(), LIST))
            }
        },
    ))
}

fn csv_row(visit: &Visit, row: &Client) -> Vec<String> {
    let uses: Vec<&str> = row.uses.iter().map(|one| one.name()).collect();
    vec![
        row.id.to_string(),
        row.name.read(Lang::Ja).0.to_owned(),
        row.recipient_name.read(Lang::Ja).0.to_owned(),
        row.state.name().to_owned(),
        row.proof.name().to_owned(),
        uses.join(" "),
        if row.used_ms == 0 { String::new() } else { visit.time(row.used_ms) },
    ]
}

fn id_of(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = visit.read(&CLIENT, ThisClient { id: id_of(visit)? }).await?;
    shown(visit, &view, None, None).await
}

fn name_of(all: &[Named], key: &str) -> Option<Text> {
    all.iter().find(|one| one.key == key).map(|one| one.name.clone())
}

fn lines(all: &[String]) -> Markup {
    html! { @if all.is_empty() { "—" } @else { ul { @for one in all { li { code { (one) } } } } } }
}

/// What stands, or what is proposed, in the same words.
fn facts(visit: &Visit, body: &ClientBody, choices: &Choices) -> Markup {
    let t = visit.cx.tongue();
    let lang = visit.cx.lang();
    let recipient = name_of(&choices.recipients, body.recipient.as_str());
    let uses = html! { ul { @for one in Use::ALL.iter().filter(|one| body.has(**one)) {
        li { (t.t(&format!("people-client-use-{}", one.name().replace('_', "-")))) }
    } } };
    let purposes = html! {
        @if body.purposes.is_empty() { "—" } @else {
            ul { @for code in &body.purposes { li {
                @match name_of(&choices.purposes, code) { Some(name) => (told(&name, lang)), None => (code) }
                " " span class="quiet" { (code) }
            } } }
        }
    };
    SummaryList::new()
        .text(t.t("people-name"), body.name.clone())
        .row(
            t.t("people-oauth-recipient"),
            html! { @match &recipient { Some(name) => (told(name, lang)), None => (body.recipient) } },
        )
        .row(t.t("people-client-uses"), uses)
        .row(t.t("people-client-purposes"), purposes)
        .text(t.t("people-client-proof"), t.t(&format!("people-client-proof-{}", body.proof.name())))
        .row(t.t("people-client-redirects"), lines(&body.redirects))
        .row(t.t("people-client-logouts"), lines(&body.logouts))
        .text(t.t("people-client-level"), t.t(&format!("people-client-level-{}", body.level.name())))
        .text(t.t("people-client-alg"), body.alg.jose().name())
        .render()
}

/// What stands, as it was proposed once.
pub(super) fn body_of(view: &ClientView) -> ClientBody {
    let client = &view.client;
    ClientBody {
        name: crate::model::exactly(&client.name, Lang::Ja).to_owned(),
        name_easy: crate::model::exactly(&client.name, Lang::JaEasy).to_owned(),
        name_en: crate::model::exactly(&client.name, Lang::En).to_owned(),
        recipient: client.recipient.clone(),
        purposes: view.purposes.clone(),
        proof: client.proof,
        uses: client.uses.clone(),
        alg: client.alg,
        level: client.level,
        redirects: client.redirects.clone(),
        logouts: client.logouts.clone(),
        keys: client.keys.clone(),
    }
}

async fn shown(
    visit: &Visit,
    view: &ClientView,
    fault: Option<&Fault>,
    fresh: Option<&str>,
) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let client = &view.client;
    let choices = visit.read(&CLIENT_CHOICES, Nothing {}).await?;
    let name = client.name.read(visit.cx.lang()).0.to_owned();
    let shell = shell_under(visit, name.clone(), MENU, LIST).wrong(fault.is_some());
    let saved = visit.tf(
        "people-saved",
        &[("who", saver(visit, &view.saved_by_name)), ("when", &visit.time(client.saved_ms))],
    );
    let body = html! {
        (PageHead::new(name).above(format!("{} {}", t.t("people-client-id"), client.id)).render())
        p { (state(visit, client)) }
        @if let Some(fault) = fault { (Banner::error(fault.title(t)).text(fault.remedy(t)).render(t)) }
        @if let Some(secret) = fresh { (fresh_secret(visit, secret)) }
        @if let Some(proposed) = &client.proposed { (proposal(visit, view, proposed, &choices)) }
        @if client.state != ClientState::Proposed {
            h2 { (t.t("people-client-stands")) }
            (facts(visit, &body_of(view), &choices))
            p class="quiet" {
                (t.t("people-client-issuer")) " " code { (crate::oauth::issuer(&visit.cx)) }
            }
            (approved(visit, view))
            (usage(visit, view))
            (secrets(visit, client))
        }
        (ways(visit, client))
        p class="quiet" { (saved) }
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, body).header("cache-control", "no-store"))
}

fn fresh_secret(visit: &Visit, secret: &str) -> Markup {
    let t = visit.cx.tongue();
    Banner::success(t.t("people-client-secret-new"))
        .body(html! { p { code class="secret" { (secret) } } p { (t.t("people-client-secret-once")) } })
        .result()
        .render(t)
}

fn proposal(visit: &Visit, view: &ClientView, proposed: &ClientBody, choices: &Choices) -> Markup {
    let t = visit.cx.tongue();
    let client = &view.client;
    let who = saver(visit, &view.proposed_by_name);
    let by =
        visit.tf("people-client-proposed-by", &[("who", who), ("when", &visit.time(client.proposed_ms))]);
    let own = visit.cx.who().written() == client.proposed_by;
    let post = |word: &str, verb: &str| {
        PostButton::new(t.t(word), format!("{LIST}/{}/{verb}", client.id), visit.new_token())
            .hidden("rev", client.rev.to_string())
    };
    let may = visit.may_ever("people.approve_client");
    html! {
        section class="card" aria-labelledby="people-proposal" {
            h2 id="people-proposal" class="card-title" { (t.t("people-client-proposal")) }
            p { (by) }
            (facts(visit, proposed, choices))
            @if may {
                @if own { p { (t.t("people-client-own-proposal")) } }
                (buttons([
                    (!own).then(|| post("people-client-approve", "approve").kind(ground::html::ButtonKind::Primary).render()),
                    Some(post(if own { "people-client-take-back" } else { "people-client-refuse" }, "refuse").danger().render()),
                ].into_iter().flatten()))
            }
        }
    }
}

fn approved(visit: &Visit, view: &ClientView) -> Markup {
    let who = saver(visit, &view.approved_by_name);
    let words = visit
        .tf("people-client-approved-by", &[("who", who), ("when", &visit.time(view.client.approved_ms))]);
    html! { p class="quiet" { (words) } }
}

fn usage(visit: &Visit, view: &ClientView) -> Markup {
    let t = visit.cx.tongue();
    let mut list = SummaryList::new().row(t.t("people-client-used"), used(visit, view.client.used_ms));
    for one in &view.used {
        let word = format!("people-client-count-{}", one.kind.replace('_', "-"));
        list = list.text(t.t(&word), ground::html::number(one.count));
    }
    html! { h2 { (t.t("people-client-usage")) } (list.render()) }
}

fn secrets(visit: &Visit, client: &Client) -> Markup {
    let t = visit.cx.tongue();
    if client.proof != Proof::Secret || client.state != ClientState::Open {
        return html! {};
    }
    let post = |word: &str, at_once: &str| {
        PostButton::new(t.t(word), format!("{LIST}/{}/secret", client.id), visit.new_token())
            .hidden("at_once", at_once)
            .render()
    };
    let made = match client.secret_ms {
        0 => t.t("people-client-secret-none").to_owned(),
        at_ms => t.tf("people-client-secret-since", &[("when", &visit.time(at_ms))]),
    };
    let before = (client.secret_before_ends_ms > visit.cx.now_ms())
        .then(|| t.tf("people-client-secret-before", &[("when", &visit.time(client.secret_before_ends_ms))]));
    html! {
        h2 { (t.t("people-client-secret")) }
        p { (made) @if let Some(before) = before { " " (before) } }
        @if visit.may_ever("people.set_client_secret") {
            (buttons([post("people-client-secret-make", "0")]))
            @if client.secret_ms > 0 {
                (details(t.t("people-client-secret-out"), html! {
                    p { (t.t("people-client-secret-out-text")) }
                    (buttons([post("people-client-secret-at-once", "1")]))
                }))
            }
        }
    }
}

fn ways(visit: &Visit, client: &Client) -> Markup {
    let t = visit.cx.tongue();
    if !visit.may_ever("people.propose_client") {
        return html! {};
    }
    let edit = Button::link(t.t("people-client-edit"), format!("{LIST}/{}/edit", client.id)).secondary();
    let close =
        PostButton::new(t.t("people-client-close"), format!("{LIST}/{}/close", client.id), visit.new_token())
            .danger();
    html! {
        (buttons([edit.render()]))
        @if client.state == ClientState::Open {
            (details(t.t("people-client-close"), html! { p { (t.t("people-client-close-text")) } (close.render()) }))
        }
    }
}

async fn judged(visit: &Visit, id: Id, outcome: Result<(), Fault>, done: &str) -> Result<Reply, Fault> {
    let fault = match outcome {
        Ok(()) => return Ok(Reply::see_other(done)),
        Err(fault) => fault,
    };
    let shows = matches!(fault.kind(), Kind::Invalid | Kind::Outdated | Kind::Conflict)
        || fault.code() == "people-own-proposal";
    if !shows {
        return Err(fault);
    }
    let view = visit.read(&CLIENT, ThisClient { id }).await?;
    shown(visit, &view, Some(&fault), None).await
}

fn judge_of(visit: &Visit) -> Result<JudgeClient, Fault> {
    Ok(JudgeClient { id: id_of(visit)?, rev: visit.form.get("rev").parse().unwrap_or(0) })
}

pub(super) async fn approve(visit: &Visit) -> Result<Reply, Fault> {
    let input = judge_of(visit)?;
    let id = input.id.clone();
    let outcome = visit.act(&APPROVE_CLIENT, input).await.map(|_| ());
    let done = format!("{LIST}/{id}?done=people-client-approved");
    judged(visit, id, outcome, &done).await
}

pub(super) async fn refuse(visit: &Visit) -> Result<Reply, Fault> {
    let input = judge_of(visit)?;
    let id = input.id.clone();
    let outcome = visit.act(&REFUSE_CLIENT, input).await.map(|_| ());
    judged(visit, id, outcome, "/staff/clients?done=people-client-refused").await
}

pub(super) async fn close(visit: &Visit) -> Result<Reply, Fault> {
    let id = id_of(visit)?;
    visit.act(&CLOSE_CLIENT, ThisClient { id: id.clone() }).await?;
    Ok(Reply::see_other(&format!("{LIST}/{id}?done=saved")))
}

/// Makes a secret and shows it, this once. Not kept under the form's token: the answer to a second press would be a
/// secret that does not work.
pub(super) async fn secret(visit: &Visit) -> Result<Reply, Fault> {
    let secret = seal::token(visit.cx.secret());
    let input = SetClientSecret {
        id: id_of(visit)?,
        secret_digest: seal::token_digest(&secret),
        at_once: visit.form.get("at_once") == "1",
    };
    let view = SET_CLIENT_SECRET.call(&visit.cx, input, None).await?;
    shown(visit, &view, None, Some(&secret)).await
}

pub(super) async fn keys(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let list = visit.read(&KEYS, Nothing {}).await?;
    let now_ms = visit.cx.now_ms();
    let title = t.t("people-keys").to_owned();
    let shell = shell_under(visit, title.clone(), MENU, LIST);
    let table = list.rows.iter().fold(
        Table::new(title.clone())
            .quiet_caption()
            .column(Col::new(t.t("people-key-name")))
            .column(Col::new(t.t("people-key-alg")))
            .column(Col::new(t.t("people-state")))
            .column(Col::new(t.t("people-key-signs")))
            .column(Col::new(t.t("people-key-shown"))),
        |table, key| {
            let (word, tone) = if key.starts_ms > now_ms {
                ("people-key-next", Tone::Info)
            } else if key.stops_ms > now_ms {
                ("people-key-current", Tone::Positive)
            } else {
                ("people-key-past", Tone::Neutral)
            };
            let short: String = key.kid.chars().take(12).collect();
            table.row([
                html! { code { (short) } },
                html! { (key.alg.jose().name()) },
                Tag::new(t.t(word), tone).render(),
                html! { (visit.time(key.starts_ms)) " – " (visit.time(key.stops_ms)) },
                html! { (visit.time(key.gone_ms)) },
            ])
        },
    );
    let post = |word: &str, at_once: &str| {
        PostButton::new(t.t(word), "/staff/clients/keys", visit.new_token()).hidden("at_once", at_once)
    };
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-keys-lead")).render())
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-keys-none")).text(t.t("people-keys-none-text")).render())
            } @else { (table.render(t)) }
            @if visit.may_ever("people.rotate_keys") {
                (buttons([post("people-keys-rotate", "0").render()]))
                (details(t.t("people-keys-out"), html! {
                    p { (t.t("people-keys-out-text")) }
                    (buttons([post("people-keys-at-once", "1").danger().render()]))
                }))
            }
        },
    ))
}

pub(super) async fn rotate(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&ROTATE_KEYS, RotateKeys { at_once: visit.form.get("at_once") == "1" }).await?;
    Ok(Reply::see_other("/staff/clients/keys?done=people-keys-asked"))
}
