//! The order of an answer's fields.

use reqwest::Method;
use serde_json::json;

use super::{request, send, token};
use crate::harness::TestApp;

/// The keys of a JSON text in the order in which they stand there.
fn keys(text: &str) -> Vec<&str> {
    let quoted = text.split('"').skip(1).step_by(2);
    let after = text.split('"').skip(2).step_by(2);
    quoted
        .zip(after)
        .filter(|(_, after)| after.starts_with(':'))
        .map(|(key, _)| key)
        .collect()
}

#[tokio::test]
async fn fields_come_in_the_order_in_which_they_are_asked_for() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    // What has to be looked up stands between what is at hand, and so does what is denied.
    let query = "{ b: me { groups { nodes { id } totalCount } email ...rest id } a: me { privateMetadata addresses { totalCount } id } }
      fragment rest on Customer { orders { totalCount } firstName passkeys { id } email lastName }";
    let wanted = [
        "data",
        "b",
        "groups",
        "email",
        "orders",
        "totalCount",
        "firstName",
        "passkeys",
        "lastName",
        "id",
        "a",
        "privateMetadata",
        "addresses",
        "totalCount",
        "id",
        "errors",
    ];
    for _ in 0..10 {
        let answer = request(&app, Method::POST)
            .header("authorization", token(&ada))
            .json(&json!({ "query": query }));
        let answer = send(answer).await;
        let found: Vec<&str> = keys(&answer.text).into_iter().take(wanted.len()).collect();
        assert_eq!(found, wanted, "{}", answer.text);
    }
}
