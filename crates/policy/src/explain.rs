//! A policy in plain words: its parts as keys with names, for whoever has the words.

use cedar_policy::{Policy, PolicyId};
use serde_json::{Value, json};

use crate::set::{Actions, Compiled, Effect};

/// One thing that a policy says: a key for words, and the name it is about ("role", "editor").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub key: &'static str,
    pub about: String,
}

/// What has to be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    One(Part),
    All(Vec<Said>),
    Any(Vec<Said>),
    Not(Box<Said>),
    /// Nothing that we have words for: as it is written.
    Written(String),
}

/// A whole policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub effect: Effect,
    pub actions: Actions,
    /// For whom; `None` for everybody.
    pub who: Option<Said>,
    /// On what; `None` for everything.
    pub thing: Option<Said>,
    /// Only when this is so.
    pub when: Vec<Said>,
    /// Not when this is so.
    pub unless: Vec<Said>,
}

pub fn explain(compiled: &Compiled) -> Explained {
    let json = compiled.policy.to_json().unwrap_or_default();
    let bodies = |kind: &str| -> Vec<Said> {
        let all = json.get("conditions").and_then(Value::as_array).into_iter().flatten();
        all.filter(|one| one.get("kind").and_then(Value::as_str) == Some(kind))
            .filter_map(|one| one.get("body").map(said))
            .collect()
    };
    Explained {
        effect: compiled.effect(),
        actions: compiled.actions().clone(),
        who: json.get("principal").and_then(scope),
        thing: json.get("resource").and_then(scope),
        when: bodies("when"),
        unless: bodies("unless"),
    }
}

fn part(key: &'static str, about: impl Into<String>) -> Said {
    Said::One(Part { key, about: about.into() })
}

/// `principal in Role::"editor"` and its like.
fn scope(constraint: &Value) -> Option<Said> {
    if let Some(entity) = constraint.get("entity").or_else(|| constraint.pointer("/in/entity")) {
        let named = json!({"Value": {"__entity": entity}});
        return Some(membership(&named).unwrap_or_else(|| Said::Written(entity.to_string())));
    }
    // `is Person` and `is Thing` are always so.
    None
}

/// The type and the id of an entity that is written out.
fn entity(expression: &Value) -> Option<(&str, &str)> {
    let entity = expression.pointer("/Value/__entity")?;
    Some((entity.get("type")?.as_str()?, entity.get("id")?.as_str()?))
}

fn membership(expression: &Value) -> Option<Said> {
    let (kind, id) = entity(expression)?;
    let key = match kind {
        "Role" => "role",
        "Team" => "team",
        "Department" => "department",
        "District" => "district",
        "Person" => "person",
        "Action" => "action",
        "Thing" => "thing-named",
        _ => return None,
    };
    Some(part(key, id))
}

/// `principal.department` as ("principal", "department"), `principal` as ("principal", "").
fn path(expression: &Value) -> Option<(&str, &str)> {
    if let Some(name) = expression.get("Var").and_then(Value::as_str) {
        return Some((name, ""));
    }
    let access = expression.get(".")?;
    Some((access.pointer("/left/Var")?.as_str()?, access.get("attr")?.as_str()?))
}

fn said(expression: &Value) -> Said {
    known(expression).unwrap_or_else(|| Said::Written(written(expression)))
}

fn known(expression: &Value) -> Option<Said> {
    let (operator, inside) = expression.as_object()?.iter().next()?;
    let (left, right) = (inside.get("left"), inside.get("right"));
    match operator.as_str() {
        "&&" => Some(joined(&[left?, right?], "&&")),
        "||" => Some(joined(&[left?, right?], "||")),
        "!" => Some(Said::Not(Box::new(said(inside.get("arg")?)))),
        "==" => equal(left?, right?).or_else(|| equal(right?, left?)),
        "!=" => {
            let same = equal(left?, right?).or_else(|| equal(right?, left?))?;
            Some(Said::Not(Box::new(same)))
        }
        "in" => within(left?, right?),
        ">=" | ">" | "<" | "<=" => level(operator, left?, right?),
        "contains" => match path(left?)? {
            ("principal", "scopes") => Some(part("scope", text(right?)?)),
            _ => None,
        },
        "has" => match (left?.get("Var")?.as_str()?, inside.get("attr")?.as_str()?) {
            ("principal", "acting_for") => Some(part("acting", "")),
            ("principal", "client") => Some(part("program", "")),
            ("principal", "stands_in_for") => Some(part("deputy", "")),
            ("principal", "department") => Some(part("has-department", "")),
            ("principal", "district") => Some(part("has-district", "")),
            ("resource", "department") => Some(part("thing-has-department", "")),
            ("resource", "district") => Some(part("thing-has-district", "")),
            ("resource", "owner") => Some(part("thing-has-owner", "")),
            _ => None,
        },
        "." => match path(expression)? {
            ("principal", "strong") => Some(part("strong", "")),
            ("principal", "signed_in") => Some(part("signed-in", "")),
            _ => None,
        },
        _ => None,
    }
}

/// A chain of the same operator as one list. That an attribute is there at all goes without saying beside what is said
/// of it.
fn joined(both: &[&Value; 2], operator: &str) -> Said {
    let mut list = Vec::new();
    for one in both {
        match (said(one), operator) {
            (Said::All(more), "&&") | (Said::Any(more), "||") => list.extend(more),
            (other, _) => list.push(other),
        }
    }
    if operator == "&&" {
        let is_has = |one: &Said| matches!(one, Said::One(part) if part.key.contains("has-"));
        if !list.iter().all(is_has) {
            list.retain(|one| !is_has(one));
        }
        if let [only] = list.as_slice() { only.clone() } else { Said::All(list) }
    } else {
        Said::Any(list)
    }
}

fn text(expression: &Value) -> Option<&str> {
    expression.get("Value")?.as_str()
}

fn equal(left: &Value, right: &Value) -> Option<Said> {
    match (path(left)?, path(right)) {
        (("resource", "owner"), Some(("principal", ""))) => Some(part("own", "")),
        (("resource", "owner"), Some(("principal", "acting_for"))) => Some(part("own-of-acted-for", "")),
        (("resource", "department"), Some(("principal", "department"))) => Some(part("own-department", "")),
        (("resource", "district"), Some(("principal", "district"))) => Some(part("own-district", "")),
        (("resource", "household"), Some(("principal", "household"))) => Some(part("own-household", "")),
        (("resource", "class"), None) => Some(part("class", text(right)?)),
        (("principal", "client"), None) => Some(part("client", text(right)?)),
        (("principal", "level"), None) => Some(part("level", right.get("Value")?.as_i64()?.to_string())),
        (("principal", "strong"), None) => match right.get("Value")?.as_bool()? {
            true => Some(part("strong", "")),
            false => Some(Said::Not(Box::new(part("strong", "")))),
        },
        (("principal", "department" | "district") | ("principal", ""), None) => membership(right),
        (("resource", "department"), None) => Some(part("thing-department", entity(right)?.1)),
        (("resource", "district"), None) => Some(part("thing-district", entity(right)?.1)),
        (("resource", "owner"), None) => Some(part("thing-owner", entity(right)?.1)),
        _ => None,
    }
}

fn within(left: &Value, right: &Value) -> Option<Said> {
    match path(left)? {
        ("principal", "" | "department") => membership(right),
        ("resource", "department") => match entity(right) {
            Some((_, code)) => Some(part("thing-under-department", code)),
            None if path(right)? == ("principal", "department") => Some(part("under-own-department", "")),
            None => None,
        },
        ("action", "") => membership(right),
        _ => None,
    }
}

fn level(operator: &str, left: &Value, right: &Value) -> Option<Said> {
    if path(left)? != ("principal", "level") {
        return None;
    }
    let number = right.get("Value")?.as_i64()?;
    let least = |number: i64| part("level-at-least", number.to_string());
    Some(match operator {
        ">=" => least(number),
        ">" => least(number + 1),
        "<" => Said::Not(Box::new(least(number))),
        _ => Said::Not(Box::new(least(number + 1))),
    })
}

/// An expression as Cedar writes it.
fn written(expression: &Value) -> String {
    let whole = json!({
        "effect": "permit",
        "principal": {"op": "All"},
        "action": {"op": "All"},
        "resource": {"op": "All"},
        "conditions": [{"kind": "when", "body": expression}],
    });
    let cedar =
        Policy::from_json(Some(PolicyId::new("one")), whole).ok().and_then(|policy| policy.to_cedar());
    let inside = cedar.as_deref().and_then(|cedar| {
        let (_, from) = cedar.split_once("when {")?;
        Some(from.rsplit_once('}')?.0.trim().to_owned())
    });
    inside.unwrap_or_else(|| expression.to_string())
}
