//! The city's own policies: the list, and their way from a draft to force and back.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Button, Col, Empty, PageHead, Table, Tag, Tone};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};
use policy::Compiled;

use super::{said, ways};
use crate::rights::actions::policies::{
    AskPolicies, DECIDE_POLICY, DecidePolicy, MovePolicy, POLICIES, PROPOSE_POLICY, PolicyView, RETIRE_POLICY,
};
use crate::rights::store::policies::{PolicyRow, PolicyState};

pub const LIST: &str = "/staff/policies";

pub fn state_word(state: PolicyState) -> &'static str {
    match state {
        PolicyState::Draft => "people-policy-draft",
        PolicyState::Proposed => "people-policy-proposed",
        PolicyState::Approved => "people-policy-approved",
        PolicyState::Retiring => "people-policy-retiring",
        PolicyState::Retired => "people-policy-retired",
    }
}

pub fn state_tag(visit: &Visit, policy: &PolicyRow) -> Markup {
    let tone = match policy.state {
        PolicyState::Approved => Tone::Positive,
        PolicyState::Proposed | PolicyState::Retiring => Tone::Caution,
        PolicyState::Draft | PolicyState::Retired => Tone::Neutral,
    };
    html! {
        (Tag::new(visit.t(state_word(policy.state)), tone).render())
        @if policy.in_force > 0 && policy.in_force != policy.version {
            " " (visit.tf("people-policy-still", &[("version", &policy.in_force.to_string())]))
        }
    }
}

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let ask = |paging| AskPolicies { paging };
    let effect = |row: &PolicyRow| Compiled::read("p", &row.cedar).ok().map(|compiled| compiled.effect());
    if visit.wants_csv() {
        let rows = visit.read_all(&POLICIES, ask).await?.into_iter().map(|row| {
            let word = match effect(&row) {
                Some(policy::Effect::Permit) => "people-policy-permit",
                _ => "people-policy-forbid",
            };
            let saved = visit.time(row.saved_ms);
            let state = t.t(state_word(row.state)).to_owned();
            vec![row.name, t.t(word).to_owned(), state, row.in_force.to_string(), row.note, row.cedar, saved]
        });
        let heads = [
            "people-policy-name",
            "people-said-effect",
            "people-state",
            "people-policy-in-force",
            "people-policy-note",
            "people-policy-cedar",
            "people-policy-saved",
        ];
        return visit.csv("policies", &heads.map(|word| t.t(word)), rows);
    }
    let list = visit.read(&POLICIES, ask(Paging::from_query(&visit.query))).await?;
    let table = list.rows.iter().fold(
        Table::new(t.t("people-menu-policies"))
            .quiet_caption()
            .column(Col::new(t.t("people-policy-name")))
            .column(Col::new(t.t("people-said-effect")))
            .column(Col::new(t.t("people-state")))
            .column(Col::new(t.t("people-policy-note")))
            .csv(format!("{LIST}?format=csv")),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (row.name) } },
                effect(row).map_or_else(|| html! {}, |effect| said::effect_tag(visit, effect)),
                state_tag(visit, row),
                html! { (row.note) },
            ])
        },
    );
    let shell = visit.shell(t.t("people-menu-policies"));
    let mut head = PageHead::new(t.t("people-menu-policies")).lead(t.t("people-policies-lead"));
    if visit.may_ever("people.save_policy") {
        head = head.actions(Button::link(t.t("people-policy-new"), "/staff/policies/new").render());
    }
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            (ways(visit))
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-policies-none")).text(t.t("people-policies-none-text")).render())
            } @else { (table.render(t)) }
            (visit.next_page(list.next.as_deref(), LIST))
        },
    ))
}

pub fn this(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

fn moved(visit: &Visit) -> Result<MovePolicy, Fault> {
    Ok(MovePolicy { id: this(visit)?, rev: visit.form.get("rev").parse().unwrap_or(0) })
}

/// What went well leads back; what somebody else changed meanwhile, or what needs a second person, is said on the page.
fn back(visit: &Visit, outcome: Result<PolicyView, Fault>, done: &str) -> Result<Reply, Fault> {
    let here = format!("{LIST}/{}", this(visit)?);
    match outcome {
        Ok(_) => Ok(Reply::see_other(&format!("{here}?done={done}"))),
        Err(fault) if fault.kind() == Kind::Outdated => {
            Ok(Reply::see_other(&format!("{here}?done=people-policy-changed")))
        }
        Err(fault) => Err(fault),
    }
}

pub async fn propose(visit: &Visit) -> Result<Reply, Fault> {
    back(visit, visit.act(&PROPOSE_POLICY, moved(visit)?).await, "people-policy-proposed")
}

pub async fn decide(visit: &Visit, approve: bool) -> Result<Reply, Fault> {
    let MovePolicy { id, rev } = moved(visit)?;
    let outcome = visit.act(&DECIDE_POLICY, DecidePolicy { id, rev, approve }).await;
    back(visit, outcome, if approve { "people-policy-approved" } else { "people-policy-sent-back" })
}

pub async fn retire(visit: &Visit) -> Result<Reply, Fault> {
    back(visit, visit.act(&RETIRE_POLICY, moved(visit)?).await, "people-policy-retired")
}
