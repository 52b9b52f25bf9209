//! What a response and its assertion must say, and what the assertion says about a person.

use chrono::{DateTime, TimeDelta, Utc};
use roxmltree::Node;

use super::document::{ASSERTION, Checked, PROTOCOL, all, elements, is, only, text};

/// How far the clocks may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// Whom an answer must be from, whom it must be for, and what it must answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// The identity provider.
    pub issuer: &'a str,
    /// This service.
    pub audience: &'a str,
    /// The address to which the browser brings it.
    pub recipient: &'a str,
    /// The request that it answers.
    pub request_id: &'a str,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// Checks what stands around the assertion. It need not be signed, so it decides nothing but that an answer is refused.
pub(super) fn check_response(response: Node<'_, '_>, expected: &Expected<'_>) -> Checked<()> {
    if response.attribute("Version") != Some("2.0") {
        return Err("it is of another version than 2.0");
    }
    let status = only(response, PROTOCOL, "Status")?.ok_or("it has no status")?;
    let code = only(status, PROTOCOL, "StatusCode")?.ok_or("it has no status")?;
    if code.attribute("Value") != Some(SUCCESS) {
        return Err("the log-in failed there");
    }
    if let Some(issuer) = only(response, ASSERTION, "Issuer")?
        && text(issuer)? != expected.issuer
    {
        return Err("the response is from somebody else");
    }
    if response.attribute("InResponseTo") != Some(expected.request_id) {
        return Err("the response answers another request, or none");
    }
    if response
        .attribute("Destination")
        .is_some_and(|destination| destination != expected.recipient)
    {
        return Err("the response is for another address");
    }
    Ok(())
}

/// Checks everything about an assertion that was verified but its signature.
pub(super) fn check(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Checked<()> {
    if assertion.attribute("Version") != Some("2.0") {
        return Err("the assertion is of another version than 2.0");
    }
    let issuer = only(assertion, ASSERTION, "Issuer")?.ok_or("the assertion is from nobody")?;
    if text(issuer)? != expected.issuer {
        return Err("the assertion is from somebody else");
    }
    check_conditions(assertion, expected)?;
    let subject = subject(assertion)?;
    let confirmations = all(subject, ASSERTION, "SubjectConfirmation");
    let mut bearers = confirmations.filter(|confirmation| confirmation.attribute("Method") == Some(BEARER));
    let first = bearers.next().ok_or("the assertion is not for whoever brings it")?;
    let checked = check_confirmation(first, expected);
    // One of them is enough; what the first lacks is told.
    if checked.is_err() && !bearers.any(|other| check_confirmation(other, expected).is_ok()) {
        return checked;
    }
    let mut statements = all(assertion, ASSERTION, "AuthnStatement").peekable();
    if statements.peek().is_none() {
        return Err("the assertion does not say that somebody logged in");
    }
    for statement in statements {
        if instant(statement, "SessionNotOnOrAfter")?.is_some_and(|end| end + LEEWAY <= expected.now) {
            return Err("the session there is over");
        }
    }
    Ok(())
}

fn check_conditions(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Checked<()> {
    let conditions = only(assertion, ASSERTION, "Conditions")?.ok_or("the assertion has no conditions")?;
    check_times(conditions, expected.now)?;
    let mut is_for_somebody = false;
    for condition in elements(conditions) {
        if is(condition, ASSERTION, "AudienceRestriction") {
            is_for_somebody = true;
            let mut is_for_us = false;
            for audience in all(condition, ASSERTION, "Audience") {
                is_for_us |= text(audience)? == expected.audience;
            }
            if !is_for_us {
                return Err("the assertion is for another service");
            }
        } else if !is(condition, ASSERTION, "OneTimeUse") && !is(condition, ASSERTION, "ProxyRestriction") {
            return Err("the assertion has a condition that is not understood");
        }
    }
    if is_for_somebody {
        Ok(())
    } else {
        Err("the assertion does not say for which service it is")
    }
}

fn check_confirmation(confirmation: Node<'_, '_>, expected: &Expected<'_>) -> Checked<()> {
    let data = only(confirmation, ASSERTION, "SubjectConfirmationData")?;
    let data = data.ok_or("the assertion does not say who may bring it")?;
    if data.attribute("Recipient") != Some(expected.recipient) {
        return Err("the assertion is for another address");
    }
    if data.attribute("InResponseTo") != Some(expected.request_id) {
        return Err("the assertion answers another request, or none");
    }
    if data.attribute("NotOnOrAfter").is_none() {
        return Err("the assertion does not say until when it may be brought");
    }
    check_times(data, expected.now)
}

fn check_times(node: Node<'_, '_>, now: DateTime<Utc>) -> Checked<()> {
    if instant(node, "NotBefore")?.is_some_and(|begin| now + LEEWAY < begin) {
        return Err("the assertion is not valid yet");
    }
    if instant(node, "NotOnOrAfter")?.is_some_and(|end| end + LEEWAY <= now) {
        return Err("the assertion is not valid any more");
    }
    Ok(())
}

fn instant(node: Node<'_, '_>, name: &str) -> Checked<Option<DateTime<Utc>>> {
    let Some(written) = node.attribute(name) else {
        return Ok(None);
    };
    let read = DateTime::parse_from_rfc3339(written).map_err(|_| "it has a time that cannot be read")?;
    Ok(Some(read.to_utc()))
}

fn subject<'d, 'i>(assertion: Node<'d, 'i>) -> Checked<Node<'d, 'i>> {
    only(assertion, ASSERTION, "Subject")?.ok_or("the assertion is about nobody")
}

/// How the provider names somebody.
pub(super) struct Name {
    /// The name.
    pub text: String,
    /// Whether it is an e-mail address.
    pub is_email: bool,
}

/// How the provider names whom the assertion is about.
pub(super) fn name(assertion: Node<'_, '_>) -> Checked<Name> {
    let name = only(subject(assertion)?, ASSERTION, "NameID")?.ok_or("the assertion names nobody")?;
    let format = name.attribute("Format");
    if format == Some(TRANSIENT) {
        return Err("the name of the person is another one each time; let the identity provider give lasting names");
    }
    Ok(Name {
        text: text(name)?,
        is_email: format == Some(EMAIL),
    })
}

/// The first value of the attribute with this name.
pub(super) fn attribute(assertion: Node<'_, '_>, wanted: &str) -> Checked<Option<String>> {
    let found = all(assertion, ASSERTION, "AttributeStatement")
        .flat_map(|statement| all(statement, ASSERTION, "Attribute"))
        .find(|attribute| attribute.attribute("Name") == Some(wanted));
    let value = found.and_then(|attribute| all(attribute, ASSERTION, "AttributeValue").next());
    value.map(text).transpose()
}
