//! Every message that eaid reads or writes, with its versions: the table of contents of this floor.

use crate::customer_vendor::CustomerVendor;
use crate::document_traceability_order::DocumentTraceAbilityOrder;
use crate::envelope::order_event::OrderEvent;
use crate::item_reserve::ItemReserve;
use crate::record::{Record, Spec};
use crate::retail_sales::RetailSales;
use crate::retail_sales_cancellation::{RetailSalesCancellation, RetailSalesCancellationAllowance};
use crate::version::Version;

/// What stands in a document of this name.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Header and Content, the content by its declaration.
    Business(fn() -> &'static Spec),
    /// Our answer to a business message.
    Response,
    /// Says that a message arrived.
    Receipt,
    /// A record without an envelope.
    Bare(fn() -> &'static Spec),
}

/// A message and its versions.
#[derive(Debug)]
pub struct Message {
    /// Its name, in the spelling of its document.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub summary: &'static str,
    /// Its versions, oldest first.
    pub versions: &'static [Version],
    /// What stands in it.
    pub form: Form,
    /// One as it is sent, in JSON.
    pub example: &'static str,
}

impl Message {
    /// The newest version.
    pub fn newest(&self) -> Version {
        self.versions.last().copied().unwrap_or(v(1, 0))
    }
}

const fn v(major: u32, minor: u32) -> Version {
    Version { major, minor }
}

/// Every message.
pub static MESSAGES: &[Message] = &[
    Message {
        name: "RetailSales",
        summary: "A sale: header, items, payments and taxes.",
        versions: &[v(2, 7), v(2, 8), v(2, 9), v(2, 10)],
        form: Form::Business(RetailSales::spec),
        example: include_str!("../config/demo/03-sale-entrega.json"),
    },
    Message {
        name: "ItemReserve",
        summary: "A reservation of stock, made before the sale that uses it.",
        versions: &[v(1, 0), v(2, 0)],
        form: Form::Business(ItemReserve::spec),
        example: include_str!("../config/demo/01-reserve-entrega.json"),
    },
    Message {
        name: "CustomerVendor",
        summary: "A customer or supplier.",
        versions: &[v(1, 0), v(2, 0), v(2, 1), v(2, 2), v(2, 3), v(2, 4), v(2, 5), v(2, 6), v(2, 7), v(2, 8)],
        form: Form::Business(CustomerVendor::spec),
        example: include_str!("../config/demo/02-customer.json"),
    },
    Message {
        name: "RetailSalesCancellation",
        summary: "Undoes a sale with its titles, orders and reserves.",
        versions: &[v(1, 0), v(1, 1), v(1, 2), v(2, 0)],
        form: Form::Business(RetailSalesCancellation::spec),
        example: include_str!("examples/RetailSalesCancellation.json"),
    },
    Message {
        name: "RetailSalesCancellationAllowance",
        summary: "Asks whether a sale may be cancelled.",
        versions: &[v(1, 0)],
        form: Form::Business(RetailSalesCancellationAllowance::spec),
        example: include_str!("examples/RetailSalesCancellationAllowance.json"),
    },
    Message {
        name: "DocumentTraceAbilityOrder",
        summary: "Tells the partner the state of a delivery order, with its invoices.",
        versions: &[v(1, 0), v(1, 1)],
        form: Form::Business(DocumentTraceAbilityOrder::spec),
        example: include_str!("examples/DocumentTraceAbilityOrder.json"),
    },
    Message {
        name: "DocumentTraceAbilityOrderRetail",
        summary: "Tells the partner the state of a pick-up order.",
        versions: &[v(1, 1)],
        form: Form::Business(DocumentTraceAbilityOrder::spec),
        example: include_str!("examples/DocumentTraceAbilityOrderRetail.json"),
    },
    Message {
        name: "Response",
        summary: "Our answer to a business message: what became of it, and our ids.",
        versions: &[v(1, 0)],
        form: Form::Response,
        example: include_str!("examples/Response.json"),
    },
    Message {
        name: "Receipt",
        summary: "Says that a message arrived, and nothing of what became of it.",
        versions: &[v(1, 0)],
        form: Form::Receipt,
        example: include_str!("examples/Receipt.json"),
    },
    Message {
        name: "OrderEvent",
        summary: "What the ERP side tells of an order; it has no envelope.",
        versions: &[v(1, 0)],
        form: Form::Bare(OrderEvent::spec),
        example: include_str!("examples/OrderEvent.json"),
    },
];

/// Finds a message by its name, case ignored.
pub fn find(name: &str) -> Option<&'static Message> {
    MESSAGES.iter().find(|message| message.name.eq_ignore_ascii_case(name))
}
