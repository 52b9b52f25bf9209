//! Webhooks: who is told of events, by requests that are signed as Standard Webhooks wants it.
//!
//! The room owns endpoints, the queue of what is to be sent to them, and what became of it. It promises:
//!
//! - **Nothing is lost, and nothing is told that did not happen.** Deliveries are made from the outbox, in one unit of
//!   work with the place up to which it was read ([`fan_out`]); whoever is killed in the middle has done nothing. An endpoint is told of what is
//!   committed after it was made, at least once; repeats, also those that somebody asks for ([`replay`]), have the same
//!   `webhook-id`.
//! - **In order for each customer.** What waits for one endpoint about one subject is a lane. A process takes lanes for
//!   a short time ([`queue`]), sends what is in a lane one after the other and stops at the first that is not taken, and never sends
//!   when its time is over. So nothing overtakes what failed before it, until that is given up after a day ([`settle`]).
//! - **Nobody holds up others.** Each endpoint is served by itself, with few requests at once. One that asks for a pause
//!   (`Retry-After` with 429 or 503) gets it; one that answers 410 is told no more.
//! - **Nothing is told that whoever made the endpoint might not see.** What is sent are ids, versions and paths, or the
//!   answer to a query that is asked when it is sent, with the permissions of the endpoint and never more. An object
//!   that is gone by then is null; what is denied is null, with an error; a query that fits the schema no more gives errors, and holds up nothing.
//! - **No request goes astray**: only to the internet, unless the deployment allows others, and never where an answer
//!   redirects to ([`crate::outbound`]).
//!
//! Endpoints keep what they were allowed when their maker is allowed less, as API keys do, and they stay when their
//! maker is disabled: `createdBy` tells whose they are. Whoever changes what an endpoint is told, or where, must be
//! allowed what it is. That a delivery is given up is not an event, or an endpoint that is told of everything would
//! be told of its own failures for ever; it is seen in the schema, and the log has a line.
//!
//! The statuses of answers decide, nothing else of them is kept: not even in errors, since it could be anything.

pub mod courier;
pub mod fan_out;
mod input;
mod loader;
mod object;
mod query;
pub mod queue;
pub mod replay;
pub mod service;
pub mod settle;
mod signature;
mod topics;
pub mod visibility;
mod webhook_create;
mod webhook_delete;
mod webhook_replay;
mod webhook_secret_rotate;
mod webhook_test;
mod webhook_update;

pub use courier::Courier;
pub use loader::{WebhookDeliveryById, WebhookEndpointById};
pub use object::{WebhookDelivery, WebhookEndpoint};
pub use query::WebhookQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct WebhookMutation(
    webhook_create::WebhookCreateMutation,
    webhook_update::WebhookUpdateMutation,
    webhook_secret_rotate::WebhookSecretRotateMutation,
    webhook_delete::WebhookDeleteMutation,
    webhook_test::WebhookTestMutation,
    webhook_replay::WebhookReplayMutation,
);
