//! The schema composes with that of another service, by every composer that gateways stand on.

use std::process::Command;

use crate::harness::node;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
const ORDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gateway/orders.graphql");

/// Composes the two; what went wrong is an error.
async fn composed(schema: &str, orders: &str) -> Option<Result<String, String>> {
    let folder = node::installed("tests/federation").await?;
    let mut command = Command::new("node");
    command
        .arg("check.mjs")
        .args([format!("customers={schema}"), format!("orders={orders}")])
        .current_dir(folder);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Some(if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    })
}

#[tokio::test]
async fn three_composers_take_it_and_agree() {
    let Some(told) = composed(SCHEMA, ORDERS).await else {
        return;
    };
    assert!(told.unwrap().starts_with("3 composers agree on "));
}

#[tokio::test]
async fn what_does_not_compose_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.graphql");
    let orders = std::fs::read_to_string(ORDERS).unwrap();
    for (ours, theirs, complaint) in [
        // Another key than ours.
        (
            "@key(fields: \"id\") {\n  id: ID!\n  \"\"\"How many",
            "@key(fields: \"taxId\") {\n  taxId: ID!\n  \"\"\"How many",
            "companyName",
        ),
        // A field that is ours.
        ("parcelsUnderWay: Int!", "parcelsUnderWay: Int! email: String", "email"),
        // A type of ours that is not shared.
        (
            "type Query {",
            "type FieldError { code: String! }\ntype Query {",
            "FieldError",
        ),
    ] {
        assert!(orders.contains(ours), "{ours}");
        std::fs::write(&file, orders.replace(ours, theirs)).unwrap();
        let Some(told) = composed(SCHEMA, file.to_str().unwrap()).await else {
            return;
        };
        let told = told.unwrap_err();
        assert!(told.contains(complaint), "{told}");
        for composer in ["apollo: ", "theGuild: ", "wunderGraph: "] {
            assert!(told.contains(composer), "{composer} composes {theirs}: {told}");
        }
    }
}
