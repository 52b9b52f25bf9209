//! Impersonation: a staff user acts as a customer, to see what they see.
//!
//! It takes the permission, which opens all that the customer sees and needs no other beside it, a log-in a short while
//! ago and a reason; nobody does it from whom fields are hidden, since the customer sees them. It lasts an hour at most; there is no refresh
//! token. Everything that is written in such a session names both, the customer and the staff user. How the customer
//! logs in cannot be touched: what may be run is listed in `auth::Viewer`, and the list is asked before an operation
//! begins and again in every unit of work.

mod impersonation_end;
mod impersonation_start;
pub mod service;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct ImpersonationMutation(
    impersonation_start::ImpersonationStartMutation,
    impersonation_end::ImpersonationEndMutation,
);
