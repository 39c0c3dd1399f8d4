//! A decision: the declared rights, then the city's own policies, then whoever is stood in for.

use std::sync::Arc;

use ground::who::{Decision, Object, Role, Who};
use policy::{Asked, Set, Verdict};

use super::declared::Declared;
use super::facts::{Hat, person_of, thing_of};
use super::standing::{Loaded, Own};

/// The pages on which policies are looked at and taken back. No policy closes them to an administrator.
const WAY_BACK: [&str; 12] = [
    "ground.rights",
    "ground.desk",
    "people.policies",
    "people.policy",
    "people.save_policy",
    "people.propose_policy",
    "people.decide_policy",
    "people.retire_policy",
    "people.try_policy",
    "people.who_may",
    "people.what_may",
    "people.staff",
];

/// What no policy of a city takes away: what everybody does with their own account and data and the ways in, and an
/// administrator's way back.
pub fn is_kept_open(declared: &Declared, who: &Who) -> bool {
    let own_affairs =
        declared.groups[0] == "people" && declared.grants.iter().any(|grant| grant.role == Role::Anyone);
    own_affairs || (who.roles.contains(&Role::Admin) && WAY_BACK.contains(&declared.name))
}

/// The program itself and the server's own command line go by the declared rights alone: whoever holds the server could
/// take the policies away, and is the last way back.
fn goes_by_declared_alone(who: &Who) -> bool {
    who.has(Role::System) || who.has(Role::Operator)
}

/// What the policies say, with the hat under which they say it.
pub struct Found<'l> {
    pub verdict: Verdict,
    pub hat: Option<&'l Hat>,
}

/// Everything that a decision needs besides who asks.
pub struct Court<'l> {
    pub declared: &'l Declared,
    pub loaded: &'l Loaded,
    pub own: Option<&'l Own>,
}

impl<'l> Court<'l> {
    pub fn new(declared: &'l Declared, loaded: &'l Loaded) -> Court<'l> {
        Court { declared, loaded, own: loaded.own.get(declared.name) }
    }

    /// Decides from what is kept, as far as that goes.
    pub fn decide(&self, who: &Who, object: &Object, now_ms: i64) -> Decision {
        let one = |who: &Who, hat: Option<&Hat>| match self.city_says(|own| &own.all, who, hat, object) {
            Verdict::Forbidden(_) => None,
            Verdict::Permitted(_) => Some(true),
            Verdict::Silent => Some(self.declared.permits(&wearing(who, hat), object)),
        };
        match one(who, None) {
            Some(true) => return Decision::yes(),
            // What is forbidden to somebody is not opened by standing in for another.
            None => return Decision::no(),
            Some(false) => {}
        }
        let hat = self.hats(who, now_ms).find(|hat| one(who, Some(hat)) == Some(true));
        hat.map_or(Decision::no(), |hat| Decision { allowed: true, stands_in_for: Some(hat.person.clone()) })
    }

    /// Whether there could be any object at all.
    pub fn ever(&self, who: &Who, now_ms: i64) -> bool {
        let blank = Object::default();
        let one = |hat: Option<&Hat>| match self.city_says(|own| &own.ever, who, hat, &blank) {
            Verdict::Forbidden(_) => None,
            Verdict::Permitted(_) => Some(true),
            Verdict::Silent => {
                let who = wearing(who, hat);
                Some(self.declared.grants.iter().any(|grant| grant.is_for(&who) && who.has(grant.role)))
            }
        };
        match one(None) {
            Some(true) => true,
            None => false,
            Some(false) => self.hats(who, now_ms).any(|hat| one(Some(hat)) == Some(true)),
        }
    }

    /// The same decision with every policy that made it so: for the pages that explain.
    pub fn reasons(&self, who: &Who, object: &Object, now_ms: i64) -> Found<'l> {
        let one = |hat: Option<&Hat>| {
            let own = self.declared.verdict(&wearing(who, hat), object);
            own.and(self.city_says(|own| &own.all, who, hat, object))
        };
        let verdict = one(None);
        if verdict != Verdict::Silent {
            return Found { verdict, hat: None };
        }
        for hat in self.hats(who, now_ms) {
            let verdict = one(Some(hat));
            if verdict.is_permitted() {
                return Found { verdict, hat: Some(hat) };
            }
        }
        Found { verdict: Verdict::Silent, hat: None }
    }

    /// In whose place somebody may act now: not while they act for a resident, and never through a program.
    fn hats(&self, who: &Who, now_ms: i64) -> impl Iterator<Item = &'l Hat> + use<'l> {
        let by_oneself = who.acting.is_none() && who.client.is_none();
        self.loaded.hats(who.account.as_ref().filter(|_| by_oneself), now_ms)
    }

    fn city_says(&self, set: fn(&Own) -> &Set, who: &Who, hat: Option<&Hat>, object: &Object) -> Verdict {
        let Some(own) = self.own.filter(|_| !goes_by_declared_alone(who)) else { return Verdict::Silent };
        let places = &self.loaded.places;
        let (person, thing) = (person_of(who, hat, places), thing_of(object, places));
        let asked = Asked::new(&person.view(), self.declared.name, &self.declared.groups, &thing.view());
        // A question that cannot be put is not answered with yes.
        let verdict = asked.map_or_else(|| Verdict::Forbidden(Vec::new()), |asked| set(own).decide(&asked));
        match verdict {
            Verdict::Forbidden(_) if is_kept_open(self.declared, who) => Verdict::Silent,
            said => said,
        }
    }
}

/// Somebody as the one they stand in for: with that person's roles, in that person's department.
fn wearing<'w>(who: &'w Who, hat: Option<&Hat>) -> std::borrow::Cow<'w, Who> {
    match hat {
        None => std::borrow::Cow::Borrowed(who),
        Some(hat) => {
            let staff = who.is_staff().then_some(Role::Staff);
            let roles: Arc<[Role]> = hat.roles.iter().copied().chain(staff).collect();
            std::borrow::Cow::Owned(Who { roles, department: hat.department.clone(), ..who.clone() })
        }
    }
}
