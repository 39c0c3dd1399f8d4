//! Acting for others, profiles, families, taking one's data along, and leaving.

mod leaving;
mod takeout;

use std::sync::Arc;

use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::seal;
use ground::who::{Role, Scope, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{each_store_of_the_house, id};

use super::who;

const DAY_MS: i64 = 86_400_000;

/// Somebody with an account and a session that has just begun; the session's token is their address.
async fn resident(town: &Town, number: u128, name: &'static str, mail: &'static str) -> Who {
    account(town, number, "resident", name, mail).await;
    sign_in(town, id(number), mail).await
}

async fn account(town: &Town, number: u128, kind: &'static str, name: &'static str, mail: &'static str) {
    let now_ms = town.house.clock.now_ms();
    let no = i64::try_from(number).expect("a small number");
    town.city()
        .db
        .write(move |tx| {
            tx.put(
                sql!(
                    "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev,
                                                 created_ms, saved_ms, saved_by)
                     values (?1, ?2, ?3, ?4, ?5, '', ?6, '', 'active', 1, ?7, ?7, 'operator')"
                ),
                params![id(number), no, kind, name, mail, now_ms],
            )
        })
        .await
        .expect("added");
}

async fn sign_in(town: &Town, account: Id, token: &'static str) -> Who {
    let (now_ms, digest) = (town.house.clock.now_ms(), seal::token_digest(token));
    let session = town.cx(Who::anyone()).id();
    town.city()
        .db
        .write(move |tx| {
            tx.put(
                sql!("delete from people_session where city = ?1 and digest = ?2"),
                params![digest.as_str()],
            )?;
            tx.put(
                sql!(
                    "insert into people_session (city, digest, id, account, agent, created_ms, seen_ms, ends_ms, strong)
                     values (?1, ?2, ?3, ?4, 'Firefox / Linux', ?5, ?5, ?6, 1)"
                ),
                params![digest.as_str(), &session, &account, now_ms, now_ms + 400 * DAY_MS],
            )
        })
        .await
        .expect("signed in");
    who(town, token).await.expect("known")
}

fn own(who: &Who) -> Id {
    who.account.clone().expect("an account")
}

/// One asks, the other accepts; answers the mandates of the one who acts.
async fn agree(town: &Town, asker: &Who, other: &Who, input: Value) {
    let invited = town.call(asker.clone(), "people.invite", input).await.expect("asked");
    let code = invited["code"].as_str().expect("a code").to_lowercase().replace('-', " ");
    town.call(other.clone(), "people.accept_invitation", json!({"code": code})).await.expect("accepted");
}

fn helper(scopes: &[&str]) -> Value {
    json!({"asked": "help_me", "scopes": scopes, "ends_on": "2026-06-30"})
}

async fn i_act(town: &Town, who: &Who) -> Vec<Value> {
    let family = town.call(who.clone(), "people.family", json!({})).await.expect("read");
    family["i_act"].as_array().expect("a list").clone()
}

async fn act_for(town: &Town, agent: &Who, token: &str) -> Who {
    let mandate = i_act(town, agent).await[0]["id"].clone();
    town.call(agent.clone(), "people.act_for", json!({"id": mandate})).await.expect("acting");
    who(town, token).await.expect("known")
}

async fn save(town: &Town, who: &Who, change: impl FnOnce(&mut Value)) -> Result<Value, Fault> {
    let profile = town.call(who.clone(), "people.my_profile", json!({})).await?;
    let mut input = json!({});
    for key in
        ["name", "kana", "birth", "postal", "address", "phone", "langs", "interests", "wishes", "lang", "rev"]
    {
        input[key] = profile[key].clone();
    }
    change(&mut input);
    town.call(who.clone(), "people.save_profile", input).await
}

#[test]
fn a_helper_does_what_is_in_scope_and_nothing_else() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        let agent = resident(&town, 12, "下田 太郎", "agent@example.jp").await;
        let stranger = resident(&town, 13, "中田 次郎", "stranger@example.jp").await;
        assert!(i_act(&town, &agent).await.is_empty(), "asking alone makes nothing");
        agree(&town, &person, &agent, helper(&["profile"])).await;
        let acting = act_for(&town, &agent, "agent@example.jp").await;
        assert_eq!(acting.subject(), person.account.as_ref());
        assert!(acting.acts_within(Scope::Profile) && !acting.acts_within(Scope::Record));

        let read = town.call(acting.clone(), "people.my_profile", json!({})).await.expect("within scope");
        assert_eq!(read["name"], "上田 花");
        save(&town, &acting, |input| input["phone"] = json!("０９０-0000-0001")).await.expect("saved");
        let stands = town.call(person.clone(), "people.my_profile", json!({})).await.expect("read");
        assert_eq!(stands["phone"], "090-0000-0001");

        let out = town.call(acting.clone(), "people.acts_for_me", json!({})).await.unwrap_err();
        assert_eq!(out.kind(), Kind::Refused, "the record is not in scope");
        // What concerns the account is never done for another: this is about the agent's own.
        let me = town.call(acting.clone(), "people.me", json!({})).await.expect("oneself");
        assert_eq!(me["name"], "下田 太郎");
        let mandate = i_act(&town, &agent).await[0]["id"].clone();
        for who in [&stranger, &person] {
            let refused =
                town.call((*who).clone(), "people.act_for", json!({"id": mandate})).await.unwrap_err();
            assert_eq!(refused.kind(), Kind::Refused);
        }

        // The person sees what was done, and by whom.
        let acts = town.call(person.clone(), "people.acts_for_me", json!({})).await.expect("listed");
        let rows = acts["rows"].as_array().expect("rows");
        let saved = rows.iter().find(|row| row["action"] == "people.save_profile").expect("recorded");
        assert_eq!((saved["by_name"].as_str(), saved["outcome"].as_str()), (Some("下田 太郎"), Some("done")));
        let saved = town.ask(|tx| {
            tx.one(
                sql!(
                    "select actor, acting from ground_event where city = ?1 and name = 'people.profile_saved'"
                ),
                params![],
                |row| Ok((row.get::<Id>(0)?, row.get::<Id>(1)?)),
            )
        });
        assert_eq!(saved.await, (own(&agent), own(&person)));

        // Ended by the person: with the next request the agent is nobody but themselves.
        let epoch = town.house.session_epoch();
        town.call(person.clone(), "people.end_mandate", json!({"id": mandate})).await.expect("ended");
        assert!(town.house.session_epoch() > epoch);
        let alone = who(&town, "agent@example.jp").await.expect("still signed in");
        assert!(alone.acting.is_none());
        let again = town.call(agent, "people.act_for", json!({"id": mandate})).await.unwrap_err();
        assert_eq!(again.code(), "people-mandate-over");
    });
}

#[test]
fn a_mandate_ends_by_the_clock_and_both_are_reminded_before() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        let agent = resident(&town, 12, "下田 太郎", "agent@example.jp").await;
        let offer = json!({"asked": "let_me_help", "scopes": ["cases"], "ends_on": "2026-04-03"});
        agree(&town, &agent, &person, offer).await;
        let acting = act_for(&town, &agent, "agent@example.jp").await;
        let ends_ms = acting.acting.as_ref().expect("acting").ends_ms;
        // The end of the third of April in Tokyo: the test began on the first at nine.
        assert_eq!(ends_ms - town.house.clock.now_ms(), 2 * DAY_MS + 15 * 3_600_000);
        run(&town, "people.mandates_daily").await;
        let reminded: i64 =
            town.ask(|tx| one(tx, sql!("select reminded_ms from people_mandate where city = ?1"))).await;
        assert!(reminded > 0);
        town.clock.advance_ms(2 * DAY_MS + 15 * 3_600_000 - 1);
        assert!(who(&town, "agent@example.jp").await.expect("known").acting.is_some());
        town.clock.advance_ms(1);
        assert!(who(&town, "agent@example.jp").await.expect("known").acting.is_none());
        run(&town, "people.mandates_daily").await;
        assert_eq!(i_act(&town, &agent).await[0]["standing"], "ended");
        let late = json!({"asked": "let_me_help", "scopes": ["cases"], "ends_on": "2036-04-03"});
        let fault = town.call(agent, "people.invite", late).await.unwrap_err();
        assert_eq!(super::words_of(&fault), [("ends_on", "field-people-mandate-long")]);
    });
}

fn one(tx: &mut ground::db::Tx<'_>, sql: &'static ground::db::Sql) -> Result<i64, Fault> {
    tx.one(sql, params![], |row| row.get(0))
}

/// Runs a job of this kind now, as a worker would.
async fn run(town: &Arc<Town>, kind: &'static str) {
    let cx = town.cx(Who::system());
    let known =
        town.house.rooms.iter().flat_map(|room| room.jobs).find(|job| job.name == kind).expect("a job");
    let ground::jobs::JobRun::InTx(run) = known.run else { panic!("{kind} waits for the outside") };
    town.city().db.write(move |tx| run(tx, &cx, &json!({}))).await.expect("done");
}

#[test]
fn a_visit_at_the_counter_lasts_half_an_hour_and_marks_what_was_checked() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        account(&town, 21, "staff", "窓口 係", "clerk@example.jp").await;
        town.city()
            .db
            .write(|tx| {
                tx.put(
                    sql!(
                        "insert into people_staff (city, account, department, roles, title)
                         values (?1, ?2, '', 'clerk', '主事')"
                    ),
                    params![id(21)],
                )
            })
            .await
            .expect("hired");
        let clerk = sign_in(&town, id(21), "clerk").await;
        assert!(clerk.has(Role::Clerk));
        let begin = json!({"person": own(&person), "reason": "住所の届け", "document": "運転免許証"});
        town.call(clerk.clone(), "people.begin_counter", begin.clone()).await.expect("begun");
        let serving = who(&town, "clerk").await.expect("known");
        assert_eq!(serving.subject(), person.account.as_ref());
        // What staff see at the counter is a use like every other: the person reads of it.
        let record = town.call(person.clone(), "people.record", json!({})).await.expect("read");
        assert_eq!(
            (&record["rows"][0]["purpose"], &record["rows"][0]["ground"]),
            (&json!("@counter"), &json!("duty"))
        );
        assert_eq!(
            (&record["rows"][0]["by"], &record["rows"][0]["reason"]),
            (&json!("staff"), &json!("住所の届け"))
        );
        save(&town, &serving, |input| {
            input["birth"] = json!("昭和60年4月1日");
            input["address"] = json!("本町１ー２");
        })
        .await
        .expect("saved");
        let check = json!({"fields": ["birth", "name"], "document": "運転免許証"});
        town.call(serving.clone(), "people.verify_profile", check).await.expect("checked");

        // Whoever is known by less cannot change what was checked; the rest they can.
        let fault = save(&town, &person, |input| input["birth"] = json!("1985-04-02")).await.unwrap_err();
        assert_eq!(super::words_of(&fault), [("birth", "field-people-verified")]);
        save(&town, &person, |input| input["phone"] = json!("0834-00-0000")).await.expect("not checked");
        save(&town, &serving, |input| input["birth"] = json!("1985-04-02")).await.expect("at the counter");
        let stands = town.call(person.clone(), "people.my_profile", json!({})).await.expect("read");
        assert_eq!((&stands["birth"], &stands["verified"]), (&json!("1985-04-02"), &json!(["name"])));

        town.clock.advance_ms(30 * 60_000);
        assert!(who(&town, "clerk").await.expect("known").acting.is_none(), "half an hour is over");
        town.call(clerk, "people.begin_counter", begin).await.expect("begun again");
        let serving = who(&town, "clerk").await.expect("known");
        town.call(serving, "people.end_counter", json!({})).await.expect("ended");
        assert!(who(&town, "clerk").await.expect("known").acting.is_none());
        let family = town.call(person, "people.family", json!({})).await.expect("read");
        let visits = family["for_me"].as_array().expect("a list");
        assert_eq!(visits.len(), 2, "the person sees both visits");
        assert!(visits.iter().all(|visit| visit["relation"] == "counter" && visit["note"] == "住所の届け"));
    });
}

#[test]
fn a_child_is_acted_for_until_its_account_is_its_own() {
    each_store_of_the_house(|town| async move {
        let parent = resident(&town, 11, "上田 花", "parent@example.jp").await;
        let other = resident(&town, 12, "上田 太郎", "other@example.jp").await;
        let stranger = resident(&town, 13, "中田 次郎", "stranger@example.jp").await;
        let add = json!({"name": "上田 子", "birth": "平成23年4月2日"});
        let child = town.call(parent.clone(), "people.add_child", add).await.expect("added");
        assert_eq!(child["birth"], "2011-04-02");
        let acting = act_for(&town, &parent, "parent@example.jp").await;
        save(&town, &acting, |input| input["wishes"] = json!(["quiet", "no-such"])).await.expect("saved");
        let profile = town.call(acting.clone(), "people.my_profile", json!({})).await.expect("read");
        assert_eq!(profile["wishes"], json!(["quiet"]));

        // The other parent is asked by code; a stranger cannot ask for the child.
        let ask = json!({"asked": "parent", "child": child["account"]});
        let refused = town.call(stranger.clone(), "people.invite", ask.clone()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Missing);
        agree(&town, &parent, &other, ask).await;
        assert_eq!(
            i_act(&town, &other).await[0]["ends_on"],
            "2029-04-01",
            "until the day before it is of age"
        );

        let over = json!({"child": child["account"], "mail": "child@example.jp"});
        let refused = town.call(stranger, "people.hand_over", over.clone()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Refused);
        let young = town.call(parent.clone(), "people.hand_over", over.clone()).await.unwrap_err();
        assert_eq!(young.code(), "people-child-young", "fourteen, a day before its birthday");
        town.clock.advance_ms(DAY_MS);
        town.call(parent.clone(), "people.hand_over", over).await.expect("fifteen today");
        assert!(who(&town, "parent@example.jp").await.expect("known").acting.is_none());
        let standing: Vec<Value> = [i_act(&town, &parent).await, i_act(&town, &other).await]
            .concat()
            .iter()
            .map(|one| one["standing"].clone())
            .collect();
        assert_eq!(standing, [json!("ended"), json!("ended")]);
    });
}

#[test]
fn the_city_sets_the_age_from_a_day_on() {
    each_store_of_the_house(|town| async move {
        let parent = resident(&town, 11, "上田 花", "parent@example.jp").await;
        let add = json!({"name": "上田 子", "birth": "2013-01-01"});
        let child = town.call(parent.clone(), "people.add_child", add).await.expect("added");
        for (from, value) in [("2020-01-01", 16), ("2026-04-02", 13)] {
            let rule = json!({"code": "child_own_age", "valid_from": from, "value": value, "basis": "規則"});
            town.call(Who::operator(), "people.save_rule", rule).await.expect("decided");
        }
        let over = json!({"child": child["account"], "mail": "child@example.jp"});
        let young = town.call(parent.clone(), "people.hand_over", over.clone()).await.unwrap_err();
        assert_eq!(young.code(), "people-child-young");
        town.clock.advance_ms(DAY_MS);
        town.call(parent, "people.hand_over", over).await.expect("the new age holds");
    });
}

#[test]
fn a_household_is_joined_by_both_and_left_by_each() {
    each_store_of_the_house(|town| async move {
        let one = resident(&town, 11, "上田 花", "one@example.jp").await;
        let two = resident(&town, 12, "上田 太郎", "two@example.jp").await;
        let invited =
            town.call(one.clone(), "people.invite", json!({"asked": "household"})).await.expect("asked");
        let code = json!({"code": invited["code"]});
        let own_code = town.call(one.clone(), "people.accept_invitation", code.clone()).await.unwrap_err();
        assert_eq!(own_code.code(), "people-invitation-own");
        town.call(two.clone(), "people.accept_invitation", code.clone()).await.expect("joined");
        let again = town.call(two.clone(), "people.accept_invitation", code).await.unwrap_err();
        assert_eq!(again.code(), "people-invitation", "used once");
        let family = town.call(two.clone(), "people.family", json!({})).await.expect("read");
        assert_eq!(family["household"]["members"].as_array().map(Vec::len), Some(2));
        let known = who(&town, "two@example.jp").await.expect("known");
        assert_eq!(known.household, who(&town, "one@example.jp").await.expect("known").household);
        town.call(known, "people.leave_household", json!({})).await.expect("left");
        assert!(who(&town, "two@example.jp").await.expect("known").household.is_none());
        // An old code, and one that was taken back, are worth nothing.
        let late =
            town.call(one.clone(), "people.invite", json!({"asked": "household"})).await.expect("asked");
        town.clock.advance_ms(7 * DAY_MS);
        let fault =
            town.call(two.clone(), "people.invitation", json!({"code": late["code"]})).await.unwrap_err();
        assert_eq!(fault.code(), "people-invitation");
        let back =
            town.call(one.clone(), "people.invite", json!({"asked": "household"})).await.expect("asked");
        town.call(one, "people.take_back_invitation", json!({"id": back["id"]})).await.expect("taken back");
        let fault =
            town.call(two, "people.accept_invitation", json!({"code": back["code"]})).await.unwrap_err();
        assert_eq!(fault.code(), "people-invitation");
    });
}

#[test]
fn an_address_finds_its_district_or_is_kept_as_typed() {
    each_store_of_the_house(|town| async move {
        let operator = Who::operator();
        let district = json!({"slug": "north", "name": "北地区"});
        let district = town.call(operator.clone(), "people.save_district", district).await.expect("saved");
        let block =
            json!({"district": district["district"]["id"], "name": "本町一丁目", "postal": "999-0001"});
        town.call(operator.clone(), "people.save_block", block).await.expect("saved");
        let point = json!({"block": "本町1丁目", "latitude": 34.01, "longitude": 131.8});
        town.call(operator, "people.set_block_point", point).await.expect("set");
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        let typed = |input: &mut Value| input["address"] = json!("一ノ町本町１ー２ー３　コーポ桜１０１");
        let saved = save(&town, &person, typed).await.expect("saved");
        let profile = &saved["profile"];
        assert_eq!(profile["address"], "本町一丁目2-3 コーポ桜101");
        assert_eq!((&profile["block"], &profile["postal"]), (&json!("本町一丁目"), &json!("999-0001")));
        assert_eq!((&profile["latitude"], &profile["longitude"]), (&json!(34.01), &json!(131.8)));
        assert_eq!(saved["changed"], json!(["postal", "address"]));
        let known = who(&town, "person@example.jp").await.expect("known");
        assert_eq!(json!(known.district), district["district"]["id"], "rights follow at once");

        let saved =
            save(&town, &person, |input| input["address"] = json!("隣の町 三丁目４")).await.expect("saved");
        assert_eq!(saved["profile"]["address"], "隣の町 三丁目4");
        assert_eq!((&saved["profile"]["block"], &saved["profile"]["latitude"]), (&json!(""), &Value::Null));
        assert!(who(&town, "person@example.jp").await.expect("known").district.is_none());
    });
}

#[test]
fn of_two_who_change_a_profile_the_second_is_told() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        let agent = resident(&town, 12, "下田 太郎", "agent@example.jp").await;
        agree(&town, &person, &agent, helper(&["profile"])).await;
        let acting = act_for(&town, &agent, "agent@example.jp").await;
        save(&town, &acting, |input| input["kana"] = json!("うえだ はな")).await.expect("first");
        let stale = json!({"name": "上田 花子", "rev": 1});
        let fault = town.call(person, "people.save_profile", stale).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Outdated);
        assert_eq!(fault.theirs().expect("what stands")["kana"], "ウエダ ハナ");
    });
}
