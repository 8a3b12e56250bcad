//! What OMNI says: the demonstration's messages with ids of their own.

use crate::catalog::compiled::DEMO_MESSAGES;
use crate::fault::Fault;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

/// Which messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Counter sales only.
    Sales,
    /// Reserve, customer and sale, *Entrega* and *Retira* by turns.
    Cycle,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its UUID.
    pub uuid: String,
    /// Its transaction, lower case.
    pub transaction: &'static str,
    /// The bytes.
    pub body: Arc<[u8]>,
}

/// An endless play; the same seed gives the same messages.
#[derive(Debug)]
pub struct Script {
    kind: Kind,
    seed: u64,
    number: u64,
    templates: Vec<Value>,
    ready: VecDeque<Line>,
}

/// Places of the demonstration's messages.
const RESERVE_DELIVERY: usize = 0;
const CUSTOMER: usize = 1;
const SALE_DELIVERY: usize = 2;
const RESERVE_PICKUP: usize = 3;
const SALE_PICKUP: usize = 4;

/// Documents have nine digits; a play takes its own stretch of them.
const DOCUMENTS: u64 = 999_999_999;

impl Script {
    /// Opens a play.
    ///
    /// # Errors
    /// [`Fault`] where the demonstration's messages cannot be read: never, once built.
    pub fn new(kind: Kind, seed: u64) -> Result<Script, Fault> {
        let read = |(name, text): &(&str, &str)| {
            serde_json::from_str(text).map_err(|error| Fault::Bus(format!("{name}: {error}")))
        };
        let templates = DEMO_MESSAGES.iter().map(read).collect::<Result<Vec<Value>, Fault>>()?;
        Ok(Script { kind, seed, number: 0, templates, ready: VecDeque::new() })
    }

    /// The next message.
    pub fn turn(&mut self) -> Line {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return line;
            }
            self.number += 1;
            match self.kind {
                Kind::Sales => self.counter_sale(),
                Kind::Cycle if self.number.is_multiple_of(2) => self.order(RESERVE_PICKUP, SALE_PICKUP),
                Kind::Cycle => self.order(RESERVE_DELIVERY, SALE_DELIVERY),
            }
        }
    }

    fn counter_sale(&mut self) {
        let (id, document) = (self.id(), self.document());
        let mut sale = self.templates[SALE_PICKUP].clone();
        let content = &mut sale["Content"];
        name_sale(content, &id, &document);
        if let Some(content) = content.as_object_mut() {
            content.remove("CustomerVendorInternalId");
            content.remove("OthersValue");
        }
        let items = each(&mut content["ListOfSaleItem"]["SaleItem"]);
        for item in items.filter_map(Value::as_object_mut) {
            item.remove("ItemReserveInternalId");
            item.remove("StoreIdentificationCode");
            item.insert("ItemDeliveryType".to_owned(), "2".into());
        }
        let value = content["NetPrice"].clone();
        content["ListOfSaleCondition"]["SaleCondition"] =
            json!([{ "PaymentValue": value, "PaymentMethodInternalId": "DINHEIRO", "Installments": 1 }]);
        self.push("retailsales", 3, sale);
    }

    fn order(&mut self, reserve: usize, sale: usize) {
        let (id, document) = (self.id(), self.document());
        let mut reserved = self.templates[reserve].clone();
        reserved["Content"]["InternalId"] = format!("RESERVA-{id}").into();
        reserved["Content"]["DocumentReserve"] = document.clone().into();
        self.push("itemreserve", 1, reserved);

        let mut customer = self.templates[CUSTOMER].clone();
        customer["Content"]["InternalId"] = format!("CLIENTE-{id}").into();
        customer["Content"]["Code"] = document[3..].into();
        self.push("customervendor", 2, customer);

        let mut sold = self.templates[sale].clone();
        let content = &mut sold["Content"];
        name_sale(content, &id, &document);
        content["CustomerVendorInternalId"] = format!("CLIENTE-{id}").into();
        for item in each(&mut content["ListOfSaleItem"]["SaleItem"]) {
            item["ItemReserveInternalId"] = format!("RESERVA-{id}").into();
        }
        self.push("retailsales", 3, sold);
    }

    /// The name of this play and turn in every id.
    fn id(&self) -> String {
        format!("{:08x}-{}", self.seed & 0xffff_ffff, self.number)
    }

    fn document(&self) -> String {
        format!("{:09}", (mix(self.seed) % DOCUMENTS + self.number - 1) % DOCUMENTS + 1)
    }

    fn push(&mut self, transaction: &'static str, part: u64, mut message: Value) {
        let bits = mix(self.seed ^ mix(self.number * 4 + part));
        let uuid = format!(
            "{:08x}-{:04x}-4{part:03x}-{:04x}-{:012x}",
            self.seed & 0xffff_ffff,
            self.number & 0xffff,
            0x8000 | (bits >> 50),
            bits & 0xffff_ffff_ffff
        );
        message["Header"]["UUID"] = uuid.clone().into();
        let body = Arc::from(message.to_string().into_bytes());
        self.ready.push_back(Line { uuid, transaction, body });
    }
}

fn name_sale(content: &mut Value, id: &str, document: &str) {
    content["InternalId"] = format!("PEDIDO-{id}").into();
    content["ECommerceOrder"] = id.into();
    content["DocumentCode"] = document.into();
}

fn each(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

/// Scatters the bits of a number (splitmix64).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn play(kind: Kind, seed: u64, count: usize) -> Vec<Line> {
        let mut script = Script::new(kind, seed).unwrap();
        (0..count).map(|_| script.turn()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_messages() {
        let bodies = |seed| play(Kind::Cycle, seed, 30).into_iter().map(|line| line.body).collect::<Vec<_>>();
        assert_eq!(bodies(7), bodies(7));
        assert_ne!(bodies(7), bodies(8));
    }

    #[test]
    fn every_message_has_ids_of_its_own() {
        for kind in [Kind::Sales, Kind::Cycle] {
            let lines = play(kind, 1, 3000);
            assert_eq!(lines.iter().map(|line| &line.uuid).collect::<HashSet<_>>().len(), 3000);
            assert!(lines.iter().all(|line| line.uuid.len() == 36), "{}", lines[0].uuid);
            let ids: HashSet<String> = lines
                .iter()
                .map(|line| serde_json::from_slice::<Value>(&line.body).unwrap())
                .map(|message| format!("{}{}", message["Header"]["Transaction"], message["Content"]["InternalId"]))
                .collect();
            assert_eq!(ids.len(), 3000);
        }
    }
}
