//! Who sees groups, and who does not.

use std::sync::Arc;

use customer_graph::{auth::Viewer, graphql::Loaders, schema, work::Call};
use entity::id::{CustomerId, PrefixedId};
use serde_json::json;

use super::*;
use crate::on_both;

/// What the schema answers to this customer in store scope: the data, and the codes of the errors.
async fn in_store(app: &TestApp, customer: &str, query: &str) -> (Value, Vec<String>) {
    let parts = &app.app.parts;
    let now = parts.clock.now();
    let viewer = Viewer::Store {
        customer: CustomerId::parse(customer).unwrap(),
        identity: parts.ids.next(now),
        session: parts.ids.next(now),
        impersonator: None,
    };
    let call = Arc::new(Call::new(parts.clone(), viewer, "test".to_owned(), None));
    let request = async_graphql::Request::new(query)
        .data(Arc::clone(&call))
        .data(Loaders::new(call));
    let response = schema::build().execute(request).await;
    let codes = response
        .errors
        .iter()
        .map(|error| text(&serde_json::to_value(error).unwrap()["extensions"]["code"]))
        .collect();
    (response.data.into_json().unwrap(), codes)
}

on_both! {
    async fn a_customer_in_store_scope_sees_no_group_by_any_route(app: TestApp) {
        let admin = app.admin().await;
        let person = customers(&app, &admin, 1).await.remove(0);
        let gold = group(&app, &admin, "Gold").await;
        let answer = app.ask(&admin, "mutation($input: GroupMembersChangeInput!) { groupMembersChange(input: $input) { results { membershipId } } }", json!({ "input": { "groupId": gold, "add": [person] } })).await;
        let membership = text(&answer.data()["groupMembersChange"]["results"][0]["membershipId"]);
        let (data, codes) = in_store(&app, &person, "{ me { id groups { nodes { id } } } }").await;
        assert_eq!((&data["me"]["id"], &data["me"]["groups"], codes), (&json!(person), &json!(null), vec!["FORBIDDEN".to_owned()]));
        for id in [&gold, &membership] {
            let (data, codes) = in_store(&app, &person, &format!("{{ node(id: \"{id}\") {{ id }} }}")).await;
            assert_eq!((data, codes), (json!({ "node": null }), vec![]));
        }
        for field in [
            format!("customerGroup(id: \"{gold}\") {{ id }}"),
            "customerGroups { nodes { id } }".to_owned(),
        ] {
            let (_, codes) = in_store(&app, &person, &format!("{{ {field} }}")).await;
            assert_eq!(codes, ["FORBIDDEN"], "{field}");
        }
        for field in [
            "customerGroupCreate(input: { name: \"x\" }) { userErrors { code } }".to_owned(),
            format!("customerGroupUpdate(input: {{ id: \"{gold}\", name: \"x\" }}) {{ userErrors {{ code }} }}"),
            format!("customerGroupDelete(input: {{ id: \"{gold}\" }}) {{ userErrors {{ code }} }}"),
            format!("customerGroupBulkDelete(input: {{ ids: [\"{gold}\"] }}) {{ userErrors {{ code }} }}"),
            format!("groupMembersChange(input: {{ groupId: \"{gold}\", remove: [\"{person}\"] }}) {{ userErrors {{ code }} }}"),
            format!("customerGroupsChange(input: {{ customerId: \"{person}\", remove: [\"{gold}\"] }}) {{ userErrors {{ code }} }}"),
            format!("groupMembershipsRemove(input: {{ pairs: [{{ customerId: \"{person}\", groupId: \"{gold}\" }}] }}) {{ userErrors {{ code }} }}"),
        ] {
            let (_, codes) = in_store(&app, &person, &format!("mutation {{ {field} }}")).await;
            assert_eq!(codes, ["FORBIDDEN"], "{field}");
        }
        assert_eq!(app.count("customer_group_member").await, 1);
        let (data, _) = in_store(&app, &person, "{ __schema { types { name } } }").await;
        let types: Vec<String> = list(&data["__schema"]["types"]).iter().map(|kind| text(&kind["name"])).filter(|name| name.contains("Group")).collect();
        assert_eq!(types, ["CustomerGroupsFilter"; 0]);
    }

    async fn who_may_see_customers_alone_sees_no_groups(app: TestApp) {
        let admin = app.admin().await;
        let reader = app.api_key("reader", "customers:*").await;
        let person = customers(&app, &admin, 1).await.remove(0);
        let gold = group(&app, &admin, "Gold").await;
        add(&app, &admin, &gold, std::slice::from_ref(&person)).await;
        let answer = app.ask(&reader, "query($id: ID!, $group: ID!) { customer(id: $id) { id groups { nodes { id } } } node(id: $group) { id } customerGroup(id: $group) { id } }", json!({ "id": person, "group": gold })).await;
        assert_eq!(answer.body["data"], json!({ "customer": { "id": person, "groups": null }, "node": null, "customerGroup": null }));
        assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"]);
        // A filter tells no more than the field: nobody is in the group, so everybody is not in it.
        for (operator, count) in [("in", 0), ("notIn", 1)] {
            let answer = app.ask(&reader, &format!("query($ids: [ID!]) {{ customers(where: {{ groups: {{ id: {{ {operator}: $ids }} }} }}) {{ totalCount }} }}"), json!({ "ids": [gold] })).await;
            assert_eq!(answer.data()["customers"]["totalCount"], count, "{operator}");
        }
    }

    async fn who_may_see_groups_alone_sees_no_customers(app: TestApp) {
        let admin = app.admin().await;
        let reader = app.api_key("reader", "groups:*").await;
        let person = customers(&app, &admin, 1).await.remove(0);
        let gold = group(&app, &admin, "Gold").await;
        add(&app, &admin, &gold, std::slice::from_ref(&person)).await;
        let answer = app.ask(&reader, "query($id: ID!) { customerGroup(id: $id) { name customers { nodes { id } } } }", json!({ "id": gold })).await;
        assert_eq!(answer.body["data"]["customerGroup"], json!({ "name": "Gold", "customers": null }));
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        let answer = app.ask(&reader, "mutation($input: GroupMembersChangeInput!) { groupMembersChange(input: $input) { userErrors { code path } } }", json!({ "input": { "groupId": gold, "remove": [person] } })).await;
        assert_eq!(answer.data()["groupMembersChange"]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["remove", "0"] }]));
    }

    async fn anonymous_is_asked_to_log_in(app: TestApp) {
        let answer = app.ask(&Persona::anonymous(), "{ customerGroups { nodes { id } } }", json!({})).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
    }
}
