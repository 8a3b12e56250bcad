//! Every kind of difference, each planted alone, and the sums that must hold.

use super::compare::compare;
use super::{Facts, Forms, Kind, Message, Place, Reconciliation, Sale, Title, reais};
use crate::store::State;
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn place() -> Place {
    Place { company: "01".into(), branch: "0101".into() }
}

fn day() -> NaiveDate {
    "2026-11-20".parse().unwrap()
}

fn forms(texts: &[(&str, &str)]) -> Forms {
    texts.iter().map(|(form, value)| ((*form).to_owned(), value.parse().unwrap())).collect()
}

fn message(number: u32, paid: &Forms) -> Message {
    Message {
        place: place(),
        day: day(),
        partner: "OMNI".into(),
        internal_id: format!("PEDIDO-{number}"),
        uuid: format!("u{number}"),
        document: format!("{number:09}"),
        state: State::Staged,
        cause: String::new(),
        lacks: Vec::new(),
        is_answered: true,
        forms: paid.clone(),
    }
}

fn sale(number: u32, paid: &Forms) -> Sale {
    Sale {
        place: place(),
        day: day(),
        number: format!("{number:06}"),
        partner: "OMNI".into(),
        internal_id: format!("PEDIDO-{number}"),
        uuid: format!("u{number}"),
        document: format!("1/{number:09}"),
        situa: "OK".into(),
        storc: String::new(),
        reason: String::new(),
        forms: paid.clone(),
    }
}

fn titles(number: u32, paid: &Forms) -> Vec<Title> {
    let title = |(form, value): (&String, &Decimal)| Title {
        place: place(),
        day: day(),
        sale: format!("{number:06}"),
        document: format!("1/{number:09}"),
        form: form.clone(),
        value: *value,
    };
    paid.iter().map(title).collect()
}

/// A sale that is right everywhere.
fn right(number: u32) -> Facts {
    let paid = forms(&[("CC", "129.80"), ("R$", "0.10")]);
    Facts {
        messages: vec![message(number, &paid)],
        sales: vec![sale(number, &paid)],
        titles: titles(number, &paid),
        is_batched_outside: false,
    }
}

fn differences(found: &Reconciliation) -> Vec<(Kind, &str, &str)> {
    found.differences.iter().map(|one| (one.kind, one.internal_id.as_str(), one.text.as_str())).collect()
}

#[test]
fn what_agrees_has_no_difference() {
    let found = compare(right(1));
    assert_eq!(differences(&found), []);
    let [card, cash] = &found.lines[..] else { panic!("{:?}", found.lines) };
    assert_eq!((card.form.as_str(), card.figures.received.value.to_string()), ("CC", "129.80".to_owned()));
    assert_eq!((cash.form.as_str(), cash.figures.titles.value.to_string()), ("R$", "0.10".to_owned()));
    assert_eq!((found.total.answered.sales, found.total.answered.value.to_string()), (1, "129.90".to_owned()));
}

/// Each planted in a day that is right otherwise.
#[test]
fn every_kind_is_found_with_its_sale() {
    type Plant = fn(&mut Facts);
    let plants: [(Plant, Kind, &str, &str); 11] = [
        (
            |facts| (facts.sales, facts.titles) = (Vec::new(), Vec::new()),
            Kind::NotStaged,
            "Recebida (CC 129,80 + R$ 0,10) e não gravada: respondida como gravada, mas sem linha em SL1.",
            "eaid messages show u1",
        ),
        (
            |facts| {
                (facts.sales, facts.titles) = (Vec::new(), Vec::new());
                let message = &mut facts.messages[0];
                (message.state, message.lacks) = (State::Waiting, vec!["SB1/OMNI/SKU-9".into()]);
                message.is_answered = false;
            },
            Kind::NotStaged,
            "Recebida (CC 129,80 + R$ 0,10) e não gravada: espera por SB1/OMNI/SKU-9.",
            "eaid messages show u1",
        ),
        (
            |facts| {
                (facts.sales, facts.titles) = (Vec::new(), Vec::new());
                let message = &mut facts.messages[0];
                (message.state, message.cause) = (State::Refused, "sum_differs".into());
            },
            Kind::NotStaged,
            "Recebida (CC 129,80 + R$ 0,10) e não gravada: recusada (sum_differs).",
            "eaid messages show u1",
        ),
        (
            |facts| facts.messages.clear(),
            Kind::WithoutMessage,
            "Gravada (CC 129,80 + R$ 0,10) sem mensagem que a tenha trazido.",
            "eaid orders show '01|0101|000001'",
        ),
        (
            |facts| facts.messages[0].forms = forms(&[("CC", "129.90")]),
            Kind::StagedOtherwise,
            "Recebida com CC 129,90 e gravada com CC 129,80 + R$ 0,10.",
            "eaid orders show '01|0101|000001'",
        ),
        (
            |facts| {
                facts.sales[0].situa = "RX".into();
                facts.titles.clear();
            },
            Kind::NotBatched,
            "Gravada (CC 129,80 + R$ 0,10) e ainda não processada pelo GravaBatch (RX).",
            "eaid orders show '01|0101|000001'",
        ),
        (
            |facts| {
                (facts.sales[0].situa, facts.sales[0].reason) = ("ER".into(), "Já existe o título.".into());
                facts.titles.clear();
            },
            Kind::Failed,
            "Gravada (CC 129,80 + R$ 0,10) e recusada pelo GravaBatch (ER): Já existe o título.",
            "eaid orders retry '01|0101|000001'",
        ),
        (
            |facts| facts.titles[0].value = "129.79".parse().unwrap(),
            Kind::TitlesDiffer,
            "Gravada com CC 129,80 + R$ 0,10 e com títulos de CC 129,79 + R$ 0,10.",
            "eaid orders show '01|0101|000001'",
        ),
        (
            |facts| facts.sales[0].storc = "C".into(),
            Kind::TitlesLeft,
            "Cancelada e ainda com títulos de CC 129,80 + R$ 0,10.",
            "eaid orders show '01|0101|000001'",
        ),
        (
            |facts| facts.messages[0].is_answered = false,
            Kind::NotAnswered,
            "A resposta ao remetente ainda não foi confirmada pelo transporte.",
            "eaid messages show u1",
        ),
        (
            |facts| (facts.messages, facts.sales) = (Vec::new(), Vec::new()),
            Kind::WithoutSale,
            "Títulos de CC 129,80 + R$ 0,10 sem venda gravada.",
            "",
        ),
    ];
    for (plant, kind, text, command) in plants {
        let mut facts = right(1);
        plant(&mut facts);
        let other = right(2);
        facts.messages.extend(other.messages);
        facts.sales.extend(other.sales);
        facts.titles.extend(other.titles);
        let found = compare(facts);
        let id = if kind == Kind::WithoutSale { "" } else { "PEDIDO-1" };
        assert_eq!(differences(&found), [(kind, id, text)]);
        assert_eq!(found.differences[0].command, command);
    }
}

/// Cancelled afterwards, or before it came, a sale rightly has no titles.
#[test]
fn cancelled_sales_are_counted_apart() {
    for storc in ["C", "E"] {
        let mut facts = right(1);
        facts.sales[0].storc = storc.into();
        facts.titles.clear();
        let found = compare(facts);
        assert_eq!(differences(&found), []);
        assert_eq!((found.total.cancelled.sales, found.total.titles.sales), (1, 0));
    }
}

/// Refused and then sent again rightly: one sale, received once. Refused twice: one difference, of the newest.
#[test]
fn a_sale_sent_several_times_counts_once() {
    let mut facts = right(1);
    let mut refused = message(1, &forms(&[("CC", "1.00")]));
    (refused.uuid, refused.state) = ("u0".into(), State::Refused);
    facts.messages.insert(0, refused.clone());
    let found = compare(facts);
    assert_eq!(differences(&found), []);
    assert_eq!(found.total.received.value.to_string(), "129.90");

    let again = Message { uuid: "u9".into(), ..refused.clone() };
    let found = compare(Facts { messages: vec![refused, again], ..Facts::default() });
    assert_eq!(found.differences.iter().map(|one| one.uuid.as_str()).collect::<Vec<_>>(), ["u9"]);
}

/// Cancelled and sent again under the same id: two sales.
#[test]
fn a_sale_after_its_cancellation_is_another() {
    let mut facts = right(1);
    facts.sales[0].storc = "C".into();
    facts.titles.clear();
    let mut again = right(1);
    (again.messages[0].uuid, again.sales[0].uuid, again.sales[0].number) = ("u7".into(), "u7".into(), "000007".into());
    again.titles.iter_mut().for_each(|title| title.sale = "000007".into());
    facts.messages.extend(again.messages);
    facts.sales.extend(again.sales);
    facts.titles.extend(again.titles);
    let found = compare(facts);
    assert_eq!(differences(&found), []);
    assert_eq!((found.total.received.sales, found.total.staged.sales, found.total.titles.sales), (2, 2, 1));
}

/// Titles that somebody else makes are not here; that he is done with a sale counts for them.
#[test]
fn an_outside_gravabatch_is_believed() {
    let mut facts = right(1);
    (facts.is_batched_outside, facts.titles) = (true, Vec::new());
    assert_eq!(differences(&compare(facts.clone())), []);
    facts.sales[0].situa = "RX".into();
    assert_eq!(compare(facts).differences[0].kind, Kind::NotBatched);
}

#[test]
fn amounts_are_written_as_in_brazil() {
    for (amount, text) in [
        ("0", "0,00"),
        ("0.1", "0,10"),
        ("999.995", "1.000,00"),
        ("1234.5", "1.234,50"),
        ("-1234567.89", "-1.234.567,89"),
        ("-0.001", "0,00"),
    ] {
        assert_eq!(reais(amount.parse().unwrap()), text);
    }
}

proptest! {
    /// Sums are exact, and every sale that is not right everywhere is named.
    #[test]
    fn sums_are_exact_and_nothing_is_hidden(
        paid in prop::collection::vec((1i64..100_000_000_000, 0i64..1_000_000, 0u8..4), 1..40),
    ) {
        let mut facts = Facts::default();
        let (mut sum, mut wrong) = (Decimal::ZERO, 0);
        for (number, (card, cash, plant)) in (1u32..).zip(paid) {
            let paid: Forms = [("CC".to_owned(), Decimal::new(card, 2)), ("R$".to_owned(), Decimal::new(cash, 2))].into();
            sum += paid.values().sum::<Decimal>();
            facts.messages.push(message(number, &paid));
            if plant != 1 {
                facts.sales.push(sale(number, &paid));
            }
            if plant == 0 {
                facts.titles.extend(titles(number, &paid));
            } else {
                wrong += 1;
            }
        }
        let found = compare(facts);
        prop_assert_eq!(found.total.received.value, sum);
        let lines: Decimal = found.lines.iter().map(|line| line.figures.received.value).sum();
        prop_assert_eq!(lines, sum);
        prop_assert_eq!(found.differences.len(), wrong);
    }
}
