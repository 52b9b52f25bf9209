//! map
pub mod app;
pub mod auth;
pub mod config;
pub mod features;
pub mod graphql;
pub mod http;
pub mod money;
pub mod schema;
pub mod text;
pub mod work;
