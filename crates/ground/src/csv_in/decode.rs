//! From bytes to text: which encoding a table was saved in.

use std::borrow::Cow;

use encoding_rs::{SHIFT_JIS, UTF_16BE, UTF_16LE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Kind};

/// How a table was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    #[serde(rename = "cp932")]
    Cp932,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// As people know it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 (BOM)",
            Encoding::Cp932 => "Shift_JIS (CP932)",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
        }
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<(Encoding, Cow<'_, str>), Fault> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Fault::new(Kind::Media, "table-is-workbook"));
    }
    let (encoding, text) = guess(bytes)?;
    if let Some(place) = memchr::memchr(0, text.as_bytes()) {
        return Err(Fault::new(Kind::Media, "table-unreadable").arg("line", line_of(text.as_bytes(), place)));
    }
    Ok((encoding, text))
}

fn guess(bytes: &[u8]) -> Result<(Encoding, Cow<'_, str>), Fault> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        let text = std::str::from_utf8(rest).map_err(|fault| unreadable(rest, fault.valid_up_to()))?;
        return Ok((Encoding::Utf8Bom, Cow::Borrowed(text)));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, Encoding::Utf16Be);
    }
    if memchr::memchr(0, bytes).is_some() {
        // Separators and line ends are half zeros in UTF-16; which half says which way round.
        let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
        let encoding = if zeros(1) >= zeros(0) { Encoding::Utf16Le } else { Encoding::Utf16Be };
        return utf16(bytes, encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((Encoding::Utf8, Cow::Borrowed(text))),
        Err(fault) => match as_cp932(bytes) {
            Some(text) => Ok((Encoding::Cp932, text)),
            // Neither: the encoding that reads further is the one that was meant.
            None => Err(unreadable(bytes, fault.valid_up_to().max(cp932_up_to(bytes)))),
        },
    }
}

pub(super) fn as_cp932(bytes: &[u8]) -> Option<Cow<'_, str>> {
    SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)
}

fn cp932_up_to(bytes: &[u8]) -> usize {
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let mut out = vec![0u8; bytes.len().saturating_mul(3).saturating_add(16)];
    let (_, read, _) = decoder.decode_to_utf8_without_replacement(bytes, &mut out, true);
    read.saturating_sub(1)
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<(Encoding, Cow<'_, str>), Fault> {
    let reader = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
    reader
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| (encoding, text))
        .ok_or_else(|| Fault::new(Kind::Media, "table-unreadable").arg("line", 1))
}

fn unreadable(bytes: &[u8], at: usize) -> Fault {
    Fault::new(Kind::Media, "table-unreadable").arg("line", line_of(bytes, at))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}
