//! Typed ids: 128 bits in the table, a prefix and 26 Crockford base-32 characters in the schema.
//!
//! The shape (`cus_01JA…`) is the one Medusa uses, so ids of a Medusa store can be taken over bit by bit. The first
//! character carries the two bits that 26 × 5 has too many, hence it is at most `7`.

use std::{fmt, str::FromStr};

use sea_orm::{DeriveValueType, entity::prelude::Uuid};
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The text is not an id of the kind that was asked for: another prefix, another length, or another alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId {
    /// The prefix that was expected, such as `cus`.
    pub expected: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "This is not an id of the form {}_… with 26 base-32 characters.",
            self.expected
        )
    }
}

impl std::error::Error for InvalidId {}

/// What all typed ids have in common.
pub trait PrefixedId: Copy + Eq + Ord + std::hash::Hash + Send + Sync + fmt::Debug + 'static {
    /// The part before the underscore, unique per kind of object.
    const PREFIX: &'static str;

    /// Wraps the stored bits.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The stored bits.
    fn uuid(self) -> Uuid;

    /// Reads the text form, such as `cus_01JAB2C3D4E5F6G7H8J9KMNPQR`; lower-case letters are accepted.
    ///
    /// # Errors
    /// [`InvalidId`] for another prefix, length or alphabet.
    fn parse(text: &str) -> Result<Self, InvalidId> {
        text.strip_prefix(Self::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .and_then(decode)
            .map(Self::from_uuid)
            .ok_or(InvalidId { expected: Self::PREFIX })
    }
}

/// Writes 128 bits as 26 characters, most significant first.
#[must_use]
pub fn encode(uuid: Uuid) -> [u8; 26] {
    let mut bits = uuid.as_u128();
    let mut text = [b'0'; 26];
    for character in text.iter_mut().rev() {
        *character = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    text
}

/// Reads 26 characters as 128 bits; `None` for another length, alphabet, or more than 128 bits.
#[must_use]
pub fn decode(text: &str) -> Option<Uuid> {
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes()
        .try_fold(0_u128, |bits, character| {
            let digit = ALPHABET
                .iter()
                .position(|known| *known == character.to_ascii_uppercase())?;
            Some(bits << 5 | digit as u128)
        })
        .map(Uuid::from_u128)
}

/// Writes the text form of an id of any kind.
#[must_use]
pub fn format(prefix: &str, uuid: Uuid) -> String {
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    text.extend(encode(uuid).iter().map(|character| char::from(*character)));
    text
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
            #[serde(try_from = "String", into = "String")]
            pub struct $name(pub Uuid);

            impl PrefixedId for $name {
                const PREFIX: &'static str = $prefix;

                fn from_uuid(uuid: Uuid) -> Self {
                    Self(uuid)
                }

                fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl sea_orm::TryFromU64 for $name {
                fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                    Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(&format($prefix, self.0))
                }
            }

            impl FromStr for $name {
                type Err = InvalidId;

                fn from_str(text: &str) -> Result<Self, InvalidId> {
                    Self::parse(text)
                }
            }

            impl TryFrom<String> for $name {
                type Error = InvalidId;

                fn try_from(text: String) -> Result<Self, InvalidId> {
                    Self::parse(&text)
                }
            }

            impl From<$name> for String {
                fn from(id: $name) -> String {
                    format($prefix, id.0)
                }
            }
        )*

        /// Every prefix in use; they are distinct, which a test checks.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// Names a customer.
    CustomerId = "cus";
    /// Names an address of a customer or of an organization unit.
    AddressId = "cuaddr";
    /// Names a customer group.
    CustomerGroupId = "cusgroup";
    /// Names the membership of a customer in a group.
    CustomerGroupMemberId = "cusgc";
    /// Names a channel.
    ChannelId = "chan";
    /// Names a vendor.
    VendorId = "vend";
    /// Names an organization.
    OrganizationId = "org";
    /// Names a division or location of an organization.
    OrganizationUnitId = "orgunit";
    /// Names a role that members of an organization may have.
    OrganizationRoleId = "orole";
    /// Names the membership of a customer in an organization.
    OrganizationMemberId = "omem";
    /// Names the link to an order.
    OrderLinkId = "olink";
    /// Names a line of a linked order.
    OrderLineId = "oline";
    /// Names an identity: somebody who can log in.
    AuthIdentityId = "authid";
    /// Names one way in which an identity logs in.
    ProviderIdentityId = "provid";
    /// Names a session.
    SessionId = "sess";
    /// Names a staff user.
    StaffUserId = "staff";
    /// Names an API key.
    ApiKeyId = "akey";
    /// Names an entry of the timeline.
    TimelineEntryId = "tl";
    /// Names an event of the outbox.
    OutboxEventId = "evt";
    /// Names a token that proves one thing once.
    AccountTokenId = "atok";
    /// Names a mail.
    MailId = "mail";
    /// Names a second factor.
    MfaFactorId = "mfa";
    /// Names a recovery code.
    RecoveryCodeId = "rcode";
    /// Names a passkey.
    PasskeyId = "pkey";
    /// Names what a browser brought from a provider.
    ProviderAnswerId = "pans";
    /// Names a role of staff users.
    RoleId = "role";
    /// Names that a staff user has a role.
    RoleAssignmentId = "rasg";
    /// Names a query that a staff user keeps.
    SavedQueryId = "sqry";
    /// Names what happened to an order after it was placed, such as a return.
    OrderActivityId = "oact";
    /// Names something that shows one order to whoever holds it.
    OrderTokenId = "otok";
    /// Names the wish to give an order to another customer.
    OrderTransferId = "otr";
    /// Names a contact with a customer, such as a call.
    InteractionId = "intr";
    /// Names a note about a customer.
    NoteId = "note";
    /// Names somebody who is told of events.
    WebhookEndpointId = "whep";
    /// Names that somebody is told of one event.
    WebhookDeliveryId = "whdl";
    /// Names somebody who is asked before a mutation or told after it.
    HookId = "hook";
    /// Names steps that are taken in order when something happens.
    WorkflowId = "wflow";
    /// Names work that goes on after the response.
    JobId = "job";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_wrote() {
        for bits in [0, 1, u128::MAX, 0x0192_3456_789a_7bcd_8ef0_1234_5678_9abc] {
            let id = CustomerId(Uuid::from_u128(bits));
            assert_eq!(CustomerId::parse(&id.to_string()).unwrap(), id);
        }
    }

    #[test]
    fn an_id_of_another_kind_or_shape_is_refused() {
        let id = AddressId(Uuid::from_u128(7)).to_string();
        for text in [
            id.as_str(),
            "cus_",
            "cus_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "cus_0000000000000000000000000U",
            "",
            "cus_ü",
        ] {
            assert!(CustomerId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn prefixes_are_distinct() {
        let mut prefixes = PREFIXES.to_vec();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), PREFIXES.len());
    }

    #[test]
    fn an_id_works_as_key_operand_and_list() {
        use crate::{address, customer, organization_member_role};
        use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};

        let customer = CustomerId(Uuid::from_u128(7));
        let sql = customer::Entity::find_by_id(customer)
            .filter(customer::Column::Id.eq(customer))
            .filter(customer::Column::Id.is_in([customer]))
            .filter(customer::Column::CreatedBy.eq(None::<StaffUserId>))
            .build(DbBackend::Postgres)
            .to_string();
        assert_eq!(
            sql.matches("'00000000-0000-0000-0000-000000000007'").count(),
            3,
            "{sql}"
        );
        let sql = address::Entity::find()
            .filter(address::Column::CustomerId.is_in(vec![customer]))
            .build(DbBackend::Sqlite)
            .to_string();
        assert!(sql.contains("00000000-0000-0000-0000-000000000007"), "{sql}");
        let _composite = organization_member_role::Entity::find_by_id((
            OrganizationMemberId(Uuid::from_u128(1)),
            OrganizationRoleId(Uuid::from_u128(2)),
        ));
    }
}
