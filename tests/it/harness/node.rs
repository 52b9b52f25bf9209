//! Programs that need Node.js.

use std::{
    collections::HashMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// Makes a missing Node.js an error instead of a reason to skip.
const REQUIRE_VARIABLE: &str = "CUSTOMER_GRAPH_REQUIRE_NODE";

/// Installs a folder of the project that has an `install.sh`, once for all tests of the process, and answers with
/// where it is then. Where there is no Node.js, one line says so, and the answer is `None`: the test is to return early.
pub(crate) async fn installed(sources: &'static str) -> Option<PathBuf> {
    static KNOWN: Mutex<Option<HashMap<&str, Option<PathBuf>>>> = Mutex::new(None);
    let install = move || {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        known
            .entry(sources)
            .or_insert_with(|| match install(sources) {
                Ok(folder) => Some(folder),
                Err(reason) if std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1") => {
                    panic!("{reason}")
                }
                Err(reason) => {
                    // Past the harness, which shows the output of failed tests alone.
                    let _ = writeln!(std::io::stderr(), "skipped: tests with {sources} ({reason})");
                    None
                }
            })
            .clone()
    };
    tokio::task::spawn_blocking(install).await.unwrap()
}

/// Whether there is a Node.js for programs that need nothing else. Where there is none, one line says so.
pub(crate) fn is_there() -> bool {
    match version() {
        Ok(()) => true,
        Err(reason) if std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1") => panic!("{reason}"),
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "skipped: a test with Node.js ({reason})");
            false
        }
    }
}

fn version() -> Result<(), String> {
    let version = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|error| format!("no Node.js: {error}"))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next();
    if major
        .and_then(|major| major.parse::<u32>().ok())
        .is_none_or(|major| major < 20)
    {
        return Err(format!("Node.js is {version}, and must be 20 or newer"));
    }
    Ok(())
}

fn install(sources: &str) -> Result<PathBuf, String> {
    version()?;
    let name = Path::new(sources).file_name().ok_or("no folder")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../test-tools").join(name);
    let installed = Command::new("sh")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(sources).join("install.sh"))
        .arg(&folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("no shell: {error}"))?;
    if installed.status.success() {
        Ok(folder)
    } else {
        let reason = String::from_utf8_lossy(&installed.stderr).trim().to_owned();
        Err(format!("npm cannot install it: {reason}"))
    }
}
