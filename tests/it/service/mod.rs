//! The program around the schema: configuration, commands, migrations, health.

mod config;
mod connections;
mod demo;
mod health;
mod migrations;
mod page;
mod program;
mod schema;
mod serve;
