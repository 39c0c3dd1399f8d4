//! Pages that come with the program, as files: the standing pages of every city, and those of the demonstration city.
//!
//! A file has lines `name: value`, then for each language a line `=== <language>`, the title as `# …`, and the body.

use std::collections::BTreeMap;

use ground::fault::Fault;
use ground::words::Lang;

use crate::model::PageText;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub slug: String,
    pub place: i64,
    pub in_footer: bool,
    /// A word in the name of the department that answers for it; empty for the whole city.
    pub department: String,
    /// Hours from now until it goes out, for pages that wait; 0 for now.
    pub in_hours: i64,
    /// Stays a draft.
    pub draft: bool,
    pub texts: BTreeMap<Lang, PageText>,
}

const STANDING: [&str; 5] = [
    include_str!("../seed/about.md"),
    include_str!("../seed/contact.md"),
    include_str!("../seed/privacy.md"),
    include_str!("../seed/terms.md"),
    include_str!("../seed/accessibility.md"),
];

/// The standing pages that every city begins with.
pub fn standing() -> Result<Vec<Content>, Fault> {
    STANDING.into_iter().map(read).collect()
}

pub fn read(file: &str) -> Result<Content, Fault> {
    let mut parts = file.split("\n=== ");
    let head = parts.next().unwrap_or_default();
    let said = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value.trim())
    };
    let number = |name: &str| match said(name) {
        "" => Ok(0),
        text => text.parse().map_err(|_| Fault::internal(format!("{name} is not a number: {text}"))),
    };
    let mut texts = BTreeMap::new();
    for part in parts {
        let (lang, rest) = part.split_once('\n').unwrap_or((part, ""));
        let lang = Lang::from_code(lang.trim())
            .ok_or_else(|| Fault::internal(format!("{}: there is no language {lang}", said("slug"))))?;
        let (title, body) = rest.trim().split_once('\n').unwrap_or((rest.trim(), ""));
        let title = title.trim_start_matches("# ").trim().to_owned();
        texts.insert(lang, PageText { title, body: body.trim().to_owned() });
    }
    Ok(Content {
        slug: said("slug").to_owned(),
        place: number("place")?,
        in_footer: said("foot") == "yes",
        department: said("department").to_owned(),
        in_hours: number("in_hours")?,
        draft: said("draft") == "yes",
        texts,
    })
}
