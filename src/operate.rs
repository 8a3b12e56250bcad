//! What the command line and the web pages both call.

mod by_hand;
pub mod check;
pub mod depara;
pub mod explain;
pub mod gravabatch;
pub mod lack;
pub mod moment;
pub mod order_event;
pub mod orders;
pub mod presales;
pub mod reconcile;
pub mod retention;
pub mod simulate;
pub mod soak;
pub mod status;
pub mod users;

use crate::catalog::Catalog;
use crate::catalog::read::{Problem, catalog};
use crate::catalog::texts::Texts;
use crate::config::Config;
use crate::fault::Fault;
use crate::office::Office;
use crate::store::{Store, open as open_store};
use eaid_adapters::TABLES;
use eaid_adapters::table::Table;
use std::sync::Arc;

/// Why an office could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// The catalog is wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Catalog(Vec<Problem>),
    /// The store is not at work.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Reads the catalog that a configuration names.
///
/// # Errors
/// Every [`Problem`].
pub fn read_catalog(config: &Config) -> Result<Arc<Catalog>, Vec<Problem>> {
    catalog(config, &Texts::from_disk(config)).map(Arc::new)
}

/// Opens the store, its spine and the tables of the routines migrated if the configuration says so.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn store(config: &Config) -> Result<Arc<dyn Store>, Fault> {
    store_with(config, TABLES).await
}

async fn store_with(config: &Config, tables: &[&'static Table]) -> Result<Arc<dyn Store>, Fault> {
    let store = open_store(config.database_url()).await?;
    if config.database.migrate {
        store.migrate(tables).await?;
    }
    Ok(store)
}

/// Opens an office on the files and the store of a configuration.
///
/// # Errors
/// [`Unopened`].
pub async fn office(config: Config) -> Result<Arc<Office>, Unopened> {
    let catalog = read_catalog(&config).map_err(Unopened::Catalog)?;
    let store = store_with(&config, &catalog.tables()).await?;
    Ok(Arc::new(Office::new(config, catalog, store)))
}
