//! Transfers: the wish to give an order to another customer, and what its owner says to it.
//!
//! The room owns `order_transfer` and promises: an order changes hands only when its present owner agrees, whoever asked;
//! there is at most one open wish for an order; what became of a wish is decided once and never deleted, though the
//! persons in it go when they are deleted; and a customer who asks for an order and does not know the e-mail address on
//! it learns nothing, not even whether there is such an order.
//!
//! # Who is asked
//!
//! The customer who owns the order at that moment, at the e-mail address that they have then; where nobody owns it, the
//! address on the order. The link in the mail is good once, as long as the wish is open, and only while the address is
//! still theirs. An owner who has an account can answer there as well, without the mail.
//!
//! When the order gets another owner meanwhile (its source says so, say), the wish asks the wrong person. It is cancelled
//! when somebody next touches it: whoever answers it or sends it once more is told so, and whoever asks anew asks the
//! owner of now. Nothing is ever asked of somebody else than the wish says, so that its record stays true. What guests
//! have passes to the account that turns out to be theirs, wishes, links in mails and all.
//!
//! # What the owner learns of the new owner
//!
//! The mail says which order it is about and whether the shop or a customer asked, and nothing that anybody typed: its
//! reader may never have proven the address. Whoever follows the link, and the owner in their account, also sees a hint at
//! the e-mail address of the new owner (`a…@example.com`), if that is proven: enough to recognize oneself or somebody
//! whom one expects, and no more. The new owner learns nothing of the present one, not even in the answer.
//!
//! # What comes twice
//!
//! Each step stands in the timelines of both customers (of the order, where nobody owns it), and is told of once for each
//! of them: with the same object and version, and another subject. So whoever follows one customer misses nothing.

mod edge;
mod filter;
mod hint;
mod loader;
mod object;
mod offer;
mod order_transfer_cancel;
mod order_transfer_decide;
mod order_transfer_request;
mod order_transfer_resend;
mod query;
pub mod service;
pub mod visibility;

pub use edge::{OrderTransferConnection, active_transfer_of, transfers_of};
pub use filter::OrderTransferWhere;
pub use loader::OrderTransferById;
pub use object::OrderTransfer;
pub use query::OrderTransferQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct OrderTransferMutation(
    order_transfer_request::OrderTransferRequestMutation,
    order_transfer_resend::OrderTransferResendMutation,
    order_transfer_decide::OrderTransferDecideMutation,
    order_transfer_cancel::OrderTransferCancelMutation,
);
