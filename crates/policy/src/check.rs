//! Whether a policy that somebody wrote can be read, and makes sense in this city.

use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationError, ValidationMode, Validator};
use miette::Diagnostic;

use crate::facts::names;
use crate::schema::{Known, schema};
use crate::set::Compiled;

/// Characters of a policy at most.
pub const CEDAR_CHARS_MAX: usize = 8_000;

/// Where in a text, counted from 1; columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// Something that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub place: Option<Place>,
    /// What kind of mistake: "syntax", "one", "action", "role", "department", "district", "team", "type", "attribute",
    /// "optional", "never", "other".
    pub kind: &'static str,
    /// The name that is not known, or what Cedar says about it, in English.
    pub said: String,
}

/// Reads a policy and checks it against what is known in this city. All mistakes are told at once.
pub fn check(id: &str, cedar: &str, known: &Known) -> Result<Compiled, Vec<Broken>> {
    if cedar.chars().count() > CEDAR_CHARS_MAX {
        return Err(vec![Broken { place: None, kind: "long", said: CEDAR_CHARS_MAX.to_string() }]);
    }
    let policy = Policy::parse(Some(PolicyId::new(id)), cedar).map_err(|errors| {
        // More than one policy in one text is the usual mistake, and Cedar says so in a roundabout way.
        let several = cedar.parse::<PolicySet>().is_ok_and(|set| set.num_of_policies() != 1);
        if several {
            return vec![Broken { place: None, kind: "one", said: String::new() }];
        }
        errors.iter().map(|error| broken("syntax", error, cedar)).collect::<Vec<_>>()
    })?;
    let mut wrong = unknown_names(&policy, cedar, known);
    let set = PolicySet::from_policies([policy.clone()]).map_err(|fault| vec![other(&fault)])?;
    let (schema, _) = Schema::from_cedarschema_str(&schema(known)).map_err(|fault| vec![other(&fault)])?;
    let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
    for error in result.validation_errors() {
        let kind = match error {
            ValidationError::UnrecognizedActionId(_) => "action",
            ValidationError::UnrecognizedEntityType(_)
            | ValidationError::UnexpectedType(_)
            | ValidationError::IncompatibleTypes(_) => "type",
            ValidationError::UnsafeAttributeAccess(_) => "attribute",
            ValidationError::UnsafeOptionalAttributeAccess(_) => "optional",
            ValidationError::InvalidActionApplication(_) => "never",
            ValidationError::InvalidEnumEntity(_) => "role",
            _ => "other",
        };
        wrong.push(broken(kind, error, cedar));
    }
    // A policy that never says anything is a mistake as well, only told as a warning.
    for warning in result.validation_warnings() {
        wrong.push(broken("never", warning, cedar));
    }
    // What can never apply because of another mistake is that mistake.
    if wrong.iter().any(|broken| broken.kind != "never") {
        wrong.retain(|broken| broken.kind != "never");
    }
    wrong.sort_by_key(|broken| broken.place.map(|place| (place.line, place.column)));
    wrong.dedup_by(|a, b| a.place == b.place && a.kind == b.kind);
    if wrong.is_empty() { Ok(Compiled::of(policy)) } else { Err(wrong) }
}

/// Departments, districts and teams that do not exist here: a policy about them would silently say nothing.
fn unknown_names(policy: &Policy, cedar: &str, known: &Known) -> Vec<Broken> {
    let mut wrong = Vec::new();
    for uid in policy.entity_literals() {
        let name = uid.id().unescaped().to_owned();
        let (kind, list) = match uid.type_name().to_string().as_str() {
            names::DEPARTMENT => ("department", &known.departments),
            names::DISTRICT => ("district", &known.districts),
            names::TEAM => ("team", &known.teams),
            names::ROLE => ("role", &known.roles),
            _ => continue,
        };
        if !list.contains(&name) {
            let place = cedar.find(&format!("\"{name}\"")).and_then(|at| place_of(cedar, at));
            wrong.push(Broken { place, kind, said: name });
        }
    }
    wrong
}

fn other(fault: &dyn std::fmt::Display) -> Broken {
    Broken { place: None, kind: "other", said: fault.to_string() }
}

fn broken(kind: &'static str, error: &(impl Diagnostic + ?Sized), cedar: &str) -> Broken {
    let at = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let help = error.help().map(|help| format!(" ({help})")).unwrap_or_default();
    Broken { place: at.and_then(|at| place_of(cedar, at)), kind, said: format!("{error}{help}") }
}

fn place_of(text: &str, at: usize) -> Option<Place> {
    let before = text.get(..at.min(text.len()))?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some(Place { line, column })
}
