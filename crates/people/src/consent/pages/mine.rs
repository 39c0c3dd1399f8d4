//! The switchboard: every purpose of the city, one switch each.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Col, Empty, Link, PageHead, PostButton, TOKEN_FIELD, Table, Tag, Tone, buttons,
};
use ground::list::Paging;
use ground::page::{Visit, escaped};
use ground::who::Scope;
use maud::{Markup, html};

use super::card;
use crate::actions::Nothing;
use crate::consent::decide::Decided;
use crate::consent::mine::{
    AskHistory, AskReceipts, CONSENT_HISTORY, CONSENT_RECEIPTS, CONSENTS, DECIDE_CONSENT, DecideConsent,
    HistoryRow, Switchboard, asked,
};
use crate::consent::model::{Decision, State};
use crate::consent::purposes::{AskNotice, PURPOSE_NOTICE};
use crate::consent::said::{Standing, Stands};
use crate::consent::store::Told;
use crate::pages::told;
use crate::profile::{FAMILY, Mandate};

const BOARD: &str = "/my/consents";

fn crumbs(visit: &Visit, last: Option<(&str, String)>) -> Vec<Link> {
    let mut crumbs =
        vec![Link::new(visit.t("people-my"), "/my"), Link::new(visit.t("people-consents"), BOARD)];
    crumbs.extend(last.map(|(title, href)| Link::new(title, href)));
    crumbs
}

pub async fn switchboard(visit: &Visit) -> Result<Reply, Fault> {
    let board = visit.read(&CONSENTS, Nothing {}).await?;
    board_page(visit, &board, None).await
}

/// Those for whom this person may decide, one button each: the switchboard is then theirs.
async fn others(visit: &Visit) -> Result<Markup, Fault> {
    let who = visit.cx.who();
    if who.acting.is_some() || who.is_staff() {
        return Ok(html! {});
    }
    let family = visit.read(&FAMILY, Nothing {}).await?;
    let now_ms = visit.cx.now_ms();
    let mut may: Vec<&Mandate> = family
        .i_act
        .iter()
        .filter(|one| one.holds(now_ms) && one.scopes.contains(&Scope::Consents))
        .collect();
    may.dedup_by_key(|one| one.person.clone());
    if may.is_empty() {
        return Ok(html! {});
    }
    let t = visit.cx.tongue();
    Ok(html! {
        section aria-labelledby="people-consents-others" {
            h2 id="people-consents-others" { (t.t("people-consents-others")) }
            p { (t.t("people-consents-others-text")) }
            (buttons(may.iter().map(|one| {
                let words = t.tf("people-consents-for", &[("name", &one.person_name)]);
                PostButton::new(words, format!("/my/family/act/{}", one.id), visit.new_token())
                    .hidden("back", BOARD)
                    .render()
            })))
        }
    })
}

async fn board_page(visit: &Visit, board: &Switchboard, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let others = others(visit).await?;
    let t = visit.cx.tongue();
    let title = t.t("people-consents");
    let shell = visit.shell(title).private().wrong(fault.is_some()).breadcrumbs(crumbs(visit, None));
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let groups = [
        (Stands::Waiting, "people-consents-waiting", "people-consents-waiting-text"),
        (Stands::On, "people-consents-on", "people-consents-on-text"),
        (Stands::Off, "people-consents-off", "people-consents-off-text"),
        (Stands::NotByConsent, "people-consents-duty", "people-consents-duty-text"),
    ];
    let count = |stands: Stands| board.rows.iter().filter(|row| row.stands == stands).count().to_string();
    let body = html! {
        (PageHead::new(title).lead(t.t("people-consents-lead")).render())
        @if let Some(fault) = fault {
            (Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t))
        }
        @if board.child {
            (Banner::info(t.tf("people-consents-child", &[("years", &board.years.to_string())]))
                .text(t.t("people-consents-child-text")).render(t))
        }
        @if board.rows.is_empty() {
            (Empty::new(t.t("people-consents-none")).text(t.t("people-consents-none-text")).render())
        }
        @for (stands, word, text) in groups {
            @if board.rows.iter().any(|row| row.stands == stands) {
                section class="consent-group" aria-labelledby=(word) {
                    h2 id=(word) { (t.tf(word, &[("count", &count(stands))])) }
                    p class="quiet" { (t.t(text)) }
                    @for row in board.rows.iter().filter(|row| row.stands == stands) { (entry(visit, board, row)) }
                }
            }
        }
        (others)
        @if board.rows.iter().any(|row| row.last.is_some()) {
            section aria-labelledby="people-receipts" {
                h2 id="people-receipts" { (t.t("people-receipts")) }
                p { (t.t("people-receipts-text")) }
                (buttons([Button::link(t.t("people-receipts-all"), "/my/consents/receipts").secondary().render()]))
            }
        }
    };
    Ok(visit.page_with(status, &shell, body))
}

fn entry(visit: &Visit, board: &Switchboard, row: &Standing) -> Markup {
    let t = visit.cx.tongue();
    let told = &row.purpose;
    let id = format!("p-{}", told.code);
    html! {
        article class="consent" id=(id) aria-labelledby=(format!("{id}-name")) {
            div class="consent-head" {
                div {
                    h3 id=(format!("{id}-name")) { (card::told(&told.name, t)) }
                    p class="consent-tags" { (tag(visit, row)) }
                }
                @if row.stands == Stands::On || row.stands == Stands::Off { (switch(visit, row)) }
            }
            p { (card::told(&told.what_for, t)) }
            (card::facts(t, told))
            @if row.stands == Stands::Waiting { (answers(visit, board, row)) }
            p { (Link::new(t.tf("people-consent-more", &[("name", told.name.read(visit.cx.lang()).0)]), format!("{BOARD}/{}", told.code)).render()) }
        }
    }
}

/// Where it stands, in words.
fn tag(visit: &Visit, row: &Standing) -> Markup {
    let t = visit.cx.tongue();
    let at = visit.time(row.at_ms);
    let (words, tone) = match (row.stands, row.last) {
        (Stands::NotByConsent, _) => (t.t("people-consent-is-duty").to_owned(), Tone::Neutral),
        (Stands::On, _) if row.ends_ms > 0 => {
            let day = visit.cx.city().local(row.ends_ms).strftime("%Y-%m-%d").to_string();
            (t.tf("people-consent-is-on-until", &[("day", &day)]), Tone::Positive)
        }
        (Stands::On, _) => (t.tf("people-consent-is-on", &[("at", &at)]), Tone::Positive),
        (Stands::Waiting, Some(_)) if asked(row) && row.purpose.version > 1 => {
            (t.t("people-consent-asked-again").to_owned(), Tone::Caution)
        }
        (Stands::Waiting, Some(_)) => (t.t("people-consent-asked").to_owned(), Tone::Caution),
        (Stands::Waiting, None) => (t.t("people-consent-new").to_owned(), Tone::Info),
        (Stands::Off, Some(State::Given | State::Expired)) => {
            (t.t("people-consent-ran-out").to_owned(), Tone::Caution)
        }
        (Stands::Off, _) => (t.tf("people-consent-is-off", &[("at", &at)]), Tone::Neutral),
    };
    Tag::new(words, tone).render()
}

fn hidden(visit: &Visit, row: &Standing) -> Markup {
    html! {
        input type="hidden" name=(TOKEN_FIELD) value=(visit.new_token());
        input type="hidden" name="version" value=(row.purpose.version);
    }
}

/// One button that says what stands and turns it over: a switch to whoever listens, and a form to every browser.
fn switch(visit: &Visit, row: &Standing) -> Markup {
    let t = visit.cx.tongue();
    let on = row.stands == Stands::On;
    let decision = if on { Decision::Withdrawn } else { Decision::Given };
    let name = format!("p-{}-name", row.purpose.code);
    html! {
        form class="post-button" method="post" action=(format!("{BOARD}/{}", row.purpose.code)) data-once {
            (hidden(visit, row))
            button class="switch" type="submit" role="switch" aria-checked=(if on { "true" } else { "false" })
                aria-labelledby=(name) name="decision" value=(decision.name()) {
                span class="switch-track" aria-hidden="true" { span class="switch-knob" {} }
                span class="switch-word" aria-hidden="true" { (t.t(if on { "people-switch-on" } else { "people-switch-off" })) }
            }
        }
    }
}

/// Yes and no of the same weight: nobody is led to either.
fn answers(visit: &Visit, board: &Switchboard, row: &Standing) -> Markup {
    let t = visit.cx.tongue();
    let name = row.purpose.name.read(visit.cx.lang()).0;
    let button = |word: &str, decision: Decision| {
        html! {
            button class="button button-secondary" type="submit" name="decision" value=(decision.name()) {
                span { (t.t(word)) } span class="hidden-text" { "（" (name) "）" }
            }
        }
    };
    let acting = visit.cx.who().acting.is_some();
    html! {
        form method="post" action=(format!("{BOARD}/{}", row.purpose.code)) data-once {
            (hidden(visit, row))
            div class="buttons" {
                @if !board.child || acting { (button("people-consent-yes", Decision::Given)) }
                (button("people-consent-no", Decision::Refused))
            }
        }
    }
}

pub async fn decide(visit: &Visit) -> Result<Reply, Fault> {
    let code = visit.slot("code").to_owned();
    let decision = Decision::from_name(visit.form.get("decision"))
        .ok_or_else(|| Fault::field("decision", "field-required"))?;
    let version = visit.form.get("version").parse().unwrap_or(0);
    let input = DecideConsent { purpose: code.clone(), version, decision };
    match visit.act(&DECIDE_CONSENT, input).await {
        Ok(decided) => Ok(Reply::see_other(&format!("{BOARD}?done={}#p-{}", done(&decided), escaped(&code)))),
        Err(fault)
            if matches!(
                fault.code(),
                "people-consent-minor" | "people-purpose-changed" | "people-purpose-retired"
            ) =>
        {
            let board = visit.read(&CONSENTS, Nothing {}).await?;
            board_page(visit, &board, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

fn done(decided: &Decided) -> &'static str {
    match decided.state {
        State::Given => "people-consent-given",
        _ => "people-consent-off",
    }
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let code = visit.slot("code");
    let board = visit.read(&CONSENTS, Nothing {}).await?;
    let ask = AskHistory { purpose: code.to_owned(), paging: Paging::from_query(&visit.query) };
    let history = visit.read(&CONSENT_HISTORY, ask).await?;
    let row = board.rows.iter().find(|row| row.purpose.code == code);
    if row.is_none() && history.rows.is_empty() {
        return Err(Fault::missing());
    }
    let before = match row {
        Some(row) if row.stands == Stands::Waiting => answered_before(visit, row, &history.rows).await?,
        _ => None,
    };
    let name = row.map_or(code, |row| row.purpose.name.read(visit.cx.lang()).0).to_owned();
    let here = format!("{BOARD}/{code}");
    let shell = visit.shell(name.clone()).private().breadcrumbs(crumbs(visit, Some((&name, here.clone()))));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(name).lead(row.map_or("", |row| row.purpose.what_for.read(visit.cx.lang()).0)).render())
            @match row {
                Some(row) => {
                    p class="consent-tags" { (tag(visit, row)) }
                    @if row.stands == Stands::Waiting { (answers(visit, &board, row)) }
                    @else if row.stands != Stands::NotByConsent {
                        p { span id=(format!("p-{}-name", row.purpose.code)) { (told(&row.purpose.name, visit.cx.lang())) } }
                        (switch(visit, row))
                    }
                    @if let Some(before) = &before { (card::changes(t, before, &row.purpose)) }
                    (card::all_facts(t, &row.purpose))
                    (card::explained(t, &row.purpose.explained))
                }
                None => (Banner::info(t.t("people-purpose-ended")).render(t)),
            }
            h2 { (t.t("people-consent-history")) }
            @if history.rows.is_empty() { p class="quiet" { (t.t("people-consent-history-none")) } }
            @else {
                (history_table(visit, &history.rows))
                (visit.next_page(history.next.as_deref(), &here))
                (buttons([Button::link(t.t("people-receipt-one"), format!("{here}/receipt")).secondary().render()]))
            }
            p { (Link::new(t.t("people-consent-uses"), format!("/my/record?purpose={}", escaped(code))).render()) }
        },
    ))
}

/// The version that somebody answered last, where the one in force is another.
async fn answered_before(visit: &Visit, row: &Standing, rows: &[HistoryRow]) -> Result<Option<Told>, Fault> {
    let answered = rows.iter().map(|row| &row.happened).find(|one| one.state != State::Requested);
    let Some(answered) = answered.filter(|one| one.version != row.purpose.version) else { return Ok(None) };
    let ask = AskNotice { code: row.purpose.code.clone(), version: answered.version };
    match visit.read(&PURPOSE_NOTICE, ask).await {
        Ok(told) => Ok(Some(told)),
        Err(fault) if fault.kind() == Kind::Missing => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn history_table(visit: &Visit, rows: &[HistoryRow]) -> Markup {
    let t = visit.cx.tongue();
    let table = Table::new(t.t("people-consent-history"))
        .quiet_caption()
        .column(Col::new(t.t("people-consent-when")))
        .column(Col::new(t.t("people-consent-what")))
        .column(Col::new(t.t("people-fact-version")))
        .column(Col::new(t.t("people-consent-who")));
    rows.iter()
        .fold(table, |table, row| {
            let one = &row.happened;
            let who = match (one.actor.as_str(), row.spoken_by.as_str()) {
                ("", _) => t.t("people-consent-by-self").to_owned(),
                ("system" | "operator", _) => t.t("people-consent-by-city").to_owned(),
                (_, "") => t.t("people-consent-by-gone").to_owned(),
                (_, name) => t.tf("people-consent-by-other", &[("name", name)]),
            };
            table.row([
                html! { (visit.time(one.at_ms)) },
                html! { (t.t(&one.state.word())) },
                html! { (Link::new(t.tf("people-version", &[("version", &one.version.to_string())]), format!("/purposes/{}/{}", one.purpose, one.version)).render()) },
                html! { (who) },
            ])
        })
        .render(t)
}

/// One receipt, or all of them, as a file.
pub async fn receipts(visit: &Visit) -> Result<Reply, Fault> {
    let code = visit.slot("code");
    let receipt = visit.read(&CONSENT_RECEIPTS, AskReceipts { purpose: code.to_owned() }).await?;
    let body = serde_json::to_vec_pretty(&receipt).map_err(Fault::internal)?;
    let name = match code {
        "" => format!("consents-{}.jsonld", visit.cx.now().date()),
        code => format!("consent-{code}-{}.jsonld", visit.cx.now().date()),
    };
    Ok(Reply::download("application/ld+json", &name, body))
}

/// On my page: how many wait, how many are on, and the way to the switches.
pub async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let board = match visit.read(&CONSENTS, Nothing {}).await {
        Ok(board) => board,
        Err(fault) if matches!(fault.kind(), Kind::Refused | Kind::SignedOut) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    if board.rows.is_empty() {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let count = |stands: Stands| board.rows.iter().filter(|row| row.stands == stands).count();
    let (waiting, on) = (count(Stands::Waiting), count(Stands::On));
    let soon = visit.cx.now_ms() + 30 * 24 * 3_600_000;
    let ending = board
        .rows
        .iter()
        .filter(|row| row.stands == Stands::On && row.ends_ms > 0 && row.ends_ms <= soon)
        .collect::<Vec<_>>();
    Ok(Some(html! {
        section aria-labelledby="people-consents-panel" {
            h2 id="people-consents-panel" { (t.t("people-consents")) }
            @if waiting > 0 {
                (Banner::info(t.tf("people-consents-panel-waiting", &[("count", &waiting.to_string())])).render(t))
            }
            @for row in ending {
                (Banner::warning(t.tf("people-consents-panel-ending", &[
                    ("name", row.purpose.name.read(visit.cx.lang()).0),
                    ("day", &visit.cx.city().local(row.ends_ms).strftime("%Y-%m-%d").to_string()),
                ])).render(t))
            }
            p { (t.tf("people-consents-panel-on", &[("count", &on.to_string())])) }
            (buttons([Button::link(t.t("people-consents-panel-go"), BOARD).secondary().render()]))
        }
    }))
}

/// On the home page only when somebody asked this person by name, or asks again.
pub async fn home_panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !visit.cx.who().is_signed_in() || visit.cx.who().is_staff() {
        return Ok(None);
    }
    let board = visit.read(&CONSENTS, Nothing {}).await?;
    let waiting = board.rows.iter().filter(|row| asked(row)).count();
    if waiting == 0 {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let banner = Banner::info(t.tf("people-consents-panel-waiting", &[("count", &waiting.to_string())]))
        .link(Link::new(t.t("people-consents-panel-go"), BOARD));
    Ok(Some(banner.render(t)))
}
