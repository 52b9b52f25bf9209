//! A true SAML identity provider, in a process of its own: `tests/saml-idp`.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
};

use super::{super::Begun, forge};

/// Makes a missing identity provider an error instead of a reason to skip.
const REQUIRE_VARIABLE: &str = "CUSTOMER_GRAPH_REQUIRE_SAML";

struct Server {
    url: String,
    // It ends when its input does, with this process.
    _input: ChildStdin,
    _process: Child,
}

/// The address; all tests of the process share one. Where there is no Node.js, one line says so, and the answer is
/// `None`: the test is to return early.
pub(super) async fn url() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Option<Server>, String>> = OnceLock::new();
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(server))
        .await
        .unwrap();
    match server {
        Ok(server) => server.as_ref().map(|server| server.url.as_str()),
        Err(reason) => panic!("{reason}"),
    }
}

/// What the identity provider says about itself.
pub(super) async fn metadata() -> String {
    get(&format!("{}/metadata", url().await.unwrap())).await
}

/// Logs in there as this account, with more parameters such as `sign=both`, and answers with the response.
pub(super) async fn log_in(begun: &Begun, account: &str, parameters: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let page = get(&format!("{}&account={account}&{parameters}", begun.url)).await;
    let field = |name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\"")).expect("a form");
        let (_, rest) = rest.split_once("value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    assert!(page.contains("action=\"https://accounts.example/saml/"), "{page}");
    assert_eq!(field("RelayState"), begun.parameter("RelayState"));
    String::from_utf8(STANDARD.decode(field("SAMLResponse")).unwrap()).unwrap()
}

async fn get(url: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.text().await.unwrap()
}

fn server() -> Result<Option<Server>, String> {
    match try_server() {
        Ok(server) => Ok(Some(server)),
        Err(reason) if std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1") => Err(reason),
        Err(reason) => {
            // Past the harness, which shows the output of failed tests alone.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: tests that log in at a SAML identity provider ({reason})"
            );
            Ok(None)
        }
    }
}

fn try_server() -> Result<Server, String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/saml-idp");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../test-tools/saml-idp");
    let installed = Command::new("sh")
        .arg(sources.join("install.sh"))
        .arg(&folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("no shell: {error}"))?;
    if !installed.status.success() {
        return Err(format!(
            "npm cannot install it: {}",
            String::from_utf8_lossy(&installed.stderr).trim()
        ));
    }
    let mut process = Command::new("node")
        .arg("server.mjs")
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("Node.js does not start: {error}"))?;
    let (key, cert) = forge::rsa().pem();
    let mut input = process.stdin.take().ok_or("no input")?;
    writeln!(input, "{}", serde_json::json!({ "key": key, "cert": cert })).map_err(|error| error.to_string())?;
    let output = process.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let line = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
    // A provider that nobody listens to would end.
    std::thread::spawn(move || lines.for_each(drop));
    let url = line.ok_or("it does not start; does this Node.js have the version 20 at least?")?;
    Ok(Server {
        url,
        _input: input,
        _process: process,
    })
}
