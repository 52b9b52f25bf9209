//! `customerUpdate`, `customerMetadataPatch` and `customerStatusSet`.

use serde_json::{Value, json};

use super::{NOBODY, create};
use crate::on_both;

const UPDATE: &str = "mutation($input: CustomerUpdateInput!) {
  customerUpdate(input: $input) {
    customer { id email firstName lastName phone version metadata privateMetadata }
    userErrors { __typename code path message ... on ConflictError { currentVersion } }
    dryRun { events changes { path before after } }
  }
}";

const PATCH: &str = "mutation($input: CustomerMetadataPatchInput!) {
  customerMetadataPatch(input: $input) { customer { metadata privateMetadata version } userErrors { code path } }
}";

on_both! {
    async fn what_is_left_out_stays_and_null_clears(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Ada", "phone": "+49 30 901820" })).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "firstName": null, "lastName": "Lovelace" } })).await;
        let customer = &answer.data()["customerUpdate"]["customer"];
        assert_eq!(customer["firstName"], Value::Null);
        assert_eq!(customer["lastName"], "Lovelace");
        assert_eq!(customer["phone"], "+49 30 901820");
        assert_eq!(customer["version"], 2);
    }

    async fn a_variable_that_is_left_out_never_becomes_null(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com", "phone": "+49 30 901820" })).await;
        let query = "mutation($id: ID!, $phone: String, $name: String) {
          customerUpdate(input: { id: $id, phone: $phone, firstName: $name }) { customer { phone firstName } userErrors { code } }
        }";
        let answer = app.ask(&admin, query, json!({ "id": id, "name": "Ada" })).await;
        assert_eq!(answer.data()["customerUpdate"]["customer"], json!({ "phone": "+49 30 901820", "firstName": "Ada" }));
        let answer = app.ask(&admin, query, json!({ "id": id, "phone": null })).await;
        assert_eq!(answer.data()["customerUpdate"]["customer"], json!({ "phone": null, "firstName": "Ada" }));
    }

    async fn a_change_of_another_version_is_a_conflict(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let change = |version: i32| json!({ "input": { "id": id, "firstName": format!("v{version}"), "expectedVersion": version } });
        app.ask(&admin, UPDATE, change(1)).await.data();
        let answer = app.ask(&admin, UPDATE, change(1)).await;
        let error = &answer.data()["customerUpdate"]["userErrors"][0];
        assert_eq!(error["code"], "CONFLICT");
        assert_eq!(error["currentVersion"], 2);
    }

    async fn a_customer_that_is_not_there_is_not_found(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": NOBODY, "firstName": "x" } })).await;
        assert_eq!(answer.user_errors("customerUpdate"), ["NOT_FOUND"]);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": "cuaddr_01ARZ3NDEKTSV4RRFFQ69G5FAV" } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }

    async fn every_complaint_is_told_at_once(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let input = json!({ "input": { "id": id, "email": "nonsense", "firstName": "x".repeat(300), "lastName": "a\u{0}b" } });
        let answer = app.ask(&admin, UPDATE, input).await;
        let mut codes = answer.user_errors("customerUpdate");
        codes.sort_unstable();
        assert_eq!(codes, ["INVALID", "INVALID_EMAIL", "TOO_LONG"]);
    }

    async fn a_dry_run_tells_what_would_change(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Ada" })).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "firstName": "Grace", "dryRun": true } })).await;
        assert_eq!(answer.data()["customerUpdate"]["dryRun"], json!({
            "events": ["customer.updated"], "changes": [{ "path": "firstName", "before": "Ada", "after": "Grace" }]
        }));
        let kept = app.ask(&admin, "query($id: ID!) { customer(id: $id) { firstName version } }", json!({ "id": id })).await;
        assert_eq!(kept.data()["customer"], json!({ "firstName": "Ada", "version": 1 }));
    }

    async fn a_change_of_nothing_leaves_no_trace(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Ada" })).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "firstName": "Ada" } })).await;
        assert_eq!(answer.data()["customerUpdate"]["customer"]["version"], 1);
        assert_eq!(app.count("timeline_entry").await, 1);
    }

    async fn keys_of_metadata_are_set_deleted_and_replaced(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com", "metadata": { "tier": "gold", "points": 5 } })).await;
        let answer = app.ask(&admin, PATCH, json!({ "input": { "id": id,
            "metadata": { "set": { "points": 6, "kyc": { "level": 2 } }, "delete": ["tier", "nothing"] },
            "privateMetadata": { "replace": { "risk": false } } } })).await;
        let customer = &answer.data()["customerMetadataPatch"]["customer"];
        assert_eq!(customer["metadata"], json!({ "points": 6, "kyc": { "level": 2 } }));
        assert_eq!(customer["privateMetadata"], json!({ "risk": false }));
        assert_eq!(customer["version"], 2);
    }

    async fn metadata_that_are_too_large_or_too_deep_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({ "a": deep });
        }
        let many: serde_json::Map<String, Value> = (0..51).map(|key| (format!("k{key}"), json!(1))).collect();
        for metadata in [json!({ "a": deep }), json!({ "a": "x".repeat(20_000) }), Value::Object(many)] {
            let answer = app.ask(&admin, PATCH, json!({ "input": { "id": id, "metadata": { "set": metadata } } })).await;
            assert_eq!(answer.user_errors("customerMetadataPatch"), ["METADATA_TOO_LARGE"]);
        }
        let answer = app.ask(&admin, PATCH, json!({ "input": { "id": id, "metadata": { "set": { "a": "\u{0}" } } } })).await;
        assert_eq!(answer.user_errors("customerMetadataPatch"), ["INVALID"]);
    }

    async fn two_patches_of_different_keys_both_stay(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let patch = |key: String| app.ask(&admin, PATCH, json!({ "input": { "id": id, "metadata": { "set": { key: 1 } } } }));
        let answers = futures_util::future::join_all((0..10).map(|number| patch(format!("key{number}")))).await;
        for answer in &answers {
            answer.data();
        }
        let answer = app.ask(&admin, "query($id: ID!) { customer(id: $id) { metadata version } }", json!({ "id": id })).await;
        assert_eq!(answer.data()["customer"]["metadata"].as_object().unwrap().len(), 10);
        assert_eq!(answer.data()["customer"]["version"], 11);
    }

    async fn an_external_id_belongs_to_one_customer(app: TestApp) {
        let admin = app.admin().await;
        create(&app, &admin, json!({ "externalId": "one" })).await;
        let id = create(&app, &admin, json!({ "externalId": "two" })).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "externalId": "one" } })).await;
        assert_eq!(answer.user_errors("customerUpdate"), ["EXTERNAL_ID_TAKEN"]);
    }

    async fn the_timeline_of_a_customer_is_a_chain_that_verifies(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "email": "ada@example.com", "metadata": { "z": 1.5, "a": { "y": null, "b": "é" } } })).await;
        for name in ["Ada", "Grace"] {
            app.ask(&admin, UPDATE, json!({ "input": { "id": id, "firstName": name, "reason": "she asked" } })).await.data();
        }
        let subject = entity::id::decode(id.strip_prefix("cus_").unwrap()).unwrap();
        let db = app.app.parts.database.for_migration();
        let verified = customer_graph::work::timeline::verify(db, subject).await.unwrap();
        assert_eq!(verified, Ok(3));
        app.execute("update timeline_entry set changes = '[]' where sequence = 2").await;
        let verified = customer_graph::work::timeline::verify(db, subject).await.unwrap();
        assert_eq!(verified, Err(2));
    }
}
