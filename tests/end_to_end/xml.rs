//! Messages as XML: written as an old partner would, read back into the shape of their JSON.

use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value, json};

use crate::messages::text;

/// A message in XML.
pub fn write(message: &Value) -> String {
    let of = |tag: &str| text(message, &format!("/Header/{tag}"));
    let mut information = String::new();
    for tag in
        ["UUID", "Type", "Transaction", "SourceApplication", "CompanyId", "BranchId", "GeneratedOn", "DeliveryType"]
    {
        information += &element(tag, &json!(of(tag)));
    }
    let product = format!("<Product name=\"{}\" version=\"1\"/>", escape(of("ProductName")));
    let key = text(message, "/Content/InternalId");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TOTVSMessage><MessageInformation version=\"{}\">{information}{product}\
         </MessageInformation><BusinessMessage><BusinessEvent><Entity>{}</Entity><Event>{}</Event><Identification>\
         <key name=\"InternalId\">{}</key></Identification></BusinessEvent>{}</BusinessMessage></TOTVSMessage>",
        of("Version"),
        of("Transaction"),
        of("Event"),
        escape(key),
        element("BusinessContent", &message["Content"])
    )
}

/// A list is its tag repeated.
fn element(tag: &str, value: &Value) -> String {
    let inner = match value {
        Value::Array(members) => return members.iter().map(|member| element(tag, member)).collect(),
        Value::Object(fields) => fields.iter().map(|(tag, value)| element(tag, value)).collect(),
        Value::String(text) => escape(text).into_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    format!("<{tag}>{inner}</{tag}>")
}

/// What eaid sent, in the shape of JSON.
pub fn read(body: &str) -> Value {
    let mut reader = Reader::from_str(body);
    let mut open = vec![(String::new(), Map::new(), String::new())];
    loop {
        match reader.read_event().expect("what eaid sends is well formed") {
            Event::Start(tag) => open.push(opened(&tag)),
            Event::Empty(tag) => {
                let empty = opened(&tag);
                close(&mut open, empty);
            }
            Event::End(_) => {
                let ended = open.pop().expect("as many start tags as end tags");
                close(&mut open, ended);
            }
            Event::Text(piece) => open.last_mut().expect("the root").2 += &piece.into_inner(),
            Event::CData(piece) => open.last_mut().expect("the root").2 += &piece.into_inner(),
            Event::GeneralRef(name) => {
                let piece = format!("&{};", &*name);
                open.last_mut().expect("the root").2 += &unescape(&piece).expect("an entity of XML");
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let message = &open[0].1["TOTVSMessage"];
    let mut header = message["MessageInformation"].clone();
    header["Version"] = header["version"].take();
    header["ProductName"] = header["Product"]["name"].take();
    let content = ["ResponseMessage", "ReceiptMessage"].iter().find_map(|tag| message.get(tag));
    let mut content = content.unwrap_or(&message["BusinessMessage"]["BusinessContent"]).clone();
    for (list, tag, name) in
        [("/ReturnContent", "ListOfInternalId", "InternalId"), ("/ProcessingInformation", "ListOfMessages", "Message")]
    {
        if let Some(holder) = content.pointer_mut(list).and_then(Value::as_object_mut)
            && let Some(mut wrapper) = holder.remove(tag)
        {
            let members = match wrapper[name].take() {
                Value::Array(members) => members,
                one => vec![one],
            };
            holder.insert(tag.replace("InternalId", "InternalID"), members.into());
        }
    }
    json!({ "Header": header, "Content": content })
}

type Open = (String, Map<String, Value>, String);

fn opened(tag: &BytesStart<'_>) -> Open {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.expect("attributes are well formed");
        let value = unescape(&attribute.value).expect("entities of XML");
        (attribute.key.into_inner().to_owned(), json!(value))
    });
    (tag.name().into_inner().to_owned(), attributes.collect(), String::new())
}

fn close(open: &mut [Open], (tag, mut fields, text): Open) {
    let value = match fields.is_empty() {
        true => json!(text),
        false => {
            if !text.is_empty() {
                fields.insert("message".to_owned(), json!(text));
            }
            Value::Object(fields)
        }
    };
    match open.last_mut().expect("the root").1.entry(tag) {
        serde_json::map::Entry::Vacant(free) => drop(free.insert(value)),
        serde_json::map::Entry::Occupied(mut taken) => match taken.get_mut() {
            Value::Array(members) => members.push(value),
            first => *first = json!([first.take(), value]),
        },
    }
}
