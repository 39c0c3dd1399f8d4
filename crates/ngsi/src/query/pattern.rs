//! Regular expressions from outside: `~=`, `!~=` and `idPattern`.
//!
//! The specification names IEEE 1003.2 (extended). We use a matcher that never goes back, so its time is linear in the
//! text whatever the pattern. What differs from IEEE 1003.2: back references are refused; `\d`, `\w`, `\b`, `(?i)` and
//! lazy repetition are understood in addition; among alternatives the first that fits counts and not the longest,
//! which changes nothing about *whether* a text matches. Characters are those of Unicode. As in the examples of the
//! specification a pattern may match anywhere in the text: `^` and `$` tie it to the ends.

use regex::{Regex, RegexBuilder};

use super::text::{bad, too_complex};
use crate::error::Error;

/// The longest pattern, in bytes.
pub const PATTERN_BYTES_MAX: usize = 1_024;
/// What one compiled pattern may take in memory, in bytes.
const COMPILED_BYTES_MAX: usize = 512 * 1_024;
/// How deep groups may nest.
const NEST_MAX: u32 = 32;

/// A compiled pattern with its text.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
}

impl Pattern {
    /// Compiles a pattern given in the parameter `of`.
    pub fn new(of: &str, text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(bad(of, format!("'{of}': the regular expression is empty")));
        }
        if text.len() > PATTERN_BYTES_MAX {
            return Err(too_complex(
                of,
                format!("'{of}': the regular expression is longer than {PATTERN_BYTES_MAX} bytes"),
            ));
        }
        let built = RegexBuilder::new(text)
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(COMPILED_BYTES_MAX)
            .nest_limit(NEST_MAX)
            .build();
        match built {
            Ok(regex) => Ok(Self { regex }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(too_complex(of, format!("'{of}': the regular expression grows too large: {text}")))
            }
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                Err(bad(of, format!("'{of}': {text} is not a regular expression we understand: {why}")))
            }
        }
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}
