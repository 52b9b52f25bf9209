//! `organizationUpdate`.

use serde_json::json;

use super::{errors, mutate, organization};
use crate::on_both;

const SHOWN: &str = "organization { name legalName registrationNumber externalId status metadata version }";

on_both! {
    async fn what_is_left_out_stays_and_null_clears(app: TestApp) {
        let admin = app.admin().await;
        let id = organization(&app, &admin, "Before", &[]).await["id"].clone();
        let first = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({
            "id": id, "legalName": "Before Ltd", "registrationNumber": "1", "status": "SUSPENDED",
            "metadata": { "set": { "a": 1, "b": 2 } },
        })).await;
        assert_eq!(first["organization"]["version"], 2);
        assert_eq!(first["organization"]["status"], "SUSPENDED");
        let second = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({
            "id": id, "name": "After", "legalName": null, "externalId": null, "metadata": { "delete": ["a"] }, "expectedVersion": 2,
        })).await;
        assert_eq!(second["organization"], json!({
            "name": "After", "legalName": null, "registrationNumber": "1", "externalId": null, "status": "SUSPENDED",
            "metadata": { "b": 2 }, "version": 3,
        }));
        let nothing = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({ "id": id, "name": "After" })).await;
        assert_eq!(nothing["organization"]["version"], 3);
    }

    async fn a_stale_version_is_a_conflict(app: TestApp) {
        let admin = app.admin().await;
        let id = organization(&app, &admin, "One", &[]).await["id"].clone();
        let refused = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({ "id": id, "name": "Two", "expectedVersion": 7 })).await;
        assert_eq!(errors(&refused), [("CONFLICT", "expectedVersion".to_owned())]);
        assert_eq!(refused["userErrors"][0]["currentVersion"], 1);
    }

    async fn a_name_and_a_state_are_never_cleared_and_external_ids_are_unique(app: TestApp) {
        let admin = app.admin().await;
        let id = organization(&app, &admin, "One", &[]).await["id"].clone();
        organization(&app, &admin, "Two", &[]).await;
        let refused = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({ "id": id, "name": null, "status": null })).await;
        assert_eq!(errors(&refused), [("REQUIRED", "name".to_owned()), ("REQUIRED", "status".to_owned())]);
        let refused = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({ "id": id, "externalId": "Two" })).await;
        assert_eq!(errors(&refused), [("EXTERNAL_ID_TAKEN", "externalId".to_owned())]);
        let own = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({ "id": id, "externalId": "One" })).await;
        assert_eq!(errors(&own), []);
    }

    async fn an_unknown_organization_is_not_found(app: TestApp) {
        let admin = app.admin().await;
        let refused = mutate(&app, &admin, "organizationUpdate", SHOWN, json!({ "id": "org_00000000000000000000000000", "name": "x" })).await;
        assert_eq!(errors(&refused), [("NOT_FOUND", "id".to_owned())]);
    }
}
