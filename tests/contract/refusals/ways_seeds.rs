//! Ways into the account of the seeds, a line of its history, and a resident whom the counter helps.

use ground::id::Id;
use ground::{params, sql};
use tests::Town;
use tests::town::{START_MS, id};

pub struct WaysSeeds {
    pub way: Id,
    pub entry: Id,
    pub resident: Id,
}

impl WaysSeeds {
    pub async fn sow(town: &Town, account: &Id) -> WaysSeeds {
        let seeds = WaysSeeds { way: id(811), entry: id(813), resident: id(814) };
        let (way, entry, resident, account) =
            (seeds.way.clone(), seeds.entry.clone(), seeds.resident.clone(), account.clone());
        town.city()
            .db
            .write(move |tx| {
                for way in [&way, &id(812)] {
                    tx.put(
                        sql!(
                            "insert into people_way (city, id, account, kind, issuer, subject, label, body, made_ms,
                                                     used_ms, locked_ms)
                             values (?1, ?2, ?3, 'provider', 'https://login.example', ?2, '別の機械', '', ?4, 0, 0)"
                        ),
                        params![way, &account, START_MS],
                    )?;
                }
                tx.put(
                    sql!(
                        "insert into people_sign_in (city, id, account, at_ms, way, agent, network, outcome, signals)
                         values (?1, ?2, ?3, ?4, 'mail', 'Firefox / Linux', '', 'in', '')"
                    ),
                    params![&entry, &account, START_MS],
                )?;
                tx.put(
                    sql!(
                        "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev,
                                                     created_ms, saved_ms, saved_by)
                         values (?1, ?2, 8140, 'resident', '住民 次郎', 'ジュウミン ジロウ', 'jiro@example.jp', '',
                                 'active', 1, ?3, ?3, 'operator')"
                    ),
                    params![&resident, START_MS],
                )
            })
            .await
            .expect("sown");
        seeds
    }
}
