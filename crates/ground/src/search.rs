//! Search: what rooms publish is put here in the acting transaction, and found by everybody who may see it.
//!
//! `ground_search` holds the documents; `ground_search_words` is derived from it (FTS5 on SQLite, a tsvector with GIN
//! on PostgreSQL) and can be made anew at any time (`rebuild`). Grams find candidates; whether a phrase really stands
//! there is checked on the folded text, so that 東都 is not found in 東京都庁 and quotes mean what they say.

mod text;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use text::{Marked, fold};

use crate::cx::Cx;
use crate::db::Tx;
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{List, Paging};
use crate::who::Who;
use crate::words::Lang;
use crate::{params, sql};

/// Characters of a body that are searched.
const BODY_CHARS: usize = 100_000;
/// Characters of a body in which a snippet is looked for.
const SNIPPET_WITHIN: i64 = 20_000;
const TITLE_CHARS: usize = 500;
/// Words and phrases of one question.
const PHRASES: usize = 6;
/// Finds of one question, newest first: those with the words in their title, and all.
const CANDIDATES_TITLE: i64 = 300;
const CANDIDATES: i64 = 1_000;
/// For each find so many documents with its grams, newest first, are looked at to see whether they have the phrases.
const LOOKED_AT: i64 = 2;
/// Documents indexed anew in one transaction.
const REBUILD_ROWS: i64 = 50;

/// Who may find a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Public,
    Staff,
    /// The staff of one department.
    Department(Id),
}

impl Visibility {
    fn columns(&self) -> (&'static str, String) {
        match self {
            Visibility::Public => ("public", String::new()),
            Visibility::Staff => ("staff", String::new()),
            Visibility::Department(id) => ("department", id.to_string()),
        }
    }
}

/// One language of something that can be found.
#[derive(Clone, Debug)]
pub struct Doc {
    /// "messages.page": room and thing.
    pub kind: &'static str,
    pub id: String,
    pub lang: Lang,
    pub title: String,
    /// Plain text, without markup.
    pub body: String,
    pub href: String,
    pub visibility: Visibility,
    /// The department that answers for it, shown with it.
    pub department: Option<Id>,
    /// Higher comes first among finds of the same kind (title or not); 0 is usual.
    pub weight: i64,
    pub at_ms: i64,
}

/// Puts a document, or its new version. Called in the transaction that publishes.
pub fn put(tx: &mut Tx<'_>, doc: &Doc) -> Result<(), Fault> {
    let title: String = doc.title.chars().take(TITLE_CHARS).collect();
    let body: String = doc.body.chars().take(BODY_CHARS).collect();
    let (folded_title, folded_body) = (fold(&title), fold(&body));
    let words = text::grams(&folded_title, &folded_body);
    let (visibility, department_of) = doc.visibility.columns();
    tx.lock(&format!("search/{}/{}", doc.kind, doc.id))?;
    let old = tx.all(
        sql!(
            "delete from ground_search where city = ?1 and kind = ?2 and id = ?3 and lang = ?4 returning no"
        ),
        params![doc.kind, &doc.id, doc.lang.code()],
        |row| row.get::<i64>(0),
    )?;
    forget_words(tx, &old)?;
    let no = tx.one(
        sql!(
            "insert into ground_search (city, kind, id, lang, title, body, folded_title, folded, href, visibility,
                                        visible_to, department, weight, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) returning no"
        ),
        params![
            doc.kind,
            &doc.id,
            doc.lang.code(),
            &title,
            body,
            folded_title.as_str(),
            format!("{folded_title}\n{folded_body}"),
            &doc.href,
            visibility,
            department_of,
            doc.department.as_ref(),
            doc.weight,
            doc.at_ms
        ],
        |row| row.get::<i64>(0),
    )?;
    put_words(tx, no, words)
}

fn put_words(tx: &mut Tx<'_>, no: i64, words: String) -> Result<(), Fault> {
    tx.put(
        sql!("insert into ground_search_words (city, {words_row}, words) values (?1, ?2, {as_words(?3)})"),
        params![no, words],
    )
}

fn forget_words(tx: &mut Tx<'_>, numbers: &[i64]) -> Result<(), Fault> {
    for no in numbers {
        tx.put(sql!("delete from ground_search_words where city = ?1 and {words_row} = ?2"), params![*no])?;
    }
    Ok(())
}

/// Takes a thing out of the search in all its languages.
pub fn remove(tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<(), Fault> {
    tx.lock(&format!("search/{kind}/{id}"))?;
    let old = tx.all(
        sql!("delete from ground_search where city = ?1 and kind = ?2 and id = ?3 returning no"),
        params![kind, id],
        |row| row.get::<i64>(0),
    )?;
    forget_words(tx, &old)
}

/// What somebody looks for. Who they are decides what they see; their language, which version is shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Words, all of them wanted; quotes keep a phrase together.
    #[garde(length(chars, max = 200))]
    #[serde(default)]
    pub words: String,
    /// Kinds of things; all when empty.
    #[garde(length(max = 20), inner(length(max = 60)))]
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Not older than this instant.
    #[garde(skip)]
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Older than this instant.
    #[garde(skip)]
    #[serde(default)]
    pub until_ms: Option<i64>,
    #[garde(dive)]
    #[serde(default)]
    pub paging: Paging,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    pub kind: String,
    pub id: String,
    pub lang: Lang,
    pub title: Marked,
    pub snippet: Marked,
    pub href: String,
    pub department: Option<Id>,
    pub at_ms: i64,
}

/// The order of finds: words in the title, then weight, then the newest.
type Rank = (i64, i64, i64, i64);

struct Candidate {
    no: i64,
    kind: String,
    id: String,
    lang: Lang,
    rank: Rank,
}

/// One thing among the finds, in the language that suits its reader best.
struct Chosen {
    no: i64,
    lang: Lang,
    rank: Rank,
}

/// Finds what this person may see. A thing with several languages is found by each of them, and shown once.
pub fn find(tx: &mut Tx<'_>, cx: &Cx, query: &Query) -> Result<List<Hit>, Fault> {
    let phrases = text::phrases(&query.words, PHRASES);
    if phrases.is_empty() {
        return Ok(List { rows: Vec::new(), next: None });
    }
    let mut things: BTreeMap<(String, String), Chosen> = BTreeMap::new();
    for (in_title, at_most) in [(true, CANDIDATES_TITLE), (false, CANDIDATES)] {
        for found in candidates(tx, cx.who(), query, &phrases, in_title, at_most)? {
            let Candidate { no, kind, id, lang, rank } = found;
            let chosen = things.entry((kind, id)).or_insert(Chosen { no, lang, rank });
            chosen.rank = chosen.rank.max(rank);
            if preference(cx.lang(), lang) < preference(cx.lang(), chosen.lang) {
                (chosen.no, chosen.lang) = (no, lang);
            }
        }
    }
    let after = rank_of(query.paging.after());
    let mut ranked: Vec<Chosen> =
        things.into_values().filter(|chosen| after.is_none_or(|after| chosen.rank < after)).collect();
    ranked.sort_unstable_by_key(|chosen| Reverse(chosen.rank));
    let wanted = query.paging.rows();
    ranked.truncate(usize::try_from(wanted + 1).unwrap_or(0));
    let page = List::cut(ranked, wanted, |chosen| {
        let (title, weight, at_ms, no) = chosen.rank;
        format!("{title}.{weight}.{at_ms}.{no}")
    });
    Ok(List { rows: load(tx, &page.rows, &phrases)?, next: page.next })
}

fn rank_of(cursor: &str) -> Option<Rank> {
    let mut numbers = cursor.split('.').map(str::parse::<i64>);
    let mut next = || numbers.next().and_then(Result::ok);
    Some((next()?, next()?, next()?, next()?))
}

/// The reader's language, then Japanese, then whatever there is.
fn preference(wanted: Lang, lang: Lang) -> u8 {
    match lang {
        lang if lang == wanted => 0,
        Lang::Ja => 1,
        Lang::JaEasy => 2,
        Lang::En => 3,
    }
}

fn candidates(
    tx: &mut Tx<'_>,
    who: &Who,
    query: &Query,
    phrases: &[String],
    in_title: bool,
    at_most: i64,
) -> Result<Vec<Candidate>, Fault> {
    let phrase = |nth: usize| phrases.get(nth).map_or("", String::as_str);
    let department = who.department.as_ref().filter(|_| who.is_staff()).map_or("", Id::as_str);
    let kinds = serde_json::to_value(&query.kinds).map_err(Fault::internal)?;
    // `cross join` keeps SQLite from walking through all documents to ask each for its words.
    tx.all(
        sql!(
            "select d.no, d.kind, d.id, d.lang, d.weight, d.at_ms, d.folded_title
             from (select n.no from ground_search_words w cross join ground_search n
                   where w.city = ?1 and n.city = ?1 and n.no = w.{words_row}
                     and {found(ground_search_words w, ?2)}
                     and (n.visibility = 'public' or (n.visibility = 'staff' and ?3 = 1)
                          or (n.visibility = 'department' and n.visible_to = ?4))
                     and (?5 = '[]' or n.kind in {list(?5)}) and n.at_ms >= ?6 and n.at_ms < ?7
                   order by {newest_words(w)} limit ?15) newest
             cross join ground_search d
             where d.city = ?1 and d.no = newest.no and {contains(d.folded, ?8)} and {contains(d.folded, ?9)}
               and {contains(d.folded, ?10)} and {contains(d.folded, ?11)} and {contains(d.folded, ?12)}
               and {contains(d.folded, ?13)}
             order by d.no desc limit ?14"
        ),
        params![
            text::wanted(phrases, in_title),
            who.is_staff(),
            department,
            &kinds,
            query.from_ms.unwrap_or(i64::MIN),
            query.until_ms.unwrap_or(i64::MAX),
            phrase(0),
            phrase(1),
            phrase(2),
            phrase(3),
            phrase(4),
            phrase(5),
            at_most,
            at_most * LOOKED_AT
        ],
        |row| {
            let (no, title) = (row.get::<i64>(0)?, row.get::<String>(6)?);
            let all_in_title = phrases.iter().all(|phrase| title.contains(phrase.as_str()));
            Ok(Candidate {
                no,
                kind: row.get(1)?,
                id: row.get(2)?,
                lang: Lang::from_code(&row.get::<String>(3)?).unwrap_or_default(),
                rank: (all_in_title.into(), row.get(4)?, row.get(5)?, no),
            })
        },
    )
}

fn load(tx: &mut Tx<'_>, page: &[Chosen], phrases: &[String]) -> Result<Vec<Hit>, Fault> {
    let wanted: Vec<_> = page.iter().map(|chosen| serde_json::json!({"no": chosen.no})).collect();
    let mut found = BTreeMap::new();
    tx.each(
        sql!(
            "select d.no, d.kind, d.id, d.lang, d.title, substr(d.body, 1, ?3), d.href, d.department, d.at_ms
             from {rows(?2, no bigint)} r join ground_search d on d.no = r.no where d.city = ?1"
        ),
        params![&serde_json::Value::Array(wanted), SNIPPET_WITHIN],
        |row| {
            let hit = Hit {
                kind: row.get(1)?,
                id: row.get(2)?,
                lang: Lang::from_code(&row.get::<String>(3)?).unwrap_or_default(),
                title: text::marked(&row.get::<String>(4)?, phrases),
                snippet: text::snippet(&row.get::<String>(5)?, phrases),
                href: row.get(6)?,
                department: row.get(7)?,
                at_ms: row.get(8)?,
            };
            found.insert(row.get::<i64>(0)?, hit);
            Ok(())
        },
    )?;
    Ok(page.iter().filter_map(|chosen| found.remove(&chosen.no)).collect())
}

/// Makes the words of a range of documents anew, and says from where to go on; `None` when all are done. For stores
/// that were filled from a backup, which leaves out what is derived.
pub fn rebuild(tx: &mut Tx<'_>, after: i64) -> Result<Option<i64>, Fault> {
    let docs = tx.all(
        sql!(
            "select d.no, d.title, d.body from ground_search d where d.city = ?1 and d.no > ?2 order by d.no limit ?3"
        ),
        params![after, REBUILD_ROWS],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    for (no, title, body) in &docs {
        forget_words(tx, &[*no])?;
        put_words(tx, *no, text::grams(&fold(title), &fold(body)))?;
    }
    Ok(docs.last().map(|(no, _, _)| *no))
}

/// The job that makes all words anew, range by range: `{"after": 0}`.
pub const REBUILD: &str = "ground.search_rebuild";

pub(crate) fn rebuild_range(tx: &mut Tx<'_>, cx: &Cx, body: &serde_json::Value) -> Result<(), Fault> {
    let after = body.get("after").and_then(serde_json::Value::as_i64).unwrap_or(0);
    match rebuild(tx, after)? {
        Some(next) => {
            tx.enqueue(cx, REBUILD, Some(&format!("after {next}")), &serde_json::json!({"after": next}))
        }
        None => Ok(()),
    }
}
