//! The schema of a house: which actions there are, and what is known of persons and things.

use std::fmt::Write as _;

/// An action, and the groups that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionName {
    pub name: String,
    pub groups: Vec<String>,
}

/// What a policy may name.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub actions: Vec<ActionName>,
    pub roles: Vec<String>,
    pub teams: Vec<String>,
    pub departments: Vec<String>,
    pub districts: Vec<String>,
}

const KINDS: &str = r#"
entity Team;
entity District;
entity Household;
entity Department in [Department];
entity Person in [Role, Team, Department] = {
  "department"?: Department,
  "district"?: District,
  "household"?: Household,
  "level": Long,
  "strong": Bool,
  "signed_in": Bool,
  "acting_for"?: Person,
  "scopes": Set<String>,
  "client"?: String,
  "stands_in_for"?: Person,
};
entity Thing = {
  "class": String,
  "id": String,
  "owner"?: Person,
  "department"?: Department,
  "district"?: District,
  "household"?: Household,
};
"#;

/// The schema in Cedar's own form.
pub fn schema(known: &Known) -> String {
    let mut out = String::from(KINDS);
    // Writing into a text cannot fail.
    let _ = writeln!(out, "entity Role enum [{}];", listed(&known.roles));
    let mut groups: Vec<&String> = known.actions.iter().flat_map(|action| &action.groups).collect();
    groups.sort();
    groups.dedup();
    for group in groups {
        let _ = writeln!(out, "action {};", quoted(group));
    }
    for action in &known.actions {
        let within = if action.groups.is_empty() {
            String::new()
        } else {
            format!(" in [{}]", listed(&action.groups))
        };
        let _ = writeln!(
            out,
            "action {}{within} appliesTo {{ principal: [Person], resource: [Thing], context: {{}} }};",
            quoted(&action.name)
        );
    }
    out
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}
