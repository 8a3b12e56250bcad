//! `[pdvsync]`: what WinThor keeps in parameters.

use serde::{Deserialize, Serialize};

/// Rules of `[pdvsync]`; most stand for a parameter of WinThor.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PdvSync {
    /// Whether pre-sales are taken at all.
    pub enabled: bool,
    /// 4012: the salesman of orders that name none.
    pub default_seller: String,
    /// The customer of orders whose own cannot be registered: the final consumer.
    pub consumer_customer: String,
    /// Whether what the customer takes along makes a TV8, too.
    pub immediate_pickup_tv8: bool,
    /// 4532: a paid order changes what is known of its customer.
    pub update_customers: bool,
}
