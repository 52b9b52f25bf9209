//! Who may not do something makes nobody be asked about it, and no secret is ever told.

use serde_json::json;

use super::{answering, before, make, upsert};
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
    provider::server::Server,
    security::{samples, world::World},
};

async fn hookable(app: &TestApp, admin: &Persona) -> Vec<String> {
    let answer = app.ask(admin, "{ hookMutations }", json!({})).await;
    let names = answer.data()["hookMutations"].as_array().unwrap().clone();
    names
        .into_iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

async fn hook_everything(app: &TestApp, admin: &Persona, server: &Server) -> Vec<String> {
    let mutations = hookable(app, admin).await;
    for mutation in &mutations {
        let mut input = before(&server.url, "CLOSED");
        input["mutation"] = json!(mutation);
        make(app, admin, input).await;
    }
    mutations
}

on_both! {
    async fn requests_that_are_denied_or_wrong_reach_no_hook(app: TestApp) {
        let server = answering(json!({ "allow": true })).await;
        let world = World::make(&app).await;
        let admin = world.admin.clone();
        let mutations = hook_everything(&app, &admin, &server).await;
        let reader = app.api_key("reader", "*:read").await;
        let mut tried = 0;
        for persona in [&Persona::anonymous(), &reader] {
            for mutation in &mutations {
                let Some(input) = samples::input(mutation) else { continue };
                let input = world.fill_json(&input);
                let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
                let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
                let answer = app.ask(persona, &query, json!({ "input": input })).await;
                assert!(answer.body.get("errors").is_some(), "{mutation} by {}: {:#}", persona.name, answer.body);
                tried += 1;
            }
        }
        assert!(tried > 0 && tried >= mutations.len(), "{tried} with {} mutations", mutations.len());
        // A customer may do some of it, and not the rest.
        let ada = world.persona("customer");
        let query = "mutation { customerCreate(input: { email: \"a@example.com\" }) { userErrors { code } } }";
        assert_eq!(app.ask(ada, query, json!({})).await.codes(), ["FORBIDDEN"]);
        // What does not fit the schema is not executed.
        for query in [
            "mutation { customerCreate(input: { firstName: 7 }) { userErrors { code } } }",
            "mutation { customerCreate(input: { unknown: 7 }) { userErrors { code } } }",
            "mutation { customerCreate(input: {}) { unknown } }",
            "mutation($unused: String) { customerCreate(input: {}) { userErrors { code } } }",
            "mutation { customerCreate(input: {}) @skip(if: true) { userErrors { code } } }",
        ] {
            app.ask(&admin, query, json!({})).await;
        }
        assert_eq!(server.asked("/").len(), 0, "{:?}", server.asked("/").first());
        let query = "mutation { profileUpdate(input: { firstName: \"A\" }) { userErrors { code } } }";
        app.ask(ada, query, json!({})).await.data();
        assert_eq!(server.asked("/").len(), 1);
    }

    async fn every_mutation_that_can_have_hooks_can_be_refused(app: TestApp) {
        let server = answering(json!({ "allow": false })).await;
        let world = World::make(&app).await;
        let admin = world.admin.clone();
        let mutations = hook_everything(&app, &admin, &server).await;
        let before = app.count("timeline_entry").await;
        let (mut tried, mut others) = (0, Vec::new());
        for mutation in &mutations {
            let Some(input) = samples::input(mutation) else { continue };
            let input = world.fill_json(&input);
            let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
            let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
            for persona in ["staff", "customer"] {
                let asked = server.asked("/").len();
                let answer = app.ask(world.persona(persona), &query, json!({ "input": input })).await;
                if server.asked("/").len() > asked {
                    tried += 1;
                    let errors = answer.user_errors(mutation);
                    assert!(!errors.is_empty(), "{mutation}: {:#}", answer.body);
                    // What may not be in an input is told before it is written, whatever a hook says.
                    if !errors.contains(&"HOOK_REJECTED") && !errors.contains(&"FORBIDDEN_FIELD") {
                        others.push(format!("{mutation} {errors:?}"));
                    }
                }
            }
        }
        assert!(tried >= mutations.len() / 2, "{tried} of {}", mutations.len());
        assert!(others.is_empty(), "{others:?}");
        assert_eq!(app.count("timeline_entry").await, before, "nothing was done");
    }

    async fn what_lets_somebody_in_has_no_hooks_and_is_told_to_none(app: TestApp) {
        let server = answering(json!({ "allow": true })).await;
        let admin = app.admin().await;
        let mutations = hook_everything(&app, &admin, &server).await;
        for mutation in [
            "sessionCreate", "sessionRefresh", "sessionEnd", "customerRegister", "passwordChange", "passwordReset", "emailChangeRequest",
            "emailVerificationConfirm", "magicLinkConsume", "otpConfirm", "invitationAccept", "mfaEnrollConfirm", "mfaDisable",
            "passkeyRegister", "loginMethodLinkComplete", "identityRegister", "hookUpsert", "hookDelete", "workflowUpsert",
            "apiKeyCreate", "impersonationEnd", "recoveryCodesGenerate", "noSuchMutation",
            // Who decides about these would choose what staff may do.
            "roleUpsert", "roleDelete", "roleAssign", "roleUnassign", "staffUserCreate", "staffUserUpdate", "staffMfaReset",
        ] {
            assert!(!mutations.iter().any(|known| known == mutation), "{mutation}");
            let mut input = before(&server.url, "CLOSED");
            input["mutation"] = json!(mutation);
            let answer = upsert(&app, &admin, input).await;
            assert_eq!(answer.user_errors("hookUpsert"), ["INVALID"], "{mutation}");
        }
        for mutation in ["customerCreate", "customerBulkCreate", "addressCreate", "profileUpdate", "customerDelete", "orderLinkUpsert"] {
            assert!(mutations.iter().any(|known| known == mutation), "{mutation}");
        }
        // Even a row that somebody wrote by hand asks nobody.
        app.execute("update hook set mutation = 'sessionCreate'").await;
        app.clock.advance(std::time::Duration::from_secs(3));
        app.customer("ada").await;
        let log_in = "mutation($password: String!) { sessionCreate(input: { email: \"ada@example.com\", password: $password }) { accessToken userErrors { code } } }";
        let answer = app.ask(&Persona::anonymous(), log_in, json!({ "password": PASSWORD })).await;
        assert!(answer.data()["sessionCreate"]["accessToken"].is_string());
        assert!(server.asked("/").is_empty());
    }

    async fn the_services_own_writes_are_not_hooked(app: TestApp) {
        let server = answering(json!({ "allow": false })).await;
        let admin = app.admin().await;
        hook_everything(&app, &admin, &server).await;
        app.customer("ada").await;
        app.staff("sam", "*").await;
        assert!(server.asked("/").is_empty());
    }
}
