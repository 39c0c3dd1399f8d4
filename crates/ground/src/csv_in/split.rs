//! From text to records. Written here because a table's faults need line numbers, and a quote that is never closed
//! must be told from a long cell.

use std::borrow::Cow;

use super::Limits;
use crate::fault::{Fault, Kind};

pub(super) struct Record<'a> {
    /// The line it begins on, counted from 1.
    pub(super) line: usize,
    pub(super) cells: Vec<Cow<'a, str>>,
}

pub(super) struct Records<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    separator: u8,
    limits: Limits,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, separator: u8, limits: Limits) -> Records<'a> {
        Records { text, at: 0, line: 1, separator, limits }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn piece(&self, from: usize, to: usize) -> &'a str {
        // Separators, quotes and line ends are ASCII: no character is cut.
        self.text.get(from..to).unwrap_or_default()
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Record<'a>>, Fault> {
        if self.byte().is_none() {
            return Ok(None);
        }
        let mut record = Record { line: self.line, cells: Vec::new() };
        loop {
            if record.cells.len() == self.limits.columns {
                return Err(Fault::new(Kind::TooLarge, "table-too-many-columns")
                    .arg("limit", self.limits.columns)
                    .arg("line", record.line));
            }
            let cell = if self.byte() == Some(b'"') { self.quoted()? } else { Cow::Borrowed(self.plain()) };
            if cell.len() > self.limits.cell_chars && cell.chars().count() > self.limits.cell_chars {
                return Err(self.too_long(record.line));
            }
            record.cells.push(cell);
            match self.byte() {
                Some(byte) if byte == self.separator => self.at += 1,
                _ => break,
            }
        }
        if self.byte() == Some(b'\r') {
            self.at += 1;
            if self.byte() != Some(b'\n') {
                self.line += 1;
            }
        }
        if self.byte() == Some(b'\n') {
            self.at += 1;
            self.line += 1;
        }
        Ok(Some(record))
    }

    fn too_long(&self, line: usize) -> Fault {
        Fault::new(Kind::TooLarge, "table-cell-too-long")
            .arg("limit", self.limits.cell_chars)
            .arg("line", line)
    }

    /// Up to the next separator or line end.
    fn plain(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at += memchr::memchr3(self.separator, b'\n', b'\r', rest).unwrap_or(rest.len());
        self.piece(start, self.at)
    }

    /// From a quote to the quote that closes it; what follows up to the separator belongs to the cell, too.
    fn quoted(&mut self) -> Result<Cow<'a, str>, Fault> {
        let began = self.line;
        self.at += 1;
        let mut cell: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let Some(close) = memchr::memchr(b'"', rest) else {
                return Err(Fault::new(Kind::Invalid, "table-quote-open").arg("line", began));
            };
            let piece = self.piece(self.at, self.at + close);
            self.line += lines_in(piece);
            append(&mut cell, piece);
            self.at += close + 1;
            if self.byte() != Some(b'"') {
                break;
            }
            append(&mut cell, "\"");
            self.at += 1;
        }
        let tail = self.plain();
        append(&mut cell, tail);
        Ok(cell)
    }
}

fn lines_in(piece: &str) -> usize {
    let bytes = piece.as_bytes();
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let pairs = memchr::memmem::find_iter(bytes, b"\r\n").count();
    memchr::memchr_iter(b'\r', bytes).count() + feeds - pairs
}

fn append<'a>(cell: &mut Cow<'a, str>, piece: &'a str) {
    if cell.is_empty() {
        *cell = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        cell.to_mut().push_str(piece);
    }
}
