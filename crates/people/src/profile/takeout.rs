//! What somebody takes along: a ZIP with a JSON file from each part of each room that knows something of them, and one
//! page to read. Read range by range, so that nobody waits for it; kept as a file for some days.

mod page;
mod parts;

use std::io::{Cursor, Write as _};

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::files::{self, Access};
use ground::id::Id;
use ground::room::{Person, Takeout as Part};
use ground::words::Lang;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::letter::{self, Notice};
use super::store::takeouts::{self, TakeoutState};
use crate::store::accounts;

pub use parts::PARTS;

/// The job that makes it.
pub const MAKE: &str = "people.make_takeout";
/// The job that takes its file away.
pub const END: &str = "people.end_takeout";
/// So long it can be fetched.
pub const KEPT_DAYS: i64 = 7;

/// Rows of one file at most: more than one life brings.
const ROWS_MAX: usize = 50_000;
/// Characters of all files at most, before they are packed.
const TEXT_MAX: usize = 24 * 1024 * 1024;

/// One part as it was read.
pub(super) struct Section {
    pub part: Part,
    pub rows: Vec<Value>,
    /// Whether a limit cut it short.
    pub cut: bool,
}

/// The job. Made again after a failure, it starts over: nothing of it is seen before it is whole.
pub(super) fn make(cx: Cx, body: Value) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let id: Id = body
            .get("id")
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok())
            .ok_or_else(Fault::missing)?;
        let wanted = id.clone();
        let found = cx.city().db.read(move |tx| asked(tx, &wanted)).await?;
        let Some((person, lang)) = found else { return Ok(()) };
        let sections = read_all(&cx, &person).await?;
        let packed = packed(&cx, lang, &sections)?;
        let name = format!("machiya-{}.zip", cx.now().date());
        let ticket = files::store_bytes(&cx, "file", &name, packed.into()).await?;
        let acting = cx.clone();
        cx.city().db.write(move |tx| keep(tx, &acting, &id, &person, &ticket)).await
    })
}

fn asked(tx: &mut Tx<'_>, id: &Id) -> Result<Option<(Person, Lang)>, Fault> {
    let Some(takeout) = takeouts::by_id(tx, id)?.filter(|one| one.state == TakeoutState::Asked) else {
        return Ok(None);
    };
    let person_no = accounts::person_no(tx, &takeout.account)?;
    Ok(Some((Person { account: takeout.account, person_no }, takeout.lang.unwrap_or(Lang::Ja))))
}

async fn read_all(cx: &Cx, person: &Person) -> Result<Vec<Section>, Fault> {
    let parts: Vec<Part> = cx.house().rooms.iter().flat_map(|room| room.takeout).copied().collect();
    let (mut sections, mut text) = (Vec::new(), 0usize);
    for part in parts {
        let mut section = Section { part, rows: Vec::new(), cut: false };
        let mut after = Some(String::new());
        while let Some(from) = after.take() {
            let (asking, person) = (cx.clone(), person.clone());
            let taken = cx.city().db.read(move |tx| (part.rows)(tx, &asking, &person, &from)).await?;
            text += taken.rows.iter().map(|row| row.to_string().len()).sum::<usize>();
            section.rows.extend(taken.rows);
            if section.rows.len() >= ROWS_MAX || text >= TEXT_MAX {
                section.cut = taken.next.is_some();
            } else {
                after = taken.next;
            }
        }
        sections.push(section);
    }
    Ok(sections)
}

fn packed(cx: &Cx, lang: Lang, sections: &[Section]) -> Result<Vec<u8>, Fault> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let mut put = |name: String, text: &str| -> Result<(), Fault> {
        zip.start_file(name, options).map_err(Fault::internal)?;
        zip.write_all(text.as_bytes()).map_err(Fault::internal)
    };
    let tongue = cx.house().words.tongue(lang);
    put("index.html".to_owned(), &page::rendered(cx, &tongue, sections).into_string())?;
    put(page::LOOKS.0.to_owned(), page::LOOKS.1)?;
    for section in sections {
        let whole = json!({
            "file": section.part.file,
            "about": tongue.t(section.part.word),
            "city": cx.city().facts().name,
            "made": cx.now().to_string(),
            "cut": section.cut,
            "rows": section.rows,
        });
        let text = serde_json::to_string_pretty(&whole).map_err(Fault::internal)?;
        put(format!("{}.json", section.part.file), &text)?;
    }
    Ok(zip.finish().map_err(Fault::internal)?.into_inner())
}

fn keep(tx: &mut Tx<'_>, cx: &Cx, id: &Id, person: &Person, ticket: &files::Ticket) -> Result<(), Fault> {
    let size = files::read_ticket(cx, ticket)?.content.size;
    let access = Access::Record { action: "people.takeout_file" };
    let file = files::keep(tx, cx, ticket, "takeout", id.as_str(), &access)?;
    let ends_ms = cx.now_ms() + KEPT_DAYS * 86_400_000;
    if !takeouts::ready(tx, id, &file, size, cx.now_ms(), ends_ms)? {
        return files::remove(tx, &file);
    }
    tx.enqueue_at(cx, END, Some(id.as_str()), &json!({"id": id}), ends_ms)?;
    tx.emit(cx, "people.takeout_ready", id.as_str(), json!({}))?;
    let until = cx.city().local(ends_ms).strftime("%Y-%m-%d").to_string();
    letter::to_account(
        tx,
        cx,
        &person.account,
        &Notice { kind: "takeout-ready", args: &[("until", &until)], path: "/my/takeout" },
    )
}

/// Its days are over.
pub(super) fn end(tx: &mut Tx<'_>, _: &Cx, body: &Value) -> Result<(), Fault> {
    let Some(id) = body.get("id").and_then(Value::as_str).and_then(|id| id.parse::<Id>().ok()) else {
        return Ok(());
    };
    remove(tx, &id)
}

/// Takes the file of one away, and says that it has ended.
pub(super) fn remove(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    for file in files::of(tx, "takeout", id.as_str())? {
        files::remove(tx, &file.id)?;
    }
    takeouts::end(tx, id)
}
