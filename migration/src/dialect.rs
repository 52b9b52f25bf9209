//! The few words in which the two databases differ.
//!
//! | placeholder | PostgreSQL | SQLite | holds |
//! |---|---|---|---|
//! | `{uuid}` | `uuid` | `blob` | 128-bit ids |
//! | `{text}` | `text collate "C"` | `text` | text that sorts by code point on both |
//! | `{time}` | `timestamptz` | `text` | UTC instants, milliseconds |
//! | `{json}` | `jsonb` | `text` | JSON documents |
//! | `{bool}` | `boolean` | `integer` | truth values |
//! | `{int}` | `integer` | `integer` | 32-bit counters |
//! | `{bigint}` | `bigint` | `integer` | 64-bit amounts in minor units |
//! | `{true}` `{false}` | `true` `false` | `1` `0` | literals |
//! | `{strict}` | nothing | `strict` | the end of `create table` |

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Replaces the placeholders of a statement by the words of a database.
#[must_use]
pub fn translate(backend: DbBackend, sql: &str) -> String {
    let words: &[(&str, &str)] = match backend {
        DbBackend::Postgres => &[
            ("{uuid}", "uuid"),
            ("{text}", "text collate \"C\""),
            ("{time}", "timestamptz"),
            ("{json}", "jsonb"),
            ("{bool}", "boolean"),
            ("{int}", "integer"),
            ("{bigint}", "bigint"),
            ("{true}", "true"),
            ("{false}", "false"),
            ("{strict}", ""),
        ],
        _ => &[
            ("{uuid}", "blob"),
            ("{text}", "text"),
            ("{time}", "text"),
            ("{json}", "text"),
            ("{bool}", "integer"),
            ("{int}", "integer"),
            ("{bigint}", "integer"),
            ("{true}", "1"),
            ("{false}", "0"),
            ("{strict}", "strict"),
        ],
    };
    words.iter().fold(sql.to_owned(), |sql, (placeholder, word)| {
        sql.replace(placeholder, word)
    })
}

/// Runs statements that both databases understand once their placeholders are replaced.
///
/// # Errors
/// What the database answers.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for statement in statements {
        let sql = translate(manager.get_database_backend(), statement);
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Runs statements that only one of the databases needs.
///
/// # Errors
/// What the database answers.
pub async fn run_on(manager: &SchemaManager<'_>, backend: DbBackend, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() == backend {
        run(manager, statements).await?;
    }
    Ok(())
}
