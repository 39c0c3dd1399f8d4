//! Districts, blocks, households and residents of the demonstration city.

use ground::cx::Cx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::{Text, TextState};
use ground::words::Lang;
use ground::{params, sql};
use serde_json::{Value, json};

use super::names::{family, given, whole};
use super::{DemoPart, Dice};
use crate::rules::block_key;
use crate::store::{accounts, districts, written};

/// Name, slug, name in plain Japanese, name in English.
const DISTRICTS: [(&str, &str, &str, &str); 21] = [
    ("本町", "honmachi", "ほんまち", "Honmachi"),
    ("東原", "higashihara", "ひがしはら", "Higashihara"),
    ("西原", "nishihara", "にしはら", "Nishihara"),
    ("南浜", "minamihama", "みなみはま", "Minamihama"),
    ("北山", "kitayama", "きたやま", "Kitayama"),
    ("若葉台", "wakabadai", "わかばだい", "Wakabadai"),
    ("緑ヶ丘", "midorigaoka", "みどりがおか", "Midorigaoka"),
    ("川上", "kawakami", "かわかみ", "Kawakami"),
    ("川下", "kawashimo", "かわしも", "Kawashimo"),
    ("港", "minato", "みなと", "Minato"),
    ("寺前", "teramae", "てらまえ", "Teramae"),
    ("宮下", "miyashita", "みやした", "Miyashita"),
    ("花園", "hanazono", "はなぞの", "Hanazono"),
    ("松風", "matsukaze", "まつかぜ", "Matsukaze"),
    ("梅里", "umesato", "うめさと", "Umesato"),
    ("竹林", "takebayashi", "たけばやし", "Takebayashi"),
    ("青葉", "aoba", "あおば", "Aoba"),
    ("日向", "hinata", "ひなた", "Hinata"),
    ("星見", "hoshimi", "ほしみ", "Hoshimi"),
    ("石橋", "ishibashi", "いしばし", "Ishibashi"),
    ("雲井", "kumoi", "くもい", "Kumoi"),
];

const NUMBERS: [&str; 6] = ["一", "二", "三", "四", "五", "六"];

/// The blocks of a district: 本町一丁目 to 本町四丁目, or up to six.
fn blocks_of(at: usize, name: &str) -> impl Iterator<Item = String> {
    NUMBERS.into_iter().take(4 + at % 3).map(move |number| format!("{name}{number}丁目"))
}

pub(super) async fn districts(cx: &Cx) -> Result<(), Fault> {
    let mut rows = Vec::new();
    let mut blocks = Vec::new();
    for (at, (ja, slug, easy, en)) in DISTRICTS.into_iter().enumerate() {
        let id = cx.id();
        let name = Text::ja(format!("{ja}地区"))
            .with(Lang::JaEasy, format!("{easy}地区"), TextState::Written, 1)
            .with(Lang::En, format!("{en} District"), TextState::Written, 1);
        for (number, block) in blocks_of(at, ja).enumerate() {
            let postal = format!("999-{:04}", at * 10 + number + 1);
            blocks.push(json!({"key": block_key(&block), "name": block, "district": id, "postal": postal}));
        }
        rows.push(json!({"id": id, "slug": slug, "name": written(&name)?, "place": at + 1}));
    }
    let (rows, blocks, acting) = (Value::from(rows), Value::from(blocks), cx.clone());
    cx.city()
        .db
        .write(move |tx| {
            districts::lock(tx)?;
            if districts::count(tx)? > 0 {
                return Ok(());
            }
            tx.put(
                sql!(
                    "insert into people_district (city, id, slug, name, place, rev, saved_ms, saved_by)
                     select ?1, r.id, r.slug, r.name, r.place, 1, ?3, ?4
                     from {rows(?2, id text, slug text, name text, place bigint)} r"
                ),
                params![&rows, acting.now_ms(), acting.who().written()],
            )?;
            tx.put(
                sql!(
                    "insert into people_block (city, key, name, district, postal)
                     select ?1, r.key, r.name, r.district, r.postal
                     from {rows(?2, key text, name text, district text, postal text)} r"
                ),
                params![&blocks],
            )
        })
        .await
}

pub const RESIDENTS: usize = 3_000;
/// Residents written in one transaction.
const RANGE_ROWS: usize = 500;

/// What the dice said about one resident.
struct Person {
    name: String,
    kana: String,
    birth: String,
    household: usize,
    block: String,
    lang: &'static str,
}

pub(super) async fn residents(cx: &Cx) -> Result<(), Fault> {
    let people = made_up(i64::from(cx.now().year()));
    let there: i64 = cx
        .city()
        .db
        .read(|tx| {
            tx.one(sql!("select count(*) from people_resident where city = ?1"), params![], |row| row.get(0))
        })
        .await?;
    let mut households: Vec<Id> = Vec::new();
    for (nth, range) in people.chunks(RANGE_ROWS).enumerate() {
        let rows: Vec<Value> = range
            .iter()
            .enumerate()
            .map(|(at, person)| {
                // Households do not reach over the end of a range, see `made_up`; the id of a new one is drawn once.
                while households.len() <= person.household {
                    households.push(cx.id());
                }
                let mail = if nth == 0 && at == 0 { DemoPart::Resident.mail() } else { "" };
                json!({
                    "id": cx.id(), "no": 0, "name": person.name, "kana": person.kana, "mail": mail,
                    "lang": person.lang, "household": households.get(person.household), "birth": person.birth,
                    "block": person.block,
                })
            })
            .collect();
        if there >= i64::try_from((nth + 1) * RANGE_ROWS).unwrap_or(i64::MAX) {
            continue;
        }
        put_range(cx, rows).await?;
    }
    Ok(())
}

async fn put_range(cx: &Cx, mut rows: Vec<Value>) -> Result<(), Fault> {
    let acting = cx.clone();
    cx.city()
        .db
        .write(move |tx| {
            accounts::lock(tx)?;
            let first = accounts::next_person_no(tx)?;
            for (number, row) in (first..).zip(rows.iter_mut()) {
                if let Some(place) = row.get_mut("no") {
                    *place = number.into();
                }
            }
            let rows = Value::from(rows.clone());
            tx.put(
                sql!(
                    "insert into people_account
                         (city, id, person_no, kind, name, kana, mail, lang, state, rev, created_ms, saved_ms, saved_by)
                     select ?1, r.id, r.no, 'resident', r.name, r.kana, r.mail, r.lang, 'active', 1, ?3, ?3, ?4
                     from {rows(?2, id text, no bigint, name text, kana text, mail text, lang text)} r"
                ),
                params![&rows, acting.now_ms(), acting.who().written()],
            )?;
            tx.put(
                sql!(
                    "insert into people_resident (city, account, household, birth, block, district, langs)
                     select ?1, r.id, r.household, r.birth, r.block, b.district, 'ja'
                     from {rows(?2, id text, household text, birth text, block text)} r
                     join people_block b on b.city = ?1 and b.key = r.block"
                ),
                params![&rows],
            )
        })
        .await
}

fn made_up(year: i64) -> Vec<Person> {
    let mut dice = Dice::new(21);
    let blocks: Vec<String> = DISTRICTS
        .iter()
        .enumerate()
        .flat_map(|(at, row)| blocks_of(at, row.0))
        .map(|name| block_key(&name))
        .collect();
    let mut people: Vec<Person> = Vec::with_capacity(RESIDENTS);
    let mut household = 0;
    while people.len() < RESIDENTS {
        // One in three lives alone, many as two, some with children.
        let size = [1, 1, 1, 2, 2, 2, 3, 3, 4, 5].get(dice.below(10)).copied().unwrap_or(1);
        let left_in_range = RANGE_ROWS - people.len() % RANGE_ROWS;
        let size = size.min(left_in_range);
        let family = family(&mut dice);
        let block = dice.pick(&blocks).cloned().unwrap_or_default();
        let age = 22 + i64::try_from(dice.below(66)).unwrap_or(0);
        // The first household is the one that visitors of the demonstration play; it reads Japanese.
        let lang = match dice.below(40) {
            _ if household == 0 => "",
            0 => "en",
            1 => "ja-x-easy",
            _ => "",
        };
        for member in 0..size {
            let years = match member {
                0 => age,
                1 => (age - 3 + i64::try_from(dice.below(7)).unwrap_or(0)).max(20),
                _ => (age - 28 - 2 * i64::try_from(member).unwrap_or(0)).max(0),
            };
            let (name, kana) = whole(family, given(&mut dice));
            let birth =
                format!("{:04}-{:02}-{:02}", year - 1 - years, 1 + dice.below(12), 1 + dice.below(28));
            people.push(Person { name, kana, birth, household, block: block.clone(), lang });
        }
        household += 1;
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_made_up_town_is_the_same_each_time_and_whole() {
        let (once, again) = (made_up(2026), made_up(2026));
        assert_eq!(once.len(), RESIDENTS);
        assert!(once.iter().zip(&again).all(|(a, b)| a.name == b.name && a.birth == b.birth));
        assert!(once.iter().all(|person| person.birth.parse::<jiff::civil::Date>().is_ok()));
        let mut ranges: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, person) in once.iter().enumerate() {
            let range = ranges.entry(person.household).or_insert(at / RANGE_ROWS);
            assert_eq!(*range, at / RANGE_ROWS, "a household lies within one range");
        }
    }

    #[test]
    fn no_block_is_known_twice() {
        let keys: Vec<String> = DISTRICTS
            .iter()
            .enumerate()
            .flat_map(|(at, row)| blocks_of(at, row.0))
            .map(|name| block_key(&name))
            .collect();
        let unique: std::collections::BTreeSet<&String> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len());
    }
}
