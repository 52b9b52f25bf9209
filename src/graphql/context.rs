//! What a resolver reaches through its context.

use std::sync::Arc;

use async_graphql::{Context, ErrorExtensions, Name, Value};
use sha2::{Digest, Sha256};

use super::{Batch, Loaders, fault};
use crate::{
    auth::Viewer,
    work::{Call, WriteOptions},
};

/// Put on a request whose introspection shows every field, whoever asks (the exported SDL, the demo's documentation).
#[derive(Clone, Copy, Debug)]
pub struct ShowEverything;

/// Shorthands on the context of a resolver.
pub trait ContextExt {
    /// The operation.
    fn call(&self) -> &Arc<Call>;

    /// Who is asking; without an operation, as where the schema is written down, nobody we know.
    fn viewer(&self) -> &Viewer;

    /// The loaders, born with the request.
    fn loaders(&self) -> &Loaders;

    /// Whether introspection hides nothing.
    fn shows_everything(&self) -> bool;

    /// Loads one value together with what others ask for at the same moment.
    fn load<B: Batch>(&self, key: B::Key) -> impl Future<Output = async_graphql::Result<Option<B::Value>>> + Send;

    /// Loads several values together with what others ask for at the same moment, in the order of the keys.
    fn load_many<B: Batch>(
        &self,
        keys: Vec<B::Key>,
    ) -> impl Future<Output = async_graphql::Result<Vec<Option<B::Value>>>> + Send;

    /// A fingerprint of this field's arguments, without those named.
    fn fingerprint(&self, without: &[&str]) -> async_graphql::Result<[u8; 32]>;

    /// How the mutation at this field is written: its idempotency key (from the input, or from the header together
    /// with the response path), dry run and reason.
    fn write_options(
        &self,
        mutation: &'static str,
        idempotency_key: Option<String>,
        dry_run: Option<bool>,
        reason: Option<String>,
    ) -> async_graphql::Result<WriteOptions>;
}

impl ContextExt for Context<'_> {
    fn call(&self) -> &Arc<Call> {
        self.data_unchecked::<Arc<Call>>()
    }

    fn viewer(&self) -> &Viewer {
        self.data_opt::<Arc<Call>>()
            .map_or(&Viewer::Anonymous, |call| &call.viewer)
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked::<Loaders>()
    }

    fn shows_everything(&self) -> bool {
        self.data_opt::<ShowEverything>().is_some()
    }

    async fn load<B: Batch>(&self, key: B::Key) -> async_graphql::Result<Option<B::Value>> {
        self.loaders()
            .load::<B>(key)
            .await
            .map_err(|error| fault(self.call(), &*error))
    }

    async fn load_many<B: Batch>(&self, keys: Vec<B::Key>) -> async_graphql::Result<Vec<Option<B::Value>>> {
        self.loaders()
            .load_many::<B>(keys)
            .await
            .map_err(|error| fault(self.call(), &*error))
    }

    fn fingerprint(&self, without: &[&str]) -> async_graphql::Result<[u8; 32]> {
        let mut arguments = self.field().arguments()?;
        arguments.retain(|(name, _)| !without.contains(&name.as_str()));
        Ok(fingerprint(self.field().name(), arguments))
    }

    fn write_options(
        &self,
        mutation: &'static str,
        idempotency_key: Option<String>,
        dry_run: Option<bool>,
        reason: Option<String>,
    ) -> async_graphql::Result<WriteOptions> {
        if dry_run == Some(true) && self.call().viewer.masks().is_some() {
            let message = "A dry run shows values, and your roles hide fields from you. Do without it.";
            return Err(
                async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", "FORBIDDEN"))
            );
        }
        let path = self.path_node.map(|node| node.to_string()).unwrap_or_default();
        let hooked = self.call().hooked_as(&path).cloned();
        let key = idempotency_key.or_else(|| self.call().idempotency_key.as_ref().map(|key| format!("{key} {path}")));
        let idempotency = match key {
            Some(key) if key.is_empty() || key.chars().count() > 255 || !crate::text::is_clean(&key, false) => {
                return Err(super::bad_input(
                    "An idempotency key has 1 to 255 visible characters.",
                    None,
                ));
            }
            Some(key) => {
                // A hook may change the input, and another time otherwise: what counts is what the client has sent.
                let fingerprint = match &hooked {
                    Some(hooked) => hooked.fingerprint,
                    None => self.fingerprint(&[])?,
                };
                Some((key, crate::text::hexadecimal(&fingerprint)))
            }
            None => None,
        };
        if let Some(reason) = &reason
            && (reason.chars().count() > 500 || !crate::text::is_clean(reason, true))
        {
            return Err(super::bad_input(
                "A reason has at most 500 characters and no control characters.",
                None,
            ));
        }
        Ok(WriteOptions {
            mutation,
            idempotency,
            dry_run: dry_run.unwrap_or(false),
            reason,
            hooked,
        })
    }
}

/// Keeps a large future in a place of its own.
///
/// The executor makes a box for every field of every row, as large as the largest resolver of the type. Kept apart, an
/// edge with its arguments and its loader costs only the rows that ask for it, and a plain field stays small.
pub fn apart<F: Future>(future: F) -> std::pin::Pin<Box<F>> {
    Box::pin(future)
}

/// A fingerprint of a field with its arguments.
#[must_use]
pub fn fingerprint(field: &str, mut arguments: Vec<(Name, Value)>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(field.as_bytes());
    arguments.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, value) in arguments {
        hasher.update([0]);
        hasher.update(name.as_bytes());
        hash_value(&value, &mut hasher);
    }
    hasher.finalize().into()
}

/// Feeds a value in one form, however its keys were ordered.
fn hash_value(value: &Value, hasher: &mut Sha256) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            hasher.update(b"{");
            for (name, value) in fields {
                hasher.update(name.as_bytes());
                hasher.update(b":");
                hash_value(value, hasher);
            }
            hasher.update(b"}");
        }
        Value::List(items) => {
            hasher.update(b"[");
            for item in items {
                hash_value(item, hasher);
                hasher.update(b",");
            }
            hasher.update(b"]");
        }
        scalar => hasher.update(scalar.to_string().as_bytes()),
    }
}
