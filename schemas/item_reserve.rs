//! ItemReserve 1.x and 2.000: a stock reservation (`domain/itemreserve.md` 3).

use crate::field::{Amount, Flag, Moment, PartnerCode, Text};
use crate::record::List;
use crate::{choice, record};

choice! {
    /// What the reservation is for.
    pub enum ReserveType {
        /// Direct sale.
        Sale = "VD",
        /// Customer.
        Customer = "CL",
        /// Sales order.
        Order = "PD",
        /// Release.
        Release = "LB",
        /// Invoice.
        Invoice = "NF",
        /// Retail; what OMNI sends.
        Retail = "LJ",
    }
}

record! {
    /// One product reserved in one warehouse.
    pub struct ReserveItem "Item" {
        /// Code of the product, where no id is given.
        item_code: Text<30> = field("ItemCode").column("C0_PRODUTO");
        /// The partner's id of the product; goes through De/Para SB1.
        item_internal_id: PartnerCode = field("ItemInternalId").until(1, 999).column("C0_PRODUTO");
        /// Code of the warehouse, where no id is given.
        warehouse_code: Text<2> = field("WarehouseCode").column("C0_LOCAL");
        /// The partner's id of the warehouse; goes through De/Para NNR.
        warehouse_internal_id: PartnerCode = field("WarehouseInternalId").until(1, 999).column("C0_LOCAL");
        /// How much is reserved, in units of the product.
        quantity: Amount<7, 2> = field("Quantity").required().column("C0_QUANT");
        /// Until when.
        reserve_expiration: Moment = field("ReserveExpiration").column("C0_VALIDA");
        /// Since when.
        issue_date_reserve: Moment = field("IssueDateReserve").column("C0_EMISSAO");
        /// Lot.
        lot_number: Text<10> = field("LotNumber").column("C0_LOTECTL");
        /// Part of the lot.
        sub_lot_number: Text<6> = field("SubLotNumber").column("C0_NUMLOTE");
        /// Serial number.
        series_item: Text<20> = field("SeriesItem").column("C0_NUMSERI");
        /// Address in the warehouse.
        addressing_item: Text<15> = field("AddressingItem").column("C0_LOCALIZ");
        /// A note.
        note_reserve_item: Text<80> = field("NoteReserveItem").column("C0_OBS");
        /// The branch that holds the stock; goes through the company De/Para.
        reserve_branch: PartnerCode = field("ReserveBranch").required().column("C0_FILIAL");
        /// The item is to be dropped; only in an update.
        is_canceled: Flag = field("IsCanceled");
    }
}

record! {
    /// What is free of a product that is short, by lot and place where it is kept so.
    pub struct ShortItem "Item" {
        /// Product.
        item_code: Text<30> = field("ItemCode");
        /// How much can still be reserved, in units of the product.
        available: Amount<12, 2> = field("AvailableStockAmount");
        /// Lot.
        lot_number: Text<10> = field("LotNumber");
        /// Part of the lot.
        sub_lot_number: Text<6> = field("SubLotNumber");
        /// Address in the warehouse.
        addressing_item: Text<15> = field("AddressingItem");
        /// Serial number.
        series_item: Text<20> = field("SeriesItem");
    }
}

record! {
    /// What the answer to a reserve returns that the stock does not cover (`domain/itemreserve.md` 9).
    pub struct Shortage "ReturnContent" {
        /// `001`, as Protheus has it.
        code: Text<3> = field("Code");
        /// What is free.
        detail: List<ShortItem> = field("Detail");
    }
}

record! {
    /// A reservation of stock: header and items.
    pub struct ItemReserve "ItemReserve" {
        /// Upsert or delete, where the header names none.
        event: Text<20> = field("Event").unpublished();
        /// The sender's company.
        company_id: Text<50> = field("CompanyId");
        /// The sender's branch.
        branch_id: Text<50> = field("BranchId").column("C0_FILIAL");
        /// Both in one.
        company_internal_id: Text<50> = field("CompanyInternalId").until(1, 999);
        /// The sender's id of the reserve; the key of its De/Para.
        internal_id: Text<50> = field("InternalId").key();
        /// Ignored: numbers are ours.
        reserve_number: Text<6> = field("ReserveNumber").column("C0_NUM");
        /// What the reservation is for.
        reserve_type: ReserveType = field("ReserveType").required().column("C0_TIPO");
        /// The document that groups the rows.
        document_reserve: Text<9> = field("DocumentReserve").required().column("C0_DOCRES");
        /// Who asks.
        requester: Text<20> = field("Requester").required().column("C0_SOLICIT");
        /// The branch that asks; goes through the company De/Para.
        request_branch: PartnerCode = field("RequestBranch").required().column("C0_FILRES");
        /// Where the reservation comes from.
        reserve_source: Text<20> = field("ReserveSource").unpublished().column("C0_ORIGEM");
        /// What is reserved.
        items: List<ReserveItem> = field("ReserveItemType").required();
    }
}
