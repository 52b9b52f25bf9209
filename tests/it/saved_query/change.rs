use serde_json::{Value, json};

use super::{keep, names, role, run, staff_with};
use crate::on_both;

on_both! {
    async fn a_change_leaves_what_is_not_named_and_clears_what_is_null(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let id = keep(&app, &sam, "Loyal", &[]).await;
        let answer = run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "name": "Faithful", "expectedVersion": 1 })).await;
        let query = &answer.data()["savedQueryUpdate"]["savedQuery"];
        assert_eq!((&query["name"], &query["variables"], &query["version"]), (&json!("Faithful"), &json!("{\"first\": 10}"), &json!(2)));
        let answer = run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "variables": null, "description": "New" })).await;
        let query = &answer.data()["savedQueryUpdate"]["savedQuery"];
        assert_eq!((&query["variables"], &query["description"], &query["version"]), (&Value::Null, &json!("New"), &json!(3)));
        let answer = run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "description": "New" })).await;
        assert_eq!(answer.data()["savedQueryUpdate"]["savedQuery"]["version"], 3, "nothing changed");
        let answer = run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "name": "Other", "expectedVersion": 1 })).await;
        let error = &answer.data()["savedQueryUpdate"]["userErrors"][0];
        assert_eq!((&error["code"], &error["currentVersion"]), (&json!("CONFLICT"), &json!(3)));
        for (input, code) in [(json!({ "id": id, "name": "" }), "REQUIRED"), (json!({ "id": id, "document": " " }), "REQUIRED"), (json!({ "id": id, "variables": "1" }), "INVALID")] {
            assert_eq!(run(&app, &sam, "savedQueryUpdate", input).await.user_errors("savedQueryUpdate"), [code]);
        }
    }

    async fn a_name_of_another_query_is_refused_on_a_change_as_well(app: TestApp) {
        let sam = app.staff("sam", "").await;
        keep(&app, &sam, "One", &[]).await;
        let id = keep(&app, &sam, "Two", &[]).await;
        assert_eq!(run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "name": "ONE" })).await.user_errors("savedQueryUpdate"), ["NAME_TAKEN"]);
        assert_eq!(run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "name": "TWO" })).await.user_errors("savedQueryUpdate"), [""; 0]);
    }

    async fn what_is_deleted_is_gone(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let id = keep(&app, &sam, "Loyal", &[]).await;
        let answer = run(&app, &sam, "savedQueryDelete", json!({ "id": id, "expectedVersion": 7 })).await;
        assert_eq!(answer.user_errors("savedQueryDelete"), ["CONFLICT"]);
        let answer = run(&app, &sam, "savedQueryDelete", json!({ "id": id })).await;
        assert_eq!(answer.data()["savedQueryDelete"]["deletedSavedQueryId"], id);
        assert_eq!(names(&app, &sam).await, [""; 0]);
        assert_eq!(run(&app, &sam, "savedQueryDelete", json!({ "id": id })).await.user_errors("savedQueryDelete"), ["NOT_FOUND"]);
        assert_eq!(app.count("saved_query").await, 0);
    }

    async fn what_a_disabled_colleague_shares_is_taken_back_by_whoever_manages_staff(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let desk = role(&app, &owner, "Desk", &[]).await;
        let sam = staff_with(&app, &owner, "sam", &desk, None).await;
        let kim = staff_with(&app, &owner, "kim", &desk, None).await;
        let (shared, own) = (keep(&app, &sam, "Loyal", &[&desk]).await, keep(&app, &sam, "Mine", &[]).await);
        let user = app.ask(&sam, "{ viewer { staffUser { id } } }", json!({})).await;
        let disable = "mutation($id: ID!) { staffUserUpdate(input: { id: $id, status: DISABLED }) { userErrors { code } } }";
        let disabled = app.ask(&owner, disable, json!({ "id": user.data()["viewer"]["staffUser"]["id"] })).await;
        assert_eq!(disabled.user_errors("staffUserUpdate"), [""; 0]);
        assert_eq!(names(&app, &kim).await, ["Loyal"], "it outlives the log-in of its owner");
        // Who only sees it, or sees staff users, cannot.
        let reader = app.staff("reader", "staff:read,customers:*").await;
        let key = app.api_key("key", "*").await;
        for (persona, told) in [(&kim, "NOT_FOUND"), (&reader, "NOT_FOUND")] {
            assert_eq!(run(&app, persona, "savedQueryDelete", json!({ "id": shared })).await.user_errors("savedQueryDelete"), [told], "{}", persona.name);
        }
        assert_eq!(run(&app, &key, "savedQueryDelete", json!({ "id": shared })).await.codes(), ["FORBIDDEN"]);
        let manager = app.staff("manager", "staff:write").await;
        // What is not shared is nobody's but the owner's, and what is shared is taken away, not read or changed.
        assert_eq!(run(&app, &manager, "savedQueryDelete", json!({ "id": own })).await.user_errors("savedQueryDelete"), ["NOT_FOUND"]);
        assert_eq!(run(&app, &manager, "savedQueryUpdate", json!({ "id": shared, "sharedWithRoleIds": [] })).await.user_errors("savedQueryUpdate"), ["NOT_FOUND"]);
        let dry = run(&app, &manager, "savedQueryDelete", json!({ "id": shared, "dryRun": true })).await;
        assert!(!dry.data().to_string().contains("customers(first"), "{:#}", dry.body);
        let answer = run(&app, &manager, "savedQueryDelete", json!({ "id": shared })).await;
        assert_eq!(answer.data()["savedQueryDelete"]["deletedSavedQueryId"], shared);
        assert_eq!(names(&app, &kim).await, [""; 0]);
        assert_eq!(app.column("saved_query", "name").await, ["Mine"]);
    }

    async fn the_list_is_by_name_and_pages_both_ways(app: TestApp) {
        let sam = app.staff("sam", "").await;
        for name in ["beta", "Älpha", "Gamma"] {
            keep(&app, &sam, name, &[]).await;
        }
        assert_eq!(names(&app, &sam).await, ["Älpha", "beta", "Gamma"]);
        let page = "query($after: String) { savedQueries(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }";
        let first = app.ask(&sam, page, json!({})).await;
        let first = &first.data()["savedQueries"];
        assert_eq!(first["pageInfo"]["hasNextPage"], true);
        let second = app.ask(&sam, page, json!({ "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!(second.data()["savedQueries"]["nodes"], json!([{ "name": "Gamma" }]));
        let last = app.ask(&sam, "{ savedQueries(last: 1) { nodes { name } } }", json!({})).await;
        assert_eq!(last.data()["savedQueries"]["nodes"], json!([{ "name": "Gamma" }]));
    }
}
