//! Configuration.
mod limits;
pub use limits::Limits;
