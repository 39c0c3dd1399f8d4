//! The normalized answer in one pass over the stored text: names are written compacted, what lies between is copied.
//!
//! The text was written by this crate, so that it has no white space between tokens and is not checked again; what is
//! not as it should be ends in an error, never in a wrong answer that looks right.

use memchr::memchr2;

use super::{Style, write_compact, write_context};
use crate::error::{Error, ErrorKind};
use crate::json::{Json, write_text};
use crate::ld::Context;

pub(super) fn entity(
    body: &str,
    context: &Context,
    style: &Style<'_>,
    out: &mut String,
) -> Result<(), Error> {
    let mut pass = Pass { body, at: 0, context };
    out.reserve(body.len());
    pass.top(style, out)?;
    Ok(())
}

struct Pass<'a> {
    body: &'a str,
    at: usize,
    context: &'a Context,
}

fn broken() -> Error {
    Error::new(ErrorKind::InternalError, "a stored entity is not in the internal form")
}

impl<'a> Pass<'a> {
    fn peek(&self) -> u8 {
        self.body.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.peek() != byte {
            return Err(broken());
        }
        self.at += 1;
        Ok(())
    }

    fn slice(&self, from: usize) -> Result<&'a str, Error> {
        self.body.get(from..self.at).ok_or_else(broken)
    }

    /// Passes a string; gives it with its quotes.
    fn string(&mut self) -> Result<&'a str, Error> {
        let from = self.at;
        self.expect(b'"')?;
        loop {
            let rest = self.body.as_bytes().get(self.at..).ok_or_else(broken)?;
            let at = memchr2(b'"', b'\\', rest).ok_or_else(broken)?;
            self.at += at;
            if self.peek() == b'"' {
                self.at += 1;
                return self.slice(from);
            }
            self.at += 2;
        }
    }

    /// Passes a value of any kind.
    fn skip(&mut self) -> Result<(), Error> {
        match self.peek() {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => {
                let mut depth = 0_usize;
                loop {
                    match self.peek() {
                        b'"' => {
                            self.string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => {
                            depth -= 1;
                            if depth == 0 {
                                self.at += 1;
                                break;
                            }
                        }
                        0 => return Err(broken()),
                        _ => {}
                    }
                    self.at += 1;
                }
            }
            _ => {
                while !matches!(self.peek(), b',' | b'}' | b']' | 0) {
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    /// A string's characters, where it is known to be one without escapes or is read with them.
    fn decoded(quoted: &'a str) -> Result<std::borrow::Cow<'a, str>, Error> {
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).ok_or_else(broken)?;
        if inner.contains('\\') {
            return Json::parse(quoted).ok().and_then(|json| json.text()).ok_or_else(broken);
        }
        Ok(std::borrow::Cow::Borrowed(inner))
    }

    fn name(&self, quoted: &'a str, out: &mut String) -> Result<(), Error> {
        write_compact(self.context, &Self::decoded(quoted)?, out);
        Ok(())
    }

    /// An IRI or an array of IRIs, compacted; an array of one is written as that one.
    fn iris(&mut self, values: bool, out: &mut String) -> Result<(), Error> {
        let one = |pass: &mut Self, out: &mut String| -> Result<(), Error> {
            let iri = Self::decoded(pass.string()?)?;
            if values {
                write_text(&pass.context.compact_value(&iri), out);
            } else {
                write_compact(pass.context, &iri, out);
            }
            Ok(())
        };
        if self.peek() != b'[' {
            return one(self, out);
        }
        self.at += 1;
        let start = out.len();
        let mut count = 0;
        while self.peek() != b']' {
            if count > 0 {
                self.expect(b',')?;
                out.push(',');
            }
            one(self, out)?;
            count += 1;
        }
        self.at += 1;
        // A vocab of one in an array stays an array: it is a value.
        if count != 1 || values {
            out.insert(start, '[');
            out.push(']');
        }
        Ok(())
    }

    fn top(&mut self, style: &Style<'_>, out: &mut String) -> Result<(), Error> {
        self.expect(b'{')?;
        out.push('{');
        let mut comma = false;
        let projects = style.pick.is_some() || style.omit.is_some() || style.attrs.is_some();
        while self.peek() != b'}' {
            if self.peek() == b',' {
                self.at += 1;
            }
            let key = self.string()?;
            self.expect(b':')?;
            let core = memchr::memchr(b':', key.as_bytes()).is_none();
            let name = key.get(1..key.len().saturating_sub(1)).ok_or_else(broken)?;
            let shown = if core {
                name != "expiresAt" && (!projects || style.shows(name))
            } else {
                !projects || style.shows_attr(&Self::decoded(key)?)
            };
            if !shown {
                self.skip()?;
                continue;
            }
            if comma {
                out.push(',');
            }
            comma = true;
            if core {
                out.push_str(key);
                out.push(':');
                match name {
                    "type" => self.iris(false, out)?,
                    "scope" => {
                        let from = self.at;
                        self.skip()?;
                        out.push_str(unwrapped(self.slice(from)?));
                    }
                    _ => {
                        let from = self.at;
                        self.skip()?;
                        out.push_str(self.slice(from)?);
                    }
                }
            } else {
                self.name(key, out)?;
                out.push(':');
                self.instances(out)?;
            }
        }
        self.at += 1;
        if style.context {
            if comma {
                write_context(self.context, out);
            } else {
                out.push_str("\"@context\":");
                out.push_str(&self.context.links().member);
            }
        }
        out.push('}');
        Ok(())
    }

    fn instances(&mut self, out: &mut String) -> Result<(), Error> {
        if self.peek() != b'[' {
            return self.instance(out);
        }
        self.at += 1;
        out.push('[');
        while self.peek() != b']' {
            if self.peek() == b',' {
                self.at += 1;
                out.push(',');
            }
            self.instance(out)?;
        }
        self.at += 1;
        out.push(']');
        Ok(())
    }

    fn instance(&mut self, out: &mut String) -> Result<(), Error> {
        // What is copied as it stands begins here.
        let mut from = self.at;
        self.expect(b'{')?;
        while self.peek() != b'}' {
            // The comma before the member, or nothing before the first.
            let before = self.at;
            if self.peek() == b',' {
                self.at += 1;
            }
            let key_at = self.at;
            let key = self.string()?;
            self.expect(b':')?;
            if memchr::memchr(b':', key.as_bytes()).is_some() {
                out.push_str(self.body.get(from..key_at).ok_or_else(broken)?);
                self.name(key, out)?;
                out.push(':');
                self.instances(out)?;
                from = self.at;
                continue;
            }
            match key {
                "\"vocab\"" | "\"objectType\"" | "\"valueType\"" | "\"entityTypeSealed\"" => {
                    out.push_str(self.slice(from)?);
                    self.iris(key != "\"objectType\"" && key != "\"entityTypeSealed\"", out)?;
                    from = self.at;
                }
                "\"expiresAt\"" => {
                    // It follows the type, so that the comma before it goes with it.
                    out.push_str(self.body.get(from..before).ok_or_else(broken)?);
                    self.skip()?;
                    from = self.at;
                }
                _ => self.skip()?,
            }
        }
        self.at += 1;
        out.push_str(self.slice(from)?);
        Ok(())
    }
}

/// The text of an array of one without its brackets; other arrays as they are. For arrays of plain texts.
fn unwrapped(array: &str) -> &str {
    let inner = array.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        // Scopes hold neither quotes nor commas.
        Some(inner) if !inner.contains(',') => inner,
        _ => array,
    }
}
