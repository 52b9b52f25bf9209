//! The index behind the customer search: trigrams of `customer.search_text` on both databases.
//!
//! PostgreSQL has a trigram index. SQLite has a contentless FTS5 table kept by triggers; its rows are numbered by a
//! table of its own, because the implicit row number of `customer` may change when the file is vacuumed.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::run_on;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on(
            manager,
            DbBackend::Postgres,
            &[
                "create extension if not exists pg_trgm",
                "create index customer_search_text on customer using gin (search_text gin_trgm_ops)",
            ],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Sqlite,
            &[
                "create table customer_search_row (
                    row integer not null primary key,
                    customer_id blob not null references customer (id) on delete cascade
                ) strict",
                "create unique index customer_search_row_customer on customer_search_row (customer_id)",
                "create virtual table customer_search using fts5 (
                    search_text, content='', contentless_delete=1, detail='full', tokenize='trigram case_sensitive 1'
                )",
                "insert into customer_search (customer_search, rank) values ('secure-delete', 1)",
                "create trigger customer_search_insert after insert on customer begin
                    insert into customer_search_row (customer_id) values (new.id);
                    insert into customer_search (rowid, search_text)
                        select row, new.search_text from customer_search_row where customer_id = new.id;
                end",
                "create trigger customer_search_update after update of search_text on customer
                 when old.search_text <> new.search_text begin
                    delete from customer_search where rowid = (select row from customer_search_row where customer_id = old.id);
                    insert into customer_search (rowid, search_text)
                        select row, new.search_text from customer_search_row where customer_id = new.id;
                end",
                "create trigger customer_search_delete before delete on customer begin
                    delete from customer_search where rowid = (select row from customer_search_row where customer_id = old.id);
                end",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on(manager, DbBackend::Postgres, &["drop index customer_search_text"]).await?;
        run_on(
            manager,
            DbBackend::Sqlite,
            &[
                "drop trigger customer_search_delete",
                "drop trigger customer_search_update",
                "drop trigger customer_search_insert",
                "drop table customer_search",
                "drop table customer_search_row",
            ],
        )
        .await
    }
}
