//! Sales that GravaBatch gave up (ER), put back to be taken by a person.

use crate::store::{Batch, NotKept, Store};
use eaid_adapters::ljgrvbatch::{FAILED, retried};
use eaid_adapters::loja701::tables::Sl1;
use eaid_adapters::table::Row;

/// Sales put back in one transaction.
const STRIDE: usize = 200;

/// Which sales in ER.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Those with this cause; without it all.
    pub cause: Option<String>,
    /// Those of this branch; without it all.
    pub branch: Option<String>,
}

/// Puts one sale back; `false` where it is not there, not in ER, or cancelled.
///
/// # Errors
/// [`NotKept`] of the store.
pub async fn retry_one(store: &dyn Store, [company, branch, number]: [&str; 3]) -> Result<bool, NotKept> {
    let key = [("company", company), ("l1_filial", branch), ("l1_num", number)];
    let found = store.view(Sl1::TABLE, &key, 1).await?;
    Ok(put_back(store, &found).await? == 1)
}

/// Puts back all that are given; says how many.
///
/// # Errors
/// [`NotKept`] of the store; those before it are put back.
pub async fn retry_all(store: &dyn Store, given: &Given) -> Result<u64, NotKept> {
    let mut count = 0;
    // A cancelled one stays: it is not asked for.
    for storc in ["", "E"] {
        let mut exact = vec![("l1_situa", FAILED), ("l1_storc", storc)];
        exact.extend(given.cause.as_deref().map(|cause| ("cause", cause)));
        exact.extend(given.branch.as_deref().map(|branch| ("l1_filial", branch)));
        loop {
            match put_back(store, &store.view(Sl1::TABLE, &exact, STRIDE).await?).await? {
                0 => break,
                some => count += some,
            }
        }
    }
    Ok(count)
}

async fn put_back(store: &dyn Store, sales: &[Row]) -> Result<u64, NotKept> {
    let effects: Vec<_> = sales.iter().filter_map(retried).flat_map(|staged| staged.effects).collect();
    let count = effects.len() as u64;
    if count > 0 {
        store.keep(&Batch { effects, ..Batch::default() }).await?;
    }
    Ok(count)
}
