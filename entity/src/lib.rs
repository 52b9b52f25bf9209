//! Rows of the customer graph: one table a file, no behaviour, no GraphQL.
//!
//! Three things hold for every entity. Ids are typed ([`id`]), so that a customer's id cannot be passed where an
//! address's is meant. Every column says whether it holds personal data ([`personal_data`]): the match is
//! exhaustive, so a new column cannot be forgotten. And the columns are those of the migrations, which a test of the
//! service compares on both databases.

pub mod id;
pub mod personal_data;
pub mod row;

pub mod account_token;
pub mod address;
pub mod api_key;
pub mod auth_identity;
pub mod channel;
pub mod customer;
pub mod customer_group;
pub mod customer_group_member;
pub mod hook;
pub mod idempotency_record;
pub mod interaction;
pub mod job;
pub mod mail;
pub mod mfa_factor;
pub mod note;
pub mod order_activity;
pub mod order_line;
pub mod order_link;
pub mod order_stats;
pub mod order_token;
pub mod order_transfer;
pub mod order_transfer_party;
pub mod organization;
pub mod organization_member;
pub mod organization_member_role;
pub mod organization_member_unit;
pub mod organization_role;
pub mod organization_unit;
pub mod outbox_event;
pub mod outbox_horizon;
pub mod outbox_reader;
pub mod passkey;
pub mod provider_answer;
pub mod provider_identity;
pub mod rate_limit;
pub mod recovery_code;
pub mod role;
pub mod role_assignment;
pub mod role_parent;
pub mod saved_query;
pub mod saved_query_role;
pub mod session;
pub mod staff_user;
pub mod timeline_entry;
pub mod webhook_delivery;
pub mod webhook_endpoint;
pub mod webhook_lane;
pub mod workflow;

use personal_data::{Classified, DataClass};
use sea_orm::{ColumnTrait, IdenStatic, Iterable, PrimaryKeyToColumn};

/// A table as its entity describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name of the table in the database.
    pub name: String,
    /// The columns in the order of the entity, which is that of the migration.
    pub columns: Vec<TableColumn>,
    /// The names of the columns that make the primary key, in its order.
    pub primary_key: Vec<String>,
}

/// A column as its entity describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// The name of the column in the database.
    pub name: String,
    /// Whether the column may be null.
    pub nullable: bool,
    /// What the column holds as far as a person's rights over their data are concerned.
    pub class: DataClass,
}

impl Table {
    fn of<E: Classified>() -> Self {
        Self {
            name: E::default().table_name().to_owned(),
            columns: E::Column::iter()
                .map(|column| TableColumn {
                    name: column.as_str().to_owned(),
                    nullable: column.def().is_null(),
                    class: E::class(&column),
                })
                .collect(),
            primary_key: E::PrimaryKey::iter()
                .map(|key| key.into_column().as_str().to_owned())
                .collect(),
        }
    }
}

/// Every table that has an entity, in alphabetical order: what a test compares with the database, and what an export
/// or an erase of personal data is checked against.
#[must_use]
pub fn tables() -> Vec<Table> {
    vec![
        Table::of::<account_token::Entity>(),
        Table::of::<address::Entity>(),
        Table::of::<api_key::Entity>(),
        Table::of::<auth_identity::Entity>(),
        Table::of::<channel::Entity>(),
        Table::of::<customer::Entity>(),
        Table::of::<customer_group::Entity>(),
        Table::of::<customer_group_member::Entity>(),
        Table::of::<hook::Entity>(),
        Table::of::<idempotency_record::Entity>(),
        Table::of::<interaction::Entity>(),
        Table::of::<job::Entity>(),
        Table::of::<mail::Entity>(),
        Table::of::<mfa_factor::Entity>(),
        Table::of::<note::Entity>(),
        Table::of::<order_activity::Entity>(),
        Table::of::<order_line::Entity>(),
        Table::of::<order_link::Entity>(),
        Table::of::<order_stats::Entity>(),
        Table::of::<order_token::Entity>(),
        Table::of::<order_transfer::Entity>(),
        Table::of::<order_transfer_party::Entity>(),
        Table::of::<organization::Entity>(),
        Table::of::<organization_member::Entity>(),
        Table::of::<organization_member_role::Entity>(),
        Table::of::<organization_member_unit::Entity>(),
        Table::of::<organization_role::Entity>(),
        Table::of::<organization_unit::Entity>(),
        Table::of::<outbox_event::Entity>(),
        Table::of::<outbox_horizon::Entity>(),
        Table::of::<outbox_reader::Entity>(),
        Table::of::<passkey::Entity>(),
        Table::of::<provider_answer::Entity>(),
        Table::of::<provider_identity::Entity>(),
        Table::of::<rate_limit::Entity>(),
        Table::of::<recovery_code::Entity>(),
        Table::of::<role::Entity>(),
        Table::of::<role_assignment::Entity>(),
        Table::of::<role_parent::Entity>(),
        Table::of::<saved_query::Entity>(),
        Table::of::<saved_query_role::Entity>(),
        Table::of::<session::Entity>(),
        Table::of::<staff_user::Entity>(),
        Table::of::<timeline_entry::Entity>(),
        Table::of::<webhook_delivery::Entity>(),
        Table::of::<webhook_endpoint::Entity>(),
        Table::of::<webhook_lane::Entity>(),
        Table::of::<workflow::Entity>(),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_file_of_an_entity_is_among_the_tables() {
        let mut files: Vec<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
            .unwrap()
            .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| !["id", "lib", "personal_data", "row"].contains(&name.as_str()))
            .collect();
        files.sort_unstable();
        let names: Vec<String> = tables().into_iter().map(|table| table.name).collect();
        assert_eq!(names, files);
    }
}
