//! `customerGroupCreate`.

use serde_json::json;

use super::*;
use crate::on_both;

const CREATE: &str = "mutation($input: CustomerGroupCreateInput!) {
  customerGroupCreate(input: $input) {
    customerGroup { id name externalId owner { type vendorId } metadata privateMetadata version createdAt updatedAt }
    userErrors { code path message }
    dryRun { events changes { path after } }
  }
}";

on_both! {
    async fn a_group_is_created_for_the_platform(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "input": { "name": " Gold  Club", "externalId": "g-1", "metadata": { "rate": 5 }, "privateMetadata": { "note": "x" } } });
        let answer = app.ask(&admin, CREATE, input).await;
        let group = &answer.data()["customerGroupCreate"]["customerGroup"];
        assert_eq!(group["name"], "Gold  Club");
        assert_eq!(group["owner"], json!({ "type": "PLATFORM", "vendorId": null }));
        assert_eq!(group["metadata"], json!({ "rate": 5 }));
        assert_eq!(group["privateMetadata"], json!({ "note": "x" }));
        assert_eq!(group["version"], 1);
        assert!(text(&group["id"]).starts_with("cusgroup_"));
        assert_eq!(app.count("timeline_entry where type = 'customer.group.created'").await, 1);
        assert_eq!(app.count("outbox_event where topic = 'customer.group.created'").await, 1);
    }

    async fn a_name_is_taken_in_any_case_and_with_any_accents(app: TestApp) {
        let admin = app.admin().await;
        group(&app, &admin, "Café Gold").await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "name": "CAFE  gold" } })).await;
        let errors = &answer.data()["customerGroupCreate"]["userErrors"];
        assert_eq!(errors[0]["code"], "NAME_TAKEN");
        assert_eq!(errors[0]["path"], json!(["name"]));
        assert_eq!(app.count("customer_group").await, 1);
    }

    async fn a_vendor_may_use_the_name_that_the_platform_uses(app: TestApp) {
        let admin = app.admin().await;
        group(&app, &admin, "Gold").await;
        vendor_owns_it(&app).await;
        let again = app.ask(&admin, CREATE, json!({ "input": { "name": "GOLD" } })).await;
        assert_eq!(again.user_errors("customerGroupCreate"), Vec::<&str>::new());
        assert_eq!(app.count("customer_group where name_folded = 'gold'").await, 2);
        let owners = app.ask(&admin, "{ customerGroups(sort: [{ key: CREATED_AT }]) { nodes { owner { type vendorId } } } customerGroup(name: \"gold\") { owner { type } } }", json!({})).await;
        let owners = owners.data();
        assert_eq!(owners["customerGroups"]["nodes"][0]["owner"]["type"], "VENDOR");
        assert!(text(&owners["customerGroups"]["nodes"][0]["owner"]["vendorId"]).starts_with("vend_"));
        assert_eq!(owners["customerGroup"]["owner"]["type"], "PLATFORM");
    }

    async fn every_complaint_about_an_input_is_told_at_once(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "input": { "name": "  ", "externalId": "x".repeat(256), "metadata": { "a": { "b": { "c": { "d": 1 } } } } } });
        let answer = app.ask(&admin, CREATE, input).await;
        assert_eq!(answer.user_errors("customerGroupCreate"), ["REQUIRED", "TOO_LONG", "METADATA_TOO_LARGE"]);
        for (name, code) in [("x".repeat(256), "TOO_LONG"), ("a\u{0}b".to_owned(), "INVALID")] {
            let answer = app.ask(&admin, CREATE, json!({ "input": { "name": name } })).await;
            assert_eq!(answer.user_errors("customerGroupCreate"), [code]);
        }
        assert_eq!(app.count("customer_group").await, 0);
    }

    async fn an_external_id_belongs_to_one_group(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, CREATE, json!({ "input": { "name": "One", "externalId": "x" } })).await.data();
        let answer = app.ask(&admin, CREATE, json!({ "input": { "name": "Two", "externalId": "x" } })).await;
        assert_eq!(answer.user_errors("customerGroupCreate"), ["EXTERNAL_ID_TAKEN"]);
    }

    async fn a_dry_run_writes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "name": "One", "dryRun": true } })).await;
        assert_eq!(answer.data()["customerGroupCreate"]["dryRun"]["events"], json!(["customer.group.created"]));
        assert_eq!(app.count("customer_group").await, 0);
        assert_eq!(app.count("outbox_event").await, 0);
    }

    async fn the_same_idempotency_key_creates_nothing_twice(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "input": { "name": "One", "idempotencyKey": "key" } });
        let first = app.ask(&admin, CREATE, input.clone()).await;
        let second = app.ask(&admin, CREATE, input).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(app.count("customer_group").await, 1);
        let other = app.ask(&admin, CREATE, json!({ "input": { "name": "Two", "idempotencyKey": "key" } })).await;
        assert_eq!(other.user_errors("customerGroupCreate"), ["IDEMPOTENCY_MISMATCH"]);
    }
}

/// Gives every group to a vendor, which no mutation does yet.
async fn vendor_owns_it(app: &TestApp) {
    use sea_orm::{EntityTrait, sea_query::Expr};
    let vendor: entity::id::VendorId = app.app.parts.ids.next(app.app.parts.clock.now());
    entity::customer_group::Entity::update_many()
        .col_expr(entity::customer_group::Column::OwnerVendorId, Expr::val(vendor.0))
        .exec(app.app.parts.database.for_migration())
        .await
        .unwrap();
}
