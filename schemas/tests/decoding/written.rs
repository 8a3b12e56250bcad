//! A message written by us is read back equal, in both formats, with nothing to note.

use crate::messages::{FORMATS, message, open};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::json::read_text;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::read::Reading;
use eaid_schemas::record::{Record, Shape, Spec};
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::fmt::Debug;

/// Numbers without end from a seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

const CHARACTERS: [&str; 16] = ["a", "Z", "0", "7", "ã", "€", "<", ">", "&", "\"", "'", " ", "]]>", "\n", "\t", "|"];

/// A document by a declaration: some fields, any values that fit.
fn grow(spec: &Spec, dice: &mut Dice) -> Value {
    let mut object = Map::new();
    for field in spec.fields {
        if dice.below(3) == 0 {
            continue;
        }
        let value = match field.shape {
            Shape::Text { max } => json!(text(max, dice)),
            Shape::Amount { whole, scale } => {
                let digits = dice.below(10u64.pow(whole.min(9)));
                json!(
                    format!("{digits}.{:01$}", dice.below(10u64.pow(scale.min(6))), scale.min(6) as usize)
                        .trim_end_matches('.')
                )
            }
            Shape::Count { max } => json!(dice.below(u64::from(max) + 1)),
            Shape::Moment => json!(["2026-11-20", "2026-11-20T14:30:00-03:00"][dice.below(2) as usize]),
            Shape::Clock => json!("23:59:59"),
            Shape::Flag => json!(dice.below(2) == 0),
            Shape::Choice(words) => json!(words[dice.below(words.len() as u64) as usize].text),
            Shape::Record(of) => grow(of(), dice),
            Shape::List(of) => {
                let members = (0..dice.below(4)).map(|_| grow(of(), dice));
                members.filter(|member| !member.as_object().is_some_and(Map::is_empty)).collect()
            }
            Shape::Anything => continue,
        };
        // An element without anything in it is an absent one: XML has no empty records and lists.
        let is_empty = [json!({}), json!([]), json!("")].contains(&value);
        if !is_empty {
            object.insert(field.tag.to_owned(), value);
        }
    }
    Value::Object(object)
}

fn text(max: usize, dice: &mut Dice) -> String {
    let mut text = CHARACTERS[dice.below(8) as usize].to_owned();
    for _ in 0..dice.below(20) {
        let next = CHARACTERS[dice.below(CHARACTERS.len() as u64) as usize];
        if text.chars().count() + next.len() <= max {
            text.push_str(next);
        }
    }
    text
}

fn check<R: Record + PartialEq + Debug + Send + Sync>(seed: u64) -> Result<(), TestCaseError> {
    let content = grow(R::spec(), &mut Dice(seed)).to_string();
    let record: R = read_text(&content, &mut Reading::new(false, 100)).expect("it is JSON");
    let mut digests = Vec::new();
    for format in FORMATS {
        let written = message(format, &record);
        let envelope = open(&written);
        prop_assert_eq!(&envelope.found, &[], "{}", written);
        let mut cx = Reading::new(false, 100);
        let back: R = envelope.read(&mut cx);
        prop_assert_eq!(&back, &record, "{}", written);
        let found = cx.finish();
        prop_assert!(!found.iter().any(|found| found.code.as_str() == "read_as"), "{:?}\n{}", found, written);
        digests.push(envelope.digest);
    }
    prop_assert_eq!(digests[0], digests[1], "one digest for both formats");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sales(seed: u64) {
        check::<RetailSales>(seed)?;
    }

    #[test]
    fn reserves(seed: u64) {
        check::<ItemReserve>(seed)?;
    }

    #[test]
    fn customers(seed: u64) {
        check::<CustomerVendor>(seed)?;
    }

    #[test]
    fn cancellations(seed: u64) {
        check::<RetailSalesCancellation>(seed)?;
    }
}
