//! API keys: how back-office systems and storefronts are known.
//!
//! A secret key has permissions and is for systems alone. A publishable key names the channel of a storefront, is sent
//! beside whatever token a customer has (`X-Publishable-Api-Key`), and opens nothing. The secret of either is shown
//! once; what is kept is its hash. Nobody gives a key what they may not do themselves, and keys are made by staff users
//! who have proven who they are a short while ago, or on the machine of the service.
//!
//! A key may do what it was given, whoever made it and whatever becomes of what they may do: systems do not stop because
//! somebody gets another task. When its maker is disabled, a secret key ends with them, unless it is said that it stays;
//! and for what staff may do, a key counts as its maker, who cannot use it to change themselves.

mod api_key_change;
mod api_key_create;
mod loader;
mod object;
mod query;
pub mod service;
pub mod visibility;

pub use loader::ApiKeyById;
pub use object::{ApiKey, ApiKeyKind};
pub use query::ApiKeyQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct ApiKeyMutation(
    api_key_create::ApiKeyCreateMutation,
    api_key_change::ApiKeyChangeMutation,
);
