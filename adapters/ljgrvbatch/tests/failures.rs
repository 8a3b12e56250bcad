use super::{counter, sale};
use crate::effect::What;
use crate::ljgrvbatch::house::*;
use crate::ljgrvbatch::tables::Se1;
use crate::ljgrvbatch::{failed, postponed};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::table::Declared;
use eaid_schemas::envelope::Format;
use eaid_schemas::violation::{Code, Violation};

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
    let tried = |tries: u32| postponed(&Sl1 { tries: tries.into(), ..counter_sale() }.to_row(), &shop.books, "falhou");
    assert_eq!(tried(3).effects.len(), 1);
    assert_eq!(tried(4).effects.len(), 2, "the fifth try fails and is told");
    let told = failed(&counter_sale().to_row(), vec![Violation::error(Code::Internal, "", "fora")]);
    assert_eq!(told.effects.len(), 2);
}
