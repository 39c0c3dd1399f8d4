//! The demonstration city has policies of its own, a team, and people who stand in for others.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use ground::who::Role;
use jiff::ToSpan as _;

use super::actions::deputies::{SAVE_DEPUTY, SaveDeputy};
use super::actions::policies::{
    AskPolicies, DECIDE_POLICY, DecidePolicy, MovePolicy, POLICIES, PROPOSE_POLICY, SAVE_POLICY, SavePolicy,
};
use super::actions::teams::{SAVE_TEAM, SaveTeam};
use crate::actions::staff::{SAVE_STAFF, SaveStaff};
use crate::demo::DemoPart;
use crate::store::staff::StaffMember;
use crate::store::{accounts, staff};

/// Name, note, policy, and how far it came: 0 a draft, 1 proposed, 2 in force.
const POLICIES_OF_THE_TOWN: [(&str, &str, &str, u8); 3] = [
    (
        "監査係は内容を変えない",
        "確かめる人が、確かめられる内容を自分で変えられないようにします。",
        "forbid (\n  principal in Role::\"auditor\",\n  action in [Action::\"messages.save_page\", Action::\"messages.publish_page\"],\n  resource\n);",
        2,
    ),
    (
        "災害対策班はどの課のページも書ける",
        "災害のとき、課をまたいでお知らせを書けるようにします。二要素でログインした人に限ります。",
        "permit (\n  principal in Team::\"saigai\",\n  action == Action::\"messages.save_page\",\n  resource\n) when {\n  principal.strong\n};",
        1,
    ),
    (
        "健康福祉部の外からは福祉課のページを公開しない",
        "案です。部の中でもう一度相談します。",
        "forbid (\n  principal,\n  action == Action::\"messages.publish_page\",\n  resource\n) when {\n  resource has department && resource.department == Department::\"0401\"\n} unless {\n  principal in Department::\"04\"\n};",
        0,
    ),
];

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let cx = cx.acting_as(ground::who::Who::operator());
        if !POLICIES.call(&cx, AskPolicies::default(), None).await?.rows.is_empty() {
            return Ok(());
        }
        let colleague = second_administrator(&cx).await?;
        team(&cx).await?;
        for (name, note, cedar, stage) in POLICIES_OF_THE_TOWN {
            let input = SavePolicy {
                id: None,
                name: name.to_owned(),
                cedar: cedar.to_owned(),
                note: note.to_owned(),
                rev: 0,
            };
            let saved = SAVE_POLICY.call(&colleague, input, None).await?.policy;
            if stage > 0 {
                let this = MovePolicy { id: saved.id.clone(), rev: saved.rev };
                let proposed = PROPOSE_POLICY.call(&colleague, this, None).await?.policy;
                if stage > 1 {
                    let this = DecidePolicy { id: proposed.id, rev: proposed.rev, approve: true };
                    DECIDE_POLICY.call(&cx, this, None).await?;
                }
            }
        }
        deputies(&cx).await
    })
}

/// The head of the section for information is an administrator as well, so that visitors who play one can decide on
/// what the other proposed: a policy, and somebody new.
async fn second_administrator(cx: &Cx) -> Result<Cx, Fault> {
    let roles = |member: &StaffMember| member.roles.iter().copied().chain([Role::Admin]).collect();
    let head = member(cx, "staff04@machiya.example").await?;
    SAVE_STAFF.call(cx, SaveStaff { roles: roles(&head), ..input_of(&head) }, None).await?;
    let keeper = cx.house().keeper.clone();
    let id = head.id;
    let who = cx.city().db.read(move |tx| keeper.of_account(tx, &id)?.ok_or_else(Fault::missing)).await?;
    let colleague = cx.acting_as(who);
    let wanted = member(cx, "staff24@machiya.example").await?;
    SAVE_STAFF.call(&colleague, SaveStaff { roles: roles(&wanted), ..input_of(&wanted) }, None).await?;
    Ok(colleague)
}

async fn member(cx: &Cx, mail: &'static str) -> Result<StaffMember, Fault> {
    cx.city()
        .db
        .read(move |tx| {
            let account = accounts::by_mail(tx, mail)?.ok_or_else(Fault::missing)?;
            staff::by_id(tx, &account.id)?.ok_or_else(Fault::missing)
        })
        .await
}

fn input_of(member: &StaffMember) -> SaveStaff {
    SaveStaff {
        id: Some(member.id.clone()),
        name: member.name.clone(),
        kana: member.kana.clone(),
        mail: member.mail.clone(),
        department: member.department_code.clone(),
        roles: Vec::new(),
        title: member.title.clone(),
        rev: member.rev,
    }
}

async fn team(cx: &Cx) -> Result<(), Fault> {
    let input = SaveTeam {
        id: None,
        slug: "saigai".to_owned(),
        name: "災害対策班".to_owned(),
        members: ["staff03", "staff08", "staff23", "staff28"]
            .map(|name| format!("{name}@machiya.example"))
            .to_vec(),
        rev: 0,
    };
    SAVE_TEAM.call(cx, input, None).await.map(|_| ())
}

/// One who stands in now, and one who is going to.
async fn deputies(cx: &Cx) -> Result<(), Fault> {
    let today = cx.now().date();
    let day = |days: i64| today.saturating_add(days.days()).to_string();
    let pairs = [
        ("staff21@machiya.example".to_owned(), "staff01@machiya.example".to_owned(), 0, 6, "出張のため"),
        (DemoPart::Clerk.mail().to_owned(), "staff08@machiya.example".to_owned(), 14, 20, "休暇のため"),
    ];
    for (person, for_person, from, until, note) in pairs {
        let input =
            SaveDeputy { person, for_person, from: day(from), until: day(until), note: note.to_owned() };
        SAVE_DEPUTY.call(cx, input, None).await?;
    }
    Ok(())
}
