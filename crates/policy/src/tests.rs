//! What a clerk may write, what is refused, and how it reads.

use proptest::prelude::*;

use crate::{
    ActionName, Asked, Broken, CEDAR_CHARS_MAX, Compiled, Known, Person, Place, Rule, Said, Set, Thing,
    Verdict, check, explain, schema, written,
};

fn known() -> Known {
    let action = |name: &str, groups: [&str; 2]| ActionName {
        name: name.to_owned(),
        groups: groups.map(str::to_owned).to_vec(),
    };
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Known {
        actions: vec![
            action("pages.save", ["pages", "writes"]),
            action("pages.show", ["pages", "reads"]),
            action("people.save_staff", ["people", "writes"]),
        ],
        roles: list(&["staff", "editor", "clerk", "admin"]),
        teams: list(&["flood"]),
        departments: list(&["01", "0101"]),
        districts: list(&["north"]),
    }
}

fn wrong(cedar: &str) -> Vec<Broken> {
    check("p", cedar, &known()).expect_err("it is wrong")
}

#[test]
fn what_makes_sense_is_taken() {
    for cedar in [
        "forbid (principal, action, resource) unless { principal.strong };",
        "permit (principal in Role::\"clerk\", action == Action::\"pages.save\", resource);",
        "permit (principal in Team::\"flood\", action in [Action::\"pages\", Action::\"people.save_staff\"], resource)
         when { resource has department && resource.department in Department::\"01\" };",
        "forbid (principal, action in Action::\"writes\", resource) when { principal.level < 2 };",
        "permit (principal in Department::\"0101\", action, resource)
         when { resource has district && resource.district == District::\"north\" };",
    ] {
        if let Err(broken) = check("p", cedar, &known()) {
            panic!("{cedar}: {broken:?}");
        }
    }
}

#[test]
fn a_mistake_is_told_with_its_kind_and_its_place() {
    let first = |cedar: &str| wrong(cedar).into_iter().next().map(|broken| (broken.kind, broken.place));
    let at = |line, column| Some(Place { line, column });
    assert_eq!(
        first("permit (principal, action, resource)\n  when { principal.strong"),
        Some(("syntax", at(2, 26)))
    );
    assert_eq!(
        first("permit (\n  principal,\n  action == Action::\"pages.burn\",\n  resource\n);"),
        Some(("action", at(3, 13)))
    );
    assert_eq!(
        first("permit (principal in Role::\"boss\", action, resource);").map(|found| found.0),
        Some("role")
    );
    assert_eq!(
        first("permit (principal, action, resource)\nwhen { principal in Department::\"0999\" };"),
        Some(("department", at(2, 33)))
    );
    assert_eq!(
        first("permit (principal, action, resource) when { principal.height > 3 };").map(|found| found.0),
        Some("attribute")
    );
    assert_eq!(
        first("permit (principal, action, resource) when { resource.owner == principal };")
            .map(|found| found.0),
        Some("optional")
    );
    assert_eq!(
        first("permit (principal, action, resource) when { principal.level == \"high\" };")
            .map(|found| found.0),
        Some("type")
    );
    assert_eq!(
        first("permit (principal, action, resource); permit (principal, action, resource);")
            .map(|found| found.0),
        Some("one")
    );
    assert_eq!(first(&" ".repeat(CEDAR_CHARS_MAX + 1)).map(|found| found.0), Some("long"));
    // Japanese before the mistake: columns are characters, not bytes.
    assert_eq!(
        first("@note(\"夜間\") permit (principal in Team::\"夜\", action, resource);"),
        Some(("team", at(1, 40)))
    );
}

#[test]
fn a_forbid_that_fails_while_it_is_read_still_forbids() {
    let permit = Compiled::read("a", "permit (principal, action, resource);").unwrap();
    let broken =
        Compiled::read("b", "forbid (principal, action, resource) when { resource.owner == principal };")
            .unwrap();
    let set = Set::new([&permit, &broken]);
    let asked = Asked::new(&Person::default(), "pages.save", &[], &Thing::default()).unwrap();
    assert_eq!(set.decide(&asked), Verdict::Forbidden(vec!["b".to_owned()]));
}

#[test]
fn declared_rights_pass_the_same_check_as_policies() {
    for reach in ["city", "own-department", "own-district", "own-household", "own"] {
        for (role, scope) in [("editor", None), ("clerk", Some("consents"))] {
            let rule = Rule { action: "pages.save", role, reach, scope };
            let cedar = written(&rule).unwrap();
            assert!(check("p", &cedar, &known()).is_ok(), "{cedar}");
        }
    }
    assert_eq!(written(&Rule { action: "pages.save", role: "editor", reach: "moon", scope: None }), None);
}

#[test]
fn a_policy_reads_in_plain_words() {
    let cedar = "forbid (principal in Role::\"editor\", action == Action::\"pages.save\", resource)
        when { resource has department && principal has department && resource.department == principal.department
               && !(principal.level >= 2) }
        unless { principal.strong || resource.class like \"draft*\" };";
    let said = explain(&Compiled::read("p", cedar).unwrap());
    let text = format!("{said:?}");
    assert!(text.contains("\"role\", about: \"editor\""), "{text}");
    assert!(text.contains("own-department") && text.contains("level-at-least"), "{text}");
    assert!(!text.contains("has-department"), "that it is there at all goes without saying: {text}");
    let Some(Said::Any(either)) = said.unless.first() else { panic!("{text}") };
    assert!(matches!(&either[1], Said::Written(code) if code.contains("like")), "{text}");
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_crash(text in "\\PC{0,300}") {
        let _ = check("p", &text, &known());
    }

    #[test]
    fn pieces_of_policies_are_read_without_a_crash(
        pieces in proptest::collection::vec(proptest::sample::select(&[
            "permit", "forbid", "(", ")", "principal", "action", "resource", ",", ";", "when", "unless", "{", "}",
            "==", "in", "has", "&&", "||", "!", ".", "Role::\"editor\"", "Action::\"pages\"", "department", "level",
            "1", "\"x\"", "[", "]", "is", "Person", "like", "\n",
        ][..]), 0..30)
    ) {
        if let Ok(compiled) = check("p", &pieces.join(" "), &known()) {
            let _ = (explain(&compiled), compiled.whatever_the_thing());
        }
    }

    #[test]
    fn names_of_any_kind_make_a_schema(names in proptest::collection::vec("[^\\x00-\\x1f\\x7f]{1,12}", 1..4)) {
        let known = Known { roles: names.clone(), ..known() };
        prop_assert!(cedar_policy::Schema::from_cedarschema_str(&schema(&known)).is_ok(), "{}", schema(&known));
    }
}
