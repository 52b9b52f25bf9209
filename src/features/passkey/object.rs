//! What the schema shows of a passkey.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{id::CustomerId, passkey::Model};

use super::loader::{PasskeysOfCustomer, PasskeysOfIdentity};
use crate::graphql::{ContextExt, DateTime};

/// A key on somebody's device, with which they log in.
#[derive(Clone, Debug)]
pub struct Passkey(pub Arc<Model>);

/// The passkeys of a customer.
pub(crate) async fn passkeys_of(ctx: &Context<'_>, customer: CustomerId) -> Result<Vec<Passkey>> {
    let rows = ctx.load::<PasskeysOfCustomer>(customer).await?.unwrap_or_default();
    Ok(rows.into_iter().map(Passkey).collect())
}

/// The passkeys of whoever is logged in; `None` for somebody who is not.
pub(crate) async fn own_passkeys(ctx: &Context<'_>) -> Result<Option<Vec<Passkey>>> {
    let Some((identity, _)) = ctx.call().viewer.session() else {
        return Ok(None);
    };
    let rows = ctx.load::<PasskeysOfIdentity>(identity).await?.unwrap_or_default();
    Ok(Some(rows.into_iter().map(Passkey).collect()))
}

/// A key on somebody's device, with which they log in.
#[Object]
impl Passkey {
    /// The id, which never changes and is never used again.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was set up.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When somebody last logged in with it, or proved with it who they are.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }
}
