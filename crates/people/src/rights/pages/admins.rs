//! Who is to become administrator: a second administrator decides.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Col, PageHead, PostButton, Table, Tag, Tone};
use ground::list::Paging;
use ground::page::Visit;
use maud::html;

use crate::pages::saver;
use crate::rights::actions::admins::{ADMIN_REQUESTS, AskRequests, DECIDE_ADMIN, DecideAdmin, RequestView};
use crate::rights::store::admins::RequestState;

const LIST: &str = "/staff/admins";

fn state(state: RequestState) -> (&'static str, Tone) {
    match state {
        RequestState::Open => ("people-admin-open", Tone::Caution),
        RequestState::Granted => ("people-admin-granted", Tone::Positive),
        RequestState::Refused => ("people-admin-refused", Tone::Neutral),
    }
}

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let ask = |paging| AskRequests { paging };
    let hand = |name: &str, at_ms: i64| {
        if at_ms == 0 { String::new() } else { format!("{} {}", saver(visit, name), visit.time(at_ms)) }
    };
    if visit.wants_csv() {
        let rows = visit.read_all(&ADMIN_REQUESTS, ask).await?.into_iter().map(|row| {
            vec![
                row.request.name.clone(),
                t.t(state(row.request.state).0).to_owned(),
                hand(&row.asked_by_name, row.request.asked_ms),
                hand(&row.decided_by_name, row.request.decided_ms),
            ]
        });
        let heads =
            ["people-staff-name", "people-state", "people-admin-asked-by", "people-policy-decided-by"];
        return visit.csv("admins", &heads.map(|word| t.t(word)), rows);
    }
    let list = visit.read(&ADMIN_REQUESTS, ask(Paging::from_query(&visit.query))).await?;
    let me = visit.cx.who().written();
    let steps = |row: &RequestView| {
        let one_of_two = row.request.asked_by == me || row.request.account.as_str() == me;
        let open = row.request.state == RequestState::Open;
        let may = open && !one_of_two && visit.may_ever("people.decide_admin");
        let button = |word: &str, verb: &str| {
            PostButton::new(visit.t(word), format!("{LIST}/{}/{verb}", row.request.id), visit.new_token())
                .about(&row.request.name)
                .render()
        };
        html! {
            @if may {
                (button("people-admin-grant", "grant"))
                (button("people-admin-refuse", "refuse"))
            } @else if open { (t.t("people-admin-waits")) }
        }
    };
    let table = list.rows.iter().fold(
        Table::new(t.t("people-menu-admins"))
            .quiet_caption()
            .column(Col::new(t.t("people-staff-name")))
            .column(Col::new(t.t("people-state")))
            .column(Col::new(t.t("people-admin-asked-by")))
            .column(Col::new(t.t("people-policy-decided-by")))
            .column(Col::new(t.t("people-session-do")))
            .csv(format!("{LIST}?format=csv"))
            .empty(t.t("people-admins-none")),
        |table, row| {
            let (word, tone) = state(row.request.state);
            table.row([
                html! { a href=(format!("/staff/people/{}", row.request.account)) { (row.request.name) } },
                Tag::new(t.t(word), tone).render(),
                html! { (hand(&row.asked_by_name, row.request.asked_ms)) },
                html! { (hand(&row.decided_by_name, row.request.decided_ms)) },
                steps(row),
            ])
        },
    );
    let shell = visit.shell(t.t("people-menu-admins"));
    let head = PageHead::new(t.t("people-menu-admins")).lead(t.t("people-admins-lead"));
    Ok(visit.page(
        &shell,
        html! { (head.render()) (table.render(t)) (visit.next_page(list.next.as_deref(), LIST)) },
    ))
}

pub async fn decide(visit: &Visit, grant: bool) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&DECIDE_ADMIN, DecideAdmin { id, grant }).await?;
    Ok(Reply::see_other(&format!("{LIST}?done=saved")))
}
