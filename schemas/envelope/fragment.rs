//! What a body without an envelope seems to be: people mistake a part of a message, or a message of another door,
//! for the whole. Nothing of its content is told.

use crate::outline::Source;
use crate::read::Kind;

/// Names by which a body is recognised, the first that fits, and what is said of it.
const KNOWN: &[(&[&str], &str)] = &[
    (
        &["Items"],
        "Parece um lote: vale só no POST /totvseai/standardmessage/v1/transactions; aqui cada mensagem vem sozinha.",
    ),
    (
        &[
            "ReturnContent",
            "ProcessingInformation",
            "ReceivedMessage",
            "ResponseMessage",
            "ReceiptMessage",
            "ReceiptData",
        ],
        "Parece um trecho de uma resposta: falta o envelope em volta.",
    ),
    (
        &["BusinessMessage", "BusinessEvent", "BusinessRequest", "BusinessContent", "MessageInformation"],
        "Parece um trecho de uma mensagem: falta o envelope em volta.",
    ),
    (
        &["preVendaItens"],
        "Parece uma pré-venda do PDVSync, que não é uma Mensagem Única e tem as suas próprias rotas HTTP.",
    ),
    (&["hasNext"], "Parece uma resposta do PDVSync, que não é uma Mensagem Única."),
    (&["order"], "Parece um evento de pedido sem event."),
    (&["InternalId", "CompanyInternalId"], "Parece só o Content de uma mensagem: falta o Header."),
];

/// What is lacking, and what the body seems to be.
pub(super) fn told(lacks: &str, seems: Option<&str>) -> String {
    [Some(lacks), seems].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What a JSON text seems to be, by the properties of its root.
pub(super) fn of_json(mut root: Source<'_>) -> Option<&'static str> {
    match root.peek() {
        Kind::Array => return Some("É uma lista: cada mensagem vem sozinha."),
        Kind::Object => root.enter(),
        _ => return None,
    }
    let mut met = None;
    while let Some(name) = root.property() {
        met = place(name.text).into_iter().chain(met).min();
        root.skip();
    }
    met.map(|place| KNOWN[place].1)
}

/// What an XML text seems to be, by the name of its root, which has the first mark.
pub(super) fn of_xml(mut document: Source<'_>) -> Option<&'static str> {
    place(document.property()?.text).map(|place| KNOWN[place].1)
}

fn place(name: &str) -> Option<usize> {
    KNOWN.iter().position(|(names, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}
