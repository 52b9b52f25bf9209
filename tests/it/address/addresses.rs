//! Reading addresses: one, lists, and the edges of customers.

use serde_json::{Value, json};

use super::{address, customer, german};
use crate::{harness::Persona, on_both};

const PAGE: &str = "query($first: Int!) {
  customers(first: $first) {
    nodes {
      id
      addresses(first: 2) { nodes { id city customer { id } } pageInfo { hasNextPage } }
      defaultShippingAddress { id }
      defaultBillingAddress { id }
    }
  }
}";

fn cities(list: &Value) -> Vec<&str> {
    list["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["city"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn a_page_of_customers_with_addresses_is_as_many_statements_for_five_as_for_a_hundred(app: TestApp) {
        let admin = app.admin().await;
        let rows: Value = (0..100).map(|number| json!({ "externalId": number.to_string() })).collect();
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } } }";
        let answer = app.ask(&admin, create, json!({ "input": { "customers": rows } })).await;
        let owners = answer.data()["customerBulkCreate"]["results"].as_array().unwrap().clone();
        let rows: Value = owners.iter().flat_map(|row| {
            let owner = row["customer"]["id"].as_str().unwrap();
            (0..3).map(move |number| german(json!({ "customerId": owner, "isDefaultShipping": number == 0, "isDefaultBilling": number == 1 })))
        }).collect();
        let create = "mutation($input: AddressBulkCreateInput!) { addressBulkCreate(input: $input) { userErrors { code } } }";
        app.ask(&admin, create, json!({ "input": { "addresses": rows } })).await.data();
        let five = app.ask(&admin, PAGE, json!({ "first": 5 })).await;
        let hundred = app.ask(&admin, PAGE, json!({ "first": 100 })).await;
        let nodes = hundred.data()["customers"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 100);
        for node in nodes {
            let own = node["addresses"]["nodes"].as_array().unwrap();
            assert_eq!(own.len(), 2);
            assert!(own.iter().all(|address| address["customer"]["id"] == node["id"]));
            assert_eq!(own[0]["id"], node["defaultShippingAddress"]["id"]);
            assert_eq!(own[1]["id"], node["defaultBillingAddress"]["id"]);
            assert_eq!(node["addresses"]["pageInfo"]["hasNextPage"], true);
        }
        // Customers, their addresses, both their defaults, the customers of those addresses.
        assert_eq!((five.statements(), hundred.statements()), (4, 4));
        let only = "query($first: Int!) { customers(first: $first) { nodes { addresses { nodes { city } } } } }";
        assert_eq!(app.ask(&admin, only, json!({ "first": 100 })).await.statements(), 2);
        let counted = "query($first: Int!) { customers(first: $first) { nodes { addresses(first: 1) { totalCount } } } }";
        let counted = app.ask(&admin, counted, json!({ "first": 100 })).await;
        assert_eq!(counted.data()["customers"]["nodes"][7]["addresses"]["totalCount"], 3);
        assert_eq!(counted.statements(), 3);
    }

    async fn a_customers_addresses_come_oldest_first_in_pages(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, &admin, "ada").await, customer(&app, &admin, "bob").await);
        for city in ["A", "B", "C"] {
            address(&app, &admin, german(json!({ "customerId": ada, "city": city }))).await;
        }
        address(&app, &admin, german(json!({ "customerId": bob, "city": "D" }))).await;
        let query = "query($id: ID!, $after: String) { customer(id: $id) { addresses(first: 2, after: $after) { nodes { city } pageInfo { hasNextPage endCursor } totalCount } } }";
        let answer = app.ask(&admin, query, json!({ "id": ada })).await;
        let page = &answer.data()["customer"]["addresses"];
        assert_eq!((cities(page), &page["totalCount"]), (vec!["A", "B"], &json!(3)));
        let answer = app.ask(&admin, query, json!({ "id": ada, "after": page["pageInfo"]["endCursor"] })).await;
        let page = &answer.data()["customer"]["addresses"];
        assert_eq!((cities(page), &page["pageInfo"]["hasNextPage"]), (vec!["C"], &json!(false)));
        let query = "query($id: ID!) { customer(id: $id) { addresses(last: 2, sort: [{ key: CREATED_AT, direction: DESC }], where: { city: { in: [\"A\", \"B\"] } }) { nodes { city } } } }";
        let answer = app.ask(&admin, query, json!({ "id": ada })).await;
        assert_eq!(cities(&answer.data()["customer"]["addresses"]), ["B", "A"]);
    }

    async fn a_copy_is_kept_by_asking_for_what_changed_since(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let old = address(&app, &admin, german(json!({ "customerId": ada, "city": "A" }))).await;
        address(&app, &admin, german(json!({ "customerId": ada, "city": "B" }))).await;
        let erp = app.api_key("erp", "addresses:read").await;
        let query = "query($after: DateTime) { addresses(where: { updatedAt: { after: $after } }, sort: [{ key: UPDATED_AT }]) { nodes { id city updatedAt customer { id } } totalCount } }";
        let answer = app.ask(&erp, query, json!({})).await;
        let list = &answer.data()["addresses"];
        assert_eq!(cities(list), ["A", "B"]);
        assert_eq!(list["nodes"][0]["customer"], Value::Null, "the key may not see customers");
        let seen = list["nodes"][1]["updatedAt"].clone();
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        app.ask(&admin, "mutation($id: ID!) { addressUpdate(input: { id: $id, city: \"A2\" }) { userErrors { code } } }", json!({ "id": old })).await.data();
        let answer = app.ask(&erp, query, json!({ "after": seen })).await;
        assert_eq!((cities(&answer.data()["addresses"]), &answer.data()["addresses"]["totalCount"]), (vec!["A2"], &json!(1)));
        let newest = app.ask(&erp, "{ addresses(first: 1) { nodes { city } } }", json!({})).await;
        assert_eq!(cities(&newest.data()["addresses"]), ["B"]);
    }

    async fn addresses_are_filtered_by_what_they_are(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, &admin, "ada").await, customer(&app, &admin, "bob").await);
        address(&app, &admin, german(json!({ "customerId": ada, "city": "A", "isDefaultBilling": true, "metadata": { "tier": "gold" } }))).await;
        address(&app, &admin, german(json!({ "customerId": bob, "city": "B", "countryCode": "AT", "postalCode": "1010" }))).await;
        for (filter, found) in [
            (json!({ "customerId": { "eq": ada } }), vec!["A"]),
            (json!({ "countryCode": ["at"] }), vec!["B"]),
            (json!({ "isDefaultBilling": true }), vec!["A"]),
            (json!({ "postalCode": { "startsWith": "10" } }), vec!["B"]),
            (json!({ "metadata": { "path": ["tier"], "eq": "gold" } }), vec!["A"]),
            (json!({ "organizationUnitId": { "in": [] } }), vec![]),
            (json!({ "NOT": { "city": { "eq": "A" } } }), vec!["B"]),
            (json!({ "OR": [{ "city": { "eq": "A" } }, { "city": { "eq": "B" } }] }), vec!["A", "B"]),
        ] {
            let answer = app.ask(&admin, "query($where: AddressWhere) { addresses(where: $where, sort: [{ key: CREATED_AT }]) { nodes { city } } }", json!({ "where": filter })).await;
            assert_eq!(cities(&answer.data()["addresses"]), found, "{filter}");
        }
        for filter in [json!({ "countryCode": ["XX"] }), json!({ "customerId": { "eq": "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR" } })] {
            let answer = app.ask(&admin, "query($where: AddressWhere) { addresses(where: $where) { nodes { city } } }", json!({ "where": filter })).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        }
    }

    async fn who_may_not_read_addresses_sees_none_by_any_route(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true }))).await;
        let clerk = app.api_key("clerk", "customers:*").await;
        let ids = json!({ "id": id, "ada": ada });
        for (query, path) in [
            ("query($ada: ID!) { customer(id: $ada) { id addresses { nodes { id } } } }", "/customer/addresses"),
            ("query($ada: ID!) { customer(id: $ada) { id defaultShippingAddress { id } } }", "/customer/defaultShippingAddress"),
            ("query($id: ID!) { address(id: $id) { id } }", "/address"),
            ("{ addresses { nodes { id } } }", "/addresses"),
        ] {
            let answer = app.ask(&clerk, query, ids.clone()).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{query}");
            assert_eq!(answer.body["data"].pointer(path), Some(&Value::Null), "{:#}", answer.body);
        }
        let node = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
        for persona in [&clerk, &Persona::anonymous()] {
            let answer = app.ask(persona, node, json!({ "id": id })).await;
            assert_eq!(answer.data(), &json!({ "node": null, "nodes": [null] }));
        }
        let answer = app.ask(&admin, node, json!({ "id": id })).await;
        assert_eq!(answer.data()["node"]["id"], id.as_str());
    }

    async fn private_metadata_needs_the_permission(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        address(&app, &admin, german(json!({ "customerId": ada, "metadata": { "a": 1, "b": 2 }, "privateMetadata": { "x": 1 } }))).await;
        let query = "{ addresses { nodes { metadata(keys: [\"b\"]) privateMetadata } } }";
        let answer = app.ask(&admin, query, json!({})).await;
        assert_eq!(answer.data()["addresses"]["nodes"][0], json!({ "metadata": { "b": 2 }, "privateMetadata": { "x": 1 } }));
        let writer = app.api_key("writer", "addresses:write").await;
        let create = "mutation($input: AddressCreateInput!) { addressCreate(input: $input) { address { id privateMetadata } } }";
        let answer = app.ask(&writer, create, json!({ "input": german(json!({ "customerId": ada })) })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["addressCreate"]["address"]["privateMetadata"], Value::Null);
    }
}
