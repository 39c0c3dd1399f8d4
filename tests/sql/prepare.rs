//! Every statement is prepared on a migrated store of each database, and what goes in and comes out has a type that
//! both know.

use std::collections::BTreeMap;

use ground::db::{Store, migrate_sqlite};
use tests::cluster;
use tests::rooms::store_of_tables;
use tests::source::none_of;
use tests::town::{Plot, START_MS, Town, every_room, runtime};
use tokio_postgres::NoTls;
use tokio_postgres::types::Type;

use super::city::store_of;
use super::{place, statements};

#[test]
fn every_statement_is_understood_by_sqlite() {
    let migrations = ground::house::migrations_of(&every_room());
    let known = store_of_tables(&migrations);
    let folder = cluster::scratch();
    let connections: BTreeMap<Store, rusqlite::Connection> = Store::ALL
        .into_iter()
        .map(|store| {
            let file = folder.path().join(format!("{}.db", store.name()));
            migrate_sqlite(&file, store, &migrations, START_MS).expect("migrated");
            (store, rusqlite::Connection::open(file).expect("opened"))
        })
        .collect();
    let mut findings = Vec::new();
    for sql in statements() {
        // One that names no table is the same in every store.
        let store =
            store_of(sql.text, &known).ok().and_then(|stores| stores.first().copied()).unwrap_or(Store::City);
        if let Err(fault) = connections[&store].prepare(sql.for_sqlite()) {
            findings.push(format!("{}: {fault}", place(sql)));
        }
    }
    none_of(&findings, "SQLite does not understand these statements:");
}

#[test]
fn every_statement_is_understood_by_postgresql_with_types_that_both_know() {
    runtime().block_on(async {
        let town = Town::postgres(Plot::house()).await;
        let address = town.postgres_address().expect("PostgreSQL");
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.expect("connected");
        let driving = tokio::spawn(connection);
        let mut findings = Vec::new();
        for sql in statements() {
            match client.prepare(sql.for_postgres()).await {
                Err(fault) => {
                    let said = fault.as_db_error().map_or_else(|| fault.to_string(), |db| db.message().to_owned());
                    findings.push(format!("{}: {said}", place(sql)));
                }
                Ok(prepared) => findings.extend(
                    wrong_types(prepared.params(), prepared.columns())
                        .into_iter()
                        .map(|fault| format!("{}: {fault}", place(sql))),
                ),
            }
        }
        none_of(
            &findings,
            "PostgreSQL does not understand these statements, or answers with types that SQLite does not have. Cast \
             what is computed: `{sum(x)}`, `cast(… as bigint)`, `case when … then 1 else 0 end` cast to bigint.",
        );

        // The check sees what it is for.
        for bad in ["select 1", "select sum(tries) from ground_job", "select true", "select round(1.5, 0)", "select now()"] {
            let prepared = client.prepare(bad).await.expect("PostgreSQL takes it");
            assert_eq!(wrong_types(prepared.params(), prepared.columns()).len(), 1, "{bad}");
        }
        let prepared = client.prepare("select id from ground_job where $1::boolean").await.expect("taken");
        assert_eq!(wrong_types(prepared.params(), prepared.columns()).len(), 1);
        drop(client);
        driving.await.expect("joined").expect("ended");
    });
}

fn wrong_types(params: &[Type], columns: &[tokio_postgres::Column]) -> Vec<String> {
    let given = [Type::TEXT, Type::VARCHAR, Type::INT8, Type::INT4, Type::FLOAT8, Type::BYTEA];
    let answered = [Type::TEXT, Type::VARCHAR, Type::INT8, Type::FLOAT8, Type::BYTEA];
    let mut wrong = Vec::new();
    for (index, kind) in params.iter().enumerate().filter(|(_, kind)| !given.contains(kind)) {
        wrong.push(format!("takes ?{} as {kind}", index + 1));
    }
    for column in columns.iter().filter(|column| !answered.contains(column.type_())) {
        wrong.push(format!("answers {} as {}", column.name(), column.type_()));
    }
    wrong
}
