use proptest::prelude::*;

use super::{Names, Others, body, compiled, iri, kind_of, matches};
use crate::error::ErrorKind;
use crate::query::q::{Compiled, Expr, Hop, Op, Path, SimpleTest, Stored, Term, Test, Value};

const STATION: &str = r#"{"id":"urn:ngsi-ld:Station:1","type":["~観測所"],"scope":["/東京/中央"],
 "~水位":{"type":"Property","value":2.5,"unitCode":"MTR","observedAt":"2026-01-31T09:00:00Z","~精度":{"type":"Property","value":0.1}},
 "~名称":[{"type":"Property","value":"中央公園(南)"},{"type":"Property","value":"Central Park","datasetId":"urn:ngsi-ld:ds:en"}],
 "~color":{"type":"LanguageProperty","languageMap":{"fr":"rouge","en":"red","de":["rote","Katze"]}},
 "~address":{"type":"Property","value":{"city":"Berlin","geo":{"lat":52.5},"tags":["a","b"],"空":null}},
 "~tags":{"type":"Property","value":["blue","red",7]},
 "~open":{"type":"Property","value":true},
 "~kind":{"type":"VocabProperty","vocab":"https://uri.etsi.org/ngsi-ld/default-context/commercial"},
 "~steps":{"type":"ListProperty","valueList":[1,5,9]},
 "~managedBy":{"type":"Relationship","object":"urn:ngsi-ld:Person:1","objectType":"~Person"},
 "~near":{"type":"Relationship","object":["urn:ngsi-ld:Station:2","urn:ngsi-ld:Station:3"]},
 "~route":{"type":"ListRelationship","objectList":[{"object":"urn:ngsi-ld:Station:4"},{"object":"urn:ngsi-ld:Station:5"}]},
 "~since":{"type":"Property","value":{"@type":"DateTime","@value":"2020-04-01T00:00:00Z"}},
 "~until":{"type":"Property","value":"2027-04-01T00:00:00.500Z"},
 "~opens":{"type":"Property","value":"09:30:00Z"},
 "~day":{"type":"Property","value":"2026-05-05"},
 "~ticket":{"type":"JsonProperty","json":{"id":"1","value":"Overstay 60 minutes","a.b":{"c\"d":1}}},
 "~quoted":{"type":"Property","value":"say \"hi\"; a|b, (c)"}}"#;

#[track_caller]
fn yes(q: &str) {
    assert!(matches(q, STATION), "{q} should match");
}

#[track_caller]
fn no(q: &str) {
    assert!(!matches(q, STATION), "{q} should not match");
}

#[test]
fn c4_9_existence_and_absence() {
    yes("水位");
    yes("名称;open");
    no("nothing");
    yes("!nothing");
    no("!水位");
    yes("水位.精度");
    no("水位.nothing");
    yes("!水位.nothing");
    yes("address[city]");
    no("address[postcode]");
    yes("address[空]");
    yes("水位.observedAt");
}

#[test]
fn c4_9_equality_goes_by_type_and_looks_into_arrays() {
    yes("水位==2.5");
    yes("水位==25e-1");
    no("水位==\"2.5\"");
    yes("水位!=\"2.5\"");
    yes("tags==\"red\"");
    yes("tags==7");
    no("tags!=\"red\"");
    yes("tags!=\"green\"");
    yes("open==true");
    no("open==false");
    yes("open!=false");
    no("open==\"true\"");
    yes("steps==5");
    no("steps!=9");
    no("nothing!=1");
}

#[test]
fn c4_9_lists_and_ranges() {
    yes("水位==1..3");
    yes("水位==2.5..2.5");
    no("水位==2.6..3");
    no("水位!=1..3");
    yes("水位!=3..4");
    yes("名称==\"x\",\"Central Park\"");
    yes("tags==\"x\", \"blue\"");
    no("tags!=\"x\",\"blue\"");
    yes("tags!=\"x\",\"y\"");
    yes("名称==\"B\"..\"D\"");
    yes("until==2027-01-01T00:00:00Z..2028-01-01T00:00:00Z");
    yes("day==2026-05-01..2026-05-31");
    no("day==2026-06-01..2026-06-30");
}

#[test]
fn c4_9_order_within_one_type_only() {
    yes("水位>2.4");
    no("水位>2.5");
    yes("水位>=2.5");
    yes("水位<=2.5");
    no("水位<2.5");
    no("水位>\"1\"");
    yes("名称>\"Z\"");
    no("tags>1");
    no("open>0");
    no("color>9");
    yes("color>\"rouga\"");
}

#[test]
fn c4_9_times_are_compared_as_times() {
    yes("水位.observedAt>=2026-01-31T09:00:00Z");
    yes("水位.observedAt==2026-01-31T09:00:00.000Z");
    yes("水位.observedAt==\"2026-01-31T09:00:00,0Z\"");
    no("水位.observedAt>2026-01-31T09:00:00Z");
    yes("since<2021-01-01T00:00:00Z");
    yes("until>2027-04-01T00:00:00,4Z");
    yes("until==2027-04-01T00:00:00.500000Z");
    yes("until>\"2027-04-01T00:00:00Z\"");
    no("until>\"2027-04-01T00:00:01Z\"");
    yes("opens<10:00:00Z");
    no("opens<2026-05-05");
    yes("day>2026-05-04");
    no("水位>2026-05-04");
}

#[test]
fn c4_9_patterns_on_text_only() {
    yes("名称~=\"^Central\"");
    yes("名称~=公園");
    yes("名称~=^中央公園\\(南\\)$");
    yes("名称!~=\"^X\"");
    no("水位~=\"2.*\"");
    no("水位!~=\"9.*\"");
    no("tags~=\"red\"");
    no("managedBy~=\"urn.*\"");
    yes("color~=\"^rou\"");
    no("color!~=\"^rou\"");
    yes("名称~=(公園|[;|)]x);水位>1");
    yes("名称~=\"[[:alpha:]]+ [[:alpha:]]+\"");
}

#[test]
fn c4_9_language_properties() {
    yes("color==\"red\"");
    yes("color[*]==\"rouge\"");
    yes("color[en]==\"red\"");
    yes("color[EN]==\"red\"");
    no("color[en]==\"rouge\"");
    no("color[ja]==\"rouge\"");
    no("color[*]!=\"red\"");
    yes("color[en]!=\"rouge\"");
    no("color[ja]!=\"x\"");
    yes("color[de]==\"Katze\"");
    no("color[de]!=\"Katze\"");
    yes("color[en]");
    no("color[ja]");
}

#[test]
fn c4_9_relationships_know_only_equality() {
    yes("managedBy==urn:ngsi-ld:Person:1");
    yes("managedBy==\"urn:ngsi-ld:Person:1\"");
    no("managedBy!=urn:ngsi-ld:Person:1");
    yes("managedBy!=urn:ngsi-ld:Person:2");
    no("managedBy>\"urn:a\"");
    no("managedBy<=\"urn:ngsi-ld:Person:1\"");
    no("managedBy==\"a\"..\"z\"");
    yes("near==urn:ngsi-ld:Station:3");
    yes("near==urn:x:1,urn:ngsi-ld:Station:2");
    no("near!=urn:ngsi-ld:Station:2");
    yes("route==urn:ngsi-ld:Station:5");
    no("route!=\"urn:ngsi-ld:Station:4\"");
    yes("managedBy.objectType==\"https://uri.etsi.org/ngsi-ld/default-context/Person\"");
}

#[test]
fn c4_9_compound_values_and_json_properties() {
    yes("address[city]==\"Berlin\"");
    yes("address[geo.lat]>52");
    yes("address[tags.1]==\"b\"");
    yes("address[tags]==\"a\"");
    no("address[city]!=\"Berlin\"");
    no("address[postcode]!=\"Berlin\"");
    no("address==\"Berlin\"");
    yes("address!=\"Berlin\"");
    yes("ticket[value]==\"Overstay 60 minutes\"");
    yes("ticket[\"a.b\".\"c\\\"d\"]==1");
    yes("水位.unitCode==\"MTR\"");
    yes("名称.datasetId==urn:ngsi-ld:ds:en");
}

#[test]
fn c4_9_expand_values_makes_terms_of_values() {
    let entity = body(STATION);
    let stored = Stored { body: &entity, times: "" };
    let ask = |q: &str, expanded: &[&str]| {
        let expanded: Vec<String> = expanded.iter().map(|e| (*e).to_owned()).collect();
        Compiled::new(&Expr::parse(q).unwrap(), &Names, &expanded)
            .unwrap()
            .matches(stored, &Others(Vec::new()))
    };
    assert!(ask("kind==commercial", &["kind"]));
    assert!(ask("kind==\"commercial\"", &[&iri("kind")]));
    assert!(ask("kind==x,commercial", &["kind"]));
    assert!(!ask("kind==commercial", &[]));
    assert!(ask("kind!=commercial", &[]));
    assert!(!ask("kind!=commercial", &["kind"]));
    assert!(ask("kind==https://uri.etsi.org/ngsi-ld/default-context/commercial", &[]));
}

#[test]
fn c4_9_and_binds_closer_than_or() {
    yes("nothing|水位>1;open==true");
    no("nothing|水位>1;open==false");
    no("(nothing|水位>1);open==false");
    yes("((nothing|水位>1);(open==true))");
    yes("open==false;nothing|水位");
    assert_eq!(Expr::parse("a|b;c").unwrap().to_string(), "a|(b;c)");
    assert_eq!(Expr::parse("((a))").unwrap().to_string(), "a");
}

#[test]
fn c4_9_values_with_any_punctuation() {
    yes(r#"quoted=="say \"hi\"; a|b, (c)""#);
    yes(r#"quoted~="; a\|b, \(c\)$""#);
    yes("名称==中央公園(南)");
    yes("(名称==中央公園(南);水位>1)");
    yes("名称==\"\\u4e2d\\u592e公園(南)\"");
    yes("名称==Central Park");
}

#[test]
fn c4_9_a_name_may_be_a_whole_iri() {
    let (level, accuracy) = (iri("水位"), iri("精度"));
    yes(&format!("{level}>2;名称"));
    yes(&format!("({level}==1..3|nothing)"));
    yes(&format!("{}[city]==\"Berlin\"", iri("address")));
    yes(&format!("{}[en]~=\"^re\"", iri("color")));
    no(&format!("!{level}"));
    // Its dots belong to it, so nothing can be said under it.
    assert!(Expr::parse(&format!("{level}.{accuracy}>0")).is_ok_and(|e| e.terms()[0].path.names.len() == 1));
}

#[test]
fn c4_9_members_of_the_entity() {
    yes("id==urn:ngsi-ld:Station:1");
    yes("type==https://uri.etsi.org/ngsi-ld/default-context/観測所");
    yes("scope==\"/東京/中央\"");
    let entity = body(STATION);
    let times = body(
        r#"{"":[1769850000000000,1769853600000000],"~水位":{"":[1769850000000000,1769857200000000,{"~精度":{"":[1769850000000001,1769850000000001]}}]}}"#,
    );
    let stored = Stored { body: &entity, times: &times };
    let ask = |q: &str| compiled(q).matches(stored, &Others(Vec::new()));
    assert!(ask("createdAt==2026-01-31T09:00:00Z"));
    assert!(ask("modifiedAt>\"2026-01-31T09:30:00Z\""));
    assert!(!ask("modifiedAt>2026-01-31T10:00:00Z"));
    assert!(ask("水位.modifiedAt==2026-01-31T11:00:00Z"));
    assert!(ask("水位.精度.createdAt==2026-01-31T09:00:00.000001Z"));
    // What stands nowhere was created with the entity.
    assert!(ask("名称.createdAt==2026-01-31T09:00:00Z"));
    assert!(ask("createdAt==2026-01-01T00:00:00Z..2026-02-01T00:00:00Z"));
    assert!(!ask("createdAt~=\"2026\""));
}

#[test]
fn c4_9_linked_entities() {
    let entity = body(STATION);
    let stored = Stored { body: &entity, times: "" };
    let others = Others(vec![
        (
            "urn:ngsi-ld:Person:1",
            body(
                r#"{"id":"urn:ngsi-ld:Person:1","type":["~Person"],"~name":{"type":"Property","value":"Ann"},
                "~worksFor":{"type":"Relationship","object":"urn:ngsi-ld:Org:1"}}"#,
            ),
        ),
        (
            "urn:ngsi-ld:Org:1",
            body(
                r#"{"id":"urn:ngsi-ld:Org:1","type":["~Org"],"~size":{"type":"Property","value":{"people":40}}}"#,
            ),
        ),
        (
            "urn:ngsi-ld:Station:5",
            body(
                r#"{"id":"urn:ngsi-ld:Station:5","type":["~観測所"],"~水位":{"type":"Property","value":9}}"#,
            ),
        ),
    ]);
    let ask = |q: &str| compiled(q).matches(stored, &others);
    assert!(ask("managedBy{name}==\"Ann\""));
    assert!(ask("managedBy{name}"));
    assert!(!ask("managedBy{nothing}"));
    assert!(ask("!managedBy{nothing}"));
    assert!(ask("managedBy{Person:name}==\"Ann\""));
    assert!(ask("managedBy{Org,Person:name}==\"Ann\""));
    assert!(!ask("managedBy{Vehicle:name}==\"Ann\""));
    assert!(ask("managedBy{worksFor{size[people]}}>=40"));
    assert!(ask("managedBy{Person:worksFor{Org:size[people]}}==40;水位>1"));
    assert!(!ask("near{水位}>1"));
    assert!(ask("route{水位}>8"));
    assert!(!ask("水位{name}"));
    assert_eq!(compiled("managedBy{worksFor{size}}").hops(), 2);
}

#[test]
fn c4_9_what_the_grammar_refuses() {
    for q in [
        "",
        ";",
        "a;",
        "|a",
        "a||b",
        "()",
        "(a",
        "a)",
        "a==",
        "a>",
        "a=1",
        "a===1",
        "a!1",
        "a!",
        "!a==1",
        "==1",
        "a>1..2",
        "a>1,2",
        "a>true",
        "a<urn:x:y",
        "a==1..true",
        "a==1..",
        "a==..2",
        "a==1,",
        "a==,1",
        "a==\"x",
        "a==1..\"x\"",
        "a[",
        "a[]",
        "a[b",
        "a[b.]",
        "a.",
        "a..b",
        ".a",
        "a{",
        "a{}",
        "a{b",
        "a{b}c",
        "a{:b}",
        "a{b:}",
        "a{1x:b}",
        "))bad((",
        "a==b==c",
        "a~=",
        "a~=\"(\"",
        "a~=\"\"",
        "a!~=[",
        "1a",
        "a==1e999",
        "a==\"\\x\"",
        "a.observedAt.b",
        "a b",
        "createdAt.x>1",
        "a==\u{7}",
        "a~=\"(a)\\1\"",
        "a==(1",
        "a==(x)",
        "a==urn:x:(y",
    ] {
        let read = Expr::parse(q).and_then(|e| Compiled::new(&e, &Names, &[]));
        assert_eq!(kind_of(read), ErrorKind::BadRequestData, "{q}");
    }
}

#[test]
fn c4_9_errors_say_where() {
    let error = Expr::parse("水位>2;名称=\"x\"").unwrap_err();
    assert_eq!(error.at.as_deref(), Some("q"));
    assert!(error.detail.contains("character 8"), "{}", error.detail);
}

#[test]
fn c4_9_limits() {
    let many = |n: usize, what: &str, with: &str| vec![what; n].join(with);
    assert!(Expr::parse(&many(64, "a", ";")).is_ok());
    let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
    let list = format!("a=={}", many(201, "1", ","));
    let hops = format!("{}a{}", "a{".repeat(11), "}".repeat(11));
    let path = many(11, "a", ".");
    let inside = format!("a[{}]", many(11, "b", "."));
    let long = format!("a==\"{}\"", "x".repeat(9_000));
    for q in [&many(65, "a", "|"), &deep, &list, &hops, &path, &inside, &long] {
        assert_eq!(
            kind_of(Expr::parse(q)),
            ErrorKind::TooComplexQuery,
            "{}",
            q.chars().take(40).collect::<String>()
        );
    }
    let large = format!("a~=\"{}\"", "x{1,1000}".repeat(100));
    let patterns = |n: usize| many(n, "a~=x", "|");
    let read = |q: &str| Expr::parse(q).and_then(|e| Compiled::new(&e, &Names, &[]));
    assert_eq!(kind_of(read(&large)), ErrorKind::TooComplexQuery);
    assert!(read(&patterns(8)).is_ok());
    assert_eq!(kind_of(read(&patterns(9))), ErrorKind::TooComplexQuery);
}

#[test]
fn c4_9_what_a_store_may_decide() {
    let (all, whole) = compiled("水位>2.5;名称==\"x\",\"y\";open==true;color").simple();
    assert!(whole);
    assert_eq!(all.len(), 4);
    assert_eq!(all[0].test, SimpleTest::Number(Op::Gt, 2.5));
    assert_eq!(all[0].attribute, iri("水位"));
    assert!(matches!(&all[1].test, SimpleTest::Any(of) if of.len() == 2));
    // One disjunction, a path or a negation is left to the exact test.
    let (all, whole) = compiled("水位>2.5;(a|b)").simple();
    assert_eq!((all.len(), whole), (1, false));
    for q in [
        "a|b",
        "a!=1",
        "a.b>1",
        "a[b]>1",
        "a{b}>1",
        "!a",
        "a~=x",
        "a==2026-01-01",
        "a==\"2026-01-01T00:00:00Z\"",
    ] {
        assert_eq!(compiled(q).simple().0.len(), 0, "{q}");
    }
    let (all, whole) = compiled("a>\"x\"").simple();
    assert_eq!((all.len(), whole), (1, false));
    let (all, _) = compiled("a>2026-01-01T00:00:00Z").simple();
    assert_eq!(all[0].test, SimpleTest::Instant(Op::Gt, 1_767_225_600_000_000));
    assert_eq!(compiled("a;b.c|d{e}").attributes(), [iri("a"), iri("b"), iri("d")]);
    assert!(!compiled("createdAt>2020-01-01T00:00:00Z;id").names_attribute());
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z_][a-zA-Z0-9_-]{0,6}", "[ぁ-ん一-龠][ー々・ぁ-ん0-9]{0,4}", "ex:[a-z]{1,4}"]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::Number),
        (-1000_i32..1000).prop_map(|n| Value::Number(f64::from(n))),
        ".{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Moment("2026-01-31T09:00:00,5Z".to_owned())),
        Just(Value::Moment("2024-02-29".to_owned())),
        Just(Value::Moment("23:59:59.999999Z".to_owned())),
        "urn:[a-z]{1,5}:[a-z0-9:/?#=&.一-龠]{1,12}".prop_map(Value::Word),
        "[a-zぁ-ん]{1,4}( [a-z、。]{1,3})?"
            .prop_filter("a word", |w| w != "true" && w != "false")
            .prop_map(Value::Word),
    ]
}

fn comparable() -> impl Strategy<Value = Value> {
    value().prop_filter("comparable", |v| !matches!(v, Value::Bool(_) | Value::Word(_)))
}

fn path() -> impl Strategy<Value = Path> {
    let hop = ("[a-z]{1,5}", prop::collection::vec("[A-Z][a-z]{0,4}", 0..3))
        .prop_map(|(relation, types)| Hop { relation, types });
    let plain = (prop::collection::vec(name(), 1..4), prop::collection::vec("[^\\x00-\\x1f]{1,6}", 0..3))
        .prop_map(|(names, inside)| Path { hops: Vec::new(), names, inside });
    let far = (prop::collection::vec(hop, 1..3), "[a-z]{1,5}").prop_map(|(hops, name)| Path {
        hops,
        names: vec![name],
        inside: Vec::new(),
    });
    prop_oneof![3 => plain, 1 => far]
}

fn test() -> impl Strategy<Value = Test> {
    let order = prop_oneof![Just(Op::Gt), Just(Op::Ge), Just(Op::Lt), Just(Op::Le)];
    let equal = prop_oneof![Just(Op::Eq), Just(Op::Ne)];
    prop_oneof![
        Just(Test::Exists),
        Just(Test::Absent),
        (order, comparable()).prop_map(|(op, v)| Test::Compare(op, v)),
        (equal, value()).prop_map(|(op, v)| Test::Compare(op, v)),
        (any::<bool>(), prop::collection::vec(value(), 2..4)).prop_map(|(e, v)| Test::OneOf(e, v)),
        (any::<bool>(), comparable(), comparable()).prop_map(|(e, a, b)| Test::Range(e, a, b)),
        (any::<bool>(), "[a-z.;|()*]{1,8}").prop_map(|(p, t)| Test::Like(p, t, true)),
        (any::<bool>(), "[a-z.*]{1,4}(\\([a-z;|]{1,4}\\))?").prop_map(|(p, t)| Test::Like(p, t, false)),
    ]
}

pub fn expr() -> impl Strategy<Value = Expr> {
    let leaf = (path(), test()).prop_map(|(path, test)| Expr::Term(Term { path, test }));
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Or),
        ]
    })
}

proptest! {
    #[test]
    fn c4_9_any_text_is_read_or_refused(text in ".{0,80}") {
        let _ = Expr::parse(&text);
    }

    #[test]
    fn c4_9_near_misses_are_read_or_refused(text in "[ab.,;|(){}\\[\\]=!<>~\"0-9T:Z\\\\-]{0,40}") {
        if let Ok(expr) = Expr::parse(&text) {
            let printed = expr.to_string();
            prop_assert_eq!(Expr::parse(&printed).map_err(|e| e.detail), Ok(expr), "{}", printed);
        }
    }

    #[test]
    fn c4_9_what_is_printed_reads_as_the_same(expr in expr()) {
        let printed = expr.to_string();
        prop_assert_eq!(Expr::parse(&printed).map_err(|e| e.detail), Ok(expr), "{}", printed);
    }

    #[test]
    fn c4_9_no_stored_text_makes_it_stumble(expr in expr(), text in "[\\[\\]{}:,\" a-z0-9\\\\]{0,60}") {
        if let Ok(compiled) = Compiled::new(&expr, &Names, &[]) {
            compiled.matches(Stored { body: &text, times: &text }, &Others(Vec::new()));
        }
    }
}
