//! What becomes of orders when customers go.

use std::sync::Arc;

use customer_graph::{
    auth::Authenticator,
    features::order,
    work::{Call, Once, UnitOfWork, WriteOptions},
};
use entity::id::CustomerId;
use serde_json::{Value, json};

use super::{customer, link, row};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// Staff delete customers.
async fn delete(app: &TestApp, ids: &[&str]) {
    let admin = app.admin().await;
    let query = "mutation($ids: [ID!]!) { customerBulkDelete(input: { ids: $ids }) { userErrors { code } } }";
    let answer = app.ask(&admin, query, json!({ "ids": ids })).await;
    answer.data();
    assert_eq!(answer.user_errors("customerBulkDelete"), [""; 0]);
}

/// A customer is taken out of the orders by their own hand.
async fn leave(app: &TestApp, persona: &Persona) {
    let parts = &app.app.parts;
    let authenticator = Authenticator::new(parts.clone());
    let viewer = authenticator.viewer(persona.token.as_deref().unwrap()).await.unwrap();
    let call = Arc::new(Call::new(parts.clone(), viewer, "req_test".to_owned(), None));
    let id: CustomerId = persona.id().parse().unwrap();
    let written = call
        .write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            order::service::detach_customer(unit, &[id]).await.map(Once)
        })
        .await;
    assert!(written.is_ok());
}

/// What the link of an order has of a person.
async fn left(app: &TestApp, number: &str) -> Value {
    let admin = app.admin().await;
    let query = "query($order: ID!) { orderLink(source: \"shop\", orderId: $order) { email customer { id } version } }";
    let answer = app.ask(&admin, query, json!({ "order": number })).await;
    answer.data()["orderLink"].clone()
}

fn nobodys(email: Value, version: i64) -> Value {
    json!({ "email": email, "customer": null, "version": version })
}

on_both! {
    async fn an_address_that_is_theirs_alone_goes_with_them_from_orders_of_nobody(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        for (number, fields) in [
            ("1", json!({ "customerId": ada, "email": "old@example.com" })),
            ("2", json!({ "email": "Ada@Example.COM" })),
            ("3", json!({ "email": "bob@example.com" })),
            ("4", json!({ "email": "nobody@example.com" })),
            ("5", json!({})),
            ("6", json!({ "customerId": bob, "email": "ada@example.com" })),
        ] {
            link(&app, &admin, row(number, fields)).await;
        }
        delete(&app, &[&ada]).await;
        for (number, now) in [
            ("1", nobodys(Value::Null, 2)),
            ("2", nobodys(Value::Null, 2)),
            ("3", nobodys(json!("bob@example.com"), 1)),
            ("4", nobodys(json!("nobody@example.com"), 1)),
            ("5", nobodys(Value::Null, 1)),
            // That is Bob's, whatever is written on it.
            ("6", json!({ "email": "ada@example.com", "customer": { "id": bob }, "version": 1 })),
        ] {
            assert_eq!(left(&app, number).await, now, "{number}");
        }
    }

    async fn an_address_that_another_customer_has_too_stays(app: TestApp) {
        let admin = app.admin().await;
        let guest = customer(&app, "ada").await;
        let ada = app.customer("ada").await;
        link(&app, &admin, row("1", json!({ "email": "ada@example.com" }))).await;
        delete(&app, &[&guest]).await;
        assert_eq!(left(&app, "1").await, nobodys(json!("ada@example.com"), 1));
        delete(&app, &[ada.id()]).await;
        assert_eq!(left(&app, "1").await, nobodys(Value::Null, 2));
        // Of two who go together nobody is left.
        let guest = customer(&app, "bob").await;
        let bob = app.customer("bob").await;
        link(&app, &admin, row("2", json!({ "email": "bob@example.com" }))).await;
        delete(&app, &[&guest, bob.id()]).await;
        assert_eq!(left(&app, "2").await, nobodys(Value::Null, 2));
    }

    async fn customers_who_go_by_themselves_take_an_address_with_them_that_they_have_proven(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        for (number, fields) in [
            ("1", json!({ "email": "ada@example.com" })),
            ("2", json!({ "customerId": ada.id(), "email": "ada@example.com" })),
            ("3", json!({ "email": "bob@example.com" })),
        ] {
            link(&app, &admin, row(number, fields)).await;
        }
        leave(&app, &ada).await;
        assert_eq!(left(&app, "1").await, nobodys(json!("ada@example.com"), 1), "anybody could say that it is theirs");
        assert_eq!(left(&app, "2").await, nobodys(Value::Null, 2));
        app.prove_addresses().await;
        leave(&app, &ada).await;
        assert_eq!(left(&app, "1").await, nobodys(Value::Null, 2));
        assert_eq!(left(&app, "3").await, nobodys(json!("bob@example.com"), 1), "that is {}'s", bob.name);
    }
}
