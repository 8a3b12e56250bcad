//! DocumentTraceAbilityOrder 1.000 and 1.001 and its retail form, as really written (`domain/trace.md` 4). Values
//! and quantities are texts there. The published definition is of a request and its return that no flow uses; the
//! fields that only it names are declared, and never written.

use crate::field::{Moment, Text};
use crate::record::{List, Sparse};
use crate::{choice, record};

choice! {
    /// Which order a trace speaks of.
    pub enum OrderKind {
        /// A purchase order; never ours.
        Purchase = "000",
        /// A sales order.
        Sale = "001",
    }
}

record! {
    /// A cost centre's share of a line.
    pub struct ApportionCost "ApportionCost" {
        /// Id of the share.
        internal_id: Text<80> = field("InternalId").column("AGH_ITEMPD");
        /// Our id of the cost centre.
        cost_center_internal_id: Text<50> = field("CostCenterInternalId").column("AGH_CC");
        /// Its share in percent, as text.
        percentual: Text<20> = field("Percentual").column("AGH_PERC");
    }
}

record! {
    /// A task's share of a line.
    pub struct ApportionTask "ApportionTask" {
        /// Id of the share.
        internal_id: Text<80> = field("InternalId");
        /// Our id of the project.
        project_internal_id: Text<50> = field("ProjectInternalId").column("AFS_PROJET");
        /// Part of the project: empty.
        sub_project_internal_id: Text<50> = field("SubProjectInternalId");
        /// Our id of the task.
        task_internal_id: Text<50> = field("TaskInternalId").column("AFS_TAREFA");
        /// Its quantity, as text.
        quantity: Text<20> = field("Quantity").column("AFS_QUANT");
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
        /// Cost centres.
        apportion_cost: Sparse<ApportionCost> = field("ListOfApportionCost");
        /// Tasks.
        apportion_task: Sparse<ApportionTask> = field("ListOfApportionTask");
    }
}

record! {
    /// The order that an invoice belongs to.
    pub struct ParentId "ParentInternalId" {
        /// The order.
        internal_id: Text<50> = field("InternalId").alias(&["InternaldId"]);
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
        vendor_internal_id: Text<60> = field("VendorInternalId").unpublished();
        /// The customer, under the name of the published definition.
        customer_vendor_internal_id: Text<60> = field("CustomerVendorInternalId").column("F2_CLIENTE");
        /// Gross value, as text.
        value: Text<20> = field("Value").column("F2_VALBRUT");
        /// Order of purchase or of sale; only in the published definition.
        kind: OrderKind = field("Type");
        /// The sale, where the published definition has it.
        retail_sales_internal_id: Text<60> = field("RetailSalesInternalId").since(1, 1);
        /// `N`: normal.
        type_of_document: Text<1> = field("TypeOfDocument").column("F2_TIPO");
        /// 44 digits; empty before authorisation.
        electronic_access_key: Text<44> = field("ElectronicAccessKey").unpublished().column("F2_CHVNFE");
        /// Its lines.
        items: List<TraceItem> = field("ListOfItem");
        /// The order it belongs to.
        parents: Parents = field("ListOfParentInternalId");
        /// The document itself, once authorised.
        document_content: DocumentContent = field("DocumentContent").unpublished().since(1, 1);
    }
}

record! {
    /// Wraps the invoices.
    pub struct Traceability "ReturnTraceability" {
        /// The invoices; an empty object where there are none.
        invoices: Sparse<TraceInvoice> = field("ListOfTraceability").unpublished();
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
        traceability_code: Text<20> = field("TraceabilityCode").unpublished().column("C5_RASTR");
        /// When the order was made.
        register_date: Moment = field("RegisterDate").column("C5_EMISSAO");
        /// When it is to be delivered.
        delivery_date: Moment = field("DeliveryDate").column("C6_ENTREG");
        /// Our id of the customer.
        customer_vendor_internal_id: Text<60> = field("CustomerVendorInternalId");
        /// Value of the order, as text.
        value: Text<20> = field("Value");
        /// Of purchase or of sale.
        kind: OrderKind = field("Type");
        /// The sale it came from, as the Response named it.
        retail_sales_internal_id: Text<60> = field("RetailSalesInternalId").unpublished();
        /// Its lines.
        items: List<TraceItem> = field("ListOfItem");
        /// Its invoices.
        traceability: Traceability = field("ReturnTraceability").unpublished();
        /// Its invoices, where the published definition has them.
        published_invoices: List<TraceInvoice> = field("ListOfTraceability");
    }
}
