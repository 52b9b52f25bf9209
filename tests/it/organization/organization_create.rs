//! `organizationCreate`.

use serde_json::json;

use super::{customer, errors, mutate, organization};
use crate::on_both;

const SHOWN: &str = "organization {
  id name legalName registrationNumber externalId status metadata privateMetadata version
  rootUnit { id name parent { id } organization { name } }
  units { nodes { name } totalCount }
  members { nodes { status customer { firstName } roles { handle isBuiltIn permissions } units { id } } totalCount }
  roles { handle name isBuiltIn }
}";

on_both! {
    async fn an_organization_has_a_root_unit_members_and_the_three_roles(app: TestApp) {
        let admin = app.admin().await;
        for name in ["ada", "bob"] {
            customer(&app, &admin, name).await;
        }
        let created = mutate(&app, &admin, "organizationCreate", SHOWN, json!({
            "name": " Analytical Engines ", "legalName": "Analytical Engines Ltd", "registrationNumber": "HRB 1",
            "externalId": "ae", "metadata": { "tier": "gold" }, "privateMetadata": { "risk": 1 },
            "members": [{ "customerExternalId": "ada", "roles": ["admin", "approver", "admin"] }, { "customerExternalId": "bob" }],
        })).await;
        assert_eq!(errors(&created), []);
        let shown = &created["organization"];
        assert_eq!(shown["name"], "Analytical Engines");
        assert_eq!((&shown["status"], &shown["version"]), (&json!("ACTIVE"), &json!(1)));
        assert_eq!(shown["metadata"], json!({ "tier": "gold" }));
        assert_eq!(shown["privateMetadata"], json!({ "risk": 1 }));
        assert_eq!(shown["rootUnit"]["name"], "Analytical Engines");
        assert_eq!(shown["rootUnit"]["parent"], json!(null));
        assert_eq!(shown["units"]["totalCount"], 1);
        let handles: Vec<_> = shown["roles"].as_array().unwrap().iter().map(|role| role["handle"].as_str().unwrap()).collect();
        assert_eq!(handles, ["admin", "approver", "buyer"]);
        assert_eq!(shown["members"]["totalCount"], 2);
        let members = shown["members"]["nodes"].as_array().unwrap();
        let roles = |position: usize| -> Vec<_> {
            members[position]["roles"].as_array().unwrap().iter().map(|role| role["handle"].as_str().unwrap()).collect()
        };
        assert_eq!((roles(0), roles(1)), (vec!["admin", "approver"], vec!["buyer"]));
        assert_eq!(members[1]["roles"][0]["permissions"], json!(["orders:place"]));
        // Organization, root unit and two members, beside the two customers.
        assert_eq!(app.count("timeline_entry").await, 6);
        assert_eq!(app.count("outbox_event").await, 6);
    }

    async fn every_complaint_about_an_input_is_told_at_once(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let refused = mutate(&app, &admin, "organizationCreate", "organization { id }", json!({
            "name": " ", "legalName": "x".repeat(256), "registrationNumber": "x".repeat(65), "externalId": "a\u{0}b",
            "metadata": { "a": { "b": { "c": { "d": 1 } } } },
            "members": [{ "customerId": ada, "customerExternalId": "ada" }, {}, { "customerId": ada, "roles": [""] }],
        })).await;
        assert_eq!(errors(&refused), [
            ("REQUIRED", "name".to_owned()),
            ("TOO_LONG", "legalName".to_owned()),
            ("TOO_LONG", "registrationNumber".to_owned()),
            ("INVALID", "externalId".to_owned()),
            ("METADATA_TOO_LARGE", "metadata".to_owned()),
            ("REQUIRED", "members.0.customerId".to_owned()),
            ("REQUIRED", "members.1.customerId".to_owned()),
            ("REQUIRED", "members.2.roles.0".to_owned()),
        ]);
        assert_eq!(app.count("organization").await, 0);
    }

    async fn members_must_be_there_and_each_once(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        organization(&app, &admin, "taken", &[]).await;
        let refused = mutate(&app, &admin, "organizationCreate", "organization { id }", json!({
            "name": "New", "externalId": "taken",
            "members": [
                { "customerId": ada },
                { "customerExternalId": "nobody" },
                { "customerExternalId": "ada" },
                { "customerId": ada, "roles": ["buyer", "king"] },
            ],
        })).await;
        assert_eq!(errors(&refused), [
            ("EXTERNAL_ID_TAKEN", "externalId".to_owned()),
            ("NOT_FOUND", "members.1.customerExternalId".to_owned()),
            ("DUPLICATED_INPUT_ITEM", "members.2.customerExternalId".to_owned()),
            ("NOT_FOUND", "members.3.roles.1".to_owned()),
        ]);
        assert_eq!(app.count("organization").await, 1);
        assert_eq!(app.count("organization_member").await, 0);
    }

    async fn who_may_not_see_customers_cannot_find_out_about_them_by_making_them_members(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let clerk = app.api_key("clerk", "organizations:*").await;
        let refused = mutate(&app, &clerk, "organizationCreate", "organization { id }", json!({
            "name": "New", "members": [{ "customerId": ada }],
        })).await;
        assert_eq!(errors(&refused), [("NOT_FOUND", "members.0.customerId".to_owned())]);
    }

    async fn a_dry_run_tells_what_would_happen_and_writes_nothing(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let dry = mutate(&app, &admin, "organizationCreate", "organization { id rootUnit { id } }", json!({
            "name": "New", "members": [{ "customerExternalId": "ada" }], "dryRun": true,
        })).await;
        assert_eq!(dry["dryRun"]["events"], json!(["organization.created", "organization.unit_created", "organization.member_added"]));
        assert_eq!(dry["organization"], json!(null));
        assert_eq!(app.count("organization").await, 0);
        assert_eq!(app.count("organization_unit").await, 0);
    }

    async fn the_same_key_creates_nothing_twice(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "name": "New", "idempotencyKey": "one" });
        let first = mutate(&app, &admin, "organizationCreate", "organization { id }", input.clone()).await;
        let second = mutate(&app, &admin, "organizationCreate", "organization { id }", input).await;
        assert_eq!(first["organization"], second["organization"]);
        let other = mutate(&app, &admin, "organizationCreate", "organization { id }", json!({ "name": "Other", "idempotencyKey": "one" })).await;
        assert_eq!(errors(&other), [("IDEMPOTENCY_MISMATCH", "idempotencyKey".to_owned())]);
        assert_eq!(app.count("organization").await, 1);
    }

    async fn reading_is_not_enough_to_create(app: TestApp) {
        let reader = app.api_key("reader", "*:read").await;
        let answer = app.ask(&reader, "mutation { organizationCreate(input: { name: \"New\" }) { organization { id } } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(app.count("organization").await, 0);
    }

    async fn an_id_of_another_kind_is_refused_before_any_look_up(app: TestApp) {
        let admin = app.admin().await;
        let created = organization(&app, &admin, "New", &[]).await;
        let answer = app.ask(&admin, "mutation($id: ID!) { organizationCreate(input: { name: \"x\", members: [{ customerId: $id }] }) { organization { id } } }", json!({ "id": created["id"] })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }
}
