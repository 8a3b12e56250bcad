//! Connections that stay with the work of the loops. One that goes back to its pool is asked each time whether it is
//! still alive, a round trip that a busy system pays for, and the pool gives out its connections in turns, each with
//! plans and caches of its own.

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So many are held at most: those of a look-up, a batch that is kept, and GravaBatch's.
const MOST: usize = 3;
/// One that nobody needed for so long goes back to the pool, which looks at it.
const REST: Duration = Duration::from_secs(1);
/// After so long one goes back all the same: the pool ends what is old, and the server gets its memory back.
const SHIFT: Duration = Duration::from_secs(300);

/// The connections in hand, the last used last.
#[derive(Debug, Default)]
pub(super) struct Hands(Mutex<Vec<Held>>);

#[derive(Debug)]
struct Held {
    connection: PoolConnection<Postgres>,
    since: Instant,
    used: Instant,
}

/// A connection at work. It comes back in hand only by [`Hands::put`], after work that was done; dropped, it goes to
/// the pool, which rolls back what is open and looks at it.
pub(super) struct AtWork {
    pub(super) connection: PoolConnection<Postgres>,
    since: Instant,
}

impl Hands {
    /// The connection that was used last, or one of the pool.
    pub(super) async fn take(&self, pool: &PgPool) -> sqlx::Result<AtWork> {
        let now = Instant::now();
        let held = {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|held| now - held.used < REST);
            held.pop()
        };
        match held {
            Some(Held { connection, since, .. }) => Ok(AtWork { connection, since }),
            None => Ok(AtWork { connection: pool.acquire().await?, since: now }),
        }
    }

    /// Takes a connection back whose work is done.
    pub(super) fn put(&self, AtWork { connection, since }: AtWork) {
        let now = Instant::now();
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - since < SHIFT && held.len() < MOST {
            held.push(Held { connection, since, used: now });
        }
    }
}

impl Drop for Hands {
    /// Without the pool, which would want a runtime for its question; there may be none any more.
    fn drop(&mut self) {
        let held = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        held.drain(..).for_each(|held| drop(held.connection.detach()));
    }
}
