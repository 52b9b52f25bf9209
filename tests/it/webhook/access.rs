//! Who may see and change webhooks.

use serde_json::{Value, json};

use super::{CREATE, UPDATE, endpoint};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// A staff user who has this role and nothing else.
async fn with_role(app: &TestApp, admin: &Persona, name: &'static str, role: Value) -> Persona {
    let upsert = "mutation($input: RoleUpsertInput!) { roleUpsert(input: $input) { role { id } userErrors { code } } }";
    let role = app.ask(admin, upsert, json!({ "input": role })).await.data()["roleUpsert"]["role"]["id"].clone();
    let persona = app.staff(name, "").await;
    let user = app.ask(&persona, "{ viewer { staffUser { id } } }", Value::Null).await;
    let user = user.data()["viewer"]["staffUser"]["id"].clone();
    let assign = "mutation($user: ID!, $role: ID!) { roleAssign(input: { staffUserId: $user, roleId: $role }) { userErrors { code } } }";
    let assigned = app.ask(admin, assign, json!({ "user": user, "role": role })).await;
    assert_eq!(assigned.user_errors("roleAssign"), [""; 0]);
    app.log_in_again(&persona).await
}

on_both! {
    async fn webhooks_are_for_those_who_may(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let made = endpoint(&app, &admin, "http://127.0.0.1:9/", json!({})).await;
        let reader = app.api_key("reader", "webhooks:read").await;
        let writer = app.api_key("writer", "webhooks:write").await;
        let others = app.api_key("others", "customers:*,events:read,hooks:*,jobs:*,staff:*").await;
        let query = "query($id: ID!) { webhookEndpoint(id: $id) { id } webhookEndpoints { nodes { id } } webhookDeliveries { nodes { id } } }";
        for persona in [&ada, &others, &writer] {
            let answer = app.ask(persona, query, json!({ "id": made.id })).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"; 3], "{}", persona.name);
            let node = app.ask(persona, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": made.id })).await;
            assert_eq!(node.data()["node"], Value::Null, "{}", persona.name);
        }
        assert_eq!(app.ask(&reader, query, json!({ "id": made.id })).await.data()["webhookEndpoint"]["id"], json!(made.id));
        let update = json!({ "input": { "id": made.id, "description": "Mine" } });
        for persona in [&ada, &others, &reader] {
            assert_eq!(app.ask(persona, UPDATE, update.clone()).await.codes(), ["FORBIDDEN"], "{}", persona.name);
            for mutation in [
                "webhookDelete(input: { id: $id }) { userErrors { code } }",
                "webhookSecretRotate(input: { id: $id }) { secret }",
                "webhookTest(input: { id: $id }) { status }",
                "webhookReplay(input: { id: $id, replay: { dead: true } }) { queuedCount }",
            ] {
                let answer = app.ask(persona, &format!("mutation($id: ID!) {{ {mutation} }}"), json!({ "id": made.id })).await;
                assert_eq!(answer.codes(), ["FORBIDDEN"], "{mutation}");
            }
        }
        assert_eq!(app.ask(&writer, UPDATE, update).await.data()["webhookUpdate"]["webhookEndpoint"]["description"], "Mine");
        let nested = "mutation($id: ID!) { webhookUpdate(input: { id: $id, description: null }) { webhookEndpoint { id deliveries { totalCount } } } }";
        assert_eq!(app.ask(&writer, nested, json!({ "id": made.id })).await.codes(), ["FORBIDDEN"]);
    }

    async fn nobody_lets_others_be_told_what_they_may_not_see(app: TestApp) {
        let admin = app.admin().await;
        let some = app.staff("some", "webhooks:*,customers:read").await;
        let few = app.staff("few", "webhooks:*").await;
        let with = |permissions: Value| json!({ "input": { "url": "http://127.0.0.1:9/", "topics": ["*"], "permissions": permissions } });
        assert_eq!(app.ask(&some, CREATE, with(json!(["customers:read", "orders:read"]))).await.user_errors("webhookCreate"), ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(app.ask(&few, CREATE, with(json!(["customers:read"]))).await.user_errors("webhookCreate"), ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(app.ask(&few, CREATE, with(json!([]))).await.user_errors("webhookCreate"), [""; 0]);
        let made = app.ask(&some, CREATE, with(json!(["customers:read"]))).await;
        let id = made.data()["webhookCreate"]["webhookEndpoint"]["id"].clone();
        // Who may not see customers can neither take over what is told of them nor turn it on, but can turn it off.
        for change in [json!({ "url": "http://127.0.0.1:10/" }), json!({ "topics": ["customer.*"] }), json!({ "permissions": ["orders:read"] })] {
            let mut input = json!({ "id": id });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            assert_eq!(app.ask(&few, UPDATE, json!({ "input": input })).await.user_errors("webhookUpdate"), ["OUT_OF_SCOPE_PERMISSION"], "{change}");
        }
        for (input, errors) in [
            (json!({ "id": id, "description": "Theirs" }), vec![]),
            (json!({ "id": id, "state": "DISABLED" }), vec![]),
            (json!({ "id": id, "state": "ACTIVE" }), vec!["OUT_OF_SCOPE_PERMISSION"]),
        ] {
            assert_eq!(app.ask(&few, UPDATE, json!({ "input": input })).await.user_errors("webhookUpdate"), errors);
        }
        assert_eq!(app.ask(&admin, UPDATE, json!({ "input": { "id": id, "state": "ACTIVE" } })).await.user_errors("webhookUpdate"), [""; 0]);
    }

    async fn who_does_not_see_a_field_shows_it_to_nobody(app: TestApp) {
        let sam = app.staff("sam", "*").await;
        let role = json!({ "name": "Masked", "permissions": ["webhooks:*", "customers:read"], "fieldMasks": ["Customer.email"] });
        let masked = with_role(&app, &sam, "masked", role).await;
        let with = |permissions: Value| json!({ "input": { "url": "http://127.0.0.1:9/", "topics": ["*"], "permissions": permissions } });
        assert_eq!(app.ask(&masked, CREATE, with(json!(["customers:read"]))).await.user_errors("webhookCreate"), ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(app.ask(&masked, CREATE, with(json!([]))).await.user_errors("webhookCreate"), [""; 0]);
    }
}
