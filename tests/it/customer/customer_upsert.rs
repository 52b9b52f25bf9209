//! `customerUpsert`.

use serde_json::json;

use super::{NOBODY, create};
use crate::on_both;

const UPSERT: &str = "mutation($input: CustomerUpsertInput!) {
  customerUpsert(input: $input) { customer { id email externalId firstName } isCreated userErrors { code path } }
}";

on_both! {
    async fn a_customer_is_found_or_created_by_email_in_any_case(app: TestApp) {
        let admin = app.admin().await;
        let input = |email: &str, name: &str| json!({ "input": { "identifier": { "email": email }, "firstName": name } });
        let first = app.ask(&admin, UPSERT, input("Ada@example.com", "Ada")).await;
        assert_eq!(first.data()["customerUpsert"]["isCreated"], true);
        let second = app.ask(&admin, UPSERT, input(" ada@EXAMPLE.com", "Grace")).await;
        assert_eq!(second.data()["customerUpsert"]["isCreated"], false);
        assert_eq!(second.data()["customerUpsert"]["customer"]["id"], first.data()["customerUpsert"]["customer"]["id"]);
        assert_eq!(second.data()["customerUpsert"]["customer"]["firstName"], "Grace");
        assert_eq!(app.count("customer").await, 1);
    }

    async fn a_customer_is_found_or_created_by_external_id(app: TestApp) {
        let admin = app.admin().await;
        let id = create(&app, &admin, json!({ "externalId": "ALFKI" })).await;
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "identifier": { "externalId": "ALFKI" }, "email": "a@example.com" } })).await;
        assert_eq!(answer.data()["customerUpsert"]["customer"]["id"], json!(id));
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "identifier": { "externalId": "ANATR" } } })).await;
        assert_eq!(answer.data()["customerUpsert"]["customer"]["externalId"], "ANATR");
    }

    async fn an_id_is_never_made_by_the_caller(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "identifier": { "id": NOBODY }, "firstName": "x" } })).await;
        assert_eq!(answer.user_errors("customerUpsert"), ["NOT_FOUND"]);
    }

    async fn twenty_upserts_of_one_external_id_at_once_make_one_customer(app: TestApp) {
        let admin = app.admin().await;
        let upsert = || app.ask(&admin, UPSERT, json!({ "input": { "identifier": { "externalId": "one" }, "firstName": "x" } }));
        let answers = futures_util::future::join_all((0..20).map(|_| upsert())).await;
        assert!(answers.iter().all(|answer| answer.codes().is_empty()), "{answers:#?}");
        assert_eq!(app.count("customer").await, 1);
    }

    async fn a_repeated_key_answers_as_the_first_time(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "input": { "identifier": { "externalId": "one" }, "idempotencyKey": "k" } });
        let first = app.ask(&admin, UPSERT, input.clone()).await;
        let second = app.ask(&admin, UPSERT, input).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(second.data()["customerUpsert"]["isCreated"], true);
    }
}
