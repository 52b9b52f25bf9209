//! Hooks: somebody who is asked before a mutation and may refuse or change it, and somebody who is told after it.
//!
//! Whoever is asked gets a signed request ([`letter`]) outside of any transaction, and only when it is clear that the
//! viewer may use the mutation at all and that the operation fits the schema: nobody makes the service send requests by
//! asking for what is denied. The body is `{"point": "BEFORE", "mutation", "input", "actor", "requestId", "dryRun"}`; the
//! answer is `{"allow": true}`, `{"allow": false, "message", "path"}`, or `{"patch": {…}}`, a JSON merge patch (RFC 7396)
//! of the input. Of several, in the order of their positions, each sees what those before it made. What is no such answer,
//! comes too late, or makes an input that does not fit the schema or the limits is a failure of the hook, and `onFailure`
//! says what becomes of the mutation. Failures are logged.
//!
//! Whoever is told after it is told by a job that commits with the change: at least once, under the same id each time.
//!
//! Under one idempotency key the input counts as the client has sent it; a repetition is answered as it was answered
//! first, whatever a hook would say about it now.
//!
//! Not hooked are the service's own writes, mutations by which people log in, those about staff, roles, API keys, webhooks,
//! hooks and workflows, and those whose input holds passwords, tokens or codes ([`mutations`]); a hook cannot keep people
//! from changing hooks. Since a hook sees and changes what others write, making or changing one takes every permission;
//! switching it off takes `hooks:write` alone.

mod after;
mod ask;
mod before;
mod hook_delete;
mod hook_upsert;
pub mod letter;
mod loader;
mod merge;
pub mod mutations;
mod object;
mod query;
mod registry;
pub mod service;
pub mod visibility;

pub use after::AfterHandler;
pub use ask::{Asked, Asking, Patched, ask};
pub use loader::HookById;
pub use object::Hook;
pub use query::HookQuery;
pub use registry::Registry;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct HookMutation(hook_upsert::HookUpsertMutation, hook_delete::HookDeleteMutation);
