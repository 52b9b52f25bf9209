//! From the credentials of a request to its viewer.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    api_key, auth_identity, customer,
    id::{ApiKeyId, ChannelId, CustomerId, StaffUserId},
    session::{self, ActorType},
    staff_user,
};
use moka::future::Cache;
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, Select,
    entity::prelude::Json,
    sea_query::{Expr, ExprTrait},
};
use sha2::{Digest, Sha256};

use super::{
    Act, Claims, Impersonator, LONGEST_TOKEN, Permission, Permissions, Viewer,
    grants::{Standing, standings},
};
use crate::work::{Call, CallParts, Once, ReadConnection, Statements, UnitOfWork, WriteError, WriteOptions};

/// How long an answer about a credential is remembered: a revocation is felt after this time at the latest.
const REMEMBERED: Duration = Duration::from_secs(5);

/// What begins every secret API key.
pub const API_KEY_PREFIX: &str = "cgk_";

/// What begins every publishable API key.
pub const PUBLISHABLE_KEY_PREFIX: &str = "cgp_";

/// How long after a use of an API key was noted the next one is.
const NOTED: TimeDelta = TimeDelta::minutes(1);

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
    channels: Cache<[u8; 32], ChannelId>,
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
            channels: Cache::builder().max_capacity(10_000).time_to_live(REMEMBERED).build(),
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

    /// The same as the tables tell at this moment, whatever is remembered.
    ///
    /// # Errors
    /// As for [`Self::viewer`].
    pub async fn viewer_now(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        if token.len() > LONGEST_TOKEN {
            return Err(Unauthenticated::Invalid);
        }
        let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.known.invalidate(&key).await;
        let viewer = self.look_up(token).await?;
        self.known.insert(key, viewer.clone()).await;
        Ok(viewer)
    }

    /// When a token ends by itself, if that stands in it.
    #[must_use]
    pub fn end_of(&self, token: &str) -> Option<DateTime<Utc>> {
        let claims = self.parts.tokens.read(token, self.parts.clock.now())?;
        DateTime::from_timestamp(claims.exp, 0)
    }

    /// The channel that a publishable key names. It tells where somebody shops, not who they are.
    ///
    /// # Errors
    /// [`Unauthenticated`] when the key is not valid, or when that could not be found out.
    pub async fn channel(&self, key: &str) -> Result<ChannelId, Unauthenticated> {
        if key.len() > LONGEST_TOKEN || !key.starts_with(PUBLISHABLE_KEY_PREFIX) {
            return Err(Unauthenticated::Invalid);
        }
        let remembered: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        self.channels
            .try_get_with(remembered, async {
                let row = self.key(key, api_key::Kind::Publishable).await?;
                row.channel_id.ok_or(Unauthenticated::Invalid)
            })
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
                let found: Option<(CustomerId, Option<StaffUserId>, bool)> = self
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
                    .column(session::Column::ImpersonatorId)
                    .column(session::Column::IsReadOnly)
                    .into_tuple()
                    .one(&db)
                    .await
                    .map_err(fault)?;
                let (customer, staff_user, is_read_only) = found.ok_or(Unauthenticated::Invalid)?;
                if claims.imp != staff_user {
                    return Err(Unauthenticated::Invalid);
                }
                if let Some(staff_user) = staff_user {
                    self.check_impersonator(&db, staff_user).await?;
                }
                Ok(Viewer::Store {
                    customer,
                    identity,
                    session,
                    impersonator: staff_user.map(|staff_user| Impersonator {
                        staff_user,
                        is_read_only,
                    }),
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
                let (user, direct) = user.ok_or(Unauthenticated::Invalid)?;
                let standing = standing(&db, user, &direct).await.map_err(fault)?;
                Ok(Viewer::Staff {
                    user,
                    identity,
                    session,
                    permissions: standing.permissions,
                    is_bounded: standing.is_bounded,
                    reach: Arc::new(standing.reach),
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

    /// Whoever acts as a customer must be active still, and allowed to, and nothing may be hidden from them.
    async fn check_impersonator(&self, db: &ReadConnection, user: StaffUserId) -> Result<(), Unauthenticated> {
        let fault = |error| Unauthenticated::Fault(Arc::new(error));
        let row = staff_user::Entity::find_by_id(user)
            .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
            .one(db)
            .await
            .map_err(fault)?
            .ok_or(Unauthenticated::Invalid)?;
        let standing = standing(db, user, &row.permissions).await.map_err(fault)?;
        if standing.permissions.contains(Permission::ImpersonationStart) && standing.reach.masks.is_empty() {
            Ok(())
        } else {
            Err(Unauthenticated::Invalid)
        }
    }

    async fn api_key(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        let key = self.key(token, api_key::Kind::Secret).await?;
        Ok(Viewer::ApiKey {
            key: key.id,
            permissions: Permissions::stored(&key.permissions),
        })
    }

    /// The key with this secret, or with this secret before the last rotation, as long as that is good.
    async fn key(&self, secret: &str, kind: api_key::Kind) -> Result<api_key::Model, Unauthenticated> {
        // What authentication looks up is not counted: the operation has not begun.
        let db = self.parts.database.reader(&Statements::default());
        let now = self.parts.clock.now();
        let hash = secret_hash(secret);
        let key = api_key::Entity::find()
            .filter(
                Condition::any().add(api_key::Column::SecretHash.eq(&hash)).add(
                    Condition::all()
                        .add(api_key::Column::PreviousSecretHash.eq(&hash))
                        .add(api_key::Column::PreviousExpiresAt.gt(now)),
                ),
            )
            .filter(api_key::Column::Kind.eq(kind))
            .filter(api_key::Column::RevokedAt.is_null())
            .one(&db)
            .await
            .map_err(|error| Unauthenticated::Fault(Arc::new(error)))?
            .filter(|key| key.expires_at.is_none_or(|expiry| expiry > now))
            .ok_or(Unauthenticated::Invalid)?;
        if key.last_used_at.is_none_or(|used| now - used >= NOTED) {
            self.note_use(key.id);
        }
        Ok(key)
    }

    /// Notes that a key was used, behind the back of whoever uses it, who does not wait for that.
    fn note_use(&self, key: ApiKeyId) {
        let call = Call::new(self.parts.clone(), Viewer::System, "authenticator".to_owned(), None);
        let call = Arc::new(call);
        let options = WriteOptions {
            mutation: "apiKeyUse",
            ..WriteOptions::default()
        };
        tokio::spawn(async move {
            let written = call
                .write(options, async move |unit: &mut UnitOfWork| {
                    let due = Condition::any()
                        .add(api_key::Column::LastUsedAt.is_null())
                        .add(api_key::Column::LastUsedAt.lte(unit.now() - NOTED));
                    api_key::Entity::update_many()
                        .col_expr(api_key::Column::LastUsedAt, Expr::val(unit.now()))
                        .filter(api_key::Column::Id.eq(key))
                        .filter(due)
                        .exec(unit.db())
                        .await?;
                    Ok::<_, WriteError>(Once(()))
                })
                .await;
            if let Err(error) = written {
                tracing::warn!(%error, "the use of an API key could not be noted");
            }
        });
    }
}

async fn standing(db: &ReadConnection, user: StaffUserId, direct: &Json) -> Result<Standing, DbErr> {
    let mut found = standings(db, &[(user, Permissions::stored(direct))]).await?;
    Ok(found.remove(&user).unwrap_or_default())
}

/// The identity still acts as the one as whom the session was opened.
fn is_column(column: auth_identity::Column) -> sea_orm::sea_query::SimpleExpr {
    Expr::col(session::Column::ActorId.as_column_ref()).eq(Expr::col(column.as_column_ref()))
}
