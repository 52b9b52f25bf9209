//! What the schema shows to whom.

use secrecy::{ExposeSecret, SecretString};

use super::{reader::Reader, section, setting::Setting};

section! {
    /// What the schema shows to whom.
    GraphqlConfig in "graphql" {
        /// `filtered`: everybody may ask about the part of the schema that they may use; `off`: staff and API keys alone.
        introspection: Introspection = Introspection::Off,
        /// What a federation gateway sends as `Gateway-Authorization: Bearer …`; without it there is no gateway.
        gateway_secret: Option<SecretString> = None,
        /// What a gateway gets from `_service { sdl }`. `full`: the whole contract, as in `schema.graphql`; `plain`: without
        /// `@authenticated`, `@requiresScopes`, `@oneOf` and `@specifiedBy`, which not every gateway and composer takes.
        gateway_sdl: GatewaySdl = GatewaySdl::Full,
        /// Which statuses answers have. `audit`: as the audits of graphql-http want them, which clients know; `draft`: as
        /// the draft of GraphQL over HTTP of August 2026 does (422, 403 and 294; see README).
        http_profile: HttpProfile = HttpProfile::Audit,
        /// The most queries that one request may hold as a list; 0 takes no lists.
        batch_operations: usize = 0,
        /// For whom there is a query page at `/` and, for browsers, at `/graphql`: `off`, `staff` or `everybody`.
        query_page: QueryPage = QueryPage::Off,
    }
}

/// Whether everybody may ask about the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// Staff and API keys alone.
    Off,
    /// Everybody, about the part that they may use.
    Filtered,
}

impl Setting for Introspection {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "filtered" => Ok(Self::Filtered),
            _ => Err("must be off or filtered.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Off => "off",
            Self::Filtered => "filtered",
        }
        .to_owned()
    }
}

/// What a federation gateway gets as the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GatewaySdl {
    /// All of it: what gateways may filter and refuse by is part of the contract.
    #[default]
    Full,
    /// What every gateway and composer takes.
    Plain,
}

impl Setting for GatewaySdl {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "full" => Ok(Self::Full),
            "plain" => Ok(Self::Plain),
            _ => Err("must be full or plain.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Full => "full",
            Self::Plain => "plain",
        }
        .to_owned()
    }
}

/// Which statuses answers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpProfile {
    /// As the audits of `graphql-http` want them.
    Audit,
    /// As the draft of GraphQL over HTTP of August 2026 does.
    Draft,
}

impl Setting for HttpProfile {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "audit" => Ok(Self::Audit),
            "draft" => Ok(Self::Draft),
            _ => Err("must be audit or draft.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Audit => "audit",
            Self::Draft => "draft",
        }
        .to_owned()
    }
}

/// For whom there is a query page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryPage {
    /// For nobody.
    #[default]
    Off,
    /// For staff users.
    Staff,
    /// For everybody: customers may log in as well, and one may look around without logging in.
    Everybody,
}

impl Setting for QueryPage {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "staff" => Ok(Self::Staff),
            "everybody" => Ok(Self::Everybody),
            _ => Err("must be off, staff or everybody.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Off => "off",
            Self::Staff => "staff",
            Self::Everybody => "everybody",
        }
        .to_owned()
    }
}

impl GraphqlConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let message = "must be between 0 and 10.";
        reader.require(self.batch_operations <= 10, "graphql", "batch_operations", message);
        let long_enough = self
            .gateway_secret
            .as_ref()
            .is_none_or(|secret| secret.expose_secret().len() >= 32);
        let message = "must have at least 32 characters; `openssl rand -base64 32` makes a good one.";
        reader.require(long_enough, "graphql", "gateway_secret", message);
    }
}
