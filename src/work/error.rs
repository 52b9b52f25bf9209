//! What can be wrong with a write: something the caller can mend, or a fault of ours.

use std::borrow::Cow;

use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

/// What is wrong with an input, in words that programs understand. The list may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// A value that must be given is missing or empty.
    Required,
    /// A value has the wrong form.
    Invalid,
    /// A text is longer than allowed.
    TooLong,
    /// This is not an e-mail address.
    InvalidEmail,
    /// This is not a phone number.
    InvalidPhone,
    /// This is not the two-letter code of a country (ISO 3166-1).
    InvalidCountry,
    /// The country does not write postal codes like this.
    InvalidPostalCode,
    /// The country has no such province.
    InvalidProvince,
    /// A filter is not understood.
    InvalidFilter,
    /// There is no such object, or none that you may see.
    NotFound,
    /// Another registered customer or staff user has this e-mail address.
    EmailTaken,
    /// Another object of the same kind and owner has this name.
    NameTaken,
    /// Another object of the same kind has this external id.
    ExternalIdTaken,
    /// The customer is already a member.
    AlreadyMember,
    /// The same object or key occurs more than once in the input.
    DuplicatedInputItem,
    /// Somebody changed the object since it was read.
    Conflict,
    /// The confirmation does not match.
    ConfirmationMismatch,
    /// This field may not be set by you.
    ForbiddenField,
    /// The organization would be left without an admin.
    LastAdmin,
    /// E-mail and password do not fit together, or the account may not log in.
    InvalidCredentials,
    /// The account may not log in.
    AccountDisabled,
    /// The password is too short, too long, or too common.
    PasswordTooWeak,
    /// The token is unknown, used, or of another purpose.
    TokenInvalid,
    /// The token is too old.
    TokenExpired,
    /// More items than allowed.
    LimitExceeded,
    /// The selector matches more objects than `maxAffected`.
    SelectorTooBroad,
    /// The metadata are larger or deeper than allowed.
    MetadataTooLarge,
    /// The idempotency key was used before with another input.
    IdempotencyMismatch,
    /// The object cannot be removed while something refers to it.
    InUse,
    /// The service is busy with the same object; try again.
    Busy,
    /// The e-mail address of the account has not been proven yet.
    NotVerified,
    /// The provider does not vouch for the e-mail address.
    EmailNotVerified,
    /// It is too early for another one.
    Cooldown,
    /// The invitation is too old.
    InviteExpired,
    /// The invitation was used before.
    InviteUsed,
    /// The way to log in belongs to somebody already.
    AlreadyLinked,
    /// Somebody must keep one way to log in.
    LastLoginMethod,
    /// Log in as before and link the new way to log in to the account there.
    LinkRequired,
    /// There is no such provider here.
    ProviderNotConfigured,
    /// The provider does not answer, or not as it should.
    ProviderUnavailable,
    /// This is not an address to which the client may be sent.
    RedirectNotAllowed,
    /// The log-in was not begun here, or was finished before.
    StateMismatch,
    /// A hook refused.
    HookRejected,
    /// The passkey does not fit.
    PasskeyInvalid,
    /// There are no passkeys here.
    PasskeysNotConfigured,
    /// A second factor is asked for.
    MfaRequired,
    /// The code of the second factor does not fit.
    MfaInvalid,
    /// Prove again who you are.
    StepUpRequired,
    /// Nobody can give what they do not have.
    OutOfScopePermission,
    /// The SAML answer is not valid.
    SamlInvalid,
    /// The identity does not act as one.
    ActorNotLinked,
    /// The state does not allow it.
    InvalidState,
    /// An order cannot be given to somebody without an account.
    TargetIsGuest,
    /// The order is theirs already.
    AlreadyOwner,
    /// The transfer of the order has been asked for already.
    ActiveTransferExists,
    /// The order was canceled.
    OrderCanceled,
    /// The wish is too old.
    TransferExpired,
    /// The object has been decided about already.
    InvalidTransition,
    /// The job cannot be canceled any more.
    JobNotCancellable,
}

/// What comes along with an error beyond code, path and message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// The object has changed since it was read.
    Conflict {
        /// The version it has now.
        current_version: i32,
    },
    /// A limit was passed.
    Limit {
        /// The most that is allowed.
        limit: i64,
        /// What was asked for.
        used: i64,
    },
}

/// Something the caller can mend: it is answered in the payload, at the path of the input that causes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// For programs.
    pub code: ErrorCode,
    /// Where in the input, from its root; list positions are numbers.
    pub path: Vec<String>,
    /// For people: one sentence that says what to do. Never repeats what was typed.
    pub message: Cow<'static, str>,
    /// More for programs.
    pub detail: Detail,
}

impl UserError {
    /// An error at a field of the input (dots separate the steps of the path).
    pub fn new(code: ErrorCode, path: &str, message: impl Into<Cow<'static, str>>) -> Self {
        let path = if path.is_empty() {
            Vec::new()
        } else {
            path.split('.').map(str::to_owned).collect()
        };
        Self {
            code,
            path,
            message: message.into(),
            detail: Detail::None,
        }
    }

    /// There is no such object, or none that the viewer may see: the two are answered alike.
    #[must_use]
    pub fn not_found(path: &str, noun: &str) -> Self {
        Self::new(ErrorCode::NotFound, path, format!("There is no such {noun}."))
    }

    /// The object was changed by somebody else in the meantime.
    #[must_use]
    pub fn conflict(current_version: i32) -> Self {
        Self {
            detail: Detail::Conflict { current_version },
            ..Self::new(
                ErrorCode::Conflict,
                "expectedVersion",
                "Somebody changed this in the meantime. Read it again and repeat your change.",
            )
        }
    }

    /// More than is allowed.
    #[must_use]
    pub fn limit(path: &str, limit: usize, used: usize, what: &str) -> Self {
        Self {
            detail: Detail::Limit {
                limit: i64::try_from(limit).unwrap_or(i64::MAX),
                used: i64::try_from(used).unwrap_or(i64::MAX),
            },
            ..Self::new(
                ErrorCode::LimitExceeded,
                path,
                format!("At most {limit} {what} are allowed."),
            )
        }
    }

    /// The same error seen from further up: `prefix` (dots separate steps) comes before its path.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        let mut path: Vec<String> = prefix
            .split('.')
            .filter(|step| !step.is_empty())
            .map(str::to_owned)
            .collect();
        path.append(&mut self.path);
        self.path = path;
        self
    }
}

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The caller can mend it; goes into the payload.
    #[error("refused: {} user error(s)", .0.len())]
    Refused(Vec<UserError>),
    /// They asked too often; goes out as a top-level `RATE_LIMITED`.
    #[error("refused for {retry_after} s")]
    Limited {
        /// For how long to wait, in seconds.
        retry_after: u32,
    },
    /// Too many ask at once; goes out with status 503.
    #[error("too many at once")]
    Overloaded,
    /// A fault of ours or of the database; goes to the log, and out as `INTERNAL`.
    #[error(transparent)]
    Fault(#[from] DbErr),
}

impl From<UserError> for WriteError {
    fn from(error: UserError) -> Self {
        Self::Refused(vec![error])
    }
}

impl From<Vec<UserError>> for WriteError {
    fn from(errors: Vec<UserError>) -> Self {
        Self::Refused(errors)
    }
}
