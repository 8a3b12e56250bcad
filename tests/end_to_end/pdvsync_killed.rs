//! SIGKILL while points of sale send reserves and paid orders: every order is there whole or not at all, and every one
//! that was confirmed is there.
//!
//! `EAID_TEST_ORDERS=10000` is the long form; `EAID_TEST_SEED` repeats the moments as far as two processes can.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::task::{LocalSet, spawn_local};

use crate::harness::{Engine, Site};
use crate::http::{Client, Reply};
use crate::kill::Random;
use crate::pdvsync::{ORDERS, RESERVE, taken};
use crate::wait::until;

/// Orders of the short form.
const FEW: usize = 300;
/// Points of sale that send at once.
const SELLERS: usize = 8;
/// An order more than so many after the last blow, there is another.
const BETWEEN: u64 = 60;

#[tokio::test]
async fn on_postgresql() {
    LocalSet::new().run_until(survive(Engine::Production, "presale_killed")).await;
}

#[tokio::test]
async fn with_files() {
    LocalSet::new().run_until(survive(Engine::Embedded, "presale_killed_files")).await;
}

/// What a seller heard of its order: the number of the reserve, and whether the paid order was confirmed.
#[derive(Debug, Default)]
struct Heard {
    reserve: Option<String>,
    is_paid: bool,
}

async fn survive(engine: Engine, name: &str) {
    let orders = std::env::var("EAID_TEST_ORDERS").ok().and_then(|count| count.parse().ok()).unwrap_or(FEW);
    let mut random = Random::from_environment();
    let mut site = Site::on(engine, name).await;
    let sellers: Vec<_> = (0..SELLERS).map(|one| spawn_local(sell(site.http.clone(), one, orders))).collect();
    while !sellers.iter().all(|seller| seller.is_finished()) {
        let before = site.rows.count("pclogpedidoapi", "1 = 1").await;
        let more = 20 + random.below(BETWEEN) as i64;
        let deadline = Instant::now() + Duration::from_secs(5);
        until("the moment of the blow", async || {
            let reached = site.rows.count("pclogpedidoapi", "1 = 1").await >= before + more;
            let is_over = sellers.iter().all(|seller| seller.is_finished()) || Instant::now() > deadline;
            (reached || is_over).then_some(())
        })
        .await;
        site.kill().await;
        site.start().await;
    }
    let mut heard = BTreeMap::new();
    for seller in sellers {
        heard.extend(seller.await.expect("a seller"));
    }
    check(&site, &heard, orders).await;
    site.close().await;
}

/// One seller: reserves, then sells. Every second order that is not answered is sent again until it is; the others are
/// given up.
async fn sell(client: Client, seller: usize, orders: usize) -> Vec<(String, Heard)> {
    let mut all = Vec::new();
    for number in (seller..orders).step_by(SELLERS) {
        let insists = (number / SELLERS).is_multiple_of(2);
        let name = format!("PDV-{number}");
        let mut reserve: Value = serde_json::from_str(RESERVE).expect("JSON");
        reserve["numero"] = json!(name);
        let mut heard = Heard { reserve: call(&client, &reserve, insists).await, is_paid: false };
        if let Some(reserved) = &heard.reserve {
            reserve["situacaoPreVenda"] = json!("RECEBIDO");
            reserve["idRetaguarda"] = json!(reserved);
            reserve["vendaPagamentos"] = json!([{ "valorLiquido": 59.8, "pagamentoForma": { "idRetaguarda": "DH" } }]);
            let sold = call(&client, &reserve, insists).await;
            assert!(sold.as_ref().is_none_or(|sold| sold == reserved));
            heard.is_paid = sold.is_some();
        }
        all.push((name, heard));
    }
    all
}

/// The number that a call is answered with; none where it is given up.
async fn call(client: &Client, body: &Value, insists: bool) -> Option<String> {
    loop {
        until("the daemon to be there", async || {
            client.ask("GET", "/healthz", None).await.is_ok_and(|reply| reply.status == 200).then_some(())
        })
        .await;
        match client.ask("POST", ORDERS[0], Some(body.to_string().into())).await {
            Ok(reply) if reply.status == 200 => return Some(taken(&reply).0),
            Ok(Reply { status: 503, .. }) | Err(_) if insists => {}
            Ok(Reply { status: 503, .. }) | Err(_) => return None,
            Ok(reply) => panic!("{reply:?}"),
        }
    }
}

/// Whole or absent: the rows of each order are all that belong to what it is.
async fn check(site: &Site, heard: &BTreeMap<String, Heard>, orders: usize) {
    assert_eq!(heard.len(), orders);
    let heads = site.rows.read("pcpedc", &["numpedhube", "numped", "condvenda", "situacao", "numpedentfut"], "").await;
    let count = async |view: &str, column: &str| {
        let rows = site.rows.read(view, &[column], "").await;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        rows.into_iter().flatten().for_each(|number| *counts.entry(number).or_default() += 1);
        counts
    };
    let (items, payments) = (count("pcpedi", "numped").await, count("pcformapgtopedido", "numped").await);
    let links = count("pcvinculopedidomatcon", "numpedtv7").await;
    let of = |counts: &BTreeMap<String, usize>, number: &str| counts.get(number).copied().unwrap_or_default();
    let mut sales: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for head in heads.iter().filter(|head| head[2] == "7") {
        assert!(sales.insert(&head[0], (&head[1], &head[3])).is_none(), "{} is there twice", head[0]);
    }
    for (name, heard) in heard {
        let Some((number, situation)) = sales.get(name.as_str()) else {
            assert!(heard.reserve.is_none(), "{name} was confirmed and is not there");
            continue;
        };
        assert!(heard.reserve.as_deref().is_none_or(|reserve| reserve == *number), "{name}");
        let is_paid = *situation == "RECEBIDO";
        assert!(is_paid || !heard.is_paid, "{name} was confirmed as paid and is not");
        let handed_over: Vec<_> = heads.iter().filter(|head| head[4] == *number).collect();
        let expected = if is_paid { (2, 2, 1, 2) } else { (0, 2, 0, 0) };
        let found = (handed_over.len(), of(&items, number), of(&payments, number), of(&links, number));
        assert_eq!(found, expected, "{name}: TV8, items, payments, links");
        assert!(handed_over.iter().all(|head| of(&items, &head[1]) == 1), "{name}: items of a TV8");
    }
    let insisted = heard.values().filter(|heard| heard.is_paid).count();
    assert!(insisted >= orders / 2 - SELLERS, "those who insist sell: {insisted}");
    let log = site.rows.count("pclogpedidoapi", "status = 'A'").await;
    assert_eq!(log, site.rows.count("xx3", "xx3_status = 'noted'").await, "every call that was kept left its row");
    eprintln!("{} orders, {insisted} confirmed as paid, {} there, {log} calls kept", orders, sales.len());
}
