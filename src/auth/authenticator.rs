//! From the credentials of a request to its viewer.

use std::{sync::Arc, time::Duration};

use entity::{
    api_key, auth_identity, customer,
    id::{CustomerId, StaffUserId},
    session::{self, ActorType},
    staff_user,
};
use moka::future::Cache;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, Select,
    entity::prelude::Json,
    sea_query::{Expr, ExprTrait},
};
use sha2::{Digest, Sha256};

use super::{Act, Claims, LONGEST_TOKEN, Permissions, Viewer};
use crate::work::{CallParts, Statements};

/// How long an answer about a credential is remembered: a revocation is felt after this time at the latest.
const REMEMBERED: Duration = Duration::from_secs(5);

/// What begins every secret API key.
pub const API_KEY_PREFIX: &str = "cgk_";

/// What begins every token that goes out by mail, so that one that was posted somewhere is recognized.
pub const ACCOUNT_TOKEN_PREFIX: &str = "cgt_";

/// The credentials are not valid (any more).
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unauthenticated {
    /// Unknown, expired, revoked or malformed.
    #[error("The token is not valid or has expired. Log in again.")]
    Invalid,
    /// We could not find out.
    #[error(transparent)]
    Fault(Arc<DbErr>),
}

/// Tells who a token belongs to, remembering the answer for a few seconds.
#[derive(Clone)]
pub struct Authenticator {
    parts: CallParts,
    known: Cache<[u8; 32], Viewer>,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

/// The form in which secrets of 256 random bits are kept: their SHA-256, 64 hexadecimal digits.
#[must_use]
pub fn secret_hash(secret: &str) -> String {
    crate::text::hexadecimal(&Sha256::digest(secret.as_bytes()))
}

impl Authenticator {
    /// An authenticator that looks things up in this database.
    #[must_use]
    pub fn new(parts: CallParts) -> Self {
        Self {
            parts,
            known: Cache::builder().max_capacity(100_000).time_to_live(REMEMBERED).build(),
        }
    }

    /// Who presents this bearer token.
    ///
    /// # Errors
    /// [`Unauthenticated`] when the token is not valid, or when that could not be found out.
    pub async fn viewer(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        if token.len() > LONGEST_TOKEN {
            return Err(Unauthenticated::Invalid);
        }
        let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.known
            .try_get_with(key, self.look_up(token))
            .await
            .map_err(|error: Arc<Unauthenticated>| (*error).clone())
    }

    async fn look_up(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        if token.starts_with(API_KEY_PREFIX) {
            self.api_key(token).await
        } else {
            let now = self.parts.clock.now();
            let claims = self.parts.tokens.read(token, now).ok_or(Unauthenticated::Invalid)?;
            self.session(claims).await
        }
    }

    /// A signature tells who somebody was when the token was made; the tables tell whether they still are.
    async fn session(&self, claims: Claims) -> Result<Viewer, Unauthenticated> {
        let db = self.parts.database.reader(&Statements::default());
        let fault = |error| Unauthenticated::Fault(Arc::new(error));
        let (identity, session) = (claims.sub, claims.sid);
        match claims.act {
            Act::Customer => {
                let customer: Option<CustomerId> = self
                    .open_session(&claims, ActorType::Customer)
                    .join(
                        JoinType::InnerJoin,
                        auth_identity::Entity::belongs_to(customer::Entity)
                            .from(auth_identity::Column::CustomerId)
                            .to(customer::Column::Id)
                            .into(),
                    )
                    .filter(is_column(auth_identity::Column::CustomerId))
                    .filter(customer::Column::HasAccount.eq(true))
                    .filter(customer::Column::Status.eq(customer::Status::Active))
                    .column(customer::Column::Id)
                    .into_tuple()
                    .one(&db)
                    .await
                    .map_err(fault)?;
                let customer = customer.ok_or(Unauthenticated::Invalid)?;
                Ok(Viewer::Store {
                    customer,
                    identity,
                    session,
                })
            }
            Act::Staff => {
                let user: Option<(StaffUserId, Json)> = self
                    .open_session(&claims, ActorType::Staff)
                    .join(
                        JoinType::InnerJoin,
                        auth_identity::Entity::belongs_to(staff_user::Entity)
                            .from(auth_identity::Column::StaffUserId)
                            .to(staff_user::Column::Id)
                            .into(),
                    )
                    .filter(is_column(auth_identity::Column::StaffUserId))
                    .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
                    .column(staff_user::Column::Id)
                    .column(staff_user::Column::Permissions)
                    .into_tuple()
                    .one(&db)
                    .await
                    .map_err(fault)?;
                let (user, permissions) = user.ok_or(Unauthenticated::Invalid)?;
                Ok(Viewer::Staff {
                    user,
                    identity,
                    session,
                    permissions: serde_json::from_value(permissions).map_err(|_| Unauthenticated::Invalid)?,
                })
            }
        }
    }

    /// The session of a token, when it is still open, with its identity; no columns are selected yet.
    fn open_session(&self, claims: &Claims, actor: ActorType) -> Select<session::Entity> {
        session::Entity::find()
            .select_only()
            .join(
                JoinType::InnerJoin,
                session::Entity::belongs_to(auth_identity::Entity)
                    .from(session::Column::AuthIdentityId)
                    .to(auth_identity::Column::Id)
                    .into(),
            )
            .filter(session::Column::Id.eq(claims.sid))
            .filter(session::Column::AuthIdentityId.eq(claims.sub))
            .filter(session::Column::ActorType.eq(actor))
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(self.parts.clock.now()))
    }

    async fn api_key(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        // What authentication looks up is not counted: the operation has not begun.
        let db = self.parts.database.reader(&Statements::default());
        let now = self.parts.clock.now();
        let key = api_key::Entity::find()
            .filter(api_key::Column::SecretHash.eq(secret_hash(token)))
            .filter(api_key::Column::RevokedAt.is_null())
            .one(&db)
            .await
            .map_err(|error| Unauthenticated::Fault(Arc::new(error)))?
            .filter(|key| key.expires_at.is_none_or(|expiry| expiry > now))
            .ok_or(Unauthenticated::Invalid)?;
        let permissions: Permissions = serde_json::from_value(key.permissions).map_err(|_| Unauthenticated::Invalid)?;
        Ok(Viewer::ApiKey {
            key: key.id,
            permissions,
        })
    }
}

/// The identity still acts as the one as whom the session was opened.
fn is_column(column: auth_identity::Column) -> sea_orm::sea_query::SimpleExpr {
    Expr::col(session::Column::ActorId.as_column_ref()).eq(Expr::col(column.as_column_ref()))
}
