//! A body read by every declaration; the fuzz targets do so, too.

use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::document_traceability_order::DocumentTraceAbilityOrder;
use eaid_schemas::envelope::{Document, Limits, decode};
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::read::Reading;
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::retail_sales_cancellation::{RetailSalesCancellation, RetailSalesCancellationAllowance};

/// Decodes a body, reads it as every message there is, and looks for what was found in it.
pub fn read_as_anything(body: &[u8], content_type: Option<&str>, limits: &Limits) {
    let Ok(Document::Message(envelope)) = decode(body, content_type, limits) else { return };
    let read = |by: &dyn Fn(&mut Reading)| {
        let mut cx = Reading::new(true, limits.items);
        by(&mut cx);
        let found = cx.finish();
        let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        let places = envelope.locate(&paths, |cx| by(cx));
        assert!(places.iter().all(|place| envelope.text().is_char_boundary(place.at)), "{found:?}");
    };
    macro_rules! each {
        ($($record:ty)*) => { $(read(&|cx| drop(envelope.read::<$record>(cx)));)* };
    }
    each! {
        RetailSales ItemReserve CustomerVendor RetailSalesCancellation RetailSalesCancellationAllowance
        DocumentTraceAbilityOrder
    }
    drop(envelope.as_received());
}
