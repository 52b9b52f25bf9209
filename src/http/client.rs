//! From where a request comes: the address of the connection, or what proxies that we trust say about it.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{header, request::Parts},
};
use ipnet::IpNet;

use crate::work::Client;

/// The most hops of `X-Forwarded-For` that are read.
const HOPS: usize = 32;

/// The client behind a request. Each proxy adds the address that it saw at the end of `X-Forwarded-For`, so the list is
/// read from there, for as long as the proxies are ours; what comes before was written by whoever wanted to.
pub(super) fn of(parts: &Parts, trusted: &[IpNet]) -> Client {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip().to_canonical());
    let device = parts
        .headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let is_ours = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut address = peer;
    if peer.as_ref().is_some_and(is_ours) {
        let values: Vec<&str> = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let hops = values.iter().rev().flat_map(|value| value.rsplit(','));
        for hop in hops.take(HOPS) {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            address = Some(hop.to_canonical());
            if !is_ours(&hop.to_canonical()) {
                break;
            }
        }
    }
    Client::new(address, device)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use axum::http::Request;

    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        let peer: IpAddr = peer.parse().unwrap();
        parts.extensions.insert(ConnectInfo(SocketAddr::from((peer, 1))));
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        of(&parts, &trusted).address.unwrap().to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(address("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
    }

    #[test]
    fn a_proxy_of_ours_is_believed_for_the_last_hop_that_is_not_ours() {
        assert_eq!(address("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("::1", &["6.6.6.6, 198.51.100.1, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(address("10.1.2.3", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_cannot_be_read_ends_the_list() {
        assert_eq!(address("10.1.2.3", &["198.51.100.1, nonsense"]), "10.1.2.3");
        assert_eq!(address("10.1.2.3", &[""]), "10.1.2.3");
    }
}
