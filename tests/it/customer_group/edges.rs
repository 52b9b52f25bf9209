//! The groups of customers and the customers of groups.

use serde_json::json;

use super::*;
use crate::on_both;

on_both! {
    async fn the_groups_of_many_customers_are_one_statement(app: TestApp) {
        let admin = app.admin().await;
        let people = customers(&app, &admin, 100).await;
        for name in ["Gold", "Silver", "Bronze"] {
            let id = group(&app, &admin, name).await;
            add(&app, &admin, &id, &people).await;
        }
        let ask = async |first: usize, fields: &str| {
            let query = format!("{{ customers(first: {first}) {{ nodes {{ groups(first: 2) {{ {fields} }} }} }} }}");
            let answer = app.ask(&admin, &query, json!({})).await;
            for customer in list(&answer.data()["customers"]["nodes"]) {
                assert_eq!(customer["groups"]["nodes"], json!([{ "name": "Bronze" }, { "name": "Silver" }]));
            }
            answer.statements()
        };
        assert_eq!((ask(5, "nodes { name }").await, ask(100, "nodes { name }").await), (2, 2));
        let counted = "nodes { name } totalCount";
        assert_eq!((ask(5, counted).await, ask(100, counted).await), (3, 3));
    }

    async fn the_customers_of_many_groups_are_one_statement(app: TestApp) {
        let admin = app.admin().await;
        let people = customers(&app, &admin, 3).await;
        for number in 0..20 {
            let id = group(&app, &admin, &format!("Group {number}")).await;
            add(&app, &admin, &id, &people[..2]).await;
        }
        let ask = async |first: usize| {
            let query = format!("{{ customerGroups(first: {first}) {{ nodes {{ customers(where: {{ firstName: {{ ne: \"000\" }} }}) {{ nodes {{ firstName }} totalCount }} }} }} }}");
            let answer = app.ask(&admin, &query, json!({})).await;
            for group in list(&answer.data()["customerGroups"]["nodes"]) {
                assert_eq!(group["customers"], json!({ "nodes": [{ "firstName": "001" }], "totalCount": 1 }));
            }
            answer.statements()
        };
        assert_eq!((ask(2).await, ask(20).await), (3, 3));
    }

    async fn pages_of_groups_follow_the_order_of_membership(app: TestApp) {
        let admin = app.admin().await;
        let people = customers(&app, &admin, 2).await;
        for name in ["One", "Two", "Three"] {
            let id = group(&app, &admin, name).await;
            add(&app, &admin, &id, &people).await;
        }
        let query = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
          customer(id: $id) { groups(first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { name } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          } }
        }";
        let names = |page: &Value| -> Vec<String> { list(&page["edges"]).iter().map(|edge| text(&edge["node"]["name"])).collect() };
        let page = app.ask(&admin, query, json!({ "id": people[0], "first": 2 })).await.data()["customer"]["groups"].clone();
        assert_eq!(names(&page), ["Three", "Two"]);
        assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"], &page["pageInfo"]["hasPreviousPage"]), (&json!(3), &json!(true), &json!(false)));
        assert_eq!(page["pageInfo"]["endCursor"], page["edges"][1]["cursor"]);
        let next = app.ask(&admin, query, json!({ "id": people[0], "first": 2, "after": page["pageInfo"]["endCursor"] })).await.data()["customer"]["groups"].clone();
        assert_eq!(names(&next), ["One"]);
        let back = app.ask(&admin, query, json!({ "id": people[0], "last": 1, "before": next["pageInfo"]["startCursor"] })).await.data()["customer"]["groups"].clone();
        assert_eq!(names(&back), ["Two"]);
        let filtered = app.ask(&admin, "query($id: ID!) { customer(id: $id) { groups(where: { name: { eq: \"two\" } }) { nodes { name } totalCount } } }", json!({ "id": people[0] })).await;
        assert_eq!(filtered.data()["customer"]["groups"], json!({ "nodes": [{ "name": "Two" }], "totalCount": 1 }));
    }

    async fn a_customer_in_no_group_is_not_in_the_group(app: TestApp) {
        let admin = app.admin().await;
        let people = customers(&app, &admin, 3).await;
        let (gold, silver) = (group(&app, &admin, "Gold").await, group(&app, &admin, "Silver").await);
        add(&app, &admin, &gold, &people[..1]).await;
        add(&app, &admin, &silver, &people[..2]).await;
        for (filter, found) in [
            (json!({ "groups": { "id": { "in": [gold] } } }), vec!["000"]),
            (json!({ "groups": { "id": { "notIn": [gold] } } }), vec!["001", "002"]),
            (json!({ "NOT": { "groups": { "id": { "eq": gold } } } }), vec!["001", "002"]),
            (json!({ "NOT": { "groups": { "id": { "in": [gold, silver] } } } }), vec!["002"]),
            (json!({ "groups": { "id": { "in": [silver], "notIn": [gold] } } }), vec!["001"]),
        ] {
            let answer = app.ask(&admin, "query($where: CustomerWhere) { customers(where: $where, sort: [{ key: FIRST_NAME }]) { nodes { firstName } } }", json!({ "where": filter })).await;
            let names: Vec<&str> = list(&answer.data()["customers"]["nodes"]).iter().map(|node| node["firstName"].as_str().unwrap()).collect();
            assert_eq!(names, found, "{filter}");
        }
    }
}
