use proptest::prelude::*;

use super::{Names, iri, kind_of};
use crate::error::ErrorKind;
use crate::query::project::{MEMBERS_MAX, Projection, names, uris};
use crate::query::types::{SELECTED_MAX, ScopeQ, Tree, Types};

fn selects(selection: &str, own: &[&str]) -> bool {
    let own: Vec<String> = own.iter().map(|t| iri(t)).collect();
    let own = serde_json::to_string(&own).unwrap();
    Types::parse(selection).unwrap().expand(&Names).unwrap().matches(&own)
}

#[test]
fn c4_17_types_by_or_and_and() {
    for q in [
        "避難所",
        "避難所,学校",
        "学校|避難所",
        "(避難所)",
        "(避難所;公共施設)",
        "(学校;公共施設),避難所",
        "避難所;公共施設",
        "*",
    ] {
        assert!(selects(q, &["避難所", "公共施設"]), "{q}");
    }
    for q in ["学校", "(避難所;学校)", "(避難所;学校)|病院", "避難"] {
        assert!(!selects(q, &["避難所", "公共施設"]), "{q}");
    }
    assert!(selects("https://example.org/types#A,B", &["B"]));
    assert!(selects("((A|B);(C|D))", &["B", "C"]));
    assert!(!selects("((A|B);(C|D))", &["A", "B"]));
    let full = Types::parse("https://example.org/施設#A").unwrap().expand(&Names).unwrap();
    assert!(full.matches(r#"["https://example.org/施設#A"]"#));
    assert!(full.matches(r#""https://example.org/施設#A""#));
    assert!(!full.matches("[]"));
}

#[test]
fn c4_17_what_the_grammar_refuses() {
    for q in [
        "", " ", ",", "A,", ",A", "A,,B", "(A", "A)", "()", "A;", "(A;)", "A B", "1A", "A(B)", "A=B",
        "\"A\"", "**", "A,*",
    ] {
        assert_eq!(kind_of(Types::parse(q)), ErrorKind::BadRequestData, "{q}");
    }
    let many = vec!["A"; SELECTED_MAX + 1].join(",");
    assert_eq!(kind_of(Types::parse(&many)), ErrorKind::TooComplexQuery);
    let deep = format!("{}A{}", "(".repeat(50), ")".repeat(50));
    assert_eq!(kind_of(Types::parse(&deep)), ErrorKind::TooComplexQuery);
    assert_eq!(kind_of(Types::parse(&"A".repeat(5_000))), ErrorKind::TooComplexQuery);
}

fn scoped(q: &str, own: &[&str]) -> bool {
    ScopeQ::parse(q).unwrap().matches(&serde_json::to_string(own).unwrap())
}

#[test]
fn c4_19_scopes_with_wildcards() {
    let park = ["/Madrid/Gardens/ParqueNorte", "/CompanyA/UnitC"];
    for q in [
        "/Madrid/Gardens/ParqueNorte",
        "/Madrid/+/ParqueNorte",
        "/+/Gardens/+",
        "/Madrid/#",
        "/Madrid/Gardens/#",
        "/Madrid/Gardens/ParqueNorte/#",
        "/#",
        "/CompanyA/#",
        "/x,/CompanyA/UnitC",
        "/x|/CompanyA/UnitC",
        "(/Madrid/#;/CompanyA/#)",
        "/Madrid/#;/CompanyA/#",
        "(/x;/y)|/CompanyA/UnitC",
        "CompanyA/UnitC",
        "/+/#",
        "(/Madrid/Gardens/ParqueNorte;/CompanyA/UnitC)|/x",
    ] {
        assert!(scoped(q, &park), "{q}");
    }
    for q in [
        "/Madrid",
        "/Madrid/Gardens",
        "/Madrid/+",
        "/+",
        "/Madrid/Gardens/ParqueNorte/+",
        "/madrid/#",
        "(/Madrid/#;/x)",
        "/CompanyB/#",
        "/Gardens/#",
    ] {
        assert!(!scoped(q, &park), "{q}");
    }
    assert!(!scoped("/#", &[]) && !scoped("/#", &["/"]) && !scoped("/a/#", &["/"]));
    assert!(scoped("/東京/中央区/#", &["/東京/中央区/銀座"]));
    assert!(scoped("/東京/1丁目", &["/東京/1丁目"]));
    assert!(ScopeQ::parse("/a").unwrap().matches("\"/a\""));
}

#[test]
fn c4_19_what_the_grammar_refuses() {
    for q in [
        "", "/", "//", "/a/", "/a//b", "#", "/#/a", "/a/#/b", "/a#", "/a/+b", "/a,", "(/a", "/a)", "/a b",
        "/a;", "/a=b",
    ] {
        assert_eq!(kind_of(ScopeQ::parse(q)), ErrorKind::BadRequestData, "{q}");
    }
    let many = vec!["/a"; SELECTED_MAX + 1].join(",");
    assert_eq!(kind_of(ScopeQ::parse(&many)), ErrorKind::TooComplexQuery);
}

#[test]
fn c4_21_projections_nest() {
    let read = Projection::parse("pick", "id,locatedAt{id,名称,isIn{id|説明}}|type").unwrap();
    assert_eq!(read.to_string(), "id,locatedAt{id,名称,isIn{id,説明}},type");
    assert_eq!(read.hops(), 2);
    let expanded = read.expand(&Names).unwrap();
    assert_eq!(expanded.members[0].name, "id");
    assert_eq!(expanded.members[1].name, iri("locatedAt"));
    assert_eq!(expanded.get(&iri("locatedAt")).unwrap().linked.members[1].name, iri("名称"));
    assert!(Projection::parse("pick", "name").unwrap().shared(&read).is_none());
    let omit = Projection::parse("omit", "x,type").unwrap();
    assert_eq!(read.shared(&omit), Some("type"));
    // What is left out of a linked entity does not contradict keeping the relationship.
    let omit = Projection::parse("omit", "locatedAt{名称}").unwrap();
    assert_eq!(read.shared(&omit), None);
}

#[test]
fn c4_21_what_the_grammar_refuses() {
    for q in [
        "",
        "id;name",
        "id,a{name",
        "id,a{{name}",
        "id,,name",
        "id,a{,name}",
        "id,a{}",
        "a}",
        "a{b}c",
        "a{b},",
        "a b",
        "{a}",
        "a.b",
    ] {
        assert_eq!(kind_of(Projection::parse("pick", q)), ErrorKind::BadRequestData, "{q}");
    }
    let deep = format!("{}a{}", "a{".repeat(11), "}".repeat(11));
    assert_eq!(kind_of(Projection::parse("omit", &deep)), ErrorKind::BadRequestData);
    let many = vec!["a"; MEMBERS_MAX + 1].join(",");
    assert_eq!(kind_of(Projection::parse("pick", &many)), ErrorKind::TooComplexQuery);
}

#[test]
fn c5_7_2_lists_of_names_and_uris() {
    assert_eq!(names("attrs", "水位, 名称").unwrap(), ["水位", "名称"]);
    for bad in ["", ",", "a,", "a{b}", "a;b", "1", "a b"] {
        assert!(names("attrs", bad).is_err(), "{bad}");
    }
    assert_eq!(uris("id", "urn:x:1,https://例え.jp/避難所/1", None).unwrap().len(), 2);
    assert_eq!(uris("datasetId", "@none,urn:ds:1", Some("@none")).unwrap().len(), 2);
    for bad in ["", "x", "not a uri", "urn:x:1,", "urn:", "@none", "urn:x:a b"] {
        assert!(uris("id", bad, None).is_err(), "{bad}");
    }
}

fn tree() -> impl Strategy<Value = Tree<String>> {
    let leaf = prop_oneof!["[A-Z][a-z]{0,3}", "[ぁ-ん]{1,3}", "urn:[a-z]{1,3}:[a-z0-9/#?=]{1,6}"]
        .prop_map(Tree::Leaf);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            prop::collection::vec(inner, 2..4).prop_map(Tree::Or),
        ]
    })
}

proptest! {
    #[test]
    fn c4_17_what_is_printed_reads_as_the_same(tree in tree()) {
        let types = Types::Tree(tree);
        prop_assert_eq!(Types::parse(&types.to_string()), Ok(types));
    }

    #[test]
    fn c4_17_any_text_is_read_or_refused(text in ".{0,40}", near in "[A-C,;|()* ]{0,20}") {
        let _ = Types::parse(&text);
        if let Ok(types) = Types::parse(&near) {
            prop_assert_eq!(Types::parse(&types.to_string()), Ok(types));
        }
    }

    #[test]
    fn c4_19_any_text_is_read_or_refused(text in ".{0,40}", near in "[ab/+#,;|()]{0,20}", own in "[ab/]{0,8}") {
        let _ = ScopeQ::parse(&text);
        if let Ok(q) = ScopeQ::parse(&near) {
            prop_assert_eq!(ScopeQ::parse(&q.to_string()), Ok(q.clone()));
            q.matches(&serde_json::to_string(&own).unwrap());
        }
    }

    #[test]
    fn c4_21_any_text_is_read_or_refused(text in ".{0,40}", near in "[ab,|{}]{0,20}") {
        let _ = Projection::parse("pick", &text);
        if let Ok(read) = Projection::parse("pick", &near) {
            prop_assert_eq!(Projection::parse("pick", &read.to_string()), Ok(read));
        }
    }
}
