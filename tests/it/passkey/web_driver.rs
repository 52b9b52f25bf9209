//! Chromium, led by its driver (WebDriver), with a virtual device that keeps passkeys.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

/// Makes a missing Chromium an error instead of a reason to skip.
const REQUIRE_VARIABLE: &str = "CUSTOMER_GRAPH_REQUIRE_CHROMIUM";

const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";

/// A browser with one page.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    client: reqwest::Client,
    // What the browser keeps; it goes last.
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session, and with the driver alone it would not.
        if let Ok(mut driver) = TcpStream::connect(("127.0.0.1", self.port)) {
            driver.set_read_timeout(Some(Duration::from_secs(20))).ok();
            let request = format!(
                "DELETE /session/{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
                self.session
            );
            driver.write_all(request.as_bytes()).ok();
            driver.read_to_string(&mut String::new()).ok();
        }
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

impl Browser {
    /// Starts one; `None` where there is none, which one line says: the test is to return early.
    pub(super) async fn start() -> Option<Self> {
        let missing = [CHROMIUM, DRIVER]
            .into_iter()
            .find(|program| !Path::new(program).exists());
        let Some(missing) = missing else {
            return Some(Self::launch().await);
        };
        let is_required = std::env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1");
        assert!(!is_required, "{missing} is not there, and {REQUIRE_VARIABLE}=1");
        // Past the harness, which shows the output of failed tests alone.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: passkeys in a browser ({missing} is not there; install chromium and chromium-driver)"
        );
        None
    }

    async fn launch() -> Self {
        let mut driver = Command::new(DRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // A driver that nobody listens to would end.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self {
            driver,
            port: port.expect("the port of the driver"),
            session: String::new(),
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(120))
                .build()
                .unwrap(),
            _profile: tempfile::tempdir().unwrap(),
        };
        let profile = format!("--user-data-dir={}", browser._profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            // Nothing beyond this machine is spoken to.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
            &profile,
        ];
        let options = json!({ "binary": CHROMIUM, "args": arguments });
        let capabilities = json!({ "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } });
        let made = browser.post("/session", json!({ "capabilities": capabilities })).await;
        made["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        browser
    }

    /// Adds a device that finds passkeys without being told whose, and knows its owner.
    pub(super) async fn add_device(&self) -> String {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        let id = self.ask("/webauthn/authenticator", device).await;
        id.as_str().unwrap().to_owned()
    }

    /// Whether the device knows its owner from now on.
    pub(super) async fn set_verified(&self, device: &str, is_verified: bool) {
        let path = format!("/webauthn/authenticator/{device}/uv");
        self.ask(&path, json!({ "isUserVerified": is_verified })).await;
    }

    pub(super) async fn open(&self, url: &str) {
        self.ask("/url", json!({ "url": url })).await;
    }

    /// Runs a script on the page, the body of an async function of `input`, and answers what it returns.
    pub(super) async fn run(&self, script: &str, input: Value) -> Value {
        let script = format!("const input = arguments[0]; return (async () => {{ {script} }})();");
        self.ask("/execute/sync", json!({ "script": script, "args": [input] }))
            .await
    }

    async fn ask(&self, path: &str, body: Value) -> Value {
        self.post(&format!("/session/{}{path}", self.session), body).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let response = self.client.post(url).json(&body).send().await.unwrap();
        let is_success = response.status().is_success();
        let answer: Value = response.json().await.unwrap();
        assert!(is_success, "{path}: {answer:#}");
        answer["value"].clone()
    }
}
