//! Lists of customers: filters, sorts, cursors, pages.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::create;
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const LIST: &str =
    "query($where: CustomerWhere, $sort: [CustomerSort!], $first: Int, $after: String, $last: Int, $before: String) {
  customers(where: $where, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    nodes { externalId } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
}";

async fn found(app: &TestApp, admin: &Persona, filter: Value) -> Vec<String> {
    let answer = app
        .ask(
            admin,
            LIST,
            json!({ "where": filter, "sort": [{ "key": "EMAIL" }, { "key": "CREATED_AT" }] }),
        )
        .await;
    names(&answer.data()["customers"])
}

fn names(connection: &Value) -> Vec<String> {
    connection["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["externalId"].as_str().unwrap().to_owned())
        .collect()
}

async fn population(app: &TestApp, admin: &Persona) {
    for (id, first, company, metadata) in [
        ("a", "José", "Acme", json!({ "tier": "gold", "points": 10 })),
        ("b", "Jürgen", "", json!({ "tier": "silver", "kyc": { "ok": true } })),
        ("c", "", "ACME GmbH", json!({})),
        ("d", "joseph", "50%_off", json!({ "tier": null, "points": 2.5 })),
    ] {
        let input = json!({ "externalId": id, "email": format!("{id}@example.com"), "firstName": first, "companyName": company, "metadata": metadata });
        create(app, admin, input).await;
    }
}

on_both! {
    async fn filters_ask_for_what_they_say(app: TestApp) {
        let admin = app.admin().await;
        population(&app, &admin).await;
        for (filter, expected) in [
            (json!({ "firstName": { "startsWith": "JOSE" } }), vec!["a", "d"]),
            (json!({ "firstName": { "eq": "jose" } }), vec!["a"]),
            (json!({ "firstName": { "ne": "jose" } }), vec!["b", "c", "d"]),
            (json!({ "firstName": { "isNull": true } }), vec!["c"]),
            (json!({ "companyName": { "contains": "acme" } }), vec!["a", "c"]),
            (json!({ "companyName": { "contains": "%" } }), vec!["d"]),
            (json!({ "companyName": { "contains": "_" } }), vec!["d"]),
            (json!({ "email": { "eq": "B@Example.com" } }), vec!["b"]),
            (json!({ "email": { "in": ["a@example.com", "c@example.com"] } }), vec!["a", "c"]),
            (json!({ "email": { "contains": "@EXAMPLE" } }), vec!["a", "b", "c", "d"]),
            (json!({ "externalId": { "notIn": ["a", "b"] } }), vec!["c", "d"]),
            (json!({ "OR": [{ "externalId": { "eq": "a" } }, { "externalId": { "eq": "c" } }] }), vec!["a", "c"]),
            (json!({ "NOT": { "phone": { "contains": "5" } } }), vec!["a", "b", "c", "d"]),
            (json!({ "AND": [{ "type": "GUEST" }, { "NOT": { "firstName": { "isNull": true } } }], "status": ["ACTIVE"] }), vec!["a", "b", "d"]),
            (json!({ "hasAccount": true }), vec![]),
            (json!({ "metadata": { "path": ["tier"], "eq": "gold" } }), vec!["a"]),
            (json!({ "metadata": { "path": ["tier"], "eq": null } }), vec!["d"]),
            (json!({ "metadata": { "path": ["tier"], "in": ["gold", "silver"] } }), vec!["a", "b"]),
            (json!({ "metadata": { "path": ["tier"], "exists": false } }), vec!["c"]),
            (json!({ "metadata": { "path": ["kyc", "ok"], "eq": true } }), vec!["b"]),
            (json!({ "metadata": { "path": ["points"], "gt": 2.5 } }), vec!["a"]),
            (json!({ "metadata": { "path": ["points"], "lt": 10 } }), vec!["d"]),
            (json!({ "metadata": { "path": ["tier"], "contains": "il" } }), vec!["b"]),
            (json!({ "createdAt": { "after": "2100-01-01T00:00:00Z" } }), vec![]),
            (json!({ "createdAt": { "after": "2020-01-01T00:00:00+01:00" } }), vec!["a", "b", "c", "d"]),
        ] {
            assert_eq!(found(&app, &admin, filter.clone()).await, expected, "{filter}");
        }
    }

    async fn every_page_in_both_directions_meets_every_customer_once(app: TestApp) {
        let admin = app.admin().await;
        for number in 0..23 {
            create(&app, &admin, json!({ "externalId": format!("e{number:02}"), "firstName": (["", "x", "y"][number % 3]) })).await;
        }
        for sort in [json!(null), json!([{ "key": "FIRST_NAME" }]), json!([{ "key": "FIRST_NAME", "direction": "DESC" }, { "key": "CREATED_AT" }])] {
            let whole = app.ask(&admin, LIST, json!({ "sort": sort, "first": 100 })).await;
            let whole = names(&whole.data()["customers"]);
            assert_eq!(whole.iter().collect::<HashSet<_>>().len(), 23);
            let (mut forward, mut after) = (Vec::new(), json!(null));
            loop {
                let page = app.ask(&admin, LIST, json!({ "sort": sort, "first": 5, "after": after })).await;
                let page = &page.data()["customers"];
                assert_eq!(page["totalCount"], 23);
                forward.extend(names(page));
                after = page["pageInfo"]["endCursor"].clone();
                assert_eq!(page["edges"].as_array().unwrap().last().unwrap()["cursor"], after);
                if page["pageInfo"]["hasNextPage"] == false { break; }
            }
            assert_eq!(forward, whole, "{sort}");
            let (mut backward, mut before) = (Vec::new(), json!(null));
            loop {
                let page = app.ask(&admin, LIST, json!({ "sort": sort, "last": 5, "before": before })).await;
                let page = &page.data()["customers"];
                backward.splice(0..0, names(page));
                before = page["pageInfo"]["startCursor"].clone();
                if page["pageInfo"]["hasPreviousPage"] == false { break; }
            }
            assert_eq!(backward, whole, "{sort}");
        }
    }

    async fn a_cursor_belongs_to_its_filter_and_sort(app: TestApp) {
        let admin = app.admin().await;
        population(&app, &admin).await;
        let first = app.ask(&admin, LIST, json!({ "first": 1 })).await;
        let cursor = first.data()["customers"]["pageInfo"]["endCursor"].clone();
        for variables in [
            json!({ "after": cursor, "where": { "hasAccount": false } }),
            json!({ "after": cursor, "sort": [{ "key": "EMAIL" }] }),
            json!({ "after": format!("{}A", cursor.as_str().unwrap()) }),
            json!({ "after": "" }),
            json!({ "after": "nonsense" }),
            json!({ "first": -1 }),
            json!({ "first": 1, "last": 1 }),
            json!({ "first": 251 }),
            json!({ "last": 1, "after": cursor }),
        ] {
            let answer = app.ask(&admin, LIST, variables.clone()).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{variables}");
            assert_eq!(answer.body["data"]["customers"], Value::Null);
        }
    }

    async fn a_page_stays_where_it_is_while_others_write(app: TestApp) {
        let admin = app.admin().await;
        for number in 0..10 {
            create(&app, &admin, json!({ "externalId": format!("e{number}") })).await;
        }
        let first = app.ask(&admin, LIST, json!({ "first": 5 })).await;
        let cursor = first.data()["customers"]["pageInfo"]["endCursor"].clone();
        create(&app, &admin, json!({ "externalId": "new" })).await;
        let second = app.ask(&admin, LIST, json!({ "first": 5, "after": cursor })).await;
        assert_eq!(names(&second.data()["customers"]), ["e4", "e3", "e2", "e1", "e0"]);
    }

    async fn a_total_is_counted_only_when_asked_for(app: TestApp) {
        let admin = app.admin().await;
        population(&app, &admin).await;
        let without = app.ask(&admin, "{ customers { nodes { id } pageInfo { endCursor } } }", json!({})).await;
        let with = app.ask(&admin, "{ customers { nodes { id } totalCount } }", json!({})).await;
        without.data();
        assert_eq!((without.statements(), with.statements()), (1, 2));
    }

    async fn a_filter_with_too_many_conditions_is_refused(app: TestApp) {
        let admin = app.admin().await;
        let parts: Vec<Value> = (0..200).map(|number| json!({ "externalId": { "eq": number.to_string() } })).collect();
        let answer = app.ask(&admin, LIST, json!({ "where": { "OR": parts } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        let ids: Vec<String> = (0..300).map(|number| number.to_string()).collect();
        let answer = app.ask(&admin, LIST, json!({ "where": { "externalId": { "in": ids } } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }
}

on_both! {
    async fn the_direct_path_answers_as_the_ordinary_one(app: TestApp) {
        let admin = app.admin().await;
        create(&app, &admin, json!({ "externalId": "a", "firstName": "A \"quoted\" \\ name", "phone": "+49 30 901820", "locale": "de", "email": "é@example.com" })).await;
        create(&app, &admin, json!({ "externalId": "b", "companyName": "日本" })).await;
        let fields = "__typename id email emailVerifiedAt firstName lastName companyName phone phoneE164 locale type hasAccount version createdAt updatedAt";
        let direct = app.ask(&admin, &format!("{{ customers {{ nodes {{ {fields} renamed: firstName ...F ... {{ id }} }} }} }} fragment F on Customer {{ phone }}"), json!({})).await;
        // An argument, a directive or a field that is not a column takes the ordinary path.
        let ordinary = app.ask(&admin, &format!("{{ customers {{ nodes {{ {fields} renamed: firstName displayName }} }} }}"), json!({})).await;
        let mut ordinary = ordinary.data()["customers"]["nodes"].clone();
        for node in ordinary.as_array_mut().unwrap() {
            node.as_object_mut().unwrap().remove("displayName");
        }
        assert_eq!(direct.data()["customers"]["nodes"], ordinary);
    }
}

on_both! {
    async fn a_frequent_word_and_a_rare_one_are_found_alike(app: TestApp) {
        let admin = app.admin().await;
        let rows: Vec<Value> = (0..1_000).map(|row| json!({ "externalId": format!("e{row:04}"), "companyName": "Acme" })).collect();
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { userErrors { code } } }";
        app.ask(&admin, create, json!({ "input": { "customers": rows } })).await.data();
        for number in 0..5 {
            super::create(&app, &admin, json!({ "externalId": format!("x{number}"), "companyName": "Acme Rare" })).await;
        }
        let search = "query($q: String!, $after: String) {
          customers(query: $q, sort: [{ key: COMPANY_NAME, direction: DESC }], first: 3, after: $after) { nodes { externalId } totalCount pageInfo { endCursor hasNextPage } }
        }";
        for (query, total) in [("acme", 1_005), ("rare acme", 5), ("a", 1_005), ("acme nothing", 0)] {
            let first = app.ask(&admin, search, json!({ "q": query })).await;
            let first = &first.data()["customers"];
            assert_eq!(first["totalCount"], total, "{query}");
            if total == 0 { continue; }
            assert_eq!(names(first), ["x4", "x3", "x2"], "{query}");
            let second = app.ask(&admin, search, json!({ "q": query, "after": first["pageInfo"]["endCursor"] })).await;
            assert_eq!(names(&second.data()["customers"])[..2], ["x1", "x0"], "{query}");
        }
    }
}
