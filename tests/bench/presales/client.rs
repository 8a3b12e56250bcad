//! The points of sale.

use crate::{SELLERS, order};
use eaid_bench::Failed;
use eaid_bench::http::{Called, Callers};
use serde_json::Value;
use std::ops::Range;

const PATH: &str = "/winthor/varejo/matcon/v1/orders/pdvsync";

/// Where they sell.
pub struct Client(Callers);

impl Client {
    /// Waits until somebody listens.
    pub async fn connect(port: u16) -> Result<Client, Failed> {
        Ok(Client(Callers::connect(port, PATH, SELLERS).await?))
    }

    /// Reserves orders; gives each with the number it was told.
    pub async fn reserve(&self, orders: Range<usize>) -> Result<Vec<(usize, String)>, Failed> {
        let bodies = orders.clone().map(|number| order(number, None)).collect();
        let answers = self.0.post(bodies, None).await?.answers;
        let told = orders.zip(answers).map(|(number, answer)| {
            let answer: Value = serde_json::from_slice(&answer)?;
            let id = answer.pointer("/data/idRetaguardaPedido").and_then(Value::as_str);
            Ok((number, id.ok_or_else(|| format!("no number in {answer}"))?.to_owned()))
        });
        told.collect()
    }

    /// Pays orders; at a rate, each at its planned moment, or as fast as answers come.
    pub async fn pay(&self, reserved: &[(usize, String)], rate: Option<f64>) -> Result<Called, Failed> {
        let bodies = reserved.iter().map(|(number, id)| order(*number, Some(id))).collect();
        self.0.post(bodies, rate).await
    }
}
