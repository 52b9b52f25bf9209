//! map
pub mod auth;
pub mod config;
pub mod graphql;
pub mod text;
pub mod work;
