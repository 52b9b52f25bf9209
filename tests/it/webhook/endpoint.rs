//! Endpoints: what they may be, where they may be, and what one message at once tells.

use customer_graph::config::WebhooksConfig;
use serde_json::{Value, json};

use super::{CREATE, Receiver, Reply, UPDATE, change, drain, endpoint, queue};
use crate::{
    harness::{Setup, TestApp},
    on_both, on_both_with,
};

const TEST: &str = "mutation($id: ID!, $object: String) { webhookTest(input: { id: $id, objectId: $object }) {
  isDelivered status durationMilliseconds error userErrors { code path } } }";

/// One of the internet, where requests go nowhere else.
fn on_the_internet() -> Setup {
    Setup {
        webhooks: WebhooksConfig::default(),
        ..Setup::default()
    }
}

async fn refused(app: &TestApp, more: Value) -> Vec<(String, Value)> {
    let admin = app.admin().await;
    let mut input = json!({ "url": "https://example.com/hooks", "topics": ["*"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = app.ask(&admin, CREATE, json!({ "input": input })).await;
    let errors = answer.data()["webhookCreate"]["userErrors"].as_array().unwrap().clone();
    let error = |error: &Value| (error["code"].as_str().unwrap().to_owned(), error["path"].clone());
    errors.iter().map(error).collect()
}

on_both_with! { on_the_internet();
    async fn an_address_that_leads_anywhere_but_to_the_internet_is_refused(app: TestApp) {
        for url in [
            "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)",
            "//example.com/", "example.com", "https://", "https://user:password@example.com/", "https://user@example.com/",
            "https://example.com/#fragment", "https://example.com:8443/", "https://example.com:22/", "https://example.com:80/",
            "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/", "https://0177.0.0.1/",
            "https://0/", "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/", "https://[fd00::1]/", "https://[fe80::1]/", "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/", "https://localhost/", "https://LOCALHOST/", "https://localhost./",
            "https://hooks.localhost/", "https://printer/", "https://metadata.google.internal/", "https://nas.local/",
            "https://１２７.０.０.１/", "https://ⓛocalhost/", "",
        ] {
            let errors = refused(&app, json!({ "url": url })).await;
            assert_eq!(errors.len(), 1, "{url}: {errors:?}");
            assert_eq!(errors[0].1, json!(["url"]), "{url}");
        }
        assert_eq!(app.count("webhook_endpoint").await, 0);
        for url in ["https://example.com/", "https://hooks.example.com:443/a?b=c", "https://8.8.8.8/"] {
            assert!(refused(&app, json!({ "url": url })).await.is_empty(), "{url}");
        }
    }

    async fn an_address_that_became_private_is_not_asked(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, "https://hooks.example.com/", json!({})).await;
        for url in [
            format!("http://127.0.0.1:{}/", receiver.port()),
            format!("https://127.0.0.1:{}/", receiver.port()),
            format!("https://localhost:{}/", receiver.port()),
            format!("http://localhost:{}/", receiver.port()),
        ] {
            app.execute(&format!("update webhook_endpoint set url = '{url}'")).await;
            change(&app, &admin, ada.id(), &url).await;
            drain(&app).await;
            let tested = app.ask(&admin, TEST, json!({ "id": made.id })).await.data()["webhookTest"].clone();
            assert_eq!((&tested["isDelivered"], &tested["error"]), (&json!(false), &json!("requests may not be sent to this address")));
            app.execute("delete from webhook_lane").await;
            app.execute("delete from webhook_delivery").await;
        }
        assert!(receiver.take().is_empty());
    }
}

on_both! {
    async fn an_endpoint_is_made_changed_and_forgotten(app: TestApp) {
        let sam = app.staff("sam", "*").await;
        let made = endpoint(&app, &sam, "http://127.0.0.1:9/", json!({ "description": "ERP", "permissions": ["customers:read"] })).await;
        assert!(made.secret.starts_with("whsec_") && made.secret.len() == 50);
        let query = "query($id: ID!) { webhookEndpoint(id: $id) { url description topics payloadQuery permissions secretHint state version createdBy { email } } node(id: $id) { id } }";
        let shown = app.ask(&sam, query, json!({ "id": made.id })).await.data().clone();
        assert_eq!(shown["node"]["id"], json!(made.id));
        assert_eq!(shown["webhookEndpoint"], json!({
            "url": "http://127.0.0.1:9/", "description": "ERP", "topics": ["customer.updated"], "payloadQuery": null,
            "permissions": ["customers:read"], "secretHint": &made.secret[..10], "state": "ACTIVE", "version": 1,
            "createdBy": { "email": "sam@example.com" },
        }));
        let input = json!({ "id": made.id, "expectedVersion": 1, "description": null, "topics": ["customer.*", "customer.*", " * "] });
        let changed = app.ask(&sam, UPDATE, json!({ "input": input })).await.data()["webhookUpdate"]["webhookEndpoint"].clone();
        assert_eq!((&changed["description"], &changed["topics"], &changed["version"]), (&json!(null), &json!(["customer.*", "*"]), &json!(2)));
        assert_eq!(app.ask(&sam, UPDATE, json!({ "input": input })).await.user_errors("webhookUpdate"), ["CONFLICT"]);
        let delete = "mutation($id: ID!) { webhookDelete(input: { id: $id }) { deletedWebhookEndpointId userErrors { code } } }";
        assert_eq!(app.ask(&sam, delete, json!({ "id": made.id })).await.data()["webhookDelete"]["deletedWebhookEndpointId"], json!(made.id));
        assert_eq!(app.ask(&sam, delete, json!({ "id": made.id })).await.user_errors("webhookDelete"), ["NOT_FOUND"]);
        let topics: Vec<String> = app.column("outbox_event", "topic").await.into_iter().filter(|topic| topic.starts_with("webhook")).collect();
        assert_eq!(topics, ["webhook_endpoint.created", "webhook_endpoint.updated", "webhook_endpoint.deleted"]);
    }

    async fn what_goes_with_an_endpoint_goes_with_it(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let made = endpoint(&app, &admin, "http://127.0.0.1:9/", json!({})).await;
        change(&app, &admin, ada.id(), "A").await;
        queue(&app).await;
        assert_eq!(app.count("webhook_lane").await, 1);
        app.ask(&admin, "mutation($id: ID!) { webhookDelete(input: { id: $id }) { userErrors { code } } }", json!({ "id": made.id })).await.data();
        assert_eq!((app.count("webhook_lane").await, app.count("webhook_delivery").await), (0, 0));
    }

    async fn every_part_has_its_bounds(app: TestApp) {
        let many: Vec<String> = (0..51).map(|number| format!("noun{}.made", "x".repeat(number))).collect();
        for (more, path) in [
            (json!({ "url": format!("http://127.0.0.1/{}", "x".repeat(2_000)) }), json!(["url"])),
            (json!({ "description": "x".repeat(1_001) }), json!(["description"])),
            (json!({ "topics": [] }), json!(["topics"])),
            (json!({ "topics": many }), json!(["topics"])),
            (json!({ "topics": ["*", "Customer"] }), json!(["topics", "1"])),
            (json!({ "topics": [format!("customer.{}", "x".repeat(60))] }), json!(["topics", "0"])),
            (json!({ "permissions": ["customers:fly"] }), json!(["permissions", "0"])),
            (json!({ "payloadQuery": "{ viewer\u{0} }" }), json!(["payloadQuery"])),
        ] {
            let errors = refused(&app, more.clone()).await;
            assert_eq!(errors.iter().map(|(_, path)| path.clone()).collect::<Vec<_>>(), [path], "{more}");
        }
        let errors = refused(&app, json!({ "url": "nowhere", "topics": ["?"], "description": "x".repeat(2_000) })).await;
        assert_eq!(errors.len(), 3, "all complaints at once");
    }

    async fn there_are_at_most_fifty_endpoints(app: TestApp) {
        let admin = app.admin().await;
        for number in 0..50 {
            endpoint(&app, &admin, &format!("http://127.0.0.1:9/{number}"), json!({})).await;
        }
        assert_eq!(refused(&app, json!({})).await, [("LIMIT_EXCEEDED".to_owned(), json!([]))]);
    }

    async fn a_dry_run_makes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "url": "http://127.0.0.1:9/", "topics": ["*"], "dryRun": true });
        let made = app.ask(&admin, CREATE, json!({ "input": input })).await.data()["webhookCreate"].clone();
        assert_eq!((&made["secret"], &made["dryRun"]["events"]), (&json!(null), &json!(["webhook_endpoint.created"])));
        assert_eq!(app.count("webhook_endpoint").await, 0);
    }

    async fn one_message_at_once_tells_what_an_endpoint_answers(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let query = "query($id: ID!) { customer(id: $id) { email } }";
        let made = endpoint(&app, &admin, &receiver.url(), json!({ "payloadQuery": query, "permissions": ["customers:read"] })).await;
        let test = async |object: Value| app.ask(&admin, TEST, json!({ "id": made.id, "object": object })).await.data()["webhookTest"].clone();
        let tested = test(json!(null)).await;
        assert_eq!((&tested["isDelivered"], &tested["status"], &tested["error"]), (&json!(true), &json!(204), &json!(null)));
        assert!(tested["durationMilliseconds"].is_u64());
        let received = receiver.take();
        assert_eq!((&received[0].json["type"], &received[0].json["data"]["objectId"]), (&json!("webhook.test"), &json!(made.id)));
        test(json!(ada.id())).await;
        assert_eq!(receiver.take()[0].json["data"], json!({ "customer": { "email": "ada@example.com" } }));
        receiver.replies(|_| Reply::Status(500));
        let tested = test(json!(null)).await;
        assert_eq!((&tested["isDelivered"], &tested["status"], &tested["error"]), (&json!(false), &json!(500), &json!("the endpoint answered 500")));
        assert_eq!(app.count("webhook_delivery").await, 0, "nothing is kept");
        let unknown = app.ask(&admin, TEST, json!({ "id": "whep_01ARZ3NDEKTSV4RRFFQ69G5FAV" })).await;
        assert_eq!(unknown.user_errors("webhookTest"), ["NOT_FOUND"]);
    }

    async fn deliveries_of_many_endpoints_are_one_statement(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let query = "{ webhookEndpoints(first: 50) { nodes { id deliveries(first: 3) { totalCount nodes { topic endpoint { id } } } } } }";
        let mut counts = Vec::new();
        for _ in 0..2 {
            for _ in 0..4 {
                endpoint(&app, &admin, &receiver.url(), json!({})).await;
            }
            change(&app, &admin, ada.id(), &format!("Name {}", counts.len())).await;
            drain(&app).await;
            let answer = app.ask(&admin, query, json!({})).await;
            let nodes = answer.data()["webhookEndpoints"]["nodes"].as_array().unwrap().clone();
            for node in nodes {
                assert!(node["deliveries"]["nodes"].as_array().unwrap().iter().all(|delivery| delivery["endpoint"]["id"] == node["id"]));
            }
            counts.push(answer.statements());
        }
        assert_eq!(counts[0], counts[1]);
        let all = app.ask(&admin, "{ webhookDeliveries(where: { state: DELIVERED }, first: 5) { totalCount nodes { id } pageInfo { hasNextPage } } }", json!({})).await;
        assert_eq!(all.data()["webhookDeliveries"]["totalCount"], 12);
        assert_eq!(all.data()["webhookDeliveries"]["pageInfo"]["hasNextPage"], true);
        let id = &all.data()["webhookDeliveries"]["nodes"][0]["id"];
        let found = app.ask(&admin, "query($id: ID!) { webhookDelivery(id: $id) { id subjectId } node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!((&found.data()["webhookDelivery"]["id"], &found.data()["node"]["id"]), (id, id));
        assert_eq!(found.data()["webhookDelivery"]["subjectId"], ada.id());
    }
}
