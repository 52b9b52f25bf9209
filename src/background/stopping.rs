//! Whether the service was told to stop.

use tokio::sync::watch;

/// Whether the service was told to stop; all copies know.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Sender<bool>);

impl Default for Stopping {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stopping {
    /// Tells everybody.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was told.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is told.
    pub async fn told(&self) {
        // The sender is ours: it is not gone before we are.
        let _ = self.0.subscribe().wait_for(|is_told| *is_told).await;
    }
}
