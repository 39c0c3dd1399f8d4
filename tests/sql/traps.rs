//! Traps: what one database takes and the other takes differently, or what goes wrong only on a bad day.

use std::ops::ControlFlow;

use ground::db::Dialect;
use sqlparser::ast::{
    Assignment, Expr, Function, FunctionArguments, LimitClause, OnConflictAction, OnInsert, Query,
    SelectItem, SetExpr, Statement, Value, Visit, Visitor,
};
use tests::source::none_of;

use super::{last, parameter, parse, place, statements};

/// Pieces of statements that look like a trap and are none, each with the trap and the reason.
const EXCUSED: &[(&str, &str, &str)] = &[(
    "(h.at_ms - ?3) / ?4 as span",
    DIVIDE,
    "both are bigint, so both databases cut alike, and the length of a span is never zero",
)];

struct Traps(Vec<&'static str>);

const UNTYPED_NULL: &str = "asks whether a bare parameter is null: PostgreSQL cannot know its type; give an empty value a meaning, or cast it";
const SUM: &str = "uses bare sum, which is numeric on PostgreSQL and null without rows: use {sum(x)}";
const SCALAR_MAX: &str =
    "uses max or min of several values, which only SQLite knows: use {greatest(a, b)} or {least(a, b)}";
const UNQUALIFIED: &str = "uses an unqualified column in `do update`: PostgreSQL calls it ambiguous; write `excluded.x` or `table.x`";
const LIKE: &str = "uses LIKE: SQLite ignores the case of ASCII letters, PostgreSQL does not; use {contains(folded, ?n)} or compare ranges";
const NUL: &str = "holds or makes U+0000, which PostgreSQL cannot store";
const OFFSET: &str = "pages by offset, which skips and doubles rows while others write: use a cursor";
const STAR: &str = "selects *, which changes with the next migration: name the columns";
const CLOCK: &str = "asks the database for time or randomness: take them from Cx (law 5)";
const BOOLEAN: &str = "uses true or false as values, which SQLite keeps as numbers: use 1 and 0 in a bigint";
const CAST: &str =
    "casts to a type that the two databases understand differently: use bigint, text or double precision";
const DIALECT: &str =
    "uses a function or form that only one database knows: use a token of ground::db, or say it in Rust";
const DIVIDE: &str =
    "divides: whole numbers are cut, and a zero stops PostgreSQL but not SQLite; compute it in Rust";
const AVERAGE: &str = "uses avg, which is numeric on PostgreSQL: divide {sum(x)} by count(*) in Rust";
const QUOTED: &str = "puts a name in double quotes, which SQLite reads as text when there is no such column";

const TIME_AND_CHANCE: &[&str] = &[
    "now",
    "random",
    "randomblob",
    "gen_random_uuid",
    "current_timestamp",
    "current_date",
    "current_time",
    "strftime",
    "datetime",
    "date",
    "time",
    "julianday",
    "unixepoch",
    "clock_timestamp",
    "localtimestamp",
    "nextval",
];
const ONE_DATABASE_ONLY: &[&str] = &[
    "ifnull",
    "iif",
    "group_concat",
    "string_agg",
    "instr",
    "strpos",
    "json_extract",
    "json_each",
    "typeof",
    "changes",
    "last_insert_rowid",
    "total",
    "hex",
    "printf",
    "format",
    "left",
    "right",
    "position",
    "split_part",
    "to_char",
];

impl Visitor for Traps {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::IsNull(inner) | Expr::IsNotNull(inner) if parameter(inner).is_some() => {
                self.0.push(UNTYPED_NULL)
            }
            Expr::Like { .. } | Expr::ILike { .. } | Expr::SimilarTo { .. } | Expr::RLike { .. } => {
                self.0.push(LIKE)
            }
            Expr::Function(function) => self.function(function),
            // `where true` is said alike on both; a column compared with it is not.
            Expr::BinaryOp { left, right, .. } if is_boolean(left) || is_boolean(right) => {
                self.0.push(BOOLEAN)
            }
            Expr::BinaryOp { op, .. } => match op {
                sqlparser::ast::BinaryOperator::Divide | sqlparser::ast::BinaryOperator::Modulo => {
                    self.0.push(DIVIDE)
                }
                sqlparser::ast::BinaryOperator::Arrow | sqlparser::ast::BinaryOperator::LongArrow => {
                    self.0.push(DIALECT)
                }
                _ => {}
            },
            Expr::Cast { data_type, .. } => {
                let kind = data_type.to_string().to_lowercase();
                if !["bigint", "text", "double precision"].contains(&kind.as_str()) {
                    self.0.push(CAST);
                }
            }
            Expr::Identifier(name) if name.quote_style.is_some() => self.0.push(QUOTED),
            Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) | Expr::IsTrue(_) | Expr::IsFalse(_) => {
                self.0.push(DIALECT);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(LimitClause::LimitOffset { offset: Some(_), .. } | LimitClause::OffsetCommaLimit { .. }) =
            &query.limit_clause
        {
            self.0.push(OFFSET);
        }
        if let SetExpr::Select(select) = query.body.as_ref()
            && select
                .projection
                .iter()
                .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)))
        {
            self.0.push(STAR);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        if let Statement::Insert(insert) = statement
            && let Some(OnInsert::OnConflict(conflict)) = &insert.on
            && let OnConflictAction::DoUpdate(update) = &conflict.action
        {
            let values = update.assignments.iter().map(|Assignment { value, .. }| value);
            for expr in values.chain(&update.selection) {
                let mut bare = Bare(false);
                let flow = expr.visit(&mut bare);
                assert!(flow.is_continue());
                if bare.0 {
                    self.0.push(UNQUALIFIED);
                }
            }
        }
        ControlFlow::Continue(())
    }
}

impl Traps {
    fn function(&mut self, function: &Function) {
        let name = last(&function.name);
        let arguments = match &function.args {
            FunctionArguments::List(list) => list.args.len(),
            _ => 0,
        };
        match name.as_str() {
            "sum" => self.0.push(SUM),
            "avg" => self.0.push(AVERAGE),
            "max" | "min" if arguments > 1 => self.0.push(SCALAR_MAX),
            "char" | "chr" => self.0.push(NUL),
            name if TIME_AND_CHANCE.contains(&name) => self.0.push(CLOCK),
            name if ONE_DATABASE_ONLY.contains(&name) => self.0.push(DIALECT),
            _ => {}
        }
    }
}

fn is_boolean(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.value, Value::Boolean(_)))
}

/// Whether an expression names a column without its table.
struct Bare(bool);

impl Visitor for Bare {
    type Break = ();
    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.0 |= matches!(expr, Expr::Identifier(_));
        ControlFlow::Continue(())
    }
}

/// Replaces tokens by something harmless: what they become is ground's business, and tried by preparing.
fn without_tokens(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((token, tail)) = after.split_once('}') else { break };
        let name = token.split('(').next().unwrap_or_default();
        let args = token.split_once('(').map_or("", |(_, args)| args.trim_end_matches(')'));
        out.push_str(&match name {
            "rows" => "(select ?2 as x)".to_owned(),
            "list" => "(select ?2 as x)".to_owned(),
            "skip_locked" | "made" => String::new(),
            "found" | "contains" => "1 = 1".to_owned(),
            "writer" | "oldest_writer" => "0".to_owned(),
            "words_row" => "no".to_owned(),
            // What the token is given is still ours to read.
            _ => format!("coalesce({args})"),
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn traps_of(text: &str) -> Vec<&'static str> {
    let mut traps = Traps(Vec::new());
    if text.contains('\0') || text.contains("\\u0000") {
        traps.0.push(NUL);
    }
    match parse(&without_tokens(text).replace('\0', ""), Dialect::Sqlite) {
        Ok(statement) => {
            let flow = statement.visit(&mut traps);
            assert!(flow.is_continue());
        }
        Err(_) => traps.0.push("cannot be read"),
    }
    traps.0.sort_unstable();
    traps.0.dedup();
    traps.0
}

#[test]
fn no_statement_steps_into_a_known_trap() {
    let mut findings = Vec::new();
    for sql in statements() {
        let excused =
            |trap: &str| EXCUSED.iter().any(|(piece, which, _)| *which == trap && sql.text.contains(piece));
        findings.extend(
            traps_of(sql.text)
                .into_iter()
                .filter(|trap| !excused(trap))
                .map(|trap| format!("{} {trap}", place(sql))),
        );
    }
    for (text, _, _) in EXCUSED {
        if !statements().iter().any(|sql| sql.text.contains(text)) {
            findings.push(format!("the list of excused statements names one that is gone: {text}"));
        }
    }
    none_of(&findings, "These statements mean different things on the two databases, or will one day:");
}

#[test]
fn each_trap_catches_its_bad_sample() {
    for (text, trap) in [
        ("select id from ground_job where city = ?1 and (?2 is null or id = ?2)", UNTYPED_NULL),
        ("select id from ground_job where city = ?1 and ?2 is not null", UNTYPED_NULL),
        ("select sum(tries) from ground_job where city = ?1", SUM),
        ("select max(tries, 3) from ground_job where city = ?1", SCALAR_MAX),
        ("select id from ground_job where city = ?1 and tries > min(?2, 3)", SCALAR_MAX),
        (
            "insert into ground_job (city, id) values (?1, ?2) on conflict (city, id) do update set tries = tries + 1",
            UNQUALIFIED,
        ),
        (
            "insert into ground_job (city, id) values (?1, ?2) on conflict (city, id) do update set id = excluded.id where tries > 1",
            UNQUALIFIED,
        ),
        ("select id from ground_job where city = ?1 and kind like ?2", LIKE),
        ("select id from ground_job where city = ?1 and kind = char(0)", NUL),
        ("select id from ground_job where city = ?1 and kind = '\0'", NUL),
        ("select id from ground_job where city = ?1 order by id limit ?2 offset ?3", OFFSET),
        ("select * from ground_job where city = ?1", STAR),
        ("select j.* from ground_job j where j.city = ?1", STAR),
        ("select id from ground_job where city = ?1 and due_ms < unixepoch()", CLOCK),
        ("select id from ground_job where city = ?1 order by random()", CLOCK),
        ("update ground_job set due_ms = current_timestamp where city = ?1", CLOCK),
        ("select id from ground_job where city = ?1 and tries = true", BOOLEAN),
        ("select cast(tries as integer) from ground_job where city = ?1", CAST),
        ("select cast(tries as numeric) from ground_job where city = ?1", CAST),
        ("select ifnull(id, '') from ground_job where city = ?1", DIALECT),
        ("select body ->> 'x' from ground_job where city = ?1", DIALECT),
        ("select group_concat(id) from ground_job where city = ?1", DIALECT),
        ("select tries / tries_max from ground_job where city = ?1", DIVIDE),
        ("select avg(tries) from ground_job where city = ?1", AVERAGE),
        ("select \"kind\" from ground_job where city = ?1", QUOTED),
    ] {
        assert!(
            traps_of(text).contains(&trap),
            "{text} must be caught as one that {trap}; got {:?}",
            traps_of(text)
        );
    }
    for text in [
        "select id, {sum(tries)}, {greatest(tries, 3)} from ground_job where city = ?1 and (?2 = '' or id = ?2)",
        "select max(tries), count(*) from ground_job where city = ?1 and last_fault is null",
        "insert into ground_job (city, id) values (?1, ?2) on conflict (city, id) do update set tries = ground_job.tries + excluded.tries",
        "select cast(case when tries > 1 then 1 else 0 end as bigint) from ground_job where city = ?1 and {contains(kind, ?2)}",
        "select r.no from {rows(?2, no bigint)} r join ground_job d on d.no = r.no where d.city = ?1 and d.id in {list(?3)}",
    ] {
        assert_eq!(traps_of(text), Vec::<&str>::new(), "{text}");
    }
}
