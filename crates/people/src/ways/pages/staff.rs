//! What staff see of signing in.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Banner, Choice, Col, Field, Form, PageHead, PostButton, Table, Tag, Tone, encode};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::history::{outcome_tag, way_name};
use crate::ways::history::Signal;
use crate::ways::suspicious::{AskSignIns, LOCK_ACCOUNT, SIGN_INS, Suspicious, ThisAccount, UNLOCK_ACCOUNT};

const LIST: &str = "/staff/sign-ins";
/// Enough of an id to tell two residents apart when one talks about them.
const NUMBER_CHARS: usize = 6;

fn signal_word(signal: Signal) -> String {
    format!("people-signal-{}", signal.name().replace('_', "-"))
}

/// The end of an id: its beginning is the time at which the account was made.
fn whose(visit: &Visit, row: &Suspicious) -> String {
    match &row.entry.account {
        None => visit.t("people-sign-ins-nobody").to_owned(),
        Some(_) if row.staff => row.name.clone(),
        Some(id) => {
            let text = id.as_str();
            let tail = text.get(text.len().saturating_sub(NUMBER_CHARS)..).unwrap_or_default();
            visit.tf("people-sign-ins-resident", &[("number", tail)])
        }
    }
}

/// Networks are told apart, not named.
fn network(row: &Suspicious) -> String {
    row.entry.network.chars().take(NUMBER_CHARS).collect()
}

fn act(visit: &Visit, row: &Suspicious) -> Markup {
    let Some(id) = row.entry.account.as_ref() else { return html! {} };
    let (verb, word, action) = if row.locked {
        ("unlock", "people-sign-ins-unlock", "people.unlock_account")
    } else {
        ("lock", "people-sign-ins-lock", "people.lock_account")
    };
    if !visit.may_ever(action) {
        return html! { @if row.locked { (Tag::new(visit.t("people-way-locked"), Tone::Caution).render()) } };
    }
    let button = PostButton::new(visit.t(word), format!("{LIST}/{id}/{verb}"), visit.new_token())
        .about(format!("{} {}", whose(visit, row), visit.time(row.entry.at_ms)));
    button.render()
}

pub(super) async fn page(visit: &Visit) -> Result<Reply, Fault> {
    shown(visit, None).await
}

async fn shown(visit: &Visit, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let signal = Signal::from_name(visit.query.get("signal"));
    let names = |row: &Suspicious| {
        row.entry.signals.iter().map(|signal| t.t(&signal_word(*signal)).to_owned()).collect::<Vec<_>>()
    };
    let columns = [
        "people-history-when",
        "people-sign-ins-who",
        "people-sign-ins-signals",
        "people-history-way",
        "people-session-browser",
        "people-sign-ins-network",
        "people-history-outcome",
    ];
    if visit.wants_csv() {
        let rows = visit.read_all(&SIGN_INS, |paging| AskSignIns { signal, paging }).await?;
        let lines = rows.into_iter().map(|row| {
            let outcome = t.t(&format!("people-outcome-{}", row.entry.outcome.name())).to_owned();
            vec![
                visit.time(row.entry.at_ms),
                whose(visit, &row),
                names(&row).join("、"),
                way_name(visit, &row.entry.way),
                row.entry.agent.clone(),
                network(&row),
                outcome,
            ]
        });
        return visit.csv("suspicious-sign-ins", &columns.map(|word| t.t(word)), lines);
    }
    let ask = AskSignIns { signal, paging: Paging::from_query(&visit.query) };
    let list = visit.read(&SIGN_INS, ask).await?;
    let chosen = signal.map_or("", Signal::name);
    let base = if chosen.is_empty() { LIST.to_owned() } else { format!("{LIST}?signal={}", encode(chosen)) };
    let joint = if chosen.is_empty() { '?' } else { '&' };
    let table = Table::new(t.t("people-menu-sign-ins"))
        .quiet_caption()
        .columns(
            [
                "people-history-when",
                "people-sign-ins-who",
                "people-sign-ins-signals",
                "people-sign-ins-how",
                "people-history-outcome",
            ]
            .map(|word| Col::new(t.t(word))),
        )
        .column(Col::new(t.t("people-session-do")))
        .csv(format!("{base}{joint}format=csv"))
        .empty(t.t("people-sign-ins-none"));
    let table = list.rows.iter().fold(table, |table, row| {
        table.row([
            html! { (visit.time(row.entry.at_ms)) },
            html! { (whose(visit, row)) },
            html! { @for name in names(row) { (Tag::new(name, Tone::Caution).render()) " " } },
            html! {
                (way_name(visit, &row.entry.way)) br;
                (row.entry.agent) br;
                span class="quiet" { (t.t("people-sign-ins-network")) " " code { (network(row)) } }
            },
            outcome_tag(visit, row.entry.outcome),
            act(visit, row),
        ])
    });
    let choices = std::iter::once(Choice::new("", t.t("people-sign-ins-all")))
        .chain(Signal::ALL.map(|signal| Choice::new(signal.name(), t.t(&signal_word(signal)))));
    let filter = Form::new(LIST)
        .get()
        .compact()
        .field(Field::select("signal", t.t("people-sign-ins-signals"), choices).value(chosen))
        .submit(t.t("people-sign-ins-filter"));
    let title = t.t("people-menu-sign-ins");
    let shell = visit.shell(title).wrong(fault.is_some());
    let body = html! {
        (PageHead::new(title).lead(t.t("people-sign-ins-lead")).render())
        @if let Some(fault) = fault { (Banner::error(fault.title(t)).text(fault.remedy(t)).render(t)) }
        (filter.render(t))
        (table.render(t))
        (visit.next_page(list.next.as_deref(), &base))
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, body))
}

fn this(visit: &Visit) -> Result<ThisAccount, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    Ok(ThisAccount { id })
}

pub(super) async fn lock(visit: &Visit) -> Result<Reply, Fault> {
    match visit.act(&LOCK_ACCOUNT, this(visit)?).await {
        Ok(_) => Ok(Reply::see_other("/staff/sign-ins?done=people-account-locked")),
        Err(fault) if fault.kind() == Kind::Invalid => shown(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn unlock(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&UNLOCK_ACCOUNT, this(visit)?).await?;
    Ok(Reply::see_other("/staff/sign-ins?done=people-account-unlocked"))
}
