//! Messages in XML: every form in which they come, and what is no message.

#![allow(clippy::expect_used)]

use base64::Engine as _;
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::header::{SubType, Type};
use eaid_schemas::envelope::{Document, Envelope, Event, Format, Header, Limits, Unreadable, decode};
use eaid_schemas::field::Text;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::read::Reading;
use eaid_schemas::record::{Record, members};
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::violation::Code;

const LIMITS: Limits = Limits { body: 1 << 20, depth: 16, items: 100 };

const CUSTOMER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<TOTVSMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="xmlschema/general/events/CustomerVendor_2_002.xsd">
  <MessageInformation version="2.002">
    <UUID>436601c4-51c9-eff2-2ee2-b678a055b9b8</UUID>
    <Type>BusinessMessage</Type>
    <Transaction>CustomerVendor</Transaction>
    <StandardVersion>1.0</StandardVersion>
    <SourceApplication>OMNI</SourceApplication>
    <CompanyId>01</CompanyId>
    <BranchId>D MG 01 </BranchId>
    <Product name="OMNI &amp; co" version="1"/>
    <ContextName>PROTHEUS</ContextName>
    <GeneratedOn>2026-11-21T17:18:00</GeneratedOn>
    <DeliveryType>Sync</DeliveryType>
  </MessageInformation>
  <BusinessMessage>
    <BusinessEvent>
      <Entity>CustomerVendor</Entity>
      <Event>upsert</Event>
      <Identification><key name="InternalId">000431</key></Identification>
    </BusinessEvent>
    <BusinessContent>
      <!-- in no order -->
      <Name>MARIA &amp; JOS&#233;</Name>
      <shortname><![CDATA[MARIA <& JOSÉ>]]></shortname>
      <Code>000431</Code><StoreId/><Comments>   </Comments>
      <InternalId>000431</InternalId>
      <Type>Customer</Type>
      <EntityType>Company</EntityType>
    </BusinessContent>
  </BusinessMessage>
</TOTVSMessage>
"#;

fn open(body: &[u8], content_type: Option<&str>) -> Envelope {
    match decode(body, content_type, &LIMITS) {
        Ok(Document::Message(envelope)) => *envelope,
        other => panic!("expected a message: {other:?}"),
    }
}

fn refused(body: &[u8]) -> Unreadable {
    decode(body, None, &LIMITS).expect_err("no message")
}

/// A message of a content.
fn message(content: &str) -> Envelope {
    let text = format!(
        "<TOTVSMessage><MessageInformation version=\"2.009\"><UUID>u</UUID><Transaction>x</Transaction></MessageInformation>\
         <BusinessMessage><BusinessEvent><Event>upsert</Event></BusinessEvent>\
         <BusinessContent>{content}</BusinessContent></BusinessMessage></TOTVSMessage>"
    );
    open(text.as_bytes(), None)
}

fn read<R: Record>(envelope: &Envelope) -> (R, Vec<String>) {
    let mut cx = Reading::new(true, LIMITS.items);
    let record = envelope.read(&mut cx);
    (record, cx.finish().iter().map(|found| format!("{} {}", found.code, found.path)).collect())
}

#[test]
fn an_event_is_read_with_its_attributes() {
    let envelope = open(CUSTOMER.as_bytes(), None);
    assert_eq!((envelope.format, envelope.event, &*envelope.found), (Format::Xml, Some(Event::Upsert), &[][..]));
    let header = &envelope.header;
    assert_eq!(Header::text(&header.uuid), "436601c4-51c9-eff2-2ee2-b678a055b9b8");
    assert_eq!((Header::text(&header.version), Header::text(&header.transaction)), ("2.002", "CustomerVendor"));
    assert_eq!((Header::text(&header.product_name), Header::text(&header.product_version)), ("OMNI & co", "1"));
    assert_eq!(header.branch_id.as_ref().map(Text::raw), Some("D MG 01 "), "blanks are kept");
    assert_eq!((header.kind, header.sub_type), (Some(Type::BusinessMessage), None));
    let (customer, found) = read::<CustomerVendor>(&envelope);
    assert_eq!(customer.name.as_ref().map(Text::as_str), Some("MARIA & JOSé"));
    assert_eq!(customer.short_name.as_ref().map(Text::as_str), Some("MARIA <& JOSÉ>"));
    assert_eq!((customer.store_id, customer.comments), (None, None), "empty is absent");
    assert!(found.iter().all(|found| found.starts_with("missing /Address")), "{found:?}");
}

#[test]
fn a_request_names_its_operation() {
    let text = CUSTOMER.replace("BusinessEvent>", "BusinessRequest>");
    assert_eq!(open(text.as_bytes(), None).header.sub_type, Some(SubType::Request));
}

#[test]
fn answers_are_told_by_the_element_that_holds_them() {
    for (tag, kind) in [("ResponseMessage", Type::Response), ("ReceiptMessage", Type::Receipt)] {
        let text = format!(
            "<TOTVSMessage><MessageInformation version=\"2.002\"><UUID>7</UUID><Transaction>x</Transaction></MessageInformation>\
             <{tag}><ReceivedMessage><UUID>8</UUID></ReceivedMessage></{tag}></TOTVSMessage>"
        );
        assert_eq!(open(text.as_bytes(), None).header.kind, Some(kind));
    }
}

#[test]
fn a_list_has_one_element_or_many() {
    let item = "<SaleItem><ItemOrder>01</ItemOrder><Quantity>1.50</Quantity></SaleItem>";
    for count in 1..4 {
        let envelope = message(&format!("<ListOfSaleItem>{}</ListOfSaleItem>", item.repeat(count)));
        let (sale, found) = read::<RetailSales>(&envelope);
        assert_eq!(members(&sale.items).len(), count);
        assert!(!found.iter().any(|found| found.starts_with("read_as")), "{found:?}");
    }
}

#[test]
fn a_list_may_be_its_tag_repeated_without_another_around() {
    let item = |code: &str| format!("<ReserveItemType><ItemCode>{code}</ItemCode></ReserveItemType>");
    let (reserve, found) = read::<ItemReserve>(&message(&[item("a"), item("b")].concat()));
    let codes: Vec<_> = members(&reserve.items).iter().map(|item| item.item_code.as_ref().map(Text::as_str)).collect();
    assert_eq!(codes, [Some("a"), Some("b")]);
    assert!(found.contains(&"missing /ReserveItemType/Item/1/Quantity".to_owned()), "{found:?}");
}

#[test]
fn members_may_be_attributes() {
    let (sale, found) = read::<RetailSales>(&message(
        r#"<ListOfSaleItem><SaleItem ItemOrder="01" Quantity="x"/><SaleItem itemorder="02"></SaleItem></ListOfSaleItem>"#,
    ));
    assert_eq!(members(&sale.items).len(), 2);
    assert!(found.contains(&"not_a_number /ListOfSaleItem/SaleItem/0/Quantity".to_owned()), "{found:?}");
}

#[test]
fn violations_have_the_paths_of_json() {
    let (_, found) = read::<RetailSales>(&message(
        "<InternalId>1</InternalId><TotalPrice>1,50</TotalPrice><NetPrice>a</NetPrice><GrossPrice><x>1</x></GrossPrice>\
         <IsCanceled>true</IsCanceled><ListOfSaleItem><SaleItem/><SaleItem><Quantity>1.23456</Quantity></SaleItem></ListOfSaleItem>\
         <ListOfSaleCondition>x</ListOfSaleCondition>",
    ));
    for expected in [
        "read_as /TotalPrice",
        "not_a_number /NetPrice",
        "wrong_type /GrossPrice",
        "too_many_decimals /ListOfSaleItem/SaleItem/1/Quantity",
        "wrong_type /ListOfSaleCondition",
        "missing /DocumentCode",
    ] {
        assert!(found.iter().any(|found| found == expected), "{expected}: {found:#?}");
    }
}

#[test]
fn an_empty_content_lacks_all() {
    for text in [
        CUSTOMER.replace("<BusinessContent>", "<BusinessContent/><!--").replace("</BusinessContent>", "-->"),
        CUSTOMER
            .replace("<BusinessContent>", "<!--")
            .replace("</BusinessContent>", "-->")
            .replace("<!-- in no order -->", ""),
    ] {
        let text = text.replace("<!-- in no order -->", "");
        let (_, found) = read::<CustomerVendor>(&open(text.as_bytes(), None));
        assert!(found.contains(&"missing /InternalId".to_owned()), "{found:?}");
    }
}

#[test]
fn wrapped_messages_are_unwrapped() {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let escaped = escape(CUSTOMER);
    for wrapped in [
        escaped.clone(),
        format!("\n <![CDATA[{CUSTOMER}]]> ").replace("<![CDATA[MARIA <& JOSÉ>]]>", "x"),
        base64(CUSTOMER),
        base64(&escaped),
        base64(CUSTOMER).as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\r\n").collect(),
        format!("<string>{escaped}</string>"),
        format!("<s:Envelope xmlns:s=\"u\"><s:Body><in0>{}</in0></s:Body></s:Envelope>", base64(CUSTOMER)),
        format!("<s:Envelope><s:Body>{}</s:Body></s:Envelope>", CUSTOMER.split_once("?>").expect("declared").1),
    ] {
        let envelope = open(wrapped.as_bytes(), None);
        assert_eq!(Header::text(&envelope.header.uuid), "436601c4-51c9-eff2-2ee2-b678a055b9b8", "{wrapped}");
    }
    let five_times = (0..5).fold(CUSTOMER.to_owned(), |text, _| base64(&text));
    assert_eq!(refused(five_times.as_bytes()).code, Code::NotJson, "layers are bounded");
}

#[test]
fn charsets_are_declared_or_found_out() {
    let utf8 = CUSTOMER.replace("JOSÉ", "JOSÉ €");
    let encode = |text: &str, encoding: &'static encoding_rs::Encoding| encoding.encode(text).0.into_owned();
    let named = |name: &str| utf8.replace("UTF-8", name);
    let bodies = [
        (utf8.clone().into_bytes(), None),
        ([b"\xef\xbb\xbf", utf8.as_bytes()].concat(), None),
        (encode(&named("windows-1252"), encoding_rs::WINDOWS_1252), None),
        (encode(&named("ISO-8859-1"), encoding_rs::WINDOWS_1252), None),
        (encode(&utf8, encoding_rs::WINDOWS_1252), None),
        (encode(&utf8, encoding_rs::WINDOWS_1252), Some("text/xml; charset=\"iso-8859-1\"")),
        (utf8.clone().into_bytes(), Some("application/xml;charset=utf-8")),
    ];
    for (body, content_type) in bodies {
        let (customer, _) = read::<CustomerVendor>(&open(&body, content_type));
        assert_eq!(customer.short_name.as_ref().map(Text::as_str), Some("MARIA <& JOSÉ €>"), "{content_type:?}");
    }
    let utf16: Vec<u8> = std::iter::once(0xfeffu16).chain(utf8.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    open(&utf16, None);
    assert_eq!(refused(named("klingon").as_bytes()).code, Code::Charset);
}

#[test]
fn what_is_no_message_is_told_by_code_and_place() {
    let deep = format!("{}{}", "<a>".repeat(20), "</a>".repeat(20));
    let bomb = "<!DOCTYPE a [<!ENTITY x \"xx\"><!ENTITY y \"&x;&x;\">]><TOTVSMessage>&y;</TOTVSMessage>";
    for (body, code, says) in [
        ("<a/>", Code::NoEnvelope, "não tem TOTVSMessage"),
        ("<TOTVSMessage/>", Code::NoEnvelope, "MessageInformation"),
        ("<TOTVSMessage><MessageInformation/></TOTVSMessage>", Code::NoEnvelope, "BusinessMessage"),
        ("<a>\n<b></a>", Code::NotXml, "linha 2"),
        ("<a>", Code::NotXml, "abertos"),
        ("<a/><b/>", Code::NotXml, "raiz"),
        ("<a/>x", Code::NotXml, "fora"),
        ("<a b=1 b=2/>", Code::NotXml, "linha 1"),
        ("<a>&nbsp;</a>", Code::NotXml, "entidade"),
        (bomb, Code::NotXml, "DOCTYPE"),
        ("<", Code::NotXml, "linha 1"),
        (&deep, Code::TooDeep, "16"),
    ] {
        let unreadable = refused(body.as_bytes());
        assert_eq!((unreadable.code, unreadable.format), (code, Format::Xml), "{body}");
        assert!(unreadable.text.contains(says), "{body}: {}", unreadable.text);
    }
    let lone = refused(b"<TOTVSMessage><MessageInformation><UUID>u</UUID></MessageInformation></TOTVSMessage>");
    assert_eq!(lone.header.map(|header| Header::text(&header.uuid).to_owned()).as_deref(), Some("u"));
}

fn digest(content: &str) -> u128 {
    message(content).digest
}

#[test]
fn the_digest_is_of_values() {
    let one = digest("<A>1.50</A><L><X><b>1</b></X><X><b>2</b></X></L>");
    for same in [
        "<L>\n <X>\n <b>1</b> </X><X c=''><B>2</B></X></L><a>1.5</a><D/>",
        "<A><![CDATA[1.5]]></A><!-- x --><L><X b='1'/><X><b>&#50;</b></X></L>",
    ] {
        assert_eq!(digest(same), one, "{same}");
    }
    for other in [
        "<A>1.50</A><L><X><b>2</b></X><X><b>1</b></X></L>",
        "<A>1.50</A><L><X><b>1</b></X></L>",
        "<A>1.50</A><L><X><b>01</b></X><X><b>2</b></X></L>",
        "<A>1.51</A><L><X><b>1</b></X><X><b>2</b></X></L>",
    ] {
        assert_ne!(digest(other), one, "{other}");
    }
    let json = br#"{"Header":{},"Content":{"a":1.5,"L":{"X":[{"b":"1"},{"b":2}]},"D":""}}"#;
    assert_eq!(open(json, None).digest, one, "JSON of the same values");
}

/// `path at-the-text xpath` of each path.
fn located(envelope: &Envelope, paths: &[&str]) -> Vec<(String, Option<String>)> {
    let places = envelope.locate(paths, |cx| drop(envelope.read::<RetailSales>(cx)));
    let text = |at: usize| envelope.text()[at..].split(['<', '"', '}', ',']).next().unwrap_or("").to_owned();
    places.into_iter().map(|place| (text(place.at), place.xpath)).collect()
}

#[test]
fn paths_stand_somewhere_in_the_text() {
    let envelope = message(
        "<INTERNALID>7</INTERNALID><ListOfSaleItem><SaleItem/><SaleItem><Quantity><![CDATA[1]]></Quantity></SaleItem>\
         <SaleItem Quantity='x'><UnitPrice> 3 </UnitPrice></SaleItem></ListOfSaleItem>",
    );
    let content = "/TOTVSMessage/BusinessMessage/BusinessContent";
    let information = "/TOTVSMessage/MessageInformation";
    let sought = [
        ("/InternalId", "7", format!("{content}/INTERNALID")),
        ("/ListOfSaleItem/SaleItem/1/Quantity", "", format!("{content}/ListOfSaleItem/SaleItem[2]/Quantity")),
        ("/ListOfSaleItem/SaleItem/2/Quantity", "x'", format!("{content}/ListOfSaleItem/SaleItem[3]/@Quantity")),
        ("/ListOfSaleItem/SaleItem/2/UnitPrice", " 3 ", format!("{content}/ListOfSaleItem/SaleItem[3]/UnitPrice")),
        ("/ListOfSaleItem/SaleItem/2/ItemOrder", "", format!("{content}/ListOfSaleItem/SaleItem[3]/ItemOrder")),
        ("/ListOfSaleItem/SaleItem/5/ItemOrder", "", format!("{content}/ListOfSaleItem/SaleItem[6]/ItemOrder")),
        ("/ListOfSaleCondition", "", format!("{content}/ListOfSaleCondition")),
        ("", "", content.to_owned()),
        ("/Header/Version", "2.009", format!("{information}/@version")),
        ("/Header/UUID", "u", format!("{information}/UUID")),
        ("/Header/ProductName", "", format!("{information}/Product/@name")),
        ("/Header/Event", "upsert", "/TOTVSMessage/BusinessMessage/BusinessEvent/Event".to_owned()),
    ];
    let paths: Vec<&str> = sought.iter().map(|(path, ..)| *path).collect();
    for ((text, xpath), (path, starts, expected)) in located(&envelope, &paths).into_iter().zip(sought) {
        assert!(text.starts_with(starts), "{path}: {text}");
        assert_eq!(xpath.as_deref(), Some(&*expected), "{path}");
    }
    let json = open(br#"{"header":{"version":2.9},"content":{"listofsaleitem":[{"quantity":"x"}]}}"#, None);
    let paths = ["/Header/Version", "/ListOfSaleItem/SaleItem/0/Quantity", "/ListOfSaleItem/SaleItem/0/ItemCode"];
    let found = located(&json, &paths);
    assert_eq!(found[0], ("2.9".to_owned(), None));
    assert_eq!(found[1].0, "", "a text begins at its quotation mark");
    assert_eq!(found[2].0, "{");
}

/// A delete may name its record in Identification alone, as JSON names it in the content.
#[test]
fn a_delete_is_identified_by_its_key() {
    let delete = |key: &str, content: &str| {
        open(
            format!(
                r#"<TOTVSMessage><MessageInformation version="2.002"><UUID>1</UUID><Transaction>CustomerVendor</Transaction>
                </MessageInformation><BusinessMessage><BusinessEvent><Event>delete</Event><Identification>
                <key name="BranchId">01</key><key name="InternalID">{key}</key></Identification></BusinessEvent>{content}
                </BusinessMessage></TOTVSMessage>"#
            )
            .as_bytes(),
            None,
        )
    };
    let read = |envelope: &Envelope| {
        let mut cx = Reading::new(false, 10);
        let customer: CustomerVendor = envelope.read(&mut cx);
        (customer.internal_id.map(|id| id.as_str().to_owned()), cx.finish())
    };
    let id = |id: &str| (Some(id.to_owned()), Vec::new());
    for content in ["", "<BusinessContent/>", "<BusinessContent><InternalId/><Code>1</Code></BusinessContent>"] {
        let first = delete("A", content);
        assert_eq!(read(&first), id("A"), "{content}");
        assert_ne!(first.digest, delete("B", content).digest, "{content}");
    }
    let named_twice = "<BusinessContent><InternalId>C</InternalId></BusinessContent>";
    for key in ["A", "", " "] {
        assert_eq!(read(&delete(key, named_twice)), id("C"), "the content's own id stands");
    }
    assert_eq!(delete("A", named_twice).digest, delete("B", named_twice).digest);
    let json =
        br#"{"Header":{"UUID":"1","Transaction":"CustomerVendor","Event":"delete"},"Content":{"InternalId":"A"}}"#;
    assert_eq!(delete("A", "<BusinessContent/>").digest, open(json, None).digest, "the same message in JSON");

    let upsert = r#"<TOTVSMessage><MessageInformation version="2.002"><UUID>1</UUID><Transaction>CustomerVendor</Transaction>
        </MessageInformation><BusinessMessage><BusinessEvent><Event>upsert</Event><Identification>
        <key name="InternalId">A</key></Identification></BusinessEvent><BusinessContent><Code>1</Code></BusinessContent>
        </BusinessMessage></TOTVSMessage>"#;
    let (named, found) = read(&open(upsert.as_bytes(), None));
    assert_eq!((named, found.len()), (None, 1), "what is written names itself: {found:?}");
}
