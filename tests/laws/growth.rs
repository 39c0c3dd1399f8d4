//! Law 7: every table that grows has a rule for how long its rows are kept.

use std::collections::BTreeSet;

use ground::db::Dialect;
use tests::rooms::{ROOMS, created_table};
use tests::source::none_of;

/// Tables that need no such rule, each with the reason.
const STAY: &[(&str, &str)] = &[
    ("ground_city", "one row per city"),
    ("ground_cursor", "one row per reader"),
    ("ground_schedule", "one row per schedule"),
    ("gate_mail_server", "one row per city"),
    ("messages_page", "staff write and remove pages"),
    ("messages_page_live", "at most one row per page"),
    ("messages_translation_due", "at most one row per page and language"),
    ("people_account", "one row per person; who leaves is removed by an act"),
    ("people_resident", "one row per account"),
    ("people_staff", "one row per account"),
    ("people_way", "a person has a few, and removes them"),
    ("people_department", "staff write and remove departments"),
    ("people_district", "staff write and remove districts"),
    ("people_access_limit", "staff set a limit now and then"),
    ("people_block", "one row per 町字"),
    ("people_household", "one row per household that people named"),
    ("people_child", "at most one row per account"),
    ("people_rule", "staff write what the city decides"),
    ("people_recipient", "staff write them, a few hundred at most"),
    ("people_purpose", "staff write them, a few hundred at most"),
    ("people_purpose_version", "what people said yes to is kept as long as their yes"),
    ("people_consent", "at most one row per person and purpose"),
    ("people_client", "staff register and close services"),
    ("people_client_purpose", "follows people_client"),
    ("people_connection", "at most one row per person and service"),
    ("people_policy", "staff write policies, and there is a limit"),
    ("people_policy_version", "what was in force when stays known for good; staff write it by hand"),
    ("people_rights_mark", "one row per city"),
    ("people_team", "staff write and remove teams"),
    ("people_team_member", "follows people_team"),
    ("people_watch_asset", "staff write the register, and there is a limit"),
    ("people_watch_post", "who answered for what when stays known; staff write it by hand"),
    ("people_watch_question", "administrators write questions, and there is a limit"),
    ("people_watch_check", "about one a year"),
    ("people_provider", "administrators write a few of them"),
    ("people_provider_found", "at most one row per provider"),
    ("context_tenant", "one row per sub-space"),
    ("context_shape", "one row per combination of types and attributes, whatever number of entities has it"),
    ("context_ld", "staff host @contexts; of those that readers cause, a thousand of each kind are kept"),
    ("context_class", "at most one row per type"),
    ("ground_retention", "one row per table: when it was last cleared"),
    ("ground_secret", "one row per secret that staff set"),
    ("ground_file", "follows the record that it belongs to"),
    ("ground_file_width", "follows ground_file"),
    ("ground_blob", "goes at night when no file names it any more"),
    ("ground_chunk", "follows ground_blob"),
    ("ground_search", "follows what is published; whoever takes that away takes this away with it"),
    ("ground_search_words", "follows ground_search"),
];

#[test]
fn every_table_that_grows_has_a_retention_rule() {
    let kept: BTreeSet<&str> = ROOMS.iter().flat_map(|room| room.retention).map(|rule| rule.table).collect();
    let tables: BTreeSet<String> = ROOMS
        .iter()
        .flat_map(|room| room.migrations)
        .flat_map(|migration| migration.statements(Dialect::Sqlite))
        .filter_map(|statement| created_table(&statement))
        .filter(|table| !table.starts_with("v_"))
        .collect();
    let mut findings = Vec::new();
    for table in &tables {
        let stays = STAY.iter().any(|(name, _)| name == table);
        match (kept.contains(table.as_str()), stays) {
            (false, false) => findings.push(format!("{table} has no rule")),
            (true, true) => findings.push(format!("{table} has a rule and stands in STAY: one of the two")),
            _ => {}
        }
    }
    for table in kept.iter().filter(|table| !tables.contains(**table)) {
        findings.push(format!("a rule names {table}, which is no table"));
    }
    for (table, _) in STAY.iter().filter(|(table, _)| !tables.contains(*table)) {
        findings.push(format!("STAY names {table}, which is no table"));
    }
    none_of(
        &findings,
        "Law 7: say in the ROOM's `retention` how long rows are kept, or, if a table cannot grow by itself, add it to \
         STAY in this test with the reason.",
    );
}
