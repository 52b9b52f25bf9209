//! Registration where the e-mail address must be proven first, and the one gate of proof.

use std::time::Duration;

use customer_graph::auth::{AccountPolicy, Verification};
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Persona, Setup, TestApp},
    on_both_with,
};

/// As in production: nothing is opened before proof.
pub(super) fn proving() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            verification: Verification::Required,
            ..setup.accounts
        },
        ..setup
    }
}

async fn register(app: &TestApp, email: &str) -> Value {
    let input = json!({ "input": { "email": email, "password": PASSWORD, "firstName": "Ada" } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { isAccepted ticket userErrors { code path } } }", input).await;
    answer.data()["customerRegister"].clone()
}

async fn confirm(app: &TestApp, token: &str, ticket: Option<&str>) -> Value {
    let answer = app.ask(&Persona::anonymous(), "mutation($token: String!, $ticket: String) { emailVerificationConfirm(input: { token: $token, ticket: $ticket }) { isVerified needsPassword accessToken refreshToken userErrors { code path } } }", json!({ "token": token, "ticket": ticket })).await;
    answer.data()["emailVerificationConfirm"].clone()
}

async fn log_in(app: &TestApp, email: &str) -> Vec<String> {
    let input = json!({ "input": { "email": email, "password": PASSWORD } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken userErrors { code } } }", input).await;
    answer.data();
    answer
        .user_errors("sessionCreate")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

async fn guest(app: &TestApp, fields: Value) -> String {
    let admin = app.admin().await;
    let answer = app.ask(&admin, "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } userErrors { code } } }", json!({ "input": fields })).await;
    answer.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn order(app: &TestApp, number: &str, customer: &str) {
    let admin = app.admin().await;
    let row = json!({
        "source": "shop", "orderId": number, "customerId": customer, "email": "ada@example.com", "status": "completed",
        "totalAmount": "10.00", "currencyCode": "EUR", "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-01T00:00:00Z",
    });
    let answer = app.ask(&admin, "mutation($row: OrderLinkRow!) { orderLinkUpsert(input: { orders: [$row] }) { results { orderLink { id } userErrors { code path message } } userErrors { code path } } }", json!({ "row": row })).await;
    assert!(
        answer.data()["orderLinkUpsert"]["results"][0]["orderLink"]["id"].is_string(),
        "{:#}",
        answer.body
    );
}

on_both_with! {
    proving();

    async fn an_account_is_opened_by_the_link_in_the_mail(app: TestApp) {
        let asked = register(&app, "Ada@Example.com").await;
        assert_eq!(asked["isAccepted"], true);
        assert_eq!(app.count("customer").await, 0, "nothing is opened before proof");
        assert_eq!(log_in(&app, "ada@example.com").await, ["INVALID_CREDENTIALS"]);
        let letters = app.letters("Ada@Example.com").await;
        assert_eq!(letters.len(), 1);
        let opened = confirm(&app, &TestApp::token_in(&letters), asked["ticket"].as_str()).await;
        assert_eq!(opened["userErrors"], json!([]));
        assert_eq!(opened["needsPassword"], false);
        let ada = Persona::bearer("ada", opened["accessToken"].as_str().unwrap());
        let me = app.ask(&ada, "{ me { email firstName type emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"]["email"], "Ada@Example.com");
        assert_eq!(me.data()["me"]["type"], "REGISTERED");
        assert!(me.data()["me"]["emailVerifiedAt"].is_string());
        assert!(log_in(&app, "ada@example.com").await.is_empty());
    }

    async fn a_link_is_good_once(app: TestApp) {
        let asked = register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        confirm(&app, &token, asked["ticket"].as_str()).await;
        assert_eq!(confirm(&app, &token, asked["ticket"].as_str()).await["userErrors"][0]["code"], "TOKEN_INVALID");
    }

    async fn a_link_is_good_for_a_day(app: TestApp) {
        let asked = register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        app.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
        assert_eq!(confirm(&app, &token, asked["ticket"].as_str()).await["userErrors"][0]["code"], "TOKEN_EXPIRED");
        assert_eq!(app.count("customer").await, 0);
    }

    async fn only_the_newest_link_is_good_and_the_next_one_takes_a_minute(app: TestApp) {
        register(&app, "ada@example.com").await;
        let first = TestApp::token_in(&app.letters("ada@example.com").await);
        assert_eq!(register(&app, "ada@example.com").await["userErrors"][0]["code"], "COOLDOWN");
        app.clock.advance(Duration::from_secs(61));
        let asked = register(&app, "ada@example.com").await;
        let second = TestApp::token_in(&app.letters("ada@example.com").await);
        assert_eq!(confirm(&app, &first, None).await["userErrors"][0]["code"], "TOKEN_INVALID");
        assert_eq!(confirm(&app, &second, asked["ticket"].as_str()).await["userErrors"], json!([]));
    }

    async fn a_known_address_gets_the_same_answer_and_its_owner_a_word(app: TestApp) {
        app.customer("ada").await;
        let unknown = register(&app, "bob@example.com").await;
        let known = register(&app, "ada@example.com").await;
        for answer in [&unknown, &known] {
            assert_eq!(answer["isAccepted"], true);
            assert_eq!(answer["userErrors"], json!([]));
            assert_eq!(answer["ticket"].as_str().unwrap().len(), 43);
        }
        let letters = app.letters("ada@example.com").await;
        assert_eq!(letters[0].letter.subject, "You have an account already");
        assert!(!letters[0].letter.text.contains("token="), "{}", letters[0].letter.text);
        assert_eq!(app.count("customer").await, 1);
    }

    /// C14: somebody registers the victim's address with a password of their own; the victim follows the link.
    async fn a_password_that_a_stranger_typed_does_not_count(app: TestApp) {
        register(&app, "victim@example.com").await;
        let token = TestApp::token_in(&app.letters("victim@example.com").await);
        let opened = confirm(&app, &token, None).await;
        assert_eq!(opened["isVerified"], true);
        assert_eq!(opened["needsPassword"], true);
        assert!(opened["accessToken"].is_null());
        assert_eq!(log_in(&app, "victim@example.com").await, ["INVALID_CREDENTIALS"]);
    }

    async fn a_guest_becomes_the_account_with_the_orders_after_proof_and_not_before(app: TestApp) {
        let guest = guest(&app, json!({ "email": "ada@example.com", "lastName": "Byron" })).await;
        order(&app, "1", &guest).await;
        let asked = register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        let opened = confirm(&app, &token, asked["ticket"].as_str()).await;
        let ada = Persona::bearer("ada", opened["accessToken"].as_str().unwrap());
        let me = app.ask(&ada, "{ me { id firstName lastName type orders { nodes { orderId } } } }", json!({})).await;
        let me = &me.data()["me"];
        assert_eq!(me["id"], guest.as_str());
        assert_eq!((&me["firstName"], &me["lastName"], &me["type"]), (&json!("Ada"), &json!("Byron"), &json!("REGISTERED")));
        assert_eq!(me["orders"]["nodes"], json!([{ "orderId": "1" }]));
    }

    async fn who_was_shut_out_as_a_guest_does_not_come_in_by_registering(app: TestApp) {
        let shut_out = guest(&app, json!({ "email": "ada@example.com" })).await;
        order(&app, "1", &shut_out).await;
        app.execute("update customer set status = 'DISABLED'").await;
        let asked = register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        let answer = confirm(&app, &token, asked["ticket"].as_str()).await;
        assert_eq!(answer["userErrors"][0]["code"], "ACCOUNT_DISABLED");
        assert!(answer["accessToken"].is_null());
        assert_eq!(log_in(&app, "ada@example.com").await, ["INVALID_CREDENTIALS"]);
        let admin = app.admin().await;
        let all = app.ask(&admin, "{ customers { nodes { id type status } } }", json!({})).await;
        assert_eq!(all.data()["customers"]["nodes"], json!([{ "id": shut_out, "type": "GUEST", "status": "DISABLED" }]));
    }

    async fn all_guests_of_the_address_are_claimed_in_one_step(app: TestApp) {
        let admin = app.admin().await;
        let mut guests = Vec::new();
        for number in 0..3 {
            let guest = guest(&app, json!({ "email": "ada@example.com", "addresses": [{ "countryCode": "NO", "address1": "Quay 1", "city": "Oslo", "postalCode": "0150", "firstName": "A", "lastName": "B", "isDefaultShipping": true }] })).await;
            order(&app, &number.to_string(), &guest).await;
            let call = crate::interaction::call(&number.to_string(), json!({ "customerExternalId": null, "customerId": guest }));
            let told = app.ask(&admin, "mutation($input: InteractionRecordInput!) { interactionRecord(input: $input) { userErrors { code } } }", json!({ "input": { "interactions": [call] } })).await;
            assert_eq!(told.user_errors("interactionRecord"), [""; 0]);
            guests.push(guest);
        }
        let group = app.ask(&admin, "mutation { customerGroupCreate(input: { name: \"VIP\" }) { customerGroup { id } } }", json!({})).await;
        let group = group.data()["customerGroupCreate"]["customerGroup"]["id"].clone();
        let pairs = guests[1..].iter().map(|guest| json!({ "customerId": guest, "groupId": group })).collect::<Vec<_>>();
        let added = app.ask(&admin, "mutation($input: GroupMembershipsAddInput!) { groupMembershipsAdd(input: $input) { userErrors { code } } }", json!({ "input": { "pairs": pairs } })).await;
        assert_eq!(added.data()["groupMembershipsAdd"]["userErrors"], json!([]));
        let other = guest(&app, json!({ "email": "bob@example.com" })).await;
        let asked = register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        confirm(&app, &token, asked["ticket"].as_str()).await;
        let all = app.ask(&admin, "{ customers { nodes { id email orders { totalCount } orderStats { orderCount } interactions { totalCount } addresses { totalCount } groups { totalCount } defaultShippingAddress { id } } } }", json!({})).await;
        let all = all.data()["customers"]["nodes"].as_array().unwrap().clone();
        assert_eq!(all.len(), 2, "{all:#?}");
        let ada = all.iter().find(|row| row["id"] == guests[0].as_str()).unwrap();
        assert_eq!(ada["orders"]["totalCount"], 3);
        assert_eq!(ada["orderStats"]["orderCount"], 3);
        assert_eq!(ada["interactions"]["totalCount"], 3);
        assert_eq!(ada["addresses"]["totalCount"], 3);
        assert_eq!(ada["groups"]["totalCount"], 1);
        assert!(ada["defaultShippingAddress"].is_object());
        assert!(all.iter().any(|row| row["id"] == other.as_str()));
        let merged = app.column("outbox_event", "topic").await.iter().filter(|topic| *topic == "customer.merged").count();
        assert_eq!(merged, 2);
    }

    async fn of_fifty_who_follow_a_link_at_once_one_opens_the_account(app: TestApp) {
        let asked = register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        let attempts = (0..50).map(|_| confirm(&app, &token, asked["ticket"].as_str()));
        let answers = futures_util::future::join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| answer["isVerified"] == true).count(), 1);
        assert_eq!(app.count("customer").await, 1);
    }

    async fn no_secret_of_a_mail_is_ever_kept(app: TestApp) {
        register(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        for table in ["account_token", "mail", "outbox_event", "timeline_entry"] {
            assert!(!app.dump(table).await.contains(&token), "{table}");
        }
        assert!(!app.dump("account_token").await.contains(PASSWORD));
    }

    async fn a_mail_to_an_address_that_nobody_has_proven_says_nothing_in_the_words_of_a_stranger(app: TestApp) {
        app.customer("ada").await;
        for email in ["ada@example.com", "bob@example.com"] {
            let input = json!({ "input": { "email": email, "password": PASSWORD, "firstName": "winner, see https://evil.example" } });
            app.ask(&Persona::anonymous(), "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { isAccepted } }", input).await.data();
            let letters = app.letters(email).await;
            assert!(!letters[0].letter.text.contains("evil") && !letters[0].letter.html.contains("evil"), "{email}");
        }
    }

    async fn what_was_written_to_an_account_is_gone_with_it(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        register(&app, "ada@example.com").await;
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "You have an account already");
        let gone = app.ask(&admin, "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { userErrors { code path } } }", json!({ "id": ada.id() })).await;
        assert!(gone.user_errors("customerDelete").is_empty(), "{:#}", gone.body);
        assert!(!app.dump("mail").await.contains("ada@example.com"));
    }
}
