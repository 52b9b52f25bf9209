//! Whoever loses a right hears no more.

use std::time::Duration;

use serde_json::json;

use super::{ADDRESS, CUSTOMER, impatient, rename, run};
use crate::{
    harness::{Persona, TestApp},
    on_both, on_both_with,
};

/// Ada and the admin listen to Ada; then something happens to her, and her name changes: she is told nothing of that, and
/// her socket is closed.
async fn hears_no_more(app: &TestApp, ada: &Persona, happens: impl AsyncFnOnce(&Persona)) {
    let admin = app.admin().await;
    let (mut hers, mut theirs) = (app.socket(ada).await, app.socket(&admin).await);
    let names = "subscription($id: ID) { customerChanged(customerId: $id) { customer { firstName } } }";
    hers.listen("c", names, json!({})).await;
    theirs.listen("c", names, json!({ "id": ada.id() })).await;
    rename(app, &admin, ada.id(), "before").await;
    assert_eq!(
        hers.data("c").await["customerChanged"]["customer"]["firstName"],
        "before"
    );
    happens(&admin).await;
    rename(app, &admin, ada.id(), "after").await;
    while theirs.data("c").await["customerChanged"]["customer"]["firstName"] != "after" {}
    assert_eq!(hers.closed_at_once().await, 4403);
}

on_both! {
    async fn after_a_session_has_ended_nothing_is_told(app: TestApp) {
        let ada = app.customer("ada").await;
        hears_no_more(&app, &ada, async |_: &Persona| {
            let ended = app.ask(&ada, "mutation { sessionEnd { endedCount } }", json!({})).await;
            assert_eq!(ended.data()["sessionEnd"]["endedCount"], 1);
        }).await;
    }

    async fn after_an_account_was_disabled_nothing_is_told(app: TestApp) {
        let ada = app.customer("ada").await;
        hears_no_more(&app, &ada, async |admin: &Persona| {
            let input = json!({ "id": ada.id(), "status": "DISABLED" });
            run(&app, admin, "customerStatusSet", input, "customer { id }").await;
        }).await;
    }

    async fn staff_who_lose_a_permission_are_told_so_and_nothing_else(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "customers:read,addresses:read").await;
        let mut socket = app.socket(&sam).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        let user = app.ask(&sam, "{ viewer { staffUser { id } } }", json!({})).await;
        let input = json!({ "id": user.data()["viewer"]["staffUser"]["id"], "permissions": ["addresses:read"] });
        run(&app, &owner, "staffUserUpdate", input, "staffUser { id }").await;
        rename(&app, &admin, ada.id(), "Augusta").await;
        let ended = socket.receive().await;
        assert_eq!((&ended["type"], &ended["id"]), (&json!("error"), &json!("c")), "{ended:#}");
        assert_eq!(ended["payload"][0]["extensions"]["code"], "FORBIDDEN");
        assert!(!ended.to_string().contains(ada.id()));
        // The socket itself goes on.
        socket.listen("c", ADDRESS, json!({})).await;
    }

    async fn a_token_that_ends_in_a_moment_closes_its_socket_by_itself(app: TestApp) {
        let ada = app.customer("ada").await;
        let soon = app.ending_in(&ada, Duration::from_secs(2));
        let mut socket = app.socket(&soon).await;
        let began = tokio::time::Instant::now();
        socket.listen("c", CUSTOMER, json!({})).await;
        assert_eq!(socket.closed_at_once().await, 4403);
        // The first look after those who listen comes after fifteen seconds.
        assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    }
}

on_both_with! { impatient();
    async fn a_socket_is_closed_when_its_token_ends(app: TestApp) {
        let ada = app.customer("ada").await;
        let mut socket = app.socket(&ada).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        app.clock.advance(Duration::from_secs(11 * 60));
        assert_eq!(socket.closed().await, 4403);
        let mut again = app.silent_socket().await;
        again.introduce(&ada).await;
        assert_eq!(again.closed().await, 4403);
    }

    async fn a_stream_of_events_ends_with_its_token(app: TestApp) {
        let ada = app.customer("ada").await;
        let mut events = app.events(&ada, CUSTOMER, json!({})).await;
        app.clock.advance(Duration::from_secs(11 * 60));
        let told = events.next().await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told:#}");
        assert_eq!(events.event().await.map(|(name, _)| name).as_deref(), Some("complete"));
        assert_eq!(events.event().await, None);
    }

    async fn a_socket_of_a_session_that_has_ended_is_closed_though_nothing_happens(app: TestApp) {
        let ada = app.customer("ada").await;
        let mut socket = app.socket(&ada).await;
        app.ask(&ada, "mutation { sessionEnd { endedCount } }", json!({})).await;
        assert_eq!(socket.closed().await, 4403);
    }
}
