//! Who may see and change webhooks.

use serde_json::{Value, json};

use super::{CREATE, Receiver, UPDATE, endpoint};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const ROTATE: &str = "mutation($id: ID!) { webhookSecretRotate(input: { id: $id }) { secret userErrors { code } } }";

const TEST: &str = "mutation($id: ID!, $object: String) { webhookTest(input: { id: $id, objectId: $object }) { isDelivered userErrors { code } } }";

/// Changes an endpoint, or tries to, and answers the codes of what was wrong.
async fn update(app: &TestApp, persona: &Persona, id: &str, change: &Value) -> String {
    let mut input = json!({ "id": id });
    input
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    let answer = app.ask(persona, UPDATE, json!({ "input": input })).await;
    assert!(answer.codes().is_empty(), "{:#}", answer.body);
    answer.user_errors("webhookUpdate").join(",")
}

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

    async fn who_lacks_what_an_endpoint_may_neither_tests_it_nor_gets_its_secret(app: TestApp) {
        let (owner, ada) = (app.staff("owner", "*").await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let sees = json!({ "payloadQuery": "query($id: ID!) { customer(id: $id) { email } }", "permissions": ["customers:read"] });
        let seeing = endpoint(&app, &owner, &receiver.url(), sees).await;
        let blind = endpoint(&app, &owner, &receiver.url(), json!({})).await;
        let refused = json!([{ "code": "OUT_OF_SCOPE_PERMISSION" }]);
        for persona in [app.api_key("key", "webhooks:write").await, app.staff("clerk", "webhooks:*,orders:*").await] {
            let rotated = app.ask(&persona, ROTATE, json!({ "id": seeing.id })).await;
            assert_eq!(rotated.data()["webhookSecretRotate"], json!({ "secret": null, "userErrors": refused }), "{}", persona.name);
            for object in [Value::Null, json!(ada.id())] {
                let tested = app.ask(&persona, TEST, json!({ "id": seeing.id, "object": object })).await;
                assert_eq!(tested.data()["webhookTest"], json!({ "isDelivered": null, "userErrors": refused }), "{} {object}", persona.name);
            }
            assert!(receiver.take().is_empty(), "nothing was sent");
            // What sees nothing is anybody's who may write webhooks.
            let rotated = app.ask(&persona, ROTATE, json!({ "id": blind.id })).await;
            assert!(rotated.data()["webhookSecretRotate"]["secret"].is_string(), "{:#}", rotated.body);
            let tested = app.ask(&persona, TEST, json!({ "id": blind.id })).await;
            assert_eq!(tested.data()["webhookTest"], json!({ "isDelivered": true, "userErrors": [] }));
            assert_eq!(receiver.take().len(), 1);
        }
        assert_eq!(app.count("webhook_endpoint where previous_secret is null").await, 1, "the other has its first secret");
        let allowed = app.api_key("allowed", "webhooks:write,customers:read").await;
        let rotated = app.ask(&allowed, ROTATE, json!({ "id": seeing.id })).await;
        let secret = rotated.data()["webhookSecretRotate"]["secret"].as_str().unwrap().to_owned();
        assert_ne!(secret, seeing.secret);
        let tested = app.ask(&allowed, TEST, json!({ "id": seeing.id, "object": ada.id() })).await;
        assert_eq!(tested.data()["webhookTest"], json!({ "isDelivered": true, "userErrors": [] }));
        assert_eq!(receiver.take()[0].json["data"], json!({ "customer": { "email": "ada@example.com" } }));
    }

    async fn who_lacks_what_an_endpoint_may_describes_it_and_switches_it_off_and_no_more(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sees = json!({ "payloadQuery": "query($id: ID!) { customer(id: $id) { email } }", "permissions": ["customers:read"] });
        let made = endpoint(&app, &owner, "http://127.0.0.1:9/", sees).await;
        for persona in [app.api_key("key", "webhooks:write").await, app.staff("clerk", "webhooks:*,orders:*").await] {
            for state in ["ACTIVE", "DISABLED"] {
                assert_eq!(update(&app, &owner, &made.id, &json!({ "state": state })).await, "");
                for change in [
                    json!({ "url": "http://127.0.0.1:10/" }),
                    json!({ "topics": ["customer.*"] }),
                    json!({ "payloadQuery": null }),
                    json!({ "payloadQuery": "query($id: ID!) { customer(id: $id) { email phone } }" }),
                    // Not by taking the permissions away with the query either.
                    json!({ "payloadQuery": null, "permissions": [] }),
                    json!({ "payloadQuery": null, "permissions": [], "url": "http://127.0.0.1:10/" }),
                    json!({ "state": "DISABLED", "url": "http://127.0.0.1:10/" }),
                    json!({ "description": "Mine", "topics": ["*"] }),
                ] {
                    assert_eq!(update(&app, &persona, &made.id, &change).await, "OUT_OF_SCOPE_PERMISSION", "{} {state} {change}", persona.name);
                }
                assert_eq!(update(&app, &persona, &made.id, &json!({ "description": format!("{state} by {}", persona.name) })).await, "");
            }
            assert_eq!(update(&app, &persona, &made.id, &json!({ "state": "ACTIVE" })).await, "OUT_OF_SCOPE_PERMISSION");
            assert_eq!(update(&app, &owner, &made.id, &json!({ "state": "ACTIVE" })).await, "");
            assert_eq!(update(&app, &persona, &made.id, &json!({ "state": "DISABLED", "description": "Too loud" })).await, "");
            assert_eq!(app.count("webhook_endpoint where state = 'DISABLED' and description = 'Too loud'").await, 1);
        }
        let allowed = app.api_key("allowed", "webhooks:write,customers:read").await;
        for change in [json!({ "state": "ACTIVE" }), json!({ "url": "http://127.0.0.1:10/" }), json!({ "payloadQuery": null, "permissions": [] })] {
            assert_eq!(update(&app, &allowed, &made.id, &change).await, "", "{change}");
        }
        // What sees nothing any more is anybody's who may write webhooks.
        let key = app.api_key("key", "webhooks:write").await;
        assert_eq!(update(&app, &key, &made.id, &json!({ "url": "http://127.0.0.1:11/" })).await, "");
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
