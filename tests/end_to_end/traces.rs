//! Looks at the traces that OMNI gets of its orders.

use serde_json::Value;
use std::collections::BTreeSet;

use crate::harness::Site;
use crate::messages::{text, uuid};
use crate::omni::Out;
use crate::wait::until;

/// What OMNI was told in a cycle.
pub struct Ids {
    /// Our id of the customer.
    pub customer: String,
    /// Our id of the sale.
    pub sale: String,
}

/// Waits for the trace with this status.
pub async fn until_traced(site: &Site, status: &str) -> Value {
    until(&format!("a trace that says {status}"), async || {
        let mut traces = site.omni.traces().into_iter();
        traces.find(|trace| trace["Content"]["Status"] == status)
    })
    .await
}

/// A field of the trace's invoice.
pub fn invoice(trace: &Value, field: &str) -> String {
    let list = "/Content/ReturnTraceability/ListOfTraceability/Invoice/0/";
    text(trace, &format!("{list}{field}"))
}

/// Amounts of traces are texts with a dot.
pub fn amount(line: &Value, field: &str) -> f64 {
    let written = line[field].as_str().unwrap_or_else(|| panic!("{field} is not a text: {line}"));
    written.parse().unwrap_or_else(|_| panic!("{field} is not a number: {written}"))
}

/// The statuses of all traces of a transaction, once each, after a look at their envelopes.
pub fn statuses(received: &[Out], transaction: &str, ids: &Ids) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut statuses = Vec::new();
    for out in received.iter().filter(|out| out.kind == "trace") {
        assert_eq!(out.transaction, transaction);
        for (field, value) in [
            ("/Header/Type", "BusinessMessage"),
            ("/Header/Event", "upsert"),
            ("/Header/Version", "1.001"),
            ("/Header/SourceApplication", "EAID"),
            ("/Header/ProductName", "PROTHEUS"),
            ("/Header/CompanyId", "01"),
            ("/Header/BranchId", "0101"),
            ("/Content/CompanyInternalId", "01|0101"),
            ("/Content/RetailSalesInternalId", &ids.sale),
        ] {
            assert_eq!(text(&out.body, field), value, "{field} of {:#}", out.body);
        }
        if seen.insert(uuid(&out.body)) {
            statuses.push(text(&out.body, "/Content/Status"));
        }
    }
    statuses
}
