//! What the declarations hold beyond the published definitions, and what they cost.

#![allow(clippy::expect_used)]

use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::json::{JsonWriter, read_text};
use eaid_schemas::field::Value;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::read::Reading;
use eaid_schemas::record::{Record, Shape, Spec};
use eaid_schemas::retail_sales::{RetailSales, SaleItem};
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;
use eaid_schemas::violation::Code;

/// Whether a path of tags is read though no definition names it, or names it otherwise.
fn is_unpublished(spec: &'static Spec, path: &str) -> bool {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    spec.fields.iter().filter(|field| field.is_called(name)).any(|field| match field.shape {
        _ if rest.is_empty() => !field.is_published || field.tag != name,
        Shape::Record(inner) | Shape::List(inner) => is_unpublished(inner(), rest),
        _ => false,
    })
}

/// `domain/retailsales.md` 3, `itemreserve.md` 3, `customervendor.md` 4.
#[test]
fn what_is_really_read_is_declared() {
    let cases: [(&'static Spec, &[&str]); 3] = [
        (
            RetailSales::spec(),
            &[
                "Event",
                "CustomerCode",
                "StoreCode",
                "ComissionPercent",
                "FreightValue",
                "ListofFinancialNatureApportionment",
                "ListOfSaleItem/IncreaseValueProrated",
                "ListOfSaleItem/FreightValueProrated",
                "ListOfSaleItem/StateTaxBurden",
                "ListOfSaleItem/MunicipalTaxBurden",
                "ListOfSaleItem/FederalTaxBurden",
                "ListOfTaxes/ReductionBasePercent",
            ],
        ),
        (ItemReserve::spec(), &["Event", "ReserveSource"]),
        (
            CustomerVendor::spec(),
            &[
                "Carrier",
                "FreightType/Code",
                "Taxpayer",
                "Segment/Segment8",
                "AddFields",
                "CreditInformation/MaturityCreditLimit",
                "VendorInformation/VendorType/Code",
                "VendorInformation/VendorType/InternalId",
            ],
        ),
    ];
    for (spec, paths) in cases {
        for path in paths {
            assert!(is_unpublished(spec, path), "{}: {path}", spec.name);
        }
    }
}

#[test]
fn a_cancellation_asks_for_its_own_id_the_sale_the_operator_and_the_day() {
    let mut cx = Reading::new(true, 10);
    let read: RetailSalesCancellation = read_text(r#"{"cancelDate":"2026-11-20T10:00:00"}"#, &mut cx).expect("JSON");
    assert!(read.cancel_date.is_some());
    let paths: Vec<String> = cx.finish().into_iter().map(|found| found.path).collect();
    assert_eq!(paths, ["/InternalId", "/RetailSalesInternalId", "/OperatorCode"]);
}

#[test]
fn a_time_is_checked_and_kept_as_written() {
    let read = |text: &str| {
        let mut cx = Reading::new(false, 10);
        let sale: RetailSales = read_text(&format!(r#"{{"DateTime":"{text}"}}"#), &mut cx).expect("JSON");
        let codes: Vec<Code> = cx.finish().into_iter().map(|found| found.code).collect();
        (sale.date_time.map(|time| time.as_str().to_owned()), codes)
    };
    assert_eq!(read("18:12:36Z").0.as_deref(), Some("18:12:36Z"));
    assert_eq!(read("  ").1, [Code::Missing]);
    assert_eq!(read("25:00"), (None, vec![Code::Missing, Code::NotADate]));
}

#[test]
fn what_has_no_published_shape_is_passed_over_whatever_it_is() {
    for anything in ["7", "\"x\"", "[{\"a\":[]}]", "null", "{\"a\":1}"] {
        let mut cx = Reading::new(false, 10);
        let body = format!(r#"{{"InternalId":"C-1","AddFields":{anything},"StoreId":"01"}}"#);
        let read: CustomerVendor = read_text(&body, &mut cx).expect("JSON");
        assert_eq!(cx.finish(), []);
        assert!(read.add_fields.is_none() && read.store_id.is_some());
    }
}

#[test]
fn a_record_that_seldom_comes_is_read_and_written_like_any_other() {
    let text = r#"{"InternalId":"C-1","PersonInformation":{"BirthDate":"1990-01-31"}}"#;
    let read: CustomerVendor = read_text(text, &mut Reading::new(false, 10)).expect("JSON");
    let mut out = JsonWriter::default();
    read.write(&mut out);
    assert_eq!(out.finish(), text);
}

/// Absent fields are paid for in memory: a sale of 20,000 lines is bounded by the size of one.
#[test]
fn records_stay_small() {
    assert!(size_of::<SaleItem>() <= 1024, "{}", size_of::<SaleItem>());
    assert!(size_of::<RetailSales>() <= 2560, "{}", size_of::<RetailSales>());
    assert!(size_of::<CustomerVendor>() <= 3072, "{}", size_of::<CustomerVendor>());
}
