//! The audits of `graphql-http`, by our own runner: `tests/http-audit`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::harness::{Persona, Setup, TestApp};

/// Makes a missing Node.js an error instead of a reason to skip.
const REQUIRE_VARIABLE: &str = "CUSTOMER_GRAPH_REQUIRE_NODE";

/// Where the runner is installed; `None`, after a line that says so, where there is no Node.js: the test is to return
/// early.
fn installed() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<Option<PathBuf>, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| match install() {
        Ok(folder) => Ok(Some(folder)),
        Err(reason) if std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1") => Err(reason),
        Err(reason) => {
            // Past the harness, which shows the output of failed tests alone.
            let _ = writeln!(std::io::stderr(), "skipped: the audits of graphql-http ({reason})");
            Ok(None)
        }
    });
    match folder {
        Ok(folder) => folder.as_deref(),
        Err(reason) => panic!("{reason}"),
    }
}

fn install() -> Result<PathBuf, String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http-audit");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../test-tools/http-audit");
    let installed = Command::new("sh")
        .arg(sources.join("install.sh"))
        .arg(&folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("no shell: {error}"))?;
    if !installed.status.success() {
        let reason = String::from_utf8_lossy(&installed.stderr);
        return Err(format!("npm cannot install the audits: {}", reason.trim()));
    }
    let version = Command::new("node").arg("--version").output();
    let version = version.map_err(|error| format!("Node.js does not start: {error}"))?;
    let version = String::from_utf8_lossy(&version.stdout);
    let major = version.trim_start_matches('v').split('.').next();
    let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or_default();
    if major < 20 {
        return Err("this Node.js is older than version 20".to_owned());
    }
    Ok(folder)
}

/// What the runner says about the service, asked by this persona.
async fn audit(folder: &'static Path, app: &TestApp, persona: &Persona) -> String {
    let mut command = Command::new("node");
    command
        .arg("audit.mjs")
        .arg(format!("{}/graphql", app.url))
        .args(&persona.token)
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn all_of_them_pass_whoever_asks() {
    let Some(folder) = tokio::task::spawn_blocking(installed).await.unwrap() else {
        return;
    };
    let app = TestApp::on_sqlite().await;
    let personas = [
        Persona::anonymous(),
        app.customer("ada").await,
        app.admin().await,
        app.api_key("reader", "customers:read").await,
    ];
    for persona in personas {
        assert_eq!(
            audit(folder, &app, &persona).await.trim(),
            "61 of 61",
            "{}",
            persona.name
        );
    }
}

#[tokio::test]
async fn all_of_them_pass_for_those_who_see_the_schema_where_not_everybody_does() {
    let Some(folder) = tokio::task::spawn_blocking(installed).await.unwrap() else {
        return;
    };
    let mut setup = Setup::default();
    setup.http.introspection_for_all = false;
    let app = TestApp::on_sqlite_with(setup).await;
    assert_eq!(audit(folder, &app, &app.admin().await).await.trim(), "61 of 61");
    // For others, four of them ask what the types are, which they are not told.
    let others = audit(folder, &app, &Persona::anonymous()).await;
    let failed: Vec<&str> = others.lines().skip(1).map(|line| &line[..4]).collect();
    assert_eq!(failed, ["2EA1", "28B9", "D6D5", "6A70"], "{others}");
}
