//! map
pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod demo;
pub mod features;
pub mod graphql;
pub mod http;
pub mod migrate;
pub mod money;
pub mod schema;
pub mod telemetry;
pub mod text;
pub mod work;
