use serde_json::{Value, json};

use super::{keep, names, run};
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
