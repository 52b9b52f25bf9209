//! How large documents may be, each scope by itself.

use std::collections::BTreeMap;

use super::reader::{Reader, RepeatedSection};

/// Declares the limits of a document with their defaults: for store scope, for admin scope, for staff users who have
/// bounded roles alone, and for the federation gateway.
macro_rules! document_limits {
    ($($(#[$doc:meta])* $limit:ident: $kind:ty = $store:expr, $admin:expr, $bounded:expr, $gateway:expr;)*) => {
        /// How large a document of one scope may be, and what comes with it.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct DocumentLimits {
            $($(#[$doc])* pub $limit: $kind,)*
        }

        impl DocumentLimits {
            fn store() -> Self {
                Self { $($limit: $store,)* }
            }

            fn admin() -> Self {
                Self { $($limit: $admin,)* }
            }

            fn bounded() -> Self {
                Self { $($limit: $bounded,)* }
            }

            fn gateway() -> Self {
                Self { $($limit: $gateway,)* }
            }
        }

        impl RepeatedSection for DocumentLimits {
            const NAME: &'static str = "firewall";
            const SETTINGS: &'static [&'static str] = &[$(stringify!($limit)),*];

            fn read(reader: &mut Reader, section: &str) -> Self {
                let defaults = match section {
                    "firewall.admin" => Self::admin(),
                    "firewall.bounded" => Self::bounded(),
                    "firewall.gateway" => Self::gateway(),
                    _ => Self::store(),
                };
                Self {
                    $($limit: reader.setting(section, stringify!($limit)).unwrap_or(defaults.$limit),)*
                }
            }

            fn shown(&self) -> Vec<(&'static str, String)> {
                use crate::config::setting::Setting;
                vec![$((stringify!($limit), self.$limit.shown())),*]
            }
        }
    };
}

document_limits! {
    /// The longest document, in bytes.
    document_bytes: usize = 16 * 1_024, 64 * 1_024, 64 * 1_024, 256 * 1_024;
    /// The most tokens: names, numbers, texts and signs.
    tokens: usize = 1_000, 5_000, 5_000, 20_000;
    /// How deep brackets of all kinds may be nested; told before the document is parsed.
    brackets: usize = 32, 48, 48, 48;
    /// How deep fields may be nested once fragments are expanded.
    depth: usize = 10, 15, 15, 15;
    /// How deep fields that ask about the schema may be nested.
    introspection_depth: usize = 20, 20, 20, 20;
    /// The most fields and fragments once all fragments are expanded.
    selections: usize = 500, 3_000, 500, 20_000;
    /// The most aliases.
    aliases: usize = 30, 100, 100, 1_000;
    /// The most fields at the top of a query or a subscription.
    query_fields: usize = 10, 20, 20, 100;
    /// The most fields at the top of a mutation; each is a transaction of its own.
    mutation_fields: usize = 4, 10, 10, 10;
    /// How many of these may be for people who have not logged in: each is an attempt at a password, a code or an address.
    log_in_fields: usize = 1, 1, 1, 1;
    /// The most directives.
    directives: usize = 50, 50, 50, 1_000;
    /// The most directives at one place.
    directives_at_once: usize = 5, 5, 5, 5;
    /// The most definitions of fragments.
    fragments: usize = 30, 100, 100, 200;
    /// The most operations.
    operations: usize = 5, 10, 10, 10;
    /// The most definitions of variables.
    variables: usize = 50, 100, 100, 1_000;
    /// How large all values of variables may be together, in bytes.
    variables_bytes: usize = 32 * 1_024, 1_024 * 1_024, 64 * 1_024, 1_024 * 1_024;
    /// The most items of a list in a query, such as the representations that a gateway asks for; of rows to be written there may be `limits.bulk_rows`.
    list_items: usize = 100, 250, 250, 1_000;
    /// The highest cost: an object is 1, a page of a list 1 and what each of its rows costs, a count of all 10.
    cost: u64 = 1_000, 50_000, 10_000, 100_000;
    /// How long a query may take, in milliseconds.
    query_milliseconds: u64 = 5_000, 30_000, 10_000, 30_000;
    /// The largest answer, in bytes.
    answer_bytes: usize = 5 * 1_024 * 1_024, 50 * 1_024 * 1_024, 50 * 1_024 * 1_024, 50 * 1_024 * 1_024;
}

/// How large documents may be, each scope by itself (`[firewall.store]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallConfig {
    /// Of customers and of those who have not logged in.
    pub store: DocumentLimits,
    /// Of staff users and back-office systems.
    pub admin: DocumentLimits,
    /// Of staff users who have bounded roles alone, such as analysts.
    pub bounded: DocumentLimits,
    /// Of the federation gateway, which has bounds of its own for its clients.
    pub gateway: DocumentLimits,
}

impl Default for FirewallConfig {
    fn default() -> Self {
        Self {
            store: DocumentLimits::store(),
            admin: DocumentLimits::admin(),
            bounded: DocumentLimits::bounded(),
            gateway: DocumentLimits::gateway(),
        }
    }
}

impl FirewallConfig {
    const SCOPES: [&str; 4] = ["store", "admin", "bounded", "gateway"];

    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut given: BTreeMap<String, DocumentLimits> = reader.each();
        for name in given.keys().filter(|name| !Self::SCOPES.contains(&name.as_str())) {
            let section = format!("firewall.{name}");
            for setting in DocumentLimits::SETTINGS {
                let message = "is for no scope; there are store, admin, bounded and gateway.";
                let is_given = reader.is_given(&section, setting);
                reader.require(!is_given, &section, setting, message);
            }
        }
        let mut of = |name: &str, defaults: fn() -> DocumentLimits| given.remove(name).unwrap_or_else(defaults);
        Self {
            store: of("store", DocumentLimits::store),
            admin: of("admin", DocumentLimits::admin),
            bounded: of("bounded", DocumentLimits::bounded),
            gateway: of("gateway", DocumentLimits::gateway),
        }
    }

    /// The limits with the names of their scopes.
    pub(super) fn by_name(&self) -> BTreeMap<String, DocumentLimits> {
        let all = [&self.store, &self.admin, &self.bounded, &self.gateway];
        let named = Self::SCOPES.iter().zip(all);
        named
            .map(|(name, limits)| ((*name).to_owned(), limits.clone()))
            .collect()
    }

    pub(super) fn check(&self, reader: &mut Reader) {
        for (name, limits) in self.by_name() {
            let section = format!("firewall.{name}");
            // The parser recurses; deeper documents would overflow the stack.
            let message = "must be between 8 and 200.";
            reader.require((8..=200).contains(&limits.brackets), &section, "brackets", message);
            let message = "must be at least 100.";
            reader.require(
                limits.query_milliseconds >= 100,
                &section,
                "query_milliseconds",
                message,
            );
            for (setting, limit) in [
                ("document_bytes", limits.document_bytes),
                ("answer_bytes", limits.answer_bytes),
            ] {
                reader.require(limit >= 1_024, &section, setting, "must be at least 1024.");
            }
        }
    }
}
