//! Customers.

mod customer_create;
