//! What somebody takes along is whole, and any program opens it.

use std::process::Command;

use ground::fault::Kind;
use ground::id::Id;
use ground::jobs::JobRun;
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::town::each_store_of_the_house;

use super::{DAY_MS, agree, helper, own, resident, save, sign_in};

#[test]
fn everything_is_in_it_and_another_program_opens_it() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        let agent = resident(&town, 12, "下田 太郎", "agent@example.jp").await;
        agree(&town, &person, &agent, helper(&["cases"])).await;
        save(&town, &person, |input| input["address"] = json!("西町 ４番地")).await.expect("saved");

        let asked = town.call(person.clone(), "people.ask_takeout", json!({})).await.expect("asked");
        let twice = town.call(person.clone(), "people.ask_takeout", json!({})).await.unwrap_err();
        assert_eq!(twice.code(), "people-takeout-again");
        make(&town).await;
        let listed = town.call(person.clone(), "people.takeouts", json!({})).await.expect("listed");
        assert_eq!(listed[0]["state"], "ready");
        let file: Id = listed[0]["file"].as_str().expect("a file").parse().expect("an id");

        // Only its person gets it, and only after a fresh sign-in.
        let open = |who: &Who| town.call(who.clone(), "ground.file", json!({"id": file}));
        assert_eq!(open(&agent).await.unwrap_err().kind(), Kind::Refused);
        let view = open(&person).await.expect("shown");
        assert_eq!(view["media_type"], "application/zip");
        town.clock.advance_ms(16 * 60_000);
        assert_eq!(open(&person).await.unwrap_err().kind(), Kind::Refused, "a sign-in of long ago");
        let person = sign_in(&town, own(&person), "person@example.jp").await;
        open(&person).await.expect("shown again");

        let folder = tests::cluster::scratch();
        let packed = folder.path().join("mine.zip");
        std::fs::write(&packed, content(&town, view["digest"].as_str().expect("a digest")).await)
            .expect("written");
        let unzip = |args: &[&str]| {
            let out =
                Command::new("unzip").args(args).current_dir(folder.path()).output().expect("unzip runs");
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8(out.stdout).expect("text")
        };
        unzip(&["-t", "mine.zip"]);
        let page = unzip(&["-p", "mine.zip", "index.html"]);
        assert!(page.contains("上田 花") && page.contains("西町 4番地") && page.contains("下田 太郎"));
        // In words: no key of a program, no id and no raw JSON stands on the page that people read.
        assert!(
            !page.contains("agent") && !page.contains("{&quot;") && !page.contains(own(&person).as_str())
        );
        assert!(page.contains("手続・申請") && page.contains("頼まれた人"), "codes are told in words");
        let parts = town.house.rooms.iter().flat_map(|room| room.takeout);
        for part in parts {
            let text = unzip(&["-p", "mine.zip", &format!("{}.json", part.file)]);
            let whole: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!((&whole["file"], &whole["cut"]), (&json!(part.file), &json!(false)));
            assert!(!text.contains("digest"), "no secret: {}", part.file);
        }
        let sessions = unzip(&["-p", "mine.zip", "sessions.json"]);
        assert!(sessions.contains("Firefox / Linux"));

        // Its days are over.
        town.clock.advance_ms(7 * DAY_MS);
        let person = sign_in(&town, own(&person), "person@example.jp").await;
        let late =
            town.call(person.clone(), "people.takeout_file", json!({"id": asked["id"]})).await.unwrap_err();
        assert_eq!(late.kind(), Kind::Missing);
        let cx = town.cx(Who::system());
        let body = json!({"id": asked["id"]});
        let JobRun::InTx(end) = job(&town, "people.end_takeout") else { panic!("in a transaction") };
        town.city().db.write(move |tx| end(tx, &cx, &body)).await.expect("ended");
        assert_eq!(
            town.call(person, "ground.file", json!({"id": file})).await.unwrap_err().kind(),
            Kind::Missing
        );
    });
}

fn job(town: &tests::Town, name: &str) -> &'static JobRun {
    let mut jobs = town.house.rooms.iter().flat_map(|room| room.jobs);
    &jobs.find(|job| job.name == name).expect("a job").run
}

/// Does what waits in the queue.
async fn make(town: &tests::Town) {
    let body: Value = town
        .ask(|tx| {
            tx.one(
                sql!("select body from ground_job where city = ?1 and kind = 'people.make_takeout'"),
                params![],
                |row| row.get(0),
            )
        })
        .await;
    let JobRun::Outside(run) = job(town, "people.make_takeout") else { panic!("outside a transaction") };
    run(town.cx(Who::system()), body).await.expect("made");
}

async fn content(town: &tests::Town, digest: &str) -> Vec<u8> {
    let digest = digest.to_owned();
    town.city()
        .files
        .read(move |tx| {
            tx.all(
                sql!("select bytes from ground_chunk where city = ?1 and digest = ?2 order by nth"),
                params![digest.as_str()],
                |row| row.get::<Vec<u8>>(0),
            )
        })
        .await
        .expect("read")
        .concat()
}

#[test]
fn an_old_sign_in_is_not_enough() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        town.clock.advance_ms(16 * 60_000);
        let fault = town.call(person, "people.ask_takeout", json!({})).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
    });
}
