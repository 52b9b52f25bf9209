//! How large things may be.

use std::time::Duration;

use super::{reader::Reader, section};

section! {
    /// How large things may be. Beyond a limit a clear error is answered and nothing is written.
    Limits in "limits" {
        /// The size of a page when none is asked for.
        page_default: u32 = 20,
        /// The largest page in store scope.
        page_store: u32 = 100,
        /// The largest page in admin scope.
        page_admin: u32 = 250,
        /// The largest page for whoever has bounded roles alone, such as analysts.
        page_bounded: u32 = 100,
        /// The most rows in one bulk mutation.
        bulk_rows: usize = 1_000,
        /// The most objects that one update by selector may change.
        selector_rows: u64 = 1_000,
        /// The most addresses of one customer or organization unit.
        addresses_per_owner: u64 = 100,
        /// Whether the address that was changed last becomes the default when the default is deleted.
        promote_default_address: bool = false,
        /// The largest metadata of one object, in bytes of JSON.
        metadata_bytes: usize = 16 * 1_024,
        /// The most keys in the metadata of one object.
        metadata_keys: usize = 50,
        /// How deep metadata may be nested.
        metadata_depth: usize = 3,
        /// The keys of public metadata that customers may write themselves.
        store_metadata_keys: Vec<String> = Vec::new(),
        /// For how long events are kept for those who read them later. What a webhook or sink has still to read is kept
        /// until then, whatever its age; a sink that has not come for as long keeps nothing.
        events_kept: Duration = Duration::from_secs(30 * 24 * 60 * 60),
        /// The largest request body in admin scope, in bytes.
        body_bytes: usize = 1_024 * 1_024,
        /// The largest request body of everybody else, in bytes.
        body_bytes_store: usize = 128 * 1_024,
    }
}

impl Limits {
    pub(super) fn check(&self, reader: &mut Reader) {
        let mut require = |holds, setting, message| reader.require(holds, "limits", setting, message);
        require(
            (1..=10_000).contains(&self.page_store),
            "page_store",
            "must be between 1 and 10000.",
        );
        require(
            (1..=10_000).contains(&self.page_admin),
            "page_admin",
            "must be between 1 and 10000.",
        );
        require(
            (1..=10_000).contains(&self.page_bounded),
            "page_bounded",
            "must be between 1 and 10000.",
        );
        require(self.page_default > 0, "page_default", "must be at least 1.");
        require(
            (1..=10_000).contains(&self.bulk_rows),
            "bulk_rows",
            "must be between 1 and 10000.",
        );
        let kept = Duration::from_secs(60 * 60)..=Duration::from_secs(10 * 366 * 24 * 60 * 60);
        require(
            kept.contains(&self.events_kept),
            "events_kept",
            "must be between 1h and 3660d.",
        );
        require(self.body_bytes >= 1_024, "body_bytes", "must be at least 1024.");
        require(
            self.body_bytes_store >= 1_024,
            "body_bytes_store",
            "must be at least 1024.",
        );
    }
}
