//! The map of the house.
//!
//! `customer-graph` is one service that owns the customer domain of a commerce company and serves it as one GraphQL
//! schema: to storefronts (store scope: one customer), to staff and back-office systems (admin scope: a set of
//! permissions), to a federation gateway (as a subgraph) and to analysts. It runs alone on an embedded SQLite file
//! and on PostgreSQL when it must grow; both answer the same.
//!
//! # Rooms
//!
//! Feature first: one noun of the schema is one folder under [`features`], and whoever looks for "the default address
//! is not unset" finds everything about it in `features/address/`.
//!
//! | room | what it is |
//! |---|---|
//! | [`cli`], `main` | the commands; what they print |
//! | [`app`] | the composition root, the only place that constructs |
//! | [`config`] | one file a section, defaults and checks beside the fields, all complaints at once |
//! | [`http`] | from bytes to an operation of a viewer and back: limits, parsing, who asks, subscriptions, health, the query page |
//! | [`firewall`] | what of a document is refused before anything of it is executed; documents agreed upon beforehand |
//! | [`auth`] | who is asking and may they: [`auth::Viewer`], permissions, guards, tokens, password hashing |
//! | [`background`] | what goes on after the response: the mailer, the runner of jobs, the triggers of workflows, the housekeeper, the relay of events, webhooks, sinks |
//! | [`outbound`] | requests that we send to others: bounded, signed, never into private networks |
//! | [`standard_webhooks`] | how what we send to others is signed |
//! | [`work`] | one operation's means: [`work::Call`] reads, [`work::UnitOfWork`] writes |
//! | [`graphql`] | the kit: connections, cursors, filters, loaders, scalars, errors; it knows no room |
//! | [`schema`] | the assembly: the only place that lists the rooms |
//! | [`features`] | the rooms themselves |
//! | [`migrate`], [`telemetry`] | the tables brought up to date; what is logged |
//! | [`text`], [`money`] | text as people type it and how it is compared; money in minor units |
//! | [`demo`] | a believable company to look around in |
//! | crate `entity` | rows, one table a file, each column marked personal or not |
//! | crate `migration` | the history of the tables; never imports `entity` |
//!
//! # Who may import whom
//!
//! `main → cli → app`, which constructs and may name everything; `http → auth, work, graphql, firewall, schema`, the relay
//! of `background`, and of the rooms what surrounds an operation alone (`hook`, the courier of `webhook`,
//! `provider::posted`); `background → auth, work` and the services of rooms; `schema →` every room; a room's `object`,
//! `query` and mutation files `→` its own `service`, the kit, the guards, and what other rooms show; its `loader` and
//! `service` `→` its own `visibility`, `entity` and `work`; `visibility → entity, auth::Viewer`; the kit `→ auth, work` and
//! never a room. `service`, `visibility` and `loader` never name `async_graphql` or `axum`. Objects may point at each other
//! (a graph has cycles); services and visibility use those of rooms that stand higher up in this table:
//!
//! | room | uses |
//! |---|---|
//! | `channel`, `job`, `mail`, `saved_query`, `session`, `timeline` | – |
//! | `change` | `timeline` |
//! | `identity` | `session` |
//! | `customer` | `identity`, `session`, `timeline` |
//! | `address`, `customer_group`, `interaction`, `note`, `organization` | `customer` |
//! | `impersonation` | `customer`, `session` |
//! | `order` | `channel`, `customer`, `mail`, `organization` |
//! | `transfer` | `mail`, `order` |
//! | `role` | `channel`, `identity` |
//! | `api_key` | `channel`, `role`, `session` |
//! | `mfa` | `customer`, `role`, `session` |
//! | `account` | `customer` and all that customers have, `identity`, `mail`, `mfa`, `session` |
//! | `passkey` | `account`, `customer`, `session` |
//! | `provider` | `account`, `customer`, `identity`, `mfa`, `organization`, `passkey`, `session` |
//! | `staff` | `account`, `api_key`, `identity`, `mail`, `role`, `session` |
//! | `webhook` | `role` |
//! | `hook` | `job`, `role` |
//! | `workflow` | `hook`, `job` |
//!
//! Five look down all the same: `session`, `mfa` and `transfer` need of `account` who somebody is, how they come in and what
//! tokens they have; `role` and `mfa` the visibility of `staff`; `passkey` of `provider` whether another way to log in is
//! left. Where two rooms write together (a customer with addresses, a deletion), the mutation's file composes their services
//! inside one unit of work; what guests have becomes somebody's in one file, `account/proof.rs`.
//!
//! # Four journeys
//!
//! **Reading** `customers { nodes { addresses { nodes { city } } } }`: [`http`] finds the [`auth::Viewer`] behind the
//! token; [`firewall`] knows the document or looks at it, twice, and says what it costs; [`schema`] executes; the field's
//! guard is the door; `customer::visibility` is the floor under the one select; the fifty `addresses` ask one loader, which reads
//! them in one statement ([`graphql::pages_of_each`]); [`graphql::direct`] asks it once for the whole page and writes
//! lists of plain fields straight to JSON.
//!
//! **Writing** `addressCreate`: hooks are asked, if it has any and the viewer may use it ([`features::hook`]); guard; `address/input` collects every complaint with its path;
//! [`work::Call::write`] opens the one transaction; `address/service` finds and locks the customer through visibility
//! (a stranger's is *not found*), unsets the old default, inserts and records; the unit of work adds timeline entries,
//! outbox events and the idempotency record and commits all of it or nothing.
//!
//! **Hearing** `customerChanged`: after its commit a unit of work rings ([`work::outbox`]); the [`background::Relay`] reads the
//! outbox forward and passes events on; whoever listens looks at each, and executes the subscription anew for those that
//! are of interest, with a viewer and loaders of that moment ([`graphql::subscription`]).
//!
//! **Telling** `customer.updated`: [`background::Webhooks`] reads the outbox forward with a cursor of its own and queues a
//! delivery for every endpoint that wants it, in one unit of work; it takes what is due, lane by lane, and sends it through
//! [`outbound`]; what it says is asked of the schema at that moment, with the permissions of the endpoint
//! ([`graphql::standing`], [`features::webhook`]). Workflows ([`background::Triggers`]) and message brokers
//! ([`background::SinkRelay`]) read it with cursors of their own as well ([`work::outbox_reader`]); whoever asks for `changes`
//! keeps theirs themselves ([`features::change`]).
//!
//! # What holds everywhere
//!
//! - **Every write goes through the unit of work.** It gives each mutation the timeline, the outbox, idempotency keys,
//!   dry runs and retries. What can violate a unique key is checked first in the body; if a race is lost all the same,
//!   the database says so, the body runs again, and the check then tells.
//! - **The floor holds without the door.** Guards say which kind of viewer may ask for a field; `visibility.rs` says
//!   which rows exist for them, in SQL, under everything. What one may not see does not exist.
//! - **Few statements.** Nested lists are loaders; tests count statements for five and for a hundred customers.
//! - **User errors** go into payloads with code and path; top-level errors have one of a few codes; faults say nothing
//!   but a request id.
//!
//! # Where we went another way than the plans
//!
//! - **No error type per room.** One [`work::UserError`] with one [`work::ErrorCode`] serves all rooms; a type per room
//!   would only be mapped into it.
//! - **A lost race is run again instead of classified.** The check that speaks is in one place, the body, and not
//!   repeated as a translation of constraint names.
//! - **The timeline is chained per subject**, not globally: one chain for all would make every writer wait for every
//!   other.
//! - **Absent text sorts as empty text.** Folded columns are never null, so every sort key is served by a plain index,
//!   forward and backward, on both databases; there is no `nulls` option.
//! - **A search decides for its index by counting**, not by the planner's guess (`features/customer/search.rs`).
//! - **Rows are read by position**, without the large columns that no field of the query shows, and lists of plain
//!   fields, customers with their lists included, are written straight to JSON (`entity::row`,
//!   [`work::Call::unasked`], [`graphql::direct`]): measured, these were most of the time of a page.
//! - **PostgreSQL has a pool of our own** (`work/postgres.rs`): the driver's asks the server after every statement
//!   whether it is still there, a second round trip each time. Statements are made so that PostgreSQL keeps their
//!   plans: one id is compared and not looked for in an array, limits are written out ([`work::dialect`]).
//!
//! # Adding a feature
//!
//! 1. A migration file and its line in `migration/src/lib.rs`. An entity file that says of each column whether it is
//!    personal, its lines in `entity/src/lib.rs`, and the prefix of its ids in `entity/src/id.rs`.
//! 2. Its permissions in `auth/permission.rs`, their guards and messages in `auth/guard.rs`; what built-in roles may do with
//!    it, by a migration.
//! 3. A folder under [`features`] and its line there: `mod.rs` (what the room promises), `visibility.rs`, `service.rs`,
//!    `loader.rs`, `object.rs`, `query.rs`, one file per mutation.
//! 4. Its lines in [`schema`]: queries, mutations, subscriptions, its variant of `Node`, and in `schema/personal.rs` the
//!    entity that holds something personal.
//! 5. Who may read about it in a timeline: its line in `features/timeline/kind.rs`. What a customer has goes with them
//!    (`customer/customer_delete.rs`, if not with the row) and passes from guests to whom they turn out to be
//!    (`account/proof.rs`).
//! 6. A line in `background/sweeps.rs` for what is not kept for ever.
//! 7. `cargo run -- schema > schema.graphql`.
//! 8. Tests in `tests/it/<room>/`, with a line in `tests/it/main.rs`. In `tests/it/security/`: one of it that is Ada's
//!    (`world.rs`); an input for each mutation, an event for each subscription and a way to each type (`samples.rs`); its
//!    visibility (`floor.rs`); its entity, if it is personal (`personal_data.rs`). The access matrix asks for a verdict on
//!    each new field by itself, and `UPDATE_GOLDEN=1 cargo test --test it access_matrix` writes down those that are meant.

// The schema is one type within the other, as deep as there are rooms.
#![recursion_limit = "256"]

pub mod app;
pub mod auth;
pub mod background;
pub mod cli;
pub mod config;
pub mod demo;
pub mod features;
pub mod firewall;
pub mod graphql;
pub mod http;
pub mod migrate;
pub mod money;
pub mod outbound;
pub mod schema;
pub mod standard_webhooks;
pub mod telemetry;
pub mod text;
pub mod work;
