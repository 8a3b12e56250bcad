//! The same message in XML and in JSON: the same verdict, rows, De/Para and paths.

use eaid_adapters::samples::{SAMPLES, Sample, describe};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::response::{Heading, Identity, write};
use eaid_schemas::envelope::{Document, Envelope, Format, Header, Limits, decode};
use eaid_schemas::field::Text;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::read::Reading;
use eaid_schemas::record::Record;
use eaid_schemas::retail_sales::RetailSales;
use serde_json::Value;

#[test]
fn every_sample_is_decided_alike_in_json_and_xml() {
    let mut seen = 0;
    for sample in SAMPLES {
        let written = match sample.routine {
            "LOJA701" => write_anew::<RetailSales>(sample),
            "LOJA704" => write_anew::<ItemReserve>(sample),
            "CRMA980" => write_anew::<CustomerVendor>(sample),
            _ => continue,
        };
        let [json, xml] = written.map(|text| verdict(sample, &text));
        assert_eq!(json, xml, "{} {}", sample.routine, sample.name);
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

/// The message of a sample as our own writers write it, in JSON and in XML.
fn write_anew<R: Record + Send + Sync>(sample: &Sample) -> [String; 2] {
    let limits = Limits { body: 1 << 20, depth: 64, items: 1000 };
    let Ok(Document::Message(envelope)) = decode(sample.input.as_bytes(), None, &limits) else {
        panic!("{} is no message", sample.name)
    };
    let record: R = envelope.read(&mut Reading::new(true, 1000));
    [Format::Json, Format::Xml].map(|format| write_in(format, &envelope, &record))
}

fn write_in<R: Record + Send + Sync>(format: Format, envelope: &Envelope, record: &R) -> String {
    let header = &envelope.header;
    let identity = Identity {
        source_application: Header::text(&header.source_application).to_owned(),
        product_name: Header::text(&header.product_name).to_owned(),
        product_version: "1".to_owned(),
    };
    let event = envelope.event.map_or("", |event| eaid_schemas::field::Choice::as_str(event));
    let raw = |text: &Option<Text<50>>| text.as_ref().map_or_else(String::new, |text| text.raw().to_owned());
    let (company, branch) = (raw(&header.company_id), raw(&header.branch_id));
    let heading = Heading {
        uuid: Header::text(&header.uuid),
        kind: "BusinessMessage",
        sub_type: "event",
        event,
        transaction: Header::text(&header.transaction),
        version: Header::text(&header.version),
        company: &company,
        branch: &branch,
        generated_on: Header::text(&header.generated_on),
        internal_id: "",
        delivery_type: "async",
    };
    write(format, &identity, &heading, record)
}

/// The verdict on a text in the house of a sample; the column that tells the formats apart is left out.
fn verdict(sample: &Sample, text: &str) -> Value {
    let mut described = describe(&sample.decide_on(text).unwrap());
    for row in described["rows"]["sl1"].as_array_mut().into_iter().flatten() {
        let format = row.as_object_mut().unwrap().remove("format");
        assert_eq!(format, Some(Value::from(if text.starts_with('<') { "xml" } else { "json" })));
    }
    described
}
