//! Samples: an input for every mutation and a way to every type.
//!
//! `<ada>`, `<address>` and so on stand for the ids of the [`super::world`].

use serde_json::{Value, json};

/// An input that would do something to what is Ada's, and does not: a dry run where there is one, else an input that
/// ends in a user error.
pub(crate) fn input(mutation: &str) -> Option<Value> {
    let order = json!({
        "source": "shop", "orderId": "1", "status": "sent", "currencyCode": "EUR", "totalAmount": "10.00", "customerId": "<ada>",
        "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-02T00:00:00Z",
    });
    let mut input = match mutation {
        "addressCreate" => json!({ "customerId": "<ada>", "countryCode": "DE", "skipValidation": true }),
        "addressUpdate" => json!({ "id": "<address>", "addressName": "Home" }),
        "addressDelete" => json!({ "id": "<odd address>" }),
        "addressSetDefault" => json!({ "id": "<odd address>", "shipping": true }),
        "addressBulkCreate" => {
            json!({ "addresses": [{ "customerId": "<ada>", "countryCode": "DE", "skipValidation": true }] })
        }
        "addressBulkUpdate" => json!({ "addresses": [{ "id": "<address>", "addressName": "Home" }] }),
        "addressBulkDelete" => json!({ "ids": ["<odd address>"] }),
        "addressUpdateBySelector" => {
            json!({ "where": { "id": { "eq": "<address>" } }, "address": { "addressName": "Home" }, "maxAffected": 1 })
        }
        "customerCreate" => json!({ "externalId": "new" }),
        "customerUpdate" => json!({ "id": "<ada>", "firstName": "Augusta" }),
        "customerUpsert" => json!({ "identifier": { "id": "<ada>" }, "firstName": "Augusta" }),
        "customerDelete" => json!({ "id": "<ada>", "confirmEmail": "ada@example.com" }),
        "customerStatusSet" => json!({ "id": "<ada>", "status": "DISABLED" }),
        "customerMetadataPatch" => json!({ "id": "<ada>", "metadata": { "set": { "a": 1 } } }),
        "customerBulkCreate" => json!({ "customers": [{ "externalId": "new" }] }),
        "customerBulkUpdate" => json!({ "customers": [{ "id": "<ada>", "firstName": "Augusta" }] }),
        "customerBulkUpsert" => {
            json!({ "customers": [{ "identifier": { "externalId": "ada" }, "firstName": "Augusta" }] })
        }
        "customerBulkDelete" => json!({ "ids": ["<ada>"] }),
        "customerUpdateBySelector" => {
            json!({ "where": { "id": { "eq": "<ada>" } }, "customer": { "firstName": "Augusta" }, "maxAffected": 1 })
        }
        "profileUpdate" => json!({ "firstName": "Augusta" }),
        "customerGroupCreate" => json!({ "name": "New" }),
        "customerGroupUpdate" => json!({ "id": "<group>", "name": "Other" }),
        "customerGroupDelete" => json!({ "id": "<group>" }),
        "customerGroupUpdateBySelector" => {
            json!({ "where": { "id": { "eq": "<group>" } }, "change": { "metadata": { "set": { "a": 1 } } }, "maxAffected": 1 })
        }
        "customerGroupBulkCreate" => json!({ "customerGroups": [{ "name": "New" }] }),
        "customerGroupBulkUpdate" => json!({ "customerGroups": [{ "id": "<group>", "name": "Other" }] }),
        "customerGroupBulkDelete" => json!({ "ids": ["<group>"] }),
        "groupMembersChange" => json!({ "groupId": "<group>", "add": [], "remove": ["<ada>"] }),
        "customerGroupsChange" => json!({ "customerId": "<ada>", "add": [], "remove": ["<group>"] }),
        "groupMembershipsAdd" | "groupMembershipsRemove" => {
            json!({ "pairs": [{ "customerId": "<ada>", "groupId": "<group>" }] })
        }
        "organizationCreate" => json!({ "name": "New", "members": [{ "customerId": "<ada>" }] }),
        "organizationUpdate" => json!({ "id": "<organization>", "legalName": "Engines Ltd" }),
        "organizationUpsert" => json!({ "identifier": { "id": "<organization>" }, "legalName": "Engines Ltd" }),
        "organizationBulkUpsert" => {
            json!({ "organizations": [{ "externalId": "Engines", "legalName": "Engines Ltd" }] })
        }
        "organizationDelete" => json!({ "id": "<organization>", "confirmName": "Engines" }),
        "organizationUnitCreate" => json!({ "organizationId": "<organization>", "parentId": "<unit>", "name": "New" }),
        "organizationUnitUpdate" => json!({ "id": "<branch>", "name": "Other" }),
        "organizationUnitDelete" => json!({ "id": "<branch>" }),
        "organizationMemberAdd" => json!({ "organizationId": "<organization>", "customerId": "<bob>" }),
        "organizationMemberRolesSet" => json!({ "id": "<member>", "roles": ["admin", "buyer"] }),
        "organizationMemberUnitsSet" => json!({ "id": "<member>", "unitIds": ["<branch>"] }),
        "organizationMemberRemove" => json!({ "id": "<member>" }),
        "orderLinkUpsert" => json!({ "orders": [order] }),
        "orderActivityUpsert" => json!({ "activities": [{
            "source": "shop", "orderId": "1", "kind": "REFUND", "externalId": "r1", "status": "sent", "amount": "1.00",
            "occurredAt": "2026-01-03T00:00:00Z", "sourceUpdatedAt": "2026-01-04T00:00:00Z",
        }] }),
        "interactionRecord" => json!({ "interactions": [{
            "customerId": "<ada>", "source": "phone", "externalId": "1", "kind": "CALL",
            "occurredAt": "2026-01-03T00:00:00Z", "summary": "Asked for a cup",
        }] }),
        "orderTransferRequest" => json!({ "orderLinkId": "<order>", "toCustomerId": "<bob>" }),
        // Of another version, since whether it is too early for another mail is a matter of time.
        "orderTransferResend" => json!({ "id": "<transfer>", "expectedVersion": 99 }),
        "orderTransferCancel" => json!({ "id": "<transfer>" }),
        "customerPasswordResetSend" | "customerSessionsRevoke" => json!({ "id": "<ada>" }),
        "customerInvite" => json!({ "email": "invited@example.com" }),
        "customerInviteResend" | "customerInviteRevoke" => json!({ "id": "<made>" }),
        "customerMfaReset" => json!({ "id": "<ada>", "reason": "lost" }),
        "customerPasskeysRevoke" => json!({ "id": "<ada>", "reason": "lost" }),
        "staffMfaReset" => json!({ "id": "<colleague>", "reason": "lost" }),
        "staffUserCreate" => json!({ "email": "new-colleague@example.com" }),
        "staffUserUpdate" => json!({ "id": "<colleague>", "name": "Grace" }),
        "roleUpsert" => json!({ "id": "<role>", "permissions": ["groups:read"], "parentIds": ["<parent role>"] }),
        "roleDelete" => json!({ "id": "<role>" }),
        "roleAssign" => json!({ "staffUserId": "<colleague>", "roleId": "<role>", "channelId": "<channel>" }),
        "roleUnassign" => json!({ "staffUserId": "<colleague>", "roleId": "<parent role>" }),
        "noteAdd" => json!({ "customerId": "<ada>", "body": "Hello" }),
        "noteUpdate" => json!({ "id": "<note>", "isPublic": true }),
        "noteDelete" => json!({ "id": "<note>" }),
        "savedQueryCreate" => json!({ "name": "New", "document": "{ viewer { kind } }", "sharedWithRoleIds": [] }),
        "savedQueryUpdate" => json!({ "id": "<saved query>", "name": "Other" }),
        "savedQueryDelete" => json!({ "id": "<saved query>" }),
        "webhookCreate" => json!({ "url": "https://example.com/", "topics": ["*"] }),
        "webhookUpdate" => json!({ "id": "<webhook>", "description": "New" }),
        "webhookDelete" => json!({ "id": "<webhook>" }),
        "webhookReplay" => json!({ "id": "<webhook>", "replay": { "dead": true } }),
        "jobCancel" => json!({ "id": "<job>" }),
        "jobRetry" => json!({ "id": "<job>" }),
        "hookUpsert" => json!({ "id": "<hook>", "position": 7 }),
        "hookDelete" => json!({ "id": "<hook>" }),
        "workflowUpsert" => json!({ "id": "<workflow>", "name": "Other" }),
        "workflowDelete" => json!({ "id": "<workflow>" }),
        // These have no dry run.
        "guestOrderTokenCreate" => return Some(json!({ "source": "shop", "orderId": "nowhere" })),
        "guestOrderRequest" => {
            return Some(json!({ "source": "shop", "orderId": "nowhere", "email": "<asker>@example.org" }));
        }
        "orderTransferAccept" | "orderTransferDecline" => {
            return Some(json!({ "id": "<transfer>", "expectedVersion": 99 }));
        }
        "webhookSecretRotate" => return Some(json!({ "id": "<webhook>", "expectedVersion": 99 })),
        "webhookTest" => return Some(json!({ "id": "whep_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        "magicLinkRequest" | "otpRequest" => return Some(json!({ "email": "nobody@example.com" })),
        "magicLinkConsume" => return Some(json!({ "token": "wrong" })),
        "otpConfirm" => return Some(json!({ "email": "nobody@example.com", "code": "wrong" })),
        "mfaEnrollStart" => return Some(json!({ "name": "a".repeat(101) })),
        "mfaEnrollConfirm" => return Some(json!({ "code": "wrong" })),
        "mfaDisable" => return Some(json!({ "id": "mfa_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        "recoveryCodesGenerate" => return Some(json!({ "factorId": "mfa_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        "sessionVerifyMfa" => return Some(json!({ "mfaToken": "wrong", "code": "wrong" })),
        "sessionStepUp" => return Some(json!({ "password": "wrong" })),
        "passkeyRegisterStart" | "sessionStartPasskey" => return Some(json!({})),
        "passkeyRegister" => {
            return Some(json!({ "challengeToken": "wrong", "credential": {}, "name": "Phone" }));
        }
        "passkeyRename" => return Some(json!({ "id": "pkey_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "Phone" })),
        "passkeyDelete" => return Some(json!({ "id": "pkey_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        "sessionCreateByPasskey" => return Some(json!({ "challengeToken": "wrong", "credential": {} })),
        "apiKeyCreate" => return Some(json!({ "name": "New", "permissions": ["orders:read"] })),
        "apiKeyRotate" => return Some(json!({ "id": "<key>", "graceMinutes": 100_000 })),
        "apiKeyRevoke" => return Some(json!({ "id": "akey_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        "impersonationStart" => return Some(json!({ "customerId": "<ada>", "reason": " " })),
        "impersonationEnd" => return Some(json!({})),
        "passwordResetRequest" => return Some(json!({ "email": "nobody@example.com" })),
        "emailVerificationRequest" => return Some(json!({ "email": "<asker>@example.org" })),
        "passwordReset" => return Some(json!({ "token": "wrong", "newPassword": "short" })),
        "emailVerificationConfirm" | "emailChangeConfirm" => return Some(json!({ "token": "wrong" })),
        "invitationAccept" => return Some(json!({ "token": "wrong", "password": "short" })),
        "sessionRevoke" => return Some(json!({ "id": "<session>" })),
        "emailChangeRequest" => return Some(json!({ "email": "nobody" })),
        "customerRegister" => return Some(json!({ "email": "new@example.com", "password": "short" })),
        "identityRegister" => return Some(json!({ "email": "new@example.com", "password": "short" })),
        "customerProfileCreate" => return Some(json!({ "registrationToken": "wrong" })),
        "passwordChange" => return Some(json!({ "currentPassword": "wrong", "newPassword": "short" })),
        "sessionCreate" => return Some(json!({ "email": "nobody@example.com", "password": "wrong" })),
        "socialLoginStart" | "loginMethodLinkStart" => {
            return Some(json!({ "provider": "nobody", "client": "shop", "redirectUrl": "https://shop.example/" }));
        }
        "socialLoginComplete" | "loginMethodLinkComplete" => {
            return Some(json!({ "state": "wrong", "code": "wrong", "binding": "wrong" }));
        }
        "actorSwitch" => return Some(json!({ "actor": "STAFF" })),
        "loginMethodUnlink" => return Some(json!({ "id": "provid_01ARZ3NDEKTSV4RRFFQ69G5FAV" })),
        "sessionRefresh" => return Some(json!({ "refreshToken": "wrong" })),
        // Comes last of all, since it does what it says.
        "sessionEnd" => return Some(json!({ "all": false })),
        _ => return None,
    };
    input["dryRun"] = json!(true);
    Some(input)
}

/// Something that happened to what is Ada's, of which a subscription tells: its topic, and to what.
pub(crate) fn event(subscription: &str) -> Option<(&'static str, &'static str)> {
    Some(match subscription {
        "customerChanged" => ("customer.updated", "<ada>"),
        "addressChanged" => ("customer.address.updated", "<address>"),
        "orderLinkChanged" => ("order.updated", "<order>"),
        _ => return None,
    })
}

/// The arguments of a field that wants some.
pub(crate) fn arguments(object: &str, field: &str) -> &'static str {
    match (object, field) {
        ("Query", "node") => "(id: \"<ada>\")",
        ("Query", "nodes") => "(ids: [\"<ada>\", \"<address>\"])",
        ("Query", "customer") => "(id: \"<ada>\")",
        ("Query", "address") => "(id: \"<address>\")",
        ("Query", "addressRules") => "(countryCode: \"DE\")",
        ("Query", "customerGroup") => "(id: \"<group>\")",
        ("Query", "organization") => "(id: \"<organization>\")",
        ("Query", "staffUser") => "(id: \"<colleague>\")",
        ("Query", "savedQuery") => "(id: \"<saved query>\")",
        ("Query", "job") => "(id: \"<job>\")",
        ("Query", "hook") => "(id: \"<hook>\")",
        ("Query", "workflow") => "(id: \"<workflow>\")",
        ("Query", "role") => "(id: \"<role>\")",
        ("Query", "permissionExplain") => "(actorId: \"<colleague>\", action: \"orders:read\")",
        ("Query", "orderLink") => "(id: \"<order>\")",
        ("Query", "timeline") => "(subjectId: \"<ada>\")",
        ("Query", "guestOrder") => {
            "(orderId: \"1\", source: \"shop\", email: \"ada@example.com\", token: \"<guest token>\")"
        }
        ("Query", "orderTransfer") => "(token: \"<transfer token>\")",
        ("Query", "webhookEndpoint") => "(id: \"<webhook>\")",
        ("Query", "webhookDelivery") => "(id: \"<webhook delivery>\")",
        ("Query", "_entities") => "(representations: [{ __typename: \"Customer\", id: \"<ada>\" }])",
        _ => "",
    }
}

/// Ways to an instance, `@` being its selection; the first that a persona can go is taken. Types that are the result
/// of a mutation need none. Ways that begin with `{ me` lead to somebody's own and are not for the stranger, who is
/// to be shown nothing of Ada's.
pub(crate) fn ways(object: &str) -> &'static [&'static str] {
    match object {
        "Query" => &["{ @ }"],
        "Viewer" => &["{ viewer { @ } }"],
        "ViewerActor" => &["{ viewer { actors { @ } } }"],
        "StaffUser" => &["{ viewer { staffUser { @ } } }"],
        "StaffUserConnection" => &["{ staffUsers { @ } }"],
        "StaffUserEdge" => &["{ staffUsers { edges { @ } } }"],
        "Role" => &["{ role(id: \"<role>\") { @ } }"],
        "RoleConnection" => &["{ roles { @ } }"],
        "RoleEdge" => &["{ roles { edges { @ } } }"],
        "SavedQuery" => &["{ savedQuery(id: \"<saved query>\") { @ } }"],
        "SavedQueryConnection" => &["{ savedQueries { @ } }"],
        "SavedQueryEdge" => &["{ savedQueries { edges { @ } } }"],
        "SavedQueryAudience" => &["{ savedQuery(id: \"<saved query>\") { sharedWith { @ } } }"],
        "RoleAssignment" => &["{ staffUser(id: \"<colleague>\") { roles { @ } } }"],
        "PermissionExplanation" => &["{ permissionExplain(actorId: \"<colleague>\", action: \"orders:read\") { @ } }"],
        "PermissionSource" => {
            &["{ permissionExplain(actorId: \"<colleague>\", action: \"orders:read\") { sources { @ } } }"]
        }
        "ApiKey" => &["{ node(id: \"<shop key>\") { ... on ApiKey { @ } } }"],
        "ApiKeyConnection" => &["{ apiKeys { @ } }"],
        "ApiKeyEdge" => &["{ apiKeys { edges { @ } } }"],
        "WebhookEndpoint" => &["{ webhookEndpoint(id: \"<webhook>\") { @ } }"],
        "WebhookEndpointConnection" => &["{ webhookEndpoints { @ } }"],
        "WebhookEndpointEdge" => &["{ webhookEndpoints { edges { @ } } }"],
        "WebhookDelivery" => &["{ webhookDelivery(id: \"<webhook delivery>\") { @ } }"],
        "WebhookDeliveryConnection" => &["{ webhookDeliveries { @ } }"],
        "WebhookDeliveryEdge" => &["{ webhookDeliveries { edges { @ } } }"],
        "_Service" => &["{ _service { @ } }"],
        "Customer" => &[
            "{ me { @ } }",
            "{ customer(id: \"<ada>\") { @ } }",
            "{ node(id: \"<ada>\") { ... on Customer { @ } } }",
            "{ orderLink(id: \"<order>\") { customer { @ } } }",
        ],
        "CustomerConnection" => &["{ customers { @ } }"],
        "CustomerEdge" => &["{ customers { edges { @ } } }"],
        "ActorRef" => &["{ customer(id: \"<made>\") { createdBy { @ } } }"],
        "Address" => &[
            "{ address(id: \"<address>\") { @ } }",
            "{ node(id: \"<address>\") { ... on Address { @ } } }",
        ],
        "AddressConnection" => &["{ me { addresses { @ } } }", "{ addresses { @ } }"],
        "AddressEdge" => &["{ me { addresses { edges { @ } } } }", "{ addresses { edges { @ } } }"],
        "AddressValidation" => &["{ address(id: \"<odd address>\") { validation { @ } } }"],
        "AddressFinding" => &["{ address(id: \"<odd address>\") { validation { findings { @ } } } }"],
        "AddressRules" => &["{ addressRules(countryCode: \"US\") { @ } }"],
        "Province" => &["{ addressRules(countryCode: \"US\") { provinces { @ } } }"],
        "PageInfo" => &[
            "{ me { addresses { pageInfo { @ } } } }",
            "{ customers { pageInfo { @ } } }",
            "{ orderLinks { pageInfo { @ } } }",
        ],
        "CustomerGroup" => &[
            "{ customerGroup(id: \"<group>\") { @ } }",
            "{ node(id: \"<group>\") { ... on CustomerGroup { @ } } }",
        ],
        "CustomerGroupConnection" => &["{ customerGroups { @ } }", "{ me { groups { @ } } }"],
        "CustomerGroupEdge" => &[
            "{ customerGroups { edges { @ } } }",
            "{ me { groups { edges { @ } } } }",
        ],
        "CustomerGroupMembership" => &["{ node(id: \"<membership>\") { ... on CustomerGroupMembership { @ } } }"],
        "GroupOwner" => &["{ customerGroup(id: \"<group>\") { owner { @ } } }"],
        "Organization" => &[
            "{ organization(id: \"<organization>\") { @ } }",
            "{ node(id: \"<organization>\") { ... on Organization { @ } } }",
        ],
        "OrganizationConnection" => &["{ organizations { @ } }", "{ myOrganizations { @ } }"],
        "OrganizationEdge" => &[
            "{ organizations { edges { @ } } }",
            "{ myOrganizations { edges { @ } } }",
        ],
        "OrganizationUnit" => &[
            "{ organization(id: \"<organization>\") { rootUnit { @ } } }",
            "{ node(id: \"<unit>\") { ... on OrganizationUnit { @ } } }",
        ],
        "OrganizationUnitConnection" => &["{ organization(id: \"<organization>\") { units { @ } } }"],
        "OrganizationUnitEdge" => &["{ organization(id: \"<organization>\") { units { edges { @ } } } }"],
        "OrganizationRole" => &["{ organization(id: \"<organization>\") { roles { @ } } }"],
        "OrganizationMember" => &[
            "{ node(id: \"<member>\") { ... on OrganizationMember { @ } } }",
            "{ me { organizations { nodes { @ } } } }",
        ],
        "OrganizationMemberConnection" => &[
            "{ me { organizations { @ } } }",
            "{ organization(id: \"<organization>\") { members { @ } } }",
        ],
        "OrganizationMemberEdge" => &[
            "{ me { organizations { edges { @ } } } }",
            "{ organization(id: \"<organization>\") { members { edges { @ } } } }",
        ],
        "OrderLink" => &[
            "{ orderLink(id: \"<order>\") { @ } }",
            "{ node(id: \"<order>\") { ... on OrderLink { @ } } }",
        ],
        "OrderLinkConnection" => &["{ me { orders { @ } } }", "{ orderLinks { @ } }"],
        "OrderLinkEdge" => &["{ me { orders { edges { @ } } } }", "{ orderLinks { edges { @ } } }"],
        "OrderTransfer" => &["{ node(id: \"<transfer>\") { ... on OrderTransfer { @ } } }"],
        "OrderTransferConnection" => &["{ me { transfers { @ } } }", "{ orderTransfers { @ } }"],
        "OrderTransferEdge" => &[
            "{ me { transfers { edges { @ } } } }",
            "{ orderTransfers { edges { @ } } }",
        ],
        "OrderTransferNotification" => {
            &["{ node(id: \"<transfer>\") { ... on OrderTransfer { notification { @ } } } }"]
        }
        "OrderTransferOffer" => &["{ orderTransfer(token: \"<transfer token>\") { @ } }"],
        "OrderLine" => &["{ orderLink(id: \"<order>\") { lines { @ } } }"],
        "OrderActivity" => &[
            "{ me { activities { nodes { @ } } } }",
            "{ orderActivities { nodes { @ } } }",
            "{ guestOrder(orderId: \"1\", source: \"shop\", email: \"ada\\u0040example.com\", token: \"<guest token>\") { activities { @ } } }",
        ],
        "OrderActivityConnection" => &["{ me { activities { @ } } }", "{ orderActivities { @ } }"],
        "OrderActivityEdge" => &[
            "{ me { activities { edges { @ } } } }",
            "{ orderActivities { edges { @ } } }",
        ],
        "OrderStats" => &[
            "{ me { orderStats { @ } } }",
            "{ customer(id: \"<ada>\") { orderStats { @ } } }",
        ],
        "OrderStatsInCurrency" => &[
            "{ me { orderStats { byCurrency { @ } } } }",
            "{ customer(id: \"<ada>\") { orderStats { byCurrency { @ } } } }",
        ],
        "GuestOrder" => &[
            "{ guestOrder(orderId: \"1\", source: \"shop\", email: \"ada\\u0040example.com\", token: \"<guest token>\") { @ } }",
        ],
        "Interaction" => &["{ node(id: \"<interaction>\") { ... on Interaction { @ } } }"],
        "InteractionConnection" => &["{ customer(id: \"<ada>\") { interactions { @ } } }"],
        "InteractionEdge" => &["{ customer(id: \"<ada>\") { interactions { edges { @ } } } }"],
        "Order" => &["{ orderLink(id: \"<order>\") { order { @ } } }"],
        "Money" => &["{ orderLink(id: \"<order>\") { total { @ } } }"],
        "Channel" => &["{ node(id: \"<channel>\") { ... on Channel { @ } } }"],
        "ChannelConnection" => &["{ channels { @ } }"],
        "ChannelEdge" => &["{ channels { edges { @ } } }"],
        "Note" => &[
            "{ node(id: \"<note>\") { ... on Note { @ } } }",
            "{ me { notes { nodes { @ } } } }",
        ],
        "NoteConnection" => &["{ me { notes { @ } } }", "{ customer(id: \"<ada>\") { notes { @ } } }"],
        "NoteEdge" => &[
            "{ me { notes { edges { @ } } } }",
            "{ customer(id: \"<ada>\") { notes { edges { @ } } } }",
        ],
        "TimelineEntry" => &["{ timeline(subjectId: \"<ada>\") { nodes { @ } } }"],
        "TimelineEntryConnection" => &["{ timeline(subjectId: \"<ada>\") { @ } }"],
        "TimelineEntryEdge" => &["{ timeline(subjectId: \"<ada>\") { edges { @ } } }"],
        "ChangeEvent" => &["{ changes { nodes { @ } } }"],
        "ChangeEventConnection" => &["{ changes { @ } }"],
        "ChangeEventEdge" => &["{ changes { edges { @ } } }"],
        "Session" => &[
            "{ me { sessions { nodes { @ } } } }",
            "{ customer(id: \"<ada>\") { sessions { nodes { @ } } } }",
        ],
        "SessionConnection" => &[
            "{ me { sessions { @ } } }",
            "{ customer(id: \"<ada>\") { sessions { @ } } }",
        ],
        "SessionEdge" => &[
            "{ me { sessions { edges { @ } } } }",
            "{ customer(id: \"<ada>\") { sessions { edges { @ } } } }",
        ],
        "MfaFactor" => &[
            "{ me { mfaFactors { @ } } }",
            "{ customer(id: \"<ada>\") { mfaFactors { @ } } }",
        ],
        "Passkey" => &[
            "{ me { passkeys { @ } } }",
            "{ customer(id: \"<ada>\") { passkeys { @ } } }",
        ],
        "LoginMethod" => &[
            "{ me { loginMethods { @ } } }",
            "{ customer(id: \"<ada>\") { loginMethods { @ } } }",
        ],
        "Mail" => &["{ mails { nodes { @ } } }"],
        "MailConnection" => &["{ mails { @ } }"],
        "MailEdge" => &["{ mails { edges { @ } } }"],
        "Job" => &["{ job(id: \"<job>\") { @ } }"],
        "JobConnection" => &["{ jobs { @ } }"],
        "JobEdge" => &["{ jobs { edges { @ } } }"],
        "JobStep" => &["{ job(id: \"<job>\") { steps { @ } } }"],
        "Hook" => &["{ hook(id: \"<hook>\") { @ } }"],
        "HookConnection" => &["{ hooks { @ } }"],
        "HookEdge" => &["{ hooks { edges { @ } } }"],
        "Workflow" => &["{ workflow(id: \"<workflow>\") { @ } }"],
        "WorkflowConnection" => &["{ workflows { @ } }"],
        "WorkflowEdge" => &["{ workflows { edges { @ } } }"],
        "WorkflowStep" => &["{ workflow(id: \"<workflow>\") { steps { @ } } }"],
        "FieldError" => &[
            "mutation { customerRegister(input: { email: \"nobody\", password: \"short\" }) { userErrors { ... on FieldError { @ } } } }",
        ],
        "ConflictError" => &[
            "mutation { addressUpdate(input: { id: \"<address>\", expectedVersion: 99 }) { userErrors { ... on ConflictError { @ } } } }",
        ],
        "LimitError" => &[
            "mutation { addressBulkDelete(input: { ids: [<thousand ids>] }) { userErrors { ... on LimitError { @ } } } }",
        ],
        "FieldChange" => &[
            "mutation { addressUpdate(input: { id: \"<address>\", addressName: \"New\", dryRun: true }) { dryRun { changes { @ } } } }",
        ],
        _ => &[],
    }
}
