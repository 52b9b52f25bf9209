//! Mail.

mod queue;
mod smtp;
