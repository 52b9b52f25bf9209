//! How many connections there are: in all, and from each address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use ipnet::IpNet;

use crate::work::Client;

/// Counts the open connections of each network.
#[derive(Clone, Debug)]
pub(super) struct Visitors {
    open: Arc<Mutex<HashMap<String, usize>>>,
    most: usize,
    /// Proxies in front, which come for others.
    uncounted: Arc<[IpNet]>,
}

/// An open connection; it counts until it is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    open: Arc<Mutex<HashMap<String, usize>>>,
    /// `None` for who is not counted.
    network: Option<String>,
}

impl Visitors {
    pub(super) fn new(most: usize, uncounted: &[IpNet]) -> Self {
        Self {
            open: Arc::default(),
            most,
            uncounted: uncounted.into(),
        }
    }

    /// A further connection from there; `None` when there are too many already.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Visit> {
        let address = address.to_canonical();
        let open = Arc::clone(&self.open);
        if self.uncounted.iter().any(|network| network.contains(&address)) {
            return Some(Visit { open, network: None });
        }
        self.admit_from(Client::new(Some(address), None).network())
    }

    /// A further one from this network; `None` when there are too many already.
    pub(super) fn admit_from(&self, network: String) -> Option<Visit> {
        let open = Arc::clone(&self.open);
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(counts);
        let network = Some(network);
        Some(Visit { open, network })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let Some(network) = &self.network else { return };
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn each_network_has_so_many_connections_at_once() {
        let visitors = Visitors::new(2, &["10.0.0.0/8".parse().unwrap()]);
        let admit = |address: &str| visitors.admit(address.parse().unwrap());
        let first = admit("203.0.113.7").unwrap();
        let _second = admit("::ffff:203.0.113.7").unwrap();
        assert!(admit("203.0.113.7").is_none());
        assert!(admit("203.0.113.8").is_some());
        drop(first);
        assert!(admit("203.0.113.7").is_some());
        let _networks = (admit("2001:db8::1").unwrap(), admit("2001:db8::ffff:2").unwrap());
        assert!(admit("2001:db8::3").is_none());
        let proxy: Vec<_> = (0..5).map(|_| admit("10.1.2.3").unwrap()).collect();
        drop(proxy);
        drop(_networks);
        assert_eq!(visitors.open.lock().unwrap().len(), 1, "what is over is forgotten");
    }
}
