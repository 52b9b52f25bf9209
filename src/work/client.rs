//! From where an operation comes.

use std::net::IpAddr;

/// How much of a device's own description is kept, in characters.
const LONGEST_DEVICE: usize = 255;

/// From where an operation comes, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The address, past the proxies that we trust.
    pub address: Option<IpAddr>,
    /// What the device calls itself (`User-Agent`), at most 255 characters.
    pub device: Option<String>,
}

impl Client {
    /// The client at this address that calls itself so.
    #[must_use]
    pub fn new(address: Option<IpAddr>, device: Option<&str>) -> Self {
        Self {
            address,
            device: device.map(|device| device.chars().take(LONGEST_DEVICE).collect()),
        }
    }

    /// The network for the people: the first 24 bits of an IPv4 address, the first 64 of IPv6; no person has it alone.
    #[must_use]
    pub fn prefix(&self) -> Option<String> {
        Some(match canonical(self.address?) {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => v6_prefix(address),
        })
    }

    /// The network for counting: an IPv4 address alone, or the first 64 bits of IPv6, since whoever has one address
    /// of those has them all.
    #[must_use]
    pub fn network(&self) -> String {
        match self.address.map(canonical) {
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => v6_prefix(address),
            None => "unknown".to_owned(),
        }
    }
}

/// An IPv4 address that is written as IPv6 counts as IPv4.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn v6_prefix(address: std::net::Ipv6Addr) -> String {
    let [a, b, c, d, ..] = address.segments();
    format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    fn network(address: &str) -> String {
        Client::new(Some(address.parse().unwrap()), None).network()
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }

    #[test]
    fn an_ipv4_address_counts_as_itself_however_it_is_written() {
        assert_eq!(network("203.0.113.7"), network("::ffff:203.0.113.7"));
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
        let client = Client::new(Some("203.0.113.7".parse().unwrap()), None);
        assert_eq!(client.prefix().as_deref(), Some("203.0.113.0/24"));
    }

    #[test]
    fn a_long_description_is_cut() {
        assert_eq!(
            Client::new(None, Some(&"é".repeat(1_000)))
                .device
                .unwrap()
                .chars()
                .count(),
            255
        );
    }
}
