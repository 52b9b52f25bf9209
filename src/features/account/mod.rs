//! Accounts: how somebody comes to have a log-in, and proves to be the one.
//!
//! What this room answers never tells whether an e-mail address is known.

pub mod credentials;
mod customer_invite;
mod customer_register;
mod email_change;
mod email_verification;
mod invitation;
mod password_change;
mod password_reset;
pub mod proof;
pub mod registration;
mod reset;
pub mod service;
pub mod token;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct AccountMutation(
    customer_register::CustomerRegisterMutation,
    password_change::PasswordChangeMutation,
    email_verification::EmailVerificationMutation,
    email_change::EmailChangeMutation,
    password_reset::PasswordResetMutation,
    customer_invite::CustomerInviteMutation,
);
