//! @contexts.

use std::collections::HashMap;

use super::*;
use crate::error::ErrorKind;
use crate::ld::{CORE_URL, DEFAULT_VOCAB, DOCUMENTS_MAX, TERMS_MAX, core_document, core_version};

fn with(value: &Value, documents: &HashMap<&str, Value>) -> Result<Resolved, crate::Error> {
    resolve(value, Some("https://town.example/api/entities"), &|url| {
        documents.get(url).cloned().map(Arc::new)
    })
}

fn ready(value: &Value, documents: &HashMap<&str, Value>) -> Arc<Context> {
    match with(value, documents).expect("a context") {
        Resolved::Ready(context) => context,
        Resolved::Missing(urls) => panic!("needs {urls:?}"),
    }
}

fn wrong(value: &Value) -> crate::Error {
    with(value, &HashMap::new()).expect_err("was taken")
}

#[test]
fn clause_4_4_the_core_wins_wherever_it_stands() {
    for value in [
        json!([{"Property": "https://evil.example/P", "location": "https://evil.example/l", "type": "https://e.example/t"}]),
        json!([CORE_URL, {"Property": "https://evil.example/P", "location": "https://evil.example/l"}]),
        json!([{"Property": "https://evil.example/P", "location": "https://evil.example/l"}, CORE_URL]),
        json!([{"@vocab": "https://evil.example/"}, {"observedAt": {"@id": "https://evil.example/o", "@protected": true}}]),
    ] {
        let context = context(&value);
        assert_eq!(context.expand("Property").as_deref(), Ok("https://uri.etsi.org/ngsi-ld/Property"));
        assert_eq!(context.expand("location").as_deref(), Ok("https://uri.etsi.org/ngsi-ld/location"));
        assert_eq!(context.expand("observedAt").as_deref(), Ok("https://uri.etsi.org/ngsi-ld/observedAt"));
        assert_eq!(context.compact("https://uri.etsi.org/ngsi-ld/location"), "location");
        assert!(context.expand("type").is_err());
    }
}

#[test]
fn clause_4_4_names_that_nobody_defines_go_to_the_default_vocabulary() {
    let core = Context::core();
    assert_eq!(core.expand("避難所"), Ok(format!("{DEFAULT_VOCAB}避難所")));
    assert_eq!(core.compact(&format!("{DEFAULT_VOCAB}避難所")), "避難所");
    // The user's @vocab is overtaken by the core's, which stands last.
    let vocab =
        context(&json!({"@vocab": "https://schema.org/", "name": {"@type": "@id"}, "年": {"@id": "year"}}));
    assert_eq!(vocab.expand("other"), Ok(format!("{DEFAULT_VOCAB}other")));
    // But it serves the definitions that stand beside it.
    assert_eq!(vocab.expand("name").as_deref(), Ok("https://schema.org/name"));
    assert_eq!(vocab.expand("年").as_deref(), Ok("https://schema.org/year"));
}

#[test]
fn clause_5_5_7_a_name_of_the_default_vocabulary_is_never_shown_as_another_term() {
    let user = context(&json!({"almostFull": "https://suite.example/context#almostFull"}));
    let default = format!("{DEFAULT_VOCAB}almostFull");
    assert_eq!(user.compact(&default), "ngsi-ld:default-context/almostFull");
    assert_eq!(user.expand("ngsi-ld:default-context/almostFull"), Ok(default));
}

#[test]
fn clause_5_5_7_scoped_contexts_are_refused() {
    let error = wrong(
        &json!({"Vehicle": {"@id": "https://e.example/V", "@context": {"speed": "https://e.example/s"}}}),
    );
    assert_eq!(error.kind, ErrorKind::BadRequestData);
    assert!(error.detail.contains("Vehicle"), "{error}");
}

#[test]
fn json_ld_prefixes() {
    let context = context(&json!({
        "a": "https://a.example/", "b": "https://b.example/x", "c": {"@id": "https://c.example/"},
        "d": {"@id": "https://d.example/", "@prefix": true}, "e": "a:e/", "街": "https://town.example/街#"
    }));
    let expanded = |name: &str| context.expand(name).expect(name);
    assert_eq!(expanded("a:x"), "https://a.example/x");
    // Only a plain definition that ends openly, or one that says so, is a prefix (JSON-LD 1.1, 9.4).
    assert_eq!(expanded("b:x"), "b:x");
    assert_eq!(expanded("c:x"), "c:x");
    assert_eq!(expanded("d:x"), "https://d.example/x");
    assert_eq!(expanded("e:x"), "https://a.example/e/x");
    assert_eq!(expanded("街:区"), "https://town.example/街#区");
    assert_eq!(expanded("https://a.example/y"), "https://a.example/y");
    assert_eq!(context.compact("https://a.example/x"), "a:x");
    assert_eq!(context.compact("https://a.example/e/x"), "e:x");
    assert_eq!(context.compact("https://town.example/街#区"), "街:区");
    assert_eq!(context.compact("https://a.example/"), "a");
    assert_eq!(context.compact("https://other.example/x"), "https://other.example/x");
}

#[test]
fn json_ld_definitions_by_other_definitions() {
    let context = context(&json!({
        "ex": "https://ex.example/", "one": "ex:one", "two": "one", "three": {"@id": "two", "@container": "@set"},
        "ex:four": {"@type": "@id"}, "void": null, "gone": {"@id": null}, "back": {"@reverse": "ex:back"},
        "kind": "@type", "strange": {"@id": "@strange"}
    }));
    assert_eq!(context.expand("three").as_deref(), Ok("https://ex.example/one"));
    assert_eq!(context.compact("https://ex.example/one"), "one");
    assert_eq!(context.expand("ex:four").as_deref(), Ok("https://ex.example/four"));
    for name in ["void", "gone", "kind", "back"] {
        assert_eq!(context.expand(name).expect_err(name).kind, ErrorKind::BadRequestData);
        // What would be sent under a term that means something else is written out.
        assert!(context.compact(&format!("{DEFAULT_VOCAB}{name}")).contains(':'), "{name}");
    }
    for value in [
        json!({"a": "b", "b": "a"}),
        json!({"": "https://e.example/"}),
        json!({"a": 1}),
        json!({"a": {"@id": 1}}),
        json!({"@vocab": 1}),
        json!({"x": "void", "void": null}),
        json!({"a": "https://a.example/", "a:b": "https://b.example/b"}),
        json!({"a/b": "https://b.example/b"}),
        json!({"あ:い": {"@type": "@id"}}),
        json!({"a": "_:b"}),
        json!({"あ:い": "https://b.example/b"}),
        json!({"a:b": {"@id": "a:b", "@prefix": true}}),
    ] {
        assert_eq!(wrong(&value).kind, ErrorKind::BadRequestData, "{value}");
    }
}

#[test]
fn clause_5_5_7_what_is_no_context_is_refused() {
    for value in [
        json!(true),
        json!(1),
        json!(["https://a.example/c", 2]),
        json!([[[false]]]),
        json!("not an address"),
    ] {
        let error = with(&value, &HashMap::new());
        match error {
            Err(error) => assert_eq!(error.kind, ErrorKind::BadRequestData),
            Ok(found) => panic!("{value}: {found:?}"),
        }
    }
}

#[test]
fn contexts_are_read_through_addresses_arrays_and_relative_addresses() {
    let documents = HashMap::from([
        (
            "https://a.example/c/one.jsonld",
            json!({"@context": ["two.jsonld", "/three.jsonld", {"x": "https://x.example/1"}]}),
        ),
        (
            "https://a.example/c/two.jsonld",
            json!({"@context": {"x": "https://x.example/2", "y": "https://y.example/2"}}),
        ),
        (
            "https://a.example/three.jsonld",
            json!({"@context": ["c/../c/two.jsonld", {"y": "https://y.example/3"}], "more": 1}),
        ),
    ]);
    let one = ready(&json!("https://a.example/c/one.jsonld"), &documents);
    assert_eq!(one.expand("x").as_deref(), Ok("https://x.example/1"));
    assert_eq!(one.expand("y").as_deref(), Ok("https://y.example/3"));
    assert_eq!(one.links().url.as_deref(), Some("https://a.example/c/one.jsonld"));
    assert_eq!(one.links().member, format!("[\"https://a.example/c/one.jsonld\",\"{CORE_URL}\"]"));
    // The base of a request is the request's address.
    let relative = with(&json!("../contexts/town.jsonld"), &documents).expect("resolved");
    assert!(
        matches!(relative, Resolved::Missing(urls) if urls == ["https://town.example/contexts/town.jsonld"])
    );
    // null clears what stood before it.
    let cleared =
        ready(&json!([{"x": "https://x.example/9"}, null, {"y": "https://y.example/9"}]), &documents);
    assert_eq!(cleared.expand("x"), Ok(format!("{DEFAULT_VOCAB}x")));
    let imported =
        ready(&json!({"@import": "https://a.example/c/two.jsonld", "y": "https://y.example/i"}), &documents);
    assert_eq!(imported.expand("x").as_deref(), Ok("https://x.example/2"));
    assert_eq!(imported.expand("y").as_deref(), Ok("https://y.example/i"));
}

#[test]
fn what_is_missing_is_said_all_at_once() {
    let documents =
        HashMap::from([("https://a.example/one", json!({"@context": ["https://b.example/", "two"]}))]);
    let value = json!(["https://a.example/one", ["https://c.example/", "https://b.example/"], CORE_URL]);
    match with(&value, &documents).expect("resolved") {
        Resolved::Missing(urls) => {
            assert_eq!(urls, ["https://b.example/", "https://a.example/two", "https://c.example/"])
        }
        Resolved::Ready(_) => panic!("nothing is missing"),
    }
}

#[test]
fn contexts_have_limits() {
    let cycle = HashMap::from([
        ("https://a.example/1", json!({"@context": "https://a.example/2"})),
        ("https://a.example/2", json!({"@context": [{"x": "https://x.example/"}, "1"]})),
    ]);
    assert!(with(&json!("https://a.example/1"), &cycle).is_err());
    let many: Vec<String> = (0..=DOCUMENTS_MAX).map(|at| format!("https://a.example/{at}")).collect();
    assert!(wrong(&json!(many)).detail.contains("documents"));
    let mut deep = json!({});
    for _ in 0..40 {
        deep = json!([deep]);
    }
    assert!(wrong(&deep).detail.contains("deeper"));
    let large: serde_json::Map<String, Value> =
        (0..=TERMS_MAX).map(|at| (format!("t{at}"), json!(format!("https://x.example/{at}")))).collect();
    assert!(wrong(&Value::Object(large)).detail.contains("terms"));
    let chain: serde_json::Map<String, Value> =
        (0..5_000).map(|at| (format!("t{at}"), json!(format!("t{}", at + 1)))).collect();
    assert!(with(&Value::Object(chain), &HashMap::new()).is_err());
    for document in [json!(["no context"]), json!({"note": "none here"}), json!(null)] {
        let bad = HashMap::from([("https://a.example/1", document)]);
        let error = with(&json!("https://a.example/1"), &bad).expect_err("was taken");
        assert_eq!(error.kind, ErrorKind::BadRequestData);
    }
}

#[test]
fn annex_b_every_version_of_the_core_is_built_in() {
    for minor in 3..=9 {
        let url = format!("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.{minor}.jsonld");
        assert_eq!(core_version(&url), Some(minor));
        let core = context(&json!(url));
        assert!(Arc::ptr_eq(&core, &Context::core()));
        let document: Value = serde_json::from_str(&core_document(minor).expect("a document")).expect("JSON");
        let terms = document["@context"].as_object().expect("terms");
        for (term, meaning) in terms {
            if term.starts_with('@') || matches!(term.as_str(), "id" | "type" | "ngsi-ld" | "geojson") {
                continue;
            }
            let iri = meaning.as_str().or_else(|| meaning["@id"].as_str()).expect("an IRI");
            // A term that was dropped since lives in the default vocabulary; all others mean what they meant.
            let now = core.expand(term).expect("expanded");
            assert!(now == iri || now.starts_with(DEFAULT_VOCAB), "{term}: {now}");
        }
    }
    let count = |minor| -> usize {
        serde_json::from_str::<Value>(&core_document(minor).expect("a document")).expect("JSON")["@context"]
            .as_object()
            .expect("terms")
            .len()
    };
    // Counted in the published documents of v1.3 and v1.4 (with @vocab).
    assert_eq!((count(3), count(4)), (109, 117));
    assert_eq!(core_version("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"), Some(9));
    assert_eq!(core_version("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.99.jsonld"), None);
    assert_eq!(
        core_version("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-non-existing.jsonld"),
        None
    );
    assert_eq!(core_document(2), None);
}

#[test]
fn clause_4_6_2_names() {
    let context = town();
    for name in
        ["my attr", "9Vehicle", "", "a-b", "<a>", "a\u{202e}b", "_a", "@id", "a:", ":a", "a b:c", "x:y z"]
    {
        assert!(context.expand(name).is_err(), "{name:?}");
    }
    for name in [
        "a",
        "Škola",
        "výška_1",
        "避難所",
        "名称２",
        "ex:何か",
        "https://town.example/ns#水 位".replace(' ', "").as_str(),
    ] {
        assert!(context.expand(name).is_ok(), "{name:?}");
    }
}

#[test]
fn clause_6_3_5_how_an_answer_names_its_context() {
    let core = Context::core();
    assert_eq!(core.links().url.as_deref(), Some(CORE_URL));
    assert_eq!(core.links().member, format!("\"{CORE_URL}\""));
    let inline = context(&json!({"a": "https://a.example/"}));
    assert_eq!(inline.links().url, None);
    assert_eq!(inline.links().member, format!("[{{\"a\":\"https://a.example/\"}},\"{CORE_URL}\"]"));
    let older = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld";
    let named = context(&json!([{"a": "https://a.example/"}, older]));
    assert_eq!(named.links().member, format!("[{{\"a\":\"https://a.example/\"}},\"{older}\"]"));
    assert!(context(&json!(null)).links().given.is_null());
}
