//! `organization`, `organizations`, and the list of members.

use serde_json::{Value, json};

use super::{customer, mutate, organization};
use crate::on_both;

fn names(list: &Value) -> Vec<&str> {
    list["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn organizations_are_found_filtered_sorted_and_paged(app: TestApp) {
        let admin = app.admin().await;
        for name in ["Ærø Shipping", "Bilbao Foods", "Łódź Textiles", "Foods of Łódź"] {
            organization(&app, &admin, name, &[]).await;
        }
        mutate(&app, &admin, "organizationUpsert", "isCreated", json!({ "identifier": { "externalId": "Bilbao Foods" }, "status": "SUSPENDED", "metadata": { "set": { "tier": "gold" } } })).await;
        for (arguments, expected) in [
            ("query: \"LODZ foods\"", vec!["Foods of Łódź"]),
            ("sort: [{ key: NAME }]", vec!["Ærø Shipping", "Bilbao Foods", "Foods of Łódź", "Łódź Textiles"]),
            ("sort: [{ key: NAME, direction: DESC }], first: 1", vec!["Łódź Textiles"]),
            ("where: { name: { startsWith: \"lodz\" } }", vec!["Łódź Textiles"]),
            ("where: { status: [SUSPENDED] }", vec!["Bilbao Foods"]),
            ("where: { NOT: { externalId: { in: [\"Bilbao Foods\", \"Foods of Łódź\"] } } }, sort: [{ key: CREATED_AT }]", vec!["Ærø Shipping", "Łódź Textiles"]),
            ("where: { OR: [{ metadata: { path: [\"tier\"], eq: \"gold\" } }, { name: { contains: \"ship\" } }] }, sort: [{ key: UPDATED_AT }]", vec!["Ærø Shipping", "Bilbao Foods"]),
            ("", vec!["Foods of Łódź", "Łódź Textiles", "Bilbao Foods", "Ærø Shipping"]),
        ] {
            let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
            let answer = app.ask(&admin, &format!("{{ organizations{arguments} {{ nodes {{ name }} }} }}"), json!({})).await;
            assert_eq!(names(&answer.data()["organizations"]), expected, "{arguments}");
        }
        let query = "query($after: String) { organizations(sort: [{ key: NAME }], first: 3, after: $after) { nodes { name } totalCount pageInfo { endCursor hasNextPage } } }";
        let first = app.ask(&admin, query, json!({})).await;
        let first = &first.data()["organizations"];
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(4), &json!(true)));
        let rest = app.ask(&admin, query, json!({ "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!(names(&rest.data()["organizations"]), ["Łódź Textiles"]);
    }

    async fn one_is_found_by_id_or_external_id(app: TestApp) {
        let admin = app.admin().await;
        let id = organization(&app, &admin, "Firm", &[]).await["id"].clone();
        let query = "query($id: ID, $externalId: String) { organization(id: $id, externalId: $externalId) { id } }";
        for variables in [json!({ "id": id }), json!({ "externalId": "Firm" })] {
            assert_eq!(app.ask(&admin, query, variables).await.data()["organization"]["id"], id);
        }
        for variables in [json!({ "externalId": "firm" }), json!({ "externalId": "a\u{0}" }), json!({ "id": "org_00000000000000000000000000" })] {
            assert_eq!(app.ask(&admin, query, variables).await.data()["organization"], json!(null));
        }
        for variables in [json!({}), json!({ "id": id, "externalId": "Firm" }), json!({ "id": "cus_00000000000000000000000000" })] {
            assert_eq!(app.ask(&admin, query, variables).await.codes(), ["BAD_USER_INPUT"]);
        }
    }

    async fn members_are_filtered_by_role_customer_and_state(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        customer(&app, &admin, "bob").await;
        let firm = organization(&app, &admin, "Firm", &[("ada", "admin"), ("bob", "buyer")]).await;
        let query = "query($id: ID!, $where: OrganizationMemberWhere) { organization(id: $id) { members(where: $where) { nodes { customer { firstName } } totalCount } } }";
        for (filter, expected) in [
            (json!({ "role": "admin" }), vec!["ada"]),
            (json!({ "role": "orole_0000000E00G00000000000000" }), vec![]),
            (json!({ "role": "king" }), vec![]),
            (json!({ "customerId": { "notIn": [ada] } }), vec!["bob"]),
            (json!({ "status": ["SUSPENDED"] }), vec![]),
            (json!({ "status": ["ACTIVE"], "role": "buyer" }), vec!["bob"]),
        ] {
            let answer = app.ask(&admin, query, json!({ "id": firm["id"], "where": filter })).await;
            let members = &answer.data()["organization"]["members"];
            let found: Vec<_> = members["nodes"].as_array().unwrap().iter().map(|node| node["customer"]["firstName"].as_str().unwrap()).collect();
            assert_eq!((found.len() as i64, &found), (members["totalCount"].as_i64().unwrap(), &expected), "{filter}");
        }
    }
}
