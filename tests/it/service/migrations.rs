use std::collections::BTreeMap;

use customer_graph::{
    migrate::{self, MigrateError},
    work::Database,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::on_both;

/// Name → nullable, per table, and the primary keys, as the database has them.
type Columns = BTreeMap<String, bool>;

async fn rows(database: &Database, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(database.backend(), sql.to_owned());
    database.for_migration().query_all_raw(statement).await.unwrap()
}

async fn columns(database: &Database, table: &str) -> (Columns, Vec<String>) {
    if database.backend() == DbBackend::Sqlite {
        let rows = rows(database, &format!("select * from pragma_table_info('{table}')")).await;
        let mut key: Vec<(i64, String)> = Vec::new();
        let mut columns = Columns::new();
        for row in rows {
            let name: String = row.try_get("", "name").unwrap();
            let position: i64 = row.try_get("", "pk").unwrap();
            if position > 0 {
                key.push((position, name.clone()));
            }
            columns.insert(name, row.try_get::<i64>("", "notnull").unwrap() == 0);
        }
        key.sort_unstable();
        return (columns, key.into_iter().map(|(_, name)| name).collect());
    }
    let found = rows(
        database,
        &format!(
            "select column_name::text as name, is_nullable = 'YES' as nullable
             from information_schema.columns where table_schema = 'public' and table_name = '{table}'"
        ),
    )
    .await;
    let columns = found
        .into_iter()
        .map(|row| (row.try_get("", "name").unwrap(), row.try_get("", "nullable").unwrap()))
        .collect();
    let key = rows(
        database,
        &format!(
            "select k.column_name::text as name
             from information_schema.table_constraints c
             join information_schema.key_column_usage k using (constraint_schema, constraint_name)
             where c.table_schema = 'public' and c.table_name = '{table}' and c.constraint_type = 'PRIMARY KEY'
             order by k.ordinal_position"
        ),
    )
    .await;
    (
        columns,
        key.into_iter().map(|row| row.try_get("", "name").unwrap()).collect(),
    )
}

/// The tables of the database, without those of migrations and search.
async fn tables(database: &Database) -> Vec<String> {
    let sql = match database.backend() {
        DbBackend::Sqlite => "select name from sqlite_schema where type = 'table' order by name",
        _ => "select table_name::text as name from information_schema.tables where table_schema = 'public' order by 1",
    };
    rows(database, sql)
        .await
        .into_iter()
        .map(|row| row.try_get::<String>("", "name").unwrap())
        .filter(|name| {
            name != "seaql_migrations" && !name.starts_with("customer_search") && !name.starts_with("sqlite_")
        })
        .collect()
}

on_both! {
    async fn the_entities_match_the_tables(app: TestApp) {
        let database = &app.app.parts.database;
        let entities = entity::tables();
        let names: Vec<&str> = entities.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(tables(database).await, names);
        for table in &entities {
            let (columns, key) = columns(database, &table.name).await;
            let wanted: Columns = table
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.nullable))
                .collect();
            assert_eq!(columns, wanted, "the columns of {} and whether they are nullable", table.name);
            assert_eq!(key, table.primary_key, "the primary key of {}", table.name);
        }
    }

    async fn migrations_go_up_down_and_up_again(app: TestApp) {
        let database = &app.app.parts.database;
        assert!(migrate::up(database).await.unwrap().is_empty());
        let steps = migrate::status(database).await.unwrap();
        assert!(steps.iter().all(|step| step.applied));
        let before = tables(database).await;

        let taken_back = migrate::down(database, 1).await.unwrap();
        assert_eq!(taken_back, [steps.last().unwrap().name.clone()]);
        assert_eq!(migrate::up(database).await.unwrap(), taken_back);

        let all = u32::try_from(steps.len()).unwrap();
        let taken_back = migrate::down(database, all).await.unwrap();
        assert_eq!(taken_back.len(), steps.len());
        assert_eq!(tables(database).await, Vec::<String>::new());
        assert!(migrate::status(database).await.unwrap().iter().all(|step| !step.applied));

        assert_eq!(migrate::up(database).await.unwrap().len(), steps.len());
        assert_eq!(tables(database).await, before);
    }

    async fn two_instances_may_migrate_at_once(app: TestApp) {
        let database = &app.app.parts.database;
        migrate::down(database, 1_000).await.unwrap();
        let (one, other) = tokio::join!(migrate::up(database), migrate::up(database));
        let (one, other) = (one.unwrap().len(), other.unwrap().len());
        assert_eq!(one.min(other), 0);
        assert!(one.max(other) > 10);
    }

    async fn a_database_of_a_newer_version_is_refused(app: TestApp) {
        let database = &app.app.parts.database;
        database
            .for_migration()
            .execute_unprepared("insert into seaql_migrations (version, applied_at) values ('m20990101_000001_later', 1)")
            .await
            .unwrap();
        for error in [
            migrate::up(database).await.unwrap_err(),
            migrate::down(database, 1).await.unwrap_err(),
            migrate::status(database).await.unwrap_err(),
        ] {
            assert!(matches!(error, MigrateError::Newer(_)));
            assert!(error.to_string().contains("m20990101_000001_later"), "{error}");
        }
    }
}
