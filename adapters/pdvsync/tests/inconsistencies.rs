//! The 29 inconsistencies of the published contract, each by its number in `domain/pdvsync.md` 13.

use super::*;
use crate::pdvsync::tables::{Pcformapgtopedido, Pcpedc, Pcpedi};

/// What the reserve of the samples becomes with one value of the first item's delivery.
fn delivered(delivery: Value) -> Value {
    staged(&with(message(RESERVE), &[("/preVendaItens/0/entrega", delivery)]))["rows"]["pcpedi"][0].clone()
}

#[test]
fn inconsistency_01_the_branch_of_a_delivery_has_two_names() {
    for name in ["idRetaguardaLojaEntrega", "idLojaEntregaRetaguarda"] {
        assert_eq!(delivered(json!({ name: "7", "tipoEntrega": 1 }))["codfilialretira"], "7", "{name}");
    }
}

#[test]
fn inconsistency_02_payments_come_under_four_names_and_once() {
    let payments = message(PAID)["vendaPagamentos"].clone();
    let bare = without(message(PAID), &["vendaPagamentos"]);
    let named = |changes: &[(&str, Value)]| with(bare.clone(), changes);
    let rows = |told: Value| told["rows"]["pcformapgtopedido"].as_array().unwrap().len();
    for name in ["/VendaPagamentos", "/vendaPagamentos", "/PreVendaPagamentos", "/preVendaPagamentos"] {
        assert_eq!(rows(staged(&named(&[(name, payments.clone())]))), 1, "{name}");
        // The other list is empty: this one counts, whichever comes first.
        assert_eq!(rows(staged(&named(&[("/A", json!([])), (name, payments.clone())]))), 1);
    }
    let both = |first: Value, second: Value| named(&[("/PreVendaPagamentos", first), ("/vendaPagamentos", second)]);
    assert_eq!(rows(staged(&both(payments.clone(), payments.clone()))), 1, "both say the same");
    assert_eq!(rows(staged(&both(json!([]), payments.clone()))), 1);
    assert_eq!(rows(staged(&both(payments.clone(), json!([])))), 1);
    let other = with(json!({"l": payments.clone()}), &[("/l/0/valorLiquido", json!(2))])["l"].clone();
    assert_eq!(refused(&both(payments, other)), ["wrong_type /vendaPagamentos"]);
}

#[test]
fn inconsistency_03_names_come_in_any_case() {
    fn shouted(value: &Value, change: fn(&str) -> String) -> Value {
        match value {
            Value::Object(object) => {
                object.iter().map(|(name, value)| (change(name), shouted(value, change))).collect()
            }
            Value::Array(list) => list.iter().map(|value| shouted(value, change)).collect(),
            other => other.clone(),
        }
    }
    let told = staged(&message(PAID));
    for change in [str::to_uppercase as fn(&str) -> String, str::to_lowercase] {
        let mut again = staged(&shouted(&message(PAID), change));
        again["rows"]["pclogpedidoapi"] = told["rows"]["pclogpedidoapi"].clone();
        assert_eq!(again["rows"], told["rows"]);
    }
}

#[test]
fn inconsistency_04_the_number_is_the_first_of_three_that_is_told() {
    let named = |number: Value, sale: Value, id: Value| {
        let numbers = [("/numero", number), ("/NumeroVenda", sale), ("/Id", id)];
        with(without(message(RESERVE), &["numero"]), &numbers)
    };
    let hub = |message: &Value| staged(message)["rows"]["pcpedc"][0]["numpedhube"].clone();
    assert_eq!(hub(&named(json!("A"), json!("B"), json!("C"))), "A");
    assert_eq!(hub(&named(json!(" "), json!("B"), json!("C"))), "B");
    assert_eq!(hub(&named(json!(null), json!(null), json!(12345))), "12345");
    assert_eq!(refused(&named(json!(""), json!(null), json!(null))), ["missing /numero"]);
    assert_eq!(hub(&named(json!("X".repeat(50)), json!(null), json!(null))), "X".repeat(50));
    assert_eq!(refused(&named(json!("X".repeat(51)), json!(null), json!(null))), ["too_long /numero"]);
}

#[test]
fn inconsistency_05_the_situation_is_a_number_a_text_or_a_name() {
    let situation = |value: Value| with(message(RESERVE), &[("/situacaoPreVenda", value)]);
    for spelling in [json!(2), json!("2"), json!("DISPONIVEL"), json!("disponivel"), json!(" Disponivel ")] {
        let told = staged(&situation(spelling));
        assert_eq!(told["rows"]["pcpedc"][0]["situacao"], "DISPONIVEL");
        assert_eq!(told["warnings"], json!([]), "every spelling is the book's");
    }
    for spelling in [json!(1), json!("1"), json!("Recebido")] {
        let told = staged(&with(message(PAID), &[("/situacaoPreVenda", spelling)]));
        assert_eq!(told["updated"]["pcpedc"][0]["situacao"], "RECEBIDO");
    }
    for spelling in [json!(0), json!("0"), json!("cancelada")] {
        let told = staged(&with(message("stage-cancelled"), &[("/situacaoPreVenda", spelling)]));
        assert_eq!(told["updated"]["pcpedc"][0]["situacao"], "CANCELADA");
    }
    for wrong in [json!(4), json!("PAGO"), json!("RESGATADA"), json!(3), json!("FATURAMENTO")] {
        assert_eq!(refused(&situation(wrong)), ["not_in_list /situacaoPreVenda"]);
    }
    assert_eq!(refused(&situation(json!(null))), ["missing /situacaoPreVenda"]);
}

#[test]
fn inconsistency_06_the_freight_is_a_number_a_text_or_a_letter() {
    for (letter, number) in [("C", 0), ("F", 1), ("T", 2), ("R", 3), ("D", 4), ("G", 9)] {
        for spelling in [json!(letter), json!(letter.to_lowercase()), json!(number), json!(number.to_string())] {
            let told = staged(&with(message(RESERVE), &[("/modalidadeFrete", spelling)]));
            assert_eq!(told["rows"]["pcpedc"][0]["fretedespacho"], letter);
        }
    }
    assert_eq!(refused(&with(message(RESERVE), &[("/modalidadeFrete", json!(5))])), ["not_in_list /modalidadeFrete"]);
}

#[test]
fn inconsistency_07_the_delivery_type_comes_in_four_spellings_and_the_item_rules() {
    for (letters, number, name) in [
        ("RI", 0, "RETIRA_IMEDIATA"),
        ("RP", 1, "RETIRA_POSTERIOR"),
        ("EN", 2, "ENTREGA_NORMAL"),
        ("EF", 3, "ENCOMENDA"),
    ] {
        for spelling in [json!(letters), json!(number), json!(number.to_string()), json!(name)] {
            let row = delivered(json!({ "idLojaEntregaRetaguarda": 1, "tipoEntrega": spelling }));
            assert_eq!(row["tipoentrega"], letters);
        }
    }
    // That of the head says 0.
    assert_eq!(staged(&message(PAID))["rows"]["pcpedi"][0]["tipoentrega"], "RP");
}

#[test]
fn inconsistency_08_the_number_of_the_order_is_a_number_or_a_text_and_0_is_none() {
    for spelling in [json!(54382), json!("54382"), json!(" 54382 "), json!(54382.0)] {
        assert_eq!(number(&staged(&with(message(PAID), &[("/IdRetaguarda", spelling)]))), "54382");
    }
    for none in [json!(0), json!("0"), json!(""), json!(null), json!("00000000-0000-0000-0000-000000000000")] {
        assert_eq!(refused(&with(message(PAID), &[("/IdRetaguarda", none.clone())])), ["missing /idRetaguarda"]);
        let told = staged(&with(message(RESERVE), &[("/idRetaguarda", none)]));
        assert_eq!(told["rows"]["pclogpedidoapi"][0]["operacao"], "I");
    }
}

#[test]
fn inconsistency_09_codes_are_numbers_or_texts() {
    for spelling in [json!(2), json!("2"), json!(2.0)] {
        let codes = [
            ("/idLojaRetaguarda", spelling.clone()),
            ("/idOperadorRetaguarda", spelling.clone()),
            ("/preVendaItens/0/idVendedorRetaguarda", spelling),
        ];
        let told = staged(&with(message(RESERVE), &codes));
        assert_eq!(told["rows"]["pcpedc"][0]["codfilial"], "2");
        assert_eq!(told["rows"]["pcpedc"][0]["codusur"], "2");
        assert_eq!(told["rows"]["pcpedi"][0]["codusur"], "2");
    }
}

#[test]
fn inconsistency_10_quantities_are_decimals() {
    for (spelling, quantity) in
        [(json!(1), "1.000000"), (json!(1.0), "1.000000"), (json!("2,5"), "2.500000"), (json!("0.125"), "0.125000")]
    {
        let told = staged(&with(message(RESERVE), &[("/preVendaItens/0/quantidade", spelling)]));
        assert_eq!(told["rows"]["pcpedi"][0]["qt"], quantity);
    }
}

#[test]
fn inconsistency_11_the_payment_term_comes_in_two_ways_and_0_is_none() {
    for term in [
        ("/vendaPagamentos/0/idPagamentoCondicaoRetaguarda", json!(0.0)),
        ("/vendaPagamentos/0/idPagamentoCondicaoRetaguarda", json!("1")),
        ("/vendaPagamentos/0/pagamentoCondicao", json!({ "idRetaguarda": 1 })),
        ("/vendaPagamentos/0/pagamentoCondicao", json!({ "idRetaguarda": 0 })),
    ] {
        let told = staged(&with(message(PAID), &[term]));
        assert_eq!(told["rows"]["pcformapgtopedido"][0]["codcob"], "DH");
    }
}

#[test]
fn inconsistency_12_totals_that_differ_are_told_and_the_net_value_is_the_payment() {
    let told = staged(&message(PAID));
    assert_eq!(told["warnings"], json!(["sum_differs /totalLiquido"]));
    assert_eq!(told["rows"]["pcformapgtopedido"][0]["valor"], "1.000000");
    let without_net = with(message(PAID), &[("/vendaPagamentos/0/valorLiquido", json!(null))]);
    assert_eq!(staged(&without_net)["rows"]["pcformapgtopedido"][0]["valor"], "24.900000");
    let agreeing = with(without_net, &[("/TotalLiquido", json!(24.9))]);
    assert_eq!(staged(&agreeing)["warnings"], json!([]));
    let neither = with(message(PAID), &[("/vendaPagamentos/0", json!({ "pagamentoForma": { "idRetaguarda": "DH" } }))]);
    assert_eq!(refused(&neither), ["missing /vendaPagamentos/0/valorLiquido"]);
}

#[test]
fn inconsistency_13_the_customer_wins_over_the_document_of_the_head() {
    let of_head = [("/CpfCliente", json!("111.222.333-44"))];
    assert_eq!(customer(&staged(&with(message(PAID), &of_head))), "2", "the customer is registered");
    assert_eq!(customer(&staged(&with(without(message(PAID), &["Cliente"]), &of_head))), "770");
}

#[test]
fn inconsistency_14_documents_and_postal_codes_are_read_without_punctuation() {
    let told = staged(&message(PAID));
    assert_eq!(told["rows"]["pcclient"][0]["cepent"], "74916100");
    for spelling in [json!("401.412.790-79"), json!("40141279079"), json!(40141279079u64)] {
        let told = staged(&with(message(PAID), &[("/Cliente/CpfCnpj", spelling), ("/Cliente/Cep", json!(1310100))]));
        assert_eq!(told["rows"]["pcclient"][0]["cgcent"], "40141279079");
        assert_eq!(told["rows"]["pcclient"][0]["cepent"], "01310100", "a number has lost its zero");
    }
    let company = staged(&with(message(PAID), &[("/Cliente/CpfCnpj", json!("12.abc.345/01de-35"))]));
    assert_eq!(company["rows"]["pcclient"][0]["cgcent"], "12ABC34501DE35", "a CNPJ may have letters");
}

#[test]
fn inconsistency_15_a_guid_is_no_code_of_a_customer() {
    for none in
        [json!("00000000-0000-0000-0000-000000000000"), json!("0"), json!(0), json!(""), json!("a1-b2-c3-d4-e5")]
    {
        assert_eq!(customer(&staged(&with(message(PAID), &[("/Cliente/IdRetaguarda", none)]))), "2");
    }
    for code in [json!("770"), json!(770)] {
        assert_eq!(customer(&staged(&with(message(PAID), &[("/Cliente/IdRetaguarda", code)]))), "770");
    }
}

#[test]
fn inconsistency_16_dates_have_no_zone_and_0_to_9_decimals() {
    let mut spelt = vec!["2026-01-20".to_owned(), "2026-01-20T00:00:00".to_owned()];
    spelt.extend((1..=9).map(|decimals| format!("2026-01-20T23:59:59.{}", "9".repeat(decimals))));
    for day in spelt {
        let row = delivered(json!({ "idLojaEntregaRetaguarda": 1, "tipoEntrega": 1, "dataEntrega": day }));
        assert_eq!(row["dtentrega"], "2026-01-20", "{day}");
    }
}

/// The heading says that the list of orders is a request; it is answered, and nothing reads it as an order.
#[test]
fn inconsistency_17_the_list_of_orders_is_an_answer() {
    let list = include_str!("../samples/answers/list.json");
    let read = decode(list.as_bytes(), None, &LIMITS);
    assert!(matches!(read, Err(unreadable) if unreadable.text.contains("resposta")));
}

#[test]
fn inconsistency_18_a_freight_that_costs_has_its_day_and_instalments_theirs() {
    let day = |value: Value| {
        staged(&with(message(RESERVE), &[("/valorFrete", value)]))["rows"]["pcpedc"][0]["dtcalcfrete"].clone()
    };
    assert_eq!(day(json!(12.5)), "2026-11-20");
    assert_eq!(day(json!("12,50")), "2026-11-20");
    assert_eq!(day(json!(0)), Value::Null);
    assert_eq!(day(json!(null)), Value::Null);
    let card = card(&[("2022-05-10T17:08:56.18511", 10), ("2022-06-10", 15)], &["777"]);
    let rows = staged(&card)["rows"]["pcformapgtopedido"].clone();
    assert_eq!((&rows[0]["dtvenc"], &rows[1]["dtvenc"]), (&json!("2022-05-10"), &json!("2022-06-10")));
}

#[test]
fn inconsistency_19_the_number_of_the_order_is_needed_by_the_paid_and_the_cancelled() {
    assert_eq!(refused(&without(message(PAID), &["IdRetaguarda"])), ["missing /idRetaguarda"]);
    assert_eq!(refused(&without(message("stage-cancelled"), &["idRetaguarda"])), ["missing /idRetaguarda"]);
    staged(&message(RESERVE));
}

#[test]
fn inconsistency_20_the_day_of_a_delivery_and_the_customer_may_be_absent() {
    let row = delivered(json!({ "idLojaEntregaRetaguarda": 1, "tipoEntrega": 1 }));
    assert_eq!(row["dtentrega"], Value::Null);
    assert_eq!(customer(&staged(&without(message(PAID), &["Cliente", "CpfCliente"]))), "1");
    for name in ["Bairro", "Cep", "Cidade", "CpfCnpj", "Email", "Endereco", "Estado"] {
        let told = staged(&with(message(PAID), &[(&format!("/Cliente/{name}"), json!(""))]));
        assert_eq!(customer(&told), "1", "without {name} nobody is registered");
    }
    let silent = [("/Cliente/Telefone", json!("")), ("/Cliente/Celular", json!(""))];
    assert_eq!(customer(&staged(&with(message(PAID), &silent))), "2", "a telephone is not needed");
}

#[test]
fn inconsistency_21_what_only_the_back_office_tells_may_come_back() {
    let told = [
        ("/acrescimoTotal", json!(0)),
        ("/acrescimoPercentualTotal", json!(0)),
        ("/multiplosPedidos", json!(false)),
        ("/offline", json!(false)),
        ("/preVendaItens/0/acrescimoPercentual", json!(0)),
        ("/preVendaItens/0/quantidadeEncomenda", json!(0)),
        ("/preVendaItens/0/idPreVenda", json!(0)),
    ];
    assert_eq!(staged(&with(message(RESERVE), &told))["rows"]["pcpedi"], staged(&message(RESERVE))["rows"]["pcpedi"]);
}

#[test]
fn inconsistency_22_an_answer_has_no_next_page() {
    let told = eaid_schemas::pdvsync::Told { success: true, order: "1007217", customer: "770", ..Default::default() };
    let published: Value = serde_json::from_str(include_str!("../samples/answers/order.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told.to_json()).unwrap(), published);
    assert_eq!(published["hasNext"], false);
}

#[test]
fn inconsistency_23_the_final_consumer_buys_by_reserve_and_by_order() {
    assert_eq!(customer(&staged(&message(RESERVE))), "1");
    assert_eq!(customer(&staged(&without(message(PAID), &["Cliente", "CpfCliente"]))), "1");
    let mut house = empty(json!({ "consumer_customer": "9" }));
    assert_eq!(customer(&order(&mut house, &message(RESERVE))), "9");
}

/// The way says what is asked for where it is not POST.
#[test]
fn inconsistency_24_what_is_deleted_is_cancelled_whatever_it_says() {
    for body in [
        message("stage-cancelled"),
        without(message("stage-cancelled"), &["situacaoPreVenda"]),
        with(message(PAID), &[("/idRetaguarda", json!("54382"))]),
        json!({ "idRetaguarda": 54382 }),
    ] {
        let told = describe(&call(&mut of_samples(), Call::Cancel, &body));
        assert_eq!(told["updated"]["pcpedc"][0]["posicao"], "C", "{told:#}");
    }
}

#[test]
fn inconsistency_25_an_order_has_its_branch_and_each_item_that_which_hands_it_over() {
    let elsewhere = [("/preVendaItens/1/entrega/idLojaEntregaRetaguarda", json!("5"))];
    let told = staged(&with(message(RESERVE), &elsewhere));
    assert_eq!(told["rows"]["pcpedc"][0]["codfilial"], "1");
    assert_eq!(told["rows"]["pcpedi"][0]["codfilialretira"], "1");
    assert_eq!(told["rows"]["pcpedi"][1]["codfilialretira"], "5");
}

#[test]
fn inconsistency_26_the_nsu_has_a_column_of_its_own() {
    let mut house = of_samples();
    order(&mut house, &card(&[("2026-12-20", 10), ("2027-01-20", 15)], &["777"]));
    let rows = house.paper.all::<Pcformapgtopedido>();
    let told: Vec<_> = rows.iter().map(|row| (row.parcela.as_str(), row.valor.to_string(), row.nsu.as_str())).collect();
    assert_eq!(told, [("1", "10".to_owned(), "777"), ("2", "15".to_owned(), "777")]);
    // A transfer alone is one payment of a card, and one instalment alone is none.
    let one = staged(&card(&[], &["888"]))["rows"]["pcformapgtopedido"].clone();
    assert_eq!((&one[0]["nsu"], &one[0]["valor"], &one[1]), (&json!("888"), &json!("25.000000"), &Value::Null));
    let cash = staged(&card(&[("2026-12-20", 10)], &[]))["rows"]["pcformapgtopedido"].clone();
    assert_eq!((&cash[0]["dtvenc"], &cash[0]["valor"]), (&Value::Null, &json!("25.000000")));
}

/// The published order paid by a card.
fn card(instalments: &[(&str, i64)], transfers: &[&str]) -> Value {
    let items: Vec<Value> =
        instalments.iter().map(|(due, value)| json!({ "dataVencimento": due, "valorParcela": value })).collect();
    let transfers: Vec<Value> = transfers.iter().map(|nsu| json!({ "nsuHost": nsu })).collect();
    let payment = json!([{
        "valorLiquido": 25, "pagamentoForma": { "idRetaguarda": "CARD" },
        "vendaPagamentoItems": items, "vendaPagamentoTefs": transfers,
    }]);
    with(message(PAID), &[("/vendaPagamentos", payment)])
}

#[test]
fn inconsistency_27_an_e_mail_that_a_page_has_masked_is_one() {
    assert_eq!(message(PAID)["Cliente"]["Email"], "[email protected]");
    assert_eq!(staged(&message(PAID))["rows"]["pcclient"][0]["email"], "[email protected]");
}

/// What the back office tells is dirty, and comes back so.
#[test]
fn inconsistency_28_dirty_data_of_a_customer_refuses_nothing() {
    let detail: Value = serde_json::from_str(include_str!("../samples/answers/detail.json")).unwrap();
    let told = staged(&with(message(PAID), &[("/Cliente", detail["data"]["cliente"].clone())]));
    assert_eq!(customer(&told), "790", "the oldest of its document");
    assert_eq!(told["updated"]["pcclient"][0]["telent"], "TELENT.: 10");
}

#[test]
fn inconsistency_29_a_paid_order_has_the_number_of_its_reserve() {
    let mut house = of_samples();
    assert_eq!(number(&order(&mut house, &message(PAID))), "54382");
    let sale = house.paper.all::<Pcpedc>().into_iter().find(|order| order.numped == "54382").unwrap();
    assert_eq!((sale.condvenda.as_str(), sale.situacao.as_str()), ("7", "RECEBIDO"));
    assert!(house.paper.all::<Pcpedi>().iter().any(|item| item.numped == "54382"));
    let unknown = with(message(PAID), &[("/IdRetaguarda", json!(54383))]);
    assert_eq!(refused(&unknown), ["not_found /idRetaguarda"]);
}
