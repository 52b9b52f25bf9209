//! What the schema shows of a second factor.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::{
    id::{CustomerId, StaffUserId},
    mfa_factor::{Kind, Model},
};

use super::loader::{FactorsOfCustomer, FactorsOfStaffUser};
use crate::graphql::{ContextExt, DateTime};

/// What kind of second factor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MfaFactorKind {
    /// An app that makes a code every half a minute.
    Totp,
    /// A security key.
    Webauthn,
}

impl From<Kind> for MfaFactorKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Totp => Self::Totp,
            Kind::Webauthn => Self::Webauthn,
        }
    }
}

/// Something that is asked for beside a password. Nothing of its secret is ever shown again.
#[derive(Clone, Debug)]
pub struct MfaFactor(pub Arc<Model>);

/// The second factors of a customer.
pub(crate) async fn factors_of(ctx: &Context<'_>, customer: CustomerId) -> Result<Vec<MfaFactor>> {
    let rows = ctx.load::<FactorsOfCustomer>(customer).await?.unwrap_or_default();
    Ok(rows.into_iter().map(MfaFactor).collect())
}

/// The second factors of a staff user.
pub(crate) async fn factors_of_staff(ctx: &Context<'_>, user: StaffUserId) -> Result<Vec<MfaFactor>> {
    let rows = ctx.load::<FactorsOfStaffUser>(user).await?.unwrap_or_default();
    Ok(rows.into_iter().map(MfaFactor).collect())
}

/// Something that is asked for beside a password. Nothing of its secret is ever shown again.
#[Object]
impl MfaFactor {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its kind.
    async fn kind(&self) -> MfaFactorKind {
        self.0.kind.into()
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When its owner showed that it works; null while it is being set up.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.0.confirmed_at.map(DateTime)
    }

    /// When it was last used.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }
}
