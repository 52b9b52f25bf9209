//! `addressBulkCreate`, `addressBulkUpdate` and `addressUpdateBySelector`.

use serde_json::{Value, json};

use super::{address, customer, defaults, errors, errors_of, german, told};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

const CREATE: &str = "mutation($input: AddressBulkCreateInput!) {
  addressBulkCreate(input: $input) {
    results { address { id city isDefaultShipping } userErrors { code path } } userErrors { code path } dryRun { events }
  }
}";

const UPDATE: &str = "mutation($input: AddressBulkUpdateInput!) {
  addressBulkUpdate(input: $input) {
    results { address { id city version isDefaultShipping } userErrors { code path } } userErrors { code path }
  }
}";

const BY_SELECTOR: &str = "mutation($input: AddressUpdateBySelectorInput!) {
  addressUpdateBySelector(input: $input) { affectedCount affectedIds userErrors { code path } dryRun { events } }
}";

fn ids(answer: &Answer, mutation: &str) -> Vec<Option<String>> {
    answer.data()[mutation]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["address"]["id"].as_str().map(str::to_owned))
        .collect()
}

async fn create(app: &TestApp, admin: &Persona, rows: Vec<Value>, policy: &str) -> Answer {
    app.ask(
        admin,
        CREATE,
        json!({ "input": { "addresses": rows, "errorPolicy": policy } }),
    )
    .await
}

on_both! {
    async fn many_are_created_all_or_those_that_are_right(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, &admin, "ada").await, customer(&app, &admin, "bob").await);
        let rows = vec![
            german(json!({ "customerId": ada, "isDefaultShipping": true })),
            german(json!({ "customerId": ada, "isDefaultShipping": true })),
            german(json!({ "customerId": bob, "isDefaultShipping": true })),
            german(json!({ "customerId": bob, "postalCode": "1" })),
            german(json!({ "customerId": "cus_01JAB2C3D4E5F6G7H8J9KMNPQR" })),
            german(json!({})),
            german(json!({ "customerId": bob, "postalCode": "1", "skipValidation": true })),
        ];
        let wrong = told([
            ("DUPLICATED_INPUT_ITEM", "addresses.1.isDefaultShipping"),
            ("INVALID_POSTAL_CODE", "addresses.3.postalCode"),
            ("NOT_FOUND", "addresses.4.customerId"),
            ("REQUIRED", "addresses.5.customerId"),
        ]);
        let refused = create(&app, &admin, rows.clone(), "REJECT_EVERYTHING").await;
        assert_eq!(errors_of(&refused, "addressBulkCreate"), wrong);
        assert_eq!(app.count("address").await, 0);
        let answer = create(&app, &admin, rows, "REJECT_FAILED_ROWS").await;
        let written: Vec<bool> = ids(&answer, "addressBulkCreate").iter().map(Option::is_some).collect();
        assert_eq!(written, [true, false, true, false, false, false, true]);
        let rows = answer.data()["addressBulkCreate"]["results"].as_array().unwrap();
        let told: Vec<_> = rows.iter().flat_map(|row| errors(&row["userErrors"])).collect();
        assert_eq!(told, wrong);
        assert_eq!(app.count("address where is_default_shipping").await, 2);
        assert_eq!(app.count("outbox_event where topic = 'customer.address.created'").await, 3);
    }

    async fn the_cap_counts_the_rows_before(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let rows: Vec<Value> = (0..101).map(|_| german(json!({ "customerId": ada }))).collect();
        let answer = create(&app, &admin, rows, "REJECT_FAILED_ROWS").await;
        assert_eq!(ids(&answer, "addressBulkCreate").iter().flatten().count(), 99);
        assert_eq!(errors(&answer.data()["addressBulkCreate"]["results"][100]["userErrors"]), told([("LIMIT_EXCEEDED", "addresses.100")]));
        assert_eq!(app.count("address").await, 100);
    }

    async fn the_number_of_statements_does_not_grow_with_the_rows(app: TestApp) {
        let admin = app.admin().await;
        let mut owners = Vec::new();
        for number in 0..40 {
            owners.push(customer(&app, &admin, &number.to_string()).await);
        }
        let rows = |owners: &[String]| -> Vec<Value> {
            owners.iter().map(|owner| german(json!({ "customerId": owner, "isDefaultShipping": true, "isDefaultBilling": true }))).collect()
        };
        // The second time there are defaults that lose their place.
        create(&app, &admin, rows(&owners), "REJECT_EVERYTHING").await.data();
        let few = create(&app, &admin, rows(&owners[..2]), "REJECT_EVERYTHING").await;
        let many = create(&app, &admin, rows(&owners), "REJECT_EVERYTHING").await;
        assert_eq!(many.statements(), few.statements());
        assert_eq!(app.count("address where is_default_shipping").await, 40);
        let changes = |ids: Vec<Option<String>>| -> Value { ids.into_iter().map(|id| json!({ "id": id, "city": "Bremen" })).collect() };
        let few = app.ask(&admin, UPDATE, json!({ "input": { "addresses": changes(ids(&few, "addressBulkCreate")) } })).await;
        let many = app.ask(&admin, UPDATE, json!({ "input": { "addresses": changes(ids(&many, "addressBulkCreate")) } })).await;
        assert_eq!(many.data()["addressBulkUpdate"]["userErrors"], json!([]));
        assert_eq!(many.statements(), few.statements());
        assert_eq!(app.count("address where city = 'Bremen'").await, 42);
    }

    async fn defaults_change_places_within_one_bulk_update(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let one = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true }))).await;
        let other = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultBilling": true }))).await;
        // The present default is among the rows, without a word about the default.
        let swap = json!({ "addresses": [
            { "id": one, "city": "Bremen", "isDefaultBilling": true },
            { "id": other, "city": "Emden", "isDefaultShipping": true },
        ] });
        let answer = app.ask(&admin, UPDATE, json!({ "input": swap })).await;
        let results = &answer.data()["addressBulkUpdate"]["results"];
        assert_eq!(results[0]["address"], json!({ "id": one, "city": "Bremen", "version": 2, "isDefaultShipping": false }));
        assert_eq!(results[1]["address"], json!({ "id": other, "city": "Emden", "version": 2, "isDefaultShipping": true }));
        assert_eq!(defaults(&app, &admin, &ada).await, (Some(other.clone()), Some(one.clone())));
        // The present default is refused, so it loses its place and nothing else.
        let rows = json!([{ "id": one, "isDefaultShipping": true }, { "id": other, "city": "Kiel", "expectedVersion": 9 }]);
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "addresses": rows, "errorPolicy": "REJECT_FAILED_ROWS" } })).await;
        assert_eq!(errors(&answer.data()["addressBulkUpdate"]["results"][1]["userErrors"]), told([("CONFLICT", "addresses.1.expectedVersion")]));
        assert_eq!(defaults(&app, &admin, &ada).await, (Some(one.clone()), Some(one)));
        assert_eq!(app.count("address where city = 'Emden'").await, 1);
    }

    async fn a_selector_changes_what_matches_and_no_more_than_expected(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, &admin, "ada").await, customer(&app, &admin, "bob").await);
        for owner in [&ada, &ada, &bob] {
            address(&app, &admin, german(json!({ "customerId": owner }))).await;
        }
        let of_ada = json!({ "customerId": { "eq": ada } });
        let input = |most: i32, dry_run: bool| json!({ "input": { "where": of_ada, "address": { "city": "Bremen" }, "maxAffected": most, "dryRun": dry_run } });
        let answer = app.ask(&admin, BY_SELECTOR, input(1, false)).await;
        assert_eq!(errors_of(&answer, "addressUpdateBySelector"), told([("SELECTOR_TOO_BROAD", "where")]));
        let answer = app.ask(&admin, BY_SELECTOR, input(2, true)).await;
        assert_eq!(answer.data()["addressUpdateBySelector"]["dryRun"]["events"].as_array().unwrap().len(), 2);
        assert_eq!(app.count("address where city = 'Bremen'").await, 0);
        let answer = app.ask(&admin, BY_SELECTOR, input(2, false)).await;
        assert_eq!(answer.data()["addressUpdateBySelector"]["affectedCount"], 2);
        assert_eq!(app.count("address where city = 'Bremen'").await, 2);
        let answer = app.ask(&admin, BY_SELECTOR, json!({ "input": { "where": {}, "address": {}, "maxAffected": 5 } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        let answer = app.ask(&admin, BY_SELECTOR, json!({ "input": { "where": of_ada, "address": { "countryCode": null }, "maxAffected": 5 } })).await;
        assert_eq!(errors_of(&answer, "addressUpdateBySelector"), told([("REQUIRED", "address.countryCode")]));
    }

    async fn who_may_only_read_addresses_writes_none(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let reader = app.api_key("reader", "addresses:read,customers:*").await;
        for (mutation, input) in [
            (CREATE, json!({ "addresses": [german(json!({ "customerId": ada }))] })),
            (UPDATE, json!({ "addresses": [{ "id": "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR" }] })),
            (BY_SELECTOR, json!({ "where": { "isValid": true }, "address": {}, "maxAffected": 5 })),
        ] {
            assert_eq!(app.ask(&reader, mutation, json!({ "input": input })).await.codes(), ["FORBIDDEN"]);
        }
        assert_eq!(app.count("address").await, 0);
    }
}
