//! `customerGroupUpdate` and `customerGroupUpdateBySelector`.

use serde_json::json;

use super::*;
use crate::on_both;

const UPDATE: &str = "mutation($input: CustomerGroupUpdateInput!) {
  customerGroupUpdate(input: $input) {
    customerGroup { name externalId metadata version }
    userErrors { code path ... on ConflictError { currentVersion } }
    dryRun { events changes { path before after } }
  }
}";

const SELECT: &str = "mutation($input: CustomerGroupUpdateBySelectorInput!) {
  customerGroupUpdateBySelector(input: $input) { affectedCount affectedIds userErrors { code path } }
}";

on_both! {
    async fn what_is_left_out_stays_and_null_clears(app: TestApp) {
        let admin = app.admin().await;
        let id = group(&app, &admin, "Gold").await;
        let first = json!({ "id": id, "externalId": "x", "metadata": { "set": { "a": 1, "b": 2 } } });
        let answer = app.ask(&admin, UPDATE, json!({ "input": first })).await;
        assert_eq!(answer.data()["customerGroupUpdate"]["customerGroup"], json!({ "name": "Gold", "externalId": "x", "metadata": { "a": 1, "b": 2 }, "version": 2 }));
        let second = json!({ "id": id, "name": "Silver", "externalId": null, "metadata": { "delete": ["a"] } });
        let answer = app.ask(&admin, UPDATE, json!({ "input": second })).await;
        assert_eq!(answer.data()["customerGroupUpdate"]["customerGroup"], json!({ "name": "Silver", "externalId": null, "metadata": { "b": 2 }, "version": 3 }));
        assert_eq!(app.count("timeline_entry where type = 'customer.group.updated'").await, 2);
    }

    async fn a_change_of_nothing_leaves_no_trace(app: TestApp) {
        let admin = app.admin().await;
        let id = group(&app, &admin, "Gold").await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": "Gold" } })).await;
        assert_eq!(answer.data()["customerGroupUpdate"]["customerGroup"]["version"], 1);
        assert_eq!(app.count("timeline_entry").await, 1);
    }

    async fn a_group_may_change_the_case_of_its_own_name_but_not_take_anothers(app: TestApp) {
        let admin = app.admin().await;
        let id = group(&app, &admin, "Gold").await;
        group(&app, &admin, "Silver").await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": "GOLD" } })).await;
        assert_eq!(answer.data()["customerGroupUpdate"]["customerGroup"]["name"], "GOLD");
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": "sílver" } })).await;
        assert_eq!(answer.user_errors("customerGroupUpdate"), ["NAME_TAKEN"]);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": null } })).await;
        assert_eq!(answer.user_errors("customerGroupUpdate"), ["REQUIRED"]);
    }

    async fn an_old_version_is_a_conflict(app: TestApp) {
        let admin = app.admin().await;
        let id = group(&app, &admin, "Gold").await;
        app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": "Silver" } })).await.data();
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": "Bronze", "expectedVersion": 1 } })).await;
        let errors = &answer.data()["customerGroupUpdate"]["userErrors"];
        assert_eq!(errors, &json!([{ "code": "CONFLICT", "path": ["expectedVersion"], "currentVersion": 2 }]));
    }

    async fn a_group_that_is_not_there_is_not_found_and_another_kinds_id_is_bad_input(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": nobody("cusgroup"), "name": "x" } })).await;
        assert_eq!(answer.data()["customerGroupUpdate"]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["id"] }]));
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": nobody("cus"), "name": "x" } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }

    async fn a_dry_run_tells_the_change_and_keeps_nothing(app: TestApp) {
        let admin = app.admin().await;
        let id = group(&app, &admin, "Gold").await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "name": "Silver", "dryRun": true } })).await;
        assert_eq!(answer.data()["customerGroupUpdate"]["dryRun"], json!({ "events": ["customer.group.updated"], "changes": [{ "path": "name", "before": "Gold", "after": "Silver" }] }));
        assert_eq!(app.count("customer_group where name = 'Gold'").await, 1);
    }

    async fn a_selector_changes_what_matches_and_no_more_than_expected(app: TestApp) {
        let admin = app.admin().await;
        for name in ["Gold one", "Gold two", "Silver"] {
            group(&app, &admin, name).await;
        }
        let input = |most: i32| json!({ "input": { "where": { "name": { "startsWith": "gold" } }, "change": { "metadata": { "set": { "rate": 5 } } }, "maxAffected": most } });
        let answer = app.ask(&admin, SELECT, input(1)).await;
        assert_eq!(answer.data()["customerGroupUpdateBySelector"], json!({ "affectedCount": 0, "affectedIds": [], "userErrors": [{ "code": "SELECTOR_TOO_BROAD", "path": ["where"] }] }));
        let answer = app.ask(&admin, SELECT, input(2)).await;
        assert_eq!(answer.data()["customerGroupUpdateBySelector"]["affectedCount"], 2);
        let found = app.ask(&admin, "{ customerGroups(where: { metadata: { path: [\"rate\"], eq: 5 } }) { totalCount } }", json!({})).await;
        assert_eq!(found.data()["customerGroups"]["totalCount"], 2);
        let all = app.ask(&admin, SELECT, json!({ "input": { "where": {}, "change": {}, "maxAffected": 5 } })).await;
        assert_eq!(all.codes(), ["BAD_USER_INPUT"]);
    }
}
