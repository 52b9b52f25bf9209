//! Sessions.

mod access_token;
mod cookies;
mod rate_limit;
mod session_create;
mod session_end;
mod session_refresh;
mod sessions;
