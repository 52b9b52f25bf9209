//! `organizationMemberAdd`, `organizationMemberRemove`, `organizationMemberRolesSet`, `organizationMemberUnitsSet`.

use customer_graph::features::organization::service::{ADMIN, APPROVER, BUYER};
use serde_json::{Value, json};

use super::{customer, errors, member, mutate, organization, text};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const MEMBER: &str =
    "member { id version status organization { name } customer { firstName } roles { handle } units { name } }";

async fn unit(app: &TestApp, admin: &Persona, organization: &Value, name: &str) -> String {
    let input = json!({ "organizationId": organization["id"], "name": name });
    text(&mutate(app, admin, "organizationUnitCreate", "unit { id }", input).await["unit"]["id"])
}

on_both! {
    async fn a_customer_becomes_a_member_once(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let firm = organization(&app, &admin, "Firm", &[]).await;
        let depot = unit(&app, &admin, &firm, "Depot").await;
        let input = json!({ "organizationId": firm["id"], "customerId": ada, "roles": [APPROVER.to_string(), "buyer"], "unitIds": [depot, depot] });
        let added = mutate(&app, &admin, "organizationMemberAdd", MEMBER, input.clone()).await;
        assert_eq!(errors(&added), []);
        assert_eq!(added["member"]["roles"], json!([{ "handle": "approver" }, { "handle": "buyer" }]));
        assert_eq!(added["member"]["units"], json!([{ "name": "Depot" }]));
        assert_eq!(added["member"]["organization"], json!({ "name": "Firm" }));
        let again = mutate(&app, &admin, "organizationMemberAdd", MEMBER, input).await;
        assert_eq!(errors(&again), [("ALREADY_MEMBER", "customerId".to_owned())]);
        assert_eq!(app.count("organization_member").await, 1);
    }

    async fn a_member_without_a_named_role_is_a_buyer(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let firm = organization(&app, &admin, "Firm", &[]).await;
        let added = mutate(&app, &admin, "organizationMemberAdd", MEMBER, json!({ "organizationId": firm["id"], "customerId": ada })).await;
        assert_eq!(added["member"]["roles"], json!([{ "handle": "buyer" }]));
        let roles = app.ask(&admin, "query($ids: [ID!]!) { nodes(ids: $ids) { ... on OrganizationRole { handle } } }", json!({ "ids": [ADMIN.to_string(), APPROVER.to_string(), BUYER.to_string()] })).await;
        assert_eq!(roles.data()["nodes"], json!([{ "handle": "admin" }, { "handle": "approver" }, { "handle": "buyer" }]));
    }

    async fn what_is_not_there_or_of_another_organization_is_not_found(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let (firm, other) = (organization(&app, &admin, "Firm", &[]).await, organization(&app, &admin, "Other", &[]).await);
        let missing = mutate(&app, &admin, "organizationMemberAdd", MEMBER, json!({
            "organizationId": firm["id"], "customerId": "cus_00000000000000000000000000", "roles": ["king"], "unitIds": [firm["rootUnit"]["id"], other["rootUnit"]["id"]],
        })).await;
        assert_eq!(errors(&missing), [("NOT_FOUND", "customerId".to_owned()), ("NOT_FOUND", "roles.0".to_owned()), ("NOT_FOUND", "unitIds.1".to_owned())]);
        let missing = mutate(&app, &admin, "organizationMemberAdd", MEMBER, json!({ "organizationId": "org_00000000000000000000000000", "customerId": ada })).await;
        assert_eq!(errors(&missing), [("NOT_FOUND", "organizationId".to_owned())]);
        let missing = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": "omem_00000000000000000000000000" })).await;
        assert_eq!(errors(&missing), [("NOT_FOUND", "id".to_owned())]);
    }

    async fn the_last_admin_stays(app: TestApp) {
        let admin = app.admin().await;
        for name in ["ada", "bob"] {
            customer(&app, &admin, name).await;
        }
        let firm = organization(&app, &admin, "Firm", &[("ada", "admin"), ("bob", "buyer")]).await;
        let (ada, bob) = (member(&firm, "ada"), member(&firm, "bob"));
        let refused = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": ada })).await;
        assert_eq!(errors(&refused), [("LAST_ADMIN", "id".to_owned())]);
        let refused = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": ada, "roles": ["buyer"] })).await;
        assert_eq!(errors(&refused), [("LAST_ADMIN", "roles".to_owned())]);
        let raised = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": bob, "roles": ["admin", "buyer"] })).await;
        assert_eq!(raised["member"]["version"], 2);
        let removed = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": ada })).await;
        assert_eq!((&removed["removedMemberId"], errors(&removed)), (&json!(ada), vec![]));
        let refused = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": bob })).await;
        assert_eq!(errors(&refused), [("LAST_ADMIN", "id".to_owned())]);
        assert_eq!(app.count("customer").await, 2);
    }

    async fn an_admin_on_hold_does_not_count_as_one(app: TestApp) {
        use sea_orm::ConnectionTrait;
        let admin = app.admin().await;
        for name in ["ada", "bob"] {
            customer(&app, &admin, name).await;
        }
        let firm = organization(&app, &admin, "Firm", &[("ada", "admin"), ("bob", "admin")]).await;
        app.app.parts.database.for_migration()
            .execute_unprepared("update organization_member set status = 'SUSPENDED' where customer_id = (select id from customer where first_name = 'bob')")
            .await
            .unwrap();
        let refused = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": member(&firm, "ada") })).await;
        assert_eq!(errors(&refused), [("LAST_ADMIN", "id".to_owned())]);
        let removed = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": member(&firm, "bob") })).await;
        assert_eq!(errors(&removed), []);
    }

    async fn of_two_admins_who_leave_at_once_one_stays(app: TestApp) {
        let admin = app.admin().await;
        for name in ["ada", "bob"] {
            customer(&app, &admin, name).await;
        }
        for round in 0..6 {
            let firm = organization(&app, &admin, &format!("Firm {round}"), &[("ada", "admin"), ("bob", "admin")]).await;
            let remove = mutate(&app, &admin, "organizationMemberRemove", "removedMemberId", json!({ "id": member(&firm, "ada") }));
            let lower = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": member(&firm, "bob"), "roles": ["buyer"] }));
            let (removed, lowered) = futures_util::future::join(remove, lower).await;
            let refused: Vec<_> = [errors(&removed), errors(&lowered)].concat();
            assert_eq!(refused.len(), 1, "{removed:#} {lowered:#}");
            assert_eq!(refused[0].0, "LAST_ADMIN");
        }
    }

    async fn roles_are_set_as_a_whole_and_never_to_none(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let firm = organization(&app, &admin, "Firm", &[("ada", "buyer")]).await;
        let ada = member(&firm, "ada");
        let set = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": ada, "roles": ["approver"], "expectedVersion": 1 })).await;
        assert_eq!((&set["member"]["roles"], &set["member"]["version"]), (&json!([{ "handle": "approver" }]), &json!(2)));
        let same = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": ada, "roles": ["approver"] })).await;
        assert_eq!(same["member"]["version"], 2);
        let refused = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": ada, "roles": [] })).await;
        assert_eq!(errors(&refused), [("REQUIRED", "roles".to_owned())]);
        let refused = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": ada, "roles": ["buyer"], "expectedVersion": 1 })).await;
        assert_eq!(errors(&refused), [("CONFLICT", "expectedVersion".to_owned())]);
        let dry = mutate(&app, &admin, "organizationMemberRolesSet", MEMBER, json!({ "id": ada, "roles": ["buyer"], "dryRun": true })).await;
        assert_eq!(dry["dryRun"], json!({ "events": ["organization.member_changed"], "changes": [{ "objectId": ada, "path": "roles", "before": ["approver"], "after": ["buyer"] }] }));
    }

    async fn units_are_set_as_a_whole(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let firm = organization(&app, &admin, "Firm", &[("ada", "buyer")]).await;
        let other = organization(&app, &admin, "Other", &[]).await;
        let (one, two) = (unit(&app, &admin, &firm, "One").await, unit(&app, &admin, &firm, "Two").await);
        let ada = member(&firm, "ada");
        for (units, names) in [(vec![&one], json!([{ "name": "One" }])), (vec![&two, &one], json!([{ "name": "One" }, { "name": "Two" }])), (vec![], json!([]))] {
            let set = mutate(&app, &admin, "organizationMemberUnitsSet", MEMBER, json!({ "id": ada, "unitIds": units })).await;
            assert_eq!(set["member"]["units"], names);
        }
        let refused = mutate(&app, &admin, "organizationMemberUnitsSet", MEMBER, json!({ "id": ada, "unitIds": [one, other["rootUnit"]["id"]] })).await;
        assert_eq!(errors(&refused), [("NOT_FOUND", "unitIds.1".to_owned())]);
    }
}
