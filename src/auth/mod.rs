//! Who is asking, and may they.
//!
//! [`Viewer`] says who asks. [`guard`] is the door: may this kind of viewer ask for this field at all? The floor is
//! elsewhere, in each room's `visibility`: which rows exist for this viewer. Each must hold without the other.
//! [`Passwords`] and [`Tokens`] are the means by which people prove who they are: the rooms `account` and `session`
//! use them, [`Authenticator`] reads what they gave out.

mod authenticator;
pub mod guard;
mod password;
mod password_policy;
mod permission;
mod token;
mod viewer;

pub use authenticator::{API_KEY_PREFIX, Authenticator, Unauthenticated, secret_hash};
pub use password::{LONGEST_PASSWORD, Passwords, Verdict};
pub use password_policy::PasswordPolicy;
pub use permission::{Permission, Permissions, UnknownPermission};
pub use token::{
    AccessToken, Act, Claims, InvalidKey, LONGEST_ACCESS, LONGEST_TOKEN, SigningKeys, TokenSettings, Tokens,
};
pub use viewer::Viewer;
