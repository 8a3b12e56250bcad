use super::titles::{title, titles};
use super::{children, sale, text};
use crate::crma980::tables::Sa1;
use crate::ljgrvbatch::house::*;
use crate::ljgrvbatch::tables::{Sc5, Sc6, Se1};
use crate::loja701::tables::{Sl1, Sl2};
use crate::loja704::tables::Sc0;
use crate::mata410b::tables::OrderTrace;

#[test]
fn delivery_sale_in_three_instalments() {
    let mut shop = Shop::new();
    let (parent, items, payments) = entrega();
    shop.paper.enter_row(&Sa1 {
        a1_cod: "000077".into(),
        a1_loja: "01".into(),
        customer_id: "01|0102|000077|01|C".into(),
        ..Sa1::default()
    });
    shop.stage(&parent, &items, &payments);
    shop.batch();

    // 3.49 % of 70.00 is 2.443: 2.44. Thirty days on, the third falls on a Saturday.
    assert_eq!(
        titles(&shop),
        [
            title(["01", "CC", "900001/01", "2024-07-09", "67.56", "70.00"]),
            title(["02", "CC", "900001/01", "2024-08-08", "67.56", "70.00"]),
            title(["03", "CC", "900001/01", "2024-09-09", "67.56", "70.00"]),
        ]
    );
    assert_eq!(sale(&shop).l1_situa, "FR");
    let [child] = <[Sl1; 1]>::try_from(children(&shop)).unwrap();
    assert_eq!(
        (&*child.l1_filial, &*child.l1_num, &*child.l1_orcres, &*child.l1_filres),
        ("0101", "000001", "S00001", "0101")
    );
    assert_eq!((&*child.l1_tipo, &*child.l1_situa, &*child.l1_ecflag), ("P", "", ""));
    assert_eq!((&*child.l1_doc, &*child.l1_pdv, &*child.l1_estacao, &*child.sale_id), ("", "", "", ""));
    let sums = [child.l1_valmerc, child.l1_vlrtot, child.l1_descont, child.l1_frete, child.l1_vlrliq].map(text);
    assert_eq!(sums, ["200.00", "200.00", "10.00", "20.00", "210.00"]);
    let links: Vec<(String, String)> = shop
        .paper
        .all::<Sl2>()
        .into_iter()
        .map(|line| (line.l2_num.to_string(), format!("{}{}", line.l2_filres, line.l2_orcres)))
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        links,
        [pair("S00001", "0101000001"), pair("S00001", "0101000001"), pair("000001", ""), pair("000001", "")]
    );

    let [order] = <[Sc5; 1]>::try_from(shop.paper.all::<Sc5>()).unwrap();
    assert_eq!(
        (&*order.c5_filial, &*order.c5_num, &*order.c5_orcres, &*order.c5_status),
        ("0101", "000002", "000001", "09")
    );
    assert_eq!((&*order.sale_id, &*order.customer_id), ("01|0101|1|000001001|001", "01|0102|000077|01|C"));
    let lines: Vec<[String; 5]> = (shop.paper.all::<Sc6>().into_iter())
        .map(|l| {
            [
                l.c6_item.to_string(),
                text(l.c6_qtdven),
                text(l.c6_prcven),
                text(l.c6_valor),
                l.c6_entreg.unwrap().to_string(),
            ]
        })
        .collect();
    assert_eq!(
        lines,
        [["01", "3.00", "50.00", "150.00", "2024-05-15"], ["02", "1.00", "50.00", "50.00", "2024-05-10"]]
            .map(|line| line.map(str::to_owned))
    );
    assert_eq!(shop.told(), ["Pedido bloqueado"]);
    let step = &shop.paper.all::<OrderTrace>()[0];
    assert_eq!((&*step.order_number, &*step.step, &*step.event, &*step.status), ("000002", "001", "created", "09"));
}

#[test]
fn order_is_born_released_where_every_form_releases() {
    for (forms, status) in [(vec!["CC"], "Pedido liberado"), (vec!["FI", "BOL"], "Pedido bloqueado")] {
        let forms = forms.into_iter().map(str::to_owned).collect();
        let mut shop = Shop::with(crate::books::Retail { release_forms: forms, ..retail() });
        let (parent, items, payments) = entrega();
        shop.stage(&parent, &items, &payments);
        shop.batch();
        assert_eq!(shop.told(), [status]);
    }
}

#[test]
fn pick_up_sale_makes_a_child_where_the_stock_is() {
    let mut shop = Shop::new();
    let (parent, items, payments) = retira();
    shop.stage(&parent, &items, &payments);
    shop.batch();
    assert_eq!(titles(&shop), [title(["", "PX", "000077/01", "2024-05-11", "80.00", "80.00"])]);
    let [child] = <[Sl1; 1]>::try_from(children(&shop)).unwrap();
    assert_eq!((&*child.l1_filial, &*child.l1_filres, &*child.l1_ecflag, &*child.l1_situa), ("0102", "0101", "P", ""));
    assert_eq!(child.customer_id, "01|0101|000077|01|C");
    assert!(shop.paper.all::<Sc5>().is_empty() && shop.sent.is_empty());
    assert_eq!((&*sale(&shop).l1_situa, &*sale(&shop).l1_ecflag), ("FR", "P"));
}

#[test]
fn mixed_sale_closes_what_was_taken_along() {
    let mut shop = Shop::new();
    let items = [
        item("01", "2", "", ["1", "30", "30", "1", "0"]),
        item("02", "3", "0101", ["1", "50", "50", "1", "4"]),
        item("03", "3", "0102", ["1", "20", "20", "1", "6"]),
        item("04", "1", "", ["1", "10", "10", "0", "0"]),
        item("05", "4", "0102", ["1", "5", "5", "0", "0"]),
    ];
    shop.stage(&order_sale(), &items, &[payment("01", "2024-05-10", "122.00", "R$", "", 1)]);
    shop.batch();
    let children: Vec<[String; 6]> = children(&shop)
        .into_iter()
        .map(|c| {
            let names = [c.l1_filial, c.l1_num, c.l1_situa, c.l1_ecflag, c.l1_serie + &c.l1_doc].map(String::from);
            let [branch, number, state, flag, document] = names;
            [branch, number, state, flag, document, text(c.l1_vlrliq)]
        })
        .collect();
    assert_eq!(
        children,
        [
            ["0101", "000001", "OK", "", "1000001001", "29.00"],
            ["0101", "000002", "", "", "", "53.00"],
            ["0102", "000001", "", "", "", "25.00"],
            ["0101", "000004", "", "P", "", "10.00"],
            ["0102", "000003", "", "", "", "5.00"],
        ]
        .map(|child| child.map(str::to_owned))
    );
    let orders: Vec<(String, String)> = shop
        .paper
        .all::<Sc5>()
        .into_iter()
        .map(|order| (format!("{}|{}", order.c5_filial, order.c5_num), order.c5_orcres.to_string()))
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(orders, [pair("0101|000003", "000002"), pair("0102|000002", "000001"), pair("0102|000004", "000003")]);
    let sold: Vec<Sl2> = shop.paper.all::<Sl2>().into_iter().filter(|line| line.l2_vendido == "V").collect();
    assert_eq!((sold.len(), &*sold[0].l2_doc, &*sold[0].l2_num), (1, "000001001", "000001"));
}

#[test]
fn sale_that_arrived_cancelled_frees_its_reserves_alone() {
    let mut shop = Shop::new();
    let (parent, items, payments) = entrega();
    shop.stage(&Sl1 { l1_storc: "E".into(), ..parent }, &items, &payments);
    let reserve = |number: &str, used: &str| Sc0 {
        company: "01".into(),
        c0_filial: "0101".into(),
        c0_num: number.into(),
        c0_quant: amount("3") - amount(used),
        c0_qtdorig: amount("3"),
        c0_qtdped: amount(used),
        stock: if used == "0" { "|" } else { "" }.into(),
        ..Sc0::default()
    };
    shop.paper.enter_row(&reserve("R00001", "3"));
    shop.paper.enter_row(&reserve("R00009", "3"));
    shop.batch();
    assert_eq!((&*sale(&shop).l1_situa, &*sale(&shop).l1_storc), ("OK", "E"));
    assert!(shop.paper.all::<Se1>().is_empty() && children(&shop).is_empty() && shop.sent.is_empty());
    assert_eq!(shop.paper.all::<Sc0>(), [reserve("R00001", "0"), reserve("R00009", "3")]);
}
