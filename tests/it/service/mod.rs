//! The program around the schema: configuration, commands, migrations, health.

mod config;
mod demo;
mod health;
mod migrations;
mod page;
mod program;
mod schema;
mod serve;
