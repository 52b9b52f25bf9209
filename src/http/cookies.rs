//! Cookie mode: a browser keeps the tokens where no script can read them.
//!
//! A client that sends `Session-Mode: cookie` gets the tokens of a session as cookies and not in the answer, and is
//! known by them. The header is the proof that the request comes from a page that may ask at all: a page of another
//! site can make a browser send cookies, but not a header of its own making. Without it the cookies count for nothing.

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::SecretString;

use crate::work::{RegistrationTicket, SessionCookies, SessionTokens};

/// The header that asks for cookie mode.
const MODE: &str = "session-mode";

/// The access token. `__Host-` binds a cookie to this host and to TLS: a sister domain cannot set it (RFC 6265bis).
const ACCESS: &str = "__Host-access-token";

/// The refresh token.
const REFRESH: &str = "__Host-refresh-token";

/// The ticket of a registration, until its e-mail address is proven.
const TICKET: &str = "__Host-registration-ticket";

/// Two cookies of one name: somebody planted one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planted;

/// What a request in cookie mode brings along; `None` for every other request.
pub(super) fn of(headers: &HeaderMap) -> Result<Option<SessionCookies>, Planted> {
    let asks = headers
        .get(MODE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"cookie"));
    if !asks {
        return Ok(None);
    }
    let cookies = SessionCookies::new(one(headers, ACCESS)?, one(headers, REFRESH)?, one(headers, TICKET)?);
    Ok(Some(cookies))
}

fn one(headers: &HeaderMap, name: &str) -> Result<Option<SecretString>, Planted> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(given, _)| *given == name)
        .map(|(_, value)| SecretString::from(value.to_owned()));
    let first = found.next();
    if found.next().is_some() {
        return Err(Planted);
    }
    Ok(first)
}

/// Sets the cookies that an operation asked for.
pub(super) fn set(headers: &mut HeaderMap, cookies: &SessionCookies) {
    use secrecy::ExposeSecret;
    let outcome = cookies.outcome();
    match outcome.ticket {
        None => {}
        Some(RegistrationTicket::Gone) => put(headers, TICKET, "", 0),
        Some(RegistrationTicket::Given { ticket, seconds }) => put(headers, TICKET, ticket.expose_secret(), seconds),
    }
    match outcome.session {
        None => {}
        Some(SessionTokens::Gone) => clear(headers),
        Some(SessionTokens::Given {
            access,
            access_seconds,
            refresh,
            refresh_seconds,
        }) => {
            put(headers, ACCESS, access.expose_secret(), access_seconds);
            put(headers, REFRESH, refresh.expose_secret(), refresh_seconds);
        }
    }
}

/// Takes the cookies away.
pub(super) fn clear(headers: &mut HeaderMap) {
    put(headers, ACCESS, "", 0);
    put(headers, REFRESH, "", 0);
}

/// Takes the access token away; the refresh token may still be good.
pub(super) fn clear_access(headers: &mut HeaderMap) {
    put(headers, ACCESS, "", 0);
}

fn put(headers: &mut HeaderMap, name: &str, value: &str, seconds: i64) {
    let seconds = seconds.max(0);
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict");
    // Our tokens have no characters that a header cannot hold.
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        headers.append(header::SET_COOKIE, cookie);
    }
}
