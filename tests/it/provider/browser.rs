//! A browser, as far as logging in at the provider's development pages needs one.

use std::collections::BTreeMap;

use reqwest::{Client, header};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{Begun, REDIRECT_URL};

/// With what the provider sent the browser back.
#[derive(Clone, Debug, Default)]
pub(super) struct Returned {
    pub(super) state: String,
    pub(super) code: String,
    pub(super) iss: Option<String>,
    pub(super) error: Option<String>,
}

impl Returned {
    pub(super) fn of(url: &str) -> Self {
        Self {
            state: parameter(url, "state").unwrap_or_default(),
            code: parameter(url, "code").unwrap_or_default(),
            iss: parameter(url, "iss"),
            error: parameter(url, "error"),
        }
    }

    pub(super) fn input(&self, begun: &Begun) -> Value {
        json!({ "input": { "state": self.state, "code": self.code, "iss": self.iss, "binding": begun.binding } })
    }
}

pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Goes to this address, logs in as this account, consents, and answers with what the browser is sent back.
pub(super) async fn log_in(url: &str, account: &str) -> Returned {
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut cookies: BTreeMap<String, String> = BTreeMap::new();
    let mut url = Url::parse(url).unwrap();
    let mut form: Option<String> = None;
    for _ in 0..16 {
        if url.as_str().starts_with(REDIRECT_URL) {
            return Returned::of(url.as_str());
        }
        let request = match form.take() {
            Some(form) => client
                .post(url.clone())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form),
            None => client.get(url.clone()),
        };
        let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(header::COOKIE, sent.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(next) = answer.headers().get(header::LOCATION) {
            url = url.join(next.to_str().unwrap()).unwrap();
            continue;
        }
        let page = answer.text().await.unwrap();
        let prompt = if page.contains("value=\"consent\"") {
            "consent"
        } else {
            "login"
        };
        assert!(page.contains(&format!("value=\"{prompt}\"")), "an unknown page: {page}");
        let fields = [("prompt", prompt), ("login", account), ("password", "any")];
        form = Some(
            form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish(),
        );
    }
    panic!("the provider does not come to an end");
}
