//! Sessions.

mod access_token;
mod actor_switch;
mod cookies;
mod failures;
mod flood;
mod rate_limit;
mod revocation;
mod session_create;
mod session_end;
mod session_refresh;
mod sessions;
