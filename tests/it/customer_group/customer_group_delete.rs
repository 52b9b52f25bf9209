//! `customerGroupDelete`.

use serde_json::json;

use super::*;
use crate::on_both;

const DELETE: &str = "mutation($input: CustomerGroupDeleteInput!) {
  customerGroupDelete(input: $input) {
    deletedCustomerGroupId removedMembershipCount userErrors { code path } dryRun { events }
  }
}";

on_both! {
    async fn a_group_takes_its_memberships_along_but_no_customer(app: TestApp) {
        let admin = app.admin().await;
        let (gold, silver) = (group(&app, &admin, "Gold").await, group(&app, &admin, "Silver").await);
        let people = customers(&app, &admin, 3).await;
        add(&app, &admin, &gold, &people).await;
        add(&app, &admin, &silver, &people[..1]).await;
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": gold } })).await;
        assert_eq!(answer.data()["customerGroupDelete"], json!({ "deletedCustomerGroupId": gold, "removedMembershipCount": 3, "userErrors": [], "dryRun": null }));
        assert_eq!(app.count("customer_group_member").await, 1);
        assert_eq!(app.count("customer").await, 3);
        assert_eq!(app.count("timeline_entry where type = 'customer.group.removed'").await, 3);
        assert_eq!(app.count("outbox_event where topic = 'customer.group.deleted'").await, 1);
        let again = app.ask(&admin, DELETE, json!({ "input": { "id": gold } })).await;
        assert_eq!(again.data()["customerGroupDelete"]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["id"] }]));
    }

    async fn a_large_group_goes_in_chunks_of_statements(app: TestApp) {
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        for _ in 0..6 {
            let people = customers(&app, &admin, 1_000).await;
            add(&app, &admin, &gold, &people).await;
        }
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": gold } })).await;
        assert_eq!(answer.data()["customerGroupDelete"]["removedMembershipCount"], 6_000);
        // Two chunks of memberships, each selected, locked and deleted; the history goes in by the thousand.
        assert!(answer.statements() < 40, "{}", answer.statements());
        assert_eq!(app.count("customer_group_member").await, 0);
        assert_eq!(app.count("timeline_entry where type = 'customer.group.removed'").await, 6_000);
    }

    async fn a_dry_run_an_old_version_and_a_repetition_delete_nothing(app: TestApp) {
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        let people = customers(&app, &admin, 1).await;
        add(&app, &admin, &gold, &people).await;
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": gold, "dryRun": true } })).await;
        assert_eq!(answer.data()["customerGroupDelete"]["dryRun"]["events"], json!(["customer.group.removed", "customer.group.deleted"]));
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": gold, "expectedVersion": 7 } })).await;
        assert_eq!(answer.user_errors("customerGroupDelete"), ["CONFLICT"]);
        assert_eq!(app.count("customer_group_member").await, 1);
        let input = json!({ "input": { "id": gold, "idempotencyKey": "key" } });
        let first = app.ask(&admin, DELETE, input.clone()).await;
        let second = app.ask(&admin, DELETE, input).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(second.data()["customerGroupDelete"]["removedMembershipCount"], 1);
    }
}
