//! What accounts must be like in a deployment.

use std::time::Duration;

/// Whether an e-mail address must be proven before its owner may log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// An account comes to be only when its e-mail address is proven.
    #[default]
    Required,
    /// An account comes to be at once; its e-mail address can be proven later.
    Optional,
}

/// What accounts must be like in a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPolicy {
    /// Whether an e-mail address must be proven first.
    pub verification: Verification,
    /// How many attempts to log in with one e-mail address there may be in 15 minutes, before each must wait longer.
    pub attempts_per_account: u32,
    /// How many attempts may come from one network in a minute.
    pub attempts_per_network: u32,
    /// How long the answer takes that e-mail address and password do not fit together: longer than the slowest hash of
    /// another system that was imported, so that the time does not tell who has one.
    pub wrong_password_time: Duration,
    /// How many log-ins may fail in a minute in the whole deployment before the alarm is given; 0 for no alarm.
    pub failures_per_minute: u32,
    /// How long every answer takes at least that must not tell whether an e-mail address is known.
    pub answer_time: Duration,
    /// How long after a mail another of the same kind may be asked for.
    pub mail_cooldown: Duration,
    /// How long a token that proves an e-mail address is good.
    pub verification_lifetime: Duration,
    /// How long a token that resets a password is good.
    pub reset_lifetime: Duration,
    /// How long a link to log in is good.
    pub magic_link_lifetime: Duration,
    /// How long a code to log in is good.
    pub code_lifetime: Duration,
    /// How long somebody who gave the right password may take to show their second factor.
    pub challenge_lifetime: Duration,
    /// How long somebody who said how they will log in may take to say who they are.
    pub profile_lifetime: Duration,
    /// What apps that make codes show as the name of the service.
    pub mfa_issuer: String,
    /// How long an invitation is good.
    pub invitation_lifetime: Duration,
    /// How long the owner of an order may take to agree that it goes to another customer.
    pub transfer_lifetime: Duration,
    /// How recently somebody must have proven who they are for a sensitive write.
    pub step_up_age: Duration,
}

impl Default for AccountPolicy {
    fn default() -> Self {
        Self {
            verification: Verification::Required,
            attempts_per_account: 10,
            attempts_per_network: 30,
            wrong_password_time: Duration::from_millis(500),
            failures_per_minute: 300,
            answer_time: Duration::from_millis(100),
            mail_cooldown: Duration::from_secs(60),
            verification_lifetime: Duration::from_secs(24 * 60 * 60),
            reset_lifetime: Duration::from_secs(30 * 60),
            magic_link_lifetime: Duration::from_secs(15 * 60),
            code_lifetime: Duration::from_secs(10 * 60),
            challenge_lifetime: Duration::from_secs(5 * 60),
            profile_lifetime: Duration::from_secs(60 * 60),
            mfa_issuer: "customer-graph".to_owned(),
            invitation_lifetime: Duration::from_secs(7 * 24 * 60 * 60),
            transfer_lifetime: Duration::from_secs(7 * 24 * 60 * 60),
            step_up_age: Duration::from_secs(15 * 60),
        }
    }
}
