//! The city rule: every table in a statement is tied to `?1`, directly or through another that is; rows are inserted
//! with `?1` as their city; and no statement reaches into two stores.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use ground::db::Store;
use sqlparser::ast::{
    BinaryOperator, ConflictTarget, Expr, FromTable, Insert, JoinConstraint, JoinOperator, OnConflict,
    OnInsert, Query, Select, SelectItem, SetExpr, Statement, TableFactor, TableObject, TableWithJoins,
    UpdateTableFromKind, Visit, Visitor,
};
use tests::rooms::store_of_tables;
use tests::source::none_of;

use super::{BOTH, last, parameter, parse, place, statements};

/// Statements about the whole installation, each with the reason why no single city will do.
const INSTALLATION_WIDE: &[(&str, &str)] = &[];

/// What a statement does to the tables it names.
#[derive(Default)]
struct Reading {
    faults: Vec<String>,
    tables: BTreeSet<String>,
    /// Names of common table expressions: not tables.
    named: BTreeSet<String>,
    /// Aliases tied to the city, per scope from the outside in.
    tied: Vec<BTreeSet<String>>,
}

fn read(statement: &Statement) -> Reading {
    let mut reading = Reading::default();
    let flow = statement.visit(&mut reading);
    assert!(flow.is_continue());
    reading
}

impl Visitor for Reading {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Query(_) => {}
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => {
                let mut from = vec![update.table.clone()];
                if let Some(UpdateTableFromKind::AfterSet(more) | UpdateTableFromKind::BeforeSet(more)) =
                    &update.from
                {
                    from.extend(more.iter().cloned());
                }
                self.scope(&from, update.selection.as_ref());
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let mut from = from.clone();
                from.extend(delete.using.iter().flatten().cloned());
                self.scope(&from, delete.selection.as_ref());
            }
            other => self.faults.push(format!("is neither select, insert, update nor delete: {other}")),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for named in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.named.insert(named.alias.name.value.to_lowercase());
        }
        self.tied.push(BTreeSet::new());
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.tied.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.scope(&select.from, select.selection.as_ref());
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.tied.pop();
        ControlFlow::Continue(())
    }
}

impl Reading {
    /// Opens a scope: finds its tables, and which of them its conditions tie to the city.
    fn scope(&mut self, from: &[TableWithJoins], selection: Option<&Expr>) {
        let mut aliases: Vec<(String, String)> = Vec::new();
        let mut conditions: Vec<&Expr> = selection.into_iter().collect();
        for joined in from {
            self.factor(&joined.relation, &mut aliases);
            for join in &joined.joins {
                self.factor(&join.relation, &mut aliases);
                if let JoinOperator::Join(on)
                | JoinOperator::Inner(on)
                | JoinOperator::Left(on)
                | JoinOperator::LeftOuter(on)
                | JoinOperator::CrossJoin(on) = &join.join_operator
                {
                    match on {
                        JoinConstraint::On(condition) => conditions.push(condition),
                        JoinConstraint::Using(_) | JoinConstraint::Natural => {
                            self.faults.push("joins by `using`: write `on a.city = b.city and …`".to_owned());
                        }
                        JoinConstraint::None => {}
                    }
                } else {
                    self.faults.push(format!("has a join that this rule cannot read: {join}"));
                }
            }
        }
        let mut equal = Vec::new();
        conditions.into_iter().for_each(|condition| equalities(condition, &mut equal));
        let only = if let [(alias, _)] = aliases.as_slice() { Some(alias.clone()) } else { None };
        let mut tied: BTreeSet<String> = BTreeSet::new();
        // A tie may go through several tables; each round carries it one further.
        for _ in 0..=aliases.len() {
            for (left, right) in &equal {
                for (one, other) in [(left, right), (right, left)] {
                    let Some(alias) = city_of(one, only.as_ref()) else { continue };
                    let holds = parameter(other) == Some(1)
                        || city_of(other, None).is_some_and(|other| {
                            tied.contains(&other) || self.tied.iter().any(|all| all.contains(&other))
                        });
                    if holds {
                        tied.insert(alias);
                    }
                }
            }
        }
        for (alias, table) in &aliases {
            if !tied.contains(alias) {
                let said = if alias == table { table.clone() } else { format!("{table} as {alias}") };
                self.faults.push(format!("does not tie {said} to the city: say `{alias}.city = ?1`"));
            }
        }
        self.tied.push(tied);
    }

    fn factor(&mut self, factor: &TableFactor, aliases: &mut Vec<(String, String)>) {
        match factor {
            // A function that makes rows out of a parameter.
            TableFactor::Table { args: Some(_), .. }
            | TableFactor::Function { .. }
            | TableFactor::Derived { .. } => {}
            TableFactor::Table { name, alias, .. } => {
                let table = last(name);
                if self.named.contains(&table) {
                    return;
                }
                self.tables.insert(table.clone());
                let alias = alias.as_ref().map_or(table.clone(), |alias| alias.name.value.to_lowercase());
                aliases.push((alias, table));
            }
            other => self.faults.push(format!("has something in `from` that this rule cannot read: {other}")),
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(name) = &insert.table else {
            return self.faults.push("inserts into something that is not a table".to_owned());
        };
        self.tables.insert(last(name));
        if insert.columns.first().map(last).as_deref() != Some("city") {
            self.faults.push("inserts without naming city as its first column".to_owned());
        }
        match &insert.source {
            Some(query) => self.inserted(&query.body),
            None => self.faults.push("inserts default values: no city".to_owned()),
        }
        if let Some(OnInsert::OnConflict(OnConflict { conflict_target: Some(target), .. })) = &insert.on {
            let first = match target {
                ConflictTarget::Columns(columns) => columns.first().map(|column| column.value.to_lowercase()),
                ConflictTarget::OnConstraint(_) => None,
            };
            if first.as_deref() != Some("city") {
                self.faults.push("has an `on conflict` whose first column is not city".to_owned());
            }
        }
    }

    fn inserted(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Values(values) => {
                if !values.rows.iter().all(|row| row.content.first().and_then(parameter) == Some(1)) {
                    self.faults.push("inserts rows whose city is not ?1".to_owned());
                }
            }
            SetExpr::Select(select) => {
                let first = match select.projection.first() {
                    Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => {
                        Some(expr)
                    }
                    _ => None,
                };
                // A tied table's own city is ?1 as well; the tie is checked with the select.
                let good =
                    first.is_some_and(|expr| parameter(expr) == Some(1) || city_of(expr, None).is_some());
                if !good {
                    self.faults.push("inserts selected rows whose city is not ?1".to_owned());
                }
            }
            SetExpr::Query(query) => self.inserted(&query.body),
            SetExpr::SetOperation { left, right, .. } => {
                self.inserted(left);
                self.inserted(right);
            }
            other => self.faults.push(format!("inserts from something that this rule cannot read: {other}")),
        }
    }
}

/// The equalities that hold in every row: those joined by `and`.
fn equalities<'e>(condition: &'e Expr, found: &mut Vec<(&'e Expr, &'e Expr)>) {
    match condition {
        Expr::Nested(inner) => equalities(inner, found),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            equalities(left, found);
            equalities(right, found);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => found.push((left, right)),
        _ => {}
    }
}

/// The alias in `alias.city`; a bare `city` means the only table of its scope.
fn city_of(expr: &Expr, only: Option<&String>) -> Option<String> {
    match expr {
        Expr::Identifier(name) if name.value.eq_ignore_ascii_case("city") => only.cloned(),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [alias, column] if column.value.eq_ignore_ascii_case("city") => Some(alias.value.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}

fn faults_of(text: &str) -> Vec<String> {
    let mut faults = BTreeSet::new();
    for dialect in BOTH {
        match parse(text, dialect) {
            Ok(statement) => faults.extend(read(&statement).faults),
            Err(fault) => {
                faults.insert(format!("cannot be read as {dialect:?}: {fault}"));
            }
        }
    }
    faults.into_iter().collect()
}

#[test]
fn every_statement_is_tied_to_its_city() {
    let mut findings = Vec::new();
    let mut excused = BTreeSet::new();
    for sql in statements() {
        if INSTALLATION_WIDE.iter().any(|(text, _)| *text == sql.text) {
            excused.insert(sql.text);
            continue;
        }
        findings.extend(faults_of(sql.text).into_iter().map(|fault| format!("{}: {fault}", place(sql))));
    }
    for (text, _) in INSTALLATION_WIDE.iter().filter(|(text, _)| !excused.contains(text)) {
        findings.push(format!("the list of installation-wide statements names one that is gone: {text}"));
    }
    none_of(
        &findings,
        "A statement without its city could show one town's rows to another. Tie each table with `t.city = ?1`; a \
         statement that truly concerns the whole installation belongs into INSTALLATION_WIDE with its reason.",
    );
}

#[test]
fn the_city_rule_sees_what_is_wrong() {
    let bad = [
        "select name from ground_city",
        "select name from ground_city where city = ?2",
        "select name from ground_city where city = ?1 or name = ?2",
        "select a.x from ground_job a join ground_audit b on b.id = a.id where a.city = ?1",
        "select a.x from ground_job a left join ground_audit b on b.id = a.id and b.city = a.id where a.city = ?1",
        "select x from ground_job where city = ?1 and id in (select id from ground_audit)",
        "select x from ground_job j where j.city = ?1 and exists (select 1 from ground_audit a where a.id = j.id)",
        "select x from ground_job where city = ?1 union all select x from ground_audit",
        "with old as (select id from ground_job) select id from old",
        "update ground_job set state = 'dead' where id = ?2",
        "update ground_job set state = (select outcome from ground_audit where id = ?2) where city = ?1",
        "delete from ground_job where id = ?2",
        "delete from ground_job where not (city = ?1)",
        "insert into ground_job (id, city) values (?2, ?1)",
        "insert into ground_job (city, id) values (?2, ?1)",
        "insert into ground_job values (?1, ?2)",
        "insert into ground_job (city, id) values (?1, ?2), (?3, ?4)",
        "insert into ground_job (city, id) select ?2, id from ground_audit where city = ?1",
        "insert into ground_job (city, id) select ?1, id from ground_audit",
        "insert into ground_job (city, id) values (?1, ?2) on conflict (id) do nothing",
        "drop table ground_job",
    ];
    for text in bad {
        assert!(!faults_of(text).is_empty(), "the rule must refuse: {text}");
    }
    let good = [
        "select name from ground_city where city = ?1",
        "select 1",
        "select a.x from ground_job a join ground_audit b on b.city = a.city and b.id = a.id where a.city = ?1",
        "select a.x from ground_job a, ground_audit b where a.city = ?1 and b.city = ?1 and b.id = a.id",
        "select x from ground_job where city = ?1 and id in (select id from ground_audit where city = ?1)",
        "select x from ground_job j where j.city = ?1 and exists (select 1 from ground_audit a where a.city = j.city)",
        "with old as (select id from ground_job where city = ?1) select id from old",
        "select r.no from {rows(?2, no bigint)} r join ground_job d on d.no = r.no where d.city = ?1",
        "insert into ground_job (city, id) select ?1, id from ground_audit where city = ?1",
        "insert into ground_job (city, id) values (?1, ?2) on conflict (city, id) do nothing",
        "update ground_job set state = 'dead' where city = ?1 and id in {list(?2)}",
        "delete from ground_job where city = ?1 and id = ?2 returning kind",
    ];
    for text in good {
        assert_eq!(faults_of(text), Vec::<String>::new(), "the rule must take: {text}");
    }
}

/// The tables of a statement with their stores; an unknown table is a fault.
pub(super) fn store_of(
    text: &str,
    known: &BTreeMap<String, (Store, &'static str)>,
) -> Result<BTreeSet<Store>, String> {
    let mut stores = BTreeSet::new();
    for dialect in BOTH {
        let tables = read(&parse(text, dialect)?).tables;
        for table in tables {
            match known.get(&table) {
                Some((store, _)) => {
                    stores.insert(*store);
                }
                None => return Err(format!("names the table {table}, which no migration makes")),
            }
        }
    }
    Ok(stores)
}

#[test]
fn no_statement_reaches_into_two_stores() {
    let known = store_of_tables(&ground::house::migrations_of(&tests::town::every_room()));
    let mut findings = Vec::new();
    for sql in statements() {
        match store_of(sql.text, &known) {
            Ok(stores) if stores.len() > 1 => findings.push(format!("{}: {stores:?}", place(sql))),
            Ok(_) => {}
            Err(fault) => findings.push(format!("{} {fault}", place(sql))),
        }
    }
    none_of(
        &findings,
        "The stores of a city are separate files on SQLite. Read in one, then write in the other; what must follow \
         goes by event.",
    );
    let both = "select r.id from probe_reading r join probe_note n on n.city = r.city where r.city = ?1";
    assert_eq!(store_of(both, &known).map(|stores| stores.len()), Ok(2), "the rule sees two stores");
    assert!(store_of("select x from nowhere where city = ?1", &known).is_err());
}
