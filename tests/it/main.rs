//! The true application over HTTP, on a fresh database, on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests state facts and panic"
)]

mod harness;

mod account;
mod address;
mod change;
mod customer;
mod customer_group;
mod federation;
mod hook;
mod http;
mod interaction;
mod job;
mod load_csv;
mod loaders;
mod mail;
mod mfa;
mod note;
mod order;
mod organization;
mod passkey;
mod provider;
mod saved_query;
mod security;
mod service;
mod session;
mod sink;
mod staff;
mod subscription;
mod timeline;
mod transfer;
mod webhook;
mod workflow;
