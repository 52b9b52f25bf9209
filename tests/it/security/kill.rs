//! `kill -9`: in the middle of a bulk create, and after a log-out.

use std::{
    os::unix::fs::PermissionsExt,
    process::Stdio,
    time::{Duration, Instant},
};

use customer_graph::auth::SigningKeys;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

const CREATE: &str = "mutation($input: CustomerBulkCreateInput!) {
  customerBulkCreate(input: $input) { results { customer { id } } userErrors { code } }
}";

const ROWS: usize = 1_000;
const TRIES: u32 = 8;

/// The service in a process of its own, on the database of a test application.
pub(crate) async fn serve(app: &TestApp, key_file: &std::path::Path) -> (Child, String) {
    serve_with(app, key_file, &[]).await
}

/// The same with other settings, too: names of environment variables and values.
pub(crate) async fn serve_with(
    app: &TestApp,
    key_file: &std::path::Path,
    settings: &[(&str, &str)],
) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_customer-graph"))
        .arg("serve")
        .env("CUSTOMER_GRAPH_DATABASE_URL", &app.database_url)
        .env("CUSTOMER_GRAPH_SERVER_LISTEN", "127.0.0.1:0")
        .env("CUSTOMER_GRAPH_LOG_FORMAT", "json")
        .env("CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE", key_file)
        .envs(settings.iter().copied())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut log = String::new();
    loop {
        let Some(line) = lines.next_line().await.unwrap() else {
            panic!("the service ended: {log}");
        };
        let known: Value = serde_json::from_str(&line).unwrap_or_default();
        let url = known["message"]
            .as_str()
            .and_then(|message| message.strip_prefix("serving "));
        if let Some(url) = url {
            let url = url.to_owned();
            // The pipe must not fill up.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, url);
        }
        log += &line;
    }
}

/// A key that signs tokens, in a file of its own.
pub(crate) fn key_file() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("signing-key.pem");
    std::fs::write(&key_file, SigningKeys::generate().unwrap().expose_secret()).unwrap();
    std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
    (folder, key_file)
}

fn batch(name: &str) -> String {
    let rows: Vec<Value> = (0..ROWS)
        .map(|row| json!({ "externalId": format!("{name}-{row}"), "email": format!("{name}-{row}@example.com"), "firstName": "Row" }))
        .collect();
    json!({ "query": CREATE, "variables": { "input": { "customers": rows } } }).to_string()
}

/// Whether the whole batch was acknowledged.
async fn send(url: &str, admin: &Persona, body: String) -> bool {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .bearer_auth(admin.token.as_ref().unwrap());
    let Ok(response) = request.body(body).send().await else {
        return false;
    };
    let Ok(text) = response.text().await else {
        return false;
    };
    let Ok(answer) = serde_json::from_str::<Value>(&text) else {
        return false;
    };
    assert_eq!(
        answer["data"]["customerBulkCreate"]["userErrors"],
        json!([]),
        "{answer}"
    );
    answer["data"]["customerBulkCreate"]["results"].as_array().map(Vec::len) == Some(ROWS)
}

/// What an operation answers to nobody in particular.
async fn ask(url: &str, query: &str, bearer: Option<&str>) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.post(url).json(&json!({ "query": query }));
    if let Some(token) = bearer {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

on_both! {
    async fn what_was_revoked_is_still_revoked_after_a_kill(app: TestApp) {
        app.customer("ada").await;
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("signing-key.pem");
        std::fs::write(&key_file, SigningKeys::generate().unwrap().expose_secret()).unwrap();
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let (mut child, url) = serve(&app, &key_file).await;
        let log_in = format!("mutation {{ sessionCreate(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\" }}) {{ accessToken refreshToken }} }}");
        let session = ask(&url, &log_in, None).await.1["data"]["sessionCreate"].clone();
        let (access, refresh) = (session["accessToken"].as_str().unwrap(), session["refreshToken"].as_str().unwrap());
        assert!(ask(&url, "{ me { id } }", Some(access)).await.1["data"]["me"]["id"].is_string());
        let ended = ask(&url, "mutation { sessionEnd { endedCount } }", Some(access)).await.1;
        assert_eq!(ended["data"]["sessionEnd"]["endedCount"], 1);
        child.kill().await.unwrap();
        let (_child, url) = serve(&app, &key_file).await;
        assert_eq!(ask(&url, "{ me { id } }", Some(access)).await.0, 401);
        let renew = format!("mutation {{ sessionRefresh(input: {{ refreshToken: \"{refresh}\" }}) {{ accessToken userErrors {{ code }} }} }}");
        let refused = ask(&url, &renew, None).await.1;
        assert_eq!(refused["data"]["sessionRefresh"]["userErrors"][0]["code"], "TOKEN_INVALID");
    }

    async fn a_killed_bulk_create_leaves_the_whole_batch_or_nothing(app: TestApp) {
        let admin = app.admin().await;
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("signing-key.pem");
        std::fs::write(&key_file, SigningKeys::generate().unwrap().expose_secret()).unwrap();
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();

        let (mut child, url) = serve(&app, &key_file).await;
        let started = Instant::now();
        assert!(send(&url, &admin, batch("whole")).await);
        let usual = started.elapsed();
        child.kill().await.unwrap();
        let rows = i64::try_from(ROWS).unwrap();
        let mut expected = rows;
        let mut kept = 0;
        for attempt in 0..TRIES {
            let (mut child, url) = serve(&app, &key_file).await;
            let name = format!("try{attempt}");
            let request = tokio::spawn({
                let (admin, body) = (admin.clone(), batch(&name));
                async move { send(&url, &admin, body).await }
            });
            // The moments are spread over the request, with some chance in each.
            let moment = f64::from(attempt) + rand::random::<f64>();
            tokio::time::sleep(usual.mul_f64(moment / f64::from(TRIES) * 1.2)).await;
            child.kill().await.unwrap();
            // A commit that is on its way to PostgreSQL still arrives there.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let acknowledged = request.await.unwrap();
            let created = app.count(&format!("customer where external_id like '{name}-%'")).await;
            assert!(created == 0 || created == rows, "{created} of {ROWS} rows are left");
            assert!(created == rows || !acknowledged, "an acknowledged batch is gone");
            expected += created;
            kept += i32::from(created > 0);
            for table in ["customer", "timeline_entry", "outbox_event"] {
                assert_eq!(app.count(table).await, expected, "{table}");
            }
        }
        eprintln!("{kept} of {TRIES} killed batches were whole, the others left nothing (a whole request took {usual:?})");
        let (_child, url) = serve(&app, &key_file).await;
        assert!(send(&url, &admin, batch("after")).await, "the service goes on");
    }
}
