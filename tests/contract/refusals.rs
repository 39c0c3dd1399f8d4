//! Refused access, action by action: every wrong role, every foreign object, and somebody who may, so that a refusal is
//! known to come from the right and from nothing else. A new action gets its line in `LINES`; a law looks for it.

mod consent_seeds;
mod context;
mod gate;
mod lines;
pub(in crate::contract) mod oauth_seeds;
mod people_consent;
mod people_oauth;
mod people_profile;
mod people_release;
mod people_relying;
mod people_residents;
mod people_rights;
mod people_watch;
mod people_ways;
mod profile_seeds;
mod rights_seeds;
mod seeds;
mod ways_seeds;

use std::collections::BTreeSet;
use std::sync::Arc;

use ground::fault::{Fault, Kind};
use ground::house::House;
use ground::who::{Reach, Role, Who};
use serde_json::Value;
use tests::Town;
use tests::source::none_of;
use tests::town::each_store_of_the_house;

use seeds::Seeds;

/// Every line, part by part. Those of `lines` come last: some of them end the session that the others are tried with.
fn every_line() -> Vec<&'static Line> {
    [
        context::LINES,
        gate::LINES,
        people_consent::LINES,
        people_oauth::LINES,
        people_profile::LINES,
        people_release::LINES,
        people_relying::LINES,
        people_residents::LINES,
        people_rights::LINES,
        people_watch::LINES,
        people_ways::LINES,
        lines::LINES,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who else is to be refused, besides every role that has no right.
pub enum Foreign {
    /// Every right reaches the whole city.
    Nobody,
    /// The right role, on something that is another's: another department, owner, district or household.
    Others(fn(&Seeds) -> Vec<Who>),
    /// The action works on the actor's own things alone, whatever the input says; so it is tried without being
    /// signed in, and that is all.
    OnlyOneself,
    /// Open to everybody by its right; the action itself looks at what is asked for, and these are refused.
    InItself(fn(&Seeds) -> Vec<Who>),
}

/// What is tried with one action.
pub struct Line {
    pub action: &'static str,
    /// An input that would be done.
    pub input: fn(&Seeds) -> Value,
    pub foreign: Foreign,
    /// What somebody who may is answered; `None` means that it is done.
    pub done: Option<Kind>,
}

const SIGNED_OUT_OR_REFUSED: [Kind; 2] = [Kind::SignedOut, Kind::Refused];

/// Somebody with one role, and with everything else as fitting as can be: the department, district, household and
/// account of the seeds.
fn fitting(seeds: &Seeds, role: Role) -> Who {
    let roles: Vec<Role> = match role {
        Role::Editor | Role::Approver | Role::Clerk | Role::Auditor | Role::Admin => vec![Role::Staff, role],
        Role::Anyone => return Who::anyone(),
        other => vec![other],
    };
    let has_account = !matches!(role, Role::Operator | Role::System);
    Who {
        account: has_account.then(|| seeds.account.clone()),
        roles: Arc::from(roles),
        department: Some(seeds.department.clone()),
        district: Some(seeds.district.clone()),
        household: Some(seeds.household.clone()),
        session: has_account.then(|| seeds.session.clone()),
        // A program that came with everything a program can come with.
        client: (role == Role::Service).then(|| seeds.oauth.client.clone()),
        scopes: if role == Role::Service {
            ["openid", "purpose:library"].map(str::to_owned).into()
        } else {
            Arc::default()
        },
        // Just now: some acts ask for a sign-in that is only minutes old.
        signed_in_ms: tests::town::START_MS,
        ..Who::default()
    }
}

/// The roles that have no right at all: neither themselves nor through being staff.
fn wrong_roles(house: &House, action: &str) -> Vec<Role> {
    let granted: BTreeSet<Role> = house.grants(action).iter().map(|grant| grant.role).collect();
    if granted.contains(&Role::Anyone) {
        let own = house.grants(action).iter().all(|grant| grant.reach != Reach::City);
        return if own { vec![Role::Anyone] } else { Vec::new() };
    }
    let by_staff = granted.contains(&Role::Staff);
    Role::ALL
        .into_iter()
        .filter(|role| !granted.contains(role))
        .filter(|role| {
            let staff =
                matches!(role, Role::Editor | Role::Approver | Role::Clerk | Role::Auditor | Role::Admin);
            !(staff && by_staff)
        })
        .collect()
}

/// Somebody who may do it, by the widest right there is.
fn rightful(house: &House, seeds: &Seeds, action: &str) -> Who {
    let grants = house.grants(action);
    let widest = grants
        .iter()
        .find(|grant| grant.reach == Reach::City && grant.role != Role::System)
        .or(grants.first());
    let role = widest.map_or(Role::Operator, |grant| grant.role);
    if role == Role::Anyone { fitting(seeds, Role::Resident) } else { fitting(seeds, role) }
}

fn names_a_record(schema: &Value) -> bool {
    // The pattern of an id, as `Id` declares it.
    schema.to_string().contains("HJKMNP")
}

#[test]
fn the_wrong_role_and_the_foreign_object_are_refused() {
    each_store_of_the_house(|town| async move {
        let seeds = seeds::sow(&town).await;
        let mut wrong = Vec::new();
        for line in every_line() {
            wrong.extend(refused(&town, &seeds, line).await);
        }
        none_of(&wrong, "Law 4: these were not refused as they should be:");
    });
}

async fn refused(town: &Arc<Town>, seeds: &Seeds, line: &Line) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut tries: Vec<(String, Who)> = wrong_roles(&town.house, line.action)
        .into_iter()
        .map(|role| (format!("with the role {}", role.name()), fitting(seeds, role)))
        .collect();
    match &line.foreign {
        Foreign::Nobody | Foreign::OnlyOneself => {}
        Foreign::Others(who) | Foreign::InItself(who) => {
            tries.extend(
                who(seeds).into_iter().enumerate().map(|(nth, who)| (format!("as stranger {nth}"), who)),
            );
        }
    }
    for (how, who) in tries {
        let outcome = town.call(who, line.action, (line.input)(seeds)).await;
        if !outcome.as_ref().is_err_and(|fault| SIGNED_OUT_OR_REFUSED.contains(&fault.kind())) {
            wrong.push(format!("{} {how}: {}", line.action, said(&outcome)));
        }
    }
    // The same ids in another city: there is nothing there, not even for those who may do everything.
    let action = town.house.action(line.action).expect("a law looks for it");
    let schema = serde_json::to_value(&action.input).expect("a schema is JSON");
    let input = (line.input)(seeds);
    if names_a_record(&schema) && names_a_seed(&input, seeds) {
        let who = rightful(&town.house, seeds, line.action);
        let outcome = town.call_in(town.other_city(), who, line.action, input).await;
        let kept_apart = match &outcome {
            Err(fault) => [Kind::Missing, Kind::Refused, Kind::Invalid].contains(&fault.kind()),
            // A list of something that is not there is empty.
            Ok(answer) => answer.get("rows").and_then(Value::as_array).is_some_and(Vec::is_empty),
        };
        if !kept_apart {
            wrong.push(format!("{} with the ids of another city: {}", line.action, said(&outcome)));
        }
    }
    wrong
}

fn names_a_seed(input: &Value, seeds: &Seeds) -> bool {
    let text = input.to_string();
    seeds.records().iter().any(|id| text.contains(id.as_str()))
}

fn said(outcome: &Result<Value, Fault>) -> String {
    match outcome {
        Ok(answer) => format!("done, {}", answer.to_string().chars().take(80).collect::<String>()),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn whoever_may_is_not_refused() {
    each_store_of_the_house(|town| async move {
        let mut wrong = Vec::new();
        let seeds = seeds::sow(&town).await;
        for line in every_line() {
            let who = rightful(&town.house, &seeds, line.action);
            let outcome = town.call(who, line.action, (line.input)(&seeds)).await;
            if outcome.as_ref().err().map(Fault::kind) != line.done {
                wrong.push(format!("{}: {}", line.action, said(&outcome)));
            }
        }
        none_of(
            &wrong,
            "The samples must be good, or a refusal proves nothing. These were not answered as expected:",
        );
    });
}

#[test]
fn a_refused_act_leaves_nothing_but_its_audit_row() {
    each_store_of_the_house(|town| async move {
        let seeds = seeds::sow(&town).await;
        // Counted in the table: a reader of the log waits for older transactions of the whole cluster.
        let count = || {
            town.ask(|tx| {
                let all = ground::sql!("select count(*) from ground_event where city = ?1");
                tx.one(all, ground::params![], |row| row.get::<i64>(0))
            })
        };
        let before = count().await;
        for line in every_line() {
            refused(&town, &seeds, line).await;
        }
        assert_eq!(town.ask(tests::probe::events).await, before, "no event");
    });
}

#[test]
fn every_action_has_its_line() {
    let rooms = tests::rooms::ROOMS;
    let mut findings = Vec::new();
    let known: BTreeSet<&str> = every_line().iter().map(|line| line.action).collect();
    let actions: Vec<_> = rooms.iter().flat_map(|room| (room.actions)()).collect();
    for action in &actions {
        let Some(line) = every_line().into_iter().find(|line| line.action == action.name) else {
            findings.push(format!("{} has no line: who is refused?", action.name));
            continue;
        };
        let grants: Vec<_> =
            rooms.iter().flat_map(|room| room.grants).filter(|grant| grant.action == action.name).collect();
        let narrow = grants.iter().any(|grant| grant.reach != Reach::City);
        let own_only = grants.iter().all(|grant| grant.role == Role::Anyone && grant.reach == Reach::Own);
        let tried = match line.foreign {
            Foreign::Others(_) => true,
            Foreign::OnlyOneself => own_only,
            Foreign::Nobody | Foreign::InItself(_) => false,
        };
        if narrow && !tried {
            findings.push(format!(
                "{} is granted for own things only: who has the role and not the thing?",
                action.name
            ));
        }
    }
    for line in
        every_line().into_iter().filter(|line| !actions.iter().any(|action| action.name == line.action))
    {
        findings.push(format!("{} has a line and does not exist", line.action));
    }
    if known.len() != every_line().len() {
        findings.push("an action has two lines".to_owned());
    }
    none_of(
        &findings,
        "Law 4: every action is tried with the wrong role and with a foreign object. Add its line in \
         tests/contract/refusals/lines.rs.",
    );
}
