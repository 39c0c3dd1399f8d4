//! A fictional city's pages: written by editors, let out by approvers, as staff would do it.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use ground::floor::actions::Nothing;
use ground::id::Id;
use ground::list::List;
use ground::who::{Role, Who};
use ground::words::Lang;
use serde::Deserialize;
use serde_json::json;

use crate::actions::{
    AskPage, AskStaffPages, PAGE, PUBLISH_PAGE, PublishPage, SAVE_PAGE, SEED_PAGES, STAFF_PAGES, SavePage,
};
use crate::content::{self, Content};
use crate::model::{STANDING, State};
use crate::names::{Departments, departments};
use crate::store;

const PAGES: [&str; 24] = [
    include_str!("../demo/waste.md"),
    include_str!("../demo/large-waste.md"),
    include_str!("../demo/moving-in.md"),
    include_str!("../demo/moving-out.md"),
    include_str!("../demo/certificates.md"),
    include_str!("../demo/my-number.md"),
    include_str!("../demo/tax.md"),
    include_str!("../demo/shelters.md"),
    include_str!("../demo/hazard-map.md"),
    include_str!("../demo/childcare.md"),
    include_str!("../demo/child-checkups.md"),
    include_str!("../demo/school.md"),
    include_str!("../demo/library.md"),
    include_str!("../demo/bus.md"),
    include_str!("../demo/water.md"),
    include_str!("../demo/senior.md"),
    include_str!("../demo/night-clinic.md"),
    include_str!("../demo/pets.md"),
    include_str!("../demo/district-activities.md"),
    include_str!("../demo/business.md"),
    include_str!("../demo/roads.md"),
    include_str!("../demo/bulletin.md"),
    include_str!("../demo/town-meeting.md"),
    include_str!("../demo/photo-contest.md"),
];

/// The pages that readers have voted on: name, votes, of which so many said yes.
const VOTES: [(&str, i64, i64); 4] =
    [("waste", 60, 51), ("moving-in", 34, 25), ("library", 22, 21), ("tax", 18, 6)];

pub fn pages() -> Result<Vec<Content>, Fault> {
    PAGES.into_iter().map(content::read).collect()
}

/// Somebody of the demonstration city's staff.
#[derive(Deserialize)]
struct Colleague {
    id: Id,
    department: Option<Id>,
    roles: Vec<Role>,
}

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        SEED_PAGES.call(&cx, Nothing {}, None).await?;
        let staff = Staff::of(&cx).await?;
        let mayor = staff.who(&cx, Role::Admin, None).await?.unwrap_or_else(Who::operator);
        let known = STAFF_PAGES.call(&cx, AskStaffPages::default(), None).await?.rows;
        for page in &known {
            if STANDING.contains(&page.slug.as_str()) && page.state == State::Draft && page.live_rev == 0 {
                let input = PublishPage { id: page.id.clone(), rev: page.rev, at_ms: None, bypass: true };
                PUBLISH_PAGE.call(&cx.acting_as(mayor.clone()), input, None).await?;
            }
        }
        let departments = departments(&cx).await;
        for content in pages()? {
            if !known.iter().any(|page| page.slug == content.slug) {
                tell(&cx, &staff, &departments, content).await?;
            }
        }
        vote(&cx).await
    })
}

struct Staff(Vec<Colleague>);

impl Staff {
    async fn of(cx: &Cx) -> Result<Staff, Fault> {
        let Some(action) = cx.house().action("people.staff") else { return Ok(Staff(Vec::new())) };
        let list = action.call(cx, json!({"paging": {"rows": 500}}), None).await?;
        let list: List<Colleague> = serde_json::from_value(list).map_err(Fault::internal)?;
        Ok(Staff(list.rows))
    }

    /// Somebody with a role, in a department if one is named.
    async fn who(&self, cx: &Cx, role: Role, department: Option<&Id>) -> Result<Option<Who>, Fault> {
        let found = self.0.iter().find(|colleague| {
            colleague.roles.contains(&role)
                && department.is_none_or(|id| colleague.department.as_ref() == Some(id))
        });
        let Some(id) = found.map(|colleague| colleague.id.clone()) else { return Ok(None) };
        let house = cx.house().clone();
        cx.city().db.read(move |tx| house.keeper.of_account(tx, &id)).await
    }
}

/// Writes a page, and lets it out as its file says.
async fn tell(cx: &Cx, staff: &Staff, departments: &Departments, content: Content) -> Result<(), Fault> {
    let department = departments.named(&content.department).map(|found| found.id.clone());
    let editor = staff.who(cx, Role::Editor, department.as_ref()).await?.unwrap_or_else(Who::operator);
    let input = SavePage {
        id: None,
        rev: 0,
        slug: content.slug,
        department: department.clone(),
        place: content.place,
        in_footer: content.in_footer,
        texts: content.texts,
        still_right: Vec::new(),
    };
    // An editor of another department may not write here; then the operator does.
    let is_of_it = editor.department.is_some() && editor.department == department;
    let editor = if is_of_it { editor } else { Who::operator() };
    let page = SAVE_PAGE.call(&cx.acting_as(editor.clone()), input, None).await?;
    if content.draft {
        return Ok(());
    }
    let approver = match &department {
        Some(id) => staff.who(cx, Role::Approver, Some(id)).await?,
        None => staff.who(cx, Role::Admin, None).await?,
    };
    let approver = approver.filter(|who| who.account != editor.account).unwrap_or_else(Who::operator);
    let at_ms = (content.in_hours > 0).then(|| cx.now_ms() + content.in_hours * 3_600_000);
    let input = PublishPage { id: page.id, rev: page.rev, at_ms, bypass: true };
    PUBLISH_PAGE.call(&cx.acting_as(approver), input, None).await?;
    Ok(())
}

/// Readers' votes of the last weeks. They are written straight into the table, because no action may lie about when
/// somebody voted.
async fn vote(cx: &Cx) -> Result<(), Fault> {
    for (slug, votes, yes) in VOTES {
        let page = PAGE.call(cx, AskPage { slug: slug.to_owned(), lang: Some(Lang::Ja) }, None).await?;
        let acting = cx.clone();
        let ids: Vec<Id> = (0..votes).map(|_| cx.id()).collect();
        cx.city()
            .db
            .write(move |tx| {
                if store::votes(tx, &page.id)?.0 > 0 {
                    return Ok(());
                }
                for (number, id) in (0..).zip(&ids) {
                    // Spread over eleven weeks, with more towards now.
                    let hours = (number * number * 11 * 7 * 24) / (votes * votes) + number % 5;
                    let helpful = (number * 7) % votes < yes;
                    store::put_vote(tx, id, &page.id, helpful, acting.now_ms() - hours * 3_600_000)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}
