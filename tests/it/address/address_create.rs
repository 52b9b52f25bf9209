//! `addressCreate`.

use serde_json::{Value, json};

use super::{CREATE, address, customer, errors_of, german, told};
use crate::{harness::Persona, on_both};

on_both! {
    async fn an_address_is_created_with_what_follows_from_its_country(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let input = json!({
            "customerId": ada, "addressName": " Home ", "firstName": "Ada", "lastName": "Byron", "phone": "(415) 555-2671",
            "address1": "1 Main Street", "city": "San Francisco", "province": "California", "postalCode": "94105",
            "countryCode": "us", "isDefaultShipping": true, "metadata": { "floor": 2 }, "privateMetadata": { "risk": "low" },
        });
        let answer = app.ask(&admin, CREATE, json!({ "input": input })).await;
        let address = &answer.data()["addressCreate"]["address"];
        assert_eq!(address["customer"]["id"], ada.as_str());
        assert_eq!(address["addressName"], "Home");
        assert_eq!(address["countryCode"], "US");
        assert_eq!(address["province"], "California");
        assert_eq!(address["provinceCode"], "CA");
        assert_eq!(address["phone"], "(415) 555-2671");
        assert_eq!(address["phoneE164"], "+14155552671");
        assert_eq!((&address["isDefaultShipping"], &address["isDefaultBilling"]), (&json!(true), &json!(false)));
        assert_eq!(address["validation"], json!({ "isValid": true, "findings": [] }));
        assert_eq!(address["formatted"], json!(["Ada Byron", "1 Main Street", "San Francisco, CA 94105", "United States"]));
        assert_eq!(address["metadata"], json!({ "floor": 2 }));
        assert_eq!(address["version"], 1);
        assert_eq!(app.count("timeline_entry where type = 'customer.address.created'").await, 1);
        let about_ada = format!("outbox_event where topic = 'customer.address.created' and object_id = '{}'", address["id"].as_str().unwrap());
        assert_eq!(app.count(&about_ada).await, 1);
    }

    async fn the_first_address_becomes_no_default_by_itself(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": ada })) })).await;
        let address = &answer.data()["addressCreate"]["address"];
        assert_eq!((&address["isDefaultShipping"], &address["isDefaultBilling"]), (&json!(false), &json!(false)));
    }

    async fn every_complaint_comes_at_once_with_its_path(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let answer = app.ask(&admin, CREATE, json!({ "input": {
            "customerId": ada, "lastName": "x".repeat(300), "address1": "a\u{0}b", "city": " ", "province": "Narnia",
            "postalCode": "1", "countryCode": "US", "phone": "1".repeat(41),
            "metadata": { "a": { "b": { "c": { "d": 1 } } } },
        } })).await;
        let mut errors = errors_of(&answer, "addressCreate");
        errors.sort();
        let expected = [
            ("INVALID", "address1"), ("INVALID_POSTAL_CODE", "postalCode"), ("INVALID_PROVINCE", "province"),
            ("METADATA_TOO_LARGE", "metadata"), ("REQUIRED", "city"), ("REQUIRED", "firstName"),
            ("TOO_LONG", "lastName"), ("TOO_LONG", "phone"),
        ];
        assert_eq!(errors, told(expected));
        assert!(!answer.body.to_string().contains("Narnia"), "no error repeats what was typed");
        assert_eq!(app.count("address").await, 0);
    }

    async fn an_unknown_or_missing_country_is_refused_even_without_validation(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        for (country, code) in [(json!("XX"), "INVALID_COUNTRY"), (json!("Germany"), "INVALID_COUNTRY"), (json!("D\u{0}"), "INVALID_COUNTRY"), (Value::Null, "REQUIRED")] {
            let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": ada, "countryCode": country, "skipValidation": true })) })).await;
            assert_eq!(errors_of(&answer, "addressCreate"), told([(code, "countryCode")]));
        }
    }

    async fn staff_may_store_an_address_with_what_is_wrong_with_it(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let wrong = german(json!({ "customerId": ada, "postalCode": "1", "firstName": null }));
        let answer = app.ask(&admin, CREATE, json!({ "input": wrong })).await;
        assert_eq!(answer.user_errors("addressCreate"), ["REQUIRED", "INVALID_POSTAL_CODE"]);
        let mut skipping = wrong;
        skipping["skipValidation"] = json!(true);
        let answer = app.ask(&admin, CREATE, json!({ "input": skipping })).await;
        let validation = &answer.data()["addressCreate"]["address"]["validation"];
        assert_eq!(validation["isValid"], false);
        assert_eq!(validation["findings"], json!([
            { "field": "FIRST_NAME", "code": "REQUIRED", "message": "An address in Germany needs a first name." },
            { "field": "POSTAL_CODE", "code": "INVALID_POSTAL_CODE", "message": "A postal code of Germany looks like 26133." },
        ]));
        let listed = "query($valid: Boolean!) { addresses(where: { isValid: $valid }) { totalCount } }";
        assert_eq!(app.ask(&admin, listed, json!({ "valid": false })).await.data()["addresses"]["totalCount"], 1);
        assert_eq!(app.ask(&admin, listed, json!({ "valid": true })).await.data()["addresses"]["totalCount"], 0);
    }

    async fn a_new_default_takes_the_place_of_the_old_one(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let both = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true, "isDefaultBilling": true }))).await;
        let shipping = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true }))).await;
        let answer = app.ask(&admin, "query($id: ID!) { customer(id: $id) { defaultShippingAddress { id version } defaultBillingAddress { id version } } }", json!({ "id": ada })).await;
        assert_eq!(answer.data()["customer"], json!({
            "defaultShippingAddress": { "id": shipping, "version": 1 },
            "defaultBillingAddress": { "id": both, "version": 2 },
        }));
        let told = format!("outbox_event where topic = 'customer.address.updated' and object_version = 2 and object_id = '{both}'");
        assert_eq!(app.count(&told).await, 1);
        assert_eq!(app.count("timeline_entry where type = 'customer.address.updated'").await, 1);
    }

    async fn an_owner_that_is_not_there_is_not_found(app: TestApp) {
        let admin = app.admin().await;
        let nobody = "cus_01JAB2C3D4E5F6G7H8J9KMNPQR";
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": nobody })) })).await;
        assert_eq!(errors_of(&answer, "addressCreate"), told([("NOT_FOUND", "customerId")]));
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "organizationUnitId": nobody.replace("cus_", "orgunit_") })) })).await;
        assert_eq!(errors_of(&answer, "addressCreate"), told([("NOT_FOUND", "organizationUnitId")]));
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({})) })).await;
        assert_eq!(errors_of(&answer, "addressCreate"), told([("REQUIRED", "customerId")]));
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": nobody.replace("cus_", "cuaddr_") })) })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(app.count("address").await, 0);
    }

    async fn who_may_write_customers_may_not_write_addresses(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let input = json!({ "input": german(json!({ "customerId": ada })) });
        let clerk = app.api_key("clerk", "customers:write,customers:read,addresses:read").await;
        assert_eq!(app.ask(&clerk, CREATE, input.clone()).await.codes(), ["FORBIDDEN"]);
        assert_eq!(app.ask(&Persona::anonymous(), CREATE, input).await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(app.count("address").await, 0);
    }

    async fn a_customer_has_at_most_a_hundred_addresses(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        for _ in 0..100 {
            address(&app, &admin, german(json!({ "customerId": ada }))).await;
        }
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": ada })) })).await;
        assert_eq!(answer.user_errors("addressCreate"), ["LIMIT_EXCEEDED"]);
        assert_eq!(app.count("address").await, 100);
    }

    async fn a_dry_run_writes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let old = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultBilling": true }))).await;
        let answer = app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": ada, "isDefaultBilling": true, "dryRun": true })) })).await;
        let dry_run = &answer.data()["addressCreate"]["dryRun"];
        assert_eq!(dry_run["events"], json!(["customer.address.updated", "customer.address.created"]));
        assert_eq!(dry_run["changes"][0], json!({ "objectId": old, "path": "isDefaultBilling", "after": false }));
        assert_eq!(app.count("address").await, 1);
        assert_eq!(app.count("timeline_entry where type like 'customer.address.%'").await, 1);
    }

    async fn the_same_idempotency_key_creates_nothing_twice(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let input = german(json!({ "customerId": ada, "idempotencyKey": "one" }));
        let first = address(&app, &admin, input.clone()).await;
        assert_eq!(address(&app, &admin, input.clone()).await, first);
        assert_eq!(app.count("address").await, 1);
        let mut other = input;
        other["city"] = json!("Bremen");
        let answer = app.ask(&admin, CREATE, json!({ "input": other })).await;
        assert_eq!(answer.user_errors("addressCreate"), ["IDEMPOTENCY_MISMATCH"]);
    }

    async fn two_defaults_at_once_leave_exactly_one(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        for _ in 0..5 {
            let one = || app.ask(&admin, CREATE, json!({ "input": german(json!({ "customerId": ada, "isDefaultShipping": true })) }));
            let (one, other, third) = tokio::join!(one(), one(), one());
            for answer in [one, other, third] {
                assert!(answer.data()["addressCreate"]["address"]["id"].is_string(), "{:#}", answer.body);
            }
        }
        assert_eq!(app.count("address").await, 15);
        assert_eq!(app.count("address where is_default_shipping").await, 1);
    }
}
