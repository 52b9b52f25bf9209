//! Mail through a real mail server: `aiosmtpd`, which prints what it takes.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use customer_graph::background::Transport;
use serde_json::json;

use crate::{
    harness::{Persona, Setup, TestApp},
    on_both,
};

/// A mail server on a port of its own.
struct MailServer {
    process: Child,
    lines: Receiver<String>,
    port: u16,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl MailServer {
    /// `None` where there is no aiosmtpd: neither with the first Python on the `PATH`, nor with the system's own,
    /// which is the one that a package of the system is for.
    fn start(port: u16) -> Option<Self> {
        let python = ["python3", "/usr/bin/python3"].into_iter().find(|python| {
            Command::new(python)
                .args(["-c", "import aiosmtpd"])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        });
        let Some(python) = python else {
            let required = std::env::var_os("CUSTOMER_GRAPH_REQUIRE_SMTP").is_some_and(|value| value == "1");
            assert!(!required, "aiosmtpd is not there, and CUSTOMER_GRAPH_REQUIRE_SMTP=1");
            eprintln!("SKIPPED: there is no mail server to test with; install python3-aiosmtpd.");
            return None;
        };
        let mut process = Command::new(python)
            .args(["-u", "-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        // It listens when it can be connected to.
        let listens = (0..1_000).any(|_| {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() || {
                std::thread::yield_now();
                std::thread::park_timeout(Duration::from_millis(10));
                false
            }
        });
        assert!(listens, "aiosmtpd does not listen");
        Some(Self { process, lines, port })
    }

    fn transport(port: u16) -> Transport {
        Transport::smtp(&format!("smtp://127.0.0.1:{port}").into()).unwrap()
    }

    /// The next message, as it came.
    fn message(&self) -> String {
        let mut message = String::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("a message");
            if line.contains("END MESSAGE") {
                return message;
            }
            message += &line;
            message.push('\n');
        }
    }
}

async fn request(app: &TestApp) {
    app.ask(
        &Persona::anonymous(),
        "mutation { passwordResetRequest(input: { email: \"ada@example.com\" }) { isAccepted } }",
        json!({}),
    )
    .await
    .data();
}

fn through(port: u16) -> Setup {
    Setup {
        transport: Some(MailServer::transport(port)),
        ..Setup::default()
    }
}

on_both! {
    async fn a_letter_leaves_as_text_and_html(app: TestApp) {
        let Some(server) = MailServer::start(free_port()) else { return };
        app.customer("ada").await;
        app.letters("ada@example.com").await;
        request(&app).await;
        let sending = app.beside(through(server.port)).await;
        assert_eq!(sending.app.mailer.deliver().await.unwrap(), 1);
        let message = server.message();
        for part in ["To: ada@example.com", "From: accounts@localhost", "Subject: Set a new password", "multipart/alternative", "text/plain", "text/html", "#token=3Dcgt_"] {
            assert!(message.contains(part), "{part} is missing in {message}");
        }
        assert_eq!(app.count("mail where state = 'SENT'").await, 2);
    }

    async fn that_the_owner_of_an_order_was_not_reached_stands_at_the_transfer(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        app.letters("ada@example.com").await;
        app.letters("bob@example.com").await;
        let link = crate::transfer::order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let transfer = crate::transfer::asked(&app, &link, &ada).await;
        let sending = app.beside(through(free_port())).await;
        let query = "query($id: ID!) { node(id: $id) { ... on OrderTransfer { state notification { state attempts lastError } } } }";
        let seen = async || app.ask(&admin, query, json!({ "id": transfer })).await.data()["node"].clone();
        let mut tried = 0;
        while seen().await["notification"]["state"] == "QUEUED" {
            tried += 1;
            assert!(tried <= 20, "it is tried for ever");
            sending.app.mailer.deliver().await.unwrap();
            sending.clock.advance(Duration::from_secs(5 * 60 * 60));
        }
        assert!(tried > 1, "it is tried more than once");
        let notification = json!({ "state": "FAILED", "attempts": tried, "lastError": "the mail server cannot be reached" });
        assert_eq!(seen().await, json!({ "state": "REQUESTED", "notification": notification }));
    }

    /// R20: a mail server that is dead touches neither requests nor what is queued.
    async fn a_dead_mail_server_stops_nobody_and_nothing_is_lost(app: TestApp) {
        let port = free_port();
        let ada = app.customer("ada").await;
        app.letters("ada@example.com").await;
        let sending = app.beside(through(port)).await;
        request(&sending).await;
        assert_eq!(sending.app.mailer.deliver().await.unwrap(), 1);
        assert_eq!(app.count("mail where state = 'QUEUED' and attempts = 1").await, 1);
        assert!(app.column("mail", "coalesce(last_error, '')").await.contains(&"the mail server cannot be reached".to_owned()));
        assert_eq!(sending.app.mailer.deliver().await.unwrap(), 0, "it waits before the next try");
        assert_eq!(app.ask(&ada, "{ me { email } }", json!({})).await.data()["me"]["email"], "ada@example.com");
        let Some(server) = MailServer::start(port) else { return };
        sending.clock.advance(Duration::from_secs(61));
        assert_eq!(sending.app.mailer.deliver().await.unwrap(), 1);
        assert!(server.message().contains("Subject: Set a new password"));
        assert_eq!(app.count("mail where state = 'QUEUED'").await, 0);
    }
}
