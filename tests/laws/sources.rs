//! Reading Rust: the texts in quotes, with their lines.

/// A text in quotes.
#[derive(Debug, PartialEq)]
pub struct Literal {
    pub line: usize,
    /// What stands between the quotes, with the usual escapes undone.
    pub text: String,
    /// The code before it, back to the last white space: `t.t(` or `Fault::new(Kind::Conflict,`.
    pub before: String,
}

/// All string literals of a source, in order. Comments, characters and lifetimes are passed over.
pub fn literals(code: &str) -> Vec<Literal> {
    let chars: Vec<char> = code.chars().collect();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    let mut before = String::new();
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match c {
            '\n' => {
                line += 1;
                at += 1;
                before.push(' ');
            }
            '/' if next == Some('/') => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '/' if next == Some('*') => {
                at += 2;
                while at < chars.len() && !(chars[at] == '*' && chars.get(at + 1) == Some(&'/')) {
                    line += usize::from(chars[at] == '\n');
                    at += 1;
                }
                at += 2;
            }
            '\'' => {
                // 'a' and '\'' are characters; 'static is a lifetime.
                if next == Some('\\') {
                    at += 3;
                    while chars.get(at).is_some_and(|c| *c != '\'') {
                        at += 1;
                    }
                    at += 1;
                } else if chars.get(at + 2) == Some(&'\'') {
                    at += 3;
                } else {
                    at += 1;
                }
                before.push('\'');
            }
            'r' if matches!(next, Some('"' | '#'))
                && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') =>
            {
                let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
                if chars.get(at + 1 + hashes) != Some(&'"') {
                    at += 1;
                    before.push('r');
                    continue;
                }
                let start = at + 2 + hashes;
                let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                let mut stop = start;
                while stop < chars.len() && !chars[stop..].starts_with(&end) {
                    stop += 1;
                }
                let text: String = chars[start..stop].iter().collect();
                found.push(literal(line, &text, &mut before));
                line += text.matches('\n').count();
                at = stop + end.len();
            }
            '"' => {
                let first = line;
                let mut text = String::new();
                at += 1;
                while let Some(&c) = chars.get(at) {
                    at += 1;
                    match c {
                        '"' => break,
                        '\\' => {
                            match chars.get(at) {
                                Some('n') => text.push('\n'),
                                Some('t') => text.push('\t'),
                                Some('\n') => {
                                    // A backslash at the end of a line swallows the indentation of the next.
                                    line += 1;
                                    while chars.get(at + 1).is_some_and(|c| c.is_whitespace()) {
                                        at += 1;
                                        line += usize::from(chars[at] == '\n');
                                    }
                                }
                                Some(other) => text.push(*other),
                                None => {}
                            }
                            at += 1;
                        }
                        other => {
                            line += usize::from(other == '\n');
                            text.push(other);
                        }
                    }
                }
                found.push(literal(first, &text, &mut before));
            }
            other => {
                before.push(other);
                at += 1;
            }
        }
    }
    found
}

fn literal(line: usize, text: &str, before: &mut String) -> Literal {
    let context: String = before.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    // What follows sees that a text stood here.
    before.clear();
    before.push_str(&context);
    before.push('§');
    Literal { line, text: text.to_owned(), before: context }
}

#[test]
fn texts_are_found_where_they_stand() {
    let code = r##"
        // "not this"
        let a = t.t("one"); /* "nor this" */
        let b: &'static str = r#"two "quoted""#;
        let c = ('"', '\'', "three \
            more");
    "##;
    let found = literals(code);
    let texts: Vec<(usize, &str)> = found.iter().map(|one| (one.line, one.text.as_str())).collect();
    assert_eq!(texts, [(3, "one"), (4, "two \"quoted\""), (5, "three more")]);
    assert!(found[0].before.ends_with("t.t("));
}
