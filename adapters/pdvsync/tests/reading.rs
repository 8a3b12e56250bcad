//! What is shown of orders (`domain/pdvsync.md` 11), and what is looked at before they are taken: postal codes.

use super::*;
use crate::pdvsync::shown::{fold, shown};
use crate::pdvsync::tables::{Pcclient, Pclogpedidoapi, Pcpedc, Pcpedi};
use eaid_schemas::pdvsync::{Shown, UNKNOWN_POSTAL_CODE, detail};

/// The first order of a house, as it is shown.
fn first(house: &House) -> Shown {
    let order = house.paper.all::<Pcpedc>().remove(0);
    let items: Vec<Pcpedi> =
        house.paper.all().into_iter().filter(|item: &Pcpedi| item.numped == order.numped).collect();
    let customer = house.paper.all::<Pcclient>().into_iter().find(|customer| customer.codcli == order.codcli);
    shown(&order, &items, &house.paper.all::<Pclogpedidoapi>(), customer.as_ref(), &LIMITS)
}

#[test]
fn a_reserve_is_shown_with_the_sums_of_its_items() {
    let mut house = empty(json!({}));
    let changes = [
        ("/preVendaItens/0/descontoPercentual", json!(10)),
        ("/preVendaItens/1/desconto", json!(1.5)),
        ("/TotalLiquido", json!(6.13)),
        ("/TotalBruto", json!(6.13)),
        ("/cliente", json!({ "nome": "Ana", "cpfCnpj": "12345678909" })),
    ];
    order(&mut house, &with(message(RESERVE), &changes));
    let shown = first(&house);
    // 2 x 24.90 = 49.80, before 10 %: 55.33; 10.00 before 1.50 off: 11.50.
    assert_eq!(
        [shown.net, shown.gross].map(|sum| sum.to_string()),
        ["59.8", "66.83"],
        "the told ones are of another sale"
    );
    assert_eq!(shown.discount_percent.to_string(), "10.519228");
    assert_eq!((shown.situation, shown.items[0].product.as_str(), shown.items[1].delivery), ("DISPONIVEL", "3-3", "2"));
    assert_eq!(
        (shown.customer.id_retaguarda.as_str(), shown.customer.nome.as_str()),
        ("1", "Ana"),
        "told, not registered"
    );
    let text: Value = serde_json::from_str(&detail(&shown)).unwrap();
    assert_eq!(text["data"]["cliente"]["cpfCnpj"], "123.456.789-09");
    assert_eq!(text["data"]["preVendaPagamentos"], json!([]));
}

#[test]
fn sums_that_agree_with_the_items_are_shown_as_they_were_told() {
    let mut house = empty(json!({}));
    let told =
        [("/TotalLiquido", json!(59.8)), ("/totalBruto", json!(70)), ("/descontoPercentualTotal", json!("14,5"))];
    order(&mut house, &with(message(RESERVE), &told));
    let shown = first(&house);
    assert_eq!([shown.gross, shown.discount_percent].map(|sum| sum.normalize().to_string()), ["70", "14.5"]);
}

#[test]
fn a_paid_order_is_shown_as_it_was_paid_and_a_cancelled_one_as_it_was_sold() {
    let mut house = of_samples();
    order(&mut house, &message(PAID));
    let of = |house: &House| {
        let order = house.paper.all::<Pcpedc>().into_iter().find(|order| order.numped == "54382").unwrap();
        let items: Vec<Pcpedi> =
            house.paper.all().into_iter().filter(|item: &Pcpedi| item.numped == order.numped).collect();
        shown(&order, &items, &house.paper.all::<Pclogpedidoapi>(), None, &LIMITS)
    };
    let paid = of(&house);
    assert_eq!(
        (paid.situation, paid.payments[0].form.as_str(), paid.payments[0].value.to_string()),
        ("RECEBIDO", "DH", "1".to_owned())
    );
    order(&mut house, &json!({ "situacaoPreVenda": 0, "idRetaguarda": 54382 }));
    let cancelled = of(&house);
    assert_eq!((cancelled.situation, cancelled.payments), ("CANCELADA", paid.payments));
}

#[test]
fn names_are_compared_without_case_and_accents() {
    assert_eq!(fold("  JOSÉ  da Conceição "), "jose da conceicao");
}

/// Parameter 4672: a code that cannot be one, and one that does not exist; nobody who cancels is asked for it.
#[test]
fn postal_codes_are_checked_as_the_administrator_says() {
    let at = |check: &str, cep: &str, suffix: &str, situation: &str| {
        let mut house = empty(json!({ "check_cep": check }));
        let changes =
            [("/cliente", json!({ "cep": cep })), ("/situacaoPreVenda", json!(situation)), ("/idRetaguarda", json!(0))];
        let body = with(message(RESERVE), &changes).to_string();
        let content_type = format!("{}{suffix}", Call::Order.content_type());
        let Ok(Document::PreSale(sheet)) = decode(body.as_bytes(), Some(&content_type), &LIMITS) else {
            panic!("{body}")
        };
        assert_eq!(sheet.content_type(), content_type);
        let case = pdvsync::open(*sheet, LIMITS.items);
        let told = describe(&house.paper.decide(case.as_ref(), &house.books, house.now).unwrap());
        let reasons = told["violations"].as_array().into_iter().flatten().filter_map(Value::as_str);
        reasons.filter(|reason| reason.contains("cep")).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let service = "https://viacep.com.br/ws/{cep}/json/";
    let none: [&str; 0] = [];
    assert_eq!(at("off", "999", UNKNOWN_POSTAL_CODE, "DISPONIVEL"), none);
    for check in ["format", service] {
        assert_eq!(at(check, "74916-100", "", "DISPONIVEL"), none);
        for wrong in ["999", "00100-000"] {
            assert_eq!(at(check, wrong, "", "DISPONIVEL"), ["out_of_range /cliente/cep"], "{wrong}");
        }
    }
    assert_eq!(at("format", "74916-100", UNKNOWN_POSTAL_CODE, "DISPONIVEL"), none);
    assert_eq!(at(service, "74916-100", UNKNOWN_POSTAL_CODE, "DISPONIVEL"), ["not_in_list /cliente/cep"]);
    assert_eq!(at(service, "74916-100", UNKNOWN_POSTAL_CODE, "CANCELADA"), none);
    for wrong in ["viacep", "https://viacep.com.br/", "", "Off"] {
        let rules = json!({ "check_cep": wrong });
        assert!(house(&json!({ "pdvsync": rules })).is_err(), "{wrong}");
    }
}
