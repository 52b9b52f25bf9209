//! The history of the tables, one intention a file, newest last.
//!
//! A migration is written once and never edited after it has been released; it therefore never imports the
//! entities, which move with the present. Its statements are plain SQL because the invariants of the customer
//! graph live in the database (partial unique indexes, checks, foreign keys) and are best read as SQL. The few
//! words in which SQLite and PostgreSQL differ are placeholders, explained at [`dialect`].

#![allow(
    elided_lifetimes_in_paths,
    reason = "the trait's own signature elides them, and async_trait wants the same"
)]

pub use sea_orm_migration::prelude::*;

pub mod dialect;
mod m20261120_000001_create_channel;
mod m20261120_000002_create_staff_user;
mod m20261120_000003_create_customer;
mod m20261120_000004_create_customer_search;
mod m20261120_000005_create_organization;
mod m20261120_000006_create_address;
mod m20261120_000007_create_customer_group;
mod m20261120_000008_create_order_link;
mod m20261120_000009_create_auth_identity;
mod m20261120_000010_create_api_key;
mod m20261120_000011_create_timeline_entry;
mod m20261120_000012_create_outbox_event;
mod m20261120_000013_create_idempotency_record;
mod m20261120_000014_insert_built_in_roles;
mod m20261120_000015_add_session_security;
mod m20261120_000016_create_account_token;
mod m20261120_000017_create_mail;
mod m20261120_000018_create_rate_limit;
mod m20261120_000030_create_role;
mod m20261120_000031_extend_api_key;
mod m20261120_000032_add_impersonator;
mod m20261120_000050_create_mfa_factor;
mod m20261120_000051_create_passkey;
mod m20261120_000061_create_provider_answer;
mod m20261120_000070_one_open_account_token;
mod m20261120_000080_saved_query;
mod m20261130_000090_extend_built_in_roles;
mod m20261130_000100_order_history;
mod m20261130_000101_create_order_token;
mod m20261130_000102_create_interaction;
mod m20261130_000110_create_order_transfer;
mod m20261130_000111_several_transfer_tokens;
mod m20261130_000120_create_outbox_reader;
mod m20261130_000121_create_note;
mod m20261130_000130_create_webhook;
mod m20261130_000140_create_job;
mod m20261130_000141_create_hook;
mod m20261130_000142_create_workflow;
mod m20261130_000150_lease_outbox_reader;
mod m20261130_000160_name_customer_of_order;
mod m20261130_000161_find_due_jobs_by_kind;

/// Runs every migration in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_create_channel::Migration),
            Box::new(m20261120_000002_create_staff_user::Migration),
            Box::new(m20261120_000003_create_customer::Migration),
            Box::new(m20261120_000004_create_customer_search::Migration),
            Box::new(m20261120_000005_create_organization::Migration),
            Box::new(m20261120_000006_create_address::Migration),
            Box::new(m20261120_000007_create_customer_group::Migration),
            Box::new(m20261120_000008_create_order_link::Migration),
            Box::new(m20261120_000009_create_auth_identity::Migration),
            Box::new(m20261120_000010_create_api_key::Migration),
            Box::new(m20261120_000011_create_timeline_entry::Migration),
            Box::new(m20261120_000012_create_outbox_event::Migration),
            Box::new(m20261120_000013_create_idempotency_record::Migration),
            Box::new(m20261120_000014_insert_built_in_roles::Migration),
            Box::new(m20261120_000015_add_session_security::Migration),
            Box::new(m20261120_000016_create_account_token::Migration),
            Box::new(m20261120_000017_create_mail::Migration),
            Box::new(m20261120_000018_create_rate_limit::Migration),
            Box::new(m20261120_000030_create_role::Migration),
            Box::new(m20261120_000031_extend_api_key::Migration),
            Box::new(m20261120_000032_add_impersonator::Migration),
            Box::new(m20261120_000050_create_mfa_factor::Migration),
            Box::new(m20261120_000051_create_passkey::Migration),
            Box::new(m20261120_000061_create_provider_answer::Migration),
            Box::new(m20261120_000070_one_open_account_token::Migration),
            Box::new(m20261120_000080_saved_query::Migration),
            Box::new(m20261130_000090_extend_built_in_roles::Migration),
            Box::new(m20261130_000100_order_history::Migration),
            Box::new(m20261130_000101_create_order_token::Migration),
            Box::new(m20261130_000102_create_interaction::Migration),
            Box::new(m20261130_000110_create_order_transfer::Migration),
            Box::new(m20261130_000111_several_transfer_tokens::Migration),
            Box::new(m20261130_000120_create_outbox_reader::Migration),
            Box::new(m20261130_000121_create_note::Migration),
            Box::new(m20261130_000130_create_webhook::Migration),
            Box::new(m20261130_000140_create_job::Migration),
            Box::new(m20261130_000141_create_hook::Migration),
            Box::new(m20261130_000142_create_workflow::Migration),
            Box::new(m20261130_000150_lease_outbox_reader::Migration),
            Box::new(m20261130_000160_name_customer_of_order::Migration),
            Box::new(m20261130_000161_find_due_jobs_by_kind::Migration),
        ]
    }
}
