//! Who is asking, and may they.
//!
//! [`Viewer`] says who asks. [`guard`] is the door: may this kind of viewer ask for this field at all? The floor is
//! elsewhere, in each room's `visibility`: which rows exist for this viewer. Each must hold without the other.
//! [`Passwords`] and [`Tokens`] are the means by which people prove who they are: the rooms `account` and `session`
//! use them, [`provider`] are others who vouch for people, [`Authenticator`] reads what they gave out.

mod account_policy;
mod argon;
mod authenticator;
pub mod failures;
pub mod grants;
pub mod guard;
mod hash_threads;
mod hook;
mod legacy_hash;
pub mod one_time_code;
mod passkeys;
mod password;
mod password_policy;
mod permission;
pub mod provider;
pub mod rate_limit;
mod sealer;
mod token;
mod viewer;

pub use account_policy::{AccountPolicy, Verification};
pub use authenticator::{
    ACCOUNT_TOKEN_PREFIX, API_KEY_PREFIX, Authenticator, PUBLISHABLE_KEY_PREFIX, Unauthenticated, secret_hash,
};
pub use failures::Failures;
pub use hook::{Hooks, LogInFacts};
pub use legacy_hash::LegacyHash;
pub use passkeys::Passkeys;
pub use password::{LONGEST_PASSWORD, Passwords, Verdict};
pub use password_policy::PasswordPolicy;
pub use permission::{Permission, Permissions, UnknownPermission};
pub use rate_limit::RateLimits;
pub use sealer::{Sealer, Unsealable};
pub use token::{
    AccessToken, Act, Claims, InvalidKey, LONGEST_ACCESS, LONGEST_TOKEN, SigningKeys, TokenSettings, Tokens,
};
pub use viewer::{Impersonator, Viewer, shown_actor};
