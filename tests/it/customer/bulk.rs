//! Many customers at once.

use serde_json::{Value, json};

use super::create;
use crate::on_both;

const CREATE: &str = "mutation($input: CustomerBulkCreateInput!) {
  customerBulkCreate(input: $input) { results { customer { externalId } userErrors { code path } } userErrors { code path } }
}";

const UPDATE: &str = "mutation($input: CustomerBulkUpdateInput!) {
  customerBulkUpdate(input: $input) { results { customer { firstName version } userErrors { code path } } userErrors { code path } }
}";

const SELECT: &str = "mutation($input: CustomerUpdateBySelectorInput!) {
  customerUpdateBySelector(input: $input) { affectedCount affectedIds userErrors { code path } dryRun { events } }
}";

fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|row| json!({ "externalId": format!("e{row}"), "email": format!("c{row}@example.com"), "firstName": "Row" })).collect()
}

on_both! {
    async fn a_thousand_customers_are_a_handful_of_statements(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customers": rows(1_000) } })).await;
        assert_eq!(answer.data()["customerBulkCreate"]["results"].as_array().unwrap().len(), 1_000);
        assert!(answer.statements() <= 6, "{}", answer.statements());
        assert_eq!(app.count("timeline_entry").await, 1_000);
        assert_eq!(app.count("outbox_event").await, 1_000);
        let answer = app.ask(&admin, SELECT, json!({ "input": { "where": { "firstName": { "eq": "row" } }, "customer": { "firstName": "New" }, "maxAffected": 1000 } })).await;
        assert_eq!(answer.data()["customerUpdateBySelector"]["affectedCount"], 1_000);
        assert!(answer.statements() <= 8, "{}", answer.statements());
    }

    async fn one_wrong_row_refuses_everything_unless_told_otherwise(app: TestApp) {
        let admin = app.admin().await;
        create(&app, &admin, json!({ "externalId": "e1" })).await;
        let mut customers = rows(3);
        customers.push(json!({ "email": "nonsense" }));
        customers.push(json!({ "externalId": "e2" }));
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customers": customers } })).await;
        assert_eq!(answer.data()["customerBulkCreate"]["userErrors"], json!([
            { "code": "EXTERNAL_ID_TAKEN", "path": ["customers", "1", "externalId"] },
            { "code": "INVALID_EMAIL", "path": ["customers", "3", "email"] },
            { "code": "DUPLICATED_INPUT_ITEM", "path": ["customers", "4", "externalId"] },
        ]));
        assert_eq!(app.count("customer").await, 1);
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customers": customers, "errorPolicy": "REJECT_FAILED_ROWS" } })).await;
        let results = answer.data()["customerBulkCreate"]["results"].as_array().unwrap();
        let made: Vec<bool> = results.iter().map(|row| !row["customer"].is_null()).collect();
        assert_eq!(made, [true, false, true, false, false]);
        assert_eq!(app.count("customer").await, 3);
    }

    async fn rows_are_changed_each_in_its_own_way(app: TestApp) {
        let admin = app.admin().await;
        let one = create(&app, &admin, json!({ "externalId": "one" })).await;
        let two = create(&app, &admin, json!({ "externalId": "two" })).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "customers": [{ "id": one, "firstName": "One" }, { "id": two, "firstName": "Two", "expectedVersion": 1 }] } })).await;
        assert_eq!(answer.data()["customerBulkUpdate"]["results"][1]["customer"], json!({ "firstName": "Two", "version": 2 }));
        let twice = app.ask(&admin, UPDATE, json!({ "input": { "customers": [{ "id": one, "firstName": "a" }, { "id": one, "firstName": "b" }] } })).await;
        assert_eq!(twice.user_errors("customerBulkUpdate"), ["DUPLICATED_INPUT_ITEM"]);
    }

    async fn a_selector_that_matches_too_many_changes_nothing(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, CREATE, json!({ "input": { "customers": rows(3) } })).await.data();
        let input = |most: i32| json!({ "input": { "where": { "hasAccount": false }, "customer": { "lastName": "All" }, "maxAffected": most } });
        let answer = app.ask(&admin, SELECT, input(2)).await;
        assert_eq!(answer.user_errors("customerUpdateBySelector"), ["SELECTOR_TOO_BROAD"]);
        assert_eq!(app.count("customer where last_name is not null").await, 0);
        let answer = app.ask(&admin, SELECT, input(3)).await;
        assert_eq!(answer.data()["customerUpdateBySelector"]["affectedCount"], 3);
        let empty = app.ask(&admin, SELECT, json!({ "input": { "where": {}, "customer": { "lastName": "x" }, "maxAffected": 5 } })).await;
        assert_eq!(empty.codes(), ["BAD_USER_INPUT"]);
    }

    async fn more_rows_than_allowed_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "customers": rows(1_001) } })).await;
        assert_eq!(answer.user_errors("customerBulkCreate"), ["LIMIT_EXCEEDED"]);
    }
}
