//! Accounts.

mod customer_register;
mod email_change;
mod email_verification;
mod forget_customer;
mod invitation;
mod magic_link;
mod one_time_code;
mod password_change;
mod password_hash_import;
mod password_reset;
mod registration;
mod staff;
mod two_steps;
