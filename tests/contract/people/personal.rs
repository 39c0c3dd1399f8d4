//! The way in for services: `/personal/v1`.

use std::sync::Arc;

use bytes::Bytes;
use ground::cx::{Cx, Via};
use ground::door::{Body, Request};
use ground::who::{Role, Who};
use ground::words::Lang;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{each_store_of_the_house, id};

use super::release::{agree, allow_all, entries, purpose, residents, say};

fn service(client: u128, scopes: &[&str]) -> Who {
    Who {
        client: Some(id(client)),
        roles: Arc::from([Role::Service]),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..Who::default()
    }
}

struct Answered {
    status: u16,
    kind: String,
    location: String,
    body: Value,
}

/// Knocks at a door, as the server leads a request to it.
async fn ask(town: &Arc<Town>, who: Who, method: Method, path: &str, body: Value) -> Answered {
    let (plain, _) = path.split_once('?').unwrap_or((path, ""));
    let doors = town.house.rooms.iter().flat_map(|room| room.doors);
    let (door, slots) = doors
        .filter(|door| door.method == method)
        .find_map(|door| super::pages::slots_of(door.path, plain).map(|slots| (door, slots)))
        .unwrap_or_else(|| panic!("there is no door {method} {plain}"));
    let request = Request {
        cx: Cx::new(&town.house, town.city(), who, Lang::Ja, Via::Door),
        method,
        uri: path.parse().expect("a path"),
        headers: HeaderMap::new(),
        slots,
        body: if body.is_null() { Bytes::new() } else { body.to_string().into() },
    };
    let reply = (door.run)(request).await.expect("a door answers whatever happens");
    let header = |name: &str| {
        reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let Body::Whole(body) = &reply.body else { panic!("the answer is whole") };
    Answered {
        status: reply.status.as_u16(),
        kind: header("content-type"),
        location: header("location"),
        body: serde_json::from_slice(body).expect("JSON"),
    }
}

async fn get(town: &Arc<Town>, who: Who, path: &str) -> Answered {
    ask(town, who, Method::GET, path, Value::Null).await
}

#[test]
fn a_service_gets_what_was_agreed_under_names_of_its_own() {
    each_store_of_the_house(|town| async move {
        purpose(&town, "shop", "company", "consent", "name languages").await;
        purpose(&town, "duty", "public", "law", "name").await;
        residents(&town, 30).await;
        allow_all(&town, "shop", 20).await;
        agree(&town, 4_000, "shop").await;
        let shop = || service(4_000, &["purpose:shop", "purpose:duty"]);

        // Many: a selection, read page by page, in names that are not ours.
        let made = ask(
            &town,
            shop(),
            Method::POST,
            "/personal/v1/selections",
            json!({"purpose": "shop", "filter": {"languages": ["en"]}}),
        )
        .await;
        assert_eq!((made.status, &made.body["count"]), (201, &json!(10)), "{}", made.body);
        let people = get(&town, shop(), &made.location).await;
        let subjects: Vec<String> = people.body["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row.as_str().expect("a name").to_owned())
            .collect();
        assert_eq!(subjects.len(), 10);
        assert!(!subjects.iter().any(|subject| subject.parse::<ground::id::Id>().is_ok()), "never our ids");
        assert_eq!(
            get(&town, service(4_001, &["purpose:shop"]), &made.location).await.status,
            404,
            "somebody else's"
        );
        // Off is off when the page is read, too.
        say(town.city(), 2, "shop", false, 3).await.expect("said");
        let fewer = get(&town, shop(), &made.location).await;
        assert_eq!(fewer.body["rows"].as_array().map(Vec::len), Some(9));

        // One.
        let path = |subject: &str, rest: &str| format!("/personal/v1/people/{subject}?{rest}");
        let kept = fewer.body["rows"][0].as_str().expect("a name").to_owned();
        let one = get(&town, shop(), &path(&kept, "purpose=shop&attributes=name,birth")).await;
        assert_eq!(
            (one.status, &one.body["withheld"]),
            (200, &json!({"birth": "not_in_purpose"})),
            "{}",
            one.body
        );
        assert!(one.body["given"]["name"].as_str().is_some_and(|name| name.starts_with("住民")));
        let gone = subjects
            .iter()
            .find(|subject| !fewer.body["rows"].as_array().expect("rows").contains(&json!(subject)));
        let off = get(&town, shop(), &path(gone.expect("one less"), "purpose=shop&attributes=name")).await;
        assert_eq!((off.status, &off.body["withheld"]), (200, &json!({"name": "no_consent"})));

        // Outside of what was agreed it is refused, as a problem, and recorded all the same.
        let before = entries(&town).await;
        let wrong = get(&town, shop(), &path(&kept, "purpose=duty&attributes=name")).await;
        assert_eq!((wrong.status, wrong.kind.as_str()), (403, "application/problem+json"));
        assert_eq!(wrong.body["type"], "urn:machiya:fault:people-use-not-agreed");
        let wrong = get(&town, shop(), &path(&kept, "purpose=shop&attributes=birth")).await;
        assert_eq!(wrong.status, 403);
        assert_eq!(entries(&town).await, before + 2);

        // Whatever else may come.
        assert_eq!(get(&town, shop(), &path("nobody", "purpose=shop&attributes=name")).await.status, 404);
        assert_eq!(get(&town, shop(), &path(&kept, "purpose=shop&attributes=shoe_size")).await.status, 422);
        assert_eq!(get(&town, Who::anyone(), &path(&kept, "purpose=shop&attributes=name")).await.status, 401);
        let staff =
            Who { account: Some(id(7)), roles: Arc::from([Role::Staff, Role::Admin]), ..Who::default() };
        assert_eq!(get(&town, staff, &path(&kept, "purpose=shop&attributes=name")).await.status, 401);
        let count = ask(&town, shop(), Method::POST, "/personal/v1/count", json!({"purpose": "shop"})).await;
        assert_eq!(count.body, json!({"about": 10, "few": false}));
        let count =
            ask(&town, shop(), Method::POST, "/personal/v1/count", json!({"purpose": "shop", "shoe": 1}))
                .await;
        assert_eq!((count.status, count.kind.as_str()), (422, "application/problem+json"));
        let document = get(&town, Who::anyone(), "/personal/v1/openapi.json").await;
        assert_eq!(document.body["paths"].as_object().map(serde_json::Map::len), Some(5));
    });
}

#[test]
fn a_service_follows_who_turned_on_and_off() {
    each_store_of_the_house(|town| async move {
        purpose(&town, "shop", "company", "consent", "name").await;
        residents(&town, 3).await;
        agree(&town, 4_000, "shop").await;
        let shop = || service(4_000, &["purpose:shop"]);
        let adult = Who { account: Some(id(1)), roles: Arc::from([Role::Resident]), ..Who::default() };
        let decide = |decision: &'static str| {
            let (town, adult) = (town.clone(), adult.clone());
            async move {
                let input = json!({"purpose": "shop", "version": 1, "decision": decision});
                town.call(adult, "people.decide_consent", input).await.expect("decided")
            }
        };
        let none = get(&town, shop(), "/personal/v1/consents?purpose=shop").await;
        assert_eq!((none.status, &none.body["rows"]), (200, &json!([])));
        decide("given").await;
        let next = none.body["next"].as_str().expect("a place").to_owned();
        let mut first = get(&town, shop(), &format!("/personal/v1/consents?purpose=shop&after={next}")).await;
        for _ in 0..200 {
            // A reader of the log waits for older transactions of the whole cluster.
            if first.body["rows"].as_array().is_some_and(|rows| !rows.is_empty()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            first = get(&town, shop(), &format!("/personal/v1/consents?purpose=shop&after={next}")).await;
        }
        assert_eq!(first.body["rows"][0]["given"], true);
        decide("withdrawn").await;
        let next = first.body["next"].as_str().expect("a place").to_owned();
        let mut second =
            get(&town, shop(), &format!("/personal/v1/consents?purpose=shop&after={next}")).await;
        for _ in 0..200 {
            if second.body["rows"].as_array().is_some_and(|rows| !rows.is_empty()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            second = get(&town, shop(), &format!("/personal/v1/consents?purpose=shop&after={next}")).await;
        }
        assert_eq!(second.body["rows"].as_array().map(Vec::len), Some(1));
        assert_eq!(second.body["rows"][0]["given"], false);
        assert_eq!(second.body["rows"][0]["subject"], first.body["rows"][0]["subject"]);
        let other = get(&town, shop(), "/personal/v1/consents?purpose=other").await;
        assert_eq!((other.status, other.kind.as_str()), (403, "application/problem+json"));
        let nonsense = get(&town, shop(), "/personal/v1/people/x?purpose=shop&attributes=shoe").await;
        let said = nonsense.body["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains("address") && !said.contains('{'), "what can be asked for is named: {said}");
        assert_eq!(get(&town, shop(), "/personal/v1/consents?purpose=shop&after=x").await.status, 422);
    });
}

/// The feed from a place on, once it has so many rows: a reader of the log waits for older transactions of the whole
/// cluster.
async fn changes(town: &Arc<Town>, who: &Who, after: &str, rows: usize) -> Value {
    let path = format!("/personal/v1/consents?purpose=shop&after={after}");
    for _ in 0..200 {
        let answer = get(town, who.clone(), &path).await;
        if answer.body["rows"].as_array().is_some_and(|all| all.len() >= rows) {
            return answer.body;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{rows} changes never came");
}

/// Off is off on the service's side, too: whose yes a newer version has ended, and who has left, is told under the name
/// that the service knows; who was merely asked is not.
#[test]
fn a_service_learns_whose_consent_lapsed_and_who_left() {
    each_store_of_the_house(|town| async move {
        purpose(&town, "shop", "company", "consent", "name").await;
        residents(&town, 3).await;
        agree(&town, 4_000, "shop").await;
        let shop = service(4_000, &["purpose:shop"]);
        for number in [1u128, 2] {
            let adult =
                Who { account: Some(id(number)), roles: Arc::from([Role::Resident]), ..Who::default() };
            let input = json!({"purpose": "shop", "version": 1, "decision": "given"});
            town.call(adult, "people.decide_consent", input).await.expect("given");
        }
        let input = json!({"person": id(3), "purpose": "shop"});
        town.call(Who::system(), "people.request_consent", input).await.expect("asked");
        let first = changes(&town, &shop, "", 2).await;
        let (one, two) = (&first["rows"][0]["subject"], &first["rows"][1]["subject"]);

        // Person 2 leaves; person 1 is asked again.
        let parts: Vec<_> = town.house.rooms.iter().flat_map(|room| room.erase).copied().collect();
        let cx = town.cx(Who::system());
        let asks =
            town.house.rooms.iter().flat_map(|room| room.jobs).find(|job| job.name == "people.ask_again");
        let ground::jobs::JobRun::InTx(ask_again) = asks.expect("a job").run else {
            panic!("in a transaction")
        };
        town.city()
            .db
            .write(move |tx| {
                let person = ground::room::Person { account: id(2), person_no: 2 };
                for part in &parts {
                    while !(part.range)(tx, &cx, &person)? {}
                }
                ask_again(tx, &cx, &json!({"purpose": "shop", "version": 2, "after": 0}))
            })
            .await
            .expect("done");
        let next = first["next"].as_str().expect("a place");
        let second = changes(&town, &shop, next, 2).await;
        let told: Vec<(&Value, &Value)> = second["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| (&row["subject"], &row["given"]))
            .collect();
        assert_eq!(told, [(two, &json!(false)), (one, &json!(false))]);

        // What stays of who has left ends by its rules, and no service is given a new name for them.
        let left = |table: &'static str| {
            let rule =
                town.house.rooms.iter().flat_map(|room| room.retention).find(|rule| rule.table == table);
            let (purge, late_ms) = ((rule.expect("a rule").purge)(), town.cx(Who::system()).now_ms() + 1);
            town.city().db.write(move |tx| tx.exec(purge, ground::params![late_ms]))
        };
        assert_eq!(left("people_pairwise").await.expect("cleared"), 1);
        assert_eq!(left("people_consent_event").await.expect("cleared"), 2, "given and withdrawn");
        let whole = changes(&town, &shop, "", 2).await;
        let rows = whole["rows"].as_array().expect("rows");
        assert!(rows.len() == 2 && rows.iter().all(|row| row["subject"] == *one), "{rows:?}");
    });
}
