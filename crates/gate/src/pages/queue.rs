//! The queue for staff: how letters stand, and what can be done about those that do not go out.

use ground::door::Reply;
use ground::fault::Fault;
use ground::floor::actions::Nothing;
use ground::html::{
    Banner, Button, Col, Link, Markup, PageHead, PostButton, Table, Tag, Tone, buttons, html,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;

use crate::actions::queue::{
    AskMails, GIVE_UP_MAIL, MAIL_STATE, MAILS, MailRow, MailState, RETRY_MAIL, ThisMail,
};
use crate::mail::State;

const MINUTE_MS: i64 = 60_000;

/// What a letter is for, in the reader's language; the code where nobody wrote a word for it.
pub fn kind(visit: &Visit, kind: &str) -> String {
    let word = format!("gate-kind-{kind}");
    if visit.cx.tongue().knows(&word) { visit.t(&word).to_owned() } else { kind.to_owned() }
}

fn state_tag(visit: &Visit, state: State) -> Tag {
    let tone = match state {
        State::Waiting => Tone::Info,
        State::Kept | State::Expired | State::Dropped => Tone::Neutral,
        State::Sent => Tone::Positive,
        State::Refused | State::Failed => Tone::Negative,
    };
    Tag::new(visit.t(&format!("gate-state-{}", state.name())), tone)
}

/// Why it did not go out, in words; what the server said stands as it was said.
fn cause(visit: &Visit, cause: &str, said: &str) -> String {
    if cause.is_empty() {
        return String::new();
    }
    let word = format!("fault-{cause}");
    let told = if visit.cx.tongue().knows(&word) { visit.t(&word) } else { cause };
    if said.is_empty() { told.to_owned() } else { format!("{told} ({said})") }
}

/// How long something has been waiting.
fn age(visit: &Visit, since_ms: i64) -> String {
    let minutes = (visit.cx.now_ms() - since_ms).max(0) / MINUTE_MS;
    let (word, count) = match minutes {
        0..120 => ("gate-age-minutes", minutes),
        120..2880 => ("gate-age-hours", minutes / 60),
        _ => ("gate-age-days", minutes / 1440),
    };
    visit.tf(word, &[("count", &count.to_string())])
}

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let state = State::from_name(visit.query.get("state"));
    let ask = |paging| AskMails { state, paging };
    let heads = [
        "gate-mail-kind",
        "gate-mail-state",
        "gate-mail-host",
        "gate-mail-tries",
        "gate-mail-cause",
        "gate-mail-made",
    ];
    if visit.wants_csv() {
        let rows = visit.read_all(&MAILS, ask).await?.into_iter().map(|row| {
            vec![
                row.id.to_string(),
                kind(visit, &row.kind),
                visit.t(&format!("gate-state-{}", row.state.name())).to_owned(),
                row.host,
                row.tries.to_string(),
                cause(visit, &row.cause, &row.said),
                visit.time(row.made_ms),
                if row.done_ms > 0 { visit.time(row.done_ms) } else { String::new() },
            ]
        });
        let heads: Vec<&str> = ["gate-mail-id"]
            .into_iter()
            .chain(heads)
            .chain(["gate-mail-done"])
            .map(|word| visit.t(word))
            .collect();
        return visit.csv("mail", &heads, rows);
    }
    let now = visit.read(&MAIL_STATE, Nothing {}).await?;
    let list = visit.read(&MAILS, ask(Paging::from_query(&visit.query))).await?;
    let base = format!("/staff/mail?state={}", state.map_or("", State::name));
    let table = list.rows.iter().fold(
        Table::new(visit.t("gate-mail"))
            .quiet_caption()
            .columns(heads.map(|word| Col::new(visit.t(word))))
            .column(Col::new(visit.t("job-do")))
            .csv(format!("{base}&format=csv"))
            .empty(visit.t("gate-mail-none")),
        |table, row| table.row(cells(visit, row)),
    );
    let all = std::iter::once(None).chain(State::ALL.map(Some)).map(|state| {
        let word = state.map_or("job-all".to_owned(), |state| format!("gate-state-{}", state.name()));
        let href = format!("/staff/mail?state={}", state.map_or("", State::name));
        Button::link(visit.t(&word), href).tertiary().render()
    });
    let title = visit.t("gate-mail");
    let shell = visit.shell(title);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(visit.t("gate-mail-lead")).render())
            @if let Some(banner) = banner(visit, &now) { (banner.render(visit.cx.tongue())) }
            (buttons(all))
            (table.render(visit.cx.tongue()))
            (visit.next_page(list.next.as_deref(), &base))
        },
    ))
}

fn cells(visit: &Visit, row: &MailRow) -> [Markup; 7] {
    let act = |verb: &str, word: &str| {
        let path = format!("/staff/mail/{}/{verb}", row.id);
        let about = format!("{} {}", kind(visit, &row.kind), visit.time(row.made_ms));
        PostButton::new(visit.t(word), path, visit.new_token()).about(about).render()
    };
    let next = if row.state == State::Waiting && row.tries > 0 && row.next_ms > visit.cx.now_ms() {
        visit.tf("gate-mail-next", &[("when", &visit.time(row.next_ms))])
    } else {
        String::new()
    };
    [
        html! { (kind(visit, &row.kind)) },
        state_tag(visit, row.state).render(),
        html! { (row.host) },
        html! { (row.tries) },
        html! { (cause(visit, &row.cause, &row.said)) @if !next.is_empty() { br; (next) } },
        html! { (visit.time(row.made_ms)) @if row.state == State::Waiting { br; (age(visit, row.made_ms)) } },
        buttons(
            [
                (row.can_be_tried() && visit.may_ever("gate.retry_mail"))
                    .then(|| act("retry", "gate-mail-retry")),
                (row.can_be_given_up() && visit.may_ever("gate.give_up_mail"))
                    .then(|| act("give-up", "gate-mail-give-up")),
            ]
            .into_iter()
            .flatten(),
        ),
    ]
}

/// What is wrong with mail, when something is.
fn banner(visit: &Visit, now: &MailState) -> Option<Banner> {
    if !now.is_stuck(visit.cx.now_ms()) {
        return None;
    }
    let title = if now.waiting > 0 && !now.open {
        visit.t("gate-stuck-closed").to_owned()
    } else if now.waiting > 0 && !now.answering {
        visit.tf("gate-stuck-down", &[("cause", &cause(visit, &now.cause, ""))])
    } else if now.waiting > 0 {
        visit.t("gate-stuck-late").to_owned()
    } else {
        visit.t("gate-stuck-failed").to_owned()
    };
    let mut lines = Vec::new();
    if now.waiting > 0 {
        let (count, age) = (now.waiting.to_string(), age(visit, now.oldest_ms));
        lines.push(visit.tf("gate-stuck-waiting", &[("count", &count), ("age", &age)]));
    }
    if now.failed > 0 {
        lines.push(visit.tf("gate-stuck-failed-count", &[("count", &now.failed.to_string())]));
    }
    Some(Banner::warning(title).body(html! { @for line in lines { p { (line) } } }))
}

/// On the desk, only when somebody should look.
pub async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !visit.may_ever("gate.mail_state") {
        return Ok(None);
    }
    let now = visit.read(&MAIL_STATE, Nothing {}).await?;
    let link = Link::new(visit.t("gate-stuck-look"), "/staff/mail");
    Ok(banner(visit, &now).map(|banner| banner.link(link).render(visit.cx.tongue())))
}

fn this(visit: &Visit) -> Result<ThisMail, Fault> {
    Ok(ThisMail { id: visit.slot("id").parse::<Id>().map_err(|_| Fault::missing())? })
}

pub async fn retry(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&RETRY_MAIL, this(visit)?).await?;
    Ok(Reply::see_other("/staff/mail?done=mail-retried"))
}

pub async fn give_up(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&GIVE_UP_MAIL, this(visit)?).await?;
    Ok(Reply::see_other("/staff/mail?done=mail-given-up"))
}
