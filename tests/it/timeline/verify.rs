//! `customer-graph timeline verify`.

use serde_json::json;

use crate::{
    customer::create,
    harness::TestApp,
    service::program::{outcome, program},
};

#[tokio::test]
async fn a_timeline_that_was_altered_is_found_out() {
    let app = TestApp::on_sqlite().await;
    let admin = app.admin().await;
    let ada = create(&app, &admin, json!({ "firstName": "Ada", "externalId": "ada" })).await;
    super::run(
        &app,
        &admin,
        "customerUpdate",
        json!({ "id": ada, "firstName": "Augusta" }),
        "customer { id }",
    )
    .await;
    let verify = async |id: &str| {
        let mut command = program(&["timeline", "verify", id]);
        command.env("CUSTOMER_GRAPH_DATABASE_URL", &app.database_url);
        tokio::task::spawn_blocking(move || outcome(command.output().unwrap()))
            .await
            .unwrap()
    };
    let (code, told, error) = verify(&ada).await;
    assert_eq!(
        (code, told.trim()),
        (0, "2 entries, all as they were written"),
        "{error}"
    );
    assert_eq!(verify("nothing").await.0, 2);
    app.execute("update timeline_entry set changes = replace(changes, 'Augusta', 'Mary') where sequence = 2")
        .await;
    let (code, _, error) = verify(&ada).await;
    assert_eq!(code, 1);
    assert!(error.contains("Entry 2 was altered"), "{error}");
}
