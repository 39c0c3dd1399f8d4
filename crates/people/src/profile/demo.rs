//! Profiles, families, helpers and guardians of the demonstration city. The resident whom visitors play has two
//! children, looks after a neighbour, and is helped by another.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Acting, Level, Role, Scope, Who};
use ground::{params, sql};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::sync::Arc;

use super::actions::mandates::begins_ms;
use super::actions::profile::{SAVE_PROFILE, SaveProfile};
use super::fields::{INTERESTS, LANGS, WISHES};
use super::mandate::{self, Relation, Standing};
use super::store::mandates::{self, Mandate};
use super::store::rules::{self, Decided, RuleCode};
use super::store::{households, profiles};
use crate::demo::{DemoPart, Dice};
use crate::store::accounts;

/// Rows written in one transaction.
const RANGE: usize = 500;

/// Somebody of the made-up town.
#[derive(Clone)]
struct Resident {
    account: Id,
    birth: Option<Date>,
    household: String,
    block: String,
    name: String,
}

pub(super) fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let there = cx.city().db.read(|tx| {
            tx.opt(sql!("select id from people_mandate where city = ?1 limit 1"), params![], |_| Ok(()))
        });
        if there.await?.is_some() {
            return Ok(());
        }
        let town = cx.city().db.read(residents).await?;
        points(&cx).await?;
        own_profiles(&cx, &town).await?;
        families(&cx, &town).await?;
        let acting = cx.clone();
        cx.city().db.write(move |tx| played(tx, &acting, &town)).await
    })
}

fn residents(tx: &mut Tx<'_>) -> Result<Vec<Resident>, Fault> {
    tx.all(
        sql!(
            "select r.account, r.birth, r.household, b.name, a.name
             from people_resident r
             join people_account a on a.city = ?1 and a.id = r.account
             join people_block b on b.city = ?1 and b.key = r.block
             where r.city = ?1 and a.kind = 'resident' order by a.person_no"
        ),
        params![],
        |row| {
            Ok(Resident {
                account: row.get(0)?,
                birth: row.get::<String>(1)?.parse().ok(),
                household: row.get(2)?,
                block: row.get(3)?,
                name: row.get(4)?,
            })
        },
    )
}

/// Where the blocks are: on a made-up hillside by the sea, a few hundred metres from one to the next.
async fn points(cx: &Cx) -> Result<(), Fault> {
    cx.city()
        .db
        .write(|tx| {
            let keys = tx.all(
                sql!("select key from people_block where city = ?1 order by key"),
                params![],
                |row| row.get::<String>(0),
            )?;
            let rows: Vec<Value> = (0i32..)
                .zip(keys)
                .map(|(at, key)| {
                    let (down, right) = (f64::from(at / 11), f64::from(at % 11));
                    json!({"key": key, "latitude": 34.02 + down * 0.004, "longitude": 131.77 + right * 0.005})
                })
                .collect();
            tx.put(
                sql!(
                    "insert into people_block (city, key, name, district, postal, latitude, longitude)
                     select ?1, b.key, b.name, b.district, b.postal, r.latitude, r.longitude
                     from {rows(?2, key text, latitude double precision, longitude double precision)} r
                     join people_block b on b.city = ?1 and b.key = r.key
                     where true
                     on conflict (city, key) do update
                     set latitude = excluded.latitude, longitude = excluded.longitude"
                ),
                params![&Value::from(rows)],
            )
        })
        .await
}

/// Not everybody tells everything: some fields stay empty, as they do.
async fn own_profiles(cx: &Cx, town: &[Resident]) -> Result<(), Fault> {
    let mut dice = Dice::new(35);
    for range in town.chunks(RANGE) {
        let mut homes: Vec<(String, String)> = Vec::new();
        let rows: Vec<Value> = range
            .iter()
            .map(|person| {
                let home = homes.iter().find(|(household, _)| *household == person.household).cloned();
                let address = match home {
                    Some((_, address)) => address,
                    None => {
                        let made = format!("{}{}-{}", person.block, 1 + dice.below(18), 1 + dice.below(24));
                        homes.push((person.household.clone(), made.clone()));
                        made
                    }
                };
                let adult = person
                    .birth
                    .is_some_and(|birth| i64::from(birth.year()) < i64::from(cx.now().year()) - 18);
                // Numbers that nobody has: 090-0000 is not given out.
                let phone = if adult && dice.below(3) > 0 {
                    format!("090-0000-{:04}", dice.below(10_000))
                } else {
                    String::new()
                };
                let pick = |dice: &mut Dice, all: &[&'static str], of: usize, most: usize| {
                    if dice.below(of) > 0 {
                        return String::new();
                    }
                    let count = 1 + dice.below(most);
                    let picked: Vec<String> =
                        (0..count).filter_map(|_| dice.pick(all).map(|one| (*one).to_owned())).collect();
                    super::fields::known(&picked, all).join(" ")
                };
                let langs = if dice.below(14) == 0 { pick(&mut dice, &LANGS, 1, 2) } else { "ja".to_owned() };
                json!({
                    "account": person.account, "address": address, "phone": phone, "langs": langs,
                    "interests": if adult { pick(&mut dice, &INTERESTS, 2, 3) } else { String::new() },
                    "wishes": pick(&mut dice, &WISHES, 12, 2),
                })
            })
            .collect();
        let rows = Value::from(rows);
        cx.city()
            .db
            .write(move |tx| {
                tx.put(
                    sql!(
                        "insert into people_resident (city, account, household, birth, block, district, langs, postal,
                                                      address, latitude, longitude, phone, interests, wishes)
                         select ?1, r.account, o.household, o.birth, o.block, o.district, r.langs, b.postal, r.address,
                                b.latitude, b.longitude, r.phone, r.interests, r.wishes
                         from {rows(?2, account text, address text, phone text, langs text, interests text,
                                    wishes text)} r
                         join people_resident o on o.city = ?1 and o.account = r.account
                         join people_block b on b.city = ?1 and b.key = o.block
                         where true
                         on conflict (city, account) do update
                         set langs = excluded.langs, postal = excluded.postal, address = excluded.address,
                             latitude = excluded.latitude, longitude = excluded.longitude, phone = excluded.phone,
                             interests = excluded.interests, wishes = excluded.wishes"
                    ),
                    params![&rows],
                )
            })
            .await?;
    }
    Ok(())
}

/// Age in whole years, roughly enough for a made-up town.
fn age(cx: &Cx, person: &Resident) -> i64 {
    let years = person.birth.map(|birth| i64::from(cx.now().year()) - i64::from(birth.year()) - 1);
    years.unwrap_or(0)
}

/// Every child has a parent who acts for it.
async fn families(cx: &Cx, town: &[Resident]) -> Result<(), Fault> {
    let now_ms = cx.now_ms();
    let mut rows = Vec::new();
    for child in town.iter().filter(|person| age(cx, person) < 15) {
        let parents =
            town.iter().filter(|one| one.household == child.household && age(cx, one) >= 20).take(2);
        for parent in parents {
            rows.push(mandate_row(cx, child, &parent.account, now_ms));
        }
    }
    for range in rows.chunks(RANGE) {
        let range = Value::from(range.to_vec());
        cx.city().db.write(move |tx| put_families(tx, &range, now_ms)).await?;
    }
    Ok(())
}

fn mandate_row(cx: &Cx, child: &Resident, parent: &Id, now_ms: i64) -> Value {
    let of_age = child.birth.and_then(|birth| birth.checked_add(jiff::Span::new().years(18)).ok());
    let last = of_age.and_then(|day| day.yesterday().ok()).map_or_else(String::new, |day| day.to_string());
    json!({
        "id": cx.id(), "person": child.account, "agent": parent, "ends_on": last,
        "ends_ms": of_age.map_or(0, |day| begins_ms(cx, day)), "starts_on": cx.now().date().to_string(), "at": now_ms,
    })
}

fn put_families(tx: &mut Tx<'_>, rows: &Value, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_child (city, account, made_by, made_ms, handed_ms)
             select ?1, r.person, r.agent, ?3, 0 from {rows(?2, person text, agent text)} r
             where true on conflict (city, account) do nothing"
        ),
        params![rows, now_ms],
    )?;
    tx.put(
        sql!(
            "insert into people_mandate
                 (city, id, person, agent, relation, scopes, state, starts_on, ends_on, starts_ms, ends_ms, note, document,
                  made_ms, made_by, answered_ms, ended_ms, ended_by, used_ms, reminded_ms)
             select ?1, r.id, r.person, r.agent, 'parent', ?4, 'active', r.starts_on, r.ends_on, ?3, r.ends_ms, '', '',
                    ?3, r.agent, ?3, 0, '', 0, 0
             from {rows(?2, id text, person text, agent text, starts_on text, ends_on text, ends_ms bigint)} r"
        ),
        params![rows, now_ms, mandate::written(&Scope::ALL)],
    )
}

/// The family of the resident whom visitors play.
fn played(tx: &mut Tx<'_>, cx: &Cx, town: &[Resident]) -> Result<(), Fault> {
    let Some(me) = accounts::by_mail(tx, DemoPart::Resident.mail())? else { return Ok(()) };
    let Some(own) = town.iter().find(|one| one.account == me.id).cloned() else { return Ok(()) };
    let family = me.name.split(' ').next().unwrap_or_default().to_owned();
    let others =
        || town.iter().filter(|one| one.household != own.household && !one.name.starts_with(&family));
    let (today, now_ms) = (cx.now().date(), cx.now_ms());
    // Old enough for the children below.
    tx.put(
        sql!("update people_resident set birth = ?3 where city = ?1 and account = ?2"),
        params![&me.id, format!("{}-10-21", today.year() - 44)],
    )?;
    households::put(
        tx,
        &own.household.parse().map_err(Fault::internal)?,
        &format!("{family}家"),
        "system",
        now_ms,
    )?;
    // Two children of a schoolchild's age and younger, and one who is old enough for an account of their own.
    let kids: Vec<Resident> = [3i64..8, 8..13, 15..17]
        .into_iter()
        .filter_map(|ages| others().find(|one| ages.contains(&age(cx, one))).cloned())
        .collect();
    for kid in kids {
        adopt(tx, cx, &own, &family, &kid)?;
    }
    let grown = |from: i64, skip: usize| others().filter(|one| age(cx, one) >= from).nth(skip).cloned();
    let make = |tx: &mut Tx<'_>, person: &Id, agent: &Id, made: Made| made.put(tx, cx, person, agent);
    if let Some(neighbour) = grown(78, 0) {
        let made = Made {
            relation: Relation::Helper,
            scopes: &[Scope::Profile, Scope::Messages, Scope::Cases, Scope::Bookings],
            standing: Standing::Active,
            days: 300,
            note: "病院の予約と、市からのお知らせの確認をお願いします。",
            document: "",
        };
        make(tx, &neighbour.account, &me.id, made)?;
    }
    if let Some(relative) = grown(82, 1) {
        let made = Made {
            relation: Relation::Guardian,
            scopes: &Scope::ALL,
            standing: Standing::Offered,
            days: 1_000,
            note: "家庭裁判所の審判による。",
            document: "登記事項証明書",
        };
        make(tx, &relative.account, &me.id, made)?;
    }
    if let Some(friend) = grown(35, 4) {
        let made = Made {
            relation: Relation::Helper,
            scopes: &[Scope::Profile, Scope::Cases],
            standing: Standing::Active,
            days: 10,
            note: "引っ越しの手続を手伝ってもらいます。",
            document: "",
        };
        let mandate = make(tx, &me.id, &friend.account, made)?;
        helped(tx, cx, &me.id, &friend, &mandate)?;
    }
    let decided = Decided {
        code: RuleCode::ChildOwnAge,
        valid_from: format!("{}-04-01", today.year() - 1),
        value: 15,
        basis: "情報システムの利用に関する規則 第3条".to_owned(),
        saved_ms: now_ms,
    };
    rules::put(tx, &decided, "system")
}

/// A child of the town becomes one of this household, with its name.
fn adopt(tx: &mut Tx<'_>, cx: &Cx, own: &Resident, family: &str, kid: &Resident) -> Result<(), Fault> {
    let given = kid.name.split(' ').nth(1).unwrap_or_default();
    tx.put(
        sql!("update people_account set name = ?3 where city = ?1 and id = ?2"),
        params![&kid.account, format!("{family} {given}")],
    )?;
    tx.put(
        sql!("delete from people_mandate where city = ?1 and person = ?2 and relation = 'parent'"),
        params![&kid.account],
    )?;
    let home = profiles::by_account(tx, &own.account)?.ok_or_else(Fault::missing)?;
    let city = cx.city().facts().name.clone();
    let lies = profiles::look_up(tx, &city, &home.address)?;
    let profile = profiles::by_account(tx, &kid.account)?.ok_or_else(Fault::missing)?;
    let moved = profiles::Profile { address: home.address, postal: home.postal, ..profile };
    profiles::put(tx, &moved, Some(&lies))?;
    profiles::set_household(tx, &kid.account, &own.household)?;
    let row = Value::from(vec![mandate_row(cx, kid, &own.account, cx.now_ms())]);
    put_families(tx, &row, cx.now_ms())
}

/// A mandate of the demonstration.
struct Made<'m> {
    relation: Relation,
    scopes: &'m [Scope],
    standing: Standing,
    days: i64,
    note: &'m str,
    document: &'m str,
}

impl Made<'_> {
    fn put(&self, tx: &mut Tx<'_>, cx: &Cx, person: &Id, agent: &Id) -> Result<Mandate, Fault> {
        let today = cx.now().date();
        let last = today.checked_add(jiff::Span::new().days(self.days)).unwrap_or(today);
        let begun_ms = cx.now_ms() - 40 * 86_400_000;
        let active = self.standing == Standing::Active;
        let mandate = Mandate {
            id: cx.id(),
            person: person.clone(),
            person_name: String::new(),
            agent: agent.clone(),
            agent_name: String::new(),
            relation: self.relation,
            scopes: self.scopes.to_vec(),
            standing: self.standing,
            starts_on: cx.city().local(begun_ms).date().to_string(),
            ends_on: last.to_string(),
            starts_ms: begun_ms,
            ends_ms: last.tomorrow().map_or(0, |day| begins_ms(cx, day)),
            note: self.note.to_owned(),
            document: self.document.to_owned(),
            made_ms: begun_ms,
            made_by: person.to_string(),
            answered_ms: if active { begun_ms } else { 0 },
            ended_ms: 0,
            used_ms: 0,
        };
        mandates::add(tx, &mandate)?;
        Ok(mandate)
    }
}

/// Something that was done in the played resident's name, so that their record has an entry.
fn helped(tx: &mut Tx<'_>, cx: &Cx, me: &Id, friend: &Resident, mandate: &Mandate) -> Result<(), Fault> {
    let profile = profiles::by_account(tx, me)?.ok_or_else(Fault::missing)?;
    let acting = Acting {
        person: me.clone(),
        mandate: mandate.id.clone(),
        scopes: mandate.scopes.clone().into(),
        ends_ms: mandate.ends_ms,
        shown_name: profile.name.clone(),
    };
    let who = Who {
        account: Some(friend.account.clone()),
        roles: Arc::from([Role::Resident]),
        level: Level::Mail,
        acting: Some(Arc::new(acting)),
        ..Who::default()
    };
    let input = SaveProfile {
        name: profile.name,
        kana: profile.kana,
        birth: profile.birth,
        postal: profile.postal,
        address: profile.address,
        phone: profile.phone,
        langs: profile.langs,
        interests: vec!["children".to_owned(), "disaster".to_owned()],
        wishes: vec!["large-print".to_owned()],
        lang: profile.lang,
        rev: profile.rev,
    };
    mandates::note_used(tx, &mandate.id, cx.now_ms())?;
    SAVE_PROFILE.within(tx, &cx.acting_as(who), &input).map(|_| ())
}
