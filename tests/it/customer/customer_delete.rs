//! `customerDelete` and `customerBulkDelete`.

use serde_json::{Value, json};

use super::{NOBODY, create};
use crate::on_both;

const DELETE: &str = "mutation($input: CustomerDeleteInput!) {
  customerDelete(input: $input) { deletedCustomerId userErrors { code path } dryRun { events } }
}";

const BULK: &str = "mutation($input: CustomerBulkDeleteInput!) {
  customerBulkDelete(input: $input) { results { deletedCustomerId userErrors { code } } userErrors { code path } }
}";

on_both! {
    async fn a_customer_is_deleted_after_its_email_was_typed_again(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "Ada@example.com", "firstName": "Canary" })).await;
        let wrong = app.ask(&admin, DELETE, json!({ "input": { "id": id, "confirmEmail": "bob@example.com" } })).await;
        assert_eq!(wrong.user_errors("customerDelete"), ["CONFIRMATION_MISMATCH"]);
        let missing = app.ask(&admin, DELETE, json!({ "input": { "id": id } })).await;
        assert_eq!(missing.user_errors("customerDelete"), ["CONFIRMATION_MISMATCH"]);
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": id, "confirmEmail": "ada@EXAMPLE.com" } })).await;
        assert_eq!(answer.data()["customerDelete"]["deletedCustomerId"], json!(id));
        assert_eq!(app.count("customer").await, 0);
        // What happened stays, what was said does not.
        assert_eq!(app.count("timeline_entry").await, 2);
        assert_eq!(app.count("timeline_entry where changes is not null and type <> 'customer.deleted'").await, 0);
        let again = app.ask(&admin, DELETE, json!({ "input": { "id": id, "confirmEmail": "ada@example.com" } })).await;
        assert_eq!(again.user_errors("customerDelete"), ["NOT_FOUND"]);
    }

    async fn a_customer_without_email_is_confirmed_by_leaving_it_out(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "externalId": "one" })).await;
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": id } })).await;
        assert_eq!(answer.data()["customerDelete"]["deletedCustomerId"], json!(id));
    }

    async fn deleting_needs_its_own_permission(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "externalId": "one" })).await;
        let writer = app.api_key("writer", "customers:read,customers:write").await;
        let answer = app.ask(&writer, DELETE, json!({ "input": { "id": id } })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(app.count("customer").await, 1);
    }

    async fn many_are_deleted_with_a_result_for_each(app: TestApp) {
        let admin = app.admin().await;
        let one = create(&app, &admin, json!({ "externalId": "one" })).await;
        let two = create(&app, &admin, json!({ "externalId": "two" })).await;
        let refused = app.ask(&admin, BULK, json!({ "input": { "ids": [one, NOBODY, two] } })).await;
        assert_eq!(refused.data()["customerBulkDelete"]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["ids", "1"] }]));
        assert_eq!(app.count("customer").await, 2);
        let input = json!({ "input": { "ids": [one, NOBODY, two], "errorPolicy": "REJECT_FAILED_ROWS" } });
        let answer = app.ask(&admin, BULK, input).await;
        let gone: Vec<&Value> = answer.data()["customerBulkDelete"]["results"].as_array().unwrap().iter().map(|row| &row["deletedCustomerId"]).collect();
        assert_eq!(gone, [&json!(one), &Value::Null, &json!(two)]);
        assert_eq!(app.count("customer").await, 0);
    }
}
