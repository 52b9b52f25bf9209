//! The program around the schema: configuration, commands, migrations, health.

mod config;
mod health;
mod migrations;
mod program;
mod schema;
mod serve;
