//! Accounts.

mod customer_register;
mod forget_customer;
mod password_change;
mod staff;
