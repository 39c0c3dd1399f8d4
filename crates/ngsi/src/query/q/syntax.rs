//! What a query says, word by word; nothing is expanded yet. Printing and reading again gives the same.

use super::{DEPTH_MAX, HOPS_MAX, NAMES_MAX, Q_BYTES_MAX, TERMS_MAX, VALUES_MAX};
use crate::error::Error;
use crate::query::text::{self, Cursor, bad, too_complex};
use crate::query::time::Moment;

/// Terms under their logical operators; AND binds closer than OR.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Term(Term),
}

/// One condition on one attribute path.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub path: Path,
    pub test: Test,
}

/// `relation{Type:attribute.sub[member.member]}`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// The relationships that are followed to other entities first.
    pub hops: Vec<Hop>,
    /// The attribute and its sub-attributes.
    pub names: Vec<String>,
    /// The way inside a compound value, or the language of a languageMap.
    pub inside: Vec<String>,
}

/// A relationship that is followed, and the types that the entity at its end should have.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    pub relation: String,
    pub types: Vec<String>,
}

/// What is asked of the target.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Exists,
    /// `!name`: the target does not exist. Not in the grammar, but understood by brokers and used by clients.
    Absent,
    Compare(Op, Value),
    /// `==` (true) or `!=` (false) with a list.
    OneOf(bool, Vec<Value>),
    /// `==` (true) or `!=` (false) with both ends of a range, which belong to it.
    Range(bool, Value, Value),
    /// `~=` (true) or `!~=` (false); the pattern, and whether it stood in quotes.
    Like(bool, String, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Op {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Le => "<=",
        }
    }
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Text(String),
    Bool(bool),
    /// A DateTime, Date or Time without quotes, as written.
    Moment(String),
    /// A URI, or a word to be expanded, without quotes.
    Word(String),
}

const OF: &str = "q";

impl Expr {
    /// Reads a query that has been URL-decoded.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_as(OF, text)
    }

    /// Reads the query of another parameter (`csf`).
    pub fn parse_as(of: &'static str, text: &str) -> Result<Self, Error> {
        text::within(of, text, Q_BYTES_MAX)?;
        let mut reader = Reader { cursor: Cursor::new(of, text), terms: 0 };
        let expr = reader.any(0)?;
        if !reader.cursor.done() {
            return Err(reader.cursor.fail("';', '|' or the end"));
        }
        Ok(expr)
    }

    /// All terms, in their order.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::Term(term) => vec![term],
            Self::And(of) | Self::Or(of) => of.iter().flat_map(Self::terms).collect(),
        }
    }

    /// How many relationships the longest path follows.
    pub fn hops(&self) -> usize {
        self.terms().iter().map(|t| t.path.hops.len()).max().unwrap_or(0)
    }
}

/// Reads one attribute path, as `orderBy` uses it too.
pub fn path(cursor: &mut Cursor<'_>) -> Result<Path, Error> {
    let mut path = Path::default();
    let mut open = 0_usize;
    loop {
        let name = cursor.name("the name of an attribute")?.to_owned();
        cursor.spaces();
        if cursor.eat("{") {
            open += 1;
            if open > HOPS_MAX {
                return Err(too_complex(
                    cursor.of(),
                    format!("more than {HOPS_MAX} relationships are followed"),
                ));
            }
            let types = types(cursor)?;
            path.hops.push(Hop { relation: name, types });
            continue;
        }
        path.names.push(name);
        break;
    }
    while cursor.eat(".") {
        path.names.push(cursor.name("the name of a sub-attribute")?.to_owned());
        if path.names.len() > NAMES_MAX {
            return Err(too_complex(cursor.of(), format!("a path has more than {NAMES_MAX} names")));
        }
    }
    if cursor.eat("[") {
        loop {
            path.inside.push(member(cursor)?);
            if path.inside.len() > NAMES_MAX {
                return Err(too_complex(
                    cursor.of(),
                    format!("a path goes through more than {NAMES_MAX} members"),
                ));
            }
            if !cursor.eat(".") {
                break;
            }
        }
        if !cursor.eat("]") {
            return Err(cursor.fail("'.' or ']'"));
        }
    }
    for _ in 0..open {
        cursor.spaces();
        if !cursor.eat("}") {
            return Err(cursor.fail("'}'"));
        }
    }
    Ok(path)
}

/// Can the character stand in the name of a JSON member without quotes?
pub(super) fn in_member(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '@' | '$' | '*' | '/' | '+' | '?')
    } else {
        !c.is_control()
    }
}

fn member(cursor: &mut Cursor<'_>) -> Result<String, Error> {
    if cursor.peek() == Some('"') {
        return cursor.json_string();
    }
    let name = cursor.take_while(in_member);
    if name.is_empty() {
        Err(cursor.fail("the name of a member, or a language"))
    } else {
        Ok(name.to_owned())
    }
}

/// The types before the last colon of `Type1,Type2:attribute`, if they stand here.
fn types(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Error> {
    let from = cursor.at();
    let head = cursor
        .take_while(|c| !matches!(c, '{' | '}' | '.' | '[' | '=' | '!' | '<' | '>' | '~' | ';' | '|' | '"'));
    let whole = head.starts_with("https://") || head.starts_with("http://");
    let Some((types, _)) = head.rsplit_once(':').filter(|_| !whole) else {
        cursor.back(from);
        return Ok(Vec::new());
    };
    cursor.back(from);
    let end = from + types.len();
    let mut found = Vec::new();
    loop {
        let at = cursor.at();
        let name = cursor.take_while(|c| text::goes_on_name(c) && c != ',');
        // The name runs over the colon that closes the list; what stands behind it is the attribute.
        let name = if cursor.at() > end { types.get(at - from..).unwrap_or_default() } else { name };
        if !name.starts_with(text::begins_name) || found.len() >= NAMES_MAX {
            cursor.back(at);
            return Err(cursor.fail("the name of a type"));
        }
        found.push(name.to_owned());
        if cursor.at() >= end {
            cursor.back(end);
            break;
        }
        if !cursor.eat(",") {
            return Err(cursor.fail("',' or ':'"));
        }
    }
    cursor.eat(":");
    Ok(found)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    terms: usize,
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Result<Expr, Error> {
        let mut of = vec![self.all(depth)?];
        while self.cursor.eat("|") {
            of.push(self.all(depth)?);
        }
        Ok(alone(of).unwrap_or_else(Expr::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, Error> {
        let mut of = vec![self.one(depth)?];
        while self.cursor.eat(";") {
            of.push(self.one(depth)?);
        }
        Ok(alone(of).unwrap_or_else(Expr::And))
    }

    fn one(&mut self, depth: usize) -> Result<Expr, Error> {
        self.cursor.spaces();
        let expr = if self.cursor.eat("(") {
            if depth >= DEPTH_MAX {
                return Err(too_complex(
                    self.cursor.of(),
                    format!("parentheses nest deeper than {DEPTH_MAX}"),
                ));
            }
            let inside = self.any(depth + 1)?;
            if !self.cursor.eat(")") {
                return Err(self.cursor.fail("';', '|' or ')'"));
            }
            inside
        } else {
            Expr::Term(self.term()?)
        };
        self.cursor.spaces();
        Ok(expr)
    }

    fn term(&mut self) -> Result<Term, Error> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(too_complex(self.cursor.of(), format!("the query has more than {TERMS_MAX} terms")));
        }
        let absent = self.cursor.eat("!");
        let path = path(&mut self.cursor)?;
        self.cursor.spaces();
        if absent {
            return Ok(Term { path, test: Test::Absent });
        }
        Ok(Term { path, test: self.test()? })
    }

    fn test(&mut self) -> Result<Test, Error> {
        let cursor = &mut self.cursor;
        for (sign, positive) in [("!~=", false), ("~=", true)] {
            if cursor.eat(sign) {
                cursor.spaces();
                return pattern(cursor, positive);
            }
        }
        for op in [Op::Eq, Op::Ne, Op::Ge, Op::Le, Op::Gt, Op::Lt] {
            if cursor.eat(op.as_str()) {
                return match op {
                    Op::Eq => equality(cursor, true),
                    Op::Ne => equality(cursor, false),
                    _ => ordering(cursor, op),
                };
            }
        }
        Ok(Test::Exists)
    }
}

/// The only element, or all of them.
fn alone(mut of: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    match of.pop() {
        Some(only) if of.is_empty() => Ok(only),
        Some(last) => {
            of.push(last);
            Err(of)
        }
        None => Err(of),
    }
}

fn ordering(cursor: &mut Cursor<'_>, op: Op) -> Result<Test, Error> {
    let value = value(cursor)?;
    if matches!(value, Value::Bool(_) | Value::Word(_)) {
        return Err(bad(
            cursor.of(),
            format!(
                "'{}': '{}' compares numbers, dates, times and text in double quotes; not {value}",
                cursor.of(),
                op.as_str()
            ),
        ));
    }
    cursor.spaces();
    if matches!(cursor.peek(), Some(',')) || cursor.rest().starts_with("..") {
        return Err(bad(
            cursor.of(),
            format!(
                "'{}': lists and ranges go with '==' and '!=' only, not with '{}'",
                cursor.of(),
                op.as_str()
            ),
        ));
    }
    Ok(Test::Compare(op, value))
}

fn equality(cursor: &mut Cursor<'_>, equal: bool) -> Result<Test, Error> {
    let first = value(cursor)?;
    cursor.spaces();
    if cursor.eat("..") {
        let last = value(cursor)?;
        for end in [&first, &last] {
            if matches!(end, Value::Bool(_) | Value::Word(_)) {
                return Err(bad(
                    cursor.of(),
                    format!("'{}': {end} cannot be the end of a range", cursor.of()),
                ));
            }
        }
        return Ok(Test::Range(equal, first, last));
    }
    if cursor.peek() != Some(',') {
        let op = if equal { Op::Eq } else { Op::Ne };
        return Ok(Test::Compare(op, first));
    }
    let mut values = vec![first];
    while cursor.eat(",") {
        values.push(value(cursor)?);
        cursor.spaces();
        if values.len() > VALUES_MAX {
            return Err(too_complex(cursor.of(), format!("a list has more than {VALUES_MAX} values")));
        }
    }
    Ok(Test::OneOf(equal, values))
}

fn pattern(cursor: &mut Cursor<'_>, positive: bool) -> Result<Test, Error> {
    if cursor.peek() == Some('"') {
        return Ok(Test::Like(positive, cursor.raw_quoted()?.to_owned(), true));
    }
    // Without quotes the pattern ends at an operator that is not inside a group or a bracket expression of its own.
    let from = cursor.at();
    let (mut groups, mut bracket) = (0_usize, false);
    while let Some(c) = cursor.peek() {
        match c {
            '\\' => {
                cursor.bump();
            }
            '[' => bracket = true,
            ']' => bracket = false,
            '(' if !bracket => groups += 1,
            ')' if !bracket && groups > 0 => groups -= 1,
            ')' | ';' | '|' if !bracket && groups == 0 => break,
            _ => {}
        }
        cursor.bump();
    }
    let text = cursor.since(from).trim_end_matches(' ');
    if text.is_empty() {
        return Err(cursor.fail("a regular expression"));
    }
    Ok(Test::Like(positive, text.to_owned(), false))
}

fn value(cursor: &mut Cursor<'_>) -> Result<Value, Error> {
    cursor.spaces();
    if cursor.peek() == Some('"') {
        return cursor.json_string().map(Value::Text);
    }
    let from = cursor.at();
    let countable = cursor.peek().is_some_and(|c| c.is_ascii_digit() || c == '-');
    let mut groups = 0_usize;
    while let Some(c) = cursor.peek() {
        match c {
            ';' | '|' => break,
            // A comma may stand for the decimal point of a time.
            ',' if !(countable && decimal_comma(cursor.since(from), cursor.rest())) => break,
            '(' => groups += 1,
            ')' if groups == 0 => break,
            ')' => groups -= 1,
            '.' if countable && cursor.rest().starts_with("..") => break,
            _ => {}
        }
        cursor.bump();
    }
    let word = cursor.since(from).trim_end_matches(' ');
    if word.is_empty() {
        return Err(cursor.fail("a value"));
    }
    if groups > 0 {
        cursor.back(from);
        return Err(cursor.fail("a value (the parenthesis in it is never closed)"));
    }
    classify(cursor, from, word)
}

fn classify(cursor: &mut Cursor<'_>, from: usize, word: &str) -> Result<Value, Error> {
    match word {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        _ => {}
    }
    if is_number(word) {
        return match word.parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(Value::Number(n)),
            _ => Err(bad(cursor.of(), format!("'{}': {word} is too large a number", cursor.of()))),
        };
    }
    if Moment::read(word).is_some() {
        return Ok(Value::Moment(word.to_owned()));
    }
    let fits = if text::has_scheme(word) {
        text::is_uri(word)
    } else {
        // Text without quotes is no part of the grammar, but the examples of `expandValues` have it.
        !word.starts_with(['(', '.'])
            && word.chars().all(|c| {
                !c.is_control() && !matches!(c, '"' | '=' | '<' | '>' | '!' | '~' | '{' | '}' | '[' | ']')
            })
    };
    if !fits {
        cursor.back(from);
        return Err(cursor.fail("a value (text with such characters needs double quotes)"));
    }
    Ok(Value::Word(word.to_owned()))
}

/// Does the comma at the head of `rest` stand for the decimal point of the time that ends `before`?
fn decimal_comma(before: &str, rest: &str) -> bool {
    let b = before.as_bytes();
    let seconds = b.len() >= 8
        && b.iter().rev().take(8).zip([0, 0, b':', 0, 0, b':', 0, 0]).all(|(c, shape)| match shape {
            0 => c.is_ascii_digit(),
            colon => *c == colon,
        });
    let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    seconds && (1..=6).contains(&digits) && rest.as_bytes().get(digits + 1) == Some(&b'Z')
}

/// A number as RFC 8259 writes it.
pub fn is_number(word: &str) -> bool {
    let rest = word.strip_prefix('-').unwrap_or(word);
    let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (int, mut rest) = rest.split_at_checked(whole).unwrap_or_default();
    if int.is_empty() || (int.len() > 1 && int.starts_with('0')) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let n = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if n == 0 {
            return false;
        }
        rest = fraction.get(n..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    }
    rest.is_empty()
}
