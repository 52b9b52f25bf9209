//! The GraphQL API, over HTTP.

use std::{collections::HashMap, ops::Range, time::Duration};

use reqwest::Url;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::LoadError;

/// The most bytes of rows in one request: well below what the service takes (1 MiB), and room for no more than the
/// 10,000 order lines that it takes at once.
const BYTES: usize = 256 * 1_024;

/// Where the requests go.
#[derive(Debug)]
pub struct Service {
    client: reqwest::Client,
    url: Url,
    api_key: String,
    batch: usize,
}

/// What the service complains about.
#[derive(Debug, Deserialize)]
struct Problem {
    path: Option<Vec<String>>,
    message: String,
}

/// What became of one row.
#[derive(Debug, Deserialize)]
pub struct RowResult<T> {
    /// What the row became.
    #[serde(flatten)]
    pub value: T,
    #[serde(rename = "userErrors")]
    problems: Vec<Problem>,
}

impl<T> RowResult<T> {
    /// Why the row was refused.
    pub fn reason(&self) -> Option<String> {
        let reasons: Vec<String> = self
            .problems
            .iter()
            .map(|problem| {
                // The first two steps are the list and the place of the row in it.
                let path = problem.path.as_deref().unwrap_or_default().get(2..).unwrap_or_default();
                if path.is_empty() {
                    problem.message.clone()
                } else {
                    format!("{}: {}", path.join("."), problem.message)
                }
            })
            .collect();
        (!reasons.is_empty()).then(|| reasons.join(" "))
    }
}

#[derive(Debug, Deserialize)]
struct Answer<T> {
    data: Option<HashMap<String, Option<Payload<T>>>>,
    errors: Option<Vec<TopLevelError>>,
}

#[derive(Debug, Deserialize)]
struct TopLevelError {
    message: String,
}

#[derive(Debug, Deserialize)]
struct Payload<T> {
    results: Vec<RowResult<T>>,
    #[serde(rename = "userErrors")]
    problems: Vec<Problem>,
}

impl Service {
    /// The service at this address.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(url: &str, api_key: &str, batch: usize) -> Result<Self, LoadError> {
        let fault = |error: &dyn std::fmt::Display| LoadError::Service(format!("{url}: {error}"));
        let address = Url::parse(url).map_err(|error| fault(&error))?;
        let mut client = reqwest::Client::builder().timeout(Duration::from_secs(120));
        if matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
            client = client.no_proxy();
        }
        Ok(Self {
            client: client.build().map_err(|error| fault(&error))?,
            url: address,
            api_key: api_key.to_owned(),
            batch,
        })
    }

    /// Cuts rows into requests.
    pub fn batches(&self, rows: &[Value]) -> Vec<Range<usize>> {
        let mut batches = Vec::new();
        let (mut start, mut bytes) = (0, 0);
        for (place, row) in rows.iter().enumerate() {
            let size = row.to_string().len();
            if place > start && (place - start == self.batch || bytes + size > BYTES) {
                batches.push(start..place);
                (start, bytes) = (place, 0);
            }
            bytes += size;
        }
        if start < rows.len() {
            batches.push(start..rows.len());
        }
        batches
    }

    /// Sends the rows of one request; right rows are written, the others refused. Answers one result for each.
    ///
    /// `mutation` is the document, whose one field takes `$input` with the rows in `list`.
    ///
    /// # Errors
    /// When the service does not answer, or takes none of it.
    pub async fn send<T: DeserializeOwned>(
        &self,
        mutation: &str,
        list: &str,
        rows: &[Value],
    ) -> Result<Vec<RowResult<T>>, LoadError> {
        let fault = |error: reqwest::Error| {
            let advice = if error.is_connect() {
                "\nIs the service running, and is --url right?"
            } else {
                ""
            };
            LoadError::Service(format!("{}{advice}", error_with_causes(&error)))
        };
        let response = self
            .client
            .post(self.url.clone())
            .bearer_auth(&self.api_key)
            .json(&json!({
                "query": mutation,
                "variables": { "input": { list: rows, "errorPolicy": "REJECT_FAILED_ROWS" } },
            }))
            .send()
            .await
            .map_err(fault)?;
        let status = response.status();
        let text = response.text().await.map_err(fault)?;
        let answer: Answer<T> = serde_json::from_str(&text).map_err(|_| {
            let start: String = text.chars().take(300).collect();
            LoadError::Service(format!("{status} {start}"))
        })?;
        if let Some(errors) = answer.errors.filter(|errors| !errors.is_empty()) {
            let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            return Err(LoadError::Service(messages.join(" ")));
        }
        let payload = answer
            .data
            .and_then(|data| data.into_values().next().flatten())
            .ok_or_else(|| LoadError::Service("There is nothing in the answer.".to_owned()))?;
        if payload.results.len() != rows.len() {
            let messages: Vec<String> = payload.problems.into_iter().map(|problem| problem.message).collect();
            return Err(LoadError::Service(messages.join(" ")));
        }
        Ok(payload.results)
    }
}

/// What went wrong, and what was behind it.
fn error_with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
