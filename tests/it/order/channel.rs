//! Channels.

use serde_json::json;

use super::{row, upsert};
use crate::on_both;

on_both! {
    async fn a_handle_that_is_not_known_makes_one_channel(app: TestApp) {
        let admin = app.admin().await;
        let rows = json!([
            row("1", json!({ "channelHandle": "web" })),
            row("2", json!({ "channelHandle": "till" })),
            row("3", json!({ "channelHandle": "web" })),
            row("4", json!({ "channelHandle": "refused", "customerExternalId": "nobody" })),
            row("5", json!({ "channelHandle": "x".repeat(65) })),
        ]);
        upsert(&app, &admin, rows.clone()).await.data();
        upsert(&app, &admin, rows).await.data();
        let answer = app.ask(&admin, "{ channels { nodes { id handle name } totalCount } }", json!({})).await;
        let channels = &answer.data()["channels"];
        assert_eq!(channels["totalCount"], 2);
        assert_eq!((&channels["nodes"][0]["handle"], &channels["nodes"][1]["name"]), (&json!("till"), &json!("web")));
        let id = &channels["nodes"][0]["id"];
        let answer = app.ask(&admin, "query($id: ID!) { node(id: $id) { __typename id } }", json!({ "id": id })).await;
        assert_eq!(answer.data()["node"], json!({ "__typename": "Channel", "id": id }));
        let answer = app.ask(&admin, "query($id: ID!) { orderLinks(where: { channelId: { eq: $id } }) { nodes { orderId } } }", json!({ "id": id })).await;
        assert_eq!(answer.data()["orderLinks"]["nodes"], json!([{ "orderId": "2" }]));
    }
}
