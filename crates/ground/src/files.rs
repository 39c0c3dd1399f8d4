//! Files: what people attach and publish. A content is kept once, under its digest, in the files store; what it is
//! called, which record it belongs to and who may read it stands in the city store.
//!
//! Two steps, because an action has no time for large contents. `store` (before the action, in a page or in `prepare`)
//! judges the content, makes a picture's widths, writes the pieces and answers a *ticket*. `keep` (in the acting
//! transaction) makes the ticket a file of a record. A ticket is signed, for its actor and its city, and good for a
//! day: naming a content is not having it. Contents that no file names are collected at night.

mod blob;
mod door;
mod kind;
mod picture;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use tokio::sync::Semaphore;

pub use blob::{Verified, verify};
pub use kind::FileKind;
pub use picture::WIDTHS;

pub(crate) use blob::collect;
pub(crate) use door::DOOR;

use crate::action::Action;
use crate::cx::Cx;
use crate::db::{Row, Tx};
use crate::fault::{Fault, Kind};
use crate::form::Upload;
use crate::id::Id;
use crate::who::{Object, Role};
use crate::{params, sql};

/// The largest file.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Files of one record at most.
pub const FILES_OF_RECORD: i64 = 200;
/// The nightly job for contents that no file names.
pub(crate) const COLLECT: &str = "ground.collect_files";

const TICKET_MS: i64 = 24 * 3_600_000;
/// One picture is worked on at a time: a large one takes most of what memory there is.
static PICTURES: Semaphore = Semaphore::const_new(1);

/// A stored content on its way to become a file: a text that can wait in a form's hidden field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Ticket(String);

impl Ticket {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Ticket {
    fn from(text: &str) -> Ticket {
        Ticket(text.to_owned())
    }
}

/// What a ticket says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredFile {
    pub name: String,
    pub kind: String,
    /// The content, or the widest picture.
    pub content: Content,
    /// A picture's narrower widths.
    pub narrower: Vec<Content>,
    city: String,
    actor: String,
    at_ms: i64,
}

/// One stored content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub digest: String,
    pub size: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
}

/// Stores an uploaded file. What is wrong with it is a fault of its field.
pub async fn store(cx: &Cx, upload: &Upload) -> Result<Ticket, Fault> {
    store_bytes(cx, &upload.field, &upload.name, upload.bytes.clone()).await
}

/// Stores bytes from elsewhere; `field` is named by the fault when they are not taken.
pub async fn store_bytes(cx: &Cx, field: &str, name: &str, bytes: Bytes) -> Result<Ticket, Fault> {
    if bytes.is_empty() {
        return Err(Fault::field(field, "field-file-empty"));
    }
    if bytes.len() > FILE_BYTES_MAX {
        let limit = format!("{} MB", FILE_BYTES_MAX / (1024 * 1024));
        return Err(Fault::invalid().and_field(field, "field-file-too-large", &[("limit", &limit)]));
    }
    let Some(kind) = FileKind::of(&bytes, name) else {
        return Err(Fault::field(field, "field-file-kind"));
    };
    let (kind, mut contents) = prepared(field, kind, bytes).await?;
    let mut stored = Vec::with_capacity(contents.len());
    for (content, bytes) in contents.drain(..) {
        blob::write(cx, &content.digest, bytes).await?;
        stored.push(content);
    }
    let content = stored.pop().ok_or_else(|| Fault::internal("a file without content"))?;
    let said = StoredFile {
        name: kind.fitting_name(name),
        kind: kind.code().to_owned(),
        content,
        narrower: stored,
        city: cx.city().slug.to_string(),
        actor: cx.who().written(),
        at_ms: cx.now_ms(),
    };
    let said = BASE64.encode(serde_json::to_vec(&said).map_err(Fault::internal)?);
    let signature = cx.house().sealer.sign("file", &said);
    Ok(Ticket(format!("{said}.{signature}")))
}

type Contents = Vec<(Content, Bytes)>;

/// What is written for an upload: the content itself, or a picture's widths with the widest last. On a thread of its
/// own: digests and pictures take their time.
async fn prepared(field: &str, kind: FileKind, bytes: Bytes) -> Result<(FileKind, Contents), Fault> {
    let turn = match kind.is_picture() {
        true => Some(PICTURES.acquire().await.map_err(Fault::internal)?),
        false => None,
    };
    let made = tokio::task::spawn_blocking(move || -> Result<(FileKind, Contents), picture::NotTaken> {
        let content = |bytes: Vec<u8>, size: Option<(u32, u32)>| {
            let content = Content {
                digest: blob::digest_of(&bytes),
                size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                width: size.map(|(width, _)| width.into()),
                height: size.map(|(_, height)| height.into()),
            };
            (content, Bytes::from(bytes))
        };
        if kind.is_picture() {
            let (kind, widths) = picture::widths(kind, &bytes)?;
            let made = widths.into_iter().map(|one| content(one.bytes, Some((one.width, one.height))));
            return Ok((kind, made.collect()));
        }
        let digest = blob::digest_of(&bytes);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        Ok((kind, vec![(Content { digest, size, width: None, height: None }, bytes)]))
    })
    .await
    .map_err(Fault::internal)?;
    drop(turn);
    made.map_err(|why| match why {
        picture::NotTaken::TooLarge => Fault::field(field, "field-picture-too-large"),
        picture::NotTaken::Broken => Fault::field(field, "field-picture-broken"),
    })
}

/// Reads a ticket of this actor in this city. For showing what waits; `keep` reads it again.
pub fn read_ticket(cx: &Cx, ticket: &Ticket) -> Result<StoredFile, Fault> {
    let bad = || Fault::new(Kind::Invalid, "file-ticket");
    let (said, signature) = ticket.0.split_once('.').ok_or_else(bad)?;
    if !cx.house().sealer.is_signed("file", said, signature) {
        return Err(bad());
    }
    let said = BASE64.decode(said).map_err(|_| bad())?;
    let stored: StoredFile = serde_json::from_slice(&said).map_err(|_| bad())?;
    let is_own = *stored.city == *cx.city().slug && stored.actor == cx.who().written();
    let is_fresh = cx.now_ms() - stored.at_ms < TICKET_MS;
    if is_own && is_fresh { Ok(stored) } else { Err(bad()) }
}

/// Who may read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    Public,
    /// All who work for the city.
    Staff,
    /// The staff of one department.
    Department(Id),
    /// The account it belongs to, and the staff of the department that handles its record.
    Owner {
        owner: Id,
        department: Option<Id>,
    },
    /// Whoever may do this action on the record (`{"id": …}`): the file is as readable as the record.
    Record {
        action: &'static str,
    },
}

struct AccessColumns {
    access: &'static str,
    owner: Option<Id>,
    department: Option<Id>,
    guard: &'static str,
}

impl Access {
    fn columns(&self) -> AccessColumns {
        let plain = |access| AccessColumns { access, owner: None, department: None, guard: "" };
        match self {
            Access::Public => plain("public"),
            Access::Staff => plain("staff"),
            Access::Department(id) => AccessColumns { department: Some(id.clone()), ..plain("department") },
            Access::Owner { owner, department } => {
                AccessColumns { owner: Some(owner.clone()), department: department.clone(), ..plain("owner") }
            }
            Access::Record { action } => AccessColumns { guard: action, ..plain("record") },
        }
    }
}

/// Makes a stored content a file of a record.
pub fn keep(
    tx: &mut Tx<'_>,
    cx: &Cx,
    ticket: &Ticket,
    class: &str,
    object: &str,
    access: &Access,
) -> Result<Id, Fault> {
    let stored = read_ticket(cx, ticket)?;
    let (id, rights) = (cx.id(), access.columns());
    tx.put(
        sql!(
            "insert into ground_file (city, id, class, object, name, kind, digest, size, width, height, access, owner,
                                      department, guard, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
        ),
        params![
            &id,
            class,
            object,
            stored.name,
            stored.kind,
            stored.content.digest,
            stored.content.size,
            stored.content.width,
            stored.content.height,
            rights.access,
            rights.owner.as_ref(),
            rights.department.as_ref(),
            rights.guard,
            cx.now_ms()
        ],
    )?;
    for narrower in stored.narrower {
        tx.put(
            sql!(
                "insert into ground_file_width (city, file, width, height, size, digest)
                 values (?1, ?2, ?3, ?4, ?5, ?6)"
            ),
            params![
                &id,
                narrower.width.unwrap_or(0),
                narrower.height.unwrap_or(0),
                narrower.size,
                narrower.digest
            ],
        )?;
    }
    Ok(id)
}

/// Changes who may read a file: when its record is published or withdrawn.
pub fn set_access(tx: &mut Tx<'_>, id: &Id, access: &Access) -> Result<(), Fault> {
    let rights = access.columns();
    tx.put(
        sql!(
            "update ground_file set access = ?3, owner = ?4, department = ?5, guard = ?6 where city = ?1 and id = ?2"
        ),
        params![id, rights.access, rights.owner.as_ref(), rights.department.as_ref(), rights.guard],
    )
}

/// Takes a file away. Its content goes at night, if no other file names it.
pub fn remove(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from ground_file_width where city = ?1 and file = ?2"), params![id])?;
    tx.put(sql!("delete from ground_file where city = ?1 and id = ?2"), params![id])
}

/// A picture in one width.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PictureWidth {
    pub width: i64,
    pub height: i64,
    pub size: i64,
    /// SHA-256 of the content.
    pub digest: String,
}

/// A file as its readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileView {
    pub id: Id,
    pub class: String,
    pub object: String,
    pub name: String,
    pub media_type: String,
    /// Whether a browser shows it in place; otherwise it is a download.
    pub in_place: bool,
    pub is_public: bool,
    pub size: i64,
    /// SHA-256 of the content.
    pub digest: String,
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// A picture's narrower widths, the narrowest first.
    pub narrower: Vec<PictureWidth>,
    pub at_ms: i64,
}

impl FileView {
    pub fn href(&self) -> String {
        format!("/files/{}", self.id)
    }

    pub fn is_picture(&self) -> bool {
        self.width.is_some()
    }

    /// The `srcset` of a picture: every width it has.
    pub fn srcset(&self) -> String {
        let widths = self.narrower.iter().map(|one| one.width).chain(self.width);
        widths.map(|width| format!("/files/{}?w={width} {width}w", self.id)).collect::<Vec<_>>().join(", ")
    }
}

fn view(row: &Row<'_>) -> Result<FileView, Fault> {
    let kind =
        FileKind::from_code(&row.get::<String>(4)?).ok_or_else(|| Fault::internal("a file of no kind"))?;
    Ok(FileView {
        id: row.get(0)?,
        class: row.get(1)?,
        object: row.get(2)?,
        name: row.get(3)?,
        media_type: kind.media_type().to_owned(),
        in_place: kind.is_shown_in_place(),
        is_public: row.get::<String>(5)? == "public",
        size: row.get(6)?,
        digest: row.get(7)?,
        width: row.get(8)?,
        height: row.get(9)?,
        narrower: Vec::new(),
        at_ms: row.get(10)?,
    })
}

fn narrower(row: &Row<'_>) -> Result<PictureWidth, Fault> {
    Ok(PictureWidth { width: row.get(1)?, height: row.get(2)?, size: row.get(3)?, digest: row.get(4)? })
}

/// The files of a record, oldest first. Whoever asks has the right to the record.
pub fn of(tx: &mut Tx<'_>, class: &str, object: &str) -> Result<Vec<FileView>, Fault> {
    let mut files = tx.all(
        sql!(
            "select id, class, object, name, kind, access, size, digest, width, height, at_ms from ground_file
             where city = ?1 and class = ?2 and object = ?3 order by id limit ?4"
        ),
        params![class, object, FILES_OF_RECORD],
        view,
    )?;
    tx.each(
        sql!(
            "select w.file, w.width, w.height, w.size, w.digest from ground_file f
             join ground_file_width w on w.city = f.city and w.file = f.id
             where f.city = ?1 and w.city = ?1 and f.class = ?2 and f.object = ?3 order by w.width"
        ),
        params![class, object],
        |row| {
            let file = row.get::<Id>(0)?;
            if let Some(view) = files.iter_mut().find(|view| view.id == file) {
                view.narrower.push(narrower(row)?);
            }
            Ok(())
        },
    )?;
    Ok(files)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisFile {
    pub id: Id,
}

/// The file as an object of rights: refused here to whoever may not read it, since its readers are decided file by
/// file and not by role alone.
fn readable(tx: &mut Tx<'_>, cx: &Cx, input: &ThisFile) -> Result<Object, Fault> {
    let (access, owner, department, guard, object) = tx.one(
        sql!("select access, owner, department, guard, object from ground_file where city = ?1 and id = ?2"),
        params![&input.id],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<Option<Id>>(1)?,
                row.get::<Option<Id>>(2)?,
                row.get::<String>(3)?,
                row.get::<String>(4)?,
            ))
        },
    )?;
    let who = cx.who();
    let is_handled_here = who.is_staff() && who.department.is_some() && who.department == department;
    let may = match access.as_str() {
        "public" => true,
        "staff" => who.is_staff(),
        "department" => is_handled_here,
        "owner" => (who.account.is_some() && who.account == owner) || is_handled_here,
        // The record's own action says no in its own words.
        "record" => cx.call(tx, &guard, json!({"id": object})).map(|_| true)?,
        _ => false,
    };
    if may {
        Ok(Object::new("file", &input.id).owner(owner).department(department))
    } else if who.is_signed_in() || who.has(Role::System) {
        Err(Fault::refused())
    } else {
        Err(Fault::signed_out())
    }
}

/// What a file is, for whoever may read it. The content comes through the door `/files/{id}`.
pub const FILE: Action<ThisFile, FileView> = Action::reads("ground.file", readable, |tx, _, input| {
    let mut file = tx.one(
        sql!(
            "select id, class, object, name, kind, access, size, digest, width, height, at_ms from ground_file
             where city = ?1 and id = ?2"
        ),
        params![&input.id],
        view,
    )?;
    file.narrower = tx.all(
        sql!(
            "select file, width, height, size, digest from ground_file_width where city = ?1 and file = ?2 order by width"
        ),
        params![&input.id],
        narrower,
    )?;
    Ok(file)
})
.quick();
