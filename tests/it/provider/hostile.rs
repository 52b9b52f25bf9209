//! Providers that mean harm, are broken, or are gone.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use customer_graph::work::{Clock, SystemClock};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use futures_util::stream;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{
    browser::Returned,
    complete, open_id_connect, persona,
    server::{self, Asked, Server},
    setup_with, start, try_start,
};
use crate::harness::{Answer, PASSWORD, Persona, TestApp};

/// What a provider does.
#[derive(Clone, Debug)]
struct Conduct {
    nonce: String,
    trick: &'static str,
    /// The name of the key that signs.
    key_id: String,
    /// The names of the keys that are shown.
    key_ids: Vec<String>,
}

/// A provider that does as it is told.
struct Villain {
    server: Server,
    conduct: Arc<Mutex<Conduct>>,
}

impl Villain {
    async fn start() -> Self {
        let conduct = Arc::new(Mutex::new(Conduct {
            nonce: String::new(),
            trick: "",
            key_id: "one".to_owned(),
            key_ids: vec!["one".to_owned()],
        }));
        let told = Arc::clone(&conduct);
        let server = Server::start(move |own, asked| answer(own, asked, &told.lock().unwrap().clone())).await;
        Self { server, conduct }
    }

    fn set(&self, change: impl FnOnce(&mut Conduct)) {
        change(&mut self.conduct.lock().unwrap());
    }

    /// Logs in, the provider playing this trick.
    async fn log_in(&self, app: &TestApp, trick: &'static str) -> Answer {
        let begun = start(app, "villain").await;
        self.set(|conduct| {
            conduct.nonce = begun.parameter("nonce");
            conduct.trick = trick;
        });
        let returned = Returned {
            state: begun.parameter("state"),
            code: "code".to_owned(),
            ..Returned::default()
        };
        let answer = complete(app, &begun, &returned).await;
        self.set(|conduct| conduct.trick = "");
        answer
    }

    fn keys_asked(&self) -> usize {
        self.server.asked("/jwks").len()
    }
}

fn key(seed: &str) -> SigningKey {
    let mut bytes = [7; 32];
    bytes[..seed.len()].copy_from_slice(seed.as_bytes());
    SigningKey::from_bytes(&bytes)
}

fn public(key_id: &str) -> Value {
    let point = URL_SAFE_NO_PAD.encode(key(key_id).verifying_key().as_bytes());
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id, "x": point })
}

fn answer(own: &str, asked: &Asked, conduct: &Conduct) -> Response {
    match asked.path.as_str() {
        "/.well-known/openid-configuration" => {
            let issuer = if conduct.trick == "other issuer" {
                "https://accounts.google.com"
            } else {
                own
            };
            let log_in = if conduct.trick == "script" {
                "javascript:alert(1)".to_owned()
            } else {
                format!("{own}/auth")
            };
            let methods = if conduct.trick == "no proof key" {
                json!(["plain"])
            } else {
                json!(["S256"])
            };
            server::json(&json!({
                "issuer": issuer, "authorization_endpoint": log_in, "token_endpoint": format!("{own}/token"),
                "jwks_uri": format!("{own}/jwks"), "response_types_supported": ["code"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
                "code_challenge_methods_supported": methods,
            }))
        }
        "/jwks" => match conduct.trick {
            "many keys" => server::json(
                &json!({ "keys": (0..51).map(|number| json!({ "kty": "x", "n": number })).collect::<Vec<_>>() }),
            ),
            "ten thousand keys" => server::json(
                &json!({ "keys": (0..10_000).map(|number| public(&format!("k{number}"))).collect::<Vec<_>>() }),
            ),
            _ => server::json(&json!({ "keys": conduct.key_ids.iter().map(|id| public(id)).collect::<Vec<_>>() })),
        },
        "/token" => match conduct.trick {
            "large" => flood("application/json"),
            "hangs" => Response::new(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())),
            "page" => Response::builder()
                .header("content-type", "text/html")
                .body(Body::from("<html>"))
                .unwrap(),
            "redirect" => Response::builder()
                .status(302)
                .header("location", "http://169.254.169.254/latest/meta-data")
                .body(Body::empty())
                .unwrap(),
            "redirect to itself" => Response::builder()
                .status(307)
                .header("location", format!("{own}/stolen"))
                .body(Body::empty())
                .unwrap(),
            "refusal" => {
                let mut answer = server::json(&json!({ "error": "invalid_grant" }));
                *answer.status_mut() = axum::http::StatusCode::BAD_REQUEST;
                answer
            }
            "nothing" => server::json(&json!({ "access_token": "x", "token_type": "Bearer" })),
            _ => server::json(
                &json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token(own, conduct) }),
            ),
        },
        _ => server::status(404),
    }
}

/// A hundred megabytes.
fn flood(kind: &str) -> Response {
    let piece = Bytes::from(vec![b' '; 1_024 * 1_024]);
    let pieces = stream::iter((0..100).map(move |_| Ok::<_, std::io::Error>(piece.clone())));
    Response::builder()
        .header("content-type", kind)
        .body(Body::from_stream(pieces))
        .unwrap()
}

fn id_token(own: &str, conduct: &Conduct) -> String {
    let now = SystemClock.now().timestamp();
    let mut claims = json!({
        "iss": own, "aud": "shop", "sub": "ada", "nonce": conduct.nonce, "iat": now, "exp": now + 300,
        "email": "ada@example.com", "email_verified": true,
    });
    match conduct.trick {
        "nonce" => claims["nonce"] = json!("another"),
        "no nonce" => claims["nonce"] = Value::Null,
        "audience" => claims["aud"] = json!("another"),
        "audiences" => claims["aud"] = json!(["shop", "another"]),
        "authorized party" => claims["azp"] = json!("another"),
        "issuer" => claims["iss"] = json!("https://accounts.google.com"),
        "expired" => claims["exp"] = json!(now - 1),
        "old" => claims["iat"] = json!(now - 3_600),
        "future" => claims["iat"] = json!(now + 3_600),
        "long subject" => claims["sub"] = json!("s".repeat(256)),
        "unverified" => claims["email_verified"] = json!(false),
        _ => {}
    }
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(conduct.key_id.clone());
    let signer = match conduct.trick {
        "another's key" => key("villain"),
        _ => key(&conduct.key_id),
    };
    match conduct.trick {
        "unsigned" => {
            let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(json!({ "alg": "none", "kid": "one" })), part(claims))
        }
        // Signed with what everybody knows: the secret of the client, or the public key.
        "symmetric" => {
            header.alg = Algorithm::HS256;
            let secret = EncodingKey::from_secret(key(&conduct.key_id).verifying_key().as_bytes());
            jsonwebtoken::encode(&header, &claims, &secret).unwrap()
        }
        "client secret" => {
            header.alg = Algorithm::HS256;
            let secret = EncodingKey::from_secret(super::CLIENT_SECRET.as_bytes());
            jsonwebtoken::encode(&header, &claims, &secret).unwrap()
        }
        _ => {
            let document = signer.to_pkcs8_der().unwrap();
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(document.as_bytes())).unwrap()
        }
    }
}

/// Tells a fact about applications that know the villain, on both databases.
async fn with_villain(fact: impl AsyncFn(TestApp, Villain)) {
    for on_postgres in [false, true] {
        let villain = Villain::start().await;
        let setup = setup_with(|providers| {
            providers.register("villain", open_id_connect(&villain.server.url, "shop"));
            providers.register("gone", open_id_connect("http://127.0.0.1:9", "shop"));
        });
        if !on_postgres {
            fact(TestApp::on_sqlite_with(setup).await, villain).await;
        } else if let Some(app) = TestApp::on_postgres_with(setup).await {
            fact(app, villain).await;
        }
    }
}

#[tokio::test]
async fn an_id_token_must_be_right_in_everything() {
    with_villain(async |app, villain| {
        for trick in [
            "nonce",
            "no nonce",
            "audience",
            "audiences",
            "authorized party",
            "issuer",
            "expired",
            "old",
            "future",
            "long subject",
            "unsigned",
            "symmetric",
            "client secret",
            "another's key",
            "nothing",
            "refusal",
        ] {
            let answer = villain.log_in(&app, trick).await;
            assert_eq!(answer.user_errors("socialLoginComplete"), ["TOKEN_INVALID"], "{trick}");
        }
        assert_eq!(app.count("customer").await, 0);
        let answer = villain.log_in(&app, "unverified").await;
        assert_eq!(answer.user_errors("socialLoginComplete"), ["EMAIL_NOT_VERIFIED"]);
        persona(&villain.log_in(&app, "").await);
    })
    .await;
}

#[tokio::test]
async fn a_token_endpoint_that_is_no_such_thing_is_not_waited_for_or_followed() {
    with_villain(async |app, villain| {
        for trick in ["large", "page", "redirect", "redirect to itself", "hangs"] {
            let begun = Instant::now();
            let answer = villain.log_in(&app, trick).await;
            assert_eq!(
                answer.user_errors("socialLoginComplete"),
                ["PROVIDER_UNAVAILABLE"],
                "{trick}"
            );
            assert!(begun.elapsed() < Duration::from_secs(8), "{trick}");
        }
        assert!(villain.server.asked("/stolen").is_empty());
        persona(&villain.log_in(&app, "").await);
    })
    .await;
}

#[tokio::test]
async fn metadata_that_cannot_be_right_are_refused() {
    for trick in ["other issuer", "script", "no proof key"] {
        with_villain(async |app, villain| {
            villain.set(|conduct| conduct.trick = trick);
            let answer = try_start(&app, "villain", "shop", super::REDIRECT_URL).await;
            assert_eq!(
                answer.user_errors("socialLoginStart"),
                ["PROVIDER_UNAVAILABLE"],
                "{trick}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_provider_has_no_more_than_fifty_keys() {
    for trick in ["many keys", "ten thousand keys"] {
        with_villain(async |app, villain| {
            let answer = villain.log_in(&app, trick).await;
            assert_eq!(
                answer.user_errors("socialLoginComplete"),
                ["PROVIDER_UNAVAILABLE"],
                "{trick}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn keys_are_asked_for_at_most_once_a_minute_whatever_tokens_name() {
    with_villain(async |app, villain| {
        persona(&villain.log_in(&app, "").await);
        assert_eq!(villain.keys_asked(), 1);
        for number in 0..20 {
            villain.set(|conduct| conduct.key_id = format!("k{number}"));
            let answer = villain.log_in(&app, "").await;
            assert_eq!(answer.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
        }
        assert_eq!(villain.keys_asked(), 1);
        // The provider changes its key; after a minute it is found by the first token that names it.
        villain.set(|conduct| {
            conduct.key_id = "two".to_owned();
            conduct.key_ids = vec!["one".to_owned(), "two".to_owned()];
        });
        app.clock.advance(Duration::from_secs(61));
        persona(&villain.log_in(&app, "").await);
        assert_eq!(villain.keys_asked(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_one_provider_gave_is_not_brought_to_another() {
    with_villain(async |app, villain| {
        let begun = start(&app, "villain").await;
        let returned = Returned {
            state: begun.parameter("state"),
            code: "code".to_owned(),
            iss: Some("https://honest.example".to_owned()),
            ..Returned::default()
        };
        let answer = complete(&app, &begun, &returned).await;
        assert_eq!(answer.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
        // The honest provider's code was not shown to the villain.
        assert!(villain.server.asked("/token").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_gone_touches_nothing_else() {
    with_villain(async |app, _villain| {
        let ada = app.customer("ada").await;
        let begun = Instant::now();
        for _ in 0..20 {
            let answer = try_start(&app, "gone", "shop", super::REDIRECT_URL).await;
            assert_eq!(answer.user_errors("socialLoginStart"), ["PROVIDER_UNAVAILABLE"]);
        }
        let log_in = "mutation($password: String!) {
          sessionCreate(input: { email: \"ada@example.com\", password: $password }) { accessToken userErrors { code } }
        }";
        let answer = app
            .ask(&Persona::anonymous(), log_in, json!({ "password": PASSWORD }))
            .await;
        assert!(answer.data()["sessionCreate"]["accessToken"].is_string());
        assert_eq!(
            app.ask(&ada, "{ me { email } }", json!({})).await.data()["me"]["email"],
            "ada@example.com"
        );
        assert!(begun.elapsed() < Duration::from_secs(10));
    })
    .await;
}
