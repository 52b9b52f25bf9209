//! Floods of HTTP/2 (D5), frame by frame.

use std::time::Duration;

use customer_graph::config::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{FOREVER, Wire};
use crate::harness::TestApp;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `GET http://a/`, as HPACK writes it.
const GET: [u8; 6] = [0x82, 0x86, 0x84, 0x41, 0x01, b'a'];

/// `POST http://a/`.
const POST: [u8; 6] = [0x83, 0x86, 0x84, 0x41, 0x01, b'a'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

async fn connect(wire: &Wire) -> TcpStream {
    let mut stream = wire.connect().await;
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    stream
}

/// The kinds and payloads of all frames that come until the connection is closed.
async fn frames(reading: &mut (impl AsyncReadExt + Unpin)) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    loop {
        let mut head = [0; 9];
        let read = timeout(FOREVER, reading.read_exact(&mut head)).await;
        if read.expect("the connection is closed").is_err() {
            return frames;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        if reading.read_exact(&mut payload).await.is_err() {
            return frames;
        }
        frames.push((head[3], payload));
    }
}

/// Sends a flood, and answers whether the service cut it off.
async fn is_cut_off(wire: &Wire, flood: impl Iterator<Item = Vec<u8>>) -> bool {
    let mut stream = connect(wire).await;
    let (mut reading, mut writing) = stream.split();
    let sending = async {
        for part in flood {
            if writing.write_all(&part).await.is_err() {
                return true;
            }
        }
        false
    };
    // When it closes the connection before it has read everything, what it said may be lost.
    let (frames, is_broken) = tokio::join!(frames(&mut reading), sending);
    is_broken || frames.iter().any(|(kind, _)| *kind == GOAWAY)
}

async fn wire(app: &TestApp) -> Wire {
    let settings = ServerConfig {
        header_timeout: Duration::from_millis(500),
        ..ServerConfig::default()
    };
    Wire::serving(app.app.router.clone(), settings).await
}

#[tokio::test]
async fn a_connection_has_a_bounded_number_of_streams_and_headers_of_a_bounded_size() {
    let app = TestApp::on_sqlite().await;
    let wire = wire(&app).await;
    let mut stream = connect(&wire).await;
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], SETTINGS);
    let mut settings = vec![0; usize::from(head[2])];
    stream.read_exact(&mut settings).await.unwrap();
    let setting = |id: u8| {
        let mut all = settings.chunks(6);
        let one = all.find(|one| one[1] == id).expect("a setting");
        u32::from_be_bytes([one[2], one[3], one[4], one[5]])
    };
    assert_eq!(setting(3), 128, "streams at once");
    assert!(setting(6) <= 64 * 1_024, "bytes of headers");
}

#[tokio::test]
async fn streams_that_are_opened_and_reset_at_once_end_the_connection() {
    let app = TestApp::on_sqlite().await;
    let wire = wire(&app).await;
    let resets = (0..100_000_u32).map(|number| {
        let stream = 2 * number + 1;
        let mut both = frame(HEADERS, END_STREAM | END_HEADERS, stream, &GET);
        both.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        both
    });
    assert!(is_cut_off(&wire, resets).await);
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn a_head_that_is_continued_for_ever_ends_the_connection() {
    let app = TestApp::on_sqlite().await;
    let wire = wire(&app).await;
    let begins = std::iter::once(frame(HEADERS, END_STREAM, 1, &GET));
    // A header whose name and value have one letter each, again and again.
    let more = [0x00, 1, b'x', 1, b'y'].repeat(2_000);
    let flood = begins.chain((0..10_000).map(move |_| frame(CONTINUATION, 0, 1, &more)));
    assert!(is_cut_off(&wire, flood).await);
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn frames_of_a_body_that_hold_nothing_end_the_connection() {
    let app = TestApp::on_sqlite().await;
    let wire = wire(&app).await;
    let begins = std::iter::once(frame(HEADERS, END_HEADERS, 1, &POST));
    let nothing = frame(DATA, 0, 1, &[]).repeat(1_000);
    let flood = begins.chain((0..10_000).map(move |_| nothing.clone()));
    assert!(is_cut_off(&wire, flood).await);
    assert!(wire.is_serving().await);
}
