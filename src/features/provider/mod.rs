//! Logging in at somebody else: Google, GitHub, any OpenID Connect provider, a SAML identity provider, or a service of the
//! deployment's own.
//!
//! A log-in goes out with `socialLoginStart` and comes back with `socialLoginComplete`. In between, the browser is at the
//! provider; what ties the two together is a state that is good once, and a binding that only the browser that began
//! has. Where the browser brings the answer in a form (SAML), it is kept for a moment and a code stands for it. What a
//! provider says is turned into a customer in one place, [`gate`]; what it says about the person stays in
//! `provider_identity` and never gets into metadata. Whoever is logged in may link more ways to log in, see them and
//! unlink all but the last.

pub mod attempt;
pub mod gate;
mod loader;
mod login_method_link;
mod login_method_unlink;
mod object;
#[cfg(feature = "saml")]
pub mod posted;
pub mod service;
mod social_login;
pub mod visibility;

pub use object::LoginMethod;
pub(crate) use object::login_methods_of;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct ProviderMutation(
    social_login::SocialLoginMutation,
    login_method_link::LoginMethodLinkMutation,
    login_method_unlink::LoginMethodUnlinkMutation,
);
