//! The broker: entities, queries, tenants, @contexts and who sees what, told on both databases. Names carry the clause of
//! ETSI GS CIM 009 that is tried.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ground::action::Boxed;
use ground::fault::{Fault, Kind};
use ground::ports::{Answer, Ask, Ports, Web};
use ground::who::{Role, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{Plot, each_store_of, each_store_of_the_house, person};

fn staff() -> Who {
    person(7, &[Role::Staff])
}

async fn done(town: &Town, action: &str, input: Value) -> Value {
    let said = town.call(Who::operator(), &format!("context.{action}"), input.clone()).await;
    said.unwrap_or_else(|fault| panic!("{action} {input}: {fault}"))
}

async fn refused(town: &Town, action: &str, input: Value) -> Fault {
    match town.call(Who::operator(), &format!("context.{action}"), input).await {
        Err(fault) => fault,
        Ok(said) => panic!("{action} was done: {said}"),
    }
}

fn body(said: &Value) -> Value {
    serde_json::from_str(said["body"].as_str().expect("a body")).expect("JSON")
}

fn gauge(nth: usize, level: f64, at: [f64; 2]) -> Value {
    json!({"id": format!("urn:ngsi-ld:水位計:{nth}"), "type": "水位計", "名称": {"type": "Property", "value": format!("{nth}番")},
           "水位": {"type": "Property", "value": level, "unitCode": "MTR"},
           "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": at}}})
}

async fn create(town: &Town, entity: &Value) -> Value {
    done(town, "create_entity", json!({"body": entity.to_string()})).await
}

/// The ids that a query answers, in its order.
async fn ids(town: &Town, who: Who, parameters: &[(&str, &str)]) -> Vec<String> {
    let said =
        town.call(who, "context.query_entities", json!({"parameters": parameters})).await.expect("answered");
    let all = body(&said);
    all.as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

async fn events(town: &Town) -> Vec<(String, String)> {
    let read = town.city().context.read(|tx| {
        tx.all(
            sql!("select kind, changed from context_event where city = ?1 order by writer, seq"),
            params![],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    read.await.expect("read")
}

#[test]
fn clause_5_6_1_an_entity_is_created_once_and_read_as_it_was_sent() {
    each_store_of_the_house(|town| async move {
        let entity = gauge(1, 1.5, [139.7, 35.6]);
        let said = create(&town, &entity).await;
        assert_eq!(
            (said["status"].as_u64(), said["location"].as_str()),
            (Some(201), Some("/ngsi-ld/v1/entities/urn:ngsi-ld:%E6%B0%B4%E4%BD%8D%E8%A8%88:1"))
        );
        let again = refused(&town, "create_entity", json!({"body": entity.to_string()})).await;
        assert_eq!((again.code(), again.kind()), ("ngsi-already-exists", Kind::Conflict));
        let read = done(&town, "retrieve_entity", json!({"id": "urn:ngsi-ld:水位計:1"})).await;
        assert_eq!(body(&read), entity);
        let missing = refused(&town, "retrieve_entity", json!({"id": "urn:ngsi-ld:水位計:2"})).await;
        assert_eq!(missing.code(), "ngsi-resource-not-found");
    });
}

#[test]
fn clauses_5_6_2_to_5_6_6_changes_are_kept_with_what_stood_before() {
    each_store_of_the_house(|town| async move {
        create(&town, &gauge(1, 1.5, [139.7, 35.6])).await;
        let id = "urn:ngsi-ld:水位計:1";
        let level = |value: f64| json!({"水位": {"type": "Property", "value": value}}).to_string();
        assert_eq!(
            done(&town, "update_attributes", json!({"id": id, "body": level(2.0)})).await["status"],
            204
        );
        let said = done(
            &town,
            "append_attributes",
            json!({"id": id, "body": level(3.0), "parameters": [["options", "noOverwrite"]]}),
        )
        .await;
        assert_eq!(said["status"], 207, "what stands is not overwritten");
        done(&town, "update_attribute", json!({"id": id, "attr": "水位", "body": "{\"value\":2.5}"})).await;
        done(&town, "merge_entity", json!({"id": id, "body": "{\"備考\":\"点検済み\"}"})).await;
        done(&town, "delete_attribute", json!({"id": id, "attr": "備考"})).await;
        let read = body(
            &done(&town, "retrieve_entity", json!({"id": id, "parameters": [["format", "simplified"]]}))
                .await,
        );
        assert_eq!((&read["水位"], read.get("備考")), (&json!(2.5), None));
        done(&town, "delete_entity", json!({"id": id})).await;
        let told = events(&town).await;
        let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["created", "changed", "changed", "changed", "changed", "deleted"]);
        let first: Value = serde_json::from_str(&told[1].1).expect("JSON");
        assert_eq!(
            (&first["updated"][0]["before"]["value"], &first["updated"][0]["now"]["value"]),
            (&json!(1.5), &json!(2.0))
        );
    });
}

#[test]
fn clause_5_6_8_a_batch_says_of_each_entity_what_became_of_it() {
    each_store_of_the_house(|town| async move {
        let batch = |from: usize, to: usize| {
            let all: Vec<Value> = (from..to).map(|nth| gauge(nth, 1.0, [139.7, 35.6])).collect();
            json!({"body": json!(all).to_string()})
        };
        assert_eq!(done(&town, "create_entities", batch(0, 3)).await["status"], 201);
        let said = done(&town, "create_entities", batch(2, 5)).await;
        let outcome = body(&said);
        assert_eq!(said["status"], 207);
        assert_eq!(outcome["success"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            outcome["errors"][0]["error"]["type"],
            "https://uri.etsi.org/ngsi-ld/errors/AlreadyExists"
        );
        assert_eq!(done(&town, "upsert_entities", batch(0, 5)).await["status"], 204);
        let said = done(&town, "upsert_entities", batch(4, 7)).await;
        assert_eq!((said["status"].as_u64(), body(&said).as_array().map(Vec::len)), (Some(201), Some(2)));
        let gone = json!({"body": json!(["urn:ngsi-ld:水位計:0", "urn:ngsi-ld:水位計:99"]).to_string()});
        assert_eq!(done(&town, "delete_entities", gone).await["status"], 207);
        assert_eq!(ids(&town, Who::operator(), &[("type", "水位計")]).await.len(), 6);
    });
}

#[test]
fn clause_5_7_2_queries_by_value_place_and_page() {
    each_store_of_the_house(|town| async move {
        for nth in 0..30 {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let at = nth as f64;
            create(&town, &gauge(nth, at / 10.0, [139.7 + at / 1000.0, 35.6])).await;
        }
        let all = |parameters: Vec<(&'static str, &'static str)>| {
            let town = town.clone();
            async move { ids(&town, Who::operator(), &parameters).await }
        };
        assert_eq!(all(vec![("type", "水位計"), ("q", "水位>2.45")]).await.len(), 5);
        assert_eq!(all(vec![("type", "水位計"), ("q", "名称==\"7番\"")]).await, ["urn:ngsi-ld:水位計:7"]);
        let near = vec![
            ("type", "水位計"),
            ("georel", "near;maxDistance==250"),
            ("geometry", "Point"),
            ("coordinates", "[139.705,35.6]"),
        ];
        assert_eq!(all(near).await.len(), 5, "one each 90 metres");
        let page = done(
            &town,
            "query_entities",
            json!({"parameters": [["type", "水位計"], ["limit", "7"], ["offset", "7"], ["count", "true"]]}),
        )
        .await;
        assert_eq!(
            (&page["count"], page["after"].as_str(), page["before"].as_str()),
            (&json!(30), Some("limit=7&offset=14"), Some("limit=7&offset=0"))
        );
        assert_eq!(body(&page)[0]["id"], "urn:ngsi-ld:水位計:7");
        let down = all(vec![("type", "水位計"), ("orderBy", "水位;desc"), ("limit", "2")]).await;
        assert_eq!(down, ["urn:ngsi-ld:水位計:29", "urn:ngsi-ld:水位計:28"]);
        let wide = refused(&town, "query_entities", json!({})).await;
        assert_eq!(wide.code(), "ngsi-bad-request-data");
        // Purged in steps, each of them short.
        let mut cursor = json!(0);
        while !cursor.is_null() {
            let said = done(
                &town,
                "purge_entities",
                json!({"parameters": [["type", "水位計"], ["q", "水位<1"]], "cursor": cursor}),
            )
            .await;
            cursor = said["cursor"].clone();
        }
        assert_eq!(all(vec![("type", "水位計"), ("limit", "100")]).await.len(), 20);
    });
}

/// The ids of all gauges above 2.5, as the store itself says and as the query answers them: the same after each change,
/// also while what is kept in memory is still being read.
#[test]
fn clause_5_7_2_queries_follow_every_change_at_once() {
    each_store_of_the_house(|town| async move {
        let batch: Vec<Value> = (0..600)
            .map(|nth| gauge(nth, f64::from(u8::from(nth % 100 == 0)) * 3.0, [139.7, 35.6]))
            .collect();
        done(&town, "create_entities", json!({"body": Value::from(batch).to_string()})).await;
        let high = || ids(&town, Who::operator(), &[("type", "水位計"), ("q", "水位>2.5"), ("limit", "100")]);
        let mut expected: Vec<String> =
            (0..6).map(|nth| format!("urn:ngsi-ld:水位計:{}", nth * 100)).collect();
        for round in 1..=24 {
            assert_eq!(high().await, expected, "round {round}");
            // One rises and falls again, one goes and comes back behind all others; both are found at once.
            let (risen, gone) = (format!("urn:ngsi-ld:水位計:{round}"), expected.remove(0));
            let level = |value: f64| json!({"value": value}).to_string();
            let set = |value: f64| json!({"id": risen.as_str(), "attr": "水位", "body": level(value)});
            done(&town, "update_attribute", set(9.0)).await;
            assert!(high().await.contains(&risen), "round {round}");
            let read = body(&done(&town, "retrieve_entity", json!({"id": risen.as_str()})).await);
            assert_eq!(read["水位"]["value"], 9.0, "round {round}");
            done(&town, "update_attribute", set(0.5)).await;
            assert!(!high().await.contains(&risen), "round {round}");
            done(&town, "delete_entity", json!({"id": gone.as_str()})).await;
            assert_eq!(high().await, expected, "round {round}");
            let again =
                json!({"id": gone.as_str(), "type": "水位計", "水位": {"type": "Property", "value": 4}});
            create(&town, &again).await;
            expected.push(gone);
            let page = done(
                &town,
                "query_entities",
                json!({"parameters": [["type", "水位計"], ["count", "true"], ["limit", "5"], ["offset", "595"]]}),
            )
            .await;
            assert_eq!((&page["count"], body(&page).as_array().map(Vec::len)), (&json!(600), Some(5)));
        }
    });
}

#[test]
fn clause_5_5_10_a_tenant_is_made_by_the_first_write_and_kept_apart() {
    each_store_of_the_house(|town| async move {
        let ask = json!({"tenant": "harbour", "parameters": [["type", "水位計"]]});
        assert_eq!(refused(&town, "query_entities", ask.clone()).await.code(), "ngsi-nonexistent-tenant");
        done(
            &town,
            "create_entity",
            json!({"tenant": "harbour", "body": gauge(1, 1.0, [139.7, 35.6]).to_string()}),
        )
        .await;
        assert_eq!(body(&done(&town, "query_entities", ask).await).as_array().map(Vec::len), Some(1));
        assert!(
            ids(&town, Who::operator(), &[("type", "水位計")]).await.is_empty(),
            "the default tenant has none"
        );
        // The same id stands in each of them, and in another city nothing of it.
        create(&town, &gauge(1, 1.0, [139.7, 35.6])).await;
        let elsewhere = town
            .call_in(
                town.other_city(),
                Who::operator(),
                "context.retrieve_entity",
                json!({"id": "urn:ngsi-ld:水位計:1"}),
            )
            .await;
        assert_eq!(elsewhere.unwrap_err().kind(), Kind::Missing);
    });
}

#[test]
fn clause_4_22_what_expires_is_gone_at_its_time_and_makes_room() {
    each_store_of_the_house(|town| async move {
        let mut entity = gauge(1, 1.0, [139.7, 35.6]);
        entity["expiresAt"] = json!("2026-04-01T00:00:10Z");
        create(&town, &entity).await;
        assert_eq!(ids(&town, Who::operator(), &[("type", "水位計")]).await.len(), 1);
        town.clock.advance_ms(11_000);
        assert!(ids(&town, Who::operator(), &[("type", "水位計")]).await.is_empty());
        assert_eq!(
            refused(&town, "retrieve_entity", json!({"id": entity["id"]})).await.kind(),
            Kind::Missing
        );
        create(&town, &gauge(1, 2.0, [139.7, 35.6])).await;
    });
}

#[test]
fn types_are_public_internal_or_personal_and_an_entity_is_as_closed_as_the_most_closed() {
    each_store_of_the_house(|town| async move {
        let iri = |name: &str| format!("https://uri.etsi.org/ngsi-ld/default-context/{name}");
        create(&town, &gauge(1, 1.0, [139.7, 35.6])).await;
        create(&town, &json!({"id": "urn:ngsi-ld:x:2", "type": ["水位計", "見守り"]})).await;
        let seen = |who: Who| {
            let town = town.clone();
            async move { ids(&town, who, &[("type", "水位計")]).await.len() }
        };
        assert_eq!(
            (seen(Who::anyone()).await, seen(staff()).await),
            (0, 2),
            "internal until somebody says otherwise"
        );
        done(&town, "set_class", json!({"kind": iri("水位計"), "class": "public", "rev": 0})).await;
        assert_eq!(
            (seen(Who::anyone()).await, seen(staff()).await),
            (1, 2),
            "the other has an internal type, too"
        );
        done(&town, "set_class", json!({"kind": iri("見守り"), "class": "personal", "rev": 0})).await;
        assert_eq!((seen(Who::anyone()).await, seen(staff()).await, seen(Who::operator()).await), (1, 1, 1));
        let hidden = refused(&town, "retrieve_entity", json!({"id": "urn:ngsi-ld:x:2"})).await;
        assert_eq!(hidden.kind(), Kind::Missing, "as if it were not there");
        let stale =
            refused(&town, "set_class", json!({"kind": iri("水位計"), "class": "personal", "rev": 0})).await;
        assert_eq!(stale.kind(), Kind::Outdated);
        let types = town.call(Who::anyone(), "context.types", json!({})).await.expect("answered");
        assert_eq!(body(&types)["typeList"], json!(["水位計"]));
    });
}

/// Documents of a made-up outside, and how often each was asked for.
#[derive(Clone, Default)]
struct Elsewhere(Arc<Mutex<BTreeMap<String, usize>>>);

impl Web for Elsewhere {
    fn ask(&self, ask: Ask) -> Boxed<'static, Result<Answer, Fault>> {
        *self.0.lock().expect("free").entry(ask.url.clone()).or_default() += 1;
        let body = match ask.url.as_str() {
            "https://a.example/one" => {
                json!({"@context": ["two", {"Gauge": "https://a.example/Gauge"}]}).to_string()
            }
            "https://a.example/two" => json!({"@context": {"level": "https://a.example/level"}}).to_string(),
            _ => return Box::pin(async { Err(Fault::new(Kind::Unavailable, "outside-unreachable")) }),
        };
        let status = http::StatusCode::OK;
        Box::pin(async move {
            Ok(Answer { status, headers: http::HeaderMap::new(), body: body.into(), url: ask.url })
        })
    }
}

#[test]
fn clause_6_3_5_contexts_from_elsewhere_are_fetched_once_and_never_guessed() {
    let outside = Elsewhere::default();
    let mut ports = Ports::closed();
    ports.web = Arc::new(outside.clone());
    each_store_of(&Plot::house().with_ports(ports), |town| {
        let outside = outside.clone();
        async move {
            outside.0.lock().expect("free").clear();
            let link = "https://a.example/one";
            let entity = |nth: usize| {
                json!({"id": format!("urn:x:{nth}"), "type": "Gauge", "level": {"type": "Property", "value": nth}}).to_string()
            };
            for nth in 0..3 {
                done(&town, "create_entity", json!({"body": entity(nth), "link": link})).await;
                town.clock.advance_ms(60_000);
            }
            let read = body(&done(&town, "retrieve_entity", json!({"id": "urn:x:1"})).await);
            assert_eq!(
                (&read["type"], &read["https://a.example/level"]["value"]),
                (&json!("https://a.example/Gauge"), &json!(1))
            );
            let asked = outside.0.lock().expect("free").clone();
            assert_eq!(asked.values().collect::<Vec<_>>(), [&1, &1], "{asked:?}");
            let lost = refused(
                &town,
                "create_entity",
                json!({"body": entity(9), "link": "https://nowhere.example/c"}),
            )
            .await;
            assert_eq!(lost.code(), "ngsi-ld-context-not-available");
            let kept = body(
                &done(&town, "ld_contexts", json!({"parameters": [["details", "true"], ["kind", "Cached"]]}))
                    .await,
            );
            assert_eq!(kept.as_array().map(Vec::len), Some(2));
            let own = done(
                &town,
                "add_ld_context",
                json!({"body": "{\"@context\":{\"水位\":\"https://a.example/level\"}}"}),
            )
            .await;
            let own =
                format!("{}{}", town.city().facts().public_url, own["location"].as_str().expect("a place"));
            let read = body(&done(&town, "retrieve_entity", json!({"id": "urn:x:2", "link": own})).await);
            assert_eq!(read["水位"]["value"], 2);
        }
    });
}

#[test]
fn contexts_that_strangers_cause_have_an_end_and_take_no_hosted_one_along() {
    each_store_of_the_house(|town| async move {
        let document = "{\"@context\":{\"水位\":\"https://a.example/level\"}}";
        done(&town, "add_ld_context", json!({"body": document})).await;
        let caused: Vec<Value> = (0..1_000).map(|nth| json!({"id": format!("{nth:04}")})).collect();
        let write = town.city().context.write(move |tx| {
            tx.exec(
                sql!(
                    "insert into context_ld (city, id, tenant, url, kind, body, made_us, used_us, hits)
                     select ?1, r.id, '', r.id, 'ImplicitlyCreated', '', 1, 1, 0 from {rows(?2, id text)} r"
                ),
                params![&Value::from(caused.clone())],
            )
        });
        assert_eq!(write.await.expect("written"), 1_000);
        let query = json!({"type": "Query", "entities": [{"type": "避難所"}], "@context": {"名": "https://a.example/name"}});
        let input = json!({"body": query.to_string(), "ld": true});
        town.call(Who::anyone(), "context.search_entities", input).await.expect("a stranger may ask");
        let counts = town.city().context.read(|tx| {
            tx.all(
                sql!("select kind, count(*) from context_ld where city = ?1 group by kind order by kind"),
                params![],
                |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
            )
        });
        let counts = counts.await.expect("read");
        assert_eq!(counts, [("Hosted".to_owned(), 1), ("ImplicitlyCreated".to_owned(), 991)]);
    });
}
