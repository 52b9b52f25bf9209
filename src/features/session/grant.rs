//! The two tokens that a session gives.

use entity::session::Model;
use sea_orm::DbErr;

use secrecy::ExposeSecret;

use super::service::RefreshToken;
use crate::{
    auth::AccessToken,
    graphql::{DateTime, fault},
    work::Call,
};

/// What a client gets to go on with.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) access: AccessToken,
    pub(crate) refresh_token: String,
    pub(crate) refresh_token_expires_at: DateTime,
}

impl Grant {
    /// The tokens of a session whose refresh token was stored just now.
    pub(crate) fn of(call: &Call, session: &Model, refresh_token: &RefreshToken) -> async_graphql::Result<Self> {
        let act = session.actor_type.into();
        let access = call
            .tokens
            .issue(
                session.auth_identity_id,
                act,
                session.id,
                session.expires_at,
                call.now(),
            )
            .map_err(|_| fault(call, &DbErr::Custom("an access token could not be signed".to_owned())))?;
        Ok(Self {
            access,
            refresh_token: refresh_token.secret().expose_secret().to_owned(),
            refresh_token_expires_at: DateTime(session.expires_at),
        })
    }
}

/// Declares a payload with the two tokens, and with more fields where there are some.
macro_rules! grant_payload {
    ($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })?) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            /// The token for the `Authorization: Bearer` header; null when there are user errors, and in cookie mode.
            access_token: Option<String>,
            /// When the access token ends.
            access_token_expires_at: Option<crate::graphql::DateTime>,
            /// The token for `sessionRefresh`, good for one use; keep it secret.
            refresh_token: Option<String>,
            /// When the session ends; refreshing it does not make it longer.
            refresh_token_expires_at: Option<crate::graphql::DateTime>,
            $($($(#[$field_doc])* $field: $kind,)*)?
            /// What is wrong with the input.
            user_errors: Vec<crate::graphql::Problem>,
        }

        impl $name {
            fn new(
                grant: Option<crate::features::session::Grant>,
                $($($field: $kind,)*)?
                user_errors: Vec<crate::graphql::Problem>,
            ) -> Self {
                let (access, refresh_token, refresh_token_expires_at) = match grant {
                    Some(grant) => (
                        Some(grant.access),
                        Some(grant.refresh_token),
                        Some(grant.refresh_token_expires_at),
                    ),
                    None => (None, None, None),
                };
                Self {
                    access_token_expires_at: access
                        .as_ref()
                        .map(|access| crate::graphql::DateTime(access.expires_at)),
                    access_token: access.map(|access| access.token),
                    refresh_token,
                    refresh_token_expires_at,
                    $($($field,)*)?
                    user_errors,
                }
            }
        }
    };
}

pub(crate) use grant_payload;
