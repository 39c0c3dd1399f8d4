//! JSON read strictly into a tree over the text it came in: every value knows its own bytes, so that numbers, escapes
//! and the order of keys are kept as received. Keys that stand twice are refused.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::error::Error;

/// Deepest nesting that is read (arrays and objects).
pub const DEPTH_MAX: usize = 64;

/// Most values in one document; each takes some dozens of bytes of memory, however short it is.
pub const VALUES_MAX: usize = 1_000_000;

/// The NGSI-LD Null.
pub const NULL: &str = "urn:ngsi-ld:null";

/// A value and its text.
#[derive(Clone, Debug)]
pub struct Json<'a> {
    /// The bytes as received.
    pub raw: &'a str,
    pub shape: Shape<'a>,
    /// No white space stands inside it.
    tight: bool,
}

/// The shape of a value.
#[derive(Clone, Debug)]
pub enum Shape<'a> {
    Null,
    Bool(bool),
    /// Its digits are in [`Json::raw`].
    Number,
    /// Its characters are in [`Json::text`].
    Text,
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a document. What is not JSON is an `InvalidRequest` (clause 5.5.4).
    pub fn parse_bytes(bytes: &'a [u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(bytes)
            .map_err(|wrong| Error::invalid(format!("not UTF-8 after byte {}", wrong.valid_up_to())))?;
        Self::parse(text)
    }

    /// Reads a document from a text.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, spaces: 0, values: 0 };
        reader.space();
        let value = reader.value(0)?;
        reader.space();
        if reader.at < reader.bytes.len() {
            return Err(reader.wrong("something follows the end of the document"));
        }
        Ok(value)
    }

    /// The characters of a text.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        match self.shape {
            Shape::Text => {
                let inner = self.raw.get(1..self.raw.len().saturating_sub(1)).unwrap_or("");
                Some(if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
                    Cow::Borrowed(inner)
                } else {
                    Cow::Owned(unescaped(inner).unwrap_or_default())
                })
            }
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn object(&self) -> Option<&[(Cow<'a, str>, Json<'a>)]> {
        match &self.shape {
            Shape::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn array(&self) -> Option<&[Json<'a>]> {
        match &self.shape {
            Shape::Array(items) => Some(items),
            _ => None,
        }
    }

    /// A member of an object by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.object()?.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of a number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.shape {
            Shape::Number => self.raw.parse().ok(),
            _ => None,
        }
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.shape, Shape::Null)
    }

    /// Whether it is the text of the NGSI-LD Null.
    #[must_use]
    pub fn is_ngsi_null(&self) -> bool {
        matches!(self.shape, Shape::Text) && self.text().as_deref() == Some(NULL)
    }

    /// Writes it without white space between tokens, otherwise as received.
    pub fn write(&self, out: &mut String) {
        if self.tight {
            out.push_str(self.raw);
            return;
        }
        match &self.shape {
            Shape::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Shape::Object(members) => {
                out.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
            _ => out.push_str(self.raw),
        }
    }

    /// [`Json::write`] into a text of its own.
    #[must_use]
    pub fn written(&self) -> String {
        if self.tight {
            return self.raw.to_owned();
        }
        let mut out = String::with_capacity(self.raw.len());
        self.write(&mut out);
        out
    }
}

/// How many bytes go before the first that ends or breaks a string: a quote, a backslash or a control character.
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = 0;
    let mut rest = bytes;
    // Eight at a time; the lowest mark is always a true one.
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let marks = controls | zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c));
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
        rest = after;
    }
    at + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

/// Writes a text with its quotes and the escapes that JSON demands, and no others.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at_checked(plain_bytes(rest.as_bytes())).unwrap_or((rest, ""));
        out.push_str(plain);
        let Some(byte) = special.bytes().next() else { break };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte => {
                out.push_str("\\u00");
                out.push(if byte < 0x10 { '0' } else { '1' });
                out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            }
        }
        rest = special.get(1..).unwrap_or("");
    }
    out.push('"');
}

/// A text with its quotes and escapes.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_text(text, &mut out);
    out
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// How many white space bytes were passed; a value is tight when none were passed inside it.
    spaces: usize,
    values: usize,
}

/// Objects with more members than this have their keys compared through a set.
const FEW: usize = 12;

impl<'a> Reader<'a> {
    fn wrong(&self, what: &str) -> Error {
        let before = self.bytes.get(..self.at).unwrap_or(self.bytes);
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1) + 1;
        let mut error = Error::invalid(format!("not a JSON document: {what}"));
        error.at = Some(format!("line {line}, byte {column}"));
        error
    }

    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
            self.spaces += 1;
        }
    }

    fn word(&mut self, word: &str, shape: Shape<'a>) -> Result<Shape<'a>, Error> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(shape);
        }
        Err(self.wrong("a value is expected"))
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Error> {
        let start = self.at;
        let spaces = self.spaces;
        self.values += 1;
        if self.values > VALUES_MAX {
            return Err(self.wrong(&format!("it holds more than {VALUES_MAX} values")));
        }
        let shape = match self.peek() {
            b'"' => {
                self.string()?;
                Shape::Text
            }
            b'{' => self.members(depth + 1)?,
            b'[' => self.items(depth + 1)?,
            b'-' | b'0'..=b'9' => {
                self.digits()?;
                Shape::Number
            }
            b't' => self.word("true", Shape::Bool(true))?,
            b'f' => self.word("false", Shape::Bool(false))?,
            b'n' => self.word("null", Shape::Null)?,
            _ => return Err(self.wrong("a value is expected")),
        };
        let raw = self.text.get(start..self.at).unwrap_or("");
        Ok(Json { raw, shape, tight: spaces == self.spaces })
    }

    fn deeper(&self, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return Err(self.wrong(&format!("nested deeper than {DEPTH_MAX} levels")));
        }
        Ok(())
    }

    fn items(&mut self, depth: usize) -> Result<Shape<'a>, Error> {
        self.deeper(depth)?;
        self.at += 1;
        self.space();
        let mut items = Vec::new();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(Shape::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Shape::Array(items));
                }
                _ => return Err(self.wrong("a comma or the end of the array is expected")),
            }
            self.space();
        }
    }

    fn members(&mut self, depth: usize) -> Result<Shape<'a>, Error> {
        self.deeper(depth)?;
        self.at += 1;
        self.space();
        let mut members: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        let mut seen: Option<HashSet<String, foldhash::quality::RandomState>> = None;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(Shape::Object(members));
        }
        loop {
            if self.peek() != b'"' {
                return Err(self.wrong("a key in quotes is expected"));
            }
            let key = self.string()?;
            let twice = match &mut seen {
                Some(seen) => !seen.insert(key.to_string()),
                None if members.len() < FEW => members.iter().any(|(other, _)| *other == key),
                None => {
                    let set = seen.insert(members.iter().map(|(other, _)| other.to_string()).collect());
                    !set.insert(key.to_string())
                }
            };
            if twice {
                return Err(self.wrong(&format!("the key {} stands twice in one object", quoted(&key))));
            }
            self.space();
            if self.peek() != b':' {
                return Err(self.wrong("a colon is expected"));
            }
            self.at += 1;
            self.space();
            let value = self.value(depth)?;
            members.push((key, value));
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(Shape::Object(members));
                }
                _ => return Err(self.wrong("a comma or the end of the object is expected")),
            }
            self.space();
        }
    }

    /// Passes a string and gives its characters.
    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.at += 1;
        let start = self.at;
        let mut plain = true;
        loop {
            self.at += plain_bytes(self.bytes.get(self.at..).unwrap_or_default());
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    self.at += 2;
                }
                Some(_) => return Err(self.wrong("a control character stands in a string")),
                None => return Err(self.wrong("a string has no end")),
            }
        }
        let inner = self.text.get(start..self.at).unwrap_or("");
        self.at += 1;
        if plain {
            return Ok(Cow::Borrowed(inner));
        }
        unescaped(inner).map(Cow::Owned).ok_or_else(|| self.wrong("a string holds an escape that is none"))
    }

    fn run(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }

    fn digits(&mut self) -> Result<(), Error> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        let whole = if self.peek() == b'0' {
            self.at += 1;
            true
        } else {
            self.run()
        };
        if !whole {
            return Err(self.wrong("a digit is expected"));
        }
        if self.peek() == b'.' {
            self.at += 1;
            if !self.run() {
                return Err(self.wrong("a digit is expected after the point"));
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            if !self.run() {
                return Err(self.wrong("a digit is expected in the exponent"));
            }
        }
        Ok(())
    }
}

/// The characters of a string's inside, or nothing when an escape is none.
fn unescaped(inner: &str) -> Option<String> {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(rest.get(..at)?);
        let kind = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        match kind {
            b'"' => out.push('"'),
            b'\\' => out.push('\\'),
            b'/' => out.push('/'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let (unit, after) = hex4(rest)?;
                rest = after;
                let code = match unit {
                    0xd800..=0xdbff => {
                        let (low, after) = hex4(rest.strip_prefix("\\u")?)?;
                        if !(0xdc00..=0xdfff).contains(&low) {
                            return None;
                        }
                        rest = after;
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    unit => unit,
                };
                out.push(char::from_u32(code)?);
            }
            _ => return None,
        }
    }
    out.push_str(rest);
    Some(out)
}

fn hex4(text: &str) -> Option<(u32, &str)> {
    let digits = text.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, text.get(4..)?))
}
