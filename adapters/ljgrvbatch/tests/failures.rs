use super::{counter, sale};
use crate::effect::What;
use crate::ljgrvbatch::house::*;
use crate::ljgrvbatch::tables::Se1;
use crate::ljgrvbatch::{failed, postponed, retried};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::table::Declared;
use eaid_schemas::envelope::Format;
use eaid_schemas::violation::{Code, Violation};
use rust_decimal::Decimal;

#[test]
fn failures_end_in_er_with_every_reason_and_are_told() {
    let mut shop = Shop::new();
    let payments = [
        payment("01", "2024-05-10", "50.00", "CC", "", 1),
        payment("02", "2024-05-10", "50.00", "CD", "099-NINGUEM", 1),
    ];
    let sale_in_xml = Sl1 { format: "xml".into(), ..sale_without_document() };
    shop.stage(&sale_in_xml, &[item("01", "2", "", ["1", "100", "100", "0", "0"])], &payments);
    shop.batch();
    let failed = sale(&shop);
    assert_eq!((&*failed.l1_situa, failed.l1_ergrvbt.lines().count()), ("ER", 3));
    assert!(shop.paper.all::<Se1>().is_empty());
    let What::Failure { transaction, version, format, sent_by, violations, ids } = &shop.sent[0].what else { panic!() };
    assert_eq!(*format, Format::Xml, "it goes out in the format of the sale");
    assert_eq!((*transaction, &**version, &**sent_by, violations.len()), ("RETAILSALES", "2.009", "OMNI", 3));
    assert_eq!((&*ids[0].origin, &*ids[0].destination), ("OMNI-ORDER-1001 ", "01|0101|1|000001001|001"));
    assert_eq!(shop.sent[0].correlation, failed.uuid);
    assert!(shop.batch().is_empty(), "ER is not taken again");
}

#[test]
fn title_of_another_sale_is_not_overwritten() {
    let mut shop = counter(&[payment("01", "2024-05-10", "100.00", "R$", "", 1)]);
    let other = Sl1 { l1_num: "S00002".into(), sale_id: "01|0101|1|000001001|002".into(), ..counter_sale() };
    let item = Sl2 { l2_num: "S00002".into(), ..item("01", "2", "", ["1", "100", "100", "0", "0"]) };
    let cash = Sl4 { l4_num: "S00002".into(), ..payment("01", "2024-05-10", "100.00", "R$", "", 1) };
    shop.stage(&other, &[item], &[cash]);
    shop.batch();
    let What::Failure { violations, .. } = &shop.sent[0].what else { panic!() };
    assert_eq!(violations[0].code, Code::DocumentUsed);
    assert_eq!(shop.paper.all::<Se1>().len(), 1);
}

#[test]
fn tries_are_counted_up_to_their_bound() {
    let shop = Shop::new();
    let of = |tries: u32| Sl1 { tries: tries.into(), ..counter_sale() }.to_row();
    let tried = |tries: u32| postponed(&of(tries), &shop.books, now(), "falhou");
    assert_eq!(tried(3).effects.len(), 1);
    assert_eq!(tried(4).effects.len(), 2, "the fifth try fails and is told");
    let told = failed(&counter_sale().to_row(), vec![Violation::error(Code::Internal, "", "fora")]);
    assert_eq!(told.effects.len(), 2);
}

/// `domain/retailsales.md` 10: what is in the way needs time to go; a try costs the sale a rest, longer each time.
#[test]
fn a_postponed_sale_rests_longer_each_time() {
    let mut shop = Shop::new();
    shop.stage(&counter_sale(), &[], &[]);
    let mut rests = Vec::new();
    for _ in 0..4 {
        let staged = postponed(&sale(&shop).to_row(), &shop.books, now(), "falhou");
        staged.effects.iter().for_each(|effect| shop.paper.keep(effect).unwrap());
        let sale = sale(&shop);
        assert_eq!((&*sale.l1_situa, &*sale.l1_ergrvbt), ("RX", "falhou"));
        rests.push((sale.rests_until - Decimal::from(now().timestamp())).to_string());
    }
    assert_eq!(rests, ["5", "10", "20", "40"]);
}

/// `domain/pain.md` 6: a person puts ER back, and the sale is taken as if it were new.
#[test]
fn a_person_puts_er_back() {
    let mut shop = Shop::new();
    let card = payment("01", "2024-05-10", "100.00", "CC", "", 1);
    shop.stage(&counter_sale(), &[item("01", "2", "", ["1", "100", "100", "0", "0"])], &[card]);
    shop.batch();
    let failed = sale(&shop);
    assert_eq!((&*failed.l1_situa, &*failed.cause), ("ER", "missing"));
    let staged = retried(&failed.to_row()).unwrap();
    staged.effects.iter().for_each(|effect| shop.paper.keep(effect).unwrap());
    let again = sale(&shop);
    assert_eq!((&*again.l1_situa, &*again.cause, &*again.l1_ergrvbt), ("RX", "", ""));
    assert_eq!((again.tries, again.rests_until), (Decimal::ZERO, Decimal::ZERO));
    assert!(retried(&again.to_row()).is_none(), "only ER is put back");
    assert_eq!(shop.batch().len(), 1);
    assert_eq!(shop.sent.len(), 2, "a second failure is told again");
    let cancelled = Sl1 { l1_storc: "C".into(), ..sale(&shop) };
    assert!(retried(&cancelled.to_row()).is_none(), "what is cancelled stays so");
}
