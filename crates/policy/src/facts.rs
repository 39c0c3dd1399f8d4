//! Who asks, for what, and about which thing, as Cedar sees it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};

/// Somebody who asks. Whatever is not known is absent, never an empty text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// The account; empty for whoever has none.
    pub id: &'a str,
    pub roles: &'a [&'a str],
    pub teams: &'a [&'a str],
    pub department: Option<&'a str>,
    /// The departments that the own one stands under.
    pub departments_above: &'a [&'a str],
    pub district: Option<&'a str>,
    pub household: Option<&'a str>,
    /// 0 and up: how sure the city is of who this is.
    pub level: i64,
    /// Whether a second factor was shown.
    pub strong: bool,
    /// The person acted for, and what may be done for them.
    pub acting_for: Option<&'a str>,
    pub scopes: &'a [&'a str],
    /// The program that acts by itself or in the person's name.
    pub client: Option<&'a str>,
    /// Whom this person stands in for.
    pub stands_in_for: Option<&'a str>,
}

/// What is acted on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Thing<'a> {
    pub class: &'a str,
    pub id: &'a str,
    pub owner: Option<&'a str>,
    pub department: Option<&'a str>,
    pub departments_above: &'a [&'a str],
    pub district: Option<&'a str>,
    pub household: Option<&'a str>,
}

/// A question, ready to be put to several sets of policies.
pub struct Asked {
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

pub(crate) mod names {
    pub const PERSON: &str = "Person";
    pub const ROLE: &str = "Role";
    pub const TEAM: &str = "Team";
    pub const DEPARTMENT: &str = "Department";
    pub const DISTRICT: &str = "District";
    pub const HOUSEHOLD: &str = "Household";
    pub const THING: &str = "Thing";
    pub const ACTION: &str = "Action";
}

/// The names of types are read once: they are part of every question.
static TYPES: LazyLock<HashMap<&'static str, EntityTypeName>> = LazyLock::new(|| {
    [
        names::PERSON,
        names::ROLE,
        names::TEAM,
        names::DEPARTMENT,
        names::DISTRICT,
        names::HOUSEHOLD,
        names::THING,
        names::ACTION,
    ]
    .into_iter()
    .filter_map(|name| Some((name, name.parse().ok()?)))
    .collect()
});

pub(crate) fn uid(kind: &'static str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(TYPES.get(kind)?.clone(), EntityId::new(id)))
}

fn uids<'i>(
    kind: &'static str,
    ids: impl IntoIterator<Item = &'i &'i str>,
) -> impl Iterator<Item = EntityUid> {
    ids.into_iter().filter_map(move |id| uid(kind, id))
}

type Attributes = HashMap<String, RestrictedExpression>;

fn reference(attributes: &mut Attributes, name: &str, kind: &'static str, id: Option<&str>) {
    if let Some(uid) = id.and_then(|id| uid(kind, id)) {
        attributes.insert(name.to_owned(), RestrictedExpression::new_entity_uid(uid));
    }
}

fn text(attributes: &mut Attributes, name: &str, value: &str) {
    attributes.insert(name.to_owned(), RestrictedExpression::new_string(value.to_owned()));
}

impl Person<'_> {
    fn entity(&self, uid: EntityUid) -> Option<Entity> {
        let mut attributes = Attributes::with_capacity(10);
        reference(&mut attributes, "department", names::DEPARTMENT, self.department);
        reference(&mut attributes, "district", names::DISTRICT, self.district);
        reference(&mut attributes, "household", names::HOUSEHOLD, self.household);
        reference(&mut attributes, "acting_for", names::PERSON, self.acting_for);
        reference(&mut attributes, "stands_in_for", names::PERSON, self.stands_in_for);
        if let Some(client) = self.client {
            text(&mut attributes, "client", client);
        }
        attributes.insert("level".to_owned(), RestrictedExpression::new_long(self.level));
        attributes.insert("strong".to_owned(), RestrictedExpression::new_bool(self.strong));
        attributes.insert("signed_in".to_owned(), RestrictedExpression::new_bool(!self.id.is_empty()));
        let scopes = self.scopes.iter().map(|scope| RestrictedExpression::new_string((*scope).to_owned()));
        attributes.insert("scopes".to_owned(), RestrictedExpression::new_set(scopes));
        let parents: HashSet<EntityUid> = uids(names::ROLE, self.roles)
            .chain(uids(names::TEAM, self.teams))
            .chain(uids(names::DEPARTMENT, &self.department))
            .chain(uids(names::DEPARTMENT, self.departments_above))
            .collect();
        Entity::new(uid, attributes, parents).ok()
    }
}

impl Thing<'_> {
    fn entity(&self, uid: EntityUid) -> Option<Entity> {
        let mut attributes = Attributes::with_capacity(6);
        text(&mut attributes, "class", self.class);
        text(&mut attributes, "id", self.id);
        reference(&mut attributes, "owner", names::PERSON, self.owner);
        reference(&mut attributes, "department", names::DEPARTMENT, self.department);
        reference(&mut attributes, "district", names::DISTRICT, self.district);
        reference(&mut attributes, "household", names::HOUSEHOLD, self.household);
        Entity::new(uid, attributes, HashSet::new()).ok()
    }
}

impl Asked {
    /// `groups` are the groups that the action stands in. `None` never happens for names that stand in this crate.
    pub fn new(person: &Person<'_>, action: &str, groups: &[&str], thing: &Thing<'_>) -> Option<Asked> {
        let who = uid(names::PERSON, person.id)?;
        let what = uid(names::THING, &format!("{}/{}", thing.class, thing.id))?;
        let act = uid(names::ACTION, action)?;
        let mut entities = vec![
            person.entity(who.clone())?,
            thing.entity(what.clone())?,
            Entity::new_no_attrs(act.clone(), uids(names::ACTION, groups).collect()),
        ];
        let trees = [
            (person.department, person.departments_above),
            (thing.department.filter(|its| Some(*its) != person.department), thing.departments_above),
        ];
        for (own, above) in trees {
            if let Some(own) = own
                && !above.is_empty()
            {
                let own = uid(names::DEPARTMENT, own)?;
                entities.push(Entity::new_no_attrs(own, uids(names::DEPARTMENT, above).collect()));
            }
        }
        let entities = Entities::from_entities(entities, None).ok()?;
        let request = Request::new(who, act, what, Context::empty(), None).ok()?;
        Some(Asked { request, entities })
    }
}
