//! What the words of a source mean, as far as anything depends on it.

use crate::text::fold;

/// Whether the state of an order says that it was canceled.
#[must_use]
pub fn means_canceled(status: &str) -> bool {
    matches!(fold(status).as_str(), "canceled" | "cancelled")
}

/// Whether the state of an activity says that it came to nothing.
#[must_use]
pub fn means_void(status: &str) -> bool {
    means_canceled(status) || matches!(fold(status).as_str(), "failed" | "rejected" | "declined")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spelling_make_no_difference() {
        for status in ["canceled", "Cancelled", " CANCELED "] {
            assert!(means_canceled(status.trim()) && means_void(status.trim()), "{status}");
        }
        for status in ["failed", "Rejected", "DECLINED"] {
            assert!(means_void(status) && !means_canceled(status), "{status}");
        }
        for status in ["completed", "cancel requested", "uncanceled", ""] {
            assert!(!means_void(status), "{status}");
        }
    }
}
