//! RetailSalesCancellation 1.000 to 1.002 and 2.000: undoes a sale; and the question whether it may be undone
//! (`domain/cancel.md` 2 and 4). A request or an event; ids are never taken apart.

use crate::field::{Flag, Moment, PartnerCode, Text};
use crate::record;

record! {
    /// The cancellation of a sale.
    pub struct RetailSalesCancellation "RetailSalesCancellation" {
        /// Upsert or request, where the header names none.
        event: Text<20> = field("Event").unpublished();
        /// The sender's company.
        company_id: Text<50> = field("CompanyId");
        /// The sender's branch.
        branch_id: Text<50> = field("BranchId").column("LX_FILIAL");
        /// Both in one.
        company_internal_id: Text<50> = field("CompanyInternalId");
        /// The sender's id of the cancellation; the key of its De/Para.
        internal_id: Text<50> = field("InternalId").key();
        /// The sender's id of the sale; goes through De/Para SL1.
        retail_sales_internal_id: PartnerCode = field("RetailSalesInternalId").required();
        /// Operator; goes through De/Para SLF.
        operator_code: PartnerCode = field("OperatorCode").required().column("LX_OPERADO");
        /// When the sale was cancelled.
        cancel_date: Moment = field("CancelDate").required().column("LX_DTMOVTO");
        /// Protocol of the cancelled NFC-e.
        nfce_cancel_protocol: Text<15> = field("NfceCancelProtocol").since(1, 1).column("F3_PROTOC");
        /// Fiscal document of the cancellation.
        cancellation_document: Text<15> = field("CancellationDocument").since(1, 2).column("F3_NFISCAN");
    }
}

record! {
    /// Asks whether a sale may be cancelled.
    pub struct RetailSalesCancellationAllowance "RetailSalesCancellationAllowance" {
        /// The sender's id of the sale; goes through De/Para SL1.
        retail_sales_internal_id: PartnerCode = field("RetailSalesInternalId").key();
    }
}

record! {
    /// The answer to the question.
    pub struct Allowance "ReturnContent" {
        /// Whether it may.
        is_cancellable: Flag = field("IsCancellable");
        /// Why not.
        message: Text<250> = field("Message");
    }
}
