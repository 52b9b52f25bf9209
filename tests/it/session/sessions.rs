//! `Customer.sessions`, `sessionRevoke`, `customerSessionsRevoke`.

use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn log_in(app: &TestApp, device: &str, from: &str) -> Persona {
    let body = json!({ "query": format!("mutation {{ sessionCreate(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\" }}) {{ accessToken }} }}") });
    let answer = app
        .send(
            &Persona::anonymous(),
            body.to_string(),
            &[("user-agent", device), ("x-forwarded-for", from)],
        )
        .await;
    Persona::bearer("ada", answer.data()["sessionCreate"]["accessToken"].as_str().unwrap())
}

async fn sessions(app: &TestApp, who: &Persona) -> Vec<Value> {
    let answer = app
        .ask(
            who,
            "{ me { sessions { totalCount nodes { id device ipPrefix assurance isCurrent } } } }",
            json!({}),
        )
        .await;
    let sessions = answer.data()["me"]["sessions"].clone();
    let nodes = sessions["nodes"].as_array().unwrap().clone();
    assert_eq!(sessions["totalCount"], nodes.len());
    nodes
}

async fn revoke(app: &TestApp, who: &Persona, id: &Value) -> Value {
    let answer = app
        .ask(
            who,
            "mutation($id: ID!) { sessionRevoke(input: { id: $id }) { isEnded userErrors { code path } } }",
            json!({ "id": id }),
        )
        .await;
    answer.data()["sessionRevoke"].clone()
}

on_both! {
    async fn a_customer_sees_the_devices_and_ends_one(app: TestApp) {
        app.customer("ada").await;
        let phone = log_in(&app, "Phone", "203.0.113.7").await;
        let laptop = log_in(&app, "Laptop", "2001:db8:1:2:3::4").await;
        let all = sessions(&app, &laptop).await;
        assert_eq!(all.len(), 3);
        assert_eq!(all[0]["device"], "Laptop");
        assert_eq!(all[0]["ipPrefix"], "2001:db8:1:2::/64");
        assert_eq!((&all[0]["isCurrent"], &all[1]["isCurrent"]), (&json!(true), &json!(false)));
        assert_eq!(all[1]["ipPrefix"], "203.0.113.0/24");
        assert_eq!(all[0]["assurance"], "AAL1");
        assert_eq!(revoke(&app, &laptop, &all[1]["id"]).await, json!({ "isEnded": true, "userErrors": [] }));
        assert_eq!(app.ask(&phone, "{ me { id } }", json!({})).await.status, 401);
        assert_eq!(sessions(&app, &laptop).await.len(), 2);
        assert_eq!(revoke(&app, &laptop, &all[1]["id"]).await["userErrors"][0]["code"], "NOT_FOUND");
    }

    async fn another_customers_session_does_not_exist(app: TestApp) {
        let ada = app.customer("ada").await;
        let bob = app.customer("bob").await;
        let own = sessions(&app, &ada).await[0]["id"].clone();
        assert_eq!(revoke(&app, &bob, &own).await["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["id"] }]));
        assert_eq!(sessions(&app, &bob).await.len(), 1);
        assert_eq!(sessions(&app, &ada).await.len(), 1);
    }

    async fn staff_see_and_end_the_sessions_of_a_customer_with_the_permission_for_it(app: TestApp) {
        let ada = app.customer("ada").await;
        let support = app.staff("support", "customers:read,sessions:*").await;
        let reader = app.staff("reader", "customers:read").await;
        let query = "query($id: ID!) { customer(id: $id) { sessions { nodes { id } } } }";
        let seen = app.ask(&support, query, json!({ "id": ada.id() })).await;
        assert_eq!(seen.data()["customer"]["sessions"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(app.ask(&reader, query, json!({ "id": ada.id() })).await.codes(), ["FORBIDDEN"]);
        let end = "mutation($id: ID!) { customerSessionsRevoke(input: { id: $id, reason: \"stolen phone\" }) { endedCount userErrors { code } } }";
        assert_eq!(app.ask(&reader, end, json!({ "id": ada.id() })).await.codes(), ["FORBIDDEN"]);
        let ended = app.ask(&support, end, json!({ "id": ada.id() })).await;
        assert_eq!(ended.data()["customerSessionsRevoke"], json!({ "endedCount": 1, "userErrors": [] }));
        assert_eq!(app.ask(&ada, "{ me { id } }", json!({})).await.status, 401);
        assert!(!app.dump("timeline_entry").await.is_empty());
    }

    async fn a_page_of_customers_with_their_sessions_is_two_statements(app: TestApp) {
        let admin = app.admin().await;
        for name in ["ada", "bob", "cyd", "dan", "eve"] {
            app.customer(name).await;
        }
        let answer = app.ask(&admin, "{ customers { nodes { sessions { nodes { id } } } } }", json!({})).await;
        answer.data();
        assert_eq!(answer.statements(), 2);
    }
}
