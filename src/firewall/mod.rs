//! The query firewall: what of a document is refused before anything of it is executed.
//!
//! It looks twice, both times in one walk that is linear in the size of the document. Before parsing, at the raw text
//! ([`Scan`]): its length, its tokens, and how deep its brackets are nested, which the parser itself cannot bear. After
//! parsing ([`Document`]): its depth, fields, aliases, directives, operations, and what it costs. Whoever asks in store
//! scope is held to other limits than admin scope and the federation gateway are ([`FirewallConfig`]).
//!
//! A document that was seen before is neither scanned nor parsed again: what was found out about it is kept in a
//! bounded cache, and only held against the limits of whoever sends it now. Documents in store scope have a cache of
//! their own, so that nobody there can push out what others use; so have documents that were agreed upon beforehand
//! ([`Manifest`]).

mod absent;
mod analysis;
mod document;
mod given;
pub mod mutation;
mod overlap;
mod price;
#[cfg(test)]
mod properties;
mod scan;
mod shape;
mod trusted;

use std::sync::Arc;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use async_graphql_value::ConstValue;
use moka::sync::Cache;

pub use analysis::Size;
pub use document::Document;
pub use given::GivenVariables;
pub use scan::Scan;
pub use shape::{INTROSPECTION, Shape};
pub use trusted::{Hash, Manifest};

use crate::{
    auth::Viewer,
    config::{DocumentLimits, FirewallConfig, Limits, TrustedDocuments, TrustedDocumentsConfig},
};

/// How much memory the documents of a cache take together, in bytes.
const CACHED_BYTES: u64 = 16 * 1_024 * 1_024;

/// How many times the values of variables may be copied, beyond what one document may hold of them.
const COPIES: usize = 16;

/// The most characters of a message that may hold what a client has sent.
const MESSAGE: usize = 200;

/// By whose limits a document is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of customers and of those who have not logged in.
    Store,
    /// Those of staff users and back-office systems.
    Admin,
    /// Those of staff users who have bounded roles alone.
    Bounded,
    /// Those of the federation gateway.
    Gateway,
}

impl Scope {
    /// The scope of a viewer, behind the gateway or not.
    #[must_use]
    pub fn of(viewer: &Viewer, is_gateway: bool) -> Self {
        if is_gateway {
            Self::Gateway
        } else if viewer.is_bounded() {
            Self::Bounded
        } else if viewer.is_admin() {
            Self::Admin
        } else {
            Self::Store
        }
    }
}

/// Why a document is not executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub reason: Reason,
    /// For people: a sentence that says what to do.
    pub message: String,
}

/// Why a document is not executed, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is not a document of GraphQL.
    Malformed,
    /// It is one, but not a valid one.
    Invalid,
    /// There is too much of it.
    TooMuch,
    /// The values of its variables do not fit it, or there is too much of them.
    Variables,
    /// It costs too much.
    Cost {
        /// What it costs.
        requested: u64,
        /// What it may cost.
        limit: u64,
    },
    /// It was named by its hash, and documents are not taken by their hashes here. Apollo's clients know this, and the
    /// next, by the one word of its message, and send the document then.
    NotSupported,
    /// It was named by its hash, and nobody knows it.
    NotFound,
    /// It is not among those that were agreed upon, and others are not taken.
    NotTrusted,
}

impl Refusal {
    fn new(reason: Reason, message: impl AsRef<str>) -> Self {
        let message = short(message.as_ref());
        Self { reason, message }
    }

    fn malformed(message: impl AsRef<str>) -> Self {
        Self::new(Reason::Malformed, message)
    }

    fn invalid(message: impl AsRef<str>) -> Self {
        Self::new(Reason::Invalid, message)
    }

    fn too_much(message: impl AsRef<str>) -> Self {
        Self::new(Reason::TooMuch, message)
    }

    fn variables(message: impl AsRef<str>) -> Self {
        Self::new(Reason::Variables, message)
    }
}

/// A message without the long literals that a client may have put into it.
#[must_use]
pub fn short(message: &str) -> String {
    if message.chars().nth(MESSAGE).is_none() {
        return message.to_owned();
    }
    message.chars().take(MESSAGE - 1).chain(['…']).collect()
}

/// Judges documents.
#[derive(Debug)]
pub struct Firewall {
    shape: &'static Shape,
    config: FirewallConfig,
    limits: Arc<Limits>,
    store: TrustedDocuments,
    admin: TrustedDocuments,
    manifest: Manifest,
    in_store: Cache<Hash, Arc<Document>>,
    elsewhere: Cache<Hash, Arc<Document>>,
    agreed_upon: Cache<Hash, Arc<Document>>,
}

impl Firewall {
    /// A firewall before a schema of this shape.
    #[must_use]
    pub fn new(
        shape: &'static Shape,
        config: FirewallConfig,
        limits: Arc<Limits>,
        trusted: &TrustedDocumentsConfig,
        manifest: Manifest,
    ) -> Self {
        Self {
            shape,
            config,
            limits,
            store: trusted.store,
            admin: trusted.admin,
            manifest,
            in_store: cache(),
            elsewhere: cache(),
            agreed_upon: cache(),
        }
    }

    /// The limits of a scope.
    #[must_use]
    pub fn limits(&self, scope: Scope) -> &DocumentLimits {
        match scope {
            Scope::Store => &self.config.store,
            Scope::Admin => &self.config.admin,
            Scope::Bounded => &self.config.bounded,
            Scope::Gateway => &self.config.gateway,
        }
    }

    /// The document that is asked for, by its text, by its hash (`documentId`), or by both.
    ///
    /// # Errors
    /// Why it is not executed. Its cost is not looked at; that depends on variables.
    pub fn document(&self, scope: Scope, text: Option<&str>, id: Option<&str>) -> Result<Arc<Document>, Refusal> {
        let mode = match scope {
            Scope::Store => self.store,
            Scope::Admin | Scope::Bounded => self.admin,
            // It makes its documents itself, and has proven who it is.
            Scope::Gateway => TrustedDocuments::Off,
        };
        let named = match id {
            None => None,
            Some(id) => Some(trusted::parse(id).ok_or_else(|| {
                Refusal::invalid("A document is named by its SHA-256 in 64 small hexadecimal digits.")
            })?),
        };
        let (hash, text) = match (text, named) {
            (Some(text), named) => {
                let hash = trusted::hash(text);
                if named.is_some_and(|named| named != hash) {
                    return Err(Refusal::invalid("The hash is the hash of another document."));
                }
                if mode.requires() && !self.manifest.contains(&hash) {
                    let message = "Only documents that were agreed upon beforehand are taken here.";
                    return Err(Refusal::new(Reason::NotTrusted, message));
                }
                (hash, text)
            }
            (None, Some(_)) if !mode.accepts() => {
                let message = "PersistedQueryNotSupported";
                return Err(Refusal::new(Reason::NotSupported, message));
            }
            (None, Some(hash)) => match self.manifest.get(&hash) {
                Some(text) => (hash, text),
                None => {
                    let message = "PersistedQueryNotFound";
                    return Err(Refusal::new(Reason::NotFound, message));
                }
            },
            (None, None) => return Err(Refusal::invalid("There is no document.")),
        };
        let limits = self.limits(scope);
        let cache = if mode.accepts() && self.manifest.contains(&hash) {
            &self.agreed_upon
        } else if scope == Scope::Store {
            &self.in_store
        } else {
            &self.elsewhere
        };
        if let Some(known) = cache.get(&hash) {
            known.check(limits)?;
            return Ok(known);
        }
        let document = Arc::new(self.parse(text, limits)?);
        cache.insert(hash, Arc::clone(&document));
        Ok(document)
    }

    /// Reads a document that is not known yet.
    ///
    /// # Errors
    /// Why it would not be executed.
    pub fn parse(&self, text: &str, limits: &DocumentLimits) -> Result<Document, Refusal> {
        let scan = Scan::read(text, limits)?;
        let document = Document::parse(text, scan, self.shape, &self.limits)?;
        document.check(limits)?;
        document.check_overlap()?;
        Ok(document)
    }

    /// How much memory the documents that are kept take together, in bytes.
    #[must_use]
    pub fn cached_bytes(&self) -> u64 {
        let caches = [&self.in_store, &self.elsewhere, &self.agreed_upon];
        caches.into_iter().for_each(Cache::run_pending_tasks);
        caches.into_iter().map(Cache::weighted_size).sum()
    }

    /// Rows that are written are bounded by the rooms, which say it in their own words.
    fn longest_list_of_mutations(&self, limits: &DocumentLimits) -> usize {
        limits.list_items.max(self.limits.bulk_rows.saturating_mul(2))
    }

    /// Holds a mutation whose inputs were changed against the same limits as one that a client sends; answers what it
    /// costs.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn changed<'a>(
        &self,
        scope: Scope,
        document: &Document,
        operation_name: Option<&str>,
        changed: &ExecutableDocument,
        inputs: impl Iterator<Item = &'a ConstValue>,
        variables: &Variables,
    ) -> Result<u64, Refusal> {
        let limits = self.limits(scope);
        let longest_list = self.longest_list_of_mutations(limits);
        for input in inputs {
            given::check(input, limits, longest_list)?;
        }
        let changed = document.changed(changed, self.shape, &self.limits)?;
        changed.check(limits)?;
        changed.check_overlap()?;
        if changed.size.list_items > longest_list {
            return Err(Refusal::too_much("A list is too long."));
        }
        let requested = changed.price(operation_name, variables);
        if requested > limits.cost {
            let limit = limits.cost;
            return Err(Refusal::new(Reason::Cost { requested, limit }, "This costs too much."));
        }
        Ok(requested)
    }

    /// The values of an operation's variables, given or not, and what the operation costs with them.
    ///
    /// # Errors
    /// When they are too large or one is missing; when the operation costs too much.
    pub fn variables(
        &self,
        scope: Scope,
        document: &Document,
        operation_name: Option<&str>,
        given: GivenVariables,
    ) -> Result<(Variables, u64), Refusal> {
        let limits = self.limits(scope);
        let operation = document.operation(operation_name);
        let is_mutation = operation.is_some_and(|operation| operation.ty == OperationType::Mutation);
        let longest_list = if is_mutation {
            self.longest_list_of_mutations(limits)
        } else {
            limits.list_items
        };
        if document.size.list_items > longest_list {
            return Err(Refusal::too_much(format!(
                "The document has a list of more than {longest_list} items. Send several requests."
            )));
        }
        let (mut values, bytes) = given.within(limits, longest_list)?;
        // Each use of a variable is a copy of its value.
        if bytes.saturating_mul(document.size.variable_uses) > limits.variables_bytes.saturating_mul(COPIES) {
            let message = "The variables are too large to be used so often. Send less at once.";
            return Err(Refusal::variables(message));
        }
        if let Some(operation) = operation {
            values = document.variables(operation, values)?;
        }
        let requested = document.price(operation_name, &values);
        if requested > limits.cost {
            let limit = limits.cost;
            return Err(Refusal::new(
                Reason::Cost { requested, limit },
                format!(
                    "This costs {requested}, and may cost {limit}. Ask for smaller pages, or for less of each row."
                ),
            ));
        }
        Ok((values, requested))
    }
}

fn cache() -> Cache<Hash, Arc<Document>> {
    Cache::builder()
        .max_capacity(CACHED_BYTES)
        .weigher(|_, document: &Arc<Document>| document.weight())
        .build()
}
