//! `addressSetDefault`.

use serde_json::json;

use super::{address, customer, defaults, errors_of, german, told};
use crate::on_both;

const SET_DEFAULT: &str = "mutation($input: AddressSetDefaultInput!) {
  addressSetDefault(input: $input) { address { id version isDefaultShipping isDefaultBilling } userErrors { code path } }
}";

on_both! {
    async fn both_defaults_move_in_one_step(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let one = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true }))).await;
        let other = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultBilling": true }))).await;
        let third = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let answer = app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": third, "shipping": true, "billing": true } })).await;
        assert_eq!(answer.data()["addressSetDefault"]["address"], json!({ "id": third, "version": 2, "isDefaultShipping": true, "isDefaultBilling": true }));
        assert_eq!(defaults(&app, &admin, &ada).await, (Some(third.clone()), Some(third)));
        for displaced in [one, other] {
            let told = format!("outbox_event where topic = 'customer.address.updated' and object_version = 2 and object_id = '{displaced}'");
            assert_eq!(app.count(&told).await, 1);
        }
    }

    async fn one_default_moves_and_the_other_stays(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let one = address(&app, &admin, german(json!({ "customerId": ada, "isDefaultShipping": true, "isDefaultBilling": true }))).await;
        let other = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": other, "billing": true } })).await.data();
        assert_eq!(defaults(&app, &admin, &ada).await, (Some(one.clone()), Some(other)));
        app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": one, "shipping": false } })).await.data();
        assert_eq!(defaults(&app, &admin, &ada).await.0, None);
    }

    async fn nothing_asked_for_and_nothing_there_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let id = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let answer = app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": id } })).await;
        assert_eq!(errors_of(&answer, "addressSetDefault"), told([("REQUIRED", "shipping")]));
        let answer = app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR", "shipping": true } })).await;
        assert_eq!(errors_of(&answer, "addressSetDefault"), told([("NOT_FOUND", "id")]));
        let answer = app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": id, "shipping": true, "expectedVersion": 7 } })).await;
        assert_eq!(errors_of(&answer, "addressSetDefault"), told([("CONFLICT", "expectedVersion")]));
    }

    async fn a_race_for_the_default_has_one_winner(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, &admin, "ada").await;
        let one = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        let other = address(&app, &admin, german(json!({ "customerId": ada }))).await;
        for _ in 0..5 {
            let claim = |id: &str| app.ask(&admin, SET_DEFAULT, json!({ "input": { "id": id, "shipping": true, "billing": true } }));
            let (first, second) = tokio::join!(claim(&one), claim(&other));
            for answer in [first, second] {
                assert_eq!(answer.data()["addressSetDefault"]["userErrors"], json!([]));
            }
            assert_eq!(app.count("address where is_default_shipping").await, 1);
            assert_eq!(app.count("address where is_default_billing").await, 1);
        }
    }
}
