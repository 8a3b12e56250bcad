//! One suite for both engines: what [`Store`](super::Store) promises, each test in a database of its own.

mod asking;
pub(crate) mod claiming;
mod clock;
mod folding;
pub(crate) mod house;
mod keeping;
mod processes;
mod registered;
mod retention;
pub(crate) mod rules;
mod schema;
mod sending;
mod suspects;
mod waiting;

/// Runs tests on both engines, side by side under `postgres` and `sqlite`.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::store::suite::house::House::postgres(stringify!($name)).await).await;
            })+
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::store::suite::house::House::sqlite().await).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;
