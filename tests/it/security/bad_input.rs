//! Input that is wrong in every way that we could think of: a clear typed error, nothing written, and the service
//! goes on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::counts;
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const JSON: Option<&str> = Some("application/json");

struct Reply {
    status: u16,
    text: String,
}

async fn post(app: &TestApp, persona: &Persona, content_type: Option<&str>, body: Vec<u8>) -> Reply {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let mut request = client.post(format!("{}/graphql", app.url)).body(body);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    if let Some(token) = &persona.token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.expect("an answer instead of a closed connection");
    let status = response.status().as_u16();
    Reply {
        status,
        text: response.text().await.unwrap(),
    }
}

/// The codes of an answer: of its top-level errors, or else of the user errors of its only mutation.
fn codes(reply: &Reply, what: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(&reply.text).unwrap_or_else(|_| panic!("{what}: {}", reply.text));
    let told = |errors: &Value, code: &dyn Fn(&Value) -> Value| -> Vec<String> {
        let errors = errors.as_array().into_iter().flatten();
        errors
            .map(|error| code(error).as_str().unwrap_or("no code").to_owned())
            .collect()
    };
    let top = told(&body["errors"], &|error| error["extensions"]["code"].clone());
    if !top.is_empty() {
        return top;
    }
    let fields = body["data"].as_object().into_iter().flatten();
    fields
        .flat_map(|(_, payload)| told(&payload["userErrors"], &|error| error["code"].clone()))
        .collect()
}

#[track_caller]
fn assert_refused(reply: &Reply, what: &str) {
    let shown: String = reply.text.chars().take(500).collect();
    assert!(reply.status < 500, "{what}: {} {shown}", reply.status);
    let codes = codes(reply, what);
    assert!(!codes.is_empty(), "{what} was taken: {shown}");
    for code in &codes {
        assert!(!matches!(code.as_str(), "no code" | "INTERNAL"), "{what}: {shown}");
    }
    for leak in ["sqlx", "SQLSTATE", "select ", "SELECT ", "panicked", ".rs:"] {
        assert!(!reply.text.contains(leak), "{what} tells of the inside: {shown}");
    }
}

fn body(query: &str, variables: &Value) -> Vec<u8> {
    json!({ "query": query, "variables": variables })
        .to_string()
        .into_bytes()
}

async fn refused(app: &TestApp, persona: &Persona, what: &str, query: &str, variables: Value) {
    let reply = post(app, persona, JSON, body(query, &variables)).await;
    assert_refused(&reply, what);
}

/// States that nothing was written and that the service still answers.
async fn unharmed(app: &TestApp, persona: &Persona, before: &[(String, i64)]) {
    assert_eq!(counts(app).await, before);
    let answer = app.ask(persona, "{ viewer { kind } }", json!({})).await;
    assert_eq!(answer.data()["viewer"]["kind"], "API_KEY");
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("core"), |inner, _| json!({ "in": inner }))
}

const CREATE: &str = "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } userErrors { code path message } } }";
const ADDRESS: &str = "mutation($input: AddressCreateInput!) { addressCreate(input: $input) { address { id } userErrors { code path message } } }";
const LIST: &str = "query($first: Int, $after: String, $where: CustomerWhere, $sort: [CustomerSort!], $query: String) {
  customers(first: $first, after: $after, where: $where, sort: $sort, query: $query) { nodes { id } }
}";

on_both! {
    async fn bodies_that_are_no_request_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let before = counts(&app).await;
        let good = body("{ viewer { kind } }", &json!({}));
        for (what, bytes) in [
            ("an empty body", b"".to_vec()),
            ("white space", b"  \n".to_vec()),
            ("null", b"null".to_vec()),
            ("a text", b"\"{ me { id } }\"".to_vec()),
            ("a number", b"1".to_vec()),
            ("an empty object", b"{}".to_vec()),
            ("a list", format!("[{}]", String::from_utf8_lossy(&good)).into_bytes()),
            ("an empty list", b"[]".to_vec()),
            ("half an object", good[..good.len() - 3].to_vec()),
            ("two objects", [&good[..], &good[..]].concat()),
            ("invalid UTF-8", b"{\"query\":\"{ viewer { kind } }\xff\xfe\"}".to_vec()),
            ("UTF-16", "{\"query\":\"{ viewer { kind } }\"}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("a half surrogate in JSON", br#"{"query":"{ viewer { kind } }","variables":{"a":"\ud800"}}"#.to_vec()),
            ("a half surrogate in the JSON of the document", br#"{"query":"{ customer(email: \"\udfff\") { id } }"}"#.to_vec()),
            ("the query twice", br#"{"query":"{ me { id } }","query":"{ viewer { kind } }"}"#.to_vec()),
            ("a query that is a number", br#"{"query":1}"#.to_vec()),
            ("a query that is null", br#"{"query":null}"#.to_vec()),
            ("variables that are a list", br#"{"query":"{ viewer { kind } }","variables":[]}"#.to_vec()),
            ("variables that are a text", br#"{"query":"{ viewer { kind } }","variables":"{}"}"#.to_vec()),
            ("a number beyond every range", br#"{"query":"{ viewer { kind } }","variables":{"a":1e999}}"#.to_vec()),
            ("2,000 brackets", "[".repeat(2_000).into_bytes()),
            ("100,000 braces", "{\"a\":".repeat(100_000).into_bytes()),
            ("100,000 brackets in variables", format!("{{\"query\":\"{{ viewer {{ kind }} }}\",\"variables\":{{\"a\":{}", "[".repeat(100_000)).into_bytes()),
            ("2,000 closed brackets in variables", format!("{{\"query\":\"{{ viewer {{ kind }} }}\",\"variables\":{{\"a\":{}{}}}}}", "[".repeat(2_000), "]".repeat(2_000)).into_bytes()),
        ] {
            let reply = post(&app, &admin, JSON, bytes).await;
            assert_refused(&reply, what);
            assert_eq!(reply.status, 400, "{what}");
        }
        for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data; boundary=x"),
            Some("application/graphql"), Some("application/json; charset=latin1"), Some("application/jsonp"), Some("")] {
            let reply = post(&app, &admin, content_type, good.clone()).await;
            assert_refused(&reply, &format!("{content_type:?}"));
            assert_eq!(reply.status, 415, "{content_type:?}");
        }
        let large = body(CREATE, &json!({ "input": { "firstName": "a".repeat(2 * 1_024 * 1_024) } }));
        let reply = post(&app, &admin, JSON, large).await;
        assert_refused(&reply, "2 MB");
        assert_eq!(reply.status, 413);
        unharmed(&app, &admin, &before).await;
    }

    async fn documents_that_would_cost_too_much_are_refused_at_once(app: TestApp) {
        let admin = app.admin().await;
        let before = counts(&app).await;
        let fan = |name: &str, leaf: &str| -> String {
            let mut text = (0..30).map(|level| format!("fragment {name}{level} on Query {{ ...{name}{0} ...{name}{0} }} ", level + 1)).collect::<String>();
            text += &format!("fragment {name}30 on Query {{ {leaf} }}");
            text
        };
        let aliases = |field: &str| (0..1_000).map(|number| format!("a{number}: {field} ")).collect::<String>();
        for (what, query) in [
            ("2,000 brackets", format!("{{ customers(where: {}", "[".repeat(2_000))),
            ("100,000 brackets", "[".repeat(100_000)),
            ("brackets behind a block string without an end", format!("{{ a(b: [\"\"\" \" {}", "[".repeat(20_000))),
            ("100,000 brackets in an argument", format!("{{ a(b: {}{}) }}", "[".repeat(100_000), "]".repeat(100_000))),
            ("10,000 selections", "{a".repeat(10_000)),
            ("10,000 closed selections", format!("{}{}", "{a".repeat(10_000), "}".repeat(10_000))),
            ("10,000 brackets in the type of a variable", format!("query($a: {}Int{}) {{ viewer {{ kind }} }}", "[".repeat(10_000), "]".repeat(10_000))),
            ("a fan of fragments", format!("{{ ...F0 }} {}", fan("F", "viewer { kind }"))),
            ("a fan of fragments without a field of ours", format!("{{ ...F0 }} {}", fan("F", "__typename"))),
            ("a fan of fragments that nobody uses", format!("{{ viewer {{ kind }} }} {}", fan("F", "viewer { kind }"))),
            ("a fan of fragments in another operation", format!("query A {{ viewer {{ kind }} }} query B {{ ...F0 }} {}", fan("F", "viewer { kind }"))),
            ("a fragment in itself", "{ ...A } fragment A on Query { viewer { kind } ...A }".to_owned()),
            ("a fragment in itself, deeper", "{ me { ...A } } fragment A on Customer { addresses { nodes { customer { ...A } } } }".to_owned()),
            ("fragments in each other", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned()),
            ("fragments in each other that nobody uses", "{ viewer { kind } } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned()),
            ("an unknown fragment", "{ ...Nowhere }".to_owned()),
            ("1,000 customers by alias", format!("{{ {} }}", aliases("customers { nodes { id } }"))),
            ("1,000 totals by alias", format!("{{ {} }}", aliases("customers { totalCount }"))),
            ("1,000 log-ins by alias", format!("mutation {{ {} }}", aliases("sessionCreate(input: { email: \"a@example.com\", password: \"guess\" }) { accessToken }"))),
            ("1,000 fragments of totals", format!("{{ {} }} fragment A on Query {{ customers {{ totalCount }} b: customers {{ totalCount }} }}", "...A ".repeat(1_000))),
            ("10,000 directives", format!("{{ viewer {{ kind {} }} }}", "@include(if: true) ".repeat(10_000))),
            ("selections 30 deep", format!("{{ me {}{} }}", "{ addresses { nodes { customer ".repeat(10), "}}}".repeat(10))),
        ] {
            let started = Instant::now();
            refused(&app, &admin, what, &query, json!({})).await;
            assert!(started.elapsed() < Duration::from_secs(3), "{what} took {:?}", started.elapsed());
        }
        unharmed(&app, &admin, &before).await;
    }

    async fn documents_that_are_wrong_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let before = counts(&app).await;
        for (what, query) in [
            ("nothing", ""),
            ("no selection", "{}"),
            ("a comment", "# nothing"),
            ("NUL", "\0"),
            ("a half surrogate in a text", "{ customer(email: \"\\ud800\") { id } }"),
            ("a low half surrogate in a text", "{ customer(email: \"a\\uDFFFb\") { id } }"),
            ("surrogates the wrong way round", "{ customer(email: \"\\udc00\\ud800\") { id } }"),
            ("a half surrogate in a mutation", "mutation { customerCreate(input: { firstName: \"\\ud83d\" }) { customer { id } } }"),
            ("a wrong escape", "{ customer(email: \"\\x41\") { id } }"),
            ("a cut escape", "{ customer(email: \"\\u00\") { id } }"),
            ("a text without end", "{ customer(email: \"a) { id } }"),
            ("a block text without end", "{ customer(email: \"\"\"a) { id } }"),
            ("an unknown field", "{ viewer { secret } }"),
            ("an unknown argument", "{ viewer(as: \"staff\") { kind } }"),
            ("an argument twice", "{ customers(first: 1, first: 2) { nodes { id } } }"),
            ("a field with two meanings", "{ a: viewer { kind } a: me { id } }"),
            ("an unknown field of an input", "mutation { customerCreate(input: { isAdmin: true }) { customer { id } } }"),
            ("__proto__ in an input", "mutation { customerCreate(input: { __proto__: { firstName: \"x\" } }) { customer { id } } }"),
            ("an input field twice", "mutation { customerCreate(input: { externalId: \"a\", externalId: \"b\" }) { customer { id } userErrors { code } } }"),
            ("an unknown value of an enumeration", "{ customers(sort: [{ key: PASSWORD }]) { nodes { id } } }"),
            ("a number for a value of an enumeration", "{ customers(sort: [{ key: 1 }]) { nodes { id } } }"),
            ("an integer beyond 32 bits", "{ customers(first: 2147483648) { nodes { id } } }"),
            ("an integer beyond every range", "{ customers(first: 99999999999999999999999999999999999999999) { nodes { id } } }"),
            ("a negative integer beyond every range", "{ customers(first: -99999999999999999999999999999999999999999) { nodes { id } } }"),
            ("a number beyond every range", "{ customers(first: 1e999) { nodes { id } } }"),
            ("a fraction for an integer", "{ customers(first: 1.5) { nodes { id } } }"),
            ("a text for an integer", "{ customers(first: \"1\") { nodes { id } } }"),
            ("a boolean for a text", "{ customers(query: true) { nodes { id } } }"),
            ("a list for an object", "{ customers(where: []) { nodes { id } } }"),
            ("an object without selection", "{ viewer }"),
            ("a selection on a text", "{ viewer { kind { id } } }"),
            ("a subscription", "subscription { viewer { kind } }"),
            ("a type definition", "type Query { a: Int }"),
            ("an unknown directive", "{ viewer { kind @admin } }"),
            ("two operations without a name", "query A { viewer { kind } } query B { viewer { kind } }"),
            ("a variable that is not there", "query { customers(first: $first) { nodes { id } } }"),
        ] {
            refused(&app, &admin, what, query, json!({})).await;
        }
        unharmed(&app, &admin, &before).await;
    }

    async fn lists_refuse_what_makes_no_sense(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, CREATE, json!({ "input": { "externalId": "ada" } })).await.data();
        app.ask(&admin, CREATE, json!({ "input": { "externalId": "bob" } })).await.data();
        let before = counts(&app).await;
        let page = app.ask(&admin, "{ customers(first: 1, sort: [{ key: UPDATED_AT }]) { pageInfo { endCursor } } }", json!({})).await;
        let other_list = page.data()["customers"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        let mut forged = other_list.clone().into_bytes();
        forged[20] = if forged[20] == b'A' { b'B' } else { b'A' };
        for (what, variables) in [
            ("a negative page", json!({ "first": -1 })),
            ("the most negative page", json!({ "first": i32::MIN })),
            ("a page that is too large", json!({ "first": 100_000 })),
            ("a page beyond 32 bits", json!({ "first": 4_294_967_297_i64 })),
            ("a page that is a fraction", json!({ "first": 1.5 })),
            ("a page that is a text", json!({ "first": "1" })),
            ("an empty cursor", json!({ "after": "" })),
            ("nonsense for a cursor", json!({ "after": "nonsense" })),
            ("NUL in a cursor", json!({ "after": "\0" })),
            ("a cursor of another list", json!({ "after": other_list })),
            ("a forged cursor", json!({ "after": String::from_utf8(forged).unwrap(), "sort": [{ "key": "UPDATED_AT" }] })),
            ("a long cursor", json!({ "after": "A".repeat(100_000) })),
            ("a long search", json!({ "query": "a".repeat(10_000) })),
            ("an id of another kind", json!({ "where": { "id": { "eq": "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR" } } })),
            ("nonsense for an id", json!({ "where": { "id": { "eq": "1" } } })),
            ("the year 10000", json!({ "where": { "createdAt": { "after": "10000-01-01T00:00:00Z" } } })),
            ("the year +10000", json!({ "where": { "createdAt": { "after": "+10000-01-01T00:00:00Z" } } })),
            ("a year before the first", json!({ "where": { "createdAt": { "after": "-0001-01-01T00:00:00Z" } } })),
            ("a year that an offset takes out of range", json!({ "where": { "createdAt": { "after": "9999-12-31T23:59:59-01:00" } } })),
            ("the 30th of February", json!({ "where": { "createdAt": { "after": "2026-02-30T00:00:00Z" } } })),
            ("a date without a time", json!({ "where": { "createdAt": { "after": "2026-02-03" } } })),
            ("a number for a date", json!({ "where": { "createdAt": { "after": 0 } } })),
            ("an unknown field", json!({ "where": { "password": { "eq": "x" } } })),
            ("__proto__", json!({ "where": { "__proto__": { "eq": "x" } } })),
            ("an unknown operator", json!({ "where": { "email": { "like": "%" } } })),
            ("an unknown value", json!({ "where": { "status": ["ASLEEP"] } })),
            ("conditions 200 deep", json!({ "where": (0..200).fold(json!({ "hasAccount": true }), |inner, _| json!({ "NOT": inner })) })),
            ("10,000 conditions", json!({ "where": { "OR": vec![json!({ "hasAccount": true }); 10_000] } })),
            ("10,000 values", json!({ "where": { "email": { "in": vec!["a@example.com"; 10_000] } } })),
        ] {
            refused(&app, &admin, what, LIST, variables).await;
        }
        for (what, query) in [
            ("both ends", "{ customers(first: 1, last: 1) { nodes { id } } }"),
            ("a negative end", "{ customers(last: -1) { nodes { id } } }"),
            ("no way to find one", "{ customer { id } }"),
            ("two ways to find one", "{ customer(email: \"a@example.com\", externalId: \"a\") { id } }"),
            ("an id of another kind", "{ customer(id: \"cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR\") { id } }"),
            ("a customer's id for an address", "{ address(id: \"cus_01JAB2C3D4E5F6G7H8J9KMNPQR\") { id } }"),
            ("an id beyond 128 bits", "{ customer(id: \"cus_8ZZZZZZZZZZZZZZZZZZZZZZZZZ\") { id } }"),
            ("no node's id", "{ node(id: \"evt_01JAB2C3D4E5F6G7H8J9KMNPQR\") { id } }"),
            ("an empty id", "{ node(id: \"\") { id } }"),
            ("a number for an id", "{ node(id: 1) { id } }"),
        ] {
            refused(&app, &admin, what, query, json!({})).await;
        }
        refused(&app, &admin, "251 nodes", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": vec!["cus_01JAB2C3D4E5F6G7H8J9KMNPQR"; 251] })).await;
        unharmed(&app, &admin, &before).await;
    }

    async fn texts_that_match_nothing_are_no_mistake(app: TestApp) {
        let admin = app.admin().await;
        for variables in [
            json!({ "query": "\0" }),
            json!({ "query": "' or 1 = 1 --" }),
            json!({ "query": "%_\\\"*^():" }),
            json!({ "query": "NEAR(a b) AND OR NOT" }),
            json!({ "query": "\u{1F600}\u{202E}\u{FFFF}" }),
            json!({ "where": { "createdAt": { "after": "0000-01-01T00:00:00Z", "before": "0001-01-01T00:00:00Z" } } }),
            json!({ "where": { "createdAt": { "after": "9999-12-31T23:59:59.999Z" } } }),
            json!({ "where": { "email": { "contains": "%" } } }),
        ] {
            let answer = app.ask(&admin, LIST, variables.clone()).await;
            assert_eq!(answer.data()["customers"]["nodes"], json!([]), "{variables}");
        }
        for variables in [
            json!({ "where": { "firstName": { "eq": "a\0b" } } }),
            json!({ "where": { "metadata": { "path": ["\0"], "eq": "\0" } } }),
            json!({ "where": { "email": { "startsWith": "\0" } } }),
        ] {
            let reply = post(&app, &admin, JSON, body(LIST, &variables)).await;
            assert!(reply.status < 500 && !reply.text.contains("INTERNAL"), "{variables} {}", reply.text);
        }
        for query in ["{ customer(email: \"a\\u0000b\") { id } }", "{ customer(externalId: \"\\u0000\") { id } }", "{ addressRules(countryCode: \"\\u0000\") { name } }"] {
            let answer = app.ask(&admin, query, json!({})).await;
            assert!(answer.data().as_object().unwrap().values().all(Value::is_null), "{query}");
        }
    }

    async fn customers_refuse_what_cannot_be_kept(app: TestApp) {
        let admin = app.admin().await;
        let before = counts(&app).await;
        let long = "é".repeat(300);
        for (what, input) in [
            ("NUL in a name", json!({ "firstName": "A\0da" })),
            ("NUL in an e-mail address", json!({ "email": "a\0@example.com" })),
            ("NUL in an external id", json!({ "externalId": "\0" })),
            ("NUL in metadata", json!({ "metadata": { "a": "\0" } })),
            ("NUL in a key of metadata", json!({ "metadata": { "a\0": "b" } })),
            ("NUL in nested private metadata", json!({ "privateMetadata": { "a": ["\0"] } })),
            ("NUL in an idempotency key", json!({ "firstName": "Ada", "idempotencyKey": "\0" })),
            ("a long idempotency key", json!({ "firstName": "Ada", "idempotencyKey": "a".repeat(256) })),
            ("an empty idempotency key", json!({ "firstName": "Ada", "idempotencyKey": "" })),
            ("a long given name", json!({ "firstName": long })),
            ("a long family name", json!({ "lastName": long })),
            ("a long business", json!({ "companyName": long })),
            ("a long phone number", json!({ "phone": "1".repeat(300) })),
            ("a long language", json!({ "locale": "e".repeat(300) })),
            ("a long external id", json!({ "externalId": long })),
            ("a long e-mail address", json!({ "email": format!("{}@example.com", "a".repeat(300)) })),
            ("no e-mail address", json!({ "email": "nobody" })),
            ("two e-mail addresses", json!({ "email": "a@example.com,b@example.com" })),
            ("a line break in an e-mail address", json!({ "email": "a@example.com\nbcc: b@example.com" })),
            ("no language", json!({ "locale": "no language" })),
            ("metadata 100 deep", json!({ "metadata": nested(100) })),
            ("metadata that are a list", json!({ "metadata": [] })),
            ("metadata that are a text", json!({ "metadata": "{}" })),
            ("large metadata", json!({ "metadata": { "a": "b".repeat(100_000) } })),
            ("an empty key of metadata", json!({ "metadata": { "": 1 } })),
            ("a long key of metadata", json!({ "metadata": { long.clone(): 1 } })),
            ("many keys of metadata", json!({ "metadata": (0..1_000).map(|key| (key.to_string(), json!(key))).collect::<serde_json::Map<_, _>>() })),
            ("an unknown field", json!({ "isAdmin": true })),
            ("__proto__", json!({ "__proto__": { "firstName": "x" } })),
            ("constructor", json!({ "constructor": {} })),
            ("a number for a name", json!({ "firstName": 1 })),
            ("an object for a name", json!({ "firstName": {} })),
            ("an address in no country", json!({ "firstName": "Ada", "addresses": [{ "address1": "1", "countryCode": "XX" }] })),
            ("1,000 addresses", json!({ "firstName": "Ada", "addresses": vec![json!({ "countryCode": "DE" }); 1_000] })),
            ("null for the input", Value::Null),
            ("a list for the input", json!([])),
        ] {
            let mut input = input;
            if let Some(fields) = input.as_object_mut() {
                // Nothing else is wrong: the e-mail address or this id is enough for a customer.
                fields.entry("externalId").or_insert_with(|| "right".into());
            }
            refused(&app, &admin, what, CREATE, json!({ "input": input })).await;
        }
        refused(&app, &admin, "metadata 60 deep in the document", &format!("mutation {{ customerCreate(input: {{ metadata: {}1{} }}) {{ customer {{ id }} }} }}", "{ a: ".repeat(60), "}".repeat(60)), json!({})).await;
        unharmed(&app, &admin, &before).await;
    }

    async fn keys_that_other_languages_stumble_over_are_kept_as_they_are(app: TestApp) {
        let admin = app.admin().await;
        let metadata = json!({ "__proto__": { "isAdmin": true }, "constructor": "x", "$where": "1", "a.b": 1 });
        let create = "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { metadata } userErrors { code } } }";
        let answer = app.ask(&admin, create, json!({ "input": { "externalId": "x", "metadata": metadata } })).await;
        assert_eq!(answer.data()["customerCreate"]["customer"]["metadata"], metadata);
    }

    async fn addresses_refuse_what_cannot_be_kept(app: TestApp) {
        let admin = app.admin().await;
        let made = app.ask(&admin, CREATE, json!({ "input": { "externalId": "ada" } })).await;
        let ada = made.data()["customerCreate"]["customer"]["id"].clone();
        let before = counts(&app).await;
        let long = "é".repeat(300);
        for (what, fields) in [
            ("an unknown country", json!({ "countryCode": "XX" })),
            ("a country in small letters and more", json!({ "countryCode": "Germany" })),
            ("an empty country", json!({ "countryCode": "" })),
            ("NUL for a country", json!({ "countryCode": "\0" })),
            ("no country", json!({ "countryCode": null })),
            ("a long name", json!({ "firstName": long })),
            ("a long street", json!({ "address1": long })),
            ("NUL in a street", json!({ "address1": "a\0" })),
            ("a long city", json!({ "city": long })),
            ("a long postal code", json!({ "postalCode": "1".repeat(300) })),
            ("NUL in a postal code", json!({ "postalCode": "26\x00133" })),
            ("metadata 100 deep", json!({ "metadata": nested(100) })),
            ("an id of another kind", json!({ "customerId": "cuaddr_01JAB2C3D4E5F6G7H8J9KMNPQR" })),
            ("nobody's id", json!({ "customerId": "cus_01JAB2C3D4E5F6G7H8J9KMNPQR" })),
        ] {
            for skip in [false, true] {
                let mut input = json!({ "customerId": ada, "address1": "Hauptstraße 1", "city": "Oldenburg", "postalCode": "26133", "countryCode": "DE", "firstName": "A", "lastName": "B", "skipValidation": skip });
                for (field, value) in fields.as_object().unwrap() {
                    input[field] = value.clone();
                }
                refused(&app, &admin, what, ADDRESS, json!({ "input": input })).await;
            }
        }
        unharmed(&app, &admin, &before).await;
    }

    async fn log_ins_refuse_what_makes_no_sense(app: TestApp) {
        app.admin().await;
        let before = counts(&app).await;
        let anonymous = Persona::anonymous();
        let log_in = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken userErrors { code } } }";
        let refresh = "mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { accessToken userErrors { code } } }";
        let register = "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { isAccepted userErrors { code } } }";
        for (what, query, input) in [
            ("NUL in an e-mail address", log_in, json!({ "email": "a\0@example.com", "password": "correct horse battery" })),
            ("NUL in a password", log_in, json!({ "email": "a@example.com", "password": "\0" })),
            ("a huge password", log_in, json!({ "email": "a@example.com", "password": "a".repeat(900_000) })),
            ("an empty log-in", log_in, json!({ "email": "", "password": "" })),
            ("nonsense for a refresh token", refresh, json!({ "refreshToken": "\0" })),
            ("a huge refresh token", refresh, json!({ "refreshToken": "a".repeat(900_000) })),
            ("a huge password to register", register, json!({ "email": "a@example.com", "password": "a".repeat(900_000) })),
        ] {
            refused(&app, &anonymous, what, query, json!({ "input": input })).await;
        }
        for token in ["x", "cgk_x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", &"a".repeat(7_000)] {
            let persona = Persona::bearer("forger", token);
            let reply = post(&app, &persona, JSON, body("{ viewer { kind } }", &json!({}))).await;
            assert_eq!((reply.status, codes(&reply, token)), (401, vec!["UNAUTHENTICATED".to_owned()]));
        }
        assert_eq!(counts(&app).await, before);
    }
}
