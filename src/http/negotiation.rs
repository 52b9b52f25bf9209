//! Media types (GraphQL over HTTP).

use axum::http::{HeaderMap, header};

/// The most media types of an `Accept` that are looked at.
const RANGES: usize = 32;

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// `application/graphql-response+json`: the status says what became of the request.
    GraphQl,
    /// `application/json`, for older clients: 200 for everything that was well-formed.
    Json,
}

/// What a client wants as a stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Events {
    /// Nothing.
    Never,
    /// Subscriptions: the client takes JSON as well, and means that for what has one answer.
    Subscriptions,
    /// Everything.
    Always,
}

/// What a client accepts.
#[derive(Default)]
struct Accepted {
    graph_ql: Option<Fit>,
    json: Option<Fit>,
    events: Option<Fit>,
}

/// How well a media type fits what a client accepts: how much it is wanted, how exactly it is named, how early.
type Fit = (u16, u8, std::cmp::Reverse<usize>);

impl Answer {
    /// What the client asks for, the older one when it does not care; `None` when it takes neither.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let Some(Accepted { graph_ql, json, .. }) = Accepted::of(headers) else {
            return Some(Self::Json);
        };
        match (graph_ql, json) {
            (None, None) => None,
            (graph_ql, json) if graph_ql > json => Some(Self::GraphQl),
            _ => Some(Self::Json),
        }
    }

    /// The same, or the older one when the client takes neither: for what must be said all the same.
    pub(super) fn accepted_or_older(headers: &HeaderMap) -> Self {
        Self::accepted(headers).unwrap_or(Self::Json)
    }

    /// As a header.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

impl Events {
    /// What the client asks for. Clients name all that they understand in one header, whatever the operation is.
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        let weight = |fit: Option<Fit>| fit.map_or(0, |(weight, ..)| weight);
        match Accepted::of(headers) {
            Some(accepted) if accepted.events.is_some() => {
                let json = weight(accepted.graph_ql).max(weight(accepted.json));
                if weight(accepted.events) > json {
                    Self::Always
                } else {
                    Self::Subscriptions
                }
            }
            _ => Self::Never,
        }
    }
}

impl Accepted {
    /// Reads the headers; `None` when the client does not say what it accepts.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut accepted = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|range| !range.is_empty())
            .take(RANGES)
            .peekable();
        accepted.peek()?;
        // Of the ranges that name a media type, the one that names it most exactly says how much it is wanted.
        let (mut graph_ql, mut json, mut events): (Option<Fit>, Option<Fit>, Option<Fit>) = (None, None, None);
        for (place, range) in accepted.enumerate() {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = weight(parts);
            let fits = |known: &mut Option<Fit>, exactness: u8| {
                if known.is_none_or(|(_, before, _)| before < exactness) {
                    *known = Some((weight, exactness, std::cmp::Reverse(place)));
                }
            };
            match kind.as_str() {
                "application/graphql-response+json" => fits(&mut graph_ql, 2),
                "application/json" => fits(&mut json, 2),
                "text/event-stream" => fits(&mut events, 2),
                "application/*" => [&mut graph_ql, &mut json].into_iter().for_each(|known| fits(known, 1)),
                "*/*" => [&mut graph_ql, &mut json].into_iter().for_each(|known| fits(known, 0)),
                _ => {}
            }
        }
        let wanted = |fit: Option<Fit>| fit.filter(|(weight, ..)| *weight > 0);
        Some(Self {
            graph_ql: wanted(graph_ql),
            json: wanted(json),
            events: wanted(events),
        })
    }
}

/// The weight among the parameters of a media type, in thousandths; a weight that cannot be read counts as none given.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    parameters
        .find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
        })
        .and_then(thousandths)
        .unwrap_or(1_000)
}

/// `0.5` as 500: at most one digit before the point and three after it.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if rest.len() > 3 || !digits(rest) {
        return None;
    }
    let rest: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1_000),
        _ => None,
    }
}

/// Whether a body is declared as JSON, once (in UTF-8, if a character set is named). A browser sends nothing that is
/// declared so for a page of another site without asking first.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(declared), None) = (declared.next(), declared.next()) else {
        return false;
    };
    let Ok(declared) = declared.to_str() else {
        return false;
    };
    let mut parts = declared.split(';').map(str::trim);
    parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| {
            parameter.split_once('=').is_none_or(|(name, value)| {
                !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
}

/// Whether a body comes as it is, not compressed.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use axum::http::HeaderValue;

    use super::*;

    fn accepted(accept: &str) -> Option<Answer> {
        let headers = [(header::ACCEPT, HeaderValue::from_str(accept).unwrap())];
        Answer::accepted(&headers.into_iter().collect())
    }

    #[test]
    fn what_is_wanted_most_is_answered() {
        for (accept, answer) in [
            ("application/graphql-response+json", Some(Answer::GraphQl)),
            ("application/json", Some(Answer::Json)),
            ("APPLICATION/JSON; charset=utf-8", Some(Answer::Json)),
            ("", Some(Answer::Json)),
            ("*/*", Some(Answer::Json)),
            ("application/*", Some(Answer::Json)),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Some(Answer::GraphQl),
            ),
            (
                "application/json;q=0.9, application/graphql-response+json",
                Some(Answer::GraphQl),
            ),
            (
                "application/graphql-response+json, application/json",
                Some(Answer::GraphQl),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(Answer::Json),
            ),
            ("application/graphql-response+json;q=0.5, */*", Some(Answer::Json)),
            ("*/*, application/graphql-response+json", Some(Answer::GraphQl)),
            ("*/*;q=0.1, application/json;q=0", Some(Answer::GraphQl)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Answer::Json)),
            (
                "application/graphql-response+json;q=0, application/json",
                Some(Answer::Json),
            ),
            ("application/json;q=nonsense", Some(Answer::Json)),
            ("application/json;q=0.000", None),
            ("*/*;q=0", None),
            ("text/html", None),
            ("application/xml, image/*", None),
        ] {
            assert_eq!(accepted(accept), answer, "{accept}");
        }
        assert_eq!(Answer::accepted(&HeaderMap::new()), Some(Answer::Json));
    }

    #[test]
    fn events_are_for_subscriptions_unless_nothing_else_is_wanted_as_much() {
        let urql = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, \
                    multipart/mixed";
        for (accept, events) in [
            (urql, Events::Subscriptions),
            ("text/event-stream", Events::Always),
            ("TEXT/Event-Stream;q=0.1", Events::Always),
            ("text/event-stream, application/json;q=0.9", Events::Always),
            ("text/event-stream, application/json;q=0", Events::Always),
            ("text/event-stream, */*", Events::Subscriptions),
            ("application/json;q=0.9, text/event-stream;q=0.1", Events::Subscriptions),
            ("text/event-stream;q=0", Events::Never),
            ("text/event-stream;q=0, application/json", Events::Never),
            ("application/json", Events::Never),
            ("*/*", Events::Never),
            ("text/*", Events::Never),
            ("", Events::Never),
        ] {
            let headers = [(header::ACCEPT, HeaderValue::from_str(accept).unwrap())];
            assert_eq!(Events::accepted(&headers.into_iter().collect()), events, "{accept}");
        }
    }

    #[test]
    fn a_body_is_declared_as_json_once_and_by_its_own_name() {
        let declared = |types: &[&str]| {
            let types = types
                .iter()
                .map(|kind| (header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap()));
            is_json(&types.collect())
        };
        for good in [
            "application/json",
            "Application/JSON",
            "application/json;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/json; profile=x",
        ] {
            assert!(declared(&[good]), "{good}");
        }
        for bad in [
            "text/plain",
            "text/plain; application/json",
            "text/plain;charset=application/json",
            "application/json, text/plain",
            "text/plain, application/json",
            "application/json; charset=utf-16",
            "application/json; charset=utf-7",
            "application/jsonp",
            "application/graphql",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
        ] {
            assert!(!declared(&[bad]), "{bad}");
        }
        assert!(!declared(&[]));
        assert!(!declared(&["application/json", "text/plain"]));
        assert!(!declared(&["application/json", "application/json"]));
    }
}
