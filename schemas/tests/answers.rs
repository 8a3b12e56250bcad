//! Responses and Receipts that others send, in the forms in which they come.

#![allow(clippy::expect_used, clippy::panic)]

use eaid_schemas::envelope::answer::{Message, Told};
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::envelope::{Document, Limits, decode};

const LIMITS: Limits = Limits { body: 1 << 20, depth: 16, items: 100 };

fn told(body: &str) -> Option<Told> {
    match decode(body.as_bytes(), None, &LIMITS) {
        Ok(Document::Message(envelope)) => Told::of(&envelope),
        other => panic!("expected a message: {other:?}"),
    }
}

fn json(kind: &str, content: &str) -> Told {
    let header = format!(r#"{{"UUID":"u","Type":"{kind}","Transaction":"ITEMRESERVE"}}"#);
    told(&format!(r#"{{"Header":{header},"Content":{content}}}"#)).expect("an answer")
}

fn xml(kind: &str, content: &str) -> Told {
    told(&format!(
        "<TOTVSMessage><MessageInformation><UUID>u</UUID><Transaction>x</Transaction></MessageInformation>\
         <{kind}>{content}</{kind}></TOTVSMessage>"
    ))
    .expect("an answer")
}

fn message(kind: &str, code: &str, text: &str) -> Message {
    Message { kind: kind.to_owned(), code: code.to_owned(), text: text.to_owned(), path: String::new() }
}

#[test]
fn messages_come_in_many_forms() {
    let one = vec![message("ERROR", "001", "Sem saldo")];
    for list in [
        r#"[{"type":"ERROR","code":"001","message":"Sem saldo"}]"#,
        r#"{"type":"ERROR","code":"001","message":"Sem saldo"}"#,
        r#"{"Message":[{"Type":"ERROR","Code":"001","Message":"Sem saldo"}]}"#,
        r#"{"Message":{"TYPE":"ERROR","code":"001","message":" Sem saldo "}}"#,
    ] {
        let told = json("Response", &format!(r#"{{"ProcessingInformation":{{"ListOfMessages":{list}}}}}"#));
        assert_eq!(told.messages, one, "{list}");
    }
    let list = r#"<Message type="ERROR" code="001">Sem &amp; saldo</Message><Message type="WARNING">Nome cortado</Message>
        <Message>Sem tipo</Message><Message/>"#;
    let told = xml(
        "ResponseMessage",
        &format!("<ProcessingInformation><ListOfMessages>{list}</ListOfMessages></ProcessingInformation>"),
    );
    let each =
        [message("ERROR", "001", "Sem & saldo"), message("WARNING", "", "Nome cortado"), message("", "", "Sem tipo")];
    assert_eq!(told.messages, each);
}

#[test]
fn one_text_is_the_only_error() {
    let told = json(
        "ResponseMessage",
        r#"{"ReceivedMessage":{"UUID":"1","SentBy":"OMNI","Event":"upsert"},
            "ProcessingInformation":{"ProcessedOn":"2026-11-21","Status":"ERROR"},"ReturnContent":{"ERROR":"Cliente nao integrado"}}"#,
    );
    assert_eq!(told.messages, [message("ERROR", "", "Cliente nao integrado")]);
    let facts = [&told.uuid, &told.sent_by, &told.event, &told.on, &told.status];
    assert_eq!(facts, ["1", "OMNI", "upsert", "2026-11-21", "ERROR"]);
    assert!(!told.is_ok() && !told.is_receipt);
}

#[test]
fn ids_come_in_many_forms() {
    let id = r#"{"Name":"ITEMRESERVE","Origin":"R-1","Destination":"01|0101|000001|LJ"}"#;
    let expected =
        InternalId { name: "ITEMRESERVE".into(), origin: "R-1".into(), destination: "01|0101|000001|LJ".into() };
    for ids in [format!("[{id}]"), format!(r#"{{"InternalID":{id}}}"#), format!("[[{id}]]"), id.to_lowercase()] {
        let told = json(
            "Response",
            &format!(r#"{{"ProcessingInformation":{{"Status":"ok "}},"ReturnContent":{{"ListOfInternalID":{ids}}}}}"#),
        );
        assert!(told.is_ok());
        assert!(told.ids[0].destination.eq_ignore_ascii_case(&expected.destination), "{ids}");
    }
    let told = xml(
        "ResponseMessage",
        "<ReturnContent><ListOfInternalId><InternalId><Name>ITEMRESERVE</Name><Origin>R-1</Origin>\
         <Destination>01|0101|000001|LJ</Destination></InternalId></ListOfInternalId></ReturnContent>",
    );
    assert_eq!(told.ids, [expected]);
}

#[test]
fn a_receipt_says_that_a_message_arrived() {
    let content = "<ReceivedMessage><SentBy>OMNI</SentBy><UUID>1</UUID><MessageContent><![CDATA[<A/>]]></MessageContent>\
        </ReceivedMessage><ReceiptData><ReceivedOn>2011-06-23T17:04:16</ReceivedOn></ReceiptData>";
    let told = xml("ReceiptMessage", content);
    assert!(told.is_receipt);
    assert_eq!([&told.uuid, &told.on, &told.status], ["1", "2011-06-23T17:04:16", ""]);
}

#[test]
fn what_is_exchanged_is_told() {
    let told = json(
        "Response",
        r#"{"ReturnContent":{"EnabledTransactions":{"Transaction":[{"Name":"Item","Version":"1.000","Mode":"send_enabled"}]}}}"#,
    );
    assert_eq!(told.enabled, [["Item", "1.000", "send_enabled"]]);
}

#[test]
fn a_business_message_is_no_answer() {
    assert_eq!(told(r#"{"Header":{"UUID":"u","Type":"BusinessMessage","Transaction":"x"},"Content":{}}"#), None);
    assert_eq!(told(r#"{"Header":{"UUID":"u","Transaction":"x"},"Content":{}}"#), None);
}
