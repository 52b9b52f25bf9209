//! Reads what describes an endpoint.

use std::sync::Arc;

use entity::id::WebhookEndpointId;
use serde_json::json;

use super::courier::Courier;
use crate::{
    auth::Permissions,
    features::role::authority::read_permissions,
    outbound::is_internet_url,
    text::is_clean,
    work::{Call, Complaints, ErrorCode, UserError},
};

/// The most characters of an address.
const URL: usize = 2_000;

/// The most characters of a description.
pub(super) const DESCRIPTION: usize = 1_000;

/// The most characters of a payload query.
const QUERY: usize = 20_000;

/// An address to which requests may be sent.
pub(super) fn url(complaints: &mut Complaints, typed: String, courier: &Courier) -> String {
    let url = complaints.required_text("url", Some(typed), URL);
    if !url.is_empty() && !is_internet_url(&url, courier.allows_private()) {
        complaints.add(UserError::new(
            ErrorCode::Invalid,
            "url",
            "This must be an address of the internet that begins with https://, with neither a user nor a port.",
        ));
    }
    url
}

/// A payload query as it was typed; a blank one is none. Whether it can be asked, [`check_query`] tells.
pub(super) fn payload_query(complaints: &mut Complaints, typed: String) -> Option<String> {
    let path = "payloadQuery";
    if typed.trim().is_empty() {
        return None;
    }
    if typed.chars().count() > QUERY {
        let message = format!("Use at most {QUERY} characters.");
        complaints.add(UserError::new(ErrorCode::TooLong, path, message));
        return None;
    }
    if !is_clean(&typed, true) {
        let message = "This text holds control characters. Remove them.";
        complaints.add(UserError::new(ErrorCode::Invalid, path, message));
        return None;
    }
    Some(typed)
}

/// What a payload query may see.
pub(super) fn permissions(complaints: &mut Complaints, typed: &[String]) -> Vec<String> {
    match read_permissions("permissions", typed) {
        Ok((_, names)) => names,
        Err(error) => {
            complaints.add(error);
            Vec::new()
        }
    }
}

/// Asks whether a payload query can be asked with these permissions.
pub(super) async fn check_query(
    call: &Arc<Call>,
    courier: &Courier,
    endpoint: Option<WebhookEndpointId>,
    query: Option<&str>,
    permissions: &[String],
) -> Result<(), UserError> {
    let Some(query) = query else { return Ok(()) };
    let endpoint = endpoint.unwrap_or_else(|| call.new_id());
    let permissions = Permissions::stored(&json!(permissions));
    courier.check_query(call, endpoint, permissions, query).await
}
