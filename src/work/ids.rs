//! New ids and random tokens.

use std::sync::Mutex;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::id::PrefixedId;
use uuid::{ContextV7, Timestamp, Uuid};

/// Makes ids that grow with time (UUID version 7) and random tokens.
#[derive(Debug, Default)]
pub struct Ids {
    context: Mutex<ContextV7>,
}

impl Ids {
    /// A new id, larger than every id this process made before for an earlier or equal instant.
    pub fn next<I: PrefixedId>(&self, now: DateTime<Utc>) -> I {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        I::from_uuid(Uuid::new_v7(Timestamp::from_unix(
            &*context,
            seconds,
            now.timestamp_subsec_nanos(),
        )))
    }

    /// 256 random bits as 43 URL-safe characters.
    #[must_use]
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
    }

    /// 128 random bits as 32 hexadecimal characters.
    #[must_use]
    pub fn salt(&self) -> String {
        format!("{:032x}", rand::random::<u128>())
    }
}
