//! Providers of the deployment's own making, and GitHub.

use std::sync::Arc;

use axum::response::Response;
use customer_graph::{
    auth::provider::{
        Attempt, ExternalIdentity, GitHub, GitHubSettings, HttpProvider, IdentityProvider, ProviderAnswer,
        ProviderError,
    },
    outbound::signature,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    Begun, CLIENT_SECRET, LINK_COMPLETE, LINK_START, REDIRECT_URL, START,
    browser::Returned,
    complete, me, persona,
    server::{self, Asked, Server},
    setup_with, start, try_start,
};
use crate::{
    harness::{Answer, Persona, Setup, TestApp},
    mfa, on_both_with,
};

const SIGNING_SECRET: &str = "a secret that signs, and is long enough";

/// A provider that is written in Rust: the code is the number on a badge.
#[derive(Debug)]
struct Badge;

impl IdentityProvider for Badge {
    fn start<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, ProviderError>> {
        use secrecy::ExposeSecret;
        let url = format!("https://badge.example/?state={}", attempt.state.expose_secret());
        Box::pin(std::future::ready(Ok(url)))
    }

    fn complete<'a>(
        &'a self,
        _: &'a Attempt,
        answer: &'a ProviderAnswer,
    ) -> BoxFuture<'a, Result<ExternalIdentity, ProviderError>> {
        use secrecy::ExposeSecret;
        let number = answer.code.expose_secret();
        let identity = (number == "1815").then(|| ExternalIdentity {
            subject: number.to_owned(),
            email: Some("ada@example.com".to_owned()),
            email_verified: true,
            data: json!({ "note": "x".repeat(5_000) }).as_object().unwrap().clone(),
            ..ExternalIdentity::default()
        });
        Box::pin(std::future::ready(
            identity.ok_or(ProviderError::Refused("no such badge")),
        ))
    }
}

/// A service of the deployment's own, without a word of Rust in it.
fn desk(own: &str, asked: &Asked) -> Response {
    let header = |name: &str| asked.headers[name].to_str().unwrap().to_owned();
    let timestamp = header("customer-graph-timestamp").parse().unwrap();
    if header("customer-graph-signature") != signature(&SIGNING_SECRET.into(), timestamp, &asked.body) {
        return server::status(401);
    }
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    match (body["action"].as_str().unwrap(), body["code"].as_str()) {
        ("start", _) => {
            let state = body["state"].as_str().unwrap();
            server::json(&json!({ "authorizationUrl": format!("{own}/log-in?state={state}") }))
        }
        ("complete", Some("good")) => server::json(&json!({
            "subject": "42", "email": "grace@example.com", "emailVerified": true, "firstName": "Grace",
            "data": { "desk": 7 },
        })),
        ("complete", Some("broken")) => server::json(&json!("what?")),
        _ => server::json(&json!({ "error": "unknown" })),
    }
}

/// GitHub, as far as logging in there goes.
fn github(_: &str, asked: &Asked) -> Response {
    let token = asked.headers.get("authorization").and_then(|token| token.to_str().ok());
    match (asked.path.as_str(), token) {
        ("/login/oauth/access_token", _) => {
            let is_right = asked.body.contains("code=good") && asked.body.contains("code_verifier=");
            // It says 200 when it refuses.
            server::json(&if is_right {
                json!({ "access_token": "gho_x" })
            } else {
                json!({ "error": "bad_verification_code" })
            })
        }
        ("/api/user", Some("Bearer gho_x")) => {
            server::json(&json!({ "id": 583_231, "login": "octocat", "name": "Octo Cat" }))
        }
        ("/api/user/emails", Some("Bearer gho_x")) => server::json(&json!([
            { "email": "spam@example.com", "primary": false, "verified": true },
            { "email": "octo@example.com", "primary": true, "verified": true },
        ])),
        _ => server::status(404),
    }
}

/// An application that knows all three; the servers live as long as the process.
async fn all_three() -> Setup {
    let desk = Box::leak(Box::new(Server::start(desk).await));
    let github = Box::leak(Box::new(Server::start(github).await));
    setup_with(|providers| {
        providers.register("badge", Arc::new(Badge));
        providers.register("staff_badge", Arc::new(Badge));
        providers.bind("staff_badge", "acme");
        providers.register(
            "desk",
            Arc::new(HttpProvider::new(desk.url.clone(), SIGNING_SECRET.into(), true)),
        );
        providers.register(
            "forged",
            Arc::new(HttpProvider::new(desk.url.clone(), "another secret".into(), true)),
        );
        providers.register(
            "inside",
            Arc::new(HttpProvider::new(desk.url.clone(), SIGNING_SECRET.into(), false)),
        );
        providers.register(
            "github",
            Arc::new(GitHub::new(GitHubSettings {
                issuer: github.url.clone(),
                api_url: format!("{}/api", github.url),
                client_id: "shop".to_owned(),
                client_secret: CLIENT_SECRET.into(),
                scopes: Vec::new(),
                allow_private_network: true,
            })),
        );
    })
}

async fn log_in(app: &TestApp, provider: &str, code: &str) -> Answer {
    let begun = start(app, provider).await;
    let returned = Returned {
        state: begun.parameter("state"),
        code: code.to_owned(),
        ..Returned::default()
    };
    complete(app, &begun, &returned).await
}

/// The same for somebody who wants to say who they are.
async fn in_two_steps(app: &TestApp, provider: &str, code: &str) -> Answer {
    let input =
        json!({ "provider": provider, "client": "shop", "redirectUrl": REDIRECT_URL, "registration": "IN_TWO_STEPS" });
    let answer = app.ask(&Persona::anonymous(), START, json!({ "input": input })).await;
    let begun = Begun::of(&answer, "socialLoginStart");
    let returned = Returned {
        state: begun.parameter("state"),
        code: code.to_owned(),
        ..Returned::default()
    };
    let complete = "mutation($input: SocialLoginCompleteInput!) {
      socialLoginComplete(input: $input) { accessToken mfaToken registrationToken userErrors { code } }
    }";
    app.ask(&Persona::anonymous(), complete, returned.input(&begun)).await
}

on_both_with! { all_three().await;
    async fn a_provider_written_in_rust_vouches_for_people(app: TestApp) {
        let ada = me(&app, &persona(&log_in(&app, "badge", "1815").await)).await;
        assert_eq!(ada["email"], "ada@example.com");
        assert_eq!(ada["loginMethods"][0]["provider"], "badge");
        assert_eq!(log_in(&app, "badge", "1816").await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
        // What it says at too great length is not kept.
        assert!(app.dump("provider_identity").await.len() < 1_000);
    }

    async fn a_provider_of_an_organization_makes_members(app: TestApp) {
        const CREATE: &str = "mutation { organizationCreate(input: { name: \"Acme\", externalId: \"acme\" }) { organization { id } } }";
        const MINE: &str = "{ me { memberships { nodes { organization { name } roles { handle } } } } }";
        // Nobody gets in as if they belonged nowhere.
        let answer = log_in(&app, "staff_badge", "1815").await;
        assert_eq!(answer.user_errors("socialLoginComplete"), ["PROVIDER_NOT_CONFIGURED"]);
        assert_eq!(app.count("customer").await, 0);
        app.ask(&app.admin().await, CREATE, json!({})).await.data();
        persona(&log_in(&app, "badge", "1815").await);
        assert_eq!(app.count("organization_member").await, 0);
        let ada = persona(&log_in(&app, "staff_badge", "1815").await);
        let mine = app.ask(&ada, MINE, json!({})).await.data()["me"]["memberships"]["nodes"].clone();
        assert_eq!(mine, json!([{ "organization": { "name": "Acme" }, "roles": [{ "handle": "buyer" }] }]));
        // Who has left is not taken back.
        app.execute("delete from organization_member_role").await;
        app.execute("delete from organization_member").await;
        persona(&log_in(&app, "staff_badge", "1815").await);
        assert_eq!(app.count("organization_member").await, 0);
    }

    async fn a_service_of_ones_own_vouches_for_people(app: TestApp) {
        let grace = me(&app, &persona(&log_in(&app, "desk", "good").await)).await;
        assert_eq!(grace["firstName"], "Grace");
        assert_eq!(grace["metadata"], json!({}));
        assert!(app.dump("provider_identity").await.contains("desk"));
        assert_eq!(log_in(&app, "desk", "bad").await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
        assert_eq!(log_in(&app, "desk", "broken").await.user_errors("socialLoginComplete"), ["PROVIDER_UNAVAILABLE"]);
    }

    async fn a_request_with_a_wrong_signature_is_nothing_to_it(app: TestApp) {
        for provider in ["forged", "inside"] {
            let answer = try_start(&app, provider, "shop", REDIRECT_URL).await;
            assert_eq!(answer.user_errors("socialLoginStart"), ["PROVIDER_UNAVAILABLE"], "{provider}");
        }
    }

    async fn github_names_people_by_number_and_the_primary_address_counts(app: TestApp) {
        let octo = me(&app, &persona(&log_in(&app, "github", "good").await)).await;
        assert_eq!(octo["email"], "octo@example.com");
        assert_eq!(app.count("provider_identity where subject = '583231'").await, 1);
        assert_eq!(log_in(&app, "github", "bad").await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
    }

    async fn a_newcomer_may_say_who_they_are_before_an_account_is_opened(app: TestApp) {
        let mut tokens = Vec::new();
        for _ in 0..2 {
            let answer = in_two_steps(&app, "desk", "good").await;
            assert_eq!(answer.user_errors("socialLoginComplete"), ["ACTOR_NOT_LINKED"]);
            let payload = &answer.data()["socialLoginComplete"];
            assert!(payload["accessToken"].is_null() && payload["mfaToken"].is_null());
            tokens.push(payload["registrationToken"].as_str().unwrap().to_owned());
        }
        assert_eq!((app.count("customer").await, app.count("auth_identity").await), (0, 0));
        let second = async |token: &str| {
            let create = "mutation($token: String!) { customerProfileCreate(input: { registrationToken: $token, firstName: \"Amazing\" }) { isAccepted ticket accessToken userErrors { code } } }";
            app.ask(&Persona::anonymous(), create, json!({ "token": token })).await
        };
        let answers = futures_util::future::join_all([second(&tokens[0]), second(&tokens[1]), second(&tokens[0])]).await;
        let (made, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.data()["customerProfileCreate"]["isAccepted"] == true);
        assert_eq!((made.len(), late.len()), (1, 2));
        for answer in late {
            assert_eq!(answer.user_errors("customerProfileCreate"), ["ALREADY_LINKED"]);
        }
        let payload = &made[0].data()["customerProfileCreate"];
        assert!(payload["ticket"].is_null());
        let grace = me(&app, &Persona::bearer("grace", payload["accessToken"].as_str().unwrap())).await;
        assert_eq!((&grace["firstName"], &grace["email"]), (&json!("Amazing"), &json!("grace@example.com")));
        assert!(grace["emailVerifiedAt"].is_string());
        // Who has an account is let in, as ever.
        let again = in_two_steps(&app, "desk", "good").await;
        assert_eq!(me(&app, &persona(&again)).await["id"], grace["id"]);
    }

    async fn the_owner_is_told_of_a_new_way_to_log_in_and_of_one_that_is_gone(app: TestApp) {
        let ada = app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at, locale = 'de'").await;
        let link = async || {
            let input = json!({ "provider": "badge", "client": "shop", "redirectUrl": REDIRECT_URL });
            let begun = Begun::of(&app.ask(&ada, LINK_START, json!({ "input": input })).await, "loginMethodLinkStart");
            let returned = Returned { state: begun.parameter("state"), code: "1815".to_owned(), ..Returned::default() };
            let answer = app.ask(&ada, LINK_COMPLETE, returned.input(&begun)).await;
            assert_eq!(answer.user_errors("loginMethodLinkComplete"), [""; 0]);
            answer.data()["loginMethodLinkComplete"]["loginMethodId"].clone()
        };
        link().await;
        let id = link().await;
        let letters = app.letters("ada@example.com").await;
        let linked: Vec<_> = letters.iter().filter(|letter| letter.letter.subject == "Sie können sich auf einem neuen Weg anmelden").collect();
        assert_eq!(linked.len(), 1, "linking what is linked is nothing new");
        assert!(linked[0].letter.text.contains("auch badge Ihr Konto"), "{}", linked[0].letter.text);
        assert!(linked[0].letter.html.contains("auch badge Ihr Konto"), "{}", linked[0].letter.html);
        app.execute("update customer set locale = null").await;
        let unlink = "mutation($id: ID!) { loginMethodUnlink(input: { id: $id }) { unlinkedId userErrors { code } } }";
        assert_eq!(app.ask(&ada, unlink, json!({ "id": id })).await.user_errors("loginMethodUnlink"), [""; 0]);
        let letter = app.letters("ada@example.com").await[0].letter.clone();
        assert_eq!(letter.subject, "A way to log in was removed");
        assert!(letter.text.contains("badge no longer opens your account"), "{}", letter.text);
    }

    async fn who_is_linked_by_itself_is_told_and_a_newcomer_is_not(app: TestApp) {
        persona(&log_in(&app, "desk", "good").await);
        assert_eq!(app.count("mail").await, 0);
        app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        persona(&log_in(&app, "badge", "1815").await);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A new way to log in was added");
    }

    async fn who_has_a_second_factor_is_asked_for_it_after_a_provider_too(app: TestApp) {
        let ada = persona(&log_in(&app, "badge", "1815").await);
        let phone = mfa::enroll(&app, &ada).await;
        let begun = start(&app, "badge").await;
        let returned = Returned { state: begun.parameter("state"), code: "1815".to_owned(), ..Returned::default() };
        let complete = "mutation($input: SocialLoginCompleteInput!) { socialLoginComplete(input: $input) { accessToken refreshToken mfaToken userErrors { code } } }";
        let answer = app.ask(&Persona::anonymous(), complete, returned.input(&begun)).await;
        assert_eq!(answer.user_errors("socialLoginComplete"), ["MFA_REQUIRED"]);
        let payload = &answer.data()["socialLoginComplete"];
        assert!(payload["accessToken"].is_null() && payload["refreshToken"].is_null());
        let verify = "mutation($token: String!, $code: String!) { sessionVerifyMfa(input: { mfaToken: $token, code: $code }) { accessToken userErrors { code } } }";
        let answer = app.ask(&Persona::anonymous(), verify, json!({ "token": payload["mfaToken"], "code": phone.code(&app, 1) })).await;
        assert_eq!(answer.user_errors("sessionVerifyMfa"), [""; 0]);
        assert_eq!(app.count("session where assurance = 'AAL2'").await, 2);
    }
}
