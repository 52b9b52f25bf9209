//! Second factors: what somebody has beside what they know.
//!
//! Once a factor is confirmed, no first factor opens a session alone: password, link and code get a challenge, with
//! which the second is shown within five minutes and five tries. A code of an app works once, also when it comes twice
//! at the same moment; whoever has lost the app has recovery codes, and else support, who can take the factor away but
//! never show it. A new password takes no factor away.

mod customer_mfa_reset;
mod loader;
mod mfa_disable;
mod mfa_enroll;
mod object;
mod recovery;
mod recovery_codes;
pub mod service;
mod session_step_up;
mod session_verify_mfa;
mod staff_mfa_reset;
mod totp;
pub mod visibility;

pub use object::{MfaFactor, MfaFactorKind};
pub(crate) use object::{factors_of, factors_of_staff};

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct MfaMutation(
    mfa_enroll::MfaEnrollMutation,
    mfa_disable::MfaDisableMutation,
    recovery_codes::RecoveryCodesMutation,
    customer_mfa_reset::CustomerMfaResetMutation,
    staff_mfa_reset::StaffMfaResetMutation,
    session_verify_mfa::SessionVerifyMfaMutation,
    session_step_up::SessionStepUpMutation,
);
