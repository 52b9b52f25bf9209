//! Of which kind the object of an entry is, which its id tells, and who may read about that kind.

use entity::id::{
    AccountTokenId, AddressId, ApiKeyId, AuthIdentityId, ChannelId, CustomerGroupId, CustomerGroupMemberId, CustomerId,
    HookId, InteractionId, JobId, MailId, MfaFactorId, NoteId, OrderActivityId, OrderLineId, OrderLinkId, OrderTokenId,
    OrderTransferId, OrganizationId, OrganizationMemberId, OrganizationRoleId, OrganizationUnitId, PasskeyId,
    PrefixedId, ProviderAnswerId, ProviderIdentityId, RecoveryCodeId, RoleAssignmentId, RoleId, SavedQueryId,
    SessionId, StaffUserId, WebhookDeliveryId, WebhookEndpointId, WorkflowId, decode,
};
use sea_orm::entity::prelude::Uuid;

use crate::auth::{
    Permission,
    grants::{FieldMasks, hides},
};

/// A kind of object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// What its ids begin with.
    prefix: &'static str,
    /// The type that shows it; none for what is not in the schema.
    object: Option<&'static str>,
    /// What somebody needs to read about it.
    needs: Needs,
}

/// What somebody needs to read about a kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// A permission.
    Permission(Permission),
    /// It belongs to one staff user alone; nobody reads about it here.
    Owner,
}

const fn kind<I: PrefixedId>(object: &'static str, needs: Permission) -> Kind {
    Kind {
        prefix: I::PREFIX,
        object: Some(object),
        needs: Needs::Permission(needs),
    }
}

const fn inner<I: PrefixedId>(needs: Permission) -> Kind {
    Kind {
        prefix: I::PREFIX,
        object: None,
        needs: Needs::Permission(needs),
    }
}

/// What is not here needs every permission.
pub(super) const KINDS: &[Kind] = &[
    kind::<CustomerId>("Customer", Permission::CustomersRead),
    kind::<NoteId>("Note", Permission::NotesRead),
    kind::<InteractionId>("Interaction", Permission::InteractionsRead),
    kind::<AddressId>("Address", Permission::AddressesRead),
    kind::<CustomerGroupId>("CustomerGroup", Permission::GroupsRead),
    kind::<CustomerGroupMemberId>("CustomerGroupMembership", Permission::GroupsRead),
    kind::<OrganizationId>("Organization", Permission::OrganizationsRead),
    kind::<OrganizationUnitId>("OrganizationUnit", Permission::OrganizationsRead),
    kind::<OrganizationRoleId>("OrganizationRole", Permission::OrganizationsRead),
    kind::<OrganizationMemberId>("OrganizationMember", Permission::OrganizationsRead),
    kind::<ChannelId>("Channel", Permission::OrdersRead),
    kind::<OrderLinkId>("OrderLink", Permission::OrdersRead),
    kind::<OrderLineId>("OrderLine", Permission::OrdersRead),
    kind::<OrderActivityId>("OrderActivity", Permission::OrdersRead),
    kind::<OrderTransferId>("OrderTransfer", Permission::OrdersRead),
    inner::<OrderTokenId>(Permission::OrdersRead),
    kind::<SessionId>("Session", Permission::SessionsRead),
    kind::<MfaFactorId>("MfaFactor", Permission::SessionsRead),
    kind::<PasskeyId>("Passkey", Permission::SessionsRead),
    kind::<ProviderIdentityId>("LoginMethod", Permission::SessionsRead),
    inner::<AuthIdentityId>(Permission::SessionsRead),
    inner::<RecoveryCodeId>(Permission::SessionsRead),
    inner::<AccountTokenId>(Permission::SessionsRead),
    inner::<ProviderAnswerId>(Permission::SessionsRead),
    kind::<StaffUserId>("StaffUser", Permission::StaffRead),
    kind::<RoleId>("Role", Permission::StaffRead),
    kind::<RoleAssignmentId>("RoleAssignment", Permission::StaffRead),
    kind::<ApiKeyId>("ApiKey", Permission::ApiKeysRead),
    kind::<MailId>("Mail", Permission::MailsRead),
    kind::<WebhookEndpointId>("WebhookEndpoint", Permission::WebhooksRead),
    kind::<WebhookDeliveryId>("WebhookDelivery", Permission::WebhooksRead),
    kind::<HookId>("Hook", Permission::HooksRead),
    kind::<WorkflowId>("Workflow", Permission::HooksRead),
    kind::<JobId>("Job", Permission::JobsRead),
    Kind {
        prefix: SavedQueryId::PREFIX,
        object: Some("SavedQuery"),
        needs: Needs::Owner,
    },
];

impl Kind {
    /// What somebody needs to read about it.
    pub(super) fn needs(&self) -> Needs {
        self.needs
    }

    /// The ids of this kind: from the first text up to the second, without that. Texts are compared byte by byte on both
    /// databases, and the sign after the underscore ends the range.
    pub(super) fn range(&self) -> (String, String) {
        (format!("{}_", self.prefix), format!("{}`", self.prefix))
    }
}

/// The bits of an id of a kind that is known.
pub(super) fn known(id: &str) -> Option<Uuid> {
    id.split_once('_')
        .filter(|(prefix, _)| KINDS.iter().any(|kind| kind.prefix == *prefix))
        .and_then(|(_, rest)| decode(rest))
}

/// Whether a changed field is hidden from whoever has these masks. Of an object that is shown nowhere everything is.
pub fn is_hidden(masks: &FieldMasks, object_id: &str, path: &str) -> bool {
    let prefix = object_id.split_once('_').map_or("", |(prefix, _)| prefix);
    let object = KINDS
        .iter()
        .find(|kind| kind.prefix == prefix)
        .and_then(|kind| kind.object);
    let Some(object) = object else {
        return true;
    };
    let field = path.split('.').next().unwrap_or_default();
    let many = field.strip_suffix("Ids").map(|one| format!("{one}s"));
    hides(masks, object, field) || many.is_some_and(|many| hides(masks, object, &many))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::id::{OutboxEventId, PREFIXES, TimelineEntryId, VendorId};

    use super::*;

    #[test]
    fn every_kind_of_object_that_changes_is_known() {
        let known: BTreeSet<&str> = KINDS.iter().map(|kind| kind.prefix).collect();
        assert_eq!(known.len(), KINDS.len(), "each once");
        let unknown: Vec<&str> = PREFIXES
            .iter()
            .copied()
            .filter(|prefix| !known.contains(prefix))
            .collect();
        // Nothing is written about vendors yet, and nothing about what tells of changes.
        assert_eq!(
            unknown,
            [VendorId::PREFIX, TimelineEntryId::PREFIX, OutboxEventId::PREFIX]
        );
    }

    #[test]
    fn no_kind_is_in_the_range_of_another() {
        for kind in KINDS {
            let (from, to) = kind.range();
            let within = PREFIXES
                .iter()
                .map(|prefix| format!("{prefix}_0"))
                .filter(|id| *id >= from && *id < to);
            assert_eq!(within.collect::<Vec<_>>(), [format!("{}_0", kind.prefix)]);
        }
    }

    #[test]
    fn a_mask_hides_what_tells_the_same() {
        let masks = ["Customer.phoneE164", "Address.metadata", "OrganizationMember.units"].map(str::to_owned);
        let masks = FieldMasks::from(masks);
        for (object, path, hidden) in [
            ("cus_1", "phone", true),
            ("cus_1", "email", false),
            ("cuaddr_1", "phone", false),
            ("cuaddr_1", "metadata.key", true),
            ("omem_1", "unitIds", true),
            ("authid_1", "anything", true),
            ("new_1", "anything", true),
        ] {
            assert_eq!(is_hidden(&masks, object, path), hidden, "{object} {path}");
        }
    }
}
