//! Policies that were compiled, and what they answer.

use cedar_policy::{
    ActionConstraint, Authorizer, Decision, Effect as CedarEffect, Policy, PolicyId, PolicySet,
};

use crate::declared::{Rule, written};
use crate::facts::Asked;

/// Which actions a policy is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actions {
    All,
    /// These, and the actions of these groups.
    Named(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Permit,
    Forbid,
}

/// One policy, ready to stand in sets.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) policy: Policy,
    actions: Actions,
    sees_thing: bool,
}

impl Compiled {
    /// Reads one policy. Whether it makes sense in this city is for [`crate::check`].
    pub fn read(id: &str, cedar: &str) -> Result<Compiled, Box<cedar_policy::ParseErrors>> {
        Policy::parse(Some(PolicyId::new(id)), cedar).map(Compiled::of).map_err(Box::new)
    }

    /// The policy of a declared right; `None` for a reach that is not known.
    pub fn declared(rule: &Rule<'_>) -> Option<Compiled> {
        Compiled::read(&rule.id(), &written(rule)?).ok()
    }

    pub(crate) fn of(policy: Policy) -> Compiled {
        let name = |uid: &cedar_policy::EntityUid| uid.id().unescaped().to_owned();
        let actions = match policy.action_constraint() {
            ActionConstraint::Any => Actions::All,
            ActionConstraint::Eq(uid) => Actions::Named(vec![name(&uid)]),
            ActionConstraint::In(uids) => Actions::Named(uids.iter().map(name).collect()),
        };
        let sees_thing = policy.to_json().map_or(true, |json| looks_at_the_thing(&json));
        Compiled { policy, actions, sees_thing }
    }

    pub fn id(&self) -> String {
        self.policy.id().to_string()
    }

    pub fn effect(&self) -> Effect {
        match self.policy.effect() {
            CedarEffect::Permit => Effect::Permit,
            CedarEffect::Forbid => Effect::Forbid,
        }
    }

    pub fn actions(&self) -> &Actions {
        &self.actions
    }

    /// Whether what it says depends on the thing acted on at all.
    pub fn sees_thing(&self) -> bool {
        self.sees_thing
    }

    /// The same policy as far as it can be known before the thing is: a forbid that looks at the thing says nothing
    /// yet, and of such a permit only whom it is for stands. So it never refuses what could be permitted.
    pub fn whatever_the_thing(&self) -> Option<Compiled> {
        match (self.sees_thing, self.effect()) {
            (false, _) => Some(self.clone()),
            (true, Effect::Forbid) => None,
            (true, Effect::Permit) => {
                let mut json = self.policy.to_json().ok()?;
                let parts = json.as_object_mut()?;
                for open in ["action", "resource"] {
                    parts.insert(open.to_owned(), serde_json::json!({"op": "All"}));
                }
                parts.insert("conditions".to_owned(), serde_json::json!([]));
                Policy::from_json(Some(self.policy.id().clone()), json).ok().map(Compiled::of)
            }
        }
    }

    /// Whether it is about this action, which stands in these groups.
    pub fn is_about(&self, action: &str, groups: &[&str]) -> bool {
        match &self.actions {
            Actions::All => true,
            Actions::Named(names) => {
                names.iter().any(|name| name == action || groups.contains(&name.as_str()))
            }
        }
    }
}

fn looks_at_the_thing(policy: &serde_json::Value) -> bool {
    let scope_is_open = policy.pointer("/resource/op").and_then(|op| op.as_str()) == Some("All");
    !scope_is_open || policy.get("conditions").is_some_and(mentions_the_thing)
}

fn mentions_the_thing(expression: &serde_json::Value) -> bool {
    match expression {
        serde_json::Value::Object(map) => {
            map.get("Var").and_then(|name| name.as_str()) == Some("resource")
                || map.values().any(mentions_the_thing)
        }
        serde_json::Value::Array(list) => list.iter().any(mentions_the_thing),
        _ => false,
    }
}

/// What a set of policies says, with the names of the policies that made it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Permitted(Vec<String>),
    Forbidden(Vec<String>),
    /// Nothing permits it, nothing forbids it: refused, unless another set permits it.
    Silent,
}

impl Verdict {
    /// Two sets as if they were one: a forbid outweighs every permit.
    #[must_use]
    pub fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Forbidden(mut these), Verdict::Forbidden(those)) => {
                these.extend(those);
                Verdict::Forbidden(these)
            }
            (Verdict::Permitted(mut these), Verdict::Permitted(those)) => {
                these.extend(those);
                Verdict::Permitted(these)
            }
            (forbidden @ Verdict::Forbidden(_), _) | (_, forbidden @ Verdict::Forbidden(_)) => forbidden,
            (permitted @ Verdict::Permitted(_), _) | (_, permitted @ Verdict::Permitted(_)) => permitted,
            (Verdict::Silent, Verdict::Silent) => Verdict::Silent,
        }
    }

    pub fn is_permitted(&self) -> bool {
        matches!(self, Verdict::Permitted(_))
    }
}

/// The policies that are looked at together.
#[derive(Debug, Default)]
pub struct Set {
    set: PolicySet,
}

impl Set {
    /// Two policies of one name are one: the first.
    pub fn new<'c>(policies: impl IntoIterator<Item = &'c Compiled>) -> Set {
        let mut set = PolicySet::new();
        for compiled in policies {
            // The only thing that can be wrong is a name that is taken.
            let _ = set.add(compiled.policy.clone());
        }
        Set { set }
    }

    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    pub fn len(&self) -> usize {
        self.set.num_of_policies()
    }

    pub fn decide(&self, asked: &Asked) -> Verdict {
        if self.set.is_empty() {
            return Verdict::Silent;
        }
        let answer = Authorizer::new().is_authorized(&asked.request, &self.set, &asked.entities);
        // Cedar leaves out a policy that fails while it is read. A forbid that fails must not open the door.
        let failed: Vec<String> = answer
            .diagnostics()
            .errors()
            .map(|error| {
                let cedar_policy::AuthorizationError::PolicyEvaluationError(error) = error;
                error.policy_id()
            })
            .filter(|id| self.set.policy(id).is_some_and(|policy| policy.effect() == CedarEffect::Forbid))
            .map(ToString::to_string)
            .collect();
        let reasons = || answer.diagnostics().reason().map(ToString::to_string).collect::<Vec<_>>();
        match answer.decision() {
            _ if !failed.is_empty() => Verdict::Forbidden(failed),
            Decision::Allow => Verdict::Permitted(reasons()),
            Decision::Deny => {
                let reasons = reasons();
                if reasons.is_empty() { Verdict::Silent } else { Verdict::Forbidden(reasons) }
            }
        }
    }
}
