//! Whatever the scan lets through, the parser survives.
#![no_main]

use customer_graph::{config::FirewallConfig, firewall::Scan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = FirewallConfig::default().gateway;
    if let Ok(scan) = Scan::read(text, &limits) {
        assert!(scan.brackets <= limits.brackets && scan.tokens <= limits.tokens && scan.tokens <= text.len());
        let _ = async_graphql::parser::parse_query(text);
    }
});
