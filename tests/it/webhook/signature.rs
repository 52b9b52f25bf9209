//! What is sent, verified as the text of Standard Webhooks says.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::{Received, Receiver, change, drain, endpoint};
use crate::on_both;

/// "The content to sign is `{msg_id}.{timestamp}.{payload}`"; secrets are "base64 encoded, prefixed with `whsec_`"; the
/// header is a "space delimited list of signatures", each `v1,` and the base64 of HMAC-SHA256; any that fits will do.
fn is_valid(message: &Received, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&key.len()), "a secret has between 24 and 64 bytes");
    let content = format!("{}.{}.{}", message.id, message.timestamp, message.body);
    message.signature.split(' ').any(|one| {
        let (version, signature) = one.split_once(',').unwrap();
        assert_eq!(version, "v1");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(content.as_bytes());
        mac.verify_slice(&STANDARD.decode(signature).unwrap()).is_ok()
    })
}

on_both! {
    async fn an_endpoint_is_told_of_what_happens_after_it_was_made(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        change(&app, &admin, ada.id(), "Before").await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        drain(&app).await;
        assert!(receiver.take().is_empty(), "that was before");
        let version = change(&app, &admin, ada.id(), "Augusta").await;
        drain(&app).await;
        let received = receiver.take();
        let [message] = received.as_slice() else { panic!("{received:?}") };
        assert!(message.id.starts_with("evt_"));
        assert!((app.app.parts.clock.now().timestamp() - message.timestamp).abs() < 60);
        assert!(is_valid(message, &made.secret));
        let timestamp = message.json["timestamp"].as_str().unwrap();
        assert!(chrono::DateTime::parse_from_rfc3339(timestamp).is_ok());
        assert_eq!(message.json, json!({
            "type": "customer.updated",
            "timestamp": timestamp,
            "data": { "objectId": ada.id(), "subjectId": ada.id(), "version": version, "changedPaths": ["firstName"], "actorKind": "API_KEY" },
        }));
        drain(&app).await;
        assert!(receiver.take().is_empty(), "once is enough");
        assert_eq!(app.count("webhook_lane").await, 0);
    }

    async fn for_a_day_the_secret_before_signs_too(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let rotate = "mutation($id: ID!) { webhookSecretRotate(input: { id: $id }) { secret webhookEndpoint { secretHint previousSecretExpiresAt } userErrors { code } } }";
        let rotated = app.ask(&admin, rotate, json!({ "id": made.id })).await.data()["webhookSecretRotate"].clone();
        let secret = rotated["secret"].as_str().unwrap();
        assert!(secret.starts_with(rotated["webhookEndpoint"]["secretHint"].as_str().unwrap()));
        assert_ne!(secret, made.secret);
        change(&app, &admin, ada.id(), "Augusta").await;
        drain(&app).await;
        let message = receiver.take().pop().unwrap();
        assert!(is_valid(&message, secret) && is_valid(&message, &made.secret));
        app.clock.advance(std::time::Duration::from_secs(24 * 3_600 + 1));
        change(&app, &admin, ada.id(), "Ada").await;
        drain(&app).await;
        let message = receiver.take().pop().unwrap();
        assert!(is_valid(&message, secret) && !is_valid(&message, &made.secret));
        for shown in ["webhook_endpoint", "timeline_entry", "outbox_event"] {
            let dump = app.dump(shown).await;
            assert!(!dump.contains(secret) && !dump.contains(&secret[10..]), "{shown} holds the secret");
        }
    }
}
