//! Groups by their keys, in lists, and as nodes.

use serde_json::json;

use super::*;
use crate::on_both;

fn names(nodes: &Value) -> Vec<&str> {
    list(nodes)
        .iter()
        .map(|node| node["name"].as_str().unwrap_or("null"))
        .collect()
}

on_both! {
    async fn a_group_is_found_by_exactly_one_key(app: TestApp) {
        let admin = app.admin().await;
        let id = group(&app, &admin, "Café Gold").await;
        let by = |arguments: &str| format!("{{ customerGroup({arguments}) {{ id }} }}");
        for arguments in [format!("id: \"{id}\""), "name: \"cafe GOLD\"".to_owned()] {
            let answer = app.ask(&admin, &by(&arguments), json!({})).await;
            assert_eq!(answer.data()["customerGroup"]["id"], json!(id), "{arguments}");
        }
        for arguments in ["name: \"nothing\"".to_owned(), "externalId: \"nothing\"".to_owned(), format!("id: \"{}\"", nobody("cusgroup")), "name: \"a\\u0000\"".to_owned()] {
            let answer = app.ask(&admin, &by(&arguments), json!({})).await;
            assert_eq!(answer.data()["customerGroup"], json!(null), "{arguments}");
        }
        for arguments in [format!("id: \"{id}\", name: \"x\""), "externalId: null".to_owned(), format!("id: \"{}\"", nobody("cus"))] {
            let answer = app.ask(&admin, &by(&arguments), json!({})).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{arguments}");
        }
    }

    async fn lists_are_searched_filtered_sorted_and_paged(app: TestApp) {
        let admin = app.admin().await;
        for name in ["Élite", "Gold", "gold plus", "Bronze"] {
            group(&app, &admin, name).await;
        }
        let ask = async |arguments: &str| {
            let query = format!("{{ customerGroups({arguments}) {{ nodes {{ name }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}");
            app.ask(&admin, &query, json!({})).await.data()["customerGroups"].clone()
        };
        assert_eq!(names(&ask("first: 10").await["nodes"]), ["Bronze", "gold plus", "Gold", "Élite"]);
        assert_eq!(names(&ask("query: \"OLD\", sort: [{ key: NAME }]").await["nodes"]), ["Gold", "gold plus"]);
        assert_eq!(names(&ask("query: \"100%\"").await["nodes"]), Vec::<&str>::new());
        assert_eq!(names(&ask("where: { OR: [{ name: { eq: \"elite\" } }, { name: { startsWith: \"BRO\" } }] }, sort: [{ key: NAME, direction: DESC }]").await["nodes"]), ["Élite", "Bronze"]);
        assert_eq!(names(&ask("where: { NOT: { externalId: { eq: \"x\" } }, name: { contains: \"gold\" } }, sort: [{ key: CREATED_AT }]").await["nodes"]), ["Gold", "gold plus"]);
        let page = ask("first: 3, sort: [{ key: NAME }]").await;
        assert_eq!((names(&page["nodes"]), &page["totalCount"], &page["pageInfo"]["hasNextPage"]), (vec!["Bronze", "Élite", "Gold"], &json!(4), &json!(true)));
        let cursor = text(&page["pageInfo"]["endCursor"]);
        let rest = ask(&format!("first: 3, sort: [{{ key: NAME }}], after: \"{cursor}\"")).await;
        assert_eq!(names(&rest["nodes"]), ["gold plus"]);
    }

    async fn groups_and_memberships_are_nodes(app: TestApp) {
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        let people = customers(&app, &admin, 1).await;
        let answer = app.ask(&admin, "mutation($input: GroupMembershipsAddInput!) { groupMembershipsAdd(input: $input) { results { membershipId } } }", json!({ "input": { "pairs": [{ "customerId": people[0], "groupId": gold }] } })).await;
        let membership = text(&answer.data()["groupMembershipsAdd"]["results"][0]["membershipId"]);
        let answer = app.ask(&admin, "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on CustomerGroupMembership { addedAt group { name } customer { id } } } }", json!({ "ids": [gold, membership, nobody("cusgroup"), nobody("cusgc")] })).await;
        let nodes = &answer.data()["nodes"];
        assert_eq!(nodes[0], json!({ "id": gold, "__typename": "CustomerGroup" }));
        assert_eq!(nodes[1]["group"]["name"], "Gold");
        assert_eq!(nodes[1]["customer"]["id"], json!(people[0]));
        assert_eq!((&nodes[2], &nodes[3]), (&json!(null), &json!(null)));
    }
}
