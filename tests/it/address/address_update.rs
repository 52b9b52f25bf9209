//! `addressUpdate`.

use serde_json::{Value, json};

use super::{address, customer, defaults, errors_of, german, told};
use crate::on_both;

const UPDATE: &str = "mutation($input: AddressUpdateInput!) {
  addressUpdate(input: $input) {
    address { id addressName city province provinceCode postalCode countryCode phone phoneE164 metadata privateMetadata version
      isDefaultShipping isDefaultBilling validation { findings { field code } } }
    userErrors { code path message ... on ConflictError { currentVersion } }
    dryRun { events changes { path before after } }
  }
}";

on_both! {
    async fn what_is_left_out_stays_and_null_clears(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada, "addressName": "Home", "phone": "0441 998 1234", "metadata": { "a": 1, "b": 2 } }))).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": {
            "id": id, "addressName": null, "city": "Bremen", "metadata": { "set": { "c": 3 }, "delete": ["a"] }, "privateMetadata": { "replace": { "x": true } },
        } })).await;
        let after = &answer.data()["addressUpdate"]["address"];
        assert_eq!(after["addressName"], Value::Null);
        assert_eq!(after["city"], "Bremen");
        assert_eq!(after["postalCode"], "26133");
        assert_eq!(after["phone"], "0441 998 1234");
        assert_eq!(after["metadata"], json!({ "b": 2, "c": 3 }));
        assert_eq!(after["privateMetadata"], json!({ "x": true }));
        assert_eq!(after["version"], 2);
        assert_eq!(app.count("outbox_event where topic = 'customer.address.updated' and object_version = 2").await, 1);
        assert_eq!(app.count("timeline_entry where type = 'customer.address.updated'").await, 1);
    }

    async fn a_change_of_nothing_leaves_no_trace(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "city": " Oldenburg " } })).await;
        assert_eq!(answer.data()["addressUpdate"]["address"]["version"], 1);
        assert_eq!(app.count("outbox_event where topic = 'customer.address.updated'").await, 0);
    }

    async fn another_country_changes_the_rules_and_how_the_phone_is_read(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada, "phone": "(415) 555-2671" }))).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "countryCode": "ca" } })).await;
        assert_eq!(errors_of(&answer, "addressUpdate"), told([("REQUIRED", "province"), ("INVALID_POSTAL_CODE", "postalCode")]));
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "countryCode": "us", "province": "california", "postalCode": "94105" } })).await;
        let after = &answer.data()["addressUpdate"]["address"];
        assert_eq!((&after["countryCode"], &after["provinceCode"], &after["phoneE164"]), (&json!("US"), &json!("CA"), &json!("+14155552671")));
    }

    async fn what_was_accepted_with_a_finding_keeps_it_until_that_field_changes(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada, "postalCode": "1", "skipValidation": true }))).await;
        let finding = json!([{ "field": "POSTAL_CODE", "code": "INVALID_POSTAL_CODE" }]);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "city": "Bremen" } })).await;
        assert_eq!(answer.data()["addressUpdate"]["address"]["validation"]["findings"], finding);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "city": null, "postalCode": "2" } })).await;
        assert_eq!(errors_of(&answer, "addressUpdate"), told([("REQUIRED", "city"), ("INVALID_POSTAL_CODE", "postalCode")]));
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "postalCode": "2", "skipValidation": true } })).await;
        assert_eq!(answer.data()["addressUpdate"]["address"]["validation"]["findings"], finding);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "postalCode": "28195" } })).await;
        assert_eq!(answer.data()["addressUpdate"]["address"]["validation"]["findings"], json!([]));
    }

    async fn what_is_wrong_with_a_change_is_told_with_its_path(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        for (change, code, path) in [
            (json!({ "countryCode": null }), "REQUIRED", "countryCode"),
            (json!({ "countryCode": "XX", "skipValidation": true }), "INVALID_COUNTRY", "countryCode"),
            (json!({ "city": "x".repeat(256) }), "TOO_LONG", "city"),
            (json!({ "address1": "a\u{7}" }), "INVALID", "address1"),
            (json!({ "lastName": null }), "REQUIRED", "lastName"),
            (json!({ "metadata": { "set": { "a": { "b": { "c": { "d": 1 } } } } } }), "METADATA_TOO_LARGE", "metadata"),
        ] {
            let mut input = change;
            input["id"] = json!(id);
            let answer = app.ask(&admin, UPDATE, json!({ "input": input })).await;
            assert_eq!(errors_of(&answer, "addressUpdate"), told([(code, path)]));
        }
        assert_eq!(app.count("address where version > 1").await, 0);
    }

    async fn an_old_version_is_a_conflict(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        app.ask(&admin, UPDATE, json!({ "input": { "id": id, "city": "Bremen", "expectedVersion": 1 } })).await.data();
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "city": "Emden", "expectedVersion": 1 } })).await;
        assert_eq!(errors_of(&answer, "addressUpdate"), told([("CONFLICT", "expectedVersion")]));
        assert_eq!(answer.body["data"]["addressUpdate"]["userErrors"][0]["currentVersion"], 2);
        assert_eq!(app.count("address where city = 'Bremen'").await, 1);
    }

    async fn an_address_that_is_not_there_is_not_found(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR", "city": "Bremen" } })).await;
        assert_eq!(errors_of(&answer, "addressUpdate"), told([("NOT_FOUND", "id")]));
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": "cus_01JAB2C3D4E5F6G7H8J9KMNPQR", "city": "Bremen" } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }

    async fn an_update_can_take_and_give_up_a_default(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let one = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true, "isDefaultBilling": true }))).await;
        let other = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        app.ask(&admin, UPDATE, json!({ "input": { "id": other, "isDefaultShipping": true } })).await.data();
        assert_eq!(defaults(&app, &admin, &ada).await, (Some(other.clone()), Some(one.clone())));
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": other, "isDefaultShipping": false, "isDefaultBilling": true } })).await;
        assert_eq!(answer.data()["addressUpdate"]["address"]["version"], 3);
        assert_eq!(defaults(&app, &admin, &ada).await, (None, Some(other)));
    }

    async fn a_dry_run_changes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": id, "city": "Bremen", "dryRun": true } })).await;
        assert_eq!(answer.data()["addressUpdate"]["dryRun"], json!({
            "events": ["customer.address.updated"], "changes": [{ "path": "city", "before": "Oldenburg", "after": "Bremen" }],
        }));
        assert_eq!(app.count("address where city = 'Bremen'").await, 0);
    }
}
