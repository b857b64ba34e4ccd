//! What tokens are spent for.

use std::future::Future;

tokio::task_local! {
    static PURPOSE: SpendPurpose;
}

/// What tokens are spent for. It goes with the task that asks for market data, past the client, which knows nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendPurpose {
    /// The items of batches.
    Batch,
    /// One analysis that was asked for.
    Analysis,
    /// A look at one product.
    Product,
    /// Anything else.
    Other,
}

impl SpendPurpose {
    /// Its name in the books and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Batch => "BATCH",
            Self::Analysis => "ANALYSIS",
            Self::Product => "PRODUCT",
            Self::Other => "OTHER",
        }
    }

    /// Runs a future; what it spends in its own task is booked for this purpose.
    pub async fn books<T>(self, spends: impl Future<Output = T>) -> T {
        PURPOSE.scope(self, spends).await
    }

    /// The purpose of the running task.
    pub(super) fn current() -> Self {
        PURPOSE.try_with(|purpose| *purpose).unwrap_or(Self::Other)
    }
}
