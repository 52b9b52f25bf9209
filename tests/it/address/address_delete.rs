//! `addressDelete` and `addressBulkDelete`.

use std::sync::Arc;

use customer_graph::{
    auth::Viewer,
    config::Limits,
    features::address::service::{self, AddressDelete},
    work::{Call, CallParts, Plain, UnitOfWork, WriteError, WriteOptions},
};
use serde_json::{Value, json};

use super::{address, customer, defaults, errors, errors_of, german, told};
use crate::on_both;

const DELETE: &str = "mutation($input: AddressDeleteInput!) {
  addressDelete(input: $input) { deletedAddressId userErrors { code path } dryRun { events } }
}";

const BULK_DELETE: &str = "mutation($input: AddressBulkDeleteInput!) {
  addressBulkDelete(input: $input) {
    results { deletedAddressId userErrors { code path } } userErrors { code path } dryRun { events }
  }
}";

const UNKNOWN: &str = "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR";

on_both! {
    async fn a_deleted_address_is_gone_and_promotes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true }))).await;
        address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let dry = app.ask(&admin, DELETE, json!({ "input": { "id": id, "dryRun": true } })).await;
        assert_eq!(dry.data()["addressDelete"]["dryRun"]["events"], json!(["customer.address.deleted"]));
        assert_eq!(app.count("address").await, 2);
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": id, "expectedVersion": 1, "idempotencyKey": "gone" } })).await;
        assert_eq!(answer.data()["addressDelete"], json!({ "deletedAddressId": id, "userErrors": [], "dryRun": null }));
        let again = app.ask(&admin, DELETE, json!({ "input": { "id": id, "expectedVersion": 1, "idempotencyKey": "gone" } })).await;
        assert_eq!(again.data()["addressDelete"]["deletedAddressId"], id.as_str());
        assert_eq!(app.count("address").await, 1);
        assert_eq!(defaults(&app, &admin, &ada).await, (None, None));
        assert_eq!(app.count("outbox_event where topic = 'customer.address.deleted'").await, 1);
        assert_eq!(app.count("timeline_entry where type = 'customer.address.deleted'").await, 1);
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": id } })).await;
        assert_eq!(errors_of(&answer, "addressDelete"), told([("NOT_FOUND", "id")]));
    }

    async fn where_the_shop_wants_it_the_address_changed_last_becomes_the_default(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let gone = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true }))).await;
        let changed = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let billing = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultBilling": true }))).await;
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        app.ask(&admin, "mutation($id: ID!) { addressUpdate(input: { id: $id, city: \"Bremen\" }) { userErrors { code } } }", json!({ "id": changed })).await.data();
        let limits = Limits { promote_default_address: true, ..Limits::default() };
        let parts = CallParts { limits: Arc::new(limits), ..app.app.parts.clone() };
        let call = Arc::new(Call::new(parts, Viewer::System, "req_test".to_owned(), None));
        let delete = AddressDelete { id: gone.parse().unwrap(), expected_version: None };
        call.write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            let gone = service::delete(unit, &[delete]).await?.remove(0)?;
            Ok::<_, WriteError>(Plain(gone.id))
        })
        .await
        .unwrap();
        assert_eq!(defaults(&app, &admin, &ada).await, (Some(changed.clone()), Some(billing)));
        let told = format!("outbox_event where topic = 'customer.address.updated' and object_version = 3 and object_id = '{changed}'");
        assert_eq!(app.count(&told).await, 1);
    }

    async fn an_old_version_deletes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let answer = app.ask(&admin, DELETE, json!({ "input": { "id": id, "expectedVersion": 2 } })).await;
        assert_eq!(errors_of(&answer, "addressDelete"), told([("CONFLICT", "expectedVersion")]));
        assert_eq!(app.count("address").await, 1);
    }

    async fn many_are_deleted_all_or_those_that_are_there(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, &admin, "ada").await, customer(&app, &admin, "bob").await);
        let one = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let other = address(&app, &admin, german(json!({ "customerId": bob }))).await;
        let ids = json!([one, UNKNOWN, other, one]);
        let answer = app.ask(&admin, BULK_DELETE, json!({ "input": { "ids": ids } })).await;
        assert_eq!(errors_of(&answer, "addressBulkDelete"), told([("NOT_FOUND", "ids.1"), ("DUPLICATED_INPUT_ITEM", "ids.3")]));
        assert_eq!(app.count("address").await, 2);
        let answer = app.ask(&admin, BULK_DELETE, json!({ "input": { "ids": ids, "errorPolicy": "REJECT_FAILED_ROWS" } })).await;
        let results = answer.data()["addressBulkDelete"]["results"].as_array().unwrap();
        let gone: Vec<&Value> = results.iter().map(|row| &row["deletedAddressId"]).collect();
        assert_eq!(gone, [&json!(one), &Value::Null, &json!(other), &Value::Null]);
        assert_eq!(errors(&results[1]["userErrors"]), told([("NOT_FOUND", "ids.1")]));
        assert_eq!(app.count("address").await, 0);
        let answer = app.ask(&admin, BULK_DELETE, json!({ "input": { "ids": [] } })).await;
        assert_eq!(errors_of(&answer, "addressBulkDelete"), told([("REQUIRED", "ids")]));
    }
}
