//! Sessions.

mod access_token;
mod session_create;
mod session_end;
mod session_refresh;
