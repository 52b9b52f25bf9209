//! Addresses in store scope: a customer's own, and nobody else's by any route.

use customer_graph::work::Ids;
use entity::{
    id::{OrganizationId, OrganizationUnitId},
    organization, organization_unit,
};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use super::{CREATE, address, errors_of, german, told};
use crate::{harness::TestApp, on_both};

const MINE: &str =
    "{ me { addresses { nodes { id city } totalCount } defaultShippingAddress { id } defaultBillingAddress { id } } }";
const UPDATE: &str = "mutation($input: AddressUpdateInput!) { addressUpdate(input: $input) { address { id city metadata } userErrors { code path message } } }";
const SET_DEFAULT: &str = "mutation($input: AddressSetDefaultInput!) { addressSetDefault(input: $input) { address { id } userErrors { code path message } } }";
const DELETE: &str = "mutation($input: AddressDeleteInput!) { addressDelete(input: $input) { deletedAddressId userErrors { code path message } } }";
const BULK_DELETE: &str = "mutation($input: AddressBulkDeleteInput!) { addressBulkDelete(input: $input) { results { deletedAddressId } userErrors { code path message } } }";
const UNKNOWN: &str = "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR";

/// Makes an organization with its root unit and answers with the id of that.
async fn unit(app: &TestApp) -> String {
    let now = app.app.parts.clock.now();
    let db = app.app.parts.database.for_migration();
    let ids = Ids::default();
    let (organization, unit): (OrganizationId, OrganizationUnitId) = (ids.next(now), ids.next(now));
    let row = organization::Model {
        id: organization,
        name: "Acme".to_owned(),
        name_folded: "acme".to_owned(),
        legal_name: None,
        registration_number: None,
        external_id: None,
        status: organization::Status::Active,
        metadata: json!({}),
        private_metadata: json!({}),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    organization::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .unwrap();
    let row = organization_unit::Model {
        id: unit,
        organization_id: organization,
        parent_id: None,
        name: "Acme".to_owned(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    organization_unit::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .unwrap();
    unit.to_string()
}

on_both! {
    async fn a_customer_keeps_their_own_addresses(app: TestApp) {
        let ada = app.customer("ada").await;
        let home = address(&app, &ada, german(json!({ "isDefaultShipping": true }))).await;
        let work = address(&app, &ada, german(json!({ "customerId": ada.id(), "isDefaultShipping": true, "isDefaultBilling": true }))).await;
        app.ask(&ada, SET_DEFAULT, json!({ "input": { "id": home, "billing": true } })).await.data();
        let answer = app.ask(&ada, UPDATE, json!({ "input": { "id": home, "city": "Bremen" } })).await;
        assert_eq!(answer.data()["addressUpdate"]["address"]["city"], "Bremen");
        let mine = app.ask(&ada, MINE, json!({})).await;
        let me = &mine.data()["me"];
        assert_eq!(me["addresses"], json!({ "nodes": [{ "id": home, "city": "Bremen" }, { "id": work, "city": "Oldenburg" }], "totalCount": 2 }));
        assert_eq!((&me["defaultShippingAddress"]["id"], &me["defaultBillingAddress"]["id"]), (&json!(work), &json!(home)));
        let answer = app.ask(&ada, DELETE, json!({ "input": { "id": work } })).await;
        assert_eq!(answer.data()["addressDelete"]["deletedAddressId"], work.as_str());
        let answer = app.ask(&ada, BULK_DELETE, json!({ "input": { "ids": [home] } })).await;
        assert_eq!(answer.data()["addressBulkDelete"]["results"], json!([{ "deletedAddressId": home }]));
        assert_eq!(app.count("address").await, 0);
        assert_eq!(app.count("timeline_entry where type like 'customer.address.%' and actor_type = 'CUSTOMER'").await, 8);
    }

    async fn a_stranger_sees_no_address(app: TestApp) {
        let (ada, eve) = (app.customer("ada").await, app.customer("eve").await);
        let id = address(&app, &ada, german(json!({}))).await;
        let query = "query($id: ID!) { address(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } me { addresses(where: { id: { eq: $id } }) { nodes { id } totalCount } } }";
        let theirs = app.ask(&eve, query, json!({ "id": id })).await;
        let unknown = app.ask(&eve, query, json!({ "id": UNKNOWN })).await;
        assert_eq!(theirs.data(), unknown.data());
        assert_eq!(theirs.data()["address"], Value::Null);
        let own = app.ask(&ada, query, json!({ "id": id })).await;
        assert_eq!(own.data()["address"]["id"], id.as_str());
        let list = app.ask(&eve, "{ me { id } addresses { nodes { id } } }", json!({})).await;
        assert_eq!(list.codes(), ["FORBIDDEN"]);
    }

    async fn a_stranger_changes_no_address(app: TestApp) {
        let (ada, eve) = (app.customer("ada").await, app.customer("eve").await);
        let id = address(&app, &ada, german(json!({ "isDefaultShipping": true }))).await;
        for (mutation, name, with) in [
            (UPDATE, "addressUpdate", json!({ "city": "Bremen" })),
            (UPDATE, "addressUpdate", json!({ "city": "Bremen", "expectedVersion": 7 })),
            (SET_DEFAULT, "addressSetDefault", json!({ "shipping": false })),
            (DELETE, "addressDelete", json!({})),
        ] {
            let answers = [id.as_str(), UNKNOWN].map(|id| {
                let mut input = with.clone();
                input["id"] = json!(id);
                app.ask(&eve, mutation, json!({ "input": input }))
            });
            let [theirs, unknown] = answers;
            let (theirs, unknown) = (theirs.await, unknown.await);
            assert_eq!(errors_of(&theirs, name), told([("NOT_FOUND", "id")]));
            assert_eq!(theirs.data(), unknown.data(), "what is not mine looks like what is not there");
        }
        let answer = app.ask(&eve, BULK_DELETE, json!({ "input": { "ids": [id] } })).await;
        assert_eq!(errors_of(&answer, "addressBulkDelete"), told([("NOT_FOUND", "ids.0")]));
        let answer = app.ask(&eve, CREATE, json!({ "input": german(json!({ "customerId": ada.id() })) })).await;
        assert_eq!(errors_of(&answer, "addressCreate"), told([("NOT_FOUND", "customerId")]));
        assert_eq!(app.count("address where version = 1 and is_default_shipping and city = 'Oldenburg'").await, 1);
        assert_eq!(app.count("address").await, 1);
    }

    async fn what_is_for_staff_is_refused(app: TestApp) {
        let ada = app.customer("ada").await;
        let wrong = json!({ "postalCode": "1", "skipValidation": true, "metadata": { "a": 1 }, "privateMetadata": { "b": 1 } });
        let answer = app.ask(&ada, CREATE, json!({ "input": german(wrong) })).await;
        let expected = told([("FORBIDDEN_FIELD", "metadata"), ("FORBIDDEN_FIELD", "privateMetadata"), ("FORBIDDEN_FIELD", "skipValidation")]);
        assert_eq!(errors_of(&answer, "addressCreate"), expected);
        let id = address(&app, &ada, german(json!({ "skipValidation": false }))).await;
        let answer = app.ask(&ada, UPDATE, json!({ "input": { "id": id, "skipValidation": true, "metadata": { "set": { "a": 1 } }, "privateMetadata": { "delete": ["b"] } } })).await;
        assert_eq!(errors_of(&answer, "addressUpdate"), expected);
        let bulk = "mutation { addressBulkCreate(input: { addresses: [] }) { userErrors { code } } }";
        assert_eq!(app.ask(&ada, bulk, json!({})).await.codes(), ["FORBIDDEN"]);
        let answer = app.ask(&ada, "{ me { addresses { nodes { id privateMetadata } } } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["me"]["addresses"]["nodes"][0], json!({ "id": id, "privateMetadata": null }));
    }

    async fn an_organizations_address_is_no_customers(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let unit = unit(&app).await;
        let answer = app.ask(&ada, CREATE, json!({ "input": german(json!({ "organizationUnitId": unit })) })).await;
        assert_eq!(errors_of(&answer, "addressCreate"), told([("NOT_FOUND", "organizationUnitId")]));
        let id = address(&app, &admin, german(json!({ "organizationUnitId": unit, "isDefaultShipping": true }))).await;
        let other = address(&app, &admin, german(json!({ "organizationUnitId": unit, "isDefaultShipping": true }))).await;
        assert_eq!(app.count("address where is_default_shipping and customer_id is null").await, 1);
        assert_eq!(app.count("outbox_event where topic = 'organization.address.created'").await, 2);
        for id in [id, other] {
            let answer = app.ask(&ada, "query($id: ID!) { address(id: $id) { id } node(id: $id) { id } }", json!({ "id": id })).await;
            assert_eq!(answer.data(), &json!({ "address": null, "node": null }));
            let answer = app.ask(&ada, UPDATE, json!({ "input": { "id": id, "city": "Bremen" } })).await;
            assert_eq!(errors_of(&answer, "addressUpdate"), told([("NOT_FOUND", "id")]));
        }
    }
}
