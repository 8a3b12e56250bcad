//! The envelope: charsets, unreadable bodies, the digest by which a message is recognised, the answer.

#![allow(clippy::expect_used)]

use eaid_schemas::envelope::response::{Heading, Identity, InternalId, Response, write};
use eaid_schemas::envelope::{Document, Envelope, Event, Format, Header, Limits, decode};
use eaid_schemas::field::Text;
use eaid_schemas::read::Reading;
use eaid_schemas::record;
use eaid_schemas::record::List;
use eaid_schemas::violation::{Code, Violation};
use proptest::prelude::*;

record! {
    /// What stands in an answer to be returned.
    pub struct Returned "ReturnContent" {
        /// All errors.
        error: Text<100000> = field("Error");
    }
}

record! {
    /// An id.
    pub struct ReadId "InternalId" {
        /// Its name.
        name: Text<100> = field("Name");
    }
}

record! {
    /// A content with a list.
    pub struct ReadIds "Content" {
        /// The list.
        ids: List<ReadId> = field("ListOfInternalId");
    }
}

record! {
    /// An answer, as far as the tests read it.
    pub struct Answered "Answered" {
        /// What is returned.
        content: Returned = field("ReturnContent");
    }
}

const LIMITS: Limits = Limits { body: 4096, depth: 8, items: 100 };

fn message(body: &[u8]) -> Envelope {
    match decode(body, None, &LIMITS) {
        Ok(Document::Message(envelope)) => *envelope,
        other => panic!("expected a message: {other:?}"),
    }
}

fn refused(body: &[u8]) -> Code {
    match decode(body, None, &LIMITS) {
        Err(unreadable) => unreadable.code,
        Ok(other) => panic!("expected no envelope: {other:?}"),
    }
}

#[test]
fn what_has_no_envelope_is_unreadable_by_code() {
    let deep = format!(r#"{{"Header":{{}},"Content":{}1{}}}"#, "[".repeat(20), "]".repeat(20));
    for (body, code) in [
        (b"".as_slice(), Code::Empty),
        (b" \r\n ", Code::Empty),
        (b"good morning", Code::NotJson),
        (br#"{"Header":{}"#, Code::NotJson),
        (br#"{"Header":{},"Content":{}} x"#, Code::NotJson),
        (b"[1,2,3]", Code::NoEnvelope),
        (br#"{"Header":{}}"#, Code::NoEnvelope),
        (br#"{"Header":7,"Content":{}}"#, Code::NoEnvelope),
        (br#"{"a":1}"#, Code::NoEnvelope),
        (b"<a/>", Code::NoEnvelope),
        (b"{\"Header\":{},\"Content\":{\"a\":\"\x81\"}}", Code::Charset),
        (&[b' '; 5000], Code::TooLarge),
        (deep.as_bytes(), Code::TooDeep),
    ] {
        assert_eq!(refused(body), code, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn a_lone_header_is_given_back_so_that_the_sender_is_answered() {
    let unreadable = decode(br#"{"Header":{"UUID":"u","ProductName":"OMNI"}}"#, None, &LIMITS).expect_err("no content");
    let header = unreadable.header.expect("the header was read");
    assert_eq!(Header::text(&header.uuid), "u");
}

#[test]
fn a_deeply_nested_body_does_not_overflow_the_stack() {
    let limits = Limits { body: 1 << 24, ..LIMITS };
    let body = "[".repeat(1 << 20);
    assert_eq!(decode(body.as_bytes(), None, &limits).expect_err("too deep").code, Code::TooDeep);
}

/// What is nested as deep as any limits may allow is walked over and read on the stack of a thread of tokio.
#[test]
fn the_deepest_body_that_may_be_allowed_does_not_overflow_a_stack_of_2_mb() {
    fn read() {
        let limits = Limits { body: 1 << 20, depth: Limits::DEEPEST, items: 100 };
        let nested = |open: &str, inner: &str, close: &str, levels: usize| {
            [&open.repeat(levels), inner, &close.repeat(levels)].concat()
        };
        let json = |content: String| format!(r#"{{"Header":{{}},"Content":{content}}}"#);
        let xml = |content: String| {
            format!(
                "<TOTVSMessage><MessageInformation/><BusinessMessage><BusinessContent>{content}</BusinessContent>\
                 </BusinessMessage></TOTVSMessage>"
            )
        };
        let arrays = |levels| json(nested("[", "", "]", levels));
        let objects = |levels| json(nested(r#"{"a":"#, "1", "}", levels - 1));
        let list = |levels| json(format!(r#"{{"ListOfInternalId":{}}}"#, nested("[", "", "]", levels - 1)));
        let elements = |levels| xml(nested("<a>", "", "</a>", levels - 3));
        for nested in [&arrays as &dyn Fn(usize) -> String, &objects, &list, &elements] {
            let (body, one_deeper) = (nested(Limits::DEEPEST), nested(Limits::DEEPEST + 1));
            let Ok(Document::Message(envelope)) = decode(body.as_bytes(), None, &limits) else { panic!("{body}") };
            envelope.read::<ReadIds>(&mut Reading::new(true, limits.items));
            let refused = decode(one_deeper.as_bytes(), None, &limits).expect_err("one level too deep");
            assert_eq!(refused.code, Code::TooDeep, "{one_deeper}");
        }
    }
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(read);
    thread.expect("a thread").join().expect("it ends");
}

#[test]
fn windows_1252_is_read_where_utf_8_is_not() {
    let body = b"{\"Header\":{\"UUID\":\"1\"},\"Content\":{\"Name\":\"S\xe3o Jos\xe9\"}}";
    assert!(message(body).content().contains("São José"));
    let with_label = decode(body, Some("application/json; charset=ISO-8859-1"), &LIMITS);
    assert!(matches!(with_label, Ok(Document::Message(_))));
    let with_mark = [b"\xef\xbb\xbf".as_slice(), br#"{"Header":{},"Content":{}}"#].concat();
    message(&with_mark);
    let unknown = decode(body, Some("application/json; charset=klingon"), &LIMITS).expect_err("unknown charset");
    assert_eq!(unknown.code, Code::Charset);
}

#[test]
fn the_event_is_that_of_the_header_else_of_the_content() {
    let event = |text: &str| message(text.as_bytes()).event;
    assert_eq!(event(r#"{"Header":{"Event":"UPSERT"},"Content":{"Event":"delete"}}"#), Some(Event::Upsert));
    assert_eq!(event(r#"{"header":{},"content":{"a":{"event":"x"},"EVENT":"Delete"}}"#), Some(Event::Delete));
    assert_eq!(event(r#"{"Header":{},"Content":""}"#), None);
}

#[test]
fn an_order_event_is_told_from_a_message() {
    let document = decode(br#"{"order":"01|0101|000001","event":"invoiced"}"#, None, &LIMITS);
    assert!(matches!(document, Ok(Document::OrderEvent { .. })));
}

fn digest(content: &str) -> u128 {
    message(format!(r#"{{"Header":{{}},"Content":{content}}}"#).as_bytes()).digest
}

#[test]
fn the_digest_is_of_values() {
    let one = digest(r#"{"A":1.50,"B":[{"x":"1"},{"y":null}],"C":true}"#);
    for same in [
        r#"{"c":true, "b":[{"X":"1"},{}], "a":1.5}"#,
        r#"{"A":15e-1,"B":[{"x":"\u0031"},{"y":null}],"C":true,"D":null}"#,
    ] {
        assert_eq!(digest(same), one, "{same}");
    }
    for other in [
        r#"{"A":1.51,"B":[{"x":"1"},{}],"C":true}"#,
        r#"{"A":1.5,"B":[{},{"x":"1"}],"C":true}"#,
        r#"{"A":1.5,"B":[{"x":"1"},{}],"C":false}"#,
        r#"{"A":1.5,"B":[{"x":"01"},{}],"C":true}"#,
        r#"{"A":1.5,"B":[{"x":"1"}],"C":true}"#,
        r#"{"B":1.5,"A":[{"x":"1"},{}],"C":true}"#,
    ] {
        assert_ne!(digest(other), one, "{other}");
    }
}

/// The digests of messages stand in every inbox: a message that comes again after an update is still recognised.
#[test]
fn the_digest_does_not_change_between_versions() {
    let content = r#"{"A":1.50,"ListOfInternalId":[{"Name":"x"},{"name":null}],"C":true,"E":-1.5e3,"":"não"}"#;
    assert_eq!(format!("{:032x}", digest(content)), "3587c9a49b8dd15aca6a184842bb7857");
    let order_event = decode(br#"{"order":"01|0101|000001","event":"invoiced"}"#, None, &LIMITS);
    let Ok(Document::OrderEvent { digest, .. }) = order_event else { panic!("no event: {order_event:?}") };
    assert_eq!(format!("{digest:032x}"), "4d0fdab9bcc0560d4e7f0b504d737b90");
    let content = "<BusinessContent Id='1'><Quantity>5.0</Quantity><L><M>1</M><M>2</M></L><N/></BusinessContent>";
    let text =
        format!("<TOTVSMessage><MessageInformation/><BusinessMessage>{content}</BusinessMessage></TOTVSMessage>");
    assert_eq!(format!("{:032x}", message(text.as_bytes()).digest), "aa1dc04e3fd0cd28ab1a358334e0ee6d");
}

#[test]
fn an_element_is_its_text_whatever_its_attributes() {
    let digest = |quantity: &str| {
        let content = format!("<BusinessContent><Quantity{quantity}</Quantity></BusinessContent>");
        let text =
            format!("<TOTVSMessage><MessageInformation/><BusinessMessage>{content}</BusinessMessage></TOTVSMessage>");
        message(text.as_bytes()).digest
    };
    assert_eq!(digest(" unit='kg'>5"), digest(">5"));
    assert_ne!(digest(" unit='kg'>5"), digest(" unit='kg'>6"));
    assert_ne!(digest(" unit='kg'>"), digest(" unit='g'>"));
}

proptest! {
    #[test]
    fn no_body_makes_the_decoder_fail(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&body, None, &LIMITS);
    }

    #[test]
    fn no_text_makes_the_decoder_fail(body in "[{}\\[\\]:,\"a-z0-9. HeadrContent]{0,80}") {
        let _ = decode(body.as_bytes(), None, &LIMITS);
    }

    #[test]
    fn any_text_is_written_as_xml(text in "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\u{fffe}\u{ffff}]*\\PC", received in "[<>&\\]\\[a-zA-Z!]{0,20}") {
        let body = answer(Format::Xml, &text, &received);
        let Ok(Document::Message(envelope)) = decode(body.as_bytes(), None, &Limits { body: 1 << 20, ..LIMITS }) else {
            panic!("not read back: {body}")
        };
        let back: Answered = envelope.read(&mut Reading::new(true, 10));
        let back = back.content.expect("ReturnContent");
        prop_assert_eq!(back.error.as_ref().map(Text::raw), Some(text.as_str()).filter(|text| !text.trim().is_empty()));
    }

    #[test]
    fn any_text_is_written_as_json(text in any::<String>()) {
        let body = answer(Format::Json, &text, "");
        let back: serde_json::Value = serde_json::from_str(&body).expect("what is written is JSON");
        prop_assert_eq!(back["Content"]["ReturnContent"]["Error"].as_str(), Some(text.as_str()));
    }
}

fn answer(format: Format, text: &str, received: &str) -> String {
    let identity =
        Identity { source_application: "EAID".into(), product_name: "PROTHEUS".into(), product_version: "12".into() };
    let heading = Heading {
        uuid: "00000000-0000-7000-8000-000000000001",
        kind: "Response",
        sub_type: "event",
        event: "upsert",
        transaction: "RETAILSALES",
        version: "2.009",
        company: "01",
        branch: "0101",
        generated_on: "2026-11-20T14:30:00-03:00",
        internal_id: "",
        delivery_type: "async",
    };
    let messages = [
        Violation::error(Code::NotPositive, "/ListOfSaleItem/SaleItem/0/Quantity", text),
        Violation::warning(Code::ReadAs, "/Header/Version", "lido como 2.009"),
    ];
    let ids =
        [InternalId { name: "RETAILSALES".into(), origin: "A|1 ".into(), destination: "01|0101|1|000001|001".into() }];
    let response = Response {
        received_uuid: "u 1",
        sent_by: "OMNI",
        event: "upsert",
        received,
        processed_on: "2026-11-20T14:30:00-03:00",
        is_ok: false,
        messages: &messages,
        ids: &ids,
        enabled: None,
        returned: None,
    };
    write(format, &identity, &heading, &response)
}

#[test]
fn the_answer_as_it_goes_out() {
    let body = answer(Format::Json, "Quantidade deve ser maior que zero.", "");
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&body).expect("JSON"));
}

#[test]
fn the_answer_as_it_goes_out_in_xml() {
    let body = answer(Format::Xml, "Quantidade < 1 & \"errada\".", "<TOTVSMessage><![CDATA[x]]></TOTVSMessage>");
    insta::assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn an_answer_carries_the_message_that_it_answers() {
    let xml = |name: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<TOTVSMessage><MessageInformation version=\"2.009\"/>\
             <BusinessMessage><BusinessEvent><Event>upsert</Event></BusinessEvent>\
             <BusinessContent><Name>{name}</Name></BusinessContent></BusinessMessage></TOTVSMessage>\n"
        )
    };
    let carried = |text: &str| match decode(text.as_bytes(), None, &Limits { body: 1 << 20, ..LIMITS }) {
        Ok(Document::Message(envelope)) => envelope.as_received(),
        other => panic!("expected a message: {other:?}"),
    };
    let small = xml("x");
    assert_eq!(carried(&small), small.split_once('\n').expect("a declaration").1.trim_end());
    let large = carried(&xml(&"x".repeat(70_000)));
    assert!(large.len() < 1000 && large.contains("<Event>upsert</Event>"), "{large}");
    assert_eq!(carried(r#"{"Header":{},"Content":{}}"#), "");
}

#[test]
fn what_the_header_says_against_the_book_is_noted() {
    let notes = |text: &str| -> Vec<String> {
        message(text.as_bytes()).found.iter().map(|found| format!("{} {}", found.code, found.path)).collect()
    };
    let uuid = "436601C4-51c9-eff2-2ee2-b678a055b9b8";
    for (header, expected) in [
        (format!(r#""UUID":"{uuid}","Type":"BusinessMessage","Event":"upsert""#), &[][..]),
        (r#""UUID":"111111111-1111-1111-1111-11111111111""#.to_owned(), &["read_as /Header/UUID"]),
        (r#""UUID":"a1b2c3d4-e5f6-g7h8-i9j0-k1l2m3n4o5p6""#.to_owned(), &["read_as /Header/UUID"]),
        (r#""UUID":1"#.to_owned(), &["read_as /Header/UUID", "read_as /Header/UUID"]),
        (format!(r#""uuid":"{uuid}","type":"Business""#), &["read_as /Header/UUID", "read_as /Header/Type"]),
        (format!(r#""UUID":"{uuid}","Event":"insert""#), &["read_as /Header/Event"]),
        (format!(r#""UUID":"{uuid}","Version":2.009"#), &["read_as /Header/Version"]),
    ] {
        let found = notes(&format!(r#"{{"Header":{{"Transaction":"x",{header}}},"Content":{{}}}}"#));
        assert_eq!(found, expected, "{header}");
    }
    let bytes = [br#"{"Header":{"Transaction":"x"#.as_slice(), b"\xe3", br#""},"Content":{}}"#].concat();
    let found = message(&bytes).found;
    assert!(found.iter().any(|found| found.code == Code::ReadAs && found.path.is_empty()), "{found:?}");
}
