//! `organizationBulkUpsert`.

use serde_json::{Value, json};

use super::{customer, errors, mutate, organization};
use crate::on_both;

const SHOWN: &str = "results { isCreated organization { name version members { nodes { customer { firstName } roles { handle } } } } userErrors { code path } }";

on_both! {
    async fn running_it_twice_doubles_nothing_and_removes_nobody(app: TestApp) {
        let admin = app.admin().await;
        for name in ["ada", "bob", "cyd"] {
            customer(&app, &admin, name).await;
        }
        organization(&app, &admin, "old", &[("bob", "admin")]).await;
        let input = json!({ "organizations": [
            { "externalId": "old", "name": "Old and renamed", "members": [{ "customerExternalId": "ada", "roles": ["approver"] }, { "customerExternalId": "bob" }] },
            { "externalId": "new", "name": "New", "members": [{ "customerExternalId": "cyd" }] },
        ] });
        let first = mutate(&app, &admin, "organizationBulkUpsert", SHOWN, input.clone()).await;
        assert_eq!(errors(&first), []);
        assert_eq!(first["results"][0]["isCreated"], false);
        assert_eq!(first["results"][1]["isCreated"], true);
        let members = &first["results"][0]["organization"]["members"]["nodes"];
        assert_eq!(*members, json!([
            { "customer": { "firstName": "bob" }, "roles": [{ "handle": "admin" }] },
            { "customer": { "firstName": "ada" }, "roles": [{ "handle": "approver" }] },
        ]));
        let events = app.count("outbox_event").await;
        let second = mutate(&app, &admin, "organizationBulkUpsert", SHOWN, input).await;
        assert_eq!(second["results"][0]["organization"], first["results"][0]["organization"]);
        assert_eq!(second["results"][1]["organization"], first["results"][1]["organization"]);
        assert_eq!(app.count("organization").await, 2);
        assert_eq!(app.count("organization_unit").await, 2);
        assert_eq!(app.count("organization_member").await, 3);
        assert_eq!(app.count("outbox_event").await, events);
    }

    async fn one_wrong_row_refuses_everything_unless_only_it_is_to_be_refused(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let rows = json!([
            { "externalId": "a", "name": "A", "members": [{ "customerExternalId": "ada" }] },
            { "externalId": "b" },
            { "externalId": "c", "name": "C", "members": [{ "customerExternalId": "ada" }, { "customerExternalId": "nobody" }] },
            { "externalId": "a", "name": "A again" },
            { "externalId": "", "name": "" },
        ]);
        let refused = mutate(&app, &admin, "organizationBulkUpsert", SHOWN, json!({ "organizations": rows })).await;
        let expected = [
            ("REQUIRED", "organizations.1.name".to_owned()),
            ("NOT_FOUND", "organizations.2.members.1.customerExternalId".to_owned()),
            ("DUPLICATED_INPUT_ITEM", "organizations.3.externalId".to_owned()),
            ("REQUIRED", "organizations.4.externalId".to_owned()),
            ("REQUIRED", "organizations.4.name".to_owned()),
        ];
        assert_eq!(errors(&refused), expected);
        assert_eq!(app.count("organization").await, 0);
        let some = mutate(&app, &admin, "organizationBulkUpsert", SHOWN, json!({ "organizations": rows, "errorPolicy": "REJECT_FAILED_ROWS" })).await;
        assert_eq!(errors(&some), []);
        assert_eq!(some["results"][0]["organization"]["name"], "A");
        let told: Vec<_> = some["results"].as_array().unwrap().iter().flat_map(errors).collect();
        assert_eq!(told, expected);
        assert_eq!(app.count("organization").await, 1);
        assert_eq!(app.count("organization_member").await, 1);
    }

    async fn a_thousand_rows_are_a_handful_of_statements(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let query = "mutation($input: OrganizationBulkUpsertInput!) { organizationBulkUpsert(input: $input) { results { isCreated } userErrors { code path } } }";
        let rows = |count: usize, name: &str| -> Value {
            (0..count).map(|row| json!({ "externalId": format!("{row}"), "name": format!("{name} {row}"), "members": [{ "customerExternalId": "ada" }] })).collect()
        };
        for (count, name) in [(1_000, "One"), (1_000, "Two")] {
            let answer = app.ask(&admin, query, json!({ "input": { "organizations": rows(count, name) } })).await;
            assert_eq!(answer.data()["organizationBulkUpsert"]["userErrors"], json!([]));
            assert!(answer.statements() <= 25, "{}", answer.statements());
        }
        assert_eq!(app.count("organization").await, 1_000);
        assert_eq!(app.count("organization_member").await, 1_000);
        let refused = mutate(&app, &admin, "organizationBulkUpsert", "results { isCreated }", json!({ "organizations": rows(1_001, "Three") })).await;
        assert_eq!(errors(&refused), [("LIMIT_EXCEEDED", "organizations".to_owned())]);
        let refused = mutate(&app, &admin, "organizationBulkUpsert", "results { isCreated }", json!({ "organizations": [] })).await;
        assert_eq!(errors(&refused), [("REQUIRED", "organizations".to_owned())]);
    }
}
