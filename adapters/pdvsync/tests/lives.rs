//! Lives of pre-sales: what follows upon what (`domain/pdvsync.md` 6 to 9; `domain/README.md`, Finer decisions,
//! PDVSync).

use super::*;
use crate::pdvsync::tables::{Pcclient, Pclogpedidoapi, Pcpedc, Pcpedi, Pcvinculopedidomatcon};
use crate::table::Declared;

/// The paid form of the sample of a reserve.
fn paid(number: &str) -> Value {
    let payments = json!([{ "valorLiquido": 59.8, "pagamentoForma": { "idRetaguarda": "DH-POS" } }]);
    with(
        message(RESERVE),
        &[("/situacaoPreVenda", json!("RECEBIDO")), ("/idRetaguarda", json!(number)), ("/vendaPagamentos", payments)],
    )
}

fn cancelled(number: &str) -> Value {
    json!({ "situacaoPreVenda": 0, "idRetaguarda": number })
}

/// Codes and paths of why an order is refused.
fn reasons(told: &Value) -> Vec<&str> {
    assert_eq!(told["verdict"], "refuse", "{told:#}");
    told["violations"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect()
}

fn orders(house: &House) -> Vec<[String; 5]> {
    let told = |order: Pcpedc| {
        [order.numped, order.condvenda, order.numpedentfut, order.posicao, order.situacao].map(|word| word.to_string())
    };
    house.paper.all::<Pcpedc>().into_iter().map(told).collect()
}

fn all<T: Declared>(house: &House) -> usize {
    house.paper.all::<T>().len()
}

#[test]
fn a_reserve_is_paid_handed_over_and_cancelled() {
    let mut house = empty(json!({}));
    let reserve = number(&order(&mut house, &message(RESERVE)));
    assert_eq!(orders(&house), [["1", "7", "", "L", "DISPONIVEL"]]);
    assert_eq!(number(&order(&mut house, &paid(&reserve))), reserve);
    assert_eq!(
        orders(&house),
        [["1", "7", "", "L", "RECEBIDO"], ["2", "8", "1", "L", "RECEBIDO"], ["3", "8", "1", "L", "RECEBIDO"],]
    );
    let totals: Vec<String> = house.paper.all::<Pcpedc>().iter().map(|order| order.vltotal.to_string()).collect();
    assert_eq!(totals, ["59.8", "49.8", "10"]);
    let items: Vec<[String; 3]> = house
        .paper
        .all::<Pcpedi>()
        .into_iter()
        .map(|item| [item.numped, item.numseq, item.tipoentrega].map(|word| word.to_string()))
        .collect();
    // Those of the reserve stand as they are.
    assert_eq!(items, [["1", "1", "RP"], ["1", "2", "EN"], ["2", "1", "RP"], ["3", "1", "EN"]]);
    let links: Vec<_> = house.paper.all::<Pcvinculopedidomatcon>();
    assert!(links.iter().all(|link| link.idvinculo == "20260115120000000001" && link.numpedtv7 == "1"));
    assert_eq!(links.iter().map(|link| link.numpedtv8.as_str()).collect::<Vec<_>>(), ["2", "3"]);
    assert_eq!(number(&order(&mut house, &cancelled(&reserve))), reserve);
    assert!(orders(&house).iter().all(|order| order[3] == "C" && order[4] == "CANCELADA"));
    let log: Vec<[String; 4]> = house
        .paper
        .all::<Pclogpedidoapi>()
        .into_iter()
        .map(|row| [row.numped, row.posicao, row.operacao, row.status].map(|word| word.to_string()))
        .collect();
    assert_eq!(log, [["1", "L", "I", "A"], ["1", "L", "I", "A"], ["1", "C", "C", "A"]]);
}

#[test]
fn every_call_again_is_answered_the_same_and_changes_nothing() {
    let mut house = empty(json!({}));
    let first = order(&mut house, &message(RESERVE));
    let reserve = number(&first);
    for call in [message(RESERVE), paid(&reserve), cancelled(&reserve)] {
        let before = order(&mut house, &call);
        let held = orders(&house);
        let again = order(&mut house, &call);
        assert_eq!(again["ids"], before["ids"]);
        assert_eq!(again["rows"].as_object().unwrap().keys().collect::<Vec<_>>(), ["pclogpedidoapi"]);
        assert!(again["updated"].is_null() && again["deleted"].is_null(), "{again:#}");
        assert_eq!(orders(&house), held);
    }
    assert_eq!(all::<Pclogpedidoapi>(&house), 7, "each left its row");
}

/// The same content, its names in another order and its numbers spelt otherwise.
#[test]
fn the_same_content_is_told_by_its_values() {
    let mut house = empty(json!({}));
    let first = number(&order(&mut house, &message(RESERVE)));
    let text = r#"{"PREVENDAITENS": "#.to_owned()
        + &message(RESERVE)["preVendaItens"].to_string().replace("24.9", "24.90")
        + r#", "situacaoPreVenda": "DISPONIVEL", "numero": "20260115120000000001", "idLojaRetaguarda": "1", "idOperadorRetaguarda": "1"}"#;
    let Verdict::Stage(staged) = house.decide(&text).unwrap() else { panic!("not staged") };
    assert_eq!(staged.ids[0].destination, first);
    assert_eq!(all::<Pcpedc>(&house), 1);
}

#[test]
fn a_reserve_sent_again_otherwise_takes_the_place_of_the_first() {
    let changed = with(message(RESERVE), &[("/preVendaItens/0/quantidade", json!(3))]);
    for named in [json!(null), json!("1")] {
        let mut house = empty(json!({}));
        order(&mut house, &message(RESERVE));
        let told = order(&mut house, &with(changed.clone(), &[("/idRetaguarda", named)]));
        assert_eq!(number(&told), "2");
        assert_eq!(told["rows"]["pclogpedidoapi"][0]["operacao"], "A");
        assert_eq!(orders(&house), [["1", "7", "", "C", "CANCELADA"], ["2", "7", "", "L", "DISPONIVEL"]]);
    }
}

/// Whoever did not hear the new number still names the old one.
#[test]
fn a_replaced_reserve_leads_to_the_one_that_stands() {
    let mut house = empty(json!({}));
    order(&mut house, &message(RESERVE));
    let changed = |quantity: i64| {
        let changes = [("/preVendaItens/0/quantidade", json!(quantity)), ("/idRetaguarda", json!("1"))];
        with(message(RESERVE), &changes)
    };
    assert_eq!(number(&order(&mut house, &changed(3))), "2");
    assert_eq!(number(&order(&mut house, &changed(3))), "2", "the same again");
    assert_eq!(number(&order(&mut house, &changed(4))), "4", "a number that is not needed is lost");
    assert_eq!(orders(&house)[1][3], "C");
    assert_eq!(reasons(&order(&mut house, &paid("2"))), ["not_allowed /idRetaguarda", "not_allowed /idRetaguarda"]);
}

#[test]
fn what_stands_against_a_call_is_a_conflict() {
    let reserve = |order: &str, number: &str| {
        with(message(RESERVE), &[("/idRetaguarda", json!(order)), ("/numero", json!(number))])
    };
    let paid = |order: &str, number: &str| with(paid(order), &[("/numero", json!(number))]);
    for (call, expected) in [
        (reserve("99999", "NOVO"), "not_found /idRetaguarda"),
        (reserve("54400", "NOVO"), "not_allowed /idRetaguarda"),
        (reserve("54390", "NOVO"), "not_allowed /idRetaguarda"),
        (reserve("54391", "NOVO"), "not_allowed /idRetaguarda"),
        (reserve("54382", "PAGO"), "not_allowed /idRetaguarda"),
        (reserve("0", "PAGO"), "not_allowed /idRetaguarda"),
        (paid("54400", "NOVO"), "not_allowed /idRetaguarda"),
        (paid("54391", "NOVO"), "not_allowed /idRetaguarda"),
        (paid("54390", "PAGO"), "already_integrated /idRetaguarda"),
        (paid("54382", "PAGO"), "not_allowed /idRetaguarda"),
        (cancelled("54410"), "cannot_cancel /idRetaguarda"),
        (cancelled("54420"), "cannot_cancel /idRetaguarda"),
        (cancelled("54391"), "not_allowed /idRetaguarda"),
        (with(cancelled("54382"), &[("/idLojaRetaguarda", json!(2))]), "not_found /idRetaguarda"),
    ] {
        let mut house = of_samples();
        let before = orders(&house);
        let told = order(&mut house, &call);
        assert_eq!(reasons(&told), [expected], "{call}");
        assert_eq!(orders(&house), before);
        assert_eq!(told["rows"]["pclogpedidoapi"][0]["status"], "R");
    }
}

#[test]
fn a_cancelled_order_leaves_its_number_free() {
    let mut house = empty(json!({}));
    order(&mut house, &message(RESERVE));
    order(&mut house, &cancelled("1"));
    assert_eq!(number(&order(&mut house, &message(RESERVE))), "2");
}

#[test]
fn what_is_taken_along_makes_a_tv8_only_where_the_rules_say_so() {
    for (rules, expected) in [(json!({}), 3), (json!({ "immediate_pickup_tv8": false }), 2)] {
        let mut house = empty(rules);
        let taken = |message: Value| with(message, &[("/preVendaItens/0/entrega/tipoEntrega", json!("RI"))]);
        order(&mut house, &taken(message(RESERVE)));
        order(&mut house, &taken(paid("1")));
        assert_eq!(all::<Pcpedc>(&house), expected);
    }
}

#[test]
fn an_order_without_salesman_has_the_default_one() {
    let nobody = without(message(RESERVE), &["idOperadorRetaguarda"]);
    let mut house = empty(json!({ "default_seller": "44" }));
    assert_eq!(order(&mut house, &nobody)["rows"]["pcpedc"][0]["codusur"], "44");
    let prefixed = with(message(RESERVE), &[("/idOperadorRetaguarda", json!("RCA-7"))]);
    assert_eq!(staged(&prefixed)["rows"]["pcpedc"][0]["codusur"], "7");
}

#[test]
fn a_reserve_registers_a_customer_and_a_paid_order_changes_it() {
    let customer_of = |message: Value, customer: Value| with(message, &[("/cliente", customer)]);
    let new = message("stage-customer");
    let moved = with(new.clone(), &[("/endereco", json!("RUA MAIS NOVA")), ("/celular", json!(""))]);
    for (rules, expected) in [(json!({}), "RUA MAIS NOVA"), (json!({ "update_customers": false }), "RUA NOVA")] {
        let mut house = empty(rules);
        let street = |house: &House| house.paper.all::<Pcclient>()[0].endercob.to_string();
        assert_eq!(customer(&order(&mut house, &customer_of(message(RESERVE), new.clone()))), "2");
        order(&mut house, &customer_of(message(RESERVE), moved.clone()));
        assert_eq!((all::<Pcclient>(&house), street(&house)), (1, "RUA NOVA".to_owned()), "a reserve changes nobody");
        assert_eq!(customer(&order(&mut house, &customer_of(paid("2"), moved.clone()))), "2");
        assert_eq!(street(&house), expected);
        assert_eq!(house.paper.all::<Pcclient>()[0].telcelent, "62911112222", "what is not told stays");
    }
}

#[test]
fn a_customer_who_comes_alone_is_known_by_document_and_registration() {
    let mut house = of_samples();
    let company = |registration: &str| {
        let changes = [("/cpfCnpj", json!("79.621.574/0007-22")), ("/rgInscricao", json!(registration))];
        with(message("stage-customer"), &changes)
    };
    let mut code = |message: Value| customer(&describe(&call(&mut house, Call::Customer, &message)));
    assert_eq!(code(company("200")), "780");
    assert_eq!(code(company("")), "790", "the oldest");
    assert_eq!(code(company("300")), "4", "another registration is another customer; two numbers were not needed");
    assert_eq!(code(company("300")), "4");
    assert_eq!(code(json!({ "idRetaguarda": 770, "bairro": "SUL" })), "770");
    let told = describe(&call(&mut house, Call::Customer, &json!({ "cpfCnpj": "123" })));
    let missing =
        ["nome", "endereco", "bairro", "cidade", "estado", "cep", "email"].map(|name| format!("missing /{name}"));
    let expected: Vec<&str> = missing.iter().map(String::as_str).chain(["wrong_type /cpfCnpj"]).collect();
    assert_eq!(reasons(&told), expected);
    assert_eq!(told["rows"]["pclogpedidoapi"][0]["status"], "R");
}

#[test]
fn the_code_of_the_final_consumer_is_nobody_elses() {
    for (consumer, expected) in [("1", ["2", "3"]), ("2", ["1", "3"]), ("900", ["1", "2"]), ("CF", ["1", "2"])] {
        let mut house = empty(json!({ "consumer_customer": consumer }));
        let other = with(message("stage-customer"), &[("/cpfCnpj", json!("11122233344"))]);
        for (message, expected) in [message("stage-customer"), other].iter().zip(expected) {
            assert_eq!(customer(&describe(&call(&mut house, Call::Customer, message))), expected);
        }
    }
}

#[test]
fn what_is_switched_off_takes_nothing() {
    let mut house = empty(json!({ "enabled": false }));
    assert_eq!(reasons(&order(&mut house, &message(RESERVE))), ["not_registered "]);
    let told = describe(&call(&mut house, Call::Customer, &message("stage-customer")));
    assert_eq!(reasons(&told), ["not_registered "]);
    assert_eq!((all::<Pcpedc>(&house), all::<Pcclient>(&house)), (0, 0));
}

/// As it is pasted from the page: its layout is made of hard blanks (`domain/pdvsync.md` 15).
#[test]
fn the_published_order_is_read_as_it_stands_on_its_page() {
    let pasted = sample(PAID).input.replace("    ", "\u{a0}\u{a0}\u{a0}\u{a0}");
    assert!(pasted.matches('\u{a0}').count() > 400);
    let verdict = of_samples().decide(&pasted).unwrap();
    let (mut told, mut plain) = (describe(&verdict), staged(&message(PAID)));
    for told in [&mut told, &mut plain] {
        told["rows"]["pclogpedidoapi"] = Value::Null;
    }
    assert_eq!(told, plain);
}

/// The log has what was sent, as it was sent.
#[test]
fn the_log_keeps_what_was_sent() {
    let mut house = of_samples();
    house.decide(sample(PAID).input).unwrap();
    assert_eq!(house.paper.all::<Pclogpedidoapi>()[0].json, sample(PAID).input);
}

/// Whatever stands in a tag, a call gets a verdict, and no text of it tells of the customer.
#[test]
fn every_tag_may_hold_anything() {
    let junk = [
        json!(null),
        json!(""),
        json!("X".repeat(60)),
        json!("ãé€"),
        json!(-1),
        json!(0),
        json!(999999999999999i64),
        json!(0.0000001),
        json!(true),
        json!([]),
        json!({}),
        json!([[]]),
        json!("2026-11-20"),
    ];
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found))
            }
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, value)| places(value, &format!("{at}/{i}"), found))
            }
            _ => {}
        }
        found.push(at.to_owned());
    }
    for name in [RESERVE, PAID, "stage-cancelled", "stage-customer"] {
        let mut found = Vec::new();
        places(&message(name), "", &mut found);
        for place in found.iter().filter(|place| !place.is_empty()) {
            for value in &junk {
                let broken = with(message(name), &[(place, value.clone())]);
                let door = if name == "stage-customer" { Call::Customer } else { Call::Order };
                call(&mut of_samples(), door, &broken);
            }
        }
    }
}
