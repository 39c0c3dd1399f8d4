//! A resident and a child; mandates, an invitation and data to take along of the account of the seeds.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, seal, sql};
use tests::Town;
use tests::town::{START_MS, id};

/// An invitation of the account of the seeds, and one that it may accept.
pub const OWN_CODE: &str = "AAAA-BBBB-CCCC";
pub const CODE: &str = "DDDD-EEEE-FFFF";

pub struct ProfileSeeds {
    pub person: Id,
    pub child: Id,
    pub mandate: Id,
    pub mandate_offered: Id,
    pub mandate_to_end: Id,
    pub invitation: Id,
    pub takeout: Id,
}

impl ProfileSeeds {
    pub async fn sow(town: &Town, agent: &Id) -> ProfileSeeds {
        let [person, child, mandate, mandate_offered, mandate_to_end, invitation, takeout] =
            [801, 802, 803, 804, 805, 806, 807].map(id);
        let seeds =
            ProfileSeeds { person, child, mandate, mandate_offered, mandate_to_end, invitation, takeout };
        let agent = agent.clone();
        let (person, child) = (seeds.person.clone(), seeds.child.clone());
        let mandates = [
            (seeds.mandate.clone(), person.clone(), "helper", "active"),
            (seeds.mandate_offered.clone(), person.clone(), "guardian", "offered"),
            (seeds.mandate_to_end.clone(), person.clone(), "helper", "active"),
            (id(808), child.clone(), "parent", "active"),
        ];
        let (invitation, takeout) = (seeds.invitation.clone(), seeds.takeout.clone());
        town.city()
            .db
            .write(move |tx| {
                account(tx, &person, 8_010, "person@example.jp")?;
                account(tx, &child, 8_020, "")?;
                tx.put(
                    sql!(
                        "insert into people_resident (city, account, household, birth, block, district, langs)
                         values (?1, ?2, '', '2010-01-01', '', '', '')"
                    ),
                    params![&child],
                )?;
                tx.put(
                    sql!(
                        "insert into people_child (city, account, made_by, made_ms, handed_ms)
                         values (?1, ?2, ?3, ?4, 0)"
                    ),
                    params![&child, &agent, START_MS],
                )?;
                for (mandate, person, relation, state) in &mandates {
                    tx.put(
                        sql!(
                            "insert into people_mandate
                                 (city, id, person, agent, relation, scopes, state, starts_on, ends_on, starts_ms,
                                  ends_ms, note, document, made_ms, made_by, answered_ms, ended_ms, ended_by, used_ms,
                                  reminded_ms)
                             values (?1, ?2, ?3, ?4, ?5, 'profile consents', ?6, '2026-01-01', '', 0, 0, '', '', ?7, ?3,
                                     ?7, 0, '', 0, 0)"
                        ),
                        params![mandate, person, &agent, *relation, *state, START_MS],
                    )?;
                }
                for (code, id, by) in [(OWN_CODE, &invitation, &agent), (CODE, &id(809), &person)] {
                    tx.put(
                        sql!(
                            "insert into people_invitation (city, digest, id, kind, made_by, person, scopes, starts_on,
                                                            ends_on, note, made_ms, ends_ms, used_ms, used_by)
                             values (?1, ?2, ?3, 'household', ?4, '', '', '', '', '', ?5, ?6, 0, '')"
                        ),
                        params![seal::token_digest(code), id, by, START_MS, START_MS + 86_400_000],
                    )?;
                }
                tx.put(
                    sql!(
                        "insert into people_takeout (city, id, account, state, lang, file, size, made_ms, ready_ms,
                                                     ends_ms)
                         values (?1, ?2, ?3, 'ready', 'ja', '', 1, ?4, ?4, ?5)"
                    ),
                    params![&takeout, &agent, START_MS, START_MS + 86_400_000],
                )?;
                tx.put(
                    sql!(
                        "insert into people_leaving (city, account, person_no, state, why, asked_ms, due_ms, done_ms)
                         values (?1, ?2, 8020, 'asked', 'parent', ?3, ?4, 0)"
                    ),
                    params![&child, START_MS, START_MS + 86_400_000],
                )
            })
            .await
            .expect("sown");
        seeds
    }
}

fn account(tx: &mut Tx<'_>, id: &Id, person_no: i64, mail: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev, created_ms,
                                         saved_ms, saved_by)
             values (?1, ?2, ?3, 'resident', '住民 花子', 'ジュウミン ハナコ', ?4, '', 'active', 1, ?5, ?5, 'operator')"
        ),
        params![id, person_no, mail, START_MS],
    )
}
