//! What the refusals are tried on: one of everything, in the first city.

use std::sync::Arc;

use ground::fault::Fault;
use ground::files::{self, Access};
use ground::id::Id;
use ground::who::{Role, Who};
use ground::{params, seal, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{admin, id};

use super::consent_seeds::ConsentSeeds;
use super::oauth_seeds::OauthSeeds;
use super::profile_seeds::ProfileSeeds;
use super::rights_seeds::RightsSeeds;
use super::ways_seeds::WaysSeeds;

/// The link that somebody got and has not used yet.
const DIGEST: &str = "1111111111111111111111111111111111111111111111111111111111111111";

pub struct Seeds {
    pub department: Id,
    pub other_department: Id,
    /// With nobody in it, so that it can be closed.
    pub empty_department: Id,
    pub district: Id,
    pub household: Id,
    pub block: String,
    /// Somebody who is signed in, with their session.
    pub account: Id,
    pub session: Id,
    pub staff: Id,
    pub staff_to_lock: Id,
    pub staff_locked: Id,
    pub import_to_take_over: Id,
    pub import_to_discard: Id,
    pub link: String,
    pub page: Id,
    pub page_slug: &'static str,
    pub page_live: Id,
    pub page_to_withdraw: Id,
    pub file: Id,
    /// A use of the account's data, a question about it for the department, and somebody who was stopped.
    pub used: Id,
    pub question: Id,
    pub stopped: Id,
    pub job_to_retry: Id,
    pub job_to_dismiss: Id,
    pub mail_to_retry: Id,
    pub mail_to_give_up: Id,
    pub stranger: Id,
    pub provider: Id,
    pub watch: super::people_watch::WatchSeeds,
    pub profile: ProfileSeeds,
    pub oauth: OauthSeeds,
    pub consent: ConsentSeeds,
    pub ways: WaysSeeds,
    pub rights: RightsSeeds,
}

impl Seeds {
    pub fn records(&self) -> Vec<&Id> {
        vec![
            &self.department,
            &self.empty_department,
            &self.district,
            &self.session,
            &self.staff,
            &self.staff_to_lock,
            &self.staff_locked,
            &self.import_to_take_over,
            &self.import_to_discard,
            &self.page,
            &self.page_live,
            &self.page_to_withdraw,
            &self.file,
            &self.used,
            &self.question,
            &self.stopped,
            &self.provider,
            &self.watch.asset,
            &self.watch.incident,
            &self.watch.check,
            &self.job_to_retry,
            &self.job_to_dismiss,
            &self.mail_to_retry,
            &self.mail_to_give_up,
            &self.profile.person,
            &self.profile.mandate,
            &self.oauth.client,
            &self.oauth.proposed,
            &self.oauth.to_refuse,
            &self.oauth.to_close,
            &self.consent.recipient,
            &self.ways.way,
            &self.ways.entry,
            &self.ways.resident,
        ]
        .into_iter()
        .chain(self.rights.records())
        .collect()
    }

    /// A member of staff of another department, with this role.
    pub fn elsewhere(&self, role: Role) -> Who {
        Who {
            account: Some(self.stranger.clone()),
            roles: Arc::from([Role::Staff, role]),
            department: Some(self.other_department.clone()),
            ..Who::default()
        }
    }

    /// A member of staff of no department.
    pub fn nowhere(&self, role: Role) -> Who {
        Who { department: None, ..self.elsewhere(role) }
    }

    /// Somebody else who has an account.
    pub fn resident(&self) -> Who {
        Who { account: Some(self.stranger.clone()), roles: Arc::from([Role::Resident]), ..Who::default() }
    }
}

async fn done(town: &Town, who: Who, action: &str, input: Value) -> Value {
    town.call(who, action, input).await.unwrap_or_else(|fault| panic!("{action}: {fault}"))
}

fn as_id(value: &Value) -> Id {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("an id: {value}"))
}

pub async fn sow(town: &Arc<Town>) -> Seeds {
    let operator = Who::operator;
    let mut departments = Vec::new();
    for (code, name) in [("100", "総務課"), ("200", "福祉課"), ("300", "空の課")] {
        let made =
            done(town, operator(), "people.save_department", json!({"code": code, "name": name})).await;
        departments.push(as_id(&made["department"]["id"]));
    }
    let district =
        done(town, operator(), "people.save_district", json!({"slug": "north", "name": "北地区"})).await;
    let district = as_id(&district["district"]["id"]);
    let block =
        done(town, operator(), "people.save_block", json!({"district": district, "name": "北町一丁目"}))
            .await;

    let mut staff = Vec::new();
    for (nth, department) in ["100", "300x", "300x", "300x"].iter().enumerate() {
        let department = if department.ends_with('x') { "200" } else { department };
        let input = json!({"name": format!("職員 {nth}"), "mail": format!("staff{nth}@example.jp"), "department": department,
                           "roles": ["editor"]});
        let made = done(town, operator(), "people.save_staff", input).await;
        staff.push(as_id(&made["member"]["id"]));
    }
    done(town, operator(), "people.lock_staff", json!({"id": staff[2]})).await;

    // Somebody signs in by a link; another link waits.
    let first = done(
        town,
        operator(),
        "people.invite_admin",
        json!({"mail": "first@example.jp", "name": "管理 太郎"}),
    )
    .await;
    let token = |made: &Value| {
        made["path"].as_str().and_then(|path| path.rsplit('/').next()).expect("a token").to_owned()
    };
    let digest = seal::token_digest("a session of the seeds");
    let used = json!({"token": token(&first), "session_digest": digest});
    let signed_in = done(town, Who::anyone(), "people.use_link", used).await;
    let waiting = done(
        town,
        operator(),
        "people.invite_admin",
        json!({"mail": "second@example.jp", "name": "管理 次郎"}),
    )
    .await;

    let mut imports = Vec::new();
    for _ in 0..2 {
        let input = json!({"kind": "departments", "file": departments_table()});
        imports.push(as_id(&done(town, operator(), "people.stage_import", input).await["id"]));
    }

    let mut pages = Vec::new();
    for slug in ["draft", "live", "leaving"] {
        let input = json!({"slug": slug, "department": departments[0],
                           "texts": {"ja": {"title": "お知らせ", "body": "本文です。"}}});
        let page = done(town, operator(), "messages.save_page", input).await;
        if slug != "draft" {
            let publish = json!({"id": page["id"], "rev": page["rev"]});
            done(town, admin(), "messages.publish_page", publish).await;
        }
        pages.push(as_id(&page["id"]));
    }

    let account = as_id(&signed_in["account"]);
    let file = keep_file(town, &account, &departments[0]).await;
    let jobs = bury_jobs(town).await;
    let mut mails = Vec::new();
    for _ in 0..2 {
        let letter = json!({"to": "taro@example.jp", "subject": "題", "plain": "本文", "kind": "notice"});
        mails.push(as_id(&done(town, operator(), "gate.send_mail", letter).await["id"]));
    }
    let uses = use_data(town, &account, &departments[0]).await;
    let profile = ProfileSeeds::sow(town, &account).await;
    let oauth = OauthSeeds::sow(town, &account).await;
    let ways = WaysSeeds::sow(town, &account).await;
    let watch = super::people_watch::sow(town, &account).await;
    let rights = RightsSeeds::sow(town, &staff, &account).await;
    Seeds {
        profile,
        oauth,
        consent: ConsentSeeds::sow(town).await,
        ways,
        rights,
        district,
        household: id(77),
        block: block["key"].as_str().expect("a key").to_owned(),
        account,
        session: as_id(&signed_in["session"]),
        staff: staff[0].clone(),
        staff_to_lock: staff[1].clone(),
        staff_locked: staff[2].clone(),
        import_to_take_over: imports[0].clone(),
        import_to_discard: imports[1].clone(),
        link: token(&waiting),
        page: pages[0].clone(),
        page_slug: "live",
        page_live: pages[1].clone(),
        page_to_withdraw: pages[2].clone(),
        file,
        used: uses[0].clone(),
        question: uses[1].clone(),
        stopped: uses[2].clone(),
        job_to_retry: jobs[0].clone(),
        job_to_dismiss: jobs[1].clone(),
        mail_to_retry: mails[0].clone(),
        mail_to_give_up: mails[1].clone(),
        stranger: id(9_999),
        provider: super::people_relying::sow(town).await,
        watch,
        empty_department: departments.remove(2),
        other_department: departments.remove(1),
        department: departments.remove(0),
    }
}

async fn keep_file(town: &Arc<Town>, owner: &Id, department: &Id) -> Id {
    let cx = town.cx(Who { account: Some(owner.clone()), ..Who::anyone() });
    let ticket =
        files::store_bytes(&cx, "file", "letter.txt", b"a letter".as_slice().into()).await.expect("stored");
    let access = Access::Owner { owner: owner.clone(), department: Some(department.clone()) };
    town.city().db.write(move |tx| files::keep(tx, &cx, &ticket, "letter", "1", &access)).await.expect("kept")
}

/// Two jobs on the dead-letter list.
async fn bury_jobs(town: &Arc<Town>) -> Vec<Id> {
    let cx = town.cx(Who::system());
    town.city()
        .db
        .write(move |tx| -> Result<Vec<Id>, Fault> {
            for key in ["one", "two"] {
                tx.enqueue(&cx, "probe.count", Some(key), &json!({}))?;
            }
            tx.exec(
                sql!("update ground_job set state = 'dead' where city = ?1 and kind = 'probe.count'"),
                params![],
            )?;
            tx.all(
                sql!("select id from ground_job where city = ?1 and kind = 'probe.count' order by key"),
                params![],
                |row| row.get(0),
            )
        })
        .await
        .expect("buried")
}

/// A use of somebody's data, a question about it, and somebody who was stopped.
async fn use_data(town: &Arc<Town>, account: &Id, department: &Id) -> Vec<Id> {
    let (account, department, cx) = (account.clone(), department.clone(), town.cx(Who::system()));
    let ids = vec![cx.id(), cx.id(), cx.id()];
    let made = ids.clone();
    town.city()
        .db
        .write(move |tx| {
            tx.exec(
                sql!(
                    "insert into people_access (city, id, at_ms, person_no, purpose, version, recipient, attributes,
                                                withheld, ground, actor, client, acting, department, via, reason, count,
                                                members, digest, salt, place, chain)
                     select ?1, ?2, ?5, a.person_no, 'counter', 1, '', 'name', '', 'law', ?4, '', '', ?4, 'page', '', 1,
                            '', 'x', 'x', 0, ''
                     from people_account a where a.city = ?1 and a.id = ?3"
                ),
                params![&made[0], &account, &department, cx.now_ms()],
            )?;
            tx.exec(
                sql!(
                    "insert into people_access_question (city, id, access, person, asked_by, department, question, state,
                                                         asked_ms, answer, answered_by, answered_ms, rev)
                     values (?1, ?2, ?3, ?4, ?4, ?5, 'なぜですか', 'waiting', ?6, '', '', 0, 1)"
                ),
                params![&made[1], &made[0], &account, &department, cx.now_ms()],
            )?;
            tx.exec(
                sql!(
                    "insert into people_access_block (city, id, actor, kind, department, span, people, usual, at_ms,
                                                      lifted_ms, lifted_by, note)
                     values (?1, ?2, 'somebody', 'staff', ?3, 'hour', 101, 100, ?4, 0, '', '')"
                ),
                params![&made[2], &department, cx.now_ms()],
            )
        })
        .await
        .expect("written");
    ids
}

/// A table of departments in UTF-8 and base 64: 部署コード,部署名 / 900,新しい課.
pub fn departments_table() -> &'static str {
    "6YOo572y44Kz44O844OJLOmDqOe9suWQjQo5MDAs5paw44GX44GE6KqyCg=="
}

pub fn session_digest() -> &'static str {
    DIGEST
}
