use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use super::program::{outcome, program};

/// The service in a process of its own.
pub(super) struct Service {
    child: Child,
    pub(super) address: String,
    log: std::sync::mpsc::Receiver<String>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Service {
    fn start(folder: &Path) -> Self {
        Self::logging(folder, "info")
    }

    /// The same, with as much in its log.
    pub(super) fn logging(folder: &Path, level: &str) -> Self {
        let mut child = program(&["serve"])
            .current_dir(folder)
            .env("CUSTOMER_GRAPH_LOG_LEVEL", level)
            .env("CUSTOMER_GRAPH_SERVER_LISTEN", "127.0.0.1:0")
            .env("CUSTOMER_GRAPH_LOG_FORMAT", "json")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, log) = std::sync::mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        let mut service = Self {
            child,
            address: String::new(),
            log,
        };
        let line = service.line_with("serving http://");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["database"], "sqlite://customer-graph.sqlite");
        assert_eq!(line["version"], env!("CARGO_PKG_VERSION"));
        let message = line["message"].as_str().unwrap();
        message
            .trim_start_matches("serving http://")
            .trim_end_matches("/graphql")
            .clone_into(&mut service.address);
        service
    }

    fn line_with(&self, text: &str) -> String {
        loop {
            let line = self
                .log
                .recv_timeout(Duration::from_secs(60))
                .expect("a line with the text");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Ends it, and answers what it has logged since it began to serve.
    pub(super) fn ended(mut self) -> String {
        self.signal("-TERM");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.log.iter().collect::<Vec<_>>().join("\n")
    }

    fn signal(&self, name: &str) {
        let signal = std::process::Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        assert!(signal.unwrap().success());
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }
}

fn read(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_request_under_way_is_answered_after_the_signal_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path());
    let body = r#"{"query":"{ __typename }"}"#;
    let mut stream = service.connect();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    service.signal("-TERM");
    service.line_with("stopping");
    assert!(
        TcpStream::connect(&service.address).is_err(),
        "no new connections are taken"
    );
    stream.write_all(body.as_bytes()).unwrap();
    let answer = read(stream);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(r#""__typename":"Query""#), "{answer}");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}

#[test]
fn who_listens_is_told_that_the_service_stops_and_holds_it_up_by_nothing() {
    use tokio_tungstenite::tungstenite::{Message, client, client::IntoClientRequest, http::HeaderValue};
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path());
    let mut request = format!("ws://{}/graphql", service.address)
        .into_client_request()
        .unwrap();
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().append("sec-websocket-protocol", protocol);
    let (mut socket, _) = client(request, service.connect()).unwrap();
    let made = [
        "api-key",
        "create",
        "--name",
        "Listener",
        "--permissions",
        "customers:read",
    ];
    let made = program(&made).current_dir(folder.path()).output().unwrap();
    let made = String::from_utf8(made.stdout).unwrap();
    let key = made
        .split_whitespace()
        .find(|word| word.starts_with("cgk_"))
        .expect("a key");
    let init = format!(r#"{{"type":"connection_init","payload":{{"authorization":"Bearer {key}"}}}}"#);
    socket.send(Message::text(init)).unwrap();
    assert_eq!(socket.read().unwrap(), Message::text(r#"{"type":"connection_ack"}"#));
    let told = Instant::now();
    service.signal("-TERM");
    let Message::Close(Some(frame)) = socket.read().unwrap() else {
        panic!("no word of the end")
    };
    assert_eq!(u16::from(frame.code), 1012);
    // Answers the other side.
    while socket.read().is_ok() {}
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(folder.path());
    let mut stream = service.connect();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n"
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    service.signal("-TERM");
    service.line_with("stopping");
    let told = Instant::now();
    service.signal("-INT");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    assert!(told.elapsed() < Duration::from_secs(5));
}

#[test]
fn database_and_signing_key_are_made_once_and_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("customer-graph.sqlite.signing-key.pem");
    drop(Service::start(folder.path()));
    let key = std::fs::read_to_string(&file).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let database = std::fs::metadata(folder.path().join("customer-graph.sqlite")).unwrap();
    assert_eq!(database.permissions().mode() & 0o777, 0o600);
    drop(Service::start(folder.path()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), key);

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, text) = outcome(program(&["serve"]).current_dir(folder.path()).output().unwrap());
    assert_eq!(code, 2);
    assert!(text.contains("chmod 600"), "{text}");
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, text) = outcome(
        program(&["serve"])
            .current_dir(folder.path())
            .env("CUSTOMER_GRAPH_SERVER_LISTEN", &address)
            .output()
            .unwrap(),
    );
    assert_eq!(code, 1);
    assert!(text.contains(&format!("Cannot listen on {address}")), "{text}");
    assert!(
        text.contains("take another port: CUSTOMER_GRAPH_SERVER_LISTEN="),
        "{text}"
    );
    assert!(!folder.path().join("customer-graph.sqlite").exists());
}

#[test]
fn postgres_without_a_signing_key_is_told_how_to_make_one() {
    let (code, _, text) = outcome(
        program(&["serve"])
            .env("CUSTOMER_GRAPH_DATABASE_URL", "postgres://me:hush@127.0.0.1:1/shop")
            .output()
            .unwrap(),
    );
    assert_eq!(code, 2);
    assert!(
        text.contains("customer-graph signing-key create > signing-key.pem"),
        "{text}"
    );
}

#[test]
fn a_database_that_does_not_answer_is_told_without_its_password() {
    let (code, _, text) = outcome(
        program(&["migrate"])
            .env("CUSTOMER_GRAPH_DATABASE_URL", "postgres://me:hush@127.0.0.1:1/shop")
            .env("CUSTOMER_GRAPH_DATABASE_ACQUIRE_TIMEOUT", "1s")
            .output()
            .unwrap(),
    );
    assert_eq!(code, 1);
    assert!(text.contains("postgres://127.0.0.1:1/shop does not answer"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}
