//! Who asks and what is acted on, in the words of policies.

use std::collections::HashMap;

use ground::id::Id;
use ground::who::{Level, Object, Role, Scope, Who};
use policy::{Person, Thing};

/// How ids of departments, districts and accounts are called in policies.
#[derive(Default)]
pub struct Places {
    /// The code of a department, and the codes of those that it stands under.
    pub departments: HashMap<Id, (String, Vec<String>)>,
    /// The slug of a district.
    pub districts: HashMap<Id, String>,
    /// The slugs of the teams of an account.
    pub teams: HashMap<Id, Vec<String>>,
    /// The slugs of all teams.
    pub team_slugs: Vec<String>,
}

impl Places {
    /// A department that is not known yet goes by its id, which no other has as its code.
    fn department<'p>(&'p self, id: Option<&'p Id>) -> (Option<&'p str>, Vec<&'p str>) {
        match id.map(|id| (id, self.departments.get(id))) {
            Some((_, Some((code, above)))) => (Some(code), above.iter().map(String::as_str).collect()),
            Some((id, None)) => (Some(id.as_str()), Vec::new()),
            None => (None, Vec::new()),
        }
    }

    fn district<'p>(&'p self, id: Option<&'p Id>) -> Option<&'p str> {
        id.map(|id| self.districts.get(id).map_or(id.as_str(), String::as_str))
    }
}

/// The roles and the department in which somebody stands in for another.
#[derive(Clone, Debug, PartialEq)]
pub struct Hat {
    pub person: Id,
    pub roles: Vec<Role>,
    pub department: Option<Id>,
}

/// A person, with everything that a policy may look at held together.
pub struct PersonFacts<'p> {
    id: &'p str,
    roles: Vec<&'static str>,
    teams: Vec<&'p str>,
    department: Option<&'p str>,
    above: Vec<&'p str>,
    district: Option<&'p str>,
    household: Option<&'p str>,
    level: i64,
    strong: bool,
    acting_for: Option<&'p str>,
    scopes: Vec<&'static str>,
    client: Option<&'p str>,
    stands_in_for: Option<&'p str>,
}

pub fn level_number(level: Level) -> i64 {
    Level::ALL.into_iter().zip(0..).find(|(known, _)| *known == level).map_or(0, |(_, number)| number)
}

/// With a hat, the roles and the department are those of the person stood in for; being staff is one's own.
pub fn person_of<'p>(who: &'p Who, hat: Option<&'p Hat>, places: &'p Places) -> PersonFacts<'p> {
    let roles = match hat {
        Some(hat) => {
            hat.roles.iter().chain(who.is_staff().then_some(&Role::Staff)).map(|role| role.name()).collect()
        }
        None => who.roles.iter().map(|role| role.name()).collect(),
    };
    let (department, above) = places.department(match hat {
        Some(hat) => hat.department.as_ref(),
        None => who.department.as_ref(),
    });
    let teams = who.account.as_ref().and_then(|account| places.teams.get(account));
    PersonFacts {
        id: who.account.as_ref().map_or("", Id::as_str),
        roles,
        teams: teams.into_iter().flatten().map(String::as_str).collect(),
        department,
        above,
        district: places.district(who.district.as_ref()),
        household: who.household.as_ref().map(Id::as_str),
        level: level_number(who.level),
        strong: who.strong,
        acting_for: who.acting.as_ref().map(|acting| acting.person.as_str()),
        scopes: who
            .acting
            .iter()
            .flat_map(|acting| acting.scopes.iter())
            .map(|scope| Scope::name(*scope))
            .collect(),
        client: who.client.as_ref().map(Id::as_str),
        stands_in_for: hat.map(|hat| hat.person.as_str()),
    }
}

impl PersonFacts<'_> {
    pub fn view(&self) -> Person<'_> {
        Person {
            id: self.id,
            roles: &self.roles,
            teams: &self.teams,
            department: self.department,
            departments_above: &self.above,
            district: self.district,
            household: self.household,
            level: self.level,
            strong: self.strong,
            acting_for: self.acting_for,
            scopes: &self.scopes,
            client: self.client,
            stands_in_for: self.stands_in_for,
        }
    }
}

pub struct ThingFacts<'p> {
    object: &'p Object,
    department: Option<&'p str>,
    above: Vec<&'p str>,
    district: Option<&'p str>,
}

pub fn thing_of<'p>(object: &'p Object, places: &'p Places) -> ThingFacts<'p> {
    let (department, above) = places.department(object.department.as_ref());
    ThingFacts { object, department, above, district: places.district(object.district.as_ref()) }
}

impl ThingFacts<'_> {
    pub fn view(&self) -> Thing<'_> {
        Thing {
            class: self.object.class,
            id: &self.object.id,
            owner: self.object.owner.as_ref().map(Id::as_str),
            department: self.department,
            departments_above: &self.above,
            district: self.district,
            household: self.object.household.as_ref().map(Id::as_str),
        }
    }
}
