//! A sale of 30 MB and 20,000 lines is read with at most 8 times its size in memory. The test stands alone in its
//! process, so that the greatest memory of the process is its own.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used)]

use eaid_schemas::envelope::{Document, Limits, decode};
use eaid_schemas::read::Reading;
use eaid_schemas::record::members;
use eaid_schemas::retail_sales::RetailSales;

const LINES: usize = 20_000;
const SIZE: usize = 30 << 20;

/// The greatest memory that the process had so far, in bytes.
fn greatest() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the greatest resident size");
    1024 * line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number of kB")
}

fn line(number: usize, filling: usize) -> String {
    format!(
        r#"{{"ItemOrder":"{:04}","ItemInternalId":"SKU-{number}","Quantity":2.000,"UnitPrice":149.90,"ItemPrice":299.80,"OperationCode":"01","WarehouseInternalId":"DEP-PAULISTA","ItemDeliveryType":"3","ItemReserveInternalId":"RESERVA-{number}","Unknown":"{}"}},"#,
        number % 10_000,
        "x".repeat(filling)
    )
}

#[test]
fn a_great_sale_is_read_within_eight_times_its_size() {
    let filling = SIZE / LINES - line(LINES, 0).len();
    let mut body = String::with_capacity(SIZE + 4096);
    body.push_str(r#"{"Header":{"UUID":"u","Transaction":"RetailSales"},"Content":{"InternalId":"1","ListOfSaleItem":{"SaleItem":["#);
    (0..LINES).for_each(|number| body.push_str(&line(number, filling)));
    body.pop();
    body.push_str("]}}}");
    assert!(body.len() > SIZE - SIZE / 50, "{}", body.len());
    let limits = Limits { body: 64 << 20, depth: 64, items: 100_000 };
    let Ok(Document::Message(envelope)) = decode(body.as_bytes(), None, &limits) else { panic!("no message") };
    let sale: RetailSales = envelope.read(&mut Reading::new(true, limits.items));
    assert_eq!(members(&sale.items).len(), LINES);
    let times = greatest() as f64 / body.len() as f64;
    println!("{times:.1} times its size");
    assert!(times < 8.0, "{times:.1} times its size");
}
