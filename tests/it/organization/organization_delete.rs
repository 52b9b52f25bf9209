//! `organizationDelete`.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{customer, errors, mutate, organization};
use crate::on_both;

on_both! {
    async fn an_organization_goes_with_units_and_memberships_and_its_customers_stay(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let id = organization(&app, &admin, "Société Générale", &[("ada", "admin")]).await["id"].clone();
        mutate(&app, &admin, "organizationUnitCreate", "unit { id }", json!({ "organizationId": id, "name": "Lyon" })).await;
        // A role of its own, which members hold and which goes with it.
        let db = app.app.parts.database.for_migration();
        for sql in [
            "insert into organization_role (id, organization_id, handle, name, permissions, created_at, updated_at)
             select member.id, member.organization_id, 'own', 'Own', '[]', member.created_at, member.created_at from organization_member member",
            "insert into organization_member_role (organization_member_id, organization_role_id) select id, id from organization_member",
        ] {
            db.execute_unprepared(sql).await.unwrap();
        }
        let refused = mutate(&app, &admin, "organizationDelete", "deletedOrganizationId", json!({ "id": id, "confirmName": "Société" })).await;
        assert_eq!(errors(&refused), [("CONFIRMATION_MISMATCH", "confirmName".to_owned())]);
        let refused = mutate(&app, &admin, "organizationDelete", "deletedOrganizationId", json!({ "id": id, "confirmName": "Société Générale", "expectedVersion": 2 })).await;
        assert_eq!(errors(&refused), [("CONFLICT", "expectedVersion".to_owned())]);
        let dry = mutate(&app, &admin, "organizationDelete", "deletedOrganizationId", json!({ "id": id, "confirmName": "Société Générale", "dryRun": true })).await;
        assert_eq!(dry["dryRun"]["events"], json!(["organization.deleted"]));
        assert_eq!(app.count("organization").await, 1);
        let gone = mutate(&app, &admin, "organizationDelete", "deletedOrganizationId", json!({ "id": id, "confirmName": "societe generale" })).await;
        assert_eq!(gone["deletedOrganizationId"], id);
        for table in ["organization", "organization_unit", "organization_member", "organization_member_role"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
        assert_eq!(app.count("organization_role").await, 3);
        assert_eq!(app.count("customer").await, 1);
        let again = mutate(&app, &admin, "organizationDelete", "deletedOrganizationId", json!({ "id": id, "confirmName": "societe generale" })).await;
        assert_eq!(errors(&again), [("NOT_FOUND", "id".to_owned())]);
    }
}
