//! Staff users: invited, changed, shut out.

use serde_json::{Value, json};

use super::{built_in, id_of, permissions, run, viewer};
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn update(app: &TestApp, persona: &Persona, input: Value) -> Value {
    let answer = run(
        app,
        persona,
        "staffUserUpdate",
        "StaffUserUpdateInput",
        input,
        "staffUser { id status version }",
    )
    .await;
    answer.data()["staffUserUpdate"].clone()
}

on_both! {
    async fn an_invited_staff_user_chooses_a_password_and_logs_in(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let input = json!({ "email": " Grace@Example.com ", "name": "Grace", "permissions": ["mails:read"], "roleIds": [built_in(&app, "support").await], "locale": "de" });
        let answer = run(&app, &owner, "staffUserCreate", "StaffUserCreateInput", input.clone(), "staffUser { id email name status directPermissions }").await;
        let user = &answer.data()["staffUserCreate"]["staffUser"];
        assert_eq!((&user["email"], &user["status"], &user["directPermissions"]), (&json!("Grace@Example.com"), &json!("ACTIVE"), &json!(["mails:read"])));
        assert_eq!(app.count("provider_identity where subject = 'grace@example.com'").await, 0, "nobody has set a password for them");
        let letters = app.letters("Grace@Example.com").await;
        assert!(letters[0].letter.subject.starts_with("Sie sind zur Arbeit"), "{:?}", letters[0].letter);
        assert!(letters[0].letter.text.contains("/staff/staff-invitation#token="), "{:?}", letters[0].letter);
        // The link is good for a week.
        app.clock.advance(std::time::Duration::from_secs(6 * 24 * 60 * 60));
        let reset = json!({ "token": TestApp::token_in(&letters), "newPassword": PASSWORD });
        let answer = run(&app, &Persona::anonymous(), "passwordReset", "PasswordResetInput", reset, "isReset").await;
        assert_eq!(answer.data()["passwordReset"]["isReset"], true, "{:#}", answer.body);
        let log_in = json!({ "email": "grace@example.com", "password": PASSWORD, "actor": "STAFF" });
        let answer = run(&app, &Persona::anonymous(), "sessionCreate", "SessionCreateInput", log_in, "accessToken").await;
        let grace = Persona::bearer("grace", answer.data()["sessionCreate"]["accessToken"].as_str().unwrap());
        assert!(permissions(&app, &grace).await.to_string().contains("impersonation:start"));
        let answer = run(&app, &owner, "staffUserCreate", "StaffUserCreateInput", input, "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserCreate"), ["EMAIL_TAKEN"]);
    }

    async fn complaints_about_an_invitation_come_at_once_and_a_dry_run_keeps_nothing(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let input = json!({ "email": "nobody", "name": "a".repeat(300), "permissions": ["x"] });
        let answer = run(&app, &owner, "staffUserCreate", "StaffUserCreateInput", input, "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserCreate"), ["INVALID_EMAIL", "TOO_LONG", "INVALID"]);
        let before = app.count("mail").await;
        let input = json!({ "email": "new@example.com", "dryRun": true });
        let answer = run(&app, &owner, "staffUserCreate", "StaffUserCreateInput", input, "dryRun { events }").await;
        assert_eq!(answer.data()["staffUserCreate"]["dryRun"]["events"], json!(["staff.created"]));
        assert_eq!((app.count("staff_user").await, app.count("mail").await), (1, before));
    }

    async fn who_is_disabled_is_out(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "customers:read").await;
        let user = id_of(&app, &sam).await;
        let answer = update(&app, &owner, json!({ "id": user, "expectedVersion": 1, "status": "DISABLED" })).await;
        assert_eq!(answer["staffUser"], json!({ "id": user, "status": "DISABLED", "version": 2 }));
        assert!(viewer(&app, &sam).await.is_none());
        assert_eq!(app.count("session where revoked_at is not null").await, 1);
        let answer = update(&app, &owner, json!({ "id": user, "expectedVersion": 1, "status": "ACTIVE" })).await;
        assert_eq!(answer["userErrors"][0]["code"], "CONFLICT");
        update(&app, &owner, json!({ "id": user, "status": "ACTIVE" })).await;
        assert!(viewer(&app, &sam).await.is_none(), "the old session stays ended");
    }

    async fn a_demotion_is_felt_and_nobody_demotes_their_betters(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let manager = app.staff("manager", "staff:*,customers:read").await;
        let sam = app.staff("sam", "customers:read").await;
        let (above, user) = (id_of(&app, &owner).await, id_of(&app, &sam).await);
        for input in [json!({ "id": above, "status": "DISABLED" }), json!({ "id": above, "permissions": [] })] {
            let answer = update(&app, &manager, input).await;
            assert_eq!(answer["userErrors"][0]["code"], "OUT_OF_SCOPE_PERMISSION");
        }
        update(&app, &manager, json!({ "id": user, "permissions": [] })).await;
        assert!(permissions(&app, &sam).await.is_empty());
        // A token that nobody has seen yet, since the answer about the other is remembered for five seconds.
        let sam = app.log_in_again(&sam).await;
        assert_eq!(app.ask(&sam, "{ customers { totalCount } }", json!({})).await.codes(), ["FORBIDDEN"]);
    }

    async fn who_may_not_see_staff_sees_themselves_alone(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "customers:read").await;
        let (above, own) = (id_of(&app, &owner).await, id_of(&app, &sam).await);
        let query = "query($id: ID!) { node(id: $id) { ... on StaffUser { email permissions } } }";
        assert_eq!(app.ask(&sam, query, json!({ "id": above })).await.data()["node"], Value::Null);
        assert_eq!(app.ask(&sam, query, json!({ "id": own })).await.data()["node"], json!({ "email": "sam@example.com", "permissions": ["customers:read"] }));
        for query in ["{ staffUsers { totalCount } }", "{ roles { totalCount } }", "{ permissions }"] {
            assert_eq!(app.ask(&sam, query, json!({})).await.codes(), ["FORBIDDEN"], "{query}");
        }
        let answer = app.ask(&sam, "query($id: ID!) { node(id: $id) { ... on StaffUser { roles { id } } } }", json!({ "id": own })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
    }

    async fn lists_of_staff_take_few_statements(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let support = built_in(&app, "support").await;
        let query = "{ staffUsers { nodes { email permissions roles { role { name parents { name } } } } } }";
        let invite = async |names: &[&str]| {
            for name in names {
                let input = json!({ "email": format!("{name}@example.com"), "roleIds": [support] });
                run(&app, &owner, "staffUserCreate", "StaffUserCreateInput", input, "staffUser { id }").await.data();
            }
            app.ask(&owner, query, json!({})).await
        };
        let few = invite(&["a", "b"]).await;
        let many = invite(&["c", "d", "e", "f"]).await;
        assert_eq!(many.data()["staffUsers"]["nodes"].as_array().unwrap().len(), 7);
        assert_eq!(many.statements(), few.statements());
    }
}
