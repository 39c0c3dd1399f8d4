//! Lists from a spreadsheet: read in, looked at, taken over in ranges by a job, or thrown away.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as Family};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Nothing, whole_city};
use crate::import::judge::{Change, Judged, Standing, Verdict, Write};
use crate::import::{self, Kind, LIMITS, PART_ROWS, RowFault, Staged, StagedRow, WAITS_HOURS};
use crate::model::tidy;
use crate::store::imports::{self, Counts, Import, ImportState};
use crate::store::{accounts, departments, districts};

/// The job that takes over one part of a list.
pub const IMPORT_RANGE: &str = "people.import_range";

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskImports {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// Lists that were read in, newest first.
pub const IMPORTS: Action<AskImports, List<Import>> =
    Action::reads("people.imports", whole_city, |tx, _, input: &AskImports| {
        let rows = imports::page(tx, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StageImport {
    #[garde(skip)]
    pub kind: Kind,
    /// The name of the file, to recognise it by.
    #[serde(default)]
    #[garde(length(chars, max = 120))]
    pub source: String,
    /// The file's bytes in base 64, in any usual encoding: UTF-8, Shift_JIS (CP932), UTF-16.
    #[garde(length(min = 1))]
    pub file: String,
    /// What was read from the file, before the transaction began.
    #[serde(skip)]
    #[garde(skip)]
    pub(crate) staged: Option<Arc<Ready>>,
}

/// A list as it will be kept: written out before the transaction, so that the writer only stores it.
#[derive(Debug)]
pub(crate) struct Ready {
    parts: Vec<String>,
    rows: i64,
    unknown_columns: Vec<String>,
}

impl Ready {
    fn new(staged: Staged) -> Result<Ready, Fault> {
        let parts = staged.rows.chunks(PART_ROWS).map(serde_json::to_string).collect::<Result<_, _>>();
        Ok(Ready {
            parts: parts.map_err(Fault::internal)?,
            rows: i64::try_from(staged.rows.len()).unwrap_or(i64::MAX),
            unknown_columns: staged.unknown_columns,
        })
    }
}

impl StageImport {
    pub fn new(kind: Kind, source: &str, file: &[u8]) -> StageImport {
        StageImport {
            kind,
            source: source.chars().take(120).collect(),
            file: BASE64.encode(file),
            staged: None,
        }
    }

    fn read(&self) -> Result<Arc<Ready>, Fault> {
        if let Some(staged) = &self.staged {
            return Ok(staged.clone());
        }
        // Four letters of base 64 hold three bytes.
        if self.file.len() / 4 * 3 > LIMITS.bytes + 3 {
            return Err(Fault::too_large(format!("{} MB", LIMITS.bytes / (1024 * 1024))));
        }
        let file = BASE64.decode(self.file.trim()).map_err(|_| Fault::field("file", "field-unreadable"))?;
        Ready::new(import::read(self.kind, &file)?).map(Arc::new)
    }
}

fn read_file(_: Cx, mut input: StageImport) -> Boxed<'static, Result<StageImport, Fault>> {
    Box::pin(async move {
        input.staged = Some(input.read()?);
        input.file = String::new();
        Ok(input)
    })
}

/// Reads a list in and lets it wait: nothing of it is written anywhere else yet.
pub const STAGE_IMPORT: Action<StageImport, Import> =
    Action::writes("people.stage_import", whole_city, |tx, cx, input: &StageImport| {
        let staged = input.read()?;
        let id = cx.id();
        let mut parts = 0;
        for rows in &staged.parts {
            imports::put_part(tx, &id, parts, rows, cx.now_ms())?;
            parts += 1;
        }
        if parts == 0 {
            return Err(Fault::new(Family::Invalid, "table-empty"));
        }
        let import = Import {
            id,
            kind: input.kind,
            source: tidy(&input.source),
            state: ImportState::Staged,
            parts,
            parts_done: 0,
            rows: staged.rows,
            done: Counts::default(),
            unknown_columns: staged.unknown_columns.clone(),
            made_by: cx.who().written(),
            made_ms: cx.now_ms(),
            ended_ms: 0,
        };
        imports::put(tx, &import)?;
        Ok(import)
    })
    .prepared_by(read_file);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskImport {
    #[garde(skip)]
    pub id: Id,
    /// Only rows of this verdict.
    #[serde(default)]
    #[garde(skip)]
    pub only: Option<Verdict>,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// A row of a list as it stands against the city now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PreviewRow {
    /// The line of the file.
    pub line: i64,
    pub verdict: Verdict,
    /// The cells in the order of the kind's columns.
    pub cells: Vec<String>,
    pub changes: Vec<Change>,
    pub faults: Vec<RowFault>,
}

/// A list, what taking it over would do (or has done), and a page of its rows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportView {
    pub import: Import,
    /// Until when it can be taken over.
    pub ends_ms: i64,
    /// Of a list that waits, what taking it over would do; of any other, what has been done.
    pub counts: Counts,
    pub rows: List<PreviewRow>,
}

fn this_import(_: &mut Tx<'_>, _: &Cx, input: &AskImport) -> Result<Object, Fault> {
    Ok(Object::new("import", &input.id))
}

fn ends_ms(import: &Import) -> i64 {
    import.made_ms + WAITS_HOURS * 3_600_000
}

pub const IMPORT: Action<AskImport, ImportView> =
    Action::reads("people.import", this_import, |tx, cx, input: &AskImport| {
        let import = imports::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        let mut view = ImportView {
            ends_ms: ends_ms(&import),
            counts: import.done,
            rows: List { rows: Vec::new(), next: None },
            import,
        };
        if view.import.state != ImportState::Staged {
            return Ok(view);
        }
        let (counts, rows) = preview(tx, cx, &view.import, input)?;
        view.counts = counts;
        view.rows = List::cut(rows, input.paging.rows(), |row| row.line.to_string());
        Ok(view)
    });

/// Judges the whole list, and keeps the rows of the page that is asked for, in the order of the file.
fn preview(
    tx: &mut Tx<'_>,
    cx: &Cx,
    import: &Import,
    input: &AskImport,
) -> Result<(Counts, Vec<PreviewRow>), Fault> {
    let staged = imports::parts(tx, &import.id)?;
    let mut standing = Standing::read(tx, cx, &import.made_by, import.kind, &staged)?;
    let mut counts = Counts::default();
    let after: i64 = input.paging.after().parse().unwrap_or(-1);
    let mut rows = Vec::new();
    for row in &staged {
        let judged = standing.next(cx, row);
        count(&mut counts, judged.verdict);
        if row.line > after && input.only.is_none_or(|only| only == judged.verdict) {
            rows.push(preview_row(import.kind, row, judged));
        }
    }
    rows.sort_by_key(|row| row.line);
    rows.truncate(usize::try_from(input.paging.rows() + 1).unwrap_or(0));
    Ok((counts, rows))
}

fn preview_row(kind: Kind, row: &StagedRow, judged: Judged) -> PreviewRow {
    PreviewRow {
        line: row.line,
        verdict: judged.verdict,
        cells: kind.columns().iter().map(|column| row.get(column.key).to_owned()).collect(),
        changes: judged.changes,
        faults: judged.faults,
    }
}

fn count(counts: &mut Counts, verdict: Verdict) {
    match verdict {
        Verdict::Added => counts.added += 1,
        Verdict::Changed => counts.changed += 1,
        Verdict::Same => counts.same += 1,
        Verdict::Wrong => counts.wrong += 1,
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisImport {
    pub id: Id,
}

fn that_import(_: &mut Tx<'_>, _: &Cx, input: &ThisImport) -> Result<Object, Fault> {
    Ok(Object::new("import", &input.id))
}

/// Begins to take a list over. Rows that are wrong are left out. Asking twice is asking once.
pub const TAKE_OVER_IMPORT: Action<ThisImport, Import> =
    Action::writes("people.take_over_import", that_import, |tx, cx, input: &ThisImport| {
        tx.lock(&format!("people/import/{}", input.id))?;
        let mut import = imports::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if import.state != ImportState::Staged {
            return Ok(import);
        }
        if ends_ms(&import) <= cx.now_ms() {
            return Err(Fault::new(Family::Invalid, "people-import-ended"));
        }
        import.state = ImportState::Running;
        import.made_by = cx.who().written();
        imports::put(tx, &import)?;
        next_part(tx, cx, &import)?;
        Ok(import)
    });

/// Throws a list away that nobody took over.
pub const DISCARD_IMPORT: Action<ThisImport, Nothing> =
    Action::writes("people.discard_import", that_import, |tx, _, input: &ThisImport| {
        tx.lock(&format!("people/import/{}", input.id))?;
        let import = imports::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if import.state == ImportState::Running {
            return Err(Fault::new(Family::Conflict, "people-import-running"));
        }
        imports::remove(tx, &import.id)?;
        Ok(Nothing {})
    });

fn next_part(tx: &mut Tx<'_>, cx: &Cx, import: &Import) -> Result<(), Fault> {
    let key = format!("{}/{}", import.id, import.parts_done);
    let body = json!({"import": import.id, "part": import.parts_done});
    tx.enqueue(cx, IMPORT_RANGE, Some(&key), &body)
}

/// Takes over one part, and leaves the job for the next. Run again, it finds that its part is done.
pub fn take_over_part(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let id: Id = body
        .get("import")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| Fault::internal("a job without a list"))?;
    tx.lock(&format!("people/import/{id}"))?;
    // A list that was cleared away in between needs nothing more.
    let Some(mut import) = imports::by_id(tx, &id)? else { return Ok(()) };
    let part = body.get("part").and_then(Value::as_i64).unwrap_or(-1);
    if import.state != ImportState::Running || import.parts_done != part {
        return Ok(());
    }
    match import.kind {
        Kind::Departments => departments::lock(tx)?,
        Kind::Staff => accounts::lock(tx)?,
        Kind::Blocks => districts::lock(tx)?,
    }
    let rows = imports::part(tx, &id, part)?;
    crate::rights::standing::touch(tx, cx)?;
    let mut standing = Standing::read(tx, cx, &import.made_by, import.kind, &rows)?;
    for row in &rows {
        let judged = standing.next(cx, row);
        let verdict = match judged.write {
            Some(write) => written(tx, cx, &import, write, judged.verdict)?,
            None => judged.verdict,
        };
        count(&mut import.done, verdict);
    }
    import.parts_done += 1;
    if import.parts_done < import.parts {
        imports::put(tx, &import)?;
        return next_part(tx, cx, &import);
    }
    import.state = ImportState::Done;
    import.ended_ms = cx.now_ms();
    imports::put(tx, &import)?;
    let facts = json!({"kind": import.kind, "by": import.made_by, "counts": import.done});
    tx.emit(cx, "people.imported", id.as_str(), facts)
}

fn written(
    tx: &mut Tx<'_>,
    cx: &Cx,
    import: &Import,
    write: Write,
    verdict: Verdict,
) -> Result<Verdict, Fault> {
    match write {
        Write::Department(department) => departments::put(tx, &department)?,
        Write::Block(block, district) => {
            if let Some(district) = district {
                districts::put(tx, &district)?;
            }
            districts::put_block(tx, &block)?;
        }
        Write::Staff(before, post) => {
            match super::staff::write(tx, cx, &post, before.as_deref(), &import.made_by) {
                Ok(_) => {
                    let house = cx.house().clone();
                    tx.after_commit(move || house.forget_sessions());
                }
                // What the rules of a single save refuse is wrong here too; it has written nothing.
                Err(fault) if fault.kind() == Family::Invalid => return Ok(Verdict::Wrong),
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok(verdict)
}
