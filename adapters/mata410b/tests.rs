use crate::effect::Effect;
use crate::ljgrvbatch::house::*;
use crate::ljgrvbatch::tables::Sc5;
use crate::loja701::tables::Sl1;
use crate::mata410b::status;
use crate::mata410b::tables::{OrderTrace, Sf2};
use crate::order_event;
use crate::world::Wants;

const ORDER: &str = "01|0101|000002";
const KEY: &str = "35240500000000000000550010000009001000000017";

fn shop() -> Shop {
    let mut shop = Shop::new();
    let (parent, items, payments) = entrega();
    shop.stage(&parent, &items, &payments);
    shop.batch();
    shop
}

fn invoiced() -> String {
    format!(
        r#"{{"order":"{ORDER}","event":"invoiced","at":"2024-05-13T10:00:00-03:00",
        "invoice":{{"number":"000000900","serie":"1","value":210.00,"issued_on":"2024-05-13"}}}}"#
    )
}

fn authorized(key: &str) -> String {
    format!(
        r#"{{"order":"{ORDER}","event":"nfe_authorized","at":"2024-05-13T10:05:00-03:00",
        "invoice":{{"access_key":"{key}","xml":"<nfeProc><NFe/><protNFe><cStat>100</cStat></protNFe></nfeProc>"}}}}"#
    )
}

#[test]
fn order_runs_its_course() {
    let mut shop = shop();
    insta::assert_snapshot!("blocked", shop.last_content());
    assert_eq!(shop.event(&invoiced()), Outcome::Changed);
    insta::assert_snapshot!("invoiced", shop.last_content());
    assert_eq!(shop.event(&authorized(KEY)), Outcome::Changed);
    insta::assert_snapshot!("packed", shop.last_content());
    let shipped = format!(r#"{{"order":"{ORDER}","event":"shipped","tracking_code":"BR123456789"}}"#);
    assert_eq!(shop.event(&shipped), Outcome::Changed);
    assert!(shop.last_content().contains(r#""TraceabilityCode": "BR123456789""#));
    assert_eq!(shop.plain_event(ORDER, "delivered"), Outcome::Changed);
    assert_eq!(shop.plain_event(ORDER, "cancelled"), Outcome::Changed);
    assert_eq!(shop.plain_event(ORDER, "returned"), Outcome::Changed);
    let course = ["Pedido bloqueado", "Faturado", "Empacotado", "Enviado", "Entregue", "Cancelado", "Devolvido"];
    assert_eq!(shop.told(), course);
    let steps = shop.paper.all::<OrderTrace>();
    let steps: Vec<String> = steps.iter().map(|step| format!("{} {} {}", step.step, step.event, step.status)).collect();
    let expected = [
        "001 created 09",
        "002 invoiced 11",
        "003 nfe_authorized 15",
        "004 shipped 30",
        "005 delivered 31",
        "006 cancelled 90",
        "007 returned 91",
    ];
    assert_eq!(steps, expected);
    let sending = shop.sent.last().unwrap();
    assert_eq!((&*sending.subject, &*sending.partner, &*sending.origin), (ORDER, "OMNI", "amqp"));
    assert_eq!(sending.correlation, "5f0c2c1e-0000-4000-8000-000000001001");
}

#[test]
fn same_facts_again_change_nothing() {
    let mut shop = shop();
    let other_key = KEY.replace("17", "25");
    let told = [
        (invoiced(), Outcome::Changed),
        (invoiced(), Outcome::Unchanged),
        (authorized(KEY), Outcome::Changed),
        (authorized(KEY), Outcome::Unchanged),
        (authorized(&other_key), Outcome::Changed),
        (authorized(&other_key), Outcome::Unchanged),
    ];
    for (event, outcome) in told {
        assert_eq!(shop.event(&event), outcome, "{event}");
    }
    assert_eq!(shop.plain_event(ORDER, "nfe_authorized"), Outcome::Unchanged);
    assert_eq!(shop.told(), ["Pedido bloqueado", "Faturado", "Empacotado", "Empacotado"]);
    let [invoice] = <[Sf2; 1]>::try_from(shop.paper.all::<Sf2>()).unwrap();
    assert_eq!((&*invoice.f2_doc, invoice.f2_valbrut, &*invoice.f2_chvnfe), ("000000900", amount("210"), &*other_key));
}

#[test]
fn tracking_code_may_come_or_change_later() {
    let mut shop = shop();
    let coded = |code: &str| format!(r#"{{"order":"{ORDER}","event":"shipped","tracking_code":"{code}"}}"#);
    assert_eq!(shop.plain_event(ORDER, "shipped"), Outcome::Changed);
    assert_eq!(shop.event(&coded("BR1")), Outcome::Changed);
    assert_eq!(shop.event(&coded("BR1")), Outcome::Unchanged);
    assert_eq!(shop.plain_event(ORDER, "shipped"), Outcome::Unchanged);
    assert_eq!(shop.paper.all::<Sc5>()[0].c5_rastr, "BR1");
}

#[test]
fn nothing_goes_back() {
    let mut shop = shop();
    assert_eq!(shop.plain_event(ORDER, "delivered"), Outcome::Changed);
    for event in ["invoiced", "nfe_authorized", "shipped"] {
        assert_eq!(shop.plain_event(ORDER, event), Outcome::Refused("not_allowed", "/event".into()), "{event}");
    }
    assert_eq!(shop.told(), ["Pedido bloqueado", "Entregue"]);
}

#[test]
fn invoice_closes_the_child() {
    let mut shop = shop();
    shop.event(&invoiced());
    let child = shop.paper.all::<Sl1>().into_iter().find(|sale| sale.l1_num == "000001").unwrap();
    assert_eq!((&*child.l1_situa, &*child.l1_doc, &*child.l1_serie), ("OK", "000000900", "1"));
    assert_eq!(child.l1_emisnf, day("2024-05-13"));
}

#[test]
fn wrong_orders_and_wrong_events() {
    let mut shop = shop();
    let wrong_kind = Outcome::Refused("not_allowed", "/event".into());
    assert_eq!(shop.plain_event("01|0101|000001", "invoiced"), wrong_kind, "a child");
    assert_eq!(shop.plain_event("01|0101|S00001", "shipped"), wrong_kind, "the sale");
    assert_eq!(shop.plain_event(ORDER, "pickup_confirmed"), wrong_kind);
    assert_eq!(shop.plain_event("01|0101|000099", "invoiced"), Outcome::Waits("sc5/01|0101|000099".into()));
    assert_eq!(shop.event(&authorized(KEY)), Outcome::Refused("missing", "/invoice/number".into()));
}

#[test]
fn unreadable_events_name_everything() {
    for (text, paths) in [
        ("{}", vec!["/order", "/event"]),
        (r#"{"order":"000002","event":"invoiced"}"#, vec!["/order"]),
        (r#"{"order":"01|0101|000002","event":"painted","at":"yesterday"}"#, vec!["/event", "/at"]),
        (r#"{"order":"01|0101|000002","event":"invoiced","invoice":{"value":"much"}}"#, vec!["/invoice/value"]),
        ("{\"order\"", vec![""]),
        ("[]", vec!["/Content"]),
    ] {
        let found = order_event::open(text, 100).err().unwrap();
        assert_eq!(found.iter().map(|found| found.path.as_str()).collect::<Vec<_>>(), paths, "{text}");
    }
}

#[test]
fn one_look_up_is_enough() {
    let case = order_event::open(&invoiced(), 100).unwrap();
    let mut wants = Wants::default();
    case.wants(&shop().books, &mut wants);
    assert_eq!(wants.asked().count(), 6);
    assert_eq!(case.internal_id(), ORDER);
}

#[test]
fn a_change_expects_the_status_that_was_seen() {
    let mut shop = shop();
    let case = order_event::open(&invoiced(), 100).unwrap();
    let decide = |shop: &mut Shop| {
        let mut wants = Wants::default();
        case.wants(&shop.books, &mut wants);
        let mut world = shop.paper.world(wants, now());
        let crate::verdict::Verdict::Stage(staged) = case.apply(&shop.books, &mut world).unwrap() else { panic!() };
        staged
    };
    let staged = decide(&mut shop);
    let Some(Effect::Update(update)) = staged.effects.first() else { panic!() };
    assert_eq!(update.expect, [(Sc5::c5_status, "09".into())]);
}

#[test]
fn codes_have_their_texts() {
    assert!(status::ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    assert_eq!(status::text("21"), "Parcialmente enviado");
    assert_eq!(status::text("77"), "Status indefinido: 77");
}
