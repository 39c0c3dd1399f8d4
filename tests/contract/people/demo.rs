//! The fictional city.

use std::sync::Arc;

use ground::cx::{Cx, Via};
use ground::fault::Kind;
use ground::seal;
use ground::who::{Role, Who};
use ground::words::Lang;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;

use super::who;

async fn fill(town: &Arc<Town>) {
    let mut facts = (*town.city().facts()).clone();
    facts.demo = true;
    town.city().set_facts(facts);
    let room = town.house.rooms.iter().find(|room| room.name == "people").expect("the room");
    let cx = Cx::new(&town.house, town.city(), Who::system(), Lang::Ja, Via::Command);
    (room.demo.expect("it fills a city"))(cx).await.expect("filled");
}

async fn play(town: &Town, part: &str) -> Who {
    let token = format!("token of the {part}");
    let input = json!({"part": part, "session_digest": seal::token_digest(&token)});
    town.call(Who::anyone(), "people.demo_sign_in", input).await.expect("signed in");
    who(town, &token).await.expect("known")
}

async fn counted(town: &Town) -> Vec<i64> {
    town.ask(|tx| {
        tx.all(
            sql!(
                "select count(*) from people_resident where city = ?1
                 union all select count(*) from people_staff where city = ?1
                 union all select count(*) from people_department where city = ?1
                 union all select count(*) from people_district where city = ?1
                 union all select count(distinct household) from people_resident where city = ?1
                 union all select count(distinct person_no) from people_account where city = ?1"
            ),
            params![],
            |row| row.get(0),
        )
    })
    .await
}

#[test]
fn the_city_is_filled_once_and_everybody_can_be_played() {
    each_store_of_the_house(|town| async move {
        fill(&town).await;
        let first = counted(&town).await;
        assert_eq!(first[..4], [3_000, 60, 26, 21]);
        assert!((1_000..2_500).contains(&first[4]), "households: {}", first[4]);
        assert_eq!(first[5], 3_060, "numbers of persons are given once");
        fill(&town).await;
        assert_eq!(counted(&town).await, first, "filling again changes nothing");

        for (part, role) in [
            ("editor", Role::Editor),
            ("approver", Role::Approver),
            ("clerk", Role::Clerk),
            ("auditor", Role::Auditor),
            ("admin", Role::Admin),
        ] {
            let who = play(&town, part).await;
            assert!(who.is_staff() && who.has(role) && who.department.is_some(), "{part}");
        }
        let resident = play(&town, "resident").await;
        assert!(resident.has(Role::Resident) && !resident.is_staff());
        assert!(resident.district.is_some() && resident.household.is_some());
    });
}

#[test]
fn a_resident_reads_only_their_own_row() {
    each_store_of_the_house(|town| async move {
        fill(&town).await;
        let resident = play(&town, "resident").await;
        let own = town.call(resident.clone(), "people.profile", json!({})).await.expect("read");
        assert_eq!(own["account"]["id"].as_str(), resident.account.as_ref().map(|id| id.as_str()));
        assert!(own["resident"]["block"].as_str().is_some_and(|block| block.ends_with("丁目")));
        assert!(own["resident"]["district_name"]["ja"]["text"].is_string());
        // No action of the room shows a resident to staff, whatever their role.
        let admin = play(&town, "admin").await;
        let listed =
            town.call(admin.clone(), "people.staff", json!({"paging": {"rows": 500}})).await.expect("read");
        assert_eq!(listed["rows"].as_array().map(Vec::len), Some(60));
        let other = json!({"id": resident.account});
        for action in ["people.staff_member", "people.invite_staff", "people.lock_staff"] {
            let fault = town.call(admin.clone(), action, other.clone()).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Missing, "{action}");
        }
        for action in ["people.staff", "people.departments", "people.imports"] {
            let fault = town.call(resident.clone(), action, json!({})).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Refused, "{action}");
        }
    });
}

#[test]
fn a_real_city_lets_nobody_play() {
    each_store_of_the_house(|town| async move {
        fill(&town).await;
        let mut facts = (*town.city().facts()).clone();
        facts.demo = false;
        town.city().set_facts(facts);
        for by in [Who::anyone(), Who::operator()] {
            let input: Value = json!({"part": "admin", "session_digest": seal::token_digest("x")});
            let fault = town.call(by, "people.demo_sign_in", input).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Refused);
        }
        let cx = Cx::new(&town.house, town.city(), Who::system(), Lang::Ja, Via::Command);
        let room = town.house.rooms.iter().find(|room| room.name == "people").expect("the room");
        assert_eq!((room.demo.expect("it fills a city"))(cx).await.unwrap_err().kind(), Kind::Refused);
    });
}

#[test]
fn only_what_is_old_is_cleared_away() {
    each_store_of_the_house(|town| async move {
        super::administrator(&town).await;
        let now_ms = town.house.clock.now_ms();
        let room = town.house.rooms.iter().find(|room| room.name == "people").expect("the room");
        let purges: Vec<_> = room.retention.iter().map(|rule| (rule.purge)()).collect();
        assert_eq!(purges.len(), 4);
        for (older_than, expected) in [(now_ms, 0), (now_ms + 80 * 3_600_000, 1)] {
            let mut gone = Vec::new();
            for purge in purges.clone() {
                let run = move |tx: &mut ground::db::Tx<'_>| tx.exec(purge, params![older_than]);
                gone.push(town.city().db.write(run).await.expect("cleared"));
            }
            // A session and a used link, both over by then; no list was read in.
            assert_eq!(gone, [expected, expected, 0, 0]);
        }
    });
}
