//! A resident, and a mandate by which the account of the seeds may act for them.

use ground::id::Id;
use ground::{params, sql};
use tests::Town;
use tests::town::{START_MS, id};

pub struct ProfileSeeds {
    pub person: Id,
    pub mandate: Id,
}

impl ProfileSeeds {
    pub async fn sow(town: &Town, agent: &Id) -> ProfileSeeds {
        let seeds = ProfileSeeds { person: id(801), mandate: id(802) };
        let (person, mandate, agent) = (seeds.person.clone(), seeds.mandate.clone(), agent.clone());
        town.city()
            .db
            .write(move |tx| {
                tx.put(
                    sql!(
                        "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev,
                                                     created_ms, saved_ms, saved_by)
                         values (?1, ?2, 8010, 'resident', '住民 花子', 'ジュウミン ハナコ', 'person@example.jp', '',
                                 'active', 1, ?3, ?3, 'operator')"
                    ),
                    params![&person, START_MS],
                )?;
                tx.put(
                    sql!(
                        "insert into people_mandate
                             (city, id, person, agent, relation, scopes, state, starts_on, ends_on, starts_ms, ends_ms,
                              note, document, made_ms, made_by, answered_ms, ended_ms, ended_by, used_ms, reminded_ms)
                         values (?1, ?2, ?3, ?4, 'helper', 'profile consents', 'active', '2026-01-01', '', 0, 0, '', '',
                                 ?5, ?3, ?5, 0, '', 0, 0)"
                    ),
                    params![&mandate, &person, &agent, START_MS],
                )
            })
            .await
            .expect("sown");
        seeds
    }
}
