//! The two tokens that a session gives.

use entity::session::Model;
use sea_orm::DbErr;

use secrecy::ExposeSecret;

use super::service::RefreshToken;
use crate::{
    auth::AccessToken,
    features::account::admission::{Admitted, EntryTokens},
    graphql::{DateTime, Problem, fault, problems},
    work::{Call, ErrorCode, SessionTokens, UserError},
};

/// What a client gets to go on with.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) access: AccessToken,
    /// `None` in cookie mode, where no script may read it.
    pub(crate) refresh_token: Option<String>,
    pub(crate) is_in_cookies: bool,
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
        if let Some(cookies) = &call.cookies {
            let seconds = |end: chrono::DateTime<chrono::Utc>| (end - call.now()).num_seconds();
            cookies.put(SessionTokens::Given {
                access: access.token.clone().into(),
                access_seconds: seconds(access.expires_at),
                refresh: refresh_token.secret().clone(),
                refresh_seconds: seconds(session.expires_at),
            });
        }
        let is_in_cookies = call.cookies.is_some();
        Ok(Self {
            access,
            refresh_token: (!is_in_cookies).then(|| refresh_token.secret().expose_secret().to_owned()),
            is_in_cookies,
            refresh_token_expires_at: DateTime(session.expires_at),
        })
    }
}

/// What a payload shows of a log-in: the tokens of the session, or the token with which the second factor is shown.
pub(crate) fn entered(
    call: &Call,
    admitted: Option<Admitted>,
    tokens: &EntryTokens,
    user_errors: Vec<Problem>,
) -> async_graphql::Result<(Option<Grant>, Option<String>, Vec<Problem>)> {
    match admitted {
        Some(Admitted::Session(session)) => {
            let grant = Grant::of(call, &session, &tokens.refresh_token)?;
            Ok((Some(grant), None, user_errors))
        }
        Some(Admitted::Challenged) => {
            let asked = UserError::new(
                ErrorCode::MfaRequired,
                "",
                "Give the code of your second factor, or a recovery code, to sessionVerifyMfa.",
            );
            let challenge = tokens.challenge.expose_secret().to_owned();
            Ok((None, Some(challenge), problems(vec![asked])))
        }
        None => Ok((None, None, user_errors)),
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
                let is_in_cookies = grant.as_ref().is_some_and(|grant| grant.is_in_cookies);
                let (access, refresh_token, refresh_token_expires_at) = match grant {
                    Some(grant) => (
                        Some(grant.access),
                        grant.refresh_token,
                        Some(grant.refresh_token_expires_at),
                    ),
                    None => (None, None, None),
                };
                Self {
                    access_token_expires_at: access
                        .as_ref()
                        .map(|access| crate::graphql::DateTime(access.expires_at)),
                    access_token: access.map(|access| access.token).filter(|_| !is_in_cookies),
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
