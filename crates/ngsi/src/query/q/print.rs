//! A query as text again. Reading it gives the same query.

use std::fmt;

use super::syntax::{Expr, Path, Term, Test, Value, in_member};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, sign) = match self {
            Self::Term(term) => return term.fmt(f),
            Self::And(of) => (of, ";"),
            Self::Or(of) => (of, "|"),
        };
        for (n, expr) in of.iter().enumerate() {
            if n > 0 {
                f.write_str(sign)?;
            }
            match expr {
                Self::Term(term) => term.fmt(f)?,
                composite => write!(f, "({composite})")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.test == Test::Absent {
            f.write_str("!")?;
        }
        self.path.fmt(f)?;
        match &self.test {
            Test::Exists | Test::Absent => Ok(()),
            Test::Compare(op, value) => write!(f, "{}{value}", op.as_str()),
            Test::OneOf(equal, values) => {
                f.write_str(if *equal { "==" } else { "!=" })?;
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        f.write_str(",")?;
                    }
                    value.fmt(f)?;
                }
                Ok(())
            }
            Test::Range(equal, from, to) => write!(f, "{}{from}..{to}", if *equal { "==" } else { "!=" }),
            Test::Like(positive, pattern, quoted) => {
                let (sign, quote) = (if *positive { "~=" } else { "!~=" }, if *quoted { "\"" } else { "" });
                write!(f, "{sign}{quote}{pattern}{quote}")
            }
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for hop in &self.hops {
            write!(f, "{}{{", hop.relation)?;
            if !hop.types.is_empty() {
                write!(f, "{}:", hop.types.join(","))?;
            }
        }
        f.write_str(&self.names.join("."))?;
        for (n, member) in self.inside.iter().enumerate() {
            f.write_str(if n == 0 { "[" } else { "." })?;
            if !member.is_empty() && member.chars().all(in_member) {
                f.write_str(member)?;
            } else {
                Value::Text(member.clone()).fmt(f)?;
            }
        }
        if !self.inside.is_empty() {
            f.write_str("]")?;
        }
        self.hops.iter().try_for_each(|_| f.write_str("}"))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(text) => write!(f, "{}", serde_json::Value::String(text.clone())),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Moment(text) | Self::Word(text) => f.write_str(text),
        }
    }
}
