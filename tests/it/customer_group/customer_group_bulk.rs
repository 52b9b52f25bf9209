//! Many groups at once.

use serde_json::json;

use super::*;
use crate::on_both;

const CREATE: &str = "mutation($input: CustomerGroupBulkCreateInput!) {
  customerGroupBulkCreate(input: $input) {
    results { customerGroup { id name } userErrors { code path } }
    userErrors { code path }
  }
}";

const UPDATE: &str = "mutation($input: CustomerGroupBulkUpdateInput!) {
  customerGroupBulkUpdate(input: $input) {
    results { customerGroup { name version } userErrors { code path } }
    userErrors { code path }
  }
}";

const DELETE: &str = "mutation($input: CustomerGroupBulkDeleteInput!) {
  customerGroupBulkDelete(input: $input) {
    results { deletedCustomerGroupId removedMembershipCount userErrors { code path } }
    userErrors { code path }
  }
}";

on_both! {
    async fn a_thousand_groups_are_a_handful_of_statements(app: TestApp) {
        let admin = app.admin().await;
        let rows: Vec<Value> = (0..1_000).map(|number| json!({ "name": format!("Group {number}"), "externalId": format!("g{number}") })).collect();
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customerGroups": rows } })).await;
        let results = list(&answer.data()["customerGroupBulkCreate"]["results"]);
        assert_eq!(results.len(), 1_000);
        assert!(answer.statements() <= 6, "{}", answer.statements());
        let rows: Vec<Value> = results.iter().map(|row| json!({ "id": row["customerGroup"]["id"], "name": format!("New {}", text(&row["customerGroup"]["name"])) })).collect();
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "customerGroups": rows } })).await;
        assert_eq!(answer.data()["customerGroupBulkUpdate"]["results"][999]["customerGroup"], json!({ "name": "New Group 999", "version": 2 }));
        assert!(answer.statements() <= 7, "{}", answer.statements());
        let ids: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
        let answer = app.ask(&admin, DELETE, json!({ "input": { "ids": ids } })).await;
        assert_eq!(list(&answer.data()["customerGroupBulkDelete"]["results"]).len(), 1_000);
        assert!(answer.statements() <= 7, "{}", answer.statements());
        assert_eq!(app.count("customer_group").await, 0);
    }

    async fn one_wrong_row_refuses_everything_unless_asked_otherwise(app: TestApp) {
        let admin = app.admin().await;
        group(&app, &admin, "Gold").await;
        let rows = json!([{ "name": "One", "externalId": "x" }, { "name": "gold" }, { "name": "ONE" }, { "name": " " }, { "name": "Two", "externalId": "x" }]);
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customerGroups": rows } })).await;
        assert_eq!(answer.data()["customerGroupBulkCreate"], json!({ "results": [], "userErrors": [
            { "code": "NAME_TAKEN", "path": ["customerGroups", "1", "name"] },
            { "code": "DUPLICATED_INPUT_ITEM", "path": ["customerGroups", "2", "name"] },
            { "code": "REQUIRED", "path": ["customerGroups", "3", "name"] },
            { "code": "DUPLICATED_INPUT_ITEM", "path": ["customerGroups", "4", "externalId"] },
        ] }));
        assert_eq!(app.count("customer_group").await, 1);
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customerGroups": rows, "errorPolicy": "REJECT_FAILED_ROWS" } })).await;
        let results = list(&answer.data()["customerGroupBulkCreate"]["results"]);
        assert_eq!(results[0]["customerGroup"]["name"], "One");
        assert_eq!(results[3]["userErrors"][0]["path"], json!(["customerGroups", "3", "name"]));
        assert_eq!(app.count("customer_group").await, 2);
    }

    async fn each_row_of_an_update_and_a_delete_has_its_own_result(app: TestApp) {
        let admin = app.admin().await;
        let (gold, silver) = (group(&app, &admin, "Gold").await, group(&app, &admin, "Silver").await);
        let rows = json!([{ "id": gold, "name": "Gold two" }, { "id": gold, "name": "Gold three" }, { "id": silver, "name": "x", "expectedVersion": 9 }, { "id": nobody("cusgroup") }]);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "customerGroups": rows, "errorPolicy": "REJECT_FAILED_ROWS" } })).await;
        let results = &answer.data()["customerGroupBulkUpdate"]["results"];
        assert_eq!(results[0]["customerGroup"]["name"], "Gold two");
        assert_eq!(results[1]["userErrors"], json!([{ "code": "DUPLICATED_INPUT_ITEM", "path": ["customerGroups", "1", "id"] }]));
        assert_eq!(results[2]["userErrors"], json!([{ "code": "CONFLICT", "path": ["customerGroups", "2", "expectedVersion"] }]));
        assert_eq!(results[3]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["customerGroups", "3", "id"] }]));
        let ids = json!({ "input": { "ids": [silver, nobody("cusgroup"), silver], "errorPolicy": "REJECT_FAILED_ROWS" } });
        let answer = app.ask(&admin, DELETE, ids).await;
        let results = &answer.data()["customerGroupBulkDelete"]["results"];
        assert_eq!(results[0]["deletedCustomerGroupId"], json!(silver));
        assert_eq!(results[1]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["ids", "1"] }]));
        assert_eq!(results[2]["userErrors"], json!([{ "code": "DUPLICATED_INPUT_ITEM", "path": ["ids", "2"] }]));
    }

    async fn too_many_rows_and_none_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let ids: Vec<String> = (0..1_001).map(|_| nobody("cusgroup")).collect();
        let answer = app.ask(&admin, DELETE, json!({ "input": { "ids": ids } })).await;
        assert_eq!(answer.user_errors("customerGroupBulkDelete"), ["LIMIT_EXCEEDED"]);
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customerGroups": [] } })).await;
        assert_eq!(answer.user_errors("customerGroupBulkCreate"), ["REQUIRED"]);
    }
}
