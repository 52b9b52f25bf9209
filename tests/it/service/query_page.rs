//! The query page in a true browser: the data is made here, the clicks are in `web/test/browser.mjs`.

use std::{path::Path, process::Stdio};

use customer_graph::http::page::is_bundled;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    mfa,
};

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");

/// Whether all that it takes is there; one line says what is not, and the variables that ask for it make it an error.
fn is_there() -> bool {
    let missing = [
        ("the query page, built in", is_bundled()),
        (
            "Playwright",
            Path::new(WEB).join("node_modules/playwright-core").is_dir(),
        ),
        ("/usr/bin/chromium", Path::new("/usr/bin/chromium").exists()),
    ];
    let Some((missing, _)) = missing.into_iter().find(|(_, is_there)| !is_there) else {
        return true;
    };
    let is_required = ["CUSTOMER_GRAPH_REQUIRE_CHROMIUM", "CUSTOMER_GRAPH_REQUIRE_NODE"]
        .iter()
        .all(|variable| std::env::var_os(variable).is_some_and(|value| value == "1"));
    assert!(!is_required, "{missing} is not there");
    use std::io::Write as _;
    let _ = writeln!(
        std::io::stderr(),
        "skipped: the query page in a browser ({missing} is not there)"
    );
    false
}

async fn done(app: &TestApp, persona: &Persona, query: &str, input: Value) -> Value {
    let answer = app.ask(persona, query, json!({ "input": input })).await;
    let payload = answer.data().as_object().unwrap().values().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]), "{:#}", answer.body);
    payload.clone()
}

/// Customers in the order of their addresses, each with its line of CSV.
async fn customers(app: &TestApp, owner: &Persona) -> Vec<Value> {
    let odd = [
        ("=1+1", "@home", "\"'=1+1\",\"'@home\""),
        (
            "Ada \"the first\"",
            "King; Countess, of Lovelace",
            "\"Ada \"\"the first\"\"\",\"King; Countess, of Lovelace\"",
        ),
        ("＝cmd", "+49", "\"'＝cmd\",\"'+49\""),
        ("Zoë", "-5", "Zoë,-5"),
    ];
    let mut rows = Vec::new();
    for number in 0..23 {
        let email = format!("c{number:02}@example.com");
        let (first, last, csv) = match odd.get(number) {
            Some((first, last, csv)) => ((*first).to_owned(), (*last).to_owned(), (*csv).to_owned()),
            None => (
                format!("First {number}"),
                format!("Last {number}"),
                format!("First {number},Last {number}"),
            ),
        };
        rows.push(json!({ "firstName": first, "lastName": last, "email": email, "csv": format!("{csv},{email}") }));
    }
    let inputs: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "firstName": row["firstName"], "lastName": row["lastName"], "email": row["email"] }))
        .collect();
    let create =
        "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { userErrors { code path } } }";
    done(app, owner, create, json!({ "customers": inputs })).await;
    rows
}

#[tokio::test]
async fn staff_analysts_and_customers_work_with_the_query_page() {
    if !is_there() {
        return;
    }
    let app = TestApp::on_sqlite().await;
    let owner = app.staff("owner", "*").await;
    app.staff("ann", "*:read").await;
    let upsert = "mutation($input: RoleUpsertInput!) { roleUpsert(input: $input) { role { id } userErrors { code } } }";
    let desk = done(
        &app,
        &owner,
        upsert,
        json!({ "name": "Desk", "permissions": ["customers:read"] }),
    )
    .await;
    let assign =
        "mutation($input: RoleAssignInput!) { roleAssign(input: $input) { staffUser { id } userErrors { code } } }";
    for name in ["sam", "kim"] {
        let staff = app.staff(name, "").await;
        let user = app.ask(&staff, "{ viewer { staffUser { id } } }", json!({})).await;
        let input = json!({ "staffUserId": user.data()["viewer"]["staffUser"]["id"], "roleId": desk["role"]["id"] });
        done(&app, &owner, assign, input).await;
    }
    let mut rows = customers(&app, &owner).await;
    let ada = app.customer("ada").await;
    let update = "mutation($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code } } }";
    done(
        &app,
        &owner,
        update,
        json!({ "id": ada.id(), "metadata": { "set": { "loyalty_tier": "gold" } } }),
    )
    .await;
    rows.insert(0, json!({ "csv": "ada,,ada@example.com" }));
    let sam = app.log_in_again(&Persona::bearer("sam", "")).await;
    let recovery_code = mfa::enroll(&app, &sam).await.recovery_codes.remove(0);

    let port = app.url.rsplit(':').next().unwrap();
    let input = json!({
        "url": format!("http://localhost:{port}"),
        "password": PASSWORD,
        "recoveryCode": recovery_code,
        "customers": rows,
        "screenshots": std::env::var_os("SCREENSHOTS").map(|folder| folder.into_string().unwrap()),
    });
    let mut node = tokio::process::Command::new("node")
        .arg("test/browser.mjs")
        .current_dir(WEB)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let output = node.wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");

    assert_eq!(app.column("saved_query", "name").await, ["Names of all"]);
    assert_eq!(app.count("saved_query_role").await, 1);
}
