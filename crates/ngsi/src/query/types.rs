//! The type selection language of clause 4.17, and the scope query language of clause 4.19: a disjunction of elements
//! that may be conjunctions. Parentheses may nest deeper here than the clauses ask for.

use std::fmt;

use super::q::Expand;
use super::scan::{each, string};
use super::text::{self, Cursor, bad, too_complex};
use crate::error::Error;

/// The longest selection, in bytes.
pub const SELECTION_BYTES_MAX: usize = 4_096;
/// How many types or scopes one selection may name.
pub const SELECTED_MAX: usize = 100;
const DEPTH_MAX: usize = 8;

/// A boolean form over leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree<T> {
    And(Vec<Tree<T>>),
    Or(Vec<Tree<T>>),
    Leaf(T),
}

impl<T> Tree<T> {
    /// Does it hold, if `leaf` says so of the leaves?
    pub fn holds(&self, leaf: &dyn Fn(&T) -> bool) -> bool {
        match self {
            Self::And(of) => of.iter().all(|t| t.holds(leaf)),
            Self::Or(of) => of.iter().any(|t| t.holds(leaf)),
            Self::Leaf(of) => leaf(of),
        }
    }

    /// All leaves.
    pub fn leaves(&self) -> Vec<&T> {
        match self {
            Self::And(of) | Self::Or(of) => of.iter().flat_map(Self::leaves).collect(),
            Self::Leaf(of) => vec![of],
        }
    }

    /// The same form over other leaves.
    pub fn map<U, E>(&self, f: &dyn Fn(&T) -> Result<U, E>) -> Result<Tree<U>, E> {
        let all = |of: &[Self]| of.iter().map(|t| t.map(f)).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Self::And(of) => Tree::And(all(of)?),
            Self::Or(of) => Tree::Or(all(of)?),
            Self::Leaf(of) => Tree::Leaf(f(of)?),
        })
    }
}

impl<T: fmt::Display> fmt::Display for Tree<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, sign) = match self {
            Self::Leaf(of) => return of.fmt(f),
            Self::And(of) => (of, ";"),
            Self::Or(of) => (of, "|"),
        };
        for (n, tree) in of.iter().enumerate() {
            if n > 0 {
                f.write_str(sign)?;
            }
            match tree {
                Self::Leaf(of) => of.fmt(f)?,
                composite => write!(f, "({composite})")?,
            }
        }
        Ok(())
    }
}

/// Reads leaves under `;`, `|` and `,`, and parentheses.
struct Reader<'a, T> {
    cursor: Cursor<'a>,
    leaf: fn(&mut Cursor<'a>) -> Result<T, Error>,
    count: usize,
}

impl<T> Reader<'_, T> {
    fn whole(mut self) -> Result<Tree<T>, Error> {
        let tree = self.any(0)?;
        if self.cursor.done() { Ok(tree) } else { Err(self.cursor.fail("';', '|', ',' or the end")) }
    }

    fn any(&mut self, depth: usize) -> Result<Tree<T>, Error> {
        let mut of = vec![self.all(depth)?];
        while self.cursor.eat("|") || self.cursor.eat(",") {
            of.push(self.all(depth)?);
        }
        Ok(if of.len() == 1 { of.swap_remove(0) } else { Tree::Or(of) })
    }

    fn all(&mut self, depth: usize) -> Result<Tree<T>, Error> {
        let mut of = vec![self.one(depth)?];
        while self.cursor.eat(";") {
            of.push(self.one(depth)?);
        }
        Ok(if of.len() == 1 { of.swap_remove(0) } else { Tree::And(of) })
    }

    fn one(&mut self, depth: usize) -> Result<Tree<T>, Error> {
        self.cursor.spaces();
        let tree = if self.cursor.eat("(") {
            if depth >= DEPTH_MAX {
                return Err(too_complex(
                    self.cursor.of(),
                    format!("parentheses nest deeper than {DEPTH_MAX}"),
                ));
            }
            let inside = self.any(depth + 1)?;
            if !self.cursor.eat(")") {
                return Err(self.cursor.fail("')'"));
            }
            inside
        } else {
            self.count += 1;
            if self.count > SELECTED_MAX {
                return Err(too_complex(self.cursor.of(), format!("more than {SELECTED_MAX} alternatives")));
            }
            Tree::Leaf((self.leaf)(&mut self.cursor)?)
        };
        self.cursor.spaces();
        Ok(tree)
    }
}

/// Which types an entity must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Types {
    /// `*`: every type; implies that the query is answered from this broker alone.
    All,
    Tree(Tree<String>),
}

impl Types {
    /// Reads a selection; the names stay as they are written.
    pub fn parse(text: &str) -> Result<Self, Error> {
        const OF: &str = "type";
        text::within(OF, text, SELECTION_BYTES_MAX)?;
        if text.trim() == "*" {
            return Ok(Self::All);
        }
        let leaf = |cursor: &mut Cursor<'_>| {
            let whole = cursor.take_while(|c| text::in_iri(c) && !matches!(c, ';' | ',' | '(' | ')'));
            let named = whole.starts_with(text::begins_name) && whole.chars().all(text::goes_on_name);
            if named || text::is_uri(whole) {
                Ok(whole.to_owned())
            } else if whole.is_empty() {
                Err(cursor.fail("the name or URI of a type"))
            } else {
                Err(bad(OF, format!("'type': {whole} is neither the name nor the URI of a type")))
            }
        };
        Reader { cursor: Cursor::new(OF, text), leaf, count: 0 }.whole().map(Self::Tree)
    }

    /// The same selection with IRIs.
    pub fn expand(&self, names: &dyn Expand) -> Result<Self, Error> {
        Ok(match self {
            Self::All => Self::All,
            Self::Tree(tree) => Self::Tree(tree.map(&|name| names.expand(name))?),
        })
    }

    /// Does an entity with these types (JSON: text or an array of texts) belong to it?
    pub fn matches(&self, types: &str) -> bool {
        match self {
            Self::All => true,
            Self::Tree(Tree::Leaf(wanted)) => each(types).filter_map(string).any(|own| own == *wanted),
            Self::Tree(tree) => {
                tree.holds(&|wanted| each(types).filter_map(string).any(|own| own == *wanted))
            }
        }
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Tree(tree) => tree.fmt(f),
        }
    }
}

/// Which scopes an entity must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeQ(pub Tree<ScopePattern>);

/// `/Madrid/+/Park` and `/Madrid/#`: the levels, and if everything below belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopePattern {
    pub levels: Vec<String>,
    pub below: bool,
}

impl ScopeQ {
    /// Reads a scope query.
    pub fn parse(text: &str) -> Result<Self, Error> {
        const OF: &str = "scopeQ";
        text::within(OF, text, SELECTION_BYTES_MAX)?;
        let leaf = |cursor: &mut Cursor<'_>| {
            let mut pattern = ScopePattern { levels: Vec::new(), below: false };
            // Example 5 of the clause writes a scope without its slash.
            let mut slash = cursor.eat("/");
            loop {
                if slash && cursor.eat("#") {
                    pattern.below = true;
                    break;
                }
                if cursor.eat("+") {
                    pattern.levels.push("+".to_owned());
                } else {
                    // Levels may begin with a number in practice (districts, floors).
                    let level = cursor.take_while(|c| text::goes_on_name(c) && c != ':');
                    if level.is_empty() {
                        return Err(cursor.fail("a level of a scope, '+' or '#'"));
                    }
                    pattern.levels.push(level.to_owned());
                }
                slash = cursor.eat("/");
                if !slash {
                    break;
                }
            }
            Ok(pattern)
        };
        Reader { cursor: Cursor::new(OF, text), leaf, count: 0 }.whole().map(Self)
    }

    /// Does an entity with these scopes (JSON: text or an array of texts) belong to it?
    pub fn matches(&self, scopes: &str) -> bool {
        self.0.holds(&|pattern| each(scopes).filter_map(string).any(|own| pattern.matches(&own)))
    }
}

impl ScopePattern {
    /// Does one scope fit?
    pub fn matches(&self, scope: &str) -> bool {
        let mut own = scope.trim_start_matches('/').split('/').filter(|l| !l.is_empty());
        for level in &self.levels {
            match own.next() {
                Some(o) if level == "+" || level == o => {}
                _ => return false,
            }
        }
        match own.next() {
            None => !self.levels.is_empty() || !self.below,
            Some(_) => self.below,
        }
    }
}

impl fmt::Display for ScopeQ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ScopePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for level in &self.levels {
            write!(f, "/{level}")?;
        }
        f.write_str(if self.below { "/#" } else { "" })
    }
}
