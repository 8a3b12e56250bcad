use super::{children, counter, sale, text};
use crate::ljgrvbatch::house::*;
use crate::ljgrvbatch::tables::Se1;
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use proptest::prelude::*;
use rust_decimal::Decimal;

pub(super) fn titles(shop: &Shop) -> Vec<(String, String, String, String, String, String)> {
    let titles = shop.paper.all::<Se1>().into_iter().map(|t| {
        assert_eq!((&*t.e1_prefixo, &*t.e1_num, &*t.e1_filial), ("1", "000001001", "0101"));
        let due = t.e1_vencto.unwrap().to_string();
        let customer = format!("{}/{}", t.e1_cliente, t.e1_loja);
        (t.e1_parcela.into(), t.e1_tipo.into(), customer, due, text(t.e1_valor), text(t.e1_vlrreal))
    });
    titles.collect()
}

pub(super) fn title(fields: [&str; 6]) -> (String, String, String, String, String, String) {
    let [parcela, kind, customer, due, value, gross] = fields.map(str::to_owned);
    (parcela, kind, customer, due, value, gross)
}

#[test]
fn debit_pays_the_next_working_day_less_its_fee() {
    let shop = counter(&[payment("01", "2024-05-10", "100.00", "CD", "004-VISA DEBITO", 1)]);
    assert_eq!(titles(&shop), [title(["", "CD", "900001/01", "2024-05-13", "98.51", "100.00"])]);
    assert_eq!(sale(&shop).l1_situa, "OK");
    assert!(children(&shop).is_empty() && shop.sent.is_empty());
    let first = &shop.paper.all::<Se1>()[0];
    assert_eq!((&*first.e1_nsutef, &*first.e1_autoriz, &*first.e1_adm), ("000123456", "A1B2C3", "004"));
}

#[test]
fn several_forms_number_their_titles() {
    let shop = counter(&[
        payment("01", "2024-05-10", "10.00", "R$", "", 1),
        payment("02", "2024-05-11", "20.00", "PX", "005-PIX", 1),
        payment("03", "2024-05-10", "20.00", "CC", "011-CARTAO DA LOJA", 1),
        payment("04", "2024-06-10", "50.00", "CC", "001-VISA CREDITO", 2),
    ]);
    // PIX is due on the Saturday it names; the shop's own card is the customer's title; 1.745 is 1.75.
    assert_eq!(
        titles(&shop),
        [
            title(["01", "R$", "000077/01", "2024-05-10", "10.00", "10.00"]),
            title(["02", "PX", "000077/01", "2024-05-11", "20.00", "20.00"]),
            title(["03", "CC", "000077/01", "2024-06-10", "19.80", "20.00"]),
            title(["04", "CC", "900001/01", "2024-07-10", "48.25", "50.00"]),
        ]
    );
}

#[test]
fn cheque_names_its_bank_not_an_administrator() {
    let shop = counter(&[payment("01", "2024-06-08", "100.00", "CH", "001", 1)]);
    assert_eq!(titles(&shop), [title(["", "CH", "000077/01", "2024-06-08", "100.00", "100.00"])]);
    assert_eq!(shop.paper.all::<Se1>()[0].e1_adm, "");
}

fn cents(range: std::ops::Range<i64>) -> impl Strategy<Value = String> {
    range.prop_map(|cents| Decimal::new(cents, 2).to_string())
}

proptest! {
    /// Titles add up to the payments, children to the lines of the parent.
    #[test]
    fn sums_hold(
        values in prop::collection::vec((cents(1..10_000_000), 0usize..4, 1u32..13), 1..8),
        lines in prop::collection::vec((cents(1..1_000_000), cents(0..500), cents(0..500), "[1-4]", "010[12]"), 1..8),
    ) {
        let forms = [("CC", "001-VISA CREDITO"), ("CD", "004-VISA DEBITO"), ("PX", "005-PIX"), ("R$", "")];
        let payments: Vec<Sl4> = values.iter().enumerate().map(|(place, (value, form, of))| {
            let (form, administrator) = forms[*form];
            payment(&format!("{:02}", place + 1), "2024-05-10", value, form, administrator, *of)
        }).collect();
        let items: Vec<Sl2> = lines.iter().enumerate().map(|(place, (value, discount, freight, delivery, stock))| {
            item(&format!("{:02}", place + 1), delivery, stock, ["1", value, value, discount, freight])
        }).collect();
        let mut shop = Shop::new();
        shop.stage(&order_sale(), &items, &payments);
        shop.batch();

        let paid: Decimal = payments.iter().map(|row| row.l4_valor).sum();
        let titles = shop.paper.all::<Se1>();
        prop_assert_eq!(titles.iter().map(|title| title.e1_vlrreal).sum::<Decimal>(), paid);
        prop_assert!(titles.iter().all(|title| title.e1_valor <= title.e1_vlrreal && title.e1_valor.scale() <= 2));
        if sale(&shop).l1_situa == "FR" {
            let of = |of: fn(&Sl1) -> Decimal| children(&shop).iter().map(of).sum::<Decimal>();
            let all = |of: fn(&Sl2) -> Decimal| items.iter().map(of).sum::<Decimal>();
            prop_assert_eq!(of(|child| child.l1_valmerc), all(|line| line.l2_vlritem));
            prop_assert_eq!(of(|child| child.l1_descont), all(|line| line.l2_descpro));
            prop_assert_eq!(of(|child| child.l1_frete), all(|line| line.l2_valfre));
        } else {
            prop_assert!(items.iter().all(|line| line.l2_entrega == "2"));
        }
    }
}
