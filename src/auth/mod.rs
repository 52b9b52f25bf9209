//! Who is asking, and may they.
//!
//! [`Viewer`] says who asks. [`guard`] is the door: may this kind of viewer ask for this field at all? The floor is
//! elsewhere, in each room's `visibility`: which rows exist for this viewer. Each must hold without the other.

mod authenticator;
pub mod guard;
mod permission;
mod viewer;

pub use authenticator::{API_KEY_PREFIX, Authenticator, Unauthenticated, secret_hash};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use viewer::Viewer;
