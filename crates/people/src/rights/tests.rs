//! Cedar decides as the plain reading of the rights matrix does, and a city's policies do what they say and no more.

use std::collections::HashMap;
use std::sync::Arc;

use ground::id::Id;
use ground::who::{Acting, Grant, Object, Reach, Role, Scope, Who, declared};
use policy::Compiled;
use proptest::prelude::*;

use super::decide::Court;
use super::declared::{Declared, Matrix};
use super::facts::Hat;
use super::standing::{Loaded, StandIn};

fn id(number: u8) -> Id {
    Id::from_parts(1, u128::from(number))
}

fn an_id() -> impl Strategy<Value = Option<u8>> {
    proptest::option::of(0u8..3)
}

fn ids() -> impl Strategy<Value = [Option<u8>; 4]> {
    [an_id(), an_id(), an_id(), an_id()]
}

const REACHES: [Reach; 5] =
    [Reach::City, Reach::OwnDepartment, Reach::OwnDistrict, Reach::OwnHousehold, Reach::Own];

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let grant = (
        proptest::sample::select(&Role::ALL[..]),
        proptest::sample::select(&REACHES[..]),
        proptest::option::of(proptest::sample::select(&Scope::ALL[..])),
    )
        .prop_map(|(role, reach, scope)| Grant { scope, ..Grant::new("room.verb", role, reach) });
    proptest::collection::vec(grant, 0..6)
}

fn acting() -> impl Strategy<Value = Option<Arc<Acting>>> {
    let one = (0u8..3, proptest::collection::vec(proptest::sample::select(&Scope::ALL[..]), 0..3)).prop_map(
        |(person, scopes)| {
            Arc::new(Acting {
                person: id(person),
                mandate: id(9),
                scopes: scopes.into(),
                ends_ms: 0,
                shown_name: String::new(),
            })
        },
    );
    proptest::option::of(one)
}

fn who() -> impl Strategy<Value = Who> {
    (proptest::collection::vec(proptest::sample::select(&Role::ALL[1..]), 0..4), ids(), acting(), an_id())
        .prop_map(|(roles, own, acting, client)| {
            let [account, department, district, household] = own.map(|own| own.map(id));
            Who {
                account,
                department,
                district,
                household,
                roles: roles.into(),
                acting,
                client: client.map(id),
                ..Who::default()
            }
        })
}

fn object() -> impl Strategy<Value = Object> {
    ids().prop_map(|own| {
        let [owner, department, district, household] = own.map(|own| own.map(id));
        Object { class: "thing", id: String::new(), owner, department, district, household }
    })
}

fn court_of(grants: &[Grant]) -> Declared {
    Declared::new("room.verb", grants, false)
}

proptest! {
    #[test]
    fn cedar_decides_as_the_plain_matrix_does(
        grants in grants(), cases in proptest::collection::vec((who(), object()), 1..8)
    ) {
        let rights = court_of(&grants);
        let loaded = Loaded::default();
        let court = Court::new(&rights, &loaded);
        for (who, object) in &cases {
            let expected = declared(&grants, who, object);
            prop_assert_eq!(court.decide(who, object, 0).allowed, expected);
            // Once more, from what was kept; and with the reasons, which are never kept.
            prop_assert_eq!(court.decide(who, object, 0).allowed, expected);
            prop_assert_eq!(court.reasons(who, object, 0).verdict.is_permitted(), expected);
            prop_assert!(!expected || court.ever(who, 0), "a menu hid what is permitted");
        }
    }

    #[test]
    fn more_rights_never_take_one_away(who in who(), grants in grants(), more in grants(), object in object()) {
        let all: Vec<Grant> = grants.iter().chain(&more).copied().collect();
        let loaded = Loaded::default();
        let (few, many) = (court_of(&grants), court_of(&all));
        let may = |rights| Court::new(rights, &loaded).decide(&who, &object, 0).allowed;
        prop_assert!(!may(&few) || may(&many));
    }

    #[test]
    fn nobody_owns_what_belongs_to_nobody(who in who(), reach in proptest::sample::select(&REACHES[1..])) {
        let rights = court_of(&[Grant::new("room.verb", Role::Anyone, reach)]);
        let loaded = Loaded::default();
        let court = Court::new(&rights, &loaded);
        prop_assert!(!court.decide(&who, &Object::of_city("thing"), 0).allowed);
        let own = Object { owner: Some(id(1)), ..Object::of_city("thing") };
        prop_assert!(!court.decide(&Who::anyone(), &own, 0).allowed);
    }

    #[test]
    fn a_city_policy_never_makes_a_menu_hide_what_is_permitted(
        grants in grants(), who in who(), object in object(), nth in 0usize..POLICIES.len()
    ) {
        let (matrix, loaded) = city(&grants, &[POLICIES[nth]]);
        let court = Court::new(&matrix["room.verb"], &loaded);
        prop_assert!(!court.decide(&who, &object, 0).allowed || court.ever(&who, 0));
        // The reasons say the same as the decision.
        let permitted = court.reasons(&who, &object, 0).verdict.is_permitted();
        prop_assert_eq!(court.decide(&who, &object, 0).allowed, permitted);
    }
}

const POLICIES: [&str; 5] = [
    "forbid (principal in Role::\"editor\", action, resource);",
    "forbid (principal, action, resource) when { resource has owner && resource.owner != principal };",
    "permit (principal in Role::\"clerk\", action in Action::\"writes\", resource) when { resource.class == \"thing\" };",
    "permit (principal, action == Action::\"room.verb\", resource) when { principal.signed_in };",
    "forbid (principal, action, resource) unless { principal.strong };",
];

fn city(grants: &[Grant], policies: &[&str]) -> (Matrix, Loaded) {
    let matrix = HashMap::from([("room.verb", court_of(grants))]);
    let compiled = policies
        .iter()
        .zip(0..)
        .map(|(cedar, nth)| Compiled::read(&format!("p{nth}"), cedar).expect("a good policy"));
    let loaded = Loaded::of(&matrix, compiled);
    (matrix, loaded)
}

fn staff(role: Role) -> Who {
    Who {
        account: Some(id(1)),
        roles: Arc::from([Role::Staff, role]),
        department: Some(id(1)),
        ..Who::default()
    }
}

fn of_department(number: u8) -> Object {
    Object::new("page", "x").department(Some(id(number)))
}

#[test]
fn a_forbid_outweighs_the_declared_right_and_a_permit_adds_to_it() {
    let grants = [Grant::new("room.verb", Role::Editor, Reach::OwnDepartment)];
    let forbid = "forbid (principal, action, resource) unless { principal.strong };";
    let permit = "permit (principal in Role::\"clerk\", action == Action::\"room.verb\", resource);";
    let (matrix, loaded) = city(&grants, &[forbid, permit]);
    let court = Court::new(&matrix["room.verb"], &loaded);
    let strong = |role| Who { strong: true, ..staff(role) };
    assert!(!court.decide(&staff(Role::Editor), &of_department(1), 0).allowed);
    assert!(court.decide(&strong(Role::Editor), &of_department(1), 0).allowed);
    assert!(!court.decide(&strong(Role::Editor), &of_department(2), 0).allowed);
    assert!(court.decide(&strong(Role::Clerk), &of_department(2), 0).allowed);
    assert!(!court.ever(&staff(Role::Editor), 0), "the menu knows what is forbidden whatever the thing is");
}

#[test]
fn a_deputy_has_the_roles_of_the_other_in_the_other_department_and_only_then() {
    let grants = [
        Grant::new("room.verb", Role::Editor, Reach::OwnDepartment),
        Grant::new("room.verb", Role::Staff, Reach::Own),
    ];
    let (matrix, mut loaded) = city(&grants, &[]);
    let hat = Hat { person: id(2), roles: vec![Role::Editor], department: Some(id(2)) };
    loaded.stand_in(id(1), StandIn { from_ms: 100, until_ms: 200, hat });
    let court = Court::new(&matrix["room.verb"], &loaded);
    let deputy = staff(Role::Clerk);
    let at = |now_ms| court.decide(&deputy, &of_department(2), now_ms);
    assert!(!at(99).allowed);
    assert_eq!((at(100).allowed, at(100).stands_in_for), (true, Some(id(2))));
    assert!(!at(200).allowed);
    assert!(!court.decide(&deputy, &of_department(1), 150).allowed, "not in one's own department");
    let theirs = Object::new("page", "x").owner(Some(id(2)));
    assert!(!court.decide(&deputy, &theirs, 150).allowed, "what is personal stays personal");
    assert!(
        court.ever(&deputy, 150) && court.ever(&deputy, 50),
        "everybody of the staff has things of their own"
    );
}

#[test]
fn what_is_forbidden_to_somebody_is_not_opened_by_standing_in() {
    let grants = [Grant::new("room.verb", Role::Editor, Reach::City)];
    let (matrix, mut loaded) =
        city(&grants, &["forbid (principal in Role::\"auditor\", action in Action::\"writes\", resource);"]);
    let hat = Hat { person: id(2), roles: vec![Role::Editor], department: None };
    loaded.stand_in(id(1), StandIn { from_ms: 0, until_ms: 10, hat });
    let court = Court::new(&matrix["room.verb"], &loaded);
    assert!(!court.decide(&staff(Role::Auditor), &of_department(1), 5).allowed);
    assert!(court.decide(&staff(Role::Clerk), &of_department(1), 5).allowed);
}
