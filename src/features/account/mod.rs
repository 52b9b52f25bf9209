//! Accounts: how somebody comes to have a log-in, and proves to be the one.
//!
//! What this room answers never tells whether an e-mail address is known.

pub mod addressee;
pub mod admission;
pub mod credentials;
mod customer_invite;
mod customer_profile_create;
mod customer_register;
pub mod doorman;
mod email_change;
mod email_log_in;
mod email_verification;
mod identity_register;
mod invitation;
mod magic_link;
mod one_time_code;
mod password_change;
mod password_reset;
pub mod proof;
pub mod registration;
mod reset;
pub mod service;
pub mod token;
pub mod two_steps;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct AccountMutation(
    customer_register::CustomerRegisterMutation,
    identity_register::IdentityRegisterMutation,
    customer_profile_create::CustomerProfileCreateMutation,
    password_change::PasswordChangeMutation,
    email_verification::EmailVerificationMutation,
    email_change::EmailChangeMutation,
    password_reset::PasswordResetMutation,
    customer_invite::CustomerInviteMutation,
    magic_link::MagicLinkMutation,
    one_time_code::OneTimeCodeMutation,
);
