//! A true provider of OpenID Connect, in a process of its own: `tests/oidc-provider`.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// Makes a missing Node.js an error instead of a reason to skip.
const REQUIRE_VARIABLE: &str = "CUSTOMER_GRAPH_REQUIRE_NODE";

struct Server {
    issuer: String,
    // Its standard input ends with this process, and so does it.
    _process: Child,
}

/// The issuer; all tests of the process share one. Where there is no Node.js, one line says so, and the answer is
/// `None`: the test is to return early.
pub(super) async fn issuer() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Option<Server>, String>> = OnceLock::new();
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(server))
        .await
        .unwrap();
    match server {
        Ok(server) => server.as_ref().map(|server| server.issuer.as_str()),
        Err(reason) => panic!("{reason}"),
    }
}

fn server() -> Result<Option<Server>, String> {
    match try_server() {
        Ok(server) => Ok(Some(server)),
        Err(reason) if std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1") => Err(reason),
        Err(reason) => {
            // Past the harness, which shows the output of failed tests alone.
            let _ = writeln!(std::io::stderr(), "skipped: tests that log in at a provider ({reason})");
            Ok(None)
        }
    }
}

fn try_server() -> Result<Server, String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc-provider");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../test-tools/oidc-provider");
    let installed = Command::new("sh")
        .arg(sources.join("install.sh"))
        .arg(&folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("no shell: {error}"))?;
    if !installed.status.success() {
        return Err(format!(
            "npm cannot install the provider: {}",
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
    let output = process.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let line = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
    // A provider that nobody listens to would end.
    std::thread::spawn(move || lines.for_each(drop));
    let issuer = line.ok_or("the provider does not start; does this Node.js have the version 20 at least?")?;
    Ok(Server {
        issuer,
        _process: process,
    })
}
