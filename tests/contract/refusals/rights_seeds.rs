//! Policies at every point of their way, a deputy, a request and a team.

use std::sync::Arc;

use ground::id::Id;
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{START_MS, id};

pub struct RightsSeeds {
    pub policy: Id,
    pub policy_to_propose: Id,
    pub policy_proposed: Id,
    pub policy_to_retire: Id,
    pub deputy_asked: Id,
    pub deputy_to_end: Id,
    pub request: Id,
    pub team: Id,
    pub team_to_remove: Id,
}

const DAY_MS: i64 = 86_400_000;

async fn done(town: &Town, action: &str, input: Value) -> Value {
    town.call(Who::operator(), action, input).await.unwrap_or_else(|fault| panic!("{action}: {fault}"))
}

fn as_id(value: &Value) -> Id {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("an id: {value}"))
}

/// A policy that is about nothing the other lines try.
pub fn a_policy() -> &'static str {
    "forbid (principal in Role::\"auditor\", action == Action::\"people.end_counter\", resource);"
}

impl RightsSeeds {
    pub fn records(&self) -> Vec<&Id> {
        vec![
            &self.policy,
            &self.policy_to_propose,
            &self.policy_proposed,
            &self.policy_to_retire,
            &self.deputy_asked,
            &self.deputy_to_end,
            &self.request,
            &self.team,
            &self.team_to_remove,
        ]
    }

    pub async fn sow(town: &Arc<Town>, staff: &[Id], owner: &Id) -> RightsSeeds {
        let mut policies = Vec::new();
        for nth in 0..4 {
            let input = json!({"name": format!("きまり {nth}"), "cedar": a_policy()});
            policies.push(as_id(&done(town, "people.save_policy", input).await["policy"]["id"]));
        }
        done(town, "people.propose_policy", json!({"id": policies[2], "rev": 1})).await;
        let mut teams = Vec::new();
        for slug in ["flood", "festival"] {
            let input = json!({"slug": slug, "name": slug, "members": ["staff0@example.jp"]});
            teams.push(as_id(&done(town, "people.save_team", input).await["team"]["id"]));
        }
        let seeds = RightsSeeds {
            policy: policies[0].clone(),
            policy_to_propose: policies[1].clone(),
            policy_proposed: policies[2].clone(),
            policy_to_retire: policies[3].clone(),
            deputy_asked: id(701),
            deputy_to_end: id(702),
            request: id(703),
            team: teams[0].clone(),
            team_to_remove: teams[1].clone(),
        };
        let (deputy, person, wanted) = (staff[0].clone(), staff[3].clone(), staff[0].clone());
        let rows = [
            (seeds.deputy_asked.clone(), "asked", person.clone()),
            (seeds.deputy_to_end.clone(), "standing", owner.clone()),
        ];
        let request = seeds.request.clone();
        town.city()
            .db
            .write(move |tx| {
                for (id, state, person) in &rows {
                    tx.put(
                        sql!(
                            "insert into people_deputy
                                 (city, id, account, for_account, from_ms, until_ms, state, note, asked_by, asked_ms,
                                  agreed_by, agreed_ms, ended_by, ended_ms)
                             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', 'operator', ?5, '', 0, '', 0)"
                        ),
                        params![id, &deputy, person, START_MS, START_MS + 30 * DAY_MS, *state],
                    )?;
                }
                tx.put(
                    sql!(
                        "insert into people_admin_request
                             (city, id, account, state, asked_by, asked_ms, decided_by, decided_ms)
                         values (?1, ?2, ?3, 'open', 'operator', ?4, '', 0)"
                    ),
                    params![&request, &wanted, START_MS],
                )
            })
            .await
            .expect("sown");
        seeds
    }
}
