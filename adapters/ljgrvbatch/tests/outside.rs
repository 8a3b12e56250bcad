//! `contract.md`, Database: what an outside GravaBatch reports, both ways.

use super::sale;
use crate::effect::What;
use crate::ljgrvbatch::house::*;
use crate::ljgrvbatch::tables::{Reported, Se1};
use crate::ljgrvbatch::{lines, open_reported, report, report_rests, reported_lines};
use crate::loja701::tables::Sl1;
use crate::loja704::tables::Sc0;
use crate::table::{Declared, KEY};
use crate::verdict::{Staged, Verdict};
use crate::world::Wants;
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

fn staged() -> Shop {
    let mut shop = Shop::new();
    let (parent, items, payments) = entrega();
    shop.stage(&parent, &items, &payments);
    shop
}

/// A report by HTTP.
fn tell(shop: &mut Shop, situa: &str, error: &str) -> Verdict {
    let sale = sale(shop).to_row();
    let mut wants = Wants::default();
    lines(&sale, &mut wants);
    let world = shop.paper.world(wants, now());
    let case = report(&sale, &world, situa, error).unwrap();
    shop.paper.decide(&*case, &shop.books, now()).unwrap()
}

fn took(verdict: Verdict) -> Staged {
    match verdict {
        Verdict::Stage(staged) => staged,
        other => panic!("not taken: {other:?}"),
    }
}

#[test]
fn an_end_is_noted_and_nothing_is_made() {
    for situa in ["OK", "fr "] {
        let mut shop = staged();
        let staged = took(tell(&mut shop, situa, ""));
        assert_eq!(staged.effects.len(), 1);
        assert_eq!(sale(&shop).l1_situa, *situa.trim().to_uppercase());
        assert!(shop.paper.all::<Se1>().is_empty() && shop.paper.all::<Sl1>().len() == 1);
        // The same again changes nothing; another end is refused.
        assert!(took(tell(&mut shop, situa, "")).effects.is_empty());
        let Verdict::Refuse(refusal) = tell(&mut shop, "ER", "tarde") else { panic!("taken twice") };
        assert_eq!(refusal.violations[0].code, Code::NotAllowed);
    }
}

#[test]
fn a_failure_is_noted_and_told() {
    let mut shop = staged();
    let staged = took(tell(&mut shop, "ER", " Título já existe. "));
    let failed = sale(&shop);
    assert_eq!((&*failed.l1_situa, &*failed.l1_ergrvbt, &*failed.cause), ("ER", "Título já existe.", "internal"));
    let crate::effect::Effect::Send(sending) = &staged.effects[1] else { panic!("nobody is told") };
    let What::Failure { violations, ids, .. } = &sending.what else { panic!() };
    assert_eq!((&*violations[0].text, &*ids[0].origin), ("Título já existe.", "OMNI-ORDER-1001 "));
    assert_eq!(sending.correlation, failed.uuid);
}

#[test]
fn another_state_is_refused() {
    let mut shop = staged();
    for situa in ["RX", "", "XX"] {
        let Verdict::Refuse(refusal) = tell(&mut shop, situa, "") else { panic!("{situa} is taken") };
        assert_eq!((refusal.violations[0].code, &*refusal.violations[0].path), (Code::NotInList, "/situa"));
    }
    assert_eq!(sale(&shop).l1_situa, "RX");
}

/// `domain/README.md`, GravaBatch: its reserves are free, whoever ends it.
#[test]
fn a_sale_that_arrived_cancelled_frees_its_reserves() {
    let mut shop = Shop::new();
    let (parent, items, payments) = entrega();
    shop.stage(&Sl1 { l1_storc: "E".into(), ..parent }, &items, &payments);
    let reserve = |quantity: &str, used: &str| Sc0 {
        company: "01".into(),
        c0_filial: "0101".into(),
        c0_num: "R00001".into(),
        c0_quant: amount(quantity),
        c0_qtdorig: amount("3"),
        c0_qtdped: amount(used),
        // What holds stock is found by product and warehouse, both empty here.
        stock: if quantity == "0" { "" } else { "|" }.into(),
        ..Sc0::default()
    };
    shop.paper.enter_row(&reserve("0", "3"));
    took(tell(&mut shop, "OK", ""));
    assert_eq!(shop.paper.all::<Sc0>(), [reserve("3", "0")]);
}

/// PostgreSQL's function has changed the sale; what follows is the same, and the report goes.
#[test]
fn what_follows_from_a_row_of_the_function() {
    for (situa, told) in [("OK", 0), ("FR", 0), ("ER", 1)] {
        let mut shop = staged();
        let noted = Reported {
            company: "01".into(),
            branch: "0101".into(),
            number: "S00001".into(),
            state: Reported::NEW.into(),
            situa: situa.into(),
            error: "Título já existe.".into(),
            ..Reported::default()
        };
        shop.paper.enter_row(&noted);
        let mut wants = Wants::default();
        reported_lines(&noted.to_row(), &mut wants);
        let world = shop.paper.world(wants, now());
        let case = open_reported(&noted.to_row(), &world).unwrap();
        let staged = took(shop.paper.decide(&*case, &shop.books, now()).unwrap());
        assert_eq!(staged.effects.len(), 1 + told, "{situa}");
        assert!(shop.paper.all::<Reported>().is_empty());
        assert_eq!(sale(&shop).l1_situa, "RX", "the function's work is not done twice");
    }
}

#[test]
fn a_report_that_cannot_be_followed_rests() {
    let noted = Reported { company: "01".into(), ..Reported::default() };
    let staged = report_rests(&noted.to_row(), now());
    let crate::effect::Effect::Update(update) = &staged.effects[0] else { panic!() };
    let until = Decimal::from(now().timestamp() + 60);
    assert_eq!((update.set[0].1.clone(), update.key.len()), (until.into(), noted.to_row().values(KEY).len()));
}
