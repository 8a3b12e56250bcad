//! Waiting for a condition, never for a duration.

use std::time::Duration;

/// How long a condition may take to come true. Generous: it only decides how long a failing test
/// takes. What a dead daemon had leased comes free after 30 s by the clock, and two cores may be
/// shared by several daemons, a broker and a compiler.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// The pause between two looks.
pub const PAUSE: Duration = Duration::from_millis(20);

/// Looks until there is something to see, and fails the test when there never is.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_or(what, look, async || String::new()).await
}

/// The same; a failure tells how things stand.
pub async fn until_or<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
    state: impl AsyncFnOnce() -> String,
) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    // The limit holds for a look that never comes back, too.
    match tokio::time::timeout(PATIENCE, seen).await {
        Ok(seen) => seen,
        Err(_) => panic!("waited {PATIENCE:?} in vain for {what}{}", state().await),
    }
}
