//! `staffMfaReset` and `StaffUser.mfaFactors`.

use serde_json::{Value, json};

use super::enroll;
use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    on_both,
};

async fn reset(app: &TestApp, who: &Persona, id: &Value, reason: &str) -> Answer {
    let query =
        "mutation($input: StaffMfaResetInput!) { staffMfaReset(input: $input) { isReset userErrors { code path } } }";
    app.ask(who, query, json!({ "input": { "id": id, "reason": reason } }))
        .await
}

async fn id(app: &TestApp, who: &Persona) -> Value {
    let answer = app.ask(who, "{ viewer { staffUser { id } } }", json!({})).await;
    answer.data()["viewer"]["staffUser"]["id"].clone()
}

on_both! {
    async fn a_colleague_sees_a_lost_factor_and_takes_it_away_and_the_owner_is_told(app: TestApp) {
        let sam = app.staff("sam", "orders:read").await;
        enroll(&app, &sam).await;
        let manager = app.staff("manager", "staff:*,orders:read").await;
        let own = "{ viewer { staffUser { mfaFactors { kind name } } } }";
        let shown = json!([{ "kind": "TOTP", "name": "Phone" }]);
        assert_eq!(app.ask(&sam, own, json!({})).await.data()["viewer"]["staffUser"]["mfaFactors"], shown);
        let sams = id(&app, &sam).await;
        let staff = "query($id: ID!) { staffUser(id: $id) { mfaFactors { kind name } } }";
        assert_eq!(app.ask(&manager, staff, json!({ "id": sams })).await.data()["staffUser"]["mfaFactors"], shown);
        let answer = reset(&app, &manager, &sams, "He showed his badge.").await;
        assert_eq!(answer.data()["staffMfaReset"], json!({ "isReset": true, "userErrors": [] }));
        assert_eq!(app.count("mfa_factor").await + app.count("recovery_code").await, 0);
        assert_eq!(app.count("session where revoked_at is null").await, 1, "that of the manager");
        assert_eq!(app.letters("sam@example.com").await[0].letter.subject, "The second factor was removed");
        assert!(app.dump("timeline_entry").await.contains("He showed his badge."));
        let log_in = "mutation($password: String!) { sessionCreate(input: { email: \"sam@example.com\", password: $password, actor: STAFF }) { accessToken } }";
        let answer = app.ask(&Persona::anonymous(), log_in, json!({ "password": PASSWORD })).await;
        assert!(answer.data()["sessionCreate"]["accessToken"].is_string());
        assert_eq!(reset(&app, &manager, &sams, "again").await.user_errors("staffMfaReset"), ["INVALID_STATE"]);
    }

    async fn it_takes_permission_rank_and_a_reason_and_is_not_for_oneself(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        enroll(&app, &owner).await;
        let manager = app.staff("manager", "staff:*").await;
        enroll(&app, &manager).await;
        let (owners, own) = (id(&app, &owner).await, id(&app, &manager).await);
        assert_eq!(reset(&app, &manager, &owners, "why").await.data()["staffMfaReset"]["userErrors"], json!([{ "code": "OUT_OF_SCOPE_PERMISSION", "path": ["id"] }]));
        assert_eq!(reset(&app, &manager, &own, "why").await.user_errors("staffMfaReset"), ["FORBIDDEN_FIELD"]);
        assert_eq!(reset(&app, &owner, &own, " ").await.user_errors("staffMfaReset"), ["REQUIRED"]);
        let reader = app.staff("reader", "*:read").await;
        assert_eq!(reset(&app, &reader, &own, "why").await.codes(), ["FORBIDDEN"]);
        let nobody = json!("staff_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert_ne!(reset(&app, &owner, &nobody, "why").await.body["data"]["staffMfaReset"]["isReset"], true);
        assert_eq!(app.count("mfa_factor").await, 2);
        // Who may see customers' factors need not see those of colleagues.
        let support = app.staff("support", "customers:read,sessions:*").await;
        let all = "{ viewer { staffUser { mfaFactors { id } } } }";
        assert_eq!(app.ask(&support, all, json!({})).await.data()["viewer"]["staffUser"]["mfaFactors"], json!([]));
    }
}
