//! The mailbox of the demo: the letters that would have been sent.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{HttpState, endpoint::refusal, negotiation::Answer};
use crate::background::MailboxLetter;

/// The styles are in the pages themselves; nothing else may be loaded or run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d1d1b}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.5rem;border-bottom:1px solid #ddd;vertical-align:top}\
pre{white-space:pre-wrap;background:#f4f4f2;padding:1rem;border-radius:.5rem;overflow-wrap:anywhere}a{color:#0a58ca}";

/// The letters, the newest first.
pub(super) async fn list(State(state): State<Arc<HttpState>>) -> Response {
    let Some(mailbox) = &state.mailbox else {
        return nothing_here();
    };
    let letters = mailbox.letters();
    let mut rows = String::new();
    let count = letters.len();
    for (position, MailboxLetter { recipient, at, letter }) in letters.iter().enumerate() {
        // Numbered from the oldest, so that a letter keeps its number when others come.
        let number = count - position;
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td><a href=\"/mailbox/{number}\">{}</a></td></tr>",
            at.format("%H:%M:%S"),
            escaped(recipient),
            escaped(&letter.subject),
        );
    }
    if rows.is_empty() {
        rows.push_str(
            "<tr><td colspan=\"3\">Nothing yet. Register, or ask for a new password, and look again.</td></tr>",
        );
    }
    page(
        "Mailbox",
        &format!(
            "<h1>Mailbox</h1><p>What would have been sent. <a href=\"/mailbox\">Look again</a></p>\
             <table><tr><th>Time (UTC)</th><th>To</th><th>Subject</th></tr>{rows}</table>"
        ),
    )
}

/// One letter.
pub(super) async fn letter(State(state): State<Arc<HttpState>>, Path(number): Path<usize>) -> Response {
    let letters = state
        .mailbox
        .as_ref()
        .map(crate::background::Mailbox::letters)
        .unwrap_or_default();
    let Some(MailboxLetter { recipient, letter, .. }) =
        letters.len().checked_sub(number).and_then(|at| letters.get(at))
    else {
        return nothing_here();
    };
    page(
        &letter.subject,
        &format!(
            "<p><a href=\"/mailbox\">Mailbox</a></p><h1>{}</h1><p>To {}</p><pre>{}</pre>",
            escaped(&letter.subject),
            escaped(recipient),
            linked(&letter.text),
        ),
    )
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>{body}</body></html>",
        escaped(title)
    );
    let mut response = (StatusCode::OK, html).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn nothing_here() -> Response {
    let message = "There is nothing here.";
    refusal(Answer::Json, StatusCode::NOT_FOUND, "NOT_FOUND", message, "")
}

/// The text, with its addresses as links.
fn linked(text: &str) -> String {
    let word = |word: &str| {
        let address = word.trim_end();
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return escaped(word);
        }
        let (link, space) = (escaped(address), &word[address.len()..]);
        format!("<a href=\"{link}\">{link}</a>{space}")
    };
    text.split_inclusive(char::is_whitespace).map(word).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_links_and_everything_else_is_text() {
        let text = "Open\n\nhttp://localhost:3000/account/registration#token=cgt_1\n\n<b>https://\"x\"";
        let link = "http://localhost:3000/account/registration#token=cgt_1";
        assert_eq!(
            linked(text),
            format!("Open\n\n<a href=\"{link}\">{link}</a>\n\n&lt;b&gt;https://&quot;x&quot;")
        );
    }
}
