//! The room's tables.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::words::Lang;
use ground::{params, sql};

use crate::model::{PageVersion, PublicPageRow, StaffPage, StaffPageRow, State};

fn text(row: &Row<'_>, column: usize) -> Result<Text, Fault> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(Fault::internal)
}

fn json(text: &Text) -> Result<String, Fault> {
    serde_json::to_string(text).map_err(Fault::internal)
}

fn staff_page(row: &Row<'_>) -> Result<StaffPage, Fault> {
    Ok(StaffPage {
        id: row.get(0)?,
        slug: row.get(1)?,
        title: text(row, 2)?,
        body: text(row, 3)?,
        department: row.get(4)?,
        state: State::read(&row.get::<String>(5)?)?,
        publish_ms: row.get(6)?,
        place: row.get(7)?,
        in_footer: row.get(8)?,
        rev: row.get(9)?,
        saved_by: row.get(10)?,
        saved_ms: row.get(11)?,
        approved_by: row.get(12)?,
        bypass: row.get(13)?,
        live_rev: row.get(14)?,
        first_live_ms: row.get(15)?,
        reviewed_ms: row.get(16)?,
        review_due: row.get(17)?,
    })
}

pub fn page(tx: &mut Tx<'_>, id: &Id) -> Result<Option<StaffPage>, Fault> {
    tx.opt(
        sql!(
            "select id, slug, title, body, department, state, publish_ms, place, in_footer, rev, saved_by, saved_ms,
                    approved_by, bypass, live_rev, first_live_ms, reviewed_ms, review_due
             from messages_page where city = ?1 and id = ?2"
        ),
        params![id],
        staff_page,
    )
}

/// The department that answers for a page; the fault `missing` when there is no such page.
pub fn department_of(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Id>, Fault> {
    tx.one(sql!("select department from messages_page where city = ?1 and id = ?2"), params![id], |row| {
        row.get(0)
    })
}

pub fn id_of_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<Id>, Fault> {
    tx.opt(sql!("select id from messages_page where city = ?1 and slug = ?2"), params![slug], |row| {
        row.get(0)
    })
}

/// Writes a page as it stands now, new or known.
pub fn put_page(tx: &mut Tx<'_>, page: &StaffPage) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into messages_page (city, id, slug, title, body, department, state, publish_ms, place, in_footer,
                                        rev, saved_by, saved_ms, approved_by, bypass, live_rev, first_live_ms,
                                        reviewed_ms, review_due)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
             on conflict (city, id) do update set
                 slug = excluded.slug, title = excluded.title, body = excluded.body,
                 department = excluded.department, state = excluded.state, publish_ms = excluded.publish_ms,
                 place = excluded.place, in_footer = excluded.in_footer, rev = excluded.rev,
                 saved_by = excluded.saved_by, saved_ms = excluded.saved_ms, approved_by = excluded.approved_by,
                 bypass = excluded.bypass, live_rev = excluded.live_rev, first_live_ms = excluded.first_live_ms,
                 reviewed_ms = excluded.reviewed_ms, review_due = excluded.review_due"
        ),
        params![
            &page.id,
            page.slug.as_str(),
            json(&page.title)?,
            json(&page.body)?,
            page.department.as_ref(),
            page.state.name(),
            page.publish_ms,
            page.place,
            page.in_footer,
            page.rev,
            page.saved_by.as_str(),
            page.saved_ms,
            page.approved_by.as_str(),
            page.bypass,
            page.live_rev,
            page.first_live_ms,
            page.reviewed_ms,
            page.review_due
        ],
    )
}

/// Keeps a revision for good.
pub fn put_version(tx: &mut Tx<'_>, page: &StaffPage, restored_from: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into messages_page_version (city, page, rev, slug, title, body, department, place, in_footer,
                                                saved_by, saved_ms, restored_from, published_ms, published_by, bypass)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, '', 0)"
        ),
        params![
            &page.id,
            page.rev,
            page.slug.as_str(),
            json(&page.title)?,
            json(&page.body)?,
            page.department.as_ref(),
            page.place,
            page.in_footer,
            page.saved_by.as_str(),
            page.saved_ms,
            restored_from
        ],
    )
}

/// Lets everybody read a page, and writes down who did.
pub fn put_live(tx: &mut Tx<'_>, page: &StaffPage, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into messages_page_live (city, slug, page, rev, title, body, department, place, in_footer, live_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (city, slug) do update set
                 page = excluded.page, rev = excluded.rev, title = excluded.title, body = excluded.body,
                 department = excluded.department, place = excluded.place, in_footer = excluded.in_footer,
                 live_ms = excluded.live_ms"
        ),
        params![
            page.slug.as_str(),
            &page.id,
            page.rev,
            json(&page.title)?,
            json(&page.body)?,
            page.department.as_ref(),
            page.place,
            page.in_footer,
            now_ms
        ],
    )?;
    tx.put(
        sql!(
            "update messages_page_version set published_ms = ?4, published_by = ?5, bypass = ?6
             where city = ?1 and page = ?2 and rev = ?3"
        ),
        params![&page.id, page.rev, now_ms, page.approved_by.as_str(), page.bypass],
    )
}

pub fn remove_live(tx: &mut Tx<'_>, page: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from messages_page_live where city = ?1 and page = ?2"), params![page])
}

/// A range of public pages that name their city with `{city}`, to be put into the search anew.
pub fn live_naming_the_city(tx: &mut Tx<'_>, after: &str, rows: i64) -> Result<Vec<(String, Live)>, Fault> {
    tx.all(
        sql!(
            "select page, rev, title, body, department, live_ms, slug from messages_page_live
             where city = ?1 and slug > ?2 and ({contains(title, ?3)} or {contains(body, ?3)})
             order by slug limit ?4"
        ),
        params![after, "{city}", rows],
        |row| Ok((row.get(6)?, live_row(row)?)),
    )
}

/// What everybody reads under a name.
pub struct Live {
    pub page: Id,
    pub rev: i64,
    pub title: Text,
    pub body: Text,
    pub department: Option<Id>,
    pub live_ms: i64,
}

pub fn live(tx: &mut Tx<'_>, slug: &str) -> Result<Option<Live>, Fault> {
    tx.opt(
        sql!(
            "select page, rev, title, body, department, live_ms from messages_page_live
             where city = ?1 and slug = ?2"
        ),
        params![slug],
        live_row,
    )
}

fn live_row(row: &Row<'_>) -> Result<Live, Fault> {
    Ok(Live {
        page: row.get(0)?,
        rev: row.get(1)?,
        title: text(row, 2)?,
        body: text(row, 3)?,
        department: row.get(4)?,
        live_ms: row.get(5)?,
    })
}

/// The page behind a public name, for votes.
pub fn live_page(tx: &mut Tx<'_>, slug: &str) -> Result<Option<Id>, Fault> {
    tx.opt(sql!("select page from messages_page_live where city = ?1 and slug = ?2"), params![slug], |row| {
        row.get(0)
    })
}

/// Title and body of a page as everybody reads them; none when it is not public.
pub fn live_texts(tx: &mut Tx<'_>, page: &Id) -> Result<Option<(Text, Text)>, Fault> {
    tx.opt(
        sql!("select title, body from messages_page_live where city = ?1 and page = ?2"),
        params![page],
        |row| Ok((text(row, 0)?, text(row, 1)?)),
    )
}

pub fn live_slugs(tx: &mut Tx<'_>, among: &[&str]) -> Result<i64, Fault> {
    let among = serde_json::to_string(among).map_err(Fault::internal)?;
    tx.one(
        sql!("select count(*) from messages_page_live where city = ?1 and slug in {list(?2)}"),
        params![among],
        |row| row.get(0),
    )
}

fn public_row(row: &Row<'_>) -> Result<PublicPageRow, Fault> {
    Ok(PublicPageRow {
        id: row.get(0)?,
        slug: row.get(1)?,
        title: text(row, 2)?,
        department: row.get(3)?,
        place: row.get(4)?,
        in_footer: row.get(5)?,
        updated_ms: row.get(6)?,
    })
}

/// Public pages in the order that staff gave them.
pub fn live_by_place(
    tx: &mut Tx<'_>,
    footer_only: bool,
    after: (i64, &str),
    rows: i64,
) -> Result<Vec<PublicPageRow>, Fault> {
    tx.all(
        sql!(
            "select page, slug, title, department, place, in_footer, live_ms from messages_page_live
             where city = ?1 and (?2 = 0 or in_footer = 1) and (place > ?3 or (place = ?3 and slug > ?4))
             order by place, slug limit ?5"
        ),
        params![footer_only, after.0, after.1, rows],
        public_row,
    )
}

/// Public pages, the latest change first.
pub fn live_newest(tx: &mut Tx<'_>, before: (i64, &str), rows: i64) -> Result<Vec<PublicPageRow>, Fault> {
    tx.all(
        sql!(
            "select page, slug, title, department, place, in_footer, live_ms from messages_page_live
             where city = ?1 and (live_ms < ?2 or (live_ms = ?2 and slug < ?3))
             order by live_ms desc, slug desc limit ?4"
        ),
        params![before.0, before.1, rows],
        public_row,
    )
}

/// What the staff's list is narrowed to.
pub struct Narrow<'a> {
    pub state: &'a str,
    pub department: &'a str,
    pub live_only: bool,
    pub review_due: bool,
    pub translation_due: bool,
}

/// Pages for staff, the latest save first.
pub fn staff_pages(
    tx: &mut Tx<'_>,
    narrow: &Narrow<'_>,
    before: (i64, &str),
    rows: i64,
) -> Result<Vec<StaffPageRow>, Fault> {
    let mut pages = tx.all(
        sql!(
            "select p.id, p.slug, p.title, p.department, p.state, p.publish_ms, p.rev, p.live_rev, p.saved_by,
                    p.saved_ms, p.review_due
             from messages_page p
             where p.city = ?1 and (?2 = '' or p.state = ?2) and (?3 = '' or p.department = ?3)
               and (?4 = 0 or p.live_rev > 0) and (?5 = 0 or p.review_due = 1)
               and (?6 = 0 or exists (select 1 from messages_translation_due d where d.city = ?1 and d.page = p.id))
               and (p.saved_ms < ?7 or (p.saved_ms = ?7 and p.id < ?8))
             order by p.saved_ms desc, p.id desc limit ?9"
        ),
        params![
            narrow.state,
            narrow.department,
            narrow.live_only,
            narrow.review_due,
            narrow.translation_due,
            before.0,
            before.1,
            rows
        ],
        |row| {
            Ok(StaffPageRow {
                id: row.get(0)?,
                slug: row.get(1)?,
                title: text(row, 2)?,
                department: row.get(3)?,
                state: State::read(&row.get::<String>(4)?)?,
                publish_ms: row.get(5)?,
                rev: row.get(6)?,
                live_rev: row.get(7)?,
                saved_by: row.get(8)?,
                saved_ms: row.get(9)?,
                review_due: row.get(10)?,
                translations_due: Vec::new(),
            })
        },
    )?;
    let ids: Vec<&str> = pages.iter().map(|page| page.id.as_str()).collect();
    let ids = serde_json::to_string(&ids).map_err(Fault::internal)?;
    let due = tx.all(
        sql!(
            "select page, lang from messages_translation_due where city = ?1 and page in {list(?2)}
             order by page, lang"
        ),
        params![ids],
        |row| Ok((row.get::<Id>(0)?, row.get::<String>(1)?)),
    )?;
    for (page, lang) in due {
        let row = pages.iter_mut().find(|row| row.id == page);
        if let (Some(row), Some(lang)) = (row, Lang::from_code(&lang)) {
            row.translations_due.push(lang);
        }
    }
    Ok(pages)
}

/// How many pages ask for something, for the staff's desk.
pub struct Waiting {
    pub drafts: i64,
    pub scheduled: i64,
    pub reviews: i64,
    pub translations: i64,
}

pub fn waiting(tx: &mut Tx<'_>) -> Result<Waiting, Fault> {
    let translations = tx.one(
        sql!("select count(distinct page) from messages_translation_due where city = ?1"),
        params![],
        |row| row.get(0),
    )?;
    tx.one(
        sql!(
            "select count(case when state = 'draft' then 1 end), count(case when state = 'scheduled' then 1 end),
                    count(case when review_due = 1 then 1 end)
             from messages_page where city = ?1"
        ),
        params![],
        |row| {
            Ok(Waiting { drafts: row.get(0)?, scheduled: row.get(1)?, reviews: row.get(2)?, translations })
        },
    )
}

fn version(row: &Row<'_>) -> Result<PageVersion, Fault> {
    Ok(PageVersion {
        rev: row.get(0)?,
        slug: row.get(1)?,
        title: text(row, 2)?,
        body: text(row, 3)?,
        department: row.get(4)?,
        place: row.get(5)?,
        in_footer: row.get(6)?,
        saved_by: row.get(7)?,
        saved_ms: row.get(8)?,
        restored_from: row.get(9)?,
        published_ms: row.get(10)?,
        published_by: row.get(11)?,
        bypass: row.get(12)?,
    })
}

/// The saved revisions of a page below a number, newest first.
pub fn versions(tx: &mut Tx<'_>, page: &Id, below: i64, rows: i64) -> Result<Vec<PageVersion>, Fault> {
    tx.all(
        sql!(
            "select rev, slug, title, body, department, place, in_footer, saved_by, saved_ms, restored_from,
                    published_ms, published_by, bypass
             from messages_page_version where city = ?1 and page = ?2 and rev < ?3 order by rev desc limit ?4"
        ),
        params![page, below, rows],
        version,
    )
}

/// One vote: the one row that a reader's answer costs.
pub fn put_vote(tx: &mut Tx<'_>, id: &Id, page: &Id, helpful: bool, at_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!("insert into messages_helpful (city, id, page, helpful, at_ms) values (?1, ?2, ?3, ?4, ?5)"),
        params![id, page, helpful, at_ms],
    )
}

/// All votes for a page, and how many said yes.
pub fn votes(tx: &mut Tx<'_>, page: &Id) -> Result<(i64, i64), Fault> {
    let found = tx.opt(
        sql!("select v.votes, v.helpful from v_messages_helpful v where v.city = ?1 and v.page = ?2"),
        params![page],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(found.unwrap_or_default())
}

/// Votes in spans of equal length since an instant: (number of the span, all, yes).
pub fn votes_by_span(
    tx: &mut Tx<'_>,
    page: &Id,
    since_ms: i64,
    span_ms: i64,
) -> Result<Vec<(i64, i64, i64)>, Fault> {
    tx.all(
        sql!(
            "select v.span, count(*), {sum(v.helpful)}
             from (select (h.at_ms - ?3) / ?4 as span, h.helpful from messages_helpful h
                   where h.city = ?1 and h.page = ?2 and h.at_ms >= ?3) v
             group by v.span order by v.span"
        ),
        params![page, since_ms, span_ms],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Says which translations of a public page are missing or old.
pub fn put_translations_due(tx: &mut Tx<'_>, page: &Id, due: &[Lang], now_ms: i64) -> Result<(), Fault> {
    for lang in [Lang::JaEasy, Lang::En] {
        if due.contains(&lang) {
            tx.put(
                sql!(
                    "insert into messages_translation_due (city, page, lang, since_ms) values (?1, ?2, ?3, ?4)
                     on conflict (city, page, lang) do nothing"
                ),
                params![page, lang.code(), now_ms],
            )?;
        } else {
            tx.put(
                sql!("delete from messages_translation_due where city = ?1 and page = ?2 and lang = ?3"),
                params![page, lang.code()],
            )?;
        }
    }
    Ok(())
}

/// Marks a range of public pages that nobody has looked at since an instant.
pub fn mark_reviews(tx: &mut Tx<'_>, before_ms: i64, rows: i64) -> Result<u64, Fault> {
    tx.exec(
        sql!(
            "update messages_page set review_due = 1
             where city = ?1 and id in (
                 select p.id from messages_page p
                 where p.city = ?1 and p.live_rev > 0 and p.review_due = 0 and p.reviewed_ms < ?2
                 order by p.id limit ?3)"
        ),
        params![before_ms, rows],
    )
}

/// Old votes go. The oldest rows are looked at, whatever their age, so that a purge never reads the whole table.
pub fn purge_votes() -> &'static ground::db::Sql {
    sql!(
        "delete from messages_helpful where city = ?1 and id in (
             select old.id from (
                 select h.id, h.at_ms from messages_helpful h where h.city = ?1 order by h.id limit 500) old
             where old.at_ms < ?2)"
    )
}

/// Old revisions go, but never the one that staff work on or the one that everybody reads.
pub fn purge_versions() -> &'static ground::db::Sql {
    sql!(
        "delete from messages_page_version where city = ?1 and saved_ms < ?2 and (page, rev) in (
             select v.page, v.rev from messages_page_version v
             join messages_page p on p.city = v.city and p.id = v.page
             where v.city = ?1 and v.saved_ms < ?2 and v.rev <> p.rev and v.rev <> p.live_rev
             order by v.saved_ms limit 200)"
    )
}
