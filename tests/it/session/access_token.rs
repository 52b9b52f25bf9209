//! Access tokens, and those that somebody else made.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use customer_graph::auth::{Authenticator, Claims, SigningKeys, TokenSettings, Tokens};
use ed25519_dalek::{Signer, SigningKey, pkcs8::DecodePrivateKey};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// Keys and what is signed with them, by hand.
struct Forger {
    pem: SecretString,
    tokens: Tokens,
    now: chrono::DateTime<chrono::Utc>,
}

impl Forger {
    fn new() -> Self {
        let pem = SigningKeys::generate().unwrap();
        let keys = SigningKeys::from_pem(&pem, &[]).unwrap();
        Self {
            pem,
            tokens: Tokens::new(keys, TokenSettings::default()),
            now: chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    fn key(&self) -> SigningKey {
        SigningKey::from_pkcs8_pem(self.pem.expose_secret()).unwrap()
    }

    fn header(&self) -> Value {
        let key_id = self.tokens.keys().jwks()["keys"][0]["kid"].clone();
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key_id })
    }

    fn claims(&self) -> Value {
        let now = self.now.timestamp();
        json!({
            "iss": "customer-graph", "aud": "customer-graph", "exp": now + 600, "nbf": now, "iat": now,
            "sub": "authid_00000000000000000000000001", "act": "customer", "sid": "sess_00000000000000000000000002",
        })
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key().sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn read(&self, header: &Value, claims: &Value) -> Option<Claims> {
        self.tokens
            .read(&self.sign(&header.to_string(), &claims.to_string()), self.now)
    }

    #[track_caller]
    fn refuses(&self, header: &Value, claims: &Value) {
        assert!(self.read(header, claims).is_none(), "accepted {header} {claims}");
    }
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[test]
fn a_token_as_we_make_it_is_read() {
    let forger = Forger::new();
    assert!(forger.read(&forger.header(), &forger.claims()).is_some());
}

#[test]
fn every_claim_is_needed_and_of_its_type() {
    let forger = Forger::new();
    for name in ["iss", "aud", "exp", "nbf", "iat", "sub", "act", "sid"] {
        forger.refuses(&forger.header(), &without(forger.claims(), name));
        for value in [
            json!(null),
            json!(""),
            json!([]),
            json!({}),
            json!(true),
            json!(-1),
            json!(1.5),
            json!("1800000000"),
        ] {
            // A negative begin or issue is long past, which is not wrong as such.
            if !(["nbf", "iat"].contains(&name) && value == json!(-1)) {
                forger.refuses(&forger.header(), &with(forger.claims(), name, value));
            }
        }
    }
    for name in ["exp", "nbf", "iat"] {
        forger.refuses(&forger.header(), &with(forger.claims(), name, json!(1e300)));
        forger.refuses(&forger.header(), &with(forger.claims(), name, json!(u64::MAX)));
    }
}

#[test]
fn times_hold_with_a_leeway_of_half_a_minute() {
    let forger = Forger::new();
    let now = forger.now.timestamp();
    for (name, offset, accepted) in [
        ("exp", -29, true),
        ("exp", -30, false),
        ("exp", -61, false),
        ("exp", 3_600, true),
        ("exp", 3_601, false),
        ("nbf", 30, true),
        ("nbf", 31, false),
        ("iat", 30, true),
        ("iat", 31, false),
    ] {
        let claims = with(forger.claims(), name, json!(now + offset));
        assert_eq!(
            forger.read(&forger.header(), &claims).is_some(),
            accepted,
            "{name} {offset}"
        );
    }
}

#[test]
fn another_issuer_audience_or_actor_is_refused() {
    let forger = Forger::new();
    for (name, value) in [
        ("iss", json!("staging")),
        ("iss", json!(["customer-graph"])),
        ("aud", json!("customer")),
        ("aud", json!("customer-graph-reset")),
        ("aud", json!(["customer-graph"])),
        ("act", json!("admin")),
        ("act", json!("STAFF")),
        ("sub", json!("sess_00000000000000000000000002")),
        ("sid", json!("authid_00000000000000000000000001")),
    ] {
        forger.refuses(&forger.header(), &with(forger.claims(), name, value));
    }
}

#[test]
fn a_header_with_anything_else_in_it_is_refused() {
    let forger = Forger::new();
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("rt+jwt")),
        ("typ", json!(null)),
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("alg", json!("RS256")),
        ("kid", json!(null)),
        ("kid", json!("")),
        ("kid", json!("../../dev/null")),
        ("kid", json!("' or 1=1 --")),
        ("kid", json!("0123456789abcdef")),
        ("kid", json!("k".repeat(10_000))),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
    ] {
        forger.refuses(&with(forger.header(), name, value), &forger.claims());
    }
    for name in ["typ", "alg", "kid"] {
        forger.refuses(&without(forger.header(), name), &forger.claims());
    }
}

#[test]
fn a_signature_of_another_kind_or_key_is_refused() {
    let (forger, other) = (Forger::new(), Forger::new());
    let claims = forger.claims().to_string();
    // Another key under the name of ours.
    let token = other.sign(&forger.header().to_string(), &claims);
    assert!(forger.tokens.read(&token, forger.now).is_none());
    // No signature.
    let parts = |alg: &str| {
        let header = with(forger.header(), "alg", json!(alg)).to_string();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&claims))
    };
    for alg in ["EdDSA", "none"] {
        for end in ["", ".", ".AAAA"] {
            assert!(
                forger
                    .tokens
                    .read(&format!("{}{end}", parts(alg)), forger.now)
                    .is_none()
            );
        }
    }
    // The public key, which everybody has, as the secret of an HMAC.
    let public = forger.key().verifying_key();
    let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
    for secret in [public.as_bytes().as_slice(), x.as_bytes()] {
        let message = parts("HS256");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        assert!(forger.tokens.read(&token, forger.now).is_none());
    }
}

#[test]
fn a_token_has_one_spelling() {
    let forger = Forger::new();
    let token = forger.sign(&forger.header().to_string(), &forger.claims().to_string());
    assert!(forger.tokens.read(&token, forger.now).is_some());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    // The order of the group added to the scalar: the same signature to a verifier that does not look.
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0_u16;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + add + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    for variant in [
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes)),
        format!("{token}=="),
        format!("{token}="),
        format!("{token}A"),
        format!("{token}.x"),
        format!("{token} "),
        format!("x.{token}"),
        token.to_uppercase(),
        "a".repeat(100_000),
        String::new(),
        "..".to_owned(),
    ] {
        assert!(forger.tokens.read(&variant, forger.now).is_none(), "{variant}");
    }
    let twice = forger
        .claims()
        .to_string()
        .replacen('{', "{\"sub\":\"authid_00000000000000000000000009\",", 1);
    assert!(
        forger
            .tokens
            .read(&forger.sign(&forger.header().to_string(), &twice), forger.now)
            .is_none()
    );
    let padded = with(forger.claims(), "more", json!("x".repeat(9_000)));
    forger.refuses(&forger.header(), &padded);
}

#[test]
fn tokens_of_an_older_key_are_read_while_it_is_known() {
    use ed25519_dalek::pkcs8::{EncodePublicKey, spki::der::pem::LineEnding};
    let (old, new) = (Forger::new(), Forger::new());
    let token = old.sign(&old.header().to_string(), &old.claims().to_string());
    assert!(new.tokens.read(&token, new.now).is_none());
    let public = old.key().verifying_key().to_public_key_pem(LineEnding::LF).unwrap();
    let keys = SigningKeys::from_pem(&new.pem, &[public]).unwrap();
    assert_eq!(keys.jwks()["keys"].as_array().unwrap().len(), 2);
    let both = Tokens::new(keys, TokenSettings::default());
    assert!(both.read(&token, new.now).is_some());
}

#[test]
fn what_is_derived_from_a_key_differs_by_label_and_key() {
    let (one, other) = (Forger::new(), Forger::new());
    let keys = one.tokens.keys();
    assert_eq!(keys.derive("cursor"), keys.derive("cursor"));
    assert_ne!(keys.derive("cursor"), keys.derive("mail"));
    assert_ne!(keys.derive("cursor"), other.tokens.keys().derive("cursor"));
    assert!(SigningKeys::from_pem(&"no key".to_owned().into(), &[]).is_err());
}

async fn is_known(app: &TestApp, persona: &Persona) -> bool {
    let authenticator = Authenticator::new(app.app.parts.clone());
    authenticator.viewer(persona.token.as_deref().unwrap()).await.is_ok()
}

on_both! {
    async fn a_token_is_worth_what_the_tables_say_now(app: TestApp) {
        for (statement, undo) in [
            ("update session set revoked_at = created_at", "update session set revoked_at = null"),
            ("update session set expires_at = created_at, revoked_at = null", "select 1"),
        ] {
            let name = if undo == "select 1" { "bob" } else { "ada" };
            let persona = app.customer(name).await;
            assert!(is_known(&app, &persona).await);
            app.execute(statement).await;
            assert!(!is_known(&app, &persona).await, "{statement}");
            app.execute(undo).await;
        }
        let (eve, sam) = (app.customer("eve").await, app.staff("sam", "*").await);
        assert!(is_known(&app, &eve).await && is_known(&app, &sam).await);
        app.execute("update customer set status = 'DISABLED'").await;
        app.execute("update staff_user set status = 'DISABLED'").await;
        assert!(!is_known(&app, &eve).await);
        assert!(!is_known(&app, &sam).await);
    }

    async fn a_session_as_a_customer_makes_nobody_staff(app: TestApp) {
        let ada = app.customer("ada").await;
        app.staff("sam", "*").await;
        let claims: Claims = {
            let now = app.app.parts.clock.now();
            app.app.parts.tokens.read(ada.token.as_deref().unwrap(), now).unwrap()
        };
        let now = app.app.parts.clock.now();
        let token = app.app.parts.tokens.issue(claims.sub, customer_graph::auth::Act::Staff, claims.sid, now + chrono::TimeDelta::hours(1), now).unwrap();
        let forged = Persona::bearer("forged", &token.token);
        assert_eq!(app.ask(&forged, "{ viewer { kind } }", json!({})).await.status, 401);
    }

    async fn the_public_keys_are_published(app: TestApp) {
        let response = reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{}/.well-known/jwks.json", app.url)).send().await.unwrap();
        assert_eq!(response.headers()["cache-control"], "public, max-age=300");
        assert_eq!(response.headers()["content-type"], "application/json");
        let keys: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(keys["keys"][0]["crv"], "Ed25519");
        let kid = keys["keys"][0]["kid"].as_str().unwrap();
        assert_eq!(kid.len(), 16);
        assert!(keys["keys"][0].get("d").is_none());
    }
}

/// R23: a rolling change of the key.
mod rotation {
    use super::*;
    use crate::{harness::Setup, on_both_with};

    fn key() -> SecretString {
        static KEY: std::sync::OnceLock<SecretString> = std::sync::OnceLock::new();
        KEY.get_or_init(|| SigningKeys::generate().unwrap()).clone()
    }

    fn with_key() -> Setup {
        Setup {
            signing_key: Some(key()),
            ..Setup::default()
        }
    }

    on_both_with! {
        with_key();

        async fn a_new_key_logs_nobody_out_and_another_one_is_nothing(app: TestApp) {
            let ada = app.customer("ada").await;
            let older_keys = vec![SigningKeys::public_pem(&key()).unwrap()];
            let rotated = app.beside(Setup { older_keys, ..Setup::default() }).await;
            let me = rotated.ask(&ada, "{ me { email } }", json!({})).await;
            assert_eq!(me.data()["me"]["email"], "ada@example.com");
            let keys = rotated.app.parts.tokens.keys().jwks();
            assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
            // Once the old key is taken away its tokens are nothing, but a refresh token still is.
            let later = app.beside(Setup::default()).await;
            assert_eq!(later.ask(&ada, "{ me { email } }", json!({})).await.status, 401);
        }
    }
}
