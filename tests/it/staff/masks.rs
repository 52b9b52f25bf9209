//! Fields that the roles of a staff user hide.

use serde_json::{Value, json};

use super::{assign, id_of, role, run};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// A staff user who may read everything but phone numbers and e-mail addresses of customers, and one customer.
async fn world(app: &TestApp) -> (Persona, Persona, String) {
    let owner = app.staff("owner", "*").await;
    let masked = json!({ "name": "Masked", "permissions": ["*:read", "customers:write"], "fieldMasks": ["Customer.phone", "Customer.email", "OrderLink.email"] });
    let masked = role(app, &owner, masked).await;
    let sam = app.staff("sam", "").await;
    assert_eq!(assign(app, &owner, &id_of(app, &sam).await, &masked).await, [""; 0]);
    let input = json!({ "email": "ada@example.com", "phone": "+4930901820", "firstName": "Ada", "groupIds": null });
    let input = json!({ "email": input["email"], "phone": input["phone"], "firstName": input["firstName"] });
    let made = run(
        app,
        &owner,
        "customerCreate",
        "CustomerCreateInput",
        input,
        "customer { id }",
    )
    .await;
    let id = made.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (owner, app.log_in_again(&sam).await, id)
}

/// Whether an answer tells what is hidden.
fn tells(answer: &crate::harness::Answer) -> bool {
    let text = answer.body["data"].to_string();
    text.contains("ada@example.com") || text.contains("30901820")
}

on_both! {
    async fn a_hidden_field_answers_null_with_an_error_whatever_way_leads_to_it(app: TestApp) {
        let (owner, sam, id) = world(&app).await;
        for query in [
            "{ customers { nodes { id firstName phone phoneE164 } } }",
            "{ customers { edges { node { id firstName p: phone q: phoneE164 } } } }",
            "query($id: ID!) { customer(id: $id) { id firstName phone phoneE164 } }",
            "query($id: ID!) { node(id: $id) { id ... on Customer { firstName phone phoneE164 } } }",
            "query($id: ID!) { nodes(ids: [$id]) { ...F } } fragment F on Customer { id firstName phone phoneE164 }",
            "query($id: ID!) { _entities(representations: [{ __typename: \"Customer\", id: $id }]) { ... on Customer { id firstName phone phoneE164 } } }",
            "query($id: ID!) { customer(id: $id) { id firstName phone @include(if: true) phoneE164 } }",
            "mutation($id: ID!) { customerUpdate(input: { id: $id, firstName: \"Ada\" }) { customer { id firstName phone phoneE164 } } }",
        ] {
            let variables = if query.contains("$id") { json!({ "id": id }) } else { json!({}) };
            let answer = app.ask(&sam, query, variables.clone()).await;
            assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"], "{query}: {:#}", answer.body);
            assert!(!tells(&answer), "{query}: {:#}", answer.body);
            assert!(answer.body["data"].to_string().contains("\"Ada\""), "what is not hidden is shown: {:#}", answer.body);
            assert!(tells(&app.ask(&owner, query, variables).await), "{query}: others see it");
        }
        let answer = app.ask(&sam, "{ customers { nodes { firstName phone email displayName } } }", json!({})).await;
        assert_eq!(answer.body["data"]["customers"]["nodes"], json!([{ "firstName": "Ada", "phone": null, "email": null, "displayName": "Ada" }]));
        assert_eq!(answer.body["errors"][0]["path"].as_array().unwrap()[..3], json!(["customers", "nodes", 0]).as_array().unwrap()[..]);
    }

    async fn a_name_to_show_is_made_of_what_is_shown(app: TestApp) {
        let (owner, sam, id) = world(&app).await;
        run(&app, &owner, "customerUpdate", "CustomerUpdateInput", json!({ "id": id, "firstName": null }), "customer { id }").await.data();
        let query = "query($id: ID!) { customer(id: $id) { displayName } }";
        assert_eq!(app.ask(&owner, query, json!({ "id": id })).await.data()["customer"]["displayName"], "ada@example.com");
        assert_eq!(app.ask(&sam, query, json!({ "id": id })).await.data()["customer"]["displayName"], "");
    }

    async fn nothing_tells_about_hidden_values(app: TestApp) {
        let (owner, sam, id) = world(&app).await;
        for (query, variables) in [
            ("{ customers(where: { phone: { eq: \"+4930901820\" } }) { totalCount } }", json!({})),
            ("{ customers(where: { OR: [{ NOT: { email: { startsWith: \"a\" } } }] }) { totalCount } }", json!({})),
            ("query($where: CustomerWhere) { customers(where: $where) { totalCount } }", json!({ "where": { "AND": [{ "email": { "eq": "ada@example.com" } }] } })),
            ("query($filter: StringFilter) { customers(where: { email: $filter }) { totalCount } }", json!({ "filter": { "eq": "ada@example.com" } })),
            ("{ customers(sort: [{ key: EMAIL }]) { nodes { id } } }", json!({})),
            ("query($sort: [CustomerSort!]) { customers(sort: $sort) { nodes { id } } }", json!({ "sort": [{ "key": "EMAIL" }] })),
            ("query($key: CustomerSortKey!) { customers(sort: [{ key: $key }]) { nodes { id } } }", json!({ "key": "EMAIL" })),
            ("{ customers(query: \"ada@example\") { totalCount } }", json!({})),
            ("{ customer(email: \"ada@example.com\") { id } }", json!({})),
            ("mutation { customerCreate(input: { email: \"ada@example.com\" }) { userErrors { code } } }", json!({})),
            ("mutation($input: CustomerUpsertInput!) { customerUpsert(input: $input) { customer { id } } }", json!({ "input": { "identifier": { "email": "ada@example.com" } } })),
            ("query { ...F } fragment F on Query { customers(where: { email: { eq: \"ada@example.com\" } }) { totalCount } }", json!({})),
        ] {
            let answer = app.ask(&sam, query, variables.clone()).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{query}: {:#}", answer.body);
            assert!(answer.body.get("data").is_none(), "{query}");
            assert_ne!(app.ask(&owner, query, variables).await.codes(), ["FORBIDDEN"], "{query}: others may");
        }
        let answer = app.ask(&sam, "mutation($id: ID!) { customerUpdate(input: { id: $id, firstName: \"A\", dryRun: true }) { dryRun { changes { before } } } }", json!({ "id": id })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        let fair = "{ customers(where: { firstName: { eq: \"Ada\" } }, sort: [{ key: FIRST_NAME }]) { totalCount } }";
        assert_eq!(app.ask(&sam, fair, json!({})).await.data()["customers"]["totalCount"], 1);
    }

    async fn a_hidden_relation_is_told_by_no_other_name(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let fields = ["OrderLink.customer", "OrderLink.organization", "OrderLink.channel", "Address.customer", "Address.province", "Mail.customer", "OrganizationMember.customer", "OrderLine.sku"];
        let masks = role(&app, &owner, json!({ "name": "Masks", "permissions": ["*:read"], "fieldMasks": fields })).await;
        let sam = app.staff("sam", "").await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &sam).await, &masks).await, [""; 0]);
        let sam = app.log_in_again(&sam).await;
        let (customer, organization, channel) = ("cus_01ARZ3NDEKTSV4RRFFQ69G5FAV", "org_01ARZ3NDEKTSV4RRFFQ69G5FAV", "chan_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        for (list, told, condition) in [
            ("orderLinks", "OrderLink.customerId", json!({ "customerId": { "eq": customer } })),
            ("orderLinks", "OrderLink.hasCustomer", json!({ "hasCustomer": true })),
            ("orderLinks", "OrderLink.isGuestOrder", json!({ "isGuestOrder": true })),
            ("orderLinks", "OrderLink.sku", json!({ "sku": { "eq": "TEA" } })),
            ("orderLinks", "OrderLink.organizationId", json!({ "AND": [{ "organizationId": { "eq": organization } }] })),
            ("orderLinks", "OrderLink.channelId", json!({ "channelId": { "eq": channel } })),
            ("orderLinks", "OrderLink.channelHandle", json!({ "NOT": { "channelHandle": { "eq": "web" } } })),
            ("addresses", "Address.customerId", json!({ "customerId": { "eq": customer } })),
            ("addresses", "Address.provinceCode", json!({ "provinceCode": { "eq": "NI" } })),
            ("mails", "Mail.customerId", json!({ "customerId": customer })),
        ] {
            let kind = match list { "orderLinks" => "OrderLinkWhere", "addresses" => "AddressWhere", _ => "MailWhere" };
            let query = format!("query($where: {kind}) {{ {list}(where: $where) {{ totalCount }} }}");
            let answer = app.ask(&sam, &query, json!({ "where": condition })).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{told}: {:#}", answer.body);
            assert!(answer.body.get("data").is_none(), "{told}");
            assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(told), "{told}: {:#}", answer.body);
            assert_eq!(app.ask(&owner, &query, json!({ "where": condition })).await.codes(), [""; 0], "{told}: others may");
        }
        for query in ["query($c: ID = \"cus_01ARZ3NDEKTSV4RRFFQ69G5FAV\") { mails(where: { customerId: $c }) { totalCount } }", "{ addresses(where: { OR: [{ NOT: { provinceCode: { eq: \"NI\" } } }] }) { totalCount } }"] {
            assert_eq!(app.ask(&sam, query, json!({})).await.codes(), ["FORBIDDEN"], "{query}");
        }
        let answer = app.ask(&sam, "{ addresses { nodes { city provinceCode } } orderLinks(where: { status: { eq: \"sent\" } }) { totalCount } }", json!({})).await;
        assert_eq!(answer.body["data"]["orderLinks"]["totalCount"], 0, "{:#}", answer.body);
    }

    async fn the_address_of_a_mail_is_that_of_its_customer(app: TestApp) {
        let (owner, sam, _) = world(&app).await;
        run(&app, &owner, "customerInvite", "CustomerInviteInput", json!({ "email": "grace@example.com" }), "customer { id }").await.data();
        let query = "{ mails { nodes { template recipient } } }";
        let answer = app.ask(&owner, query, json!({})).await;
        assert_eq!(answer.data()["mails"]["nodes"], json!([{ "template": "invitation", "recipient": "grace@example.com" }]));
        let answer = app.ask(&sam, query, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["mails"]["nodes"], json!([{ "template": "invitation", "recipient": null }]));
        let masks = json!({ "name": "Mails", "permissions": ["mails:read"], "fieldMasks": ["Mail.recipient"] });
        role(&app, &owner, masks).await;
    }

    async fn masks_forbid_no_work_that_has_nothing_to_do_with_them(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let fields = ["Customer.email", "Customer.phone", "StaffUser.name"];
        let masks = role(&app, &owner, json!({ "name": "Masks", "permissions": ["*"], "fieldMasks": fields })).await;
        let sam = app.staff("sam", "").await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &sam).await, &masks).await, [""; 0]);
        let (sam, ada) = (app.log_in_again(&sam).await, app.customer("ada").await);
        let made = run(&app, &sam, "staffUserCreate", "StaffUserCreateInput", json!({ "email": "new@example.com", "roleIds": [masks] }), "staffUser { email }").await;
        assert_eq!(made.data()["staffUserCreate"]["staffUser"]["email"], "new@example.com");
        role(&app, &sam, json!({ "name": "Another", "permissions": ["customers:read"], "fieldMasks": fields })).await;
        let answer = app.ask(&sam, "{ customerGroups(where: { name: { eq: \"VIP\" } }) { totalCount } }", json!({})).await;
        assert_eq!(answer.data()["customerGroups"]["totalCount"], 0);
        let address = json!({ "customerId": ada.id(), "countryCode": "DE", "phone": "+4930901820", "address1": "Hauptstraße 1", "city": "Oldenburg", "postalCode": "26133", "firstName": "Ada", "lastName": "Byron" });
        let answer = run(&app, &sam, "addressCreate", "AddressCreateInput", address, "address { phone }").await;
        assert_eq!(answer.data()["addressCreate"]["address"]["phone"], "+4930901820");
        let input = json!({ "id": ada.id(), "metadata": { "set": { "phone": "private", "email": { "query": "EMAIL" } } } });
        let answer = run(&app, &sam, "customerUpdate", "CustomerUpdateInput", input, "customer { metadata }").await;
        assert_eq!(answer.data()["customerUpdate"]["customer"]["metadata"]["phone"], "private");
        for (mutation, kind, input) in [
            ("staffUserUpdate", "StaffUserUpdateInput", json!({ "id": "staff_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "Kim" })),
            ("customerUpdate", "CustomerUpdateInput", json!({ "id": ada.id(), "phone": "1" })),
            ("passwordResetRequest", "PasswordResetRequestInput", json!({ "email": "ada@example.com" })),
        ] {
            let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
            assert_eq!(app.ask(&sam, &query, json!({ "input": input })).await.codes(), ["FORBIDDEN"], "{mutation}");
        }
    }

    async fn the_schema_is_no_secret_and_no_condition_tells_a_hidden_fact(app: TestApp) {
        use customer_graph::auth::grants::{FieldMasks, hides};
        let (owner, sam, _) = world(&app).await;
        let query = "{ __schema { types { name kind fields { name type { kind } } inputFields { name } } } }";
        let all = app.ask(&owner, query, json!({})).await;
        let answer = app.ask(&sam, "{ __type(name: \"Customer\") { fields { name } } }", json!({})).await;
        assert!(answer.data()["__type"]["fields"].to_string().contains("\"phone\""), "that there is a field is no secret");
        let types = all.data()["__schema"]["types"].as_array().unwrap();
        let names = |list: &Value| list.as_array().into_iter().flatten().map(|field| field["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let mut asked = 0;
        for object in types.iter().filter(|kind| kind["kind"] == "OBJECT") {
            let name = object["name"].as_str().unwrap();
            let Some(conditions) = types.iter().find(|kind| kind["name"] == format!("{name}Where")) else { continue };
            for field in object["fields"].as_array().unwrap().iter().filter(|field| field["type"]["kind"] != "NON_NULL") {
                let field = field["name"].as_str().unwrap();
                let masks = FieldMasks::from([format!("{name}.{field}")]);
                let (first, rest) = field.split_at(1);
                let has = format!("has{}{rest}", first.to_uppercase());
                for condition in names(&conditions["inputFields"]) {
                    let goes_on = condition.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_uppercase));
                    if goes_on || condition == has {
                        asked += 1;
                        assert!(hides(&masks, name, &condition), "{name}Where.{condition} tells about {name}.{field}");
                    }
                }
            }
        }
        assert!(asked > 20, "{asked}");
    }

    async fn one_role_that_shows_a_field_shows_it(app: TestApp) {
        let (owner, sam, _) = world(&app).await;
        let open = role(&app, &owner, json!({ "name": "Open", "permissions": ["customers:read"], "fieldMasks": ["Customer.email"] })).await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &sam).await, &open).await, [""; 0]);
        let sam = app.log_in_again(&sam).await;
        let answer = app.ask(&sam, "{ customers { nodes { phone email } } }", json!({})).await;
        assert_eq!(answer.body["data"]["customers"]["nodes"], json!([{ "phone": "+4930901820", "email": null }]));
    }

    async fn nobody_shows_others_what_is_hidden_from_them(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let hidden = json!({ "name": "Manager", "permissions": ["staff:*", "customers:read"], "fieldMasks": ["Customer.phone"] });
        let manager_role = role(&app, &owner, hidden).await;
        let manager = app.staff("manager", "").await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &manager).await, &manager_role).await, [""; 0]);
        let manager = app.log_in_again(&manager).await;
        let user = id_of(&app, &app.staff("sam", "").await).await;
        let upsert = |masks: Value| json!({ "name": "Mine", "permissions": ["customers:read"], "fieldMasks": masks });
        let answer = run(&app, &manager, "roleUpsert", "RoleUpsertInput", upsert(json!([])), "role { id }").await;
        assert_eq!(answer.user_errors("roleUpsert"), ["OUT_OF_SCOPE_PERMISSION"]);
        let mine = role(&app, &manager, upsert(json!(["Customer.phone"]))).await;
        assert_eq!(assign(&app, &manager, &user, &mine).await, [""; 0]);
        let open = role(&app, &owner, json!({ "name": "Open", "permissions": ["customers:read"] })).await;
        assert_eq!(assign(&app, &manager, &user, &open).await, ["OUT_OF_SCOPE_PERMISSION"]);
        let answer = run(&app, &manager, "staffUserUpdate", "StaffUserUpdateInput", json!({ "id": user, "permissions": ["customers:read"] }), "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserUpdate"), [""; 0], "direct grants show nothing that roles hide");
    }
}
