//! The program around the schema: configuration, commands, migrations, health.

mod config;
mod connections;
mod demo;
mod health;
mod log;
mod migrations;
mod page;
pub(crate) mod program;
mod query_page;
mod schema;
mod serve;
