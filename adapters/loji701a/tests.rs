use crate::books::Retail;
use crate::ljgrvbatch::house::*;
use crate::loja701::tables::Sl1;
use crate::mata410b::tables::OrderTrace;

const CHILD: &str = "01|0102|000001";
const KEY: &str = "35240500000000000000650010000009001000000017";

fn shop(wot: bool) -> Shop {
    let mut shop = Shop::with(Retail { wot, ..retail() });
    let (parent, items, payments) = retira();
    shop.stage(&parent, &items, &payments);
    shop.batch();
    shop
}

fn authorized(key: &str) -> String {
    format!(
        r#"{{"order":"{CHILD}","event":"fiscal_document_authorized","at":"2024-05-12T16:00:00-03:00",
        "invoice":{{"number":"000000777","serie":"2","value":"80.00","issued_on":"2024-05-12","access_key":"{key}"}}}}"#
    )
}

fn flags(shop: &Shop) -> Vec<String> {
    shop.paper.all::<Sl1>().into_iter().map(|sale| sale.l1_ecflag.into()).collect()
}

fn child(shop: &Shop) -> Sl1 {
    shop.paper.all::<Sl1>().into_iter().find(|sale| sale.l1_num == "000001").unwrap()
}

#[test]
fn child_runs_its_course() {
    let mut shop = shop(false);
    assert_eq!(flags(&shop), ["P", "P"]);
    assert_eq!(shop.plain_event(CHILD, "pickup_confirmed"), Outcome::Changed);
    insta::assert_snapshot!("packed", shop.last_content());
    assert_eq!(flags(&shop), ["O", "O"]);
    assert_eq!(child(&shop).l1_situa, "");
    assert_eq!(shop.plain_event(CHILD, "pickup_confirmed"), Outcome::Unchanged);
    assert_eq!(shop.event(&authorized(KEY)), Outcome::Changed);
    insta::assert_snapshot!("delivered", shop.last_content());
    assert_eq!(shop.event(&authorized(KEY)), Outcome::Unchanged);
    assert_eq!(shop.told(), ["Empacotado", "Entregue"]);
    let closed = child(&shop);
    assert_eq!((&*closed.l1_situa, &*closed.l1_doc, &*closed.l1_serie), ("OK", "000000777", "2"));
    assert_eq!((&*closed.l1_keynfce, closed.l1_emisnf), (KEY, day("2024-05-12")));
    let steps = shop.paper.all::<OrderTrace>();
    let steps: Vec<String> = steps.iter().map(|step| format!("{} {} {}", step.step, step.event, step.status)).collect();
    assert_eq!(steps, ["001 created 00", "002 pickup_confirmed 15", "003 fiscal_document_authorized 31"]);
    let sending = shop.sent.last().unwrap();
    assert_eq!((&*sending.subject, &*sending.branch, &*sending.origin), (CHILD, "0102", "amqp"));
}

#[test]
fn document_before_confirmation_is_refused() {
    let mut shop = shop(false);
    assert_eq!(shop.event(&authorized(KEY)), Outcome::Refused("not_allowed", "/event".into()));
    assert!(shop.sent.is_empty());
}

#[test]
fn confirmation_after_the_document_goes_back() {
    let mut shop = shop(false);
    shop.plain_event(CHILD, "pickup_confirmed");
    shop.event(&authorized(KEY));
    assert_eq!(shop.plain_event(CHILD, "pickup_confirmed"), Outcome::Refused("not_allowed", "/event".into()));
    let other = KEY.replace("17", "25");
    assert_eq!(shop.event(&authorized(&other)), Outcome::Changed, "another key is told");
    assert_eq!(child(&shop).l1_keynfce, other);
}

#[test]
fn with_wot_the_child_is_packed_as_it_is_born() {
    let mut shop = shop(true);
    assert_eq!(shop.told(), ["Empacotado"]);
    assert_eq!(flags(&shop), ["O", "O"]);
    assert_eq!(shop.plain_event(CHILD, "pickup_confirmed"), Outcome::Unchanged);
    assert_eq!(shop.event(&authorized(KEY)), Outcome::Changed);
    assert_eq!(shop.told(), ["Empacotado", "Entregue"]);
}

#[test]
fn wrong_orders_and_wrong_events() {
    let mut shop = shop(false);
    let wrong_kind = Outcome::Refused("not_allowed", "/event".into());
    assert_eq!(shop.plain_event("01|0101|S00001", "pickup_confirmed"), wrong_kind, "the sale itself");
    assert_eq!(shop.plain_event(CHILD, "invoiced"), wrong_kind);
    assert_eq!(shop.plain_event("01|0102|000099", "pickup_confirmed"), Outcome::Waits("sl1/01|0102|000099".into()));
    let mut delivery = Shop::new();
    let (parent, items, payments) = entrega();
    delivery.stage(&parent, &items, &payments);
    delivery.batch();
    assert_eq!(delivery.plain_event("01|0101|000001", "pickup_confirmed"), wrong_kind, "a delivery child");
    assert_eq!(delivery.plain_event("01|0101|000002", "fiscal_document_authorized"), wrong_kind, "a sales order");
}
