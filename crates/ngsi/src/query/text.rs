//! Reading of the small languages: where we are, what may be a name, and errors that say both.

use crate::error::{Error, ErrorKind};
use crate::names;

/// An error of type `BadRequestData` about the parameter `of`.
pub fn bad(of: &str, detail: impl Into<String>) -> Error {
    Error { kind: ErrorKind::BadRequestData, detail: detail.into(), at: Some(of.to_owned()) }
}

/// An error of type `TooComplexQuery`: understood, but more than one request may ask for.
pub fn too_complex(of: &str, detail: impl Into<String>) -> Error {
    Error { kind: ErrorKind::TooComplexQuery, detail: detail.into(), at: Some(of.to_owned()) }
}

/// Refuses text that is longer than a parameter may be.
pub fn within(of: &str, text: &str, bytes_max: usize) -> Result<(), Error> {
    if text.len() > bytes_max {
        return Err(too_complex(
            of,
            format!("'{of}' is longer than {bytes_max} bytes; ask for less in one request"),
        ));
    }
    Ok(())
}

/// Can a name begin with this character? Clause 4.6.2 says a letter; an underscore does no harm.
pub fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Can a name go on with this character? The clause says letters, numbers and `_`. A hyphen, a colon (prefix:name) and
/// the punctuation of other scripts (the middle dot of 施設・名称) are no operators anywhere, so they are let through:
/// whether such an attribute may exist is decided where entities are written.
pub fn goes_on_name(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '@' | '$')
    } else {
        !c.is_whitespace() && !c.is_control()
    }
}

/// Can this character stand in an unquoted URI or IRI (RFC 3987)?
pub fn in_iri(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

/// Does the text begin with a scheme and a colon, as every absolute URI does?
pub fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let mut chars = scheme.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Is the text an absolute URI or IRI?
pub fn is_uri(text: &str) -> bool {
    has_scheme(text) && names::is_iri(text)
}

/// A place in the text of one parameter.
pub struct Cursor<'a> {
    of: &'static str,
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(of: &'static str, text: &'a str) -> Self {
        Self { of, text, at: 0 }
    }

    pub fn of(&self) -> &'static str {
        self.of
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What was read since `from`.
    pub fn since(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    pub fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Steps over `what` if it stands here.
    pub fn eat(&mut self, what: &str) -> bool {
        let here = self.rest().starts_with(what);
        if here {
            self.at += what.len();
        }
        here
    }

    pub fn spaces(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    pub fn take_while(&mut self, mut f: impl FnMut(char) -> bool) -> &'a str {
        let from = self.at;
        while self.peek().is_some_and(&mut f) {
            self.bump();
        }
        self.since(from)
    }

    /// Goes back to an earlier place.
    pub fn back(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    pub fn fail(&self, expected: &str) -> Error {
        let n = self.text.get(..self.at).map_or(0, |t| t.chars().count()) + 1;
        let found = match self.peek() {
            Some(c) => format!("'{c}' stands there"),
            None => "the text ends there".to_owned(),
        };
        bad(self.of, format!("'{}', character {n}: expected {expected}, but {found}", self.of))
    }

    /// A name in the sense of clause 4.6.2, or a whole IRI that begins with `http://` or `https://`.
    pub fn name(&mut self, what: &str) -> Result<&'a str, Error> {
        let from = self.at;
        if self.rest().starts_with("https://") || self.rest().starts_with("http://") {
            self.take_while(|c| {
                in_iri(c) && !matches!(c, ';' | ',' | '(' | ')' | '[' | ']' | '!' | '~' | '=')
            });
            return Ok(self.since(from));
        }
        if !self.peek().is_some_and(begins_name) {
            return Err(self.fail(what));
        }
        Ok(self.take_while(goes_on_name))
    }

    /// A string as JSON writes it, the cursor standing on its opening quote.
    pub fn json_string(&mut self) -> Result<String, Error> {
        let from = self.at;
        self.raw_quoted()?;
        serde_json::from_str(self.since(from)).map_err(|_| {
            bad(self.of, format!("'{}': {} is not a string as JSON writes it", self.of, self.since(from)))
        })
    }

    /// Steps over text in double quotes, in which a backslash guards the next character; gives what stands between them.
    pub fn raw_quoted(&mut self) -> Result<&'a str, Error> {
        let opening = self.at;
        if !self.eat("\"") {
            return Err(self.fail("a double quote"));
        }
        let from = self.at;
        loop {
            match self.peek() {
                Some('"') => break,
                Some('\\') => {
                    self.bump();
                    if self.bump().is_none() {
                        return Err(self.fail("the closing double quote"));
                    }
                }
                Some(_) => {
                    self.bump();
                }
                None => {
                    self.at = opening;
                    return Err(bad(
                        self.of,
                        format!("'{}': the double quote is never closed: {}", self.of, self.rest()),
                    ));
                }
            }
        }
        let inside = self.since(from);
        self.at += 1;
        Ok(inside)
    }
}
