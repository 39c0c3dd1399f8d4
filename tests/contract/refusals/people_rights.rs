use ground::who::Role;
use serde_json::json;

use super::Line;
use super::lines::{line, nothing, of_others};
use super::rights_seeds::a_policy;

pub const LINES: &[Line] = &[
    line("people.policies", nothing),
    line("people.policy", |seeds| json!({"id": seeds.rights.policy})),
    line(
        "people.save_policy",
        |seeds| json!({"id": seeds.rights.policy, "name": "監査は窓口を終えない", "cedar": a_policy(), "rev": 1}),
    ),
    line("people.propose_policy", |seeds| json!({"id": seeds.rights.policy_to_propose, "rev": 1})),
    line(
        "people.decide_policy",
        |seeds| json!({"id": seeds.rights.policy_proposed, "rev": 2, "approve": true}),
    ),
    line("people.retire_policy", |seeds| json!({"id": seeds.rights.policy_to_retire, "rev": 1})),
    line(
        "people.try_policy",
        |_| json!({"cedar": a_policy(), "person": "staff0@example.jp", "action": "people.teams"}),
    ),
    line("people.who_may", |_| json!({"action": "people.teams", "department": "100"})),
    line("people.what_may", |seeds| json!({"person": seeds.staff})),
    line("people.deputies", nothing),
    of_others(
        "people.save_deputy",
        |seeds| vec![seeds.elsewhere(Role::Clerk), seeds.nowhere(Role::Editor)],
        |_| json!({"person": "staff3@example.jp", "for_person": "staff0@example.jp", "from": "2026-04-01", "until": "2026-04-07"}),
    ),
    line("people.decide_deputy", |seeds| json!({"id": seeds.rights.deputy_asked, "agree": true})),
    of_others(
        "people.end_deputy",
        |seeds| vec![seeds.elsewhere(Role::Clerk), seeds.nowhere(Role::Editor)],
        |seeds| json!({"id": seeds.rights.deputy_to_end}),
    ),
    line("people.admin_requests", nothing),
    line("people.decide_admin", |seeds| json!({"id": seeds.rights.request, "grant": false})),
    line("people.teams", nothing),
    line("people.team", |seeds| json!({"id": seeds.rights.team})),
    line(
        "people.save_team",
        |seeds| json!({"id": seeds.rights.team, "slug": "flood", "name": "水防班", "members": [], "rev": 1}),
    ),
    line("people.remove_team", |seeds| json!({"id": seeds.rights.team_to_remove})),
];
