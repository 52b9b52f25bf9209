//! Customers: registered ones unique by their normalized e-mail, guests not.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "create table customer (
    id {uuid} not null primary key,
    email {text} check (length(email) <= 254),
    email_normalized {text} not null default '' check (length(email_normalized) <= 254),
    email_verified_at {time},
    first_name {text} check (length(first_name) <= 255),
    last_name {text} check (length(last_name) <= 255),
    company_name {text} check (length(company_name) <= 255),
    phone {text} check (length(phone) <= 40),
    phone_e164 {text} check (length(phone_e164) <= 16),
    has_account {bool} not null default {false},
    status {text} not null default 'ACTIVE' check (status in ('ACTIVE', 'INVITED', 'DISABLED')),
    external_id {text} check (length(external_id) between 1 and 255),
    locale {text} check (length(locale) <= 35),
    created_by {uuid} references staff_user (id) on delete set null,
    metadata {json} not null,
    private_metadata {json} not null,
    first_name_folded {text} not null default '',
    last_name_folded {text} not null default '',
    company_name_folded {text} not null default '',
    search_text {text} not null default '',
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null,
    check ((email is null) = (email_normalized = '')),
    check (has_account = {false} or email is not null)
) {strict}",
                "create unique index customer_registered_email on customer (email_normalized) where has_account = {true}",
                "create unique index customer_external_id on customer (external_id)",
                "create index customer_email on customer (email_normalized, id)",
                "create index customer_created_at on customer (created_at, id)",
                "create index customer_updated_at on customer (updated_at, id)",
                "create index customer_account_created_at on customer (has_account, created_at, id)",
                "create index customer_first_name on customer (first_name_folded, id)",
                "create index customer_last_name on customer (last_name_folded, id)",
                "create index customer_company_name on customer (company_name_folded, id)",
                "create index customer_phone on customer (phone_e164)",
                "create index customer_created_by on customer (created_by)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table customer"]).await
    }
}
