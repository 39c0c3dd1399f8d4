//! The file of a backup.
//!
//! The first line is plain JSON and says what this is. Behind it, compressed, follow a line for the key file if it is
//! taken along; for each table a head, its rows and a foot with their count and digest; and at the end a line with the
//! counts and digest of the whole. The last 32 bytes are the digest of everything before them as it lies on disk, so
//! that any byte that changed is found before anything is made of it.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use ring::digest::{Context, Digest, SHA256};
use serde::{Deserialize, Serialize};

use super::row;
use crate::db::Param;
use crate::db::bulk::{Done, Holds, Table};
use crate::fault::{Fault, Kind};

/// The format that this program writes.
pub const FORMAT: u32 = 1;
/// The longest first line.
const HEADER_BYTES: u64 = 1024 * 1024;
/// The longest row.
const LINE_BYTES: u64 = 64 * 1024 * 1024;
const DIGEST_BYTES: u64 = 32;

/// The first line: what this is a backup of, and who can read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The format's number. Its name tells what the file is.
    pub machiya_backup: u32,
    /// The version of the program that wrote it.
    pub machiya: String,
    pub city: String,
    /// The kind of database it comes from; it goes into either.
    pub from: String,
    pub created: String,
    pub created_ms: i64,
    pub stores: Vec<String>,
    pub migrations: Vec<Done>,
    /// Whether it holds the key file: then whoever has it can open everything sealed.
    pub with_key: bool,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    table: String,
    store: String,
    columns: Vec<(String, Holds)>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Foot {
    rows: u64,
    sha256: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    tables: u64,
    all_rows: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    key_file: String,
}

fn head_of(table: &Table) -> Head {
    Head {
        table: table.name.clone(),
        store: table.store.name().to_owned(),
        columns: table.fields.iter().map(|field| (field.name.clone(), field.holds)).collect(),
    }
}

fn hex(digest: &Digest) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Counts and digests what passes through.
struct Digesting<W> {
    into: W,
    digest: Context,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, some: &[u8]) -> std::io::Result<usize> {
        let count = self.into.write(some)?;
        self.digest.update(some.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.into.flush()
    }
}

/// Writes a backup.
pub struct Writer<W: Write> {
    out: GzEncoder<Digesting<W>>,
    whole: Context,
    table: Context,
    line: Vec<u8>,
    tables: u64,
    rows_here: u64,
    rows: u64,
}

impl<W: Write> Writer<W> {
    pub fn new(into: W, header: &Header, key_file: Option<&str>) -> Result<Writer<W>, Fault> {
        let mut into = Digesting { into, digest: Context::new(&SHA256), bytes: 0 };
        let mut line = serde_json::to_vec(header).map_err(Fault::internal)?;
        line.push(b'\n');
        into.write_all(&line).map_err(cannot_write)?;
        let mut writer = Writer {
            out: GzEncoder::new(into, Compression::new(3)),
            whole: Context::new(&SHA256),
            table: Context::new(&SHA256),
            line: Vec::new(),
            tables: 0,
            rows_here: 0,
            rows: 0,
        };
        if let Some(text) = key_file {
            writer.json(&Key { key_file: text.to_owned() })?;
        }
        Ok(writer)
    }

    fn json(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(Fault::internal)?;
        self.line.push(b'\n');
        self.send()
    }

    fn send(&mut self) -> Result<(), Fault> {
        self.whole.update(&self.line);
        self.table.update(&self.line);
        self.out.write_all(&self.line).map_err(cannot_write)
    }

    pub fn begin(&mut self, table: &Table) -> Result<(), Fault> {
        self.table = Context::new(&SHA256);
        self.rows_here = 0;
        self.json(&head_of(table))
    }

    pub fn row(&mut self, table: &Table, row: &[Param]) -> Result<(), Fault> {
        self.line.clear();
        row::write(table, row, &mut self.line)?;
        self.rows_here += 1;
        self.send()
    }

    pub fn end(&mut self) -> Result<(), Fault> {
        self.rows += self.rows_here;
        self.tables += 1;
        let sha256 = hex(&self.table.clone().finish());
        self.json(&Foot { rows: self.rows_here, sha256 })
    }

    /// Writes the last line and the digest; answers what it was written into, and how many bytes.
    pub fn finish(mut self) -> Result<(W, u64), Fault> {
        let sha256 = hex(&self.whole.clone().finish());
        self.json(&Whole { tables: self.tables, all_rows: self.rows, sha256 })?;
        let outer = self.out.finish().map_err(cannot_write)?;
        let (digest, bytes, mut into) = (outer.digest.finish(), outer.bytes, outer.into);
        into.write_all(digest.as_ref()).map_err(cannot_write)?;
        Ok((into, bytes + DIGEST_BYTES))
    }
}

pub(super) fn cannot_write(fault: std::io::Error) -> Fault {
    if fault.kind() == std::io::ErrorKind::StorageFull {
        return Fault::new(Kind::Unavailable, "disk-full").retry_after(10).detail(fault);
    }
    Fault::new(Kind::Unavailable, "backup-unwritable").arg("why", &fault).detail(fault)
}

/// A piece of a backup that is walked through.
pub enum Piece<'p> {
    Key(&'p str),
    Begin(&'p Table),
    Row(&'p Table, Vec<Param>),
    End(&'p Table, u64),
}

/// A backup whose bytes are those that were written.
#[derive(Debug)]
pub struct Backup<R> {
    file: R,
    header: Header,
    body_at: u64,
    body_bytes: u64,
}

fn damaged(place: impl ToString) -> Fault {
    Fault::new(Kind::Invalid, "backup-damaged").arg("place", place)
}

impl<R: Read + Seek> Backup<R> {
    /// Reads the first line, and the whole once for its digest.
    pub fn open(mut file: R) -> Result<Backup<R>, Fault> {
        let bytes = file.seek(SeekFrom::End(0)).map_err(cannot_read)?;
        file.seek(SeekFrom::Start(0)).map_err(cannot_read)?;
        let mut line = Vec::new();
        let mut reader = BufReader::new((&mut file).take(HEADER_BYTES));
        reader.read_until(b'\n', &mut line).map_err(cannot_read)?;
        drop(reader);
        if !line.starts_with(b"{\"machiya_backup\":") {
            return Err(Fault::new(Kind::Invalid, "backup-unknown"));
        }
        let body_at = line.len() as u64;
        let before_digest = bytes.checked_sub(DIGEST_BYTES).filter(|end| *end > body_at);
        let before_digest = before_digest.ok_or_else(|| damaged("end"))?;
        check_digest(&mut file, before_digest)?;
        let header = read_header(&line)?;
        Ok(Backup { file, header, body_at, body_bytes: before_digest - body_at })
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Walks through the whole, and checks everything on the way. `tables` are those it must hold, and nothing else.
    pub fn walk(
        &mut self,
        tables: &[Table],
        on: &mut dyn FnMut(Piece<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.file.seek(SeekFrom::Start(self.body_at)).map_err(cannot_read)?;
        let body = BufReader::with_capacity(256 * 1024, (&mut self.file).take(self.body_bytes));
        let mut lines = Lines {
            from: BufReader::with_capacity(256 * 1024, GzDecoder::new(body)),
            line: Vec::new(),
            whole: Context::new(&SHA256),
        };
        lines.next()?;
        if self.header.with_key {
            let key: Key = lines.json()?;
            on(Piece::Key(&key.key_file))?;
            lines.next()?;
        }
        let mut missing: Vec<&Table> = tables.iter().collect();
        let (mut count, mut all_rows) = (0, 0);
        loop {
            if lines.line.starts_with(b"{\"tables\":") {
                break;
            }
            let head: Head = lines.json()?;
            let place = missing.iter().position(|table| head_of(table) == head);
            let table = missing.remove(place.ok_or_else(|| damaged(&head.table))?);
            count += 1;
            all_rows += lines.table(table, on)?;
            lines.next()?;
        }
        if let Some(table) = missing.first() {
            return Err(Fault::new(Kind::Invalid, "backup-incomplete").arg("table", &table.name));
        }
        let last: Whole = lines.json()?;
        let sha256 = hex(&lines.whole.clone().finish());
        if last != (Whole { tables: count, all_rows, sha256 }) {
            return Err(damaged("end"));
        }
        lines.nothing_follows()
    }
}

fn cannot_read(fault: std::io::Error) -> Fault {
    Fault::new(Kind::Unavailable, "backup-unreadable").arg("why", &fault).detail(fault)
}

fn check_digest<R: Read + Seek>(file: &mut R, before_digest: u64) -> Result<(), Fault> {
    file.seek(SeekFrom::Start(0)).map_err(cannot_read)?;
    let mut digest = Context::new(&SHA256);
    let mut buffer = vec![0u8; 256 * 1024];
    let mut rest = (&mut *file).take(before_digest);
    loop {
        let count = rest.read(&mut buffer).map_err(cannot_read)?;
        if count == 0 {
            break;
        }
        digest.update(buffer.get(..count).unwrap_or_default());
    }
    let mut written = Vec::new();
    file.take(DIGEST_BYTES).read_to_end(&mut written).map_err(cannot_read)?;
    if digest.finish().as_ref() == written { Ok(()) } else { Err(damaged("file")) }
}

fn read_header(line: &[u8]) -> Result<Header, Fault> {
    #[derive(Deserialize)]
    struct Format {
        machiya_backup: u32,
    }
    let format: Format = serde_json::from_slice(line).map_err(|_| damaged("header"))?;
    if format.machiya_backup != FORMAT {
        return Err(Fault::new(Kind::Conflict, "backup-format").arg("format", format.machiya_backup));
    }
    serde_json::from_slice(line).map_err(|_| damaged("header"))
}

/// The lines of the compressed part.
struct Lines<R> {
    from: R,
    line: Vec<u8>,
    /// The digest of all lines before this one.
    whole: Context,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<(), Fault> {
        self.whole.update(&self.line);
        self.line.clear();
        (&mut self.from).take(LINE_BYTES).read_until(b'\n', &mut self.line).map_err(cannot_unpack)?;
        if self.line.ends_with(b"\n") { Ok(()) } else { Err(damaged("end")) }
    }

    fn json<'l, T: Deserialize<'l>>(&'l self) -> Result<T, Fault> {
        serde_json::from_slice(&self.line).map_err(|_| damaged("a line between the tables"))
    }

    /// The rows and the foot of a table whose head has just been read.
    fn table(
        &mut self,
        table: &Table,
        on: &mut dyn FnMut(Piece<'_>) -> Result<(), Fault>,
    ) -> Result<u64, Fault> {
        on(Piece::Begin(table))?;
        let mut digest = Context::new(&SHA256);
        digest.update(&self.line);
        let mut rows = 0;
        loop {
            self.next()?;
            if !self.line.starts_with(b"[") {
                break;
            }
            digest.update(&self.line);
            rows += 1;
            let row = row::read(table, &self.line);
            on(Piece::Row(table, row.ok_or_else(|| damaged(format!("{}, {rows}", table.name)))?))?;
        }
        let foot: Foot = self.json()?;
        if foot != (Foot { rows, sha256: hex(&digest.finish()) }) {
            return Err(damaged(&table.name));
        }
        on(Piece::End(table, rows))?;
        Ok(rows)
    }

    fn nothing_follows(&mut self) -> Result<(), Fault> {
        let more = self.from.fill_buf().map_err(cannot_unpack)?;
        if more.is_empty() { Ok(()) } else { Err(damaged("end")) }
    }
}

fn cannot_unpack(fault: std::io::Error) -> Fault {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match fault.kind() {
        InvalidData | InvalidInput | UnexpectedEof => damaged("the compressed part").detail(fault),
        _ => cannot_read(fault),
    }
}
