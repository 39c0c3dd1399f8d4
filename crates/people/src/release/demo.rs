//! The demonstration city's record: what its counters, its services and its own programs used over the last year, what
//! a resident asked about it, and somebody who was stopped.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::entry::{Entry, new_salt};
use super::limits::HOUR_MS;
use super::members::Members;
use crate::attribute::{self, Attribute};
use crate::demo::{DemoPart, Dice};

const DAY_MS: i64 = 24 * HOUR_MS;
/// Residents of whom single uses are made up, the one that visitors play first.
const PEOPLE: i64 = 120;
const RANGE: usize = 200;

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let acting = cx.clone();
        let plan = cx.city().db.read(move |tx| plan(tx, &acting)).await?;
        let Some(plan) = plan else { return Ok(()) };
        for range in plan.uses.chunks(RANGE) {
            let (acting, range) = (cx.clone(), range.to_vec());
            cx.city().db.write(move |tx| range.iter().try_for_each(|one| write(tx, &acting, one))).await?;
        }
        let acting = cx.clone();
        cx.city().db.write(move |tx| afterwards(tx, &acting, &plan)).await
    })
}

/// A use that is made up, before it is written.
#[derive(Clone)]
struct Made {
    entry: Entry,
    /// For a use of many: those who allow its purpose.
    many: bool,
}

struct Plan {
    uses: Vec<Made>,
    clerk: Actor,
    admin: Id,
    resident: Id,
}

#[derive(Clone, Debug)]
struct Actor {
    account: Id,
    department: String,
}

/// A purpose that two approved, as far as an entry says.
#[derive(Clone, Debug)]
struct Purpose {
    code: String,
    version: i64,
    recipient: String,
    attributes: Vec<Attribute>,
    basis: String,
    /// The program of its recipient.
    client: String,
    kind: String,
}

fn staff(tx: &mut Tx<'_>, part: DemoPart) -> Result<Option<Actor>, Fault> {
    tx.opt(
        sql!(
            "select a.id, s.department from people_account a join people_staff s on s.city = ?1 and s.account = a.id
             where a.city = ?1 and a.mail = ?2"
        ),
        params![part.mail()],
        |row| Ok(Actor { account: row.get(0)?, department: row.get(1)? }),
    )
}

fn purposes(tx: &mut Tx<'_>) -> Result<Vec<Purpose>, Fault> {
    tx.all(
        sql!(
            "select p.code, v.version, v.recipient, v.attributes, v.legal_basis,
                    coalesce((select c.id from people_client c where c.city = ?1 and c.recipient = v.recipient
                              order by c.id limit 1), v.recipient), coalesce(t.kind, '')
             from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             left join people_recipient t on t.city = ?1 and t.id = v.recipient
             where p.city = ?1 and p.state = 'open' and p.version > 0 order by p.code limit 50"
        ),
        params![],
        |row| {
            Ok(Purpose {
                code: row.get(0)?,
                version: row.get(1)?,
                recipient: row.get(2)?,
                attributes: attribute::read(&row.get::<String>(3)?),
                basis: row.get(4)?,
                client: row.get(5)?,
                kind: row.get(6)?,
            })
        },
    )
}

/// Nothing when it was done already, or when there is nothing to use data for.
fn plan(tx: &mut Tx<'_>, cx: &Cx) -> Result<Option<Plan>, Fault> {
    let there = tx.opt(
        sql!("select q.id from people_access_question q where q.city = ?1 limit 1"),
        params![],
        |_| Ok(()),
    )?;
    let purposes = purposes(tx)?;
    let (clerk, admin) = (staff(tx, DemoPart::Clerk)?, staff(tx, DemoPart::Admin)?);
    let resident = crate::store::accounts::by_mail(tx, DemoPart::Resident.mail())?;
    let (None, Some(clerk), Some(admin), Some(resident)) = (there, clerk, admin, resident) else {
        return Ok(None);
    };
    if purposes.is_empty() {
        return Ok(None);
    }
    let people = tx.all(
        sql!(
            "select a.person_no from people_account a where a.city = ?1 and a.kind = 'resident' and a.id <> ?2
             order by a.person_no limit ?3"
        ),
        params![&resident.id, PEOPLE],
        |row| row.get::<i64>(0),
    )?;
    let own = crate::store::accounts::person_no(tx, &resident.id)?;
    let allows = tx.all(
        sql!(
            "select c.purpose, c.at_ms from people_consent c
             where c.city = ?1 and c.person_no = ?2 and c.state = 'given' order by c.purpose limit 50"
        ),
        params![own],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let mut dice = Dice::new(44);
    let mut uses = Vec::new();
    // The resident that visitors play has a year to look back on, the others a use now and then.
    let mut singles: Vec<(i64, i64)> = (0..26).map(|nth| (own, 4 + nth * 14)).collect();
    for person_no in people {
        singles.extend((0..dice.below(4)).map(|_| (person_no, days(&mut dice))));
    }
    let mut numbers = 0;
    for (person_no, days_ago) in singles {
        numbers += 1;
        // Half of what happens happens at the counter.
        let counter = purposes.iter().find(|purpose| purpose.code == "counter" && dice.below(2) == 0);
        let Some(purpose) = counter.or_else(|| dice.pick(&purposes)).cloned() else { continue };
        let at_ms = moment(cx, &mut dice, days_ago);
        let base = entry(cx, numbers, at_ms, &purpose);
        uses.push(Made { many: false, entry: single(tx, &mut dice, base, &purpose, &clerk, person_no)? });
    }
    // Uses of many at once: what a department sent to all who allow it.
    for days_ago in [3, 17, 31, 59, 88, 120, 181, 240, 300] {
        numbers += 1;
        let at_ms = moment(cx, &mut dice, days_ago);
        // What the resident allows that visitors play, so that they find themselves among many.
        let allowed = |purpose: &&Purpose| {
            allows.iter().any(|(code, since_ms)| *code == purpose.code && *since_ms <= at_ms)
        };
        let asked = |purpose: &&Purpose| purpose.basis == "consent" && purpose.kind == "city";
        let mut choice: Vec<&Purpose> = purposes.iter().filter(allowed).collect();
        if choice.is_empty() {
            choice = purposes.iter().filter(asked).collect();
        }
        let Some(purpose) = dice.pick(&choice).copied().cloned() else { continue };
        let mut entry = entry(cx, numbers, at_ms, &purpose);
        entry.reason = dice
            .pick(&["お知らせの送付", "案内はがきの宛名", "訓練の案内の送付"])
            .copied()
            .unwrap_or("")
            .to_owned();
        entry.attributes = attribute::written(purpose.attributes.get(..2).unwrap_or(&purpose.attributes));
        entry.ground = purpose.basis.clone();
        entry.actor = "system".to_owned();
        entry.department = String::new();
        entry.via = "job".to_owned();
        uses.push(Made { entry, many: true });
    }
    uses.sort_by_key(|made| made.entry.at_ms);
    Ok(Some(Plan { uses, clerk, admin: admin.account, resident: resident.id }))
}

fn days(dice: &mut Dice) -> i64 {
    1 + i64::try_from(dice.below(360)).unwrap_or(0)
}

/// An hour of a working day, so many days ago.
fn moment(cx: &Cx, dice: &mut Dice, days_ago: i64) -> i64 {
    let day = cx.city().local(cx.now_ms() - days_ago * DAY_MS);
    let start = day.start_of_day().map_or(cx.now_ms(), |start| start.timestamp().as_millisecond());
    let minutes = 9 * 60 + i64::try_from(dice.below(8 * 60)).unwrap_or(0);
    start + minutes * 60_000
}

fn entry(cx: &Cx, number: u128, at_ms: i64, purpose: &Purpose) -> Entry {
    let mut entry = Entry::begin(cx, &purpose.code, "");
    // Ids follow time: the list is read by them.
    entry.id = Id::from_parts(at_ms, number << 32);
    entry.at_ms = at_ms;
    entry.version = purpose.version;
    entry.recipient = purpose.recipient.clone();
    entry
}

/// Whoever has no yes on record is given nothing of; a duty needs none.
fn single(
    tx: &mut Tx<'_>,
    dice: &mut Dice,
    mut entry: Entry,
    purpose: &Purpose,
    clerk: &Actor,
    person_no: i64,
) -> Result<Entry, Fault> {
    let given = purpose.basis != "consent"
        || tx
            .opt(
                sql!(
                    "select c.at_ms from people_consent c
                     where c.city = ?1 and c.purpose = ?2 and c.person_no = ?3 and c.state = 'given'"
                ),
                params![&purpose.code, person_no],
                |row| row.get::<i64>(0),
            )?
            .is_some_and(|since_ms| since_ms <= entry.at_ms);
    entry.person_no = person_no;
    if purpose.kind == "city" {
        entry.actor = clerk.account.to_string();
        entry.department = clerk.department.clone();
        entry.via = "page".to_owned();
        let reasons: &[&str] = match purpose.basis.as_str() {
            "law" => &["窓口での本人確認", "転居の手続", "証明書の交付", "申請書の住所の確認"],
            "vital" => &["大雨のあとの安否の確認", "連絡先の確認"],
            _ => &["電話での問い合わせ", "申込みの確認"],
        };
        entry.reason = dice.pick(reasons).copied().unwrap_or("").to_owned();
    } else {
        entry.actor = purpose.client.clone();
        entry.client = purpose.client.clone();
        entry.via = "door".to_owned();
    }
    let asked = purpose.attributes.get(..3).unwrap_or(&purpose.attributes);
    if given {
        entry.ground = purpose.basis.clone();
        entry.attributes = attribute::written(asked);
    } else {
        entry.withheld = asked.iter().map(|one| format!("{one}:no_consent")).collect::<Vec<_>>().join(" ");
    }
    Ok(entry)
}

fn write(tx: &mut Tx<'_>, cx: &Cx, made: &Made) -> Result<(), Fault> {
    let salt = new_salt(cx);
    let mut entry = made.entry.clone();
    if made.many {
        let mut members = Members::default();
        tx.each(
            sql!(
                "select c.person_no from people_consent c
                 where c.city = ?1 and c.purpose = ?2 and c.state = 'given' and c.at_ms <= ?3"
            ),
            params![&entry.purpose, entry.at_ms],
            |row| {
                members.insert(row.get(0)?);
                Ok(())
            },
        )?;
        entry.count = members.count();
        entry.members = members.digest(&salt);
        members.write(tx, &entry.id)?;
    }
    entry.write_salted(tx, &salt)
}

/// Two questions of the resident that visitors play, and somebody who was stopped.
fn afterwards(tx: &mut Tx<'_>, cx: &Cx, plan: &Plan) -> Result<(), Fault> {
    let own = crate::store::accounts::person_no(tx, &plan.resident)?;
    let staffs =
        plan.uses.iter().rev().filter(|made| made.entry.person_no == own && made.entry.ground == "law");
    let asked = [
        ("この日は市役所に行っていません。なぜ住所を見たのですか。", ""),
        (
            "氏名のほかに生年月日も必要だったのですか。",
            "お問い合わせありがとうございます。同じお名前の方がいらしたため、生年月日で確かめました。\n見たのは窓口の職員1人で、書き写したものはありません。",
        ),
    ];
    for (made, (question, answer)) in staffs.zip(asked) {
        let asked_ms = (made.entry.at_ms + 2 * DAY_MS).min(cx.now_ms());
        let answered_ms = if answer.is_empty() { 0 } else { (asked_ms + DAY_MS).min(cx.now_ms()) };
        let (state, by) =
            if answer.is_empty() { ("waiting", "") } else { ("answered", plan.clerk.account.as_str()) };
        tx.put(
            sql!(
                "insert into people_access_question (city, id, access, person, asked_by, department, question, state,
                                                     asked_ms, answer, answered_by, answered_ms, rev)
                 values (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
            ),
            params![
                Id::from_parts(asked_ms, 1),
                &made.entry.id,
                &plan.resident,
                &plan.clerk.department,
                question,
                state,
                asked_ms,
                answer,
                by,
                answered_ms,
                if answer.is_empty() { 1 } else { 2 }
            ],
        )?;
    }
    stopped(tx, cx, plan)
}

/// Somebody of the clerk's department was stopped twice: once it was looked at, and once it still waits.
fn stopped(tx: &mut Tx<'_>, cx: &Cx, plan: &Plan) -> Result<(), Fault> {
    let colleague = tx.opt(
        sql!(
            "select s.account from people_staff s join people_account a on a.city = ?1 and a.id = s.account
             where s.city = ?1 and s.department = ?2 and s.account <> ?3 order by s.account limit 1"
        ),
        params![&plan.clerk.department, &plan.clerk.account],
        |row| row.get::<Id>(0),
    )?;
    let Some(colleague) = colleague else { return Ok(()) };
    for (days_ago, people, note) in
        [(40, 103, "集団検診の案内の準備と、本人と課長に確かめた。"), (1, 118, "")]
    {
        let at_ms = cx.now_ms() - days_ago * DAY_MS;
        let lifted_ms = if note.is_empty() { 0 } else { at_ms + 2 * HOUR_MS };
        tx.put(
            sql!(
                "insert into people_access_block (city, id, actor, kind, department, span, people, usual, at_ms, lifted_ms,
                                                  lifted_by, note)
                 values (?1, ?2, ?3, 'staff', ?4, 'hour', ?5, 100, ?6, ?7, ?8, ?9)"
            ),
            params![
                Id::from_parts(at_ms, 2),
                &colleague,
                &plan.clerk.department,
                people,
                at_ms,
                lifted_ms,
                if note.is_empty() { "" } else { plan.admin.as_str() },
                note
            ],
        )?;
    }
    Ok(())
}
