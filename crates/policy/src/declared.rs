//! The rights that rooms declare, written as Cedar: what a house may do before a city adds policies of its own.

/// One line of the rights matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    pub action: &'a str,
    pub role: &'a str,
    /// "city", "own-department", "own-district", "own-household" or "own".
    pub reach: &'a str,
    /// Also for the person acted for, within this scope.
    pub scope: Option<&'a str>,
}

/// Everybody has this role, signed in or not.
const ANYONE: &str = "anyone";
/// A program of another organisation.
const SERVICE: &str = "service";

impl Rule<'_> {
    /// The name of its policy.
    pub fn id(&self) -> String {
        let scope = self.scope.map(|scope| format!("/for-{scope}")).unwrap_or_default();
        format!("{}/{}/{}{scope}", self.action, self.role, self.reach)
    }
}

/// A text between quotes, as Cedar reads it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

fn same(attribute: &str) -> String {
    format!(
        "principal has {attribute} && resource has {attribute} && principal.{attribute} == resource.{attribute}"
    )
}

/// The policy of a rule. A reach that is not known reaches nothing: there is no policy for it.
pub fn written(rule: &Rule<'_>) -> Option<String> {
    let condition = match rule.reach {
        "city" => None,
        "own-department" => Some(same("department")),
        "own-district" => Some(same("district")),
        "own-household" => Some(same("household")),
        "own" => {
            let mine = "principal.signed_in && resource has owner && resource.owner == principal".to_owned();
            Some(match rule.scope {
                None => mine,
                Some(scope) => format!(
                    "({mine}) ||\n  (resource has owner && principal has acting_for && \
                     resource.owner == principal.acting_for && principal.scopes.contains({}))",
                    quoted(scope)
                ),
            })
        }
        _ => return None,
    };
    let principal = match rule.role {
        ANYONE => "principal".to_owned(),
        role => format!("principal in Role::{}", quoted(role)),
    };
    // A program has what is granted to programs, and what everybody has on everything. What people do with their own
    // things they do themselves, even when the program has their word.
    let also_programs = rule.role == SERVICE || (rule.role == ANYONE && rule.reach == "city");
    let unless = if also_programs { "" } else { " unless {\n  principal has client\n}" };
    let when = condition.map(|condition| format!(" when {{\n  {condition}\n}}")).unwrap_or_default();
    Some(format!(
        "@id({})\n@role({})\n@reach({})\npermit (\n  {principal},\n  action == Action::{},\n  resource\n){when}{unless};",
        quoted(&rule.id()),
        quoted(rule.role),
        quoted(rule.reach),
        quoted(rule.action),
    ))
}
