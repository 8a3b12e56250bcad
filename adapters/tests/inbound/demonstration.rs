//! The messages of the demonstration, in their order and with its De/Para: what a newcomer sees first.

use eaid_adapters::effect::Alias;
use eaid_adapters::loja701::tables::{Sl1, Sl4};
use eaid_adapters::loja704::tables::Sc0;
use eaid_adapters::samples::{describe, house};
use serde_json::json;

#[test]
fn goes_through() {
    let mut house = house(&json!({})).unwrap();
    for line in include_str!("../../../config/demo/depara.csv").lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        house.paper.enter(cells[0], Alias::find(cells[1]).unwrap(), cells[3], cells[4]);
    }
    for (message, id) in [
        (include_str!("../../../config/demo/01-reserve-entrega.json"), "01|0101|000005001|LJ"),
        (include_str!("../../../config/demo/02-customer.json"), "01|0101|000123|01|C"),
        (include_str!("../../../config/demo/03-sale-entrega.json"), "01|0101|1|000001001|001"),
        (include_str!("../../../config/demo/04-reserve-retira.json"), "01|0101|000005002|LJ"),
        (include_str!("../../../config/demo/05-sale-retira.json"), "01|0101|1|000001002|001"),
    ] {
        let verdict = describe(&house.decide(message).unwrap());
        assert_eq!(verdict["verdict"], "stage", "{verdict:#}");
        let told = verdict["ids"][0].as_str().unwrap();
        assert!(told.ends_with(&format!(" {id}")), "{told}");
    }
    let sales = house.paper.all::<Sl1>();
    let flags: Vec<(&str, &str, &str)> =
        sales.iter().map(|sale| (&*sale.l1_docped, &*sale.l1_tipo, &*sale.l1_ecflag)).collect();
    assert_eq!(flags, [("000001001", "P", ""), ("000001002", "P", "P")]);
    let parts: Vec<String> = house.paper.all::<Sl4>().iter().map(|row| format!("{:.2}", row.l4_valor)).collect();
    assert_eq!(parts, ["151.83", "151.83", "151.84", "129.80"]);
    assert!(house.paper.all::<Sc0>().iter().all(|row| row.c0_quant.is_zero() && row.c0_qtdped == row.c0_qtdorig));
}
