//! What a resident told the city about themselves.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::who::Level;
use ground::words::Lang;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::profile::address;
use crate::profile::fields::{self, ProfileField};
use crate::rules::block_key;

/// Everything in a profile. Only the person, and who acts for them, read it; anybody else gets attributes by release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    pub account: Id,
    pub name: String,
    pub kana: String,
    pub mail: String,
    /// YYYY-MM-DD; empty when it was never given.
    pub birth: String,
    pub postal: String,
    pub address: String,
    /// The block of the town, as the city writes it; empty when the address is in none of them.
    pub block: String,
    pub district: Option<Id>,
    pub district_name: Option<Text>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub phone: String,
    pub langs: Vec<String>,
    pub interests: Vec<String>,
    pub wishes: Vec<String>,
    /// The language of pages and letters; absent when the browser decides.
    pub lang: Option<Lang>,
    pub household: Option<Id>,
    /// The fields that were checked, by what level, and when.
    pub verified: Vec<ProfileField>,
    pub verified_level: Level,
    pub verified_ms: i64,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

impl Profile {
    /// A field as it is compared.
    pub fn said(&self, field: ProfileField) -> String {
        match field {
            ProfileField::Name => self.name.clone(),
            ProfileField::Kana => self.kana.clone(),
            ProfileField::Birth => self.birth.clone(),
            ProfileField::Postal => self.postal.clone(),
            ProfileField::Address => self.address.clone(),
            ProfileField::Phone => self.phone.clone(),
            ProfileField::Langs => self.langs.join(" "),
            ProfileField::Interests => self.interests.join(" "),
            ProfileField::Wishes => self.wishes.join(" "),
            ProfileField::Lang => self.lang.map_or("", Lang::code).to_owned(),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

pub fn by_account(tx: &mut Tx<'_>, account: &Id) -> Result<Option<Profile>, Fault> {
    tx.opt(
        sql!(
            "select a.id, a.name, a.kana, a.mail, coalesce(r.birth, ''), coalesce(r.postal, ''),
                    coalesce(r.address, ''), coalesce(b.name, ''), coalesce(r.district, ''), d.name, r.latitude,
                    r.longitude, coalesce(r.phone, ''), coalesce(r.langs, ''), coalesce(r.interests, ''),
                    coalesce(r.wishes, ''), coalesce(r.household, ''), coalesce(r.verified, ''),
                    coalesce(r.verified_level, ''), coalesce(r.verified_ms, 0), a.rev, a.saved_ms, a.saved_by,
                    a.lang
             from people_account a
             left join people_resident r on r.city = ?1 and r.account = a.id
             left join people_block b on b.city = ?1 and b.key = r.block
             left join people_district d on d.city = ?1 and d.id = r.district
             where a.city = ?1 and a.id = ?2"
        ),
        params![account],
        |row| {
            let district: String = row.get(8)?;
            let district_name: Option<String> = row.get(9)?;
            let household: String = row.get(16)?;
            Ok(Profile {
                account: row.get(0)?,
                name: row.get(1)?,
                kana: row.get(2)?,
                mail: row.get(3)?,
                birth: row.get(4)?,
                postal: row.get(5)?,
                address: row.get(6)?,
                block: row.get(7)?,
                district: district.parse().ok(),
                district_name: district_name
                    .map(|name| serde_json::from_str(&name).map_err(Fault::internal))
                    .transpose()?,
                latitude: row.get(10)?,
                longitude: row.get(11)?,
                phone: row.get(12)?,
                langs: words(&row.get::<String>(13)?),
                interests: words(&row.get::<String>(14)?),
                wishes: words(&row.get::<String>(15)?),
                household: household.parse().ok(),
                verified: fields::read(&row.get::<String>(17)?),
                verified_level: Level::from_name(&row.get::<String>(18)?),
                verified_ms: row.get(19)?,
                rev: row.get(20)?,
                saved_ms: row.get(21)?,
                saved_by: row.get(22)?,
                lang: Lang::from_code(&row.get::<String>(23)?),
            })
        },
    )
}

/// Where an address lies: the block it is in, and what the city knows of that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lies {
    /// The address in the form in which it is kept.
    pub written: String,
    /// As it stood in front of the address.
    pub postal: String,
    pub key: String,
    pub district: String,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// The postal code of the block; empty when the city has none for it.
    pub block_postal: String,
}

/// Looks an address up in the city's table of blocks. What is in none of them is kept as it was typed.
pub fn look_up(tx: &mut Tx<'_>, city: &str, text: &str) -> Result<Lies, Fault> {
    let typed = address::typed(text, city);
    let candidates = address::candidates(&typed.within);
    let keys: Vec<&str> = candidates.iter().map(|candidate| candidate.key.as_str()).collect();
    let blocks = tx.all(
        sql!(
            "select key, name, district, postal, latitude, longitude from people_block
             where city = ?1 and key in {list(?2)}"
        ),
        params![&serde_json::json!(keys)],
        |row| {
            Ok((
                row.get::<String>(1)?,
                Lies {
                    key: row.get(0)?,
                    district: row.get(2)?,
                    block_postal: row.get(3)?,
                    latitude: row.get(4)?,
                    longitude: row.get(5)?,
                    ..Lies::default()
                },
            ))
        },
    )?;
    for candidate in &candidates {
        if let Some((name, lies)) = blocks.iter().find(|(_, lies)| lies.key == candidate.key) {
            let written = address::shown(name, &candidate.rest);
            return Ok(Lies { written, postal: typed.postal, ..lies.clone() });
        }
    }
    Ok(Lies { written: typed.whole, postal: typed.postal, ..Lies::default() })
}

/// Writes what stands beside the account. A block of `None` leaves it and what follows from it as it was.
pub fn put(tx: &mut Tx<'_>, profile: &Profile, block: Option<&Lies>) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_resident (city, account, household, birth, block, district, langs, postal, address, phone,
                                          interests, wishes, verified, verified_level, verified_ms)
             values (?1, ?2, '', ?3, '', '', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             on conflict (city, account) do update
             set birth = excluded.birth, langs = excluded.langs, postal = excluded.postal, address = excluded.address,
                 phone = excluded.phone, interests = excluded.interests, wishes = excluded.wishes,
                 verified = excluded.verified, verified_level = excluded.verified_level,
                 verified_ms = excluded.verified_ms"
        ),
        params![
            &profile.account,
            profile.birth.as_str(),
            profile.langs.join(" "),
            profile.postal.as_str(),
            profile.address.as_str(),
            profile.phone.as_str(),
            profile.interests.join(" "),
            profile.wishes.join(" "),
            fields::written(&profile.verified),
            profile.verified_level.name(),
            profile.verified_ms
        ],
    )?;
    let Some(lies) = block else { return Ok(()) };
    tx.put(
        sql!(
            "update people_resident set block = ?3, district = ?4, latitude = ?5, longitude = ?6
             where city = ?1 and account = ?2"
        ),
        params![&profile.account, lies.key.as_str(), lies.district.as_str(), lies.latitude, lies.longitude],
    )
}

/// The household of an account.
pub fn household(tx: &mut Tx<'_>, account: &Id) -> Result<Option<Id>, Fault> {
    let found = tx.opt(
        sql!("select household from people_resident where city = ?1 and account = ?2"),
        params![account],
        |row| row.get::<String>(0),
    )?;
    Ok(found.and_then(|household| household.parse().ok()))
}

/// Puts somebody into a household, or with an empty one into none.
pub fn set_household(tx: &mut Tx<'_>, account: &Id, household: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_resident (city, account, household, birth, block, district, langs)
             values (?1, ?2, ?3, '', '', '', '')
             on conflict (city, account) do update set household = excluded.household"
        ),
        params![account, household],
    )
}

/// Where a block is, for a city that has points of its blocks.
pub fn set_point(tx: &mut Tx<'_>, block: &str, latitude: f64, longitude: f64) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!("update people_block set latitude = ?3, longitude = ?4 where city = ?1 and key = ?2"),
        params![block_key(block), latitude, longitude],
    )?;
    Ok(changed == 1)
}
