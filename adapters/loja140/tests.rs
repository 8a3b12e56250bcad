//! Rules of a cancellation, each by its section; the common paths with their results stand in `samples`.

use crate::ljgrvbatch::tables::{Sc5, Sc6, Se1};
use crate::loja701::tables::{Sl1, Sl2};
use crate::loja704::tables::Sc0;
use crate::samples::{House, SAMPLES, Sample, house};
use crate::verdict::Verdict;
use eaid_schemas::violation::Code;
use std::time::Duration;

fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.routine == "LOJA140" && sample.name == name).unwrap()
}

fn house_of_samples() -> House {
    house(&serde_json::from_str(sample("stage-order").given).unwrap()).unwrap()
}

/// `domain/README.md` 12: one that GravaBatch has not taken waits `cancel_patience` and is refused then.
#[test]
fn a_staged_sale_has_a_patience_and_a_refusal_of_its_own() {
    let Ok(Verdict::Wait(waiting)) = sample("wait-for-gravabatch").decide() else { panic!("it does not wait") };
    let limit = waiting.limit.unwrap();
    assert_eq!(limit.patience, Duration::from_secs(25));
    assert_eq!((limit.refusal.code, limit.refusal.path.as_str()), (Code::CannotCancel, "/RetailSalesInternalId"));
    assert!(limit.refusal.text.contains("00B004") && limit.refusal.text.contains("RX"), "{}", limit.refusal.text);
}

/// `domain/README.md`, Finer decisions, Cancelled sales: an unknown sale waits like anything else.
#[test]
fn an_unknown_sale_has_the_patience_of_every_message() {
    for name in ["wait-for-the-sale", "wait-for-the-operator-first"] {
        let Ok(Verdict::Wait(waiting)) = sample(name).decide() else { panic!("{name} does not wait") };
        assert!(waiting.limit.is_none(), "{name}");
    }
}

/// `domain/cancel.md` 3, step 6: the same cancellation under a new UUID is told its id; step 10: another one of the
/// same sale finds no sale.
#[test]
fn a_sale_is_cancelled_once() {
    let mut house = house_of_samples();
    let message = sample("stage-order").input;
    assert!(matches!(house.decide(message), Ok(Verdict::Stage(_))));
    let Ok(Verdict::Refuse(refusal)) = house.decide(message) else { panic!("cancelled twice") };
    assert_eq!(refusal.violations[0].code, Code::AlreadyIntegrated);
    assert_eq!(refusal.ids[0].destination, "01|0101|1|000002002|001");
    let other = message.replace("CANCELAMENTO-", "OUTRO-");
    let Ok(Verdict::Wait(waiting)) = house.decide(&other) else { panic!("another one does not wait") };
    assert_eq!(waiting.missing[0].key.to_string(), "SL1/OMNI/PEDIDO-ENTREGA");
}

/// `domain/README.md`, Finer decisions, Cancelled sales: nothing of the sale is left but its own rows, and nothing of
/// other sales goes.
#[test]
fn what_was_made_of_the_sale_goes_and_nothing_else() {
    let mut house = house_of_samples();
    let others = |house: &House| {
        let titles = house.paper.all::<Se1>().into_iter().filter(|title| title.l1_num != "00B002").count();
        let sales = house.paper.all::<Sl1>().into_iter().filter(|sale| sale.l1_orcres != "00B002").count();
        let lines = house.paper.all::<Sl2>().into_iter().filter(|line| line.l2_num != "00C002").count();
        (titles, sales, lines, house.paper.all::<Sc0>().len())
    };
    let before = others(&house);
    assert!(matches!(house.decide(sample("stage-order").input), Ok(Verdict::Stage(_))));
    assert_eq!(others(&house), before);
    assert!(house.paper.all::<Se1>().iter().all(|title| title.l1_num != "00B002"));
    assert!(house.paper.all::<Sl1>().iter().all(|sale| sale.l1_orcres != "00B002"));
    assert!(house.paper.all::<Sl2>().iter().all(|line| line.l2_num != "00C002"));
    assert!(house.paper.all::<Sc5>().iter().all(|order| order.c5_num != "00P002"));
    assert!(house.paper.all::<Sc6>().iter().all(|line| line.c6_num != "00P002"));
    let sale = house.paper.all::<Sl1>().into_iter().find(|sale| sale.l1_num == "00B002").unwrap();
    assert_eq!((sale.l1_situa.as_str(), sale.l1_storc.as_str(), sale.sale_id.as_str()), ("FR", "C", ""));
}

/// `domain/README.md`, Finer decisions, Cancelled sales: what an order event changed meanwhile is not lost.
#[test]
fn every_row_must_be_as_it_was_seen() {
    use crate::effect::Effect;
    let Ok(Verdict::Stage(staged)) = sample("stage-order").decide() else { panic!("not staged") };
    let guarded = |table: &str| {
        staged.effects.iter().any(|effect| match effect {
            Effect::Update(update) => update.table.name == table && !update.expect.is_empty(),
            _ => false,
        })
    };
    for table in ["sl1", "sc5", "sc0"] {
        assert!(guarded(table), "{table}");
    }
    let sale = staged.effects.iter().find_map(|effect| match effect {
        Effect::Update(update) if !update.set.is_empty() => Some(update),
        _ => None,
    });
    assert!(sale.unwrap().expect.iter().any(|(column, value)| *column == Sl1::l1_situa && *value == "FR".into()));
}
