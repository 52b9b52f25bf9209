//! Accounts: how somebody comes to have a log-in, proves to be the one, and loses it.
//!
//! An identity (who can log in) is apart from the customer or staff user it acts as, and apart from the ways in which
//! it logs in; so another way to log in is another `provider_identity`, and nothing else changes. What this room
//! answers never tells whether an e-mail address is known.

pub mod credentials;
mod customer_register;
mod password_change;
pub mod service;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct AccountMutation(
    customer_register::CustomerRegisterMutation,
    password_change::PasswordChangeMutation,
);
