//! Several at once, on PostgreSQL.

use futures_util::future::{join, join_all};
use serde_json::json;

use super::*;

/// The state that each of these answers reached, or the code with which it was refused.
fn outcomes<'a>(mutation: &str, answers: &'a [Answer]) -> Vec<&'a str> {
    let mut outcomes: Vec<&str> = answers
        .iter()
        .map(|answer| {
            let payload = &answer.data()[mutation];
            payload["userErrors"][0]["code"].as_str().unwrap_or("done")
        })
        .collect();
    outcomes.sort_unstable();
    outcomes
}

#[tokio::test]
async fn of_twenty_who_agree_at_once_one_does() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
    let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
    let transfer = asked(&app, &link, &ada).await;
    let token = token(&app, "bob@example.com").await;
    let answers = join_all((0..20).map(|number| {
        // By the link and by the account.
        let input = if number % 2 == 0 {
            json!({ "token": token })
        } else {
            json!({ "id": transfer })
        };
        let app = &app;
        let bob = &bob;
        async move { run(app, bob, "orderTransferAccept", input).await }
    }))
    .await;
    let mut wanted = vec!["INVALID_TRANSITION"; 19];
    wanted.push("done");
    assert_eq!(outcomes("orderTransferAccept", &answers), wanted);
    let now = seen(&app, &link, &transfer).await;
    assert_eq!(
        (&now["node"]["state"], &now["orderLink"]["version"]),
        (&json!("ACCEPTED"), &json!(2))
    );
    assert_eq!(
        told(&app, ada.id()).await,
        ["order.transfer_requested", "order.updated", "order.transfer_accepted"]
    );
}

#[tokio::test]
async fn of_an_answer_and_taking_back_at_once_one_counts() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
    let mut seen_states = std::collections::BTreeSet::new();
    for round in 0..12 {
        let link = order_of(&app, &round.to_string(), json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let accept = run(&app, &bob, "orderTransferAccept", json!({ "id": transfer }));
        let cancel = run(&app, &admin, "orderTransferCancel", json!({ "id": transfer }));
        let (accepted, cancelled) = if round % 2 == 0 {
            join(accept, cancel).await
        } else {
            let (cancelled, accepted) = join(cancel, accept).await;
            (accepted, cancelled)
        };
        let accepted = accepted.user_errors("orderTransferAccept").is_empty();
        let cancelled = cancelled.user_errors("orderTransferCancel").is_empty();
        assert!(accepted != cancelled, "one of them");
        let (wanted, owner_now) = if accepted {
            ("ACCEPTED", ada.id())
        } else {
            ("CANCELLED", bob.id())
        };
        assert_eq!(state(&app, &link, &transfer).await, wanted);
        assert_eq!(owner(&app, &link).await, owner_now);
        seen_states.insert(wanted);
    }
    assert!(!seen_states.is_empty());
}

#[tokio::test]
async fn of_many_wishes_for_an_order_at_once_one_is_asked() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (admin, bob) = (app.admin().await, app.customer("bob").await);
    let others = [app.customer("ada").await, app.customer("cleo").await];
    for round in 0..5 {
        let link = order_of(&app, &round.to_string(), json!({ "customerId": bob.id() })).await;
        let answers = join_all((0..8).map(|number: usize| {
            let input = json!({ "orderLinkId": link, "toCustomerId": others[number % 2].id() });
            let (app, admin) = (&app, &admin);
            async move { run(app, admin, "orderTransferRequest", input).await }
        }))
        .await;
        let mut wanted = vec!["ACTIVE_TRANSFER_EXISTS"; 7];
        wanted.push("done");
        assert_eq!(outcomes("orderTransferRequest", &answers), wanted);
    }
    assert_eq!(app.count("order_transfer").await, 5);
    let letters = app.letters("bob@example.com").await;
    assert_eq!(
        letters
            .iter()
            .filter(|letter| letter.letter.text.contains("/order-transfer#"))
            .count(),
        5
    );
}

#[tokio::test]
async fn an_answer_and_another_owner_at_once_never_give_away_what_is_anothers() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (ada, bob, cleo) = (
        app.customer("ada").await,
        app.customer("bob").await,
        app.customer("cleo").await,
    );
    for round in 0..10 {
        let number = round.to_string();
        let link = order_of(&app, &number, json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let accept = run(&app, &bob, "orderTransferAccept", json!({ "id": transfer }));
        let told = source_says(&app, &number, json!({ "customerId": cleo.id() }));
        let (accepted, ()) = join(accept, told).await;
        // Whoever came first, the source has the last word; and where it came first, nobody agreed.
        assert_eq!(owner(&app, &link).await, cleo.id());
        let wanted = match accepted.user_errors("orderTransferAccept").first() {
            None => "ACCEPTED",
            Some(&"INVALID_STATE") => "CANCELLED",
            Some(other) => panic!("{other}"),
        };
        assert_eq!(state(&app, &link, &transfer).await, wanted);
    }
}
