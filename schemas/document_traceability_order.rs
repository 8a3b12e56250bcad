//! DocumentTraceAbilityOrder 1.001 and its retail form, as really written (`domain/trace.md` 4). Values and
//! quantities are texts there.

use crate::field::{Moment, Text};
use crate::record;
use crate::record::List;

record! {
    /// A list that is written empty.
    pub struct Nothing "Nothing" {
        /// Never filled.
        nothing: Text<1> = field("Nothing");
    }
}

record! {
    /// A line of the order or of an invoice.
    pub struct TraceItem "Item" {
        /// Order: `company|branch|order|item`; invoice: `company|branch|document|series|customer|store|item`.
        internal_id: Text<80> = field("InternalId");
        /// Number of the line.
        number: Text<4> = field("Number").column("C6_ITEM");
        /// Our id of the product.
        item_internal_id: Text<60> = field("ItemInternalId").column("C6_PRODUTO");
        /// Our id of the unit; the odd case of its name is the wire's.
        unit_of_measure_internal_id: Text<50> = field("UnitofMeasureInternalId").column("C6_UM");
        /// Quantity, as text.
        quantity: Text<20> = field("Quantity");
        /// Unit price in reais, as text.
        unit_price: Text<20> = field("UnitPrice");
        /// Value of the line in reais, as text.
        total_price: Text<20> = field("TotalPrice");
        /// Our id of the warehouse.
        warehouse_internal_id: Text<50> = field("WarehouseInternalId").column("C6_LOCAL");
        /// Cost centres: none.
        list_of_apportion_cost: Nothing = field("ListOfApportionCost");
        /// Tasks: none.
        list_of_apportion_task: Nothing = field("ListOfApportionTask");
    }
}

record! {
    /// The order that an invoice belongs to.
    pub struct ParentId "ParentInternalId" {
        /// The order.
        internal_id: Text<50> = field("InternalId");
        /// `004`: a sales order.
        type_code: Text<3> = field("TypeCode");
    }
}

record! {
    /// Wraps the parent.
    pub struct Parents "ListOfParentInternalId" {
        /// The one parent.
        parent: ParentId = field("ParentInternalId");
    }
}

record! {
    /// The authorised document.
    pub struct DocumentXml "DocumentContentxml" {
        /// The document, base64.
        xml: Text<8000000> = field("Xml");
        /// Return code.
        return_code: Text<10> = field("ReturnCode");
        /// The authorisation, base64.
        xml_auth: Text<8000000> = field("XmlAuth");
        /// SEFAZ status: 100 authorised.
        status_code_sefaz: Text<5> = field("StatusCodeSefaz");
        /// Its text.
        status_content: Text<250> = field("StatusContent");
    }
}

record! {
    /// Wraps the document; from version 1.001 on.
    pub struct DocumentContent "DocumentContent" {
        /// The document.
        document_xml: DocumentXml = field("DocumentContentxml");
    }
}

record! {
    /// An outgoing invoice.
    pub struct TraceInvoice "Invoice" {
        /// `company|branch|document|series|customer|store`.
        internal_id: Text<80> = field("InternalId");
        /// `company|branch`.
        company_internal_id: Text<50> = field("CompanyInternalId");
        /// Company.
        company_id: Text<10> = field("CompanyId");
        /// Branch.
        branch_id: Text<12> = field("BranchId");
        /// Number of the document.
        number: Text<9> = field("Number").column("F2_DOC");
        /// Series.
        serie: Text<5> = field("Serie").column("F2_SERIE");
        /// `Transmitida` where the key is known, else `Não Transmitida`.
        status: Text<20> = field("Status");
        /// When it was issued.
        issue_date: Moment = field("IssueDate").column("F2_EMISSAO");
        /// The customer, under this name on the wire.
        vendor_internal_id: Text<60> = field("VendorInternalId");
        /// Gross value, as text.
        value: Text<20> = field("Value").column("F2_VALBRUT");
        /// `N`: normal.
        type_of_document: Text<1> = field("TypeOfDocument").column("F2_TIPO");
        /// 44 digits; empty before authorisation.
        electronic_access_key: Text<44> = field("ElectronicAccessKey").column("F2_CHVNFE");
        /// Its lines.
        items: List<TraceItem> = field("ListOfItem");
        /// The order it belongs to.
        parents: Parents = field("ListOfParentInternalId");
        /// The document itself, once authorised.
        document_content: DocumentContent = field("DocumentContent");
    }
}

record! {
    /// Wraps the invoices; an empty object where there are none.
    pub struct Traceability "ReturnTraceability" {
        /// The invoices.
        invoices: List<TraceInvoice> = field("ListOfTraceability");
        /// Stands in for the list while there is none.
        no_invoice: Nothing = field("ListOfTraceability");
    }
}

record! {
    /// The state of an order, told to the partner.
    pub struct DocumentTraceAbilityOrder "DocumentTraceAbilityOrder" {
        /// `company|branch|number`.
        internal_id: Text<50> = field("InternalId");
        /// `company|branch`.
        company_internal_id: Text<50> = field("CompanyInternalId");
        /// Company.
        company_id: Text<10> = field("CompanyId");
        /// Branch.
        branch_id: Text<12> = field("BranchId");
        /// Number of the order.
        number: Text<6> = field("Number").column("C5_NUM");
        /// The text of the status, not its code (`domain/trace.md` 3).
        status: Text<40> = field("Status");
        /// Tracking code of the carrier.
        traceability_code: Text<20> = field("TraceabilityCode").column("C5_RASTR");
        /// When the order was made.
        register_date: Moment = field("RegisterDate").column("C5_EMISSAO");
        /// When it is to be delivered.
        delivery_date: Moment = field("DeliveryDate").column("C6_ENTREG");
        /// Our id of the customer.
        customer_vendor_internal_id: Text<60> = field("CustomerVendorInternalId");
        /// Value of the order, as text.
        value: Text<20> = field("Value");
        /// `001`: a sales order.
        kind: Text<3> = field("Type");
        /// The sale it came from, as the Response named it.
        retail_sales_internal_id: Text<60> = field("RetailSalesInternalId");
        /// Its lines.
        items: List<TraceItem> = field("ListOfItem");
        /// Its invoices.
        traceability: Traceability = field("ReturnTraceability");
    }
}
