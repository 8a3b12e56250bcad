//! Several workers at once, and a sale that cannot be kept (`domain/retailsales.md` 10; `domain/README.md`,
//! GravaBatch).

use super::{SALES, Way, step};
use crate::catalog::compiled;
use crate::catalog::read::catalog;
use crate::config::defaults;
use crate::office::Office;
use crate::outbound::Handover;
use crate::store::NotKept;
use crate::store::suite::house::{House, effects};
use crate::store::suite::on_both_engines;
use eaid_adapters::effect::Effect;
use eaid_adapters::ljgrvbatch::tables::{Sc5, Se1};
use eaid_adapters::loja701::tables::{Sl1, Sl2, Sl4};
use eaid_adapters::table::Declared;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

on_both_engines!(
    several_workers_do_each_sale_once,
    nothing_is_left_behind,
    a_sale_that_the_database_refuses_harms_no_other,
);

const BRANCHES: [&str; 3] = ["0101", "0102", "0103"];
/// Sales of each branch; every third is a delivery.
const EACH: usize = 30;
const WORKERS: usize = 4;

/// A staged sale with its lines, each of this value, and one payment in cash.
fn sale(branch: &str, number: usize, delivery: &str, lines: &[Decimal]) -> Vec<Effect> {
    let number = format!("S{number:05}");
    let header = Sl1 {
        company: "01".into(),
        l1_filial: branch.into(),
        l1_num: number.as_str().into(),
        sale_id: format!("01|{branch}|1|{number}|001").into(),
        partner: "OMNI".into(),
        origin: "amqp".into(),
        external_id: format!("PEDIDO-{branch}-{number}").into(),
        version: "2.009".into(),
        format: "json".into(),
        uuid: format!("{branch}-{number}").into(),
        l1_doc: number.as_str().into(),
        l1_serie: "1".into(),
        l1_situa: "RX".into(),
        l1_origem: "N".into(),
        l1_cliente: "000001".into(),
        l1_loja: "01".into(),
        l1_emissao: Some("2026-11-20".parse().unwrap()),
        ..Sl1::default()
    };
    let line = |(place, value): (usize, &Decimal)| Sl2 {
        company: "01".into(),
        l2_filial: branch.into(),
        l2_num: number.as_str().into(),
        l2_item: format!("{:02}", place + 1).into(),
        l2_produto: "PROD0001".into(),
        l2_quant: Decimal::ONE,
        l2_vlritem: *value,
        l2_entrega: delivery.into(),
        ..Sl2::default()
    };
    let payment = Sl4 {
        company: "01".into(),
        l4_filial: branch.into(),
        l4_num: number.as_str().into(),
        l4_item: "01".into(),
        l4_forma: "R$".into(),
        l4_valor: Decimal::TEN,
        l4_parcs: Decimal::ONE,
        ..Sl4::default()
    };
    let lines = lines.iter().enumerate().map(line).map(|line| Effect::insert(&line));
    [Effect::insert(&header), Effect::insert(&payment)].into_iter().chain(lines).collect()
}

/// An office of its own, as another process has.
async fn office(house: &House, tries: u32) -> Arc<Office> {
    let mut config = defaults().unwrap();
    config.retail.batch_tries = tries;
    let catalog = Arc::new(catalog(&config, &compiled::texts()).unwrap());
    Arc::new(Office::new(config, catalog, house.other().await))
}

async fn all<T: Declared>(house: &House) -> Vec<T> {
    house.rows(T::TABLE).await.iter().map(T::from_row).collect()
}

/// Works until nothing is in RX any more.
async fn work(office: Arc<Office>, publisher: Handover) -> usize {
    let (mut done, mut sales) = (0, Way::of(&SALES));
    loop {
        match step(&office, &mut sales, 7, &publisher).await {
            Ok(0) if office.store.counted(Sl1::TABLE, &[("l1_situa", "RX")], 1).await.unwrap() == 0 => return done,
            // Others hold the lanes.
            Ok(0) | Err(NotKept::Stale(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
            Ok(some) => done += some,
            Err(error) => panic!("{error}"),
        }
    }
}

async fn several_workers_do_each_sale_once(house: House) {
    let delivery = |number: usize| if number.is_multiple_of(3) { "3" } else { "2" };
    let staged = BRANCHES
        .iter()
        .flat_map(|branch| (0..EACH).flat_map(move |number| sale(branch, number, delivery(number), &[Decimal::TEN])));
    house.keep(effects(staged.collect())).await;
    let (publisher, _published) = Handover::new(1000, usize::MAX);
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(tokio::spawn(work(office(&house, 5).await, publisher.clone())));
    }
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    let (sales, orders) = (BRANCHES.len() * EACH, BRANCHES.len() * EACH.div_ceil(3));
    assert_eq!(done, sales, "each was taken once");
    let rows: Vec<Sl1> = all(&house).await;
    let states = rows.iter().filter(|sale| sale.l1_orcres.is_empty()).fold(BTreeMap::new(), |mut states, sale| {
        *states.entry(sale.l1_situa.as_str()).or_insert(0) += 1;
        states
    });
    assert_eq!(states, BTreeMap::from([("FR", orders), ("OK", sales - orders)]));
    assert_eq!(all::<Se1>(&house).await.len(), sales);
    assert_eq!(rows.iter().filter(|sale| !sale.l1_orcres.is_empty()).count(), orders);
    let made: Vec<Sc5> = all(&house).await;
    assert_eq!(made.len(), orders);
    for order in made {
        let id = [order.company.as_str(), &order.c5_filial, &order.c5_num].join("|");
        assert_eq!(house.store.sent_of(&id).await.unwrap().len(), 1, "{id} was told of once");
    }
}

/// A sale that comes before the place where its worker is.
async fn nothing_is_left_behind(house: House) {
    let staged = |branch: &str, numbers: &[usize]| {
        effects(numbers.iter().flat_map(|number| sale(branch, *number, "2", &[Decimal::TEN])).collect())
    };
    house.keep(staged("0102", &[2, 3, 5, 6, 7, 8])).await;
    let office = office(&house, 5).await;
    let (publisher, _published) = Handover::new(100, usize::MAX);
    let mut sales = Way::of(&SALES);
    assert_eq!(step(&office, &mut sales, 2, &publisher).await.unwrap(), 2);
    house.keep(staged("0102", &[1, 4])).await;
    house.keep(staged("0101", &[9])).await;
    for taken in [2, 2, 2, 1, 0] {
        assert_eq!(step(&office, &mut sales, 2, &publisher).await.unwrap(), taken);
    }
    assert!(all::<Sl1>(&house).await.iter().all(|sale| sale.l1_situa == "OK"));
}

/// Its child would have a sum that no column holds.
async fn a_sale_that_the_database_refuses_harms_no_other(house: House) {
    let huge: Decimal = "9999999999999999.99".parse().unwrap();
    let mut staged = sale("0101", 1, "2", &[Decimal::TEN]);
    staged.extend(sale("0101", 2, "3", &[huge, huge]));
    staged.extend(sale("0101", 3, "3", &[Decimal::TEN]));
    house.keep(effects(staged)).await;
    let (publisher, _published) = Handover::new(100, usize::MAX);
    let office = office(&house, 2).await;
    let mut sales = Way::of(&SALES);
    let state = async || {
        let rows: Vec<Sl1> = all(&house).await;
        let sales = rows.into_iter().filter(|sale| sale.l1_orcres.is_empty());
        sales.map(|sale| (sale.l1_situa.to_string(), sale.tries.to_string())).collect::<Vec<_>>()
    };
    let pair = |situa: &str, tries: &str| (situa.to_owned(), tries.to_owned());
    assert_eq!(step(&office, &mut sales, 10, &publisher).await.unwrap(), 3);
    assert_eq!(state().await, [pair("OK", "0"), pair("RX", "1"), pair("FR", "0")]);
    // It rests, and the branch goes on.
    assert_eq!(step(&office, &mut sales, 10, &publisher).await.unwrap(), 0);
    house.keep(effects(sale("0101", 4, "2", &[Decimal::TEN]))).await;
    assert_eq!(step(&office, &mut sales, 10, &publisher).await.unwrap(), 1);
    // The last of its tries ends it, and its sender is told.
    let rested = crate::store::suite::house::change_of("0101", "S00002", &[("rests_until", "0")]);
    house.keep(effects(vec![rested])).await;
    assert_eq!(step(&office, &mut sales, 10, &publisher).await.unwrap(), 1);
    assert_eq!(state().await, [pair("OK", "0"), pair("ER", "2"), pair("FR", "0"), pair("OK", "0")]);
    let told = house.store.sent_of("01|0101|1|S00002|001").await.unwrap();
    assert_eq!(told.iter().map(|sent| sent.kind.as_str()).collect::<Vec<_>>(), ["error"]);
}
