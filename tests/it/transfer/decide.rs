//! `orderTransferAccept`, `orderTransferDecline` and `orderTransfer`.

use customer_graph::work::{
    Statements,
    outbox::{self, Cursor},
    outbox_subject,
};
use serde_json::{Value, json};

use super::*;
use crate::{on_both, order::customer};

async fn decide(app: &TestApp, persona: &Persona, mutation: &str, input: Value) -> String {
    let answer = run(app, persona, mutation, input).await;
    let payload = &answer.data()[mutation];
    match payload["state"].as_str() {
        Some(state) => state.to_owned(),
        None => payload["userErrors"][0]["code"].as_str().unwrap().to_owned(),
    }
}

on_both! {
    async fn the_owner_agrees_by_the_link_and_the_order_goes(app: TestApp) {
        let (sam, ada, bob) = (app.staff("sam", "orders:*").await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let input = json!({ "orderLinkId": link, "toCustomerId": ada.id() });
        let transfer = done(&run(&app, &sam, "orderTransferRequest", input).await, "orderTransferRequest")["orderTransfer"]["id"].as_str().unwrap().to_owned();
        let token = token(&app, "bob@example.com").await;
        let nobody = Persona::anonymous();
        let answer = run(&app, &nobody, "orderTransferAccept", json!({ "token": token })).await;
        assert_eq!(done(&answer, "orderTransferAccept"), json!({ "state": "ACCEPTED", "orderTransfer": null, "userErrors": [] }));
        let now = seen(&app, &link, &transfer).await;
        assert_eq!(now["orderLink"], json!({ "email": null, "customer": { "id": ada.id() }, "version": 2, "activeTransfer": null }));
        assert!(!app.dump("order_link").await.contains("old@example.com"), "the address of the former owner goes with them");
        assert_eq!((&now["node"]["state"], &now["node"]["from"]["id"], &now["node"]["version"]), (&json!("ACCEPTED"), &json!(bob.id()), &json!(2)));
        assert!(now["node"]["decidedAt"].is_string());
        let steps = ["order.transfer_requested", "order.updated", "order.transfer_accepted"];
        assert_eq!(told(&app, bob.id()).await[1..], steps);
        assert_eq!(told(&app, ada.id()).await, steps);
        let orders = "{ me { orders { nodes { orderId } } } }";
        assert_eq!(app.ask(&ada, orders, json!({})).await.data()["me"]["orders"]["nodes"], json!([{ "orderId": "1" }]));
        assert_eq!(app.ask(&bob, orders, json!({})).await.data()["me"]["orders"]["nodes"], json!([]));
        // Both who wanted it hear of it. Ada has not proven her address, so her mail does not say a name.
        let letters = app.letters("ada@example.com").await;
        assert!(letters[0].letter.subject.contains("#1") && letters[0].letter.text.contains("it is yours now"), "{:?}", letters[0]);
        assert!(!letters[0].letter.text.contains("Hello ada") && !letters[0].letter.text.contains("bob"));
        assert!(app.letters("sam@example.com").await[0].letter.text.contains("belongs to the other customer now"));
        for mutation in ["orderTransferAccept", "orderTransferDecline"] {
            assert_eq!(decide(&app, &nobody, mutation, json!({ "token": token })).await, "INVALID_TRANSITION");
        }
        assert_eq!(told(&app, ada.id()).await, steps);
    }

    async fn what_happened_to_the_order_and_what_it_adds_up_to_go_with_it(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        order_of(&app, "2", json!({ "customerId": bob.id(), "totalAmount": "5.00" })).await;
        order_of(&app, "3", json!({ "customerId": ada.id(), "totalAmount": "1.00" })).await;
        let answer = order::tell(&app, &admin, json!([
            order::activity("1", "RETURN", "sent back", json!({ "occurredAt": "2026-01-04T00:00:00Z" })),
            order::activity("1", "REFUND", "paid back", json!({ "amount": "2.50" })),
        ])).await;
        let outcomes: Vec<&Value> = answer.data()["orderActivityUpsert"]["results"].as_array().unwrap().iter().map(|row| &row["outcome"]).collect();
        assert_eq!(outcomes, ["CREATED", "CREATED"]);
        let stats = |orders: u8, returned: u8, rate: &str, spent: &str, refunded: &str| json!({
            "orderCount": orders, "returnedOrderCount": returned, "returnRate": rate, "byCurrency": [{
                "currencyCode": "EUR", "orderCount": orders, "returnedOrderCount": returned, "spent": { "amount": spent }, "refunded": { "amount": refunded },
            }],
        });
        let activities = |owner: &Persona| json!({ "totalCount": 2, "nodes": [
            { "kind": "REFUND", "externalId": "paid back", "order": { "orderId": "1", "customer": { "id": owner.id() } } },
            { "kind": "RETURN", "externalId": "sent back", "order": { "orderId": "1", "customer": { "id": owner.id() } } },
        ] });
        let none = json!({ "totalCount": 0, "nodes": [] });
        // While it is asked for everything is with the owner.
        asked(&app, &link, &ada).await;
        assert_eq!(sums(&app, bob.id()).await, json!({ "orderStats": stats(2, 1, "0.5000", "15.00", "2.50"), "activities": activities(&bob) }));
        assert_eq!(sums(&app, ada.id()).await, json!({ "orderStats": stats(1, 0, "0.0000", "1.00", "0.00"), "activities": none }));
        let token = token(&app, "bob@example.com").await;
        assert_eq!(decide(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "ACCEPTED");
        assert_eq!(sums(&app, bob.id()).await, json!({ "orderStats": stats(1, 0, "0.0000", "5.00", "0.00"), "activities": none }));
        assert_eq!(sums(&app, ada.id()).await, json!({ "orderStats": stats(2, 1, "0.5000", "11.00", "2.50"), "activities": activities(&ada) }));
        // Both see it so themselves.
        let own = "{ me { orderStats { orderCount } activities { totalCount } } }";
        for (persona, orders, happened) in [(&ada, 2, 2), (&bob, 1, 0)] {
            let answer = app.ask(persona, own, json!({})).await;
            assert_eq!(answer.data()["me"], json!({ "orderStats": { "orderCount": orders }, "activities": { "totalCount": happened } }));
        }
        check_recount(&app, "given away").await;
        // What happens from now on counts for the new owner.
        order::tell(&app, &admin, json!([order::activity("1", "REFUND", "more", json!({ "amount": "1.00" }))])).await.data();
        assert_eq!(sums(&app, ada.id()).await["orderStats"], stats(2, 1, "0.5000", "11.00", "3.50"));
        assert_eq!(sums(&app, bob.id()).await["orderStats"], stats(1, 0, "0.0000", "5.00", "0.00"));
        check_recount(&app, "paid back to the new owner").await;
    }

    async fn the_order_takes_the_address_of_the_new_owner_where_that_was_asked_for(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let link = order_of(&app, "1", json!({ "email": "old@example.com" })).await;
        let input = json!({ "orderLinkId": link, "toCustomerId": ada.id(), "updateEmail": true });
        done(&run(&app, &admin, "orderTransferRequest", input).await, "orderTransferRequest");
        let token = token(&app, "old@example.com").await;
        assert_eq!(decide(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "ACCEPTED");
        let orders = app.ask(&admin, "{ orderLinks(where: { email: { eq: \"ADA@example.com\" } }) { nodes { id email } } }", json!({})).await;
        assert_eq!(orders.data()["orderLinks"]["nodes"], json!([{ "id": link, "email": "ada@example.com" }]));
        assert!(!app.dump("timeline_entry").await.contains("old@example.com"));
        // Not even when the source tells the address of before once more.
        source_says(&app, "1", json!({ "customerId": null, "email": "old@example.com", "sourceUpdatedAt": "2026-02-01T00:00:00Z" })).await;
        let orders = app.ask(&admin, "{ orderLinks { nodes { id email customer { id } } } }", json!({})).await;
        assert_eq!(orders.data()["orderLinks"]["nodes"], json!([{ "id": link, "email": "ada@example.com", "customer": { "id": ada.id() } }]));
    }

    async fn what_the_source_says_once_more_takes_nothing_back(app: TestApp) {
        let (ada, bob, cleo) = (app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let transfer = asked(&app, &link, &ada).await;
        let token = token(&app, "bob@example.com").await;
        assert_eq!(decide(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "ACCEPTED");
        // Newer news about the order, of a source that knows nothing of the transfer.
        for (day, fields) in [
            (1, json!({ "customerId": bob.id(), "email": "old@example.com", "status": "paid" })),
            (2, json!({ "customerId": bob.id(), "email": "bob@example.com", "status": "sent" })),
            (3, json!({ "email": "old@example.com", "status": "delivered" })),
        ] {
            let mut fields = fields;
            fields["sourceUpdatedAt"] = json!(format!("2026-02-0{day}T00:00:00Z"));
            source_says(&app, "1", fields).await;
            let now = seen(&app, &link, &transfer).await;
            assert_eq!(now["orderLink"], json!({ "email": null, "customer": { "id": ada.id() }, "version": 2 + day, "activeTransfer": null }), "day {day}");
        }
        assert_eq!(app.count("order_link where status = 'delivered'").await, 1, "the rest is taken over");
        let dump = app.dump("order_link").await;
        assert!(!dump.contains("old@example.com") && !dump.contains("bob@example.com"), "{dump}");
        // Whom it has not named before is news, and so is whoever it named before that.
        for (day, other) in [(4, &cleo), (5, &bob)] {
            let email = format!("{}@example.com", other.name);
            let fields = json!({ "customerId": other.id(), "email": email, "sourceUpdatedAt": format!("2026-02-0{day}T00:00:00Z") });
            source_says(&app, "1", fields).await;
            let now = seen(&app, &link, &transfer).await;
            assert_eq!((&now["orderLink"]["customer"]["id"], &now["orderLink"]["email"]), (&json!(other.id()), &json!(email)));
        }
    }

    async fn what_the_source_says_of_a_former_owner_who_is_gone_takes_nothing_back(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let transfer = asked(&app, &link, &ada).await;
        let token = token(&app, "bob@example.com").await;
        assert_eq!(decide(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "ACCEPTED");
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"bob@example.com\" }) { userErrors { code } } }";
        let deleted = app.ask(&admin, delete, json!({ "id": bob.id() })).await;
        assert_eq!(deleted.user_errors("customerDelete"), [""; 0]);
        assert_eq!(app.count("order_link where named_customer_id is not null").await, 0, "nothing names who is gone");
        source_says(&app, "1", json!({ "customerId": null, "email": "old@example.com", "sourceUpdatedAt": "2026-02-01T00:00:00Z" })).await;
        let now = seen(&app, &link, &transfer).await;
        assert_eq!((&now["orderLink"]["customer"]["id"], &now["orderLink"]["email"]), (&json!(ada.id()), &json!(null)));
    }

    async fn whose_history_a_wish_for_an_order_of_nobody_belongs_to_is_told(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let link = order_of(&app, "1", json!({ "email": "guest@example.com" })).await;
        asked(&app, &link, &ada).await;
        crate::change::settle(&app).await;
        let query = "{ changes(first: 250, topics: [\"order.transfer_requested\"]) { nodes { subjectId } } }";
        let told = app.ask(&admin, query, json!({})).await;
        assert_eq!(told.data()["changes"]["nodes"], json!([{ "subjectId": ada.id() }, { "subjectId": link }]));
        let db = app.app.parts.database.for_migration();
        let page = outbox::events_after(&app.app.parts.database.reader(&Statements::default()), Cursor { transaction: 0, position: 0 }, 250).await.unwrap();
        let kinds = outbox_subject::kinds(db, &page.events).await.unwrap();
        let wishes = page.events.iter().filter(|event| event.topic == "order.transfer_requested");
        let of: Vec<&str> = wishes.map(|event| outbox_subject::kind(&kinds, event)).collect();
        assert_eq!(of, ["cus", "olink"], "sinks and endpoints are told the same");
    }

    async fn links_to_an_order_that_were_given_to_the_former_owner_show_it_no_more(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let nobody = Persona::anonymous();
        let create = "mutation($order: ID!) { guestOrderTokenCreate(input: { source: \"shop\", orderId: $order }) { token userErrors { code } } }";
        let look = "query($order: ID!, $email: Email!, $token: String!) { guestOrder(orderId: $order, source: \"shop\", email: $email, token: $token) { orderId } }";
        for (number, fields, asked_at) in [
            ("1", json!({ "customerId": bob.id(), "email": "old@example.com" }), "bob@example.com"),
            ("2", json!({ "email": "old@example.com" }), "old@example.com"),
        ] {
            let link = order_of(&app, number, fields).await;
            let made = app.ask(&admin, create, json!({ "order": number })).await.data()["guestOrderTokenCreate"]["token"].clone();
            let shown = app.ask(&nobody, look, json!({ "order": number, "email": "old@example.com", "token": made })).await;
            assert_eq!(shown.data()["guestOrder"], json!({ "orderId": number }));
            let input = json!({ "orderLinkId": link, "toCustomerId": ada.id(), "updateEmail": true });
            done(&run(&app, &admin, "orderTransferRequest", input).await, "orderTransferRequest");
            let token = token(&app, asked_at).await;
            assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": token })).await, "ACCEPTED");
            for email in ["old@example.com", "ada@example.com"] {
                let shown = app.ask(&nobody, look, json!({ "order": number, "email": email, "token": made })).await;
                assert_eq!(shown.data()["guestOrder"], Value::Null, "{number} {email}");
            }
            assert_eq!(app.count("order_token").await, 0, "{number}");
        }
    }

    async fn the_owner_declines_and_the_order_stays(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        app.prove_addresses().await;
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let token = token(&app, "bob@example.com").await;
        assert_eq!(decide(&app, &Persona::anonymous(), "orderTransferDecline", json!({ "token": token })).await, "DECLINED");
        assert_eq!((owner(&app, &link).await, state(&app, &link, &transfer).await), (json!(bob.id()), "DECLINED".to_owned()));
        assert_eq!(told(&app, ada.id()).await, ["order.transfer_requested", "order.transfer_declined"]);
        let letters = app.letters("ada@example.com").await;
        assert!(letters[0].letter.text.contains("did not agree that it goes to you") && letters[0].letter.text.contains("Hello ada"), "{:?}", letters[0]);
        assert_eq!(decide(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "INVALID_TRANSITION");
        // It can be asked for anew, and the record of before stays.
        asked(&app, &link, &ada).await;
        assert_eq!(app.count("order_transfer").await, 2);
    }

    async fn the_owner_who_has_logged_in_needs_no_mail(app: TestApp) {
        let (ada, bob, cleo) = (app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let admin = app.admin().await;
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let input = json!({ "id": transfer });
        // Who asks does not decide, nor does a stranger, nor staff.
        for other in [&ada, &cleo, &admin, &Persona::anonymous()] {
            for mutation in ["orderTransferAccept", "orderTransferDecline"] {
                assert_eq!(decide(&app, other, mutation, input.clone()).await, "NOT_FOUND");
            }
        }
        assert_eq!(decide(&app, &bob, "orderTransferAccept", json!({ "id": transfer, "expectedVersion": 2 })).await, "CONFLICT");
        let keyed = json!({ "id": transfer, "expectedVersion": 1, "idempotencyKey": "once" });
        for _ in 0..2 {
            let answer = run(&app, &bob, "orderTransferAccept", keyed.clone()).await;
            let payload = done(&answer, "orderTransferAccept");
            assert_eq!((&payload["state"], &payload["orderTransfer"]["from"]["id"], &payload["orderTransfer"]["to"]), (&json!("ACCEPTED"), &json!(bob.id()), &Value::Null));
        }
        assert_eq!(owner(&app, &link).await, ada.id());
        // The mail that still waits is pointless now.
        assert!(app.letters("bob@example.com").await.iter().all(|letter| !letter.letter.subject.contains("#1")));
    }

    async fn a_token_is_good_for_nothing_else_and_is_not_kept(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        // That proves an address.
        let other = token(&app, "bob@example.com").await;
        let transfer = asked(&app, &link, &ada).await;
        let nobody = Persona::anonymous();
        for wrong in [json!({ "token": other }), json!({ "token": "" }), json!({ "token": "a".repeat(1_000) })] {
            assert_eq!(decide(&app, &nobody, "orderTransferAccept", wrong).await, "TOKEN_INVALID");
        }
        for wrong in [json!({}), json!({ "token": other, "id": transfer })] {
            assert_eq!(decide(&app, &nobody, "orderTransferAccept", wrong).await, "INVALID");
        }
        let token = token(&app, "bob@example.com").await;
        for table in ["account_token", "mail", "order_transfer", "timeline_entry", "outbox_event"] {
            assert!(!app.dump(table).await.contains(&token), "{table}");
        }
        let log_in = "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { userErrors { code } } }";
        let answer = app.ask(&nobody, log_in, json!({ "token": token })).await;
        assert_eq!(answer.user_errors("magicLinkConsume"), ["TOKEN_INVALID"]);
    }

    async fn whoever_has_the_link_sees_what_they_decide_about(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let token = token(&app, "bob@example.com").await;
        let query = "query($token: String!) { orderTransfer(token: $token) {
          source orderId displayId total { amount currencyCode } placedAt isFromShop newOwnerHint updateEmail expiresAt
        } }";
        let nobody = Persona::anonymous();
        let offer = async || app.ask(&nobody, query, json!({ "token": token })).await.data()["orderTransfer"].clone();
        let first = offer().await;
        assert_eq!(first, json!({
            "source": "shop", "orderId": "1", "displayId": "#1", "total": { "amount": "10.00", "currencyCode": "EUR" },
            "placedAt": first["placedAt"], "isFromShop": true, "newOwnerHint": null, "updateEmail": false, "expiresAt": first["expiresAt"],
        }));
        // What nobody has proven nobody is shown.
        app.prove_addresses().await;
        assert_eq!(offer().await["newOwnerHint"], "a…@example.com");
        let hint = "query($id: ID!) { node(id: $id) { ... on OrderTransfer { newOwnerHint to { id } order { orderId } } } }";
        let own = app.ask(&bob, hint, json!({ "id": transfer })).await;
        assert_eq!(own.data()["node"], json!({ "newOwnerHint": "a…@example.com", "to": null, "order": { "orderId": "1" } }));
        // Who asked is not told of the owner in that way, and staff have no need of it.
        assert_eq!(app.ask(&ada, hint, json!({ "id": transfer })).await.data()["node"]["newOwnerHint"], Value::Null);
        assert_eq!(app.ask(&admin, hint, json!({ "id": transfer })).await.codes(), ["FORBIDDEN"]);
        let wrong = app.ask(&nobody, query, json!({ "token": "wrong" })).await;
        assert_eq!(wrong.data()["orderTransfer"], Value::Null);
        assert_eq!(decide(&app, &nobody, "orderTransferDecline", json!({ "token": token })).await, "DECLINED");
        assert_eq!(offer().await, Value::Null);
        assert_eq!(app.ask(&bob, hint, json!({ "id": transfer })).await.data()["node"]["newOwnerHint"], Value::Null);
    }

    async fn a_second_transfer_asks_the_owner_of_now(app: TestApp) {
        let (ada, bob, cleo) = (app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        asked(&app, &link, &ada).await;
        let first = token(&app, "bob@example.com").await;
        let nobody = Persona::anonymous();
        assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": first })).await, "ACCEPTED");
        let letters_of_bob = app.letters("bob@example.com").await.len();
        asked(&app, &link, &cleo).await;
        assert_eq!(app.letters("bob@example.com").await.len(), letters_of_bob);
        let second = token(&app, "ada@example.com").await;
        assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": second })).await, "ACCEPTED");
        assert_eq!(owner(&app, &link).await, cleo.id());
    }

    async fn when_the_order_has_another_owner_by_now_nothing_happens(app: TestApp) {
        let (ada, bob, cleo) = (app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let admin = app.admin().await;
        for (number, mutation) in [("1", "orderTransferAccept"), ("2", "orderTransferDecline"), ("3", "orderTransferResend"), ("4", "orderTransferRequest")] {
            let link = order_of(&app, number, json!({ "customerId": bob.id() })).await;
            let transfer = asked(&app, &link, &ada).await;
            let bobs = token(&app, "bob@example.com").await;
            source_says(&app, number, json!({ "customerId": cleo.id() })).await;
            let offer = "query($token: String!) { orderTransfer(token: $token) { orderId } }";
            assert_eq!(app.ask(&bob, offer, json!({ "token": bobs })).await.data()["orderTransfer"], Value::Null);
            assert_eq!(seen(&app, &link, &transfer).await["orderLink"]["activeTransfer"], Value::Null);
            match mutation {
                "orderTransferRequest" => {}
                "orderTransferResend" => {
                    let answer = run(&app, &admin, mutation, json!({ "id": transfer })).await;
                    assert_eq!(answer.user_errors(mutation), ["INVALID_STATE"]);
                }
                _ => assert_eq!(decide(&app, &bob, mutation, json!({ "token": bobs })).await, "INVALID_STATE"),
            }
            // Whoever asks anew asks the owner of now.
            asked(&app, &link, &ada).await;
            assert_eq!((state(&app, &link, &transfer).await, owner(&app, &link).await), ("CANCELLED".to_owned(), json!(cleo.id())));
            assert_eq!(decide(&app, &bob, "orderTransferAccept", json!({ "token": bobs })).await, "INVALID_TRANSITION");
            let cleos = token(&app, "cleo@example.com").await;
            assert_eq!(decide(&app, &cleo, "orderTransferAccept", json!({ "token": cleos })).await, "ACCEPTED");
        }
    }

    async fn what_has_changed_meanwhile_counts(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let admin = app.admin().await;
        let nobody = Persona::anonymous();
        // The order was canceled: nobody can agree any more.
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let first = token(&app, "bob@example.com").await;
        source_says(&app, "1", json!({ "customerId": bob.id(), "status": "cancelled" })).await;
        assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": first })).await, "ORDER_CANCELED");
        assert_eq!(state(&app, &link, &transfer).await, "CANCELLED");
        // The owner has another address: the link in the old mailbox is good no longer.
        let link = order_of(&app, "2", json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let old = token(&app, "bob@example.com").await;
        let change = "mutation($id: ID!) { customerUpdate(input: { id: $id, email: \"new@example.com\" }) { userErrors { code } } }";
        let guest = customer(&app, "guest").await;
        let guests = order_of(&app, "3", json!({ "customerId": guest })).await;
        let guests_transfer = asked(&app, &guests, &ada).await;
        let guests_old = token(&app, "guest@example.com").await;
        app.ask(&admin, change, json!({ "id": guest })).await.data();
        assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": guests_old })).await, "TOKEN_INVALID");
        let offer = app.ask(&nobody, "query($token: String!) { orderTransfer(token: $token) { orderId } }", json!({ "token": guests_old })).await;
        assert_eq!(offer.data()["orderTransfer"], Value::Null);
        assert_eq!(state(&app, &guests, &guests_transfer).await, "REQUESTED");
        app.clock.advance(Duration::from_secs(61));
        done(&run(&app, &admin, "orderTransferResend", json!({ "id": guests_transfer })).await, "orderTransferResend");
        let new = token(&app, "new@example.com").await;
        assert_eq!(decide(&app, &nobody, "orderTransferDecline", json!({ "token": new })).await, "DECLINED");
        // The new owner was shut out: the owner can still decline, and agree when they are back.
        shut_out(&app, ada.id()).await;
        assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": old })).await, "INVALID_STATE");
        assert_eq!(state(&app, &link, &transfer).await, "REQUESTED");
        let back = "mutation($id: ID!) { customerStatusSet(input: { id: $id, status: ACTIVE }) { userErrors { code } } }";
        app.ask(&admin, back, json!({ "id": ada.id() })).await.data();
        assert_eq!(decide(&app, &nobody, "orderTransferAccept", json!({ "token": old })).await, "ACCEPTED");
    }
}
