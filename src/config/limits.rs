//! How large things may be.

use serde::{Deserialize, Serialize};

/// How large things may be. Beyond a limit a clear error is answered and nothing is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The size of a page when none is asked for.
    pub page_default: u32,
    /// The largest page in store scope.
    pub page_store: u32,
    /// The largest page in admin scope.
    pub page_admin: u32,
    /// The most rows in one bulk mutation.
    pub bulk_rows: usize,
    /// The most objects that one update by selector may change.
    pub selector_rows: u64,
    /// The most addresses of one customer or organization unit.
    pub addresses_per_owner: u64,
    /// Whether the address that was changed last becomes the default when the default is deleted.
    pub promote_default_address: bool,
    /// The largest metadata of one object, in bytes of JSON.
    pub metadata_bytes: usize,
    /// The most keys in the metadata of one object.
    pub metadata_keys: usize,
    /// How deep metadata may be nested.
    pub metadata_depth: usize,
    /// The keys of public metadata that customers may write themselves.
    pub store_metadata_keys: Vec<String>,
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// How deep brackets may be nested in a document.
    pub bracket_depth: usize,
    /// How deep selections may be nested.
    pub selection_depth: usize,
    /// How many fields a document may have once its fragments are expanded.
    pub document_fields: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_default: 20,
            page_store: 100,
            page_admin: 250,
            bulk_rows: 1_000,
            selector_rows: 1_000,
            addresses_per_owner: 100,
            promote_default_address: false,
            metadata_bytes: 16 * 1_024,
            metadata_keys: 50,
            metadata_depth: 3,
            store_metadata_keys: Vec::new(),
            body_bytes: 1_024 * 1_024,
            bracket_depth: 48,
            selection_depth: 15,
            document_fields: 3_000,
        }
    }
}
