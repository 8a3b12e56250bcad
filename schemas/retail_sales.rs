//! RetailSales 2.007 to 2.010: a sale (`domain/retailsales.md` 3, 4 and 8), with the fields that are really
//! read though no published definition names them.

use crate::field::{Amount, Anything, Clock, Count, Flag, Moment, PartnerCode, Text};
use crate::record::{List, Seldom};
use crate::tax::Tax;
use crate::{choice, record};

/// Money in reais, to the cent.
pub type Money = Amount<13, 2>;
/// A percentage with two decimals.
pub type Percent = Amount<3, 2>;

choice! {
    /// The fiscal document of the sale.
    pub enum KindOfDocument {
        /// NFC-e.
        Nfce = "NFCE",
        /// Manual note.
        Nfm = "NFM",
        /// NF-e.
        Nfe = "NFE" | "SPED",
        /// Provisional service receipt.
        Rps = "RPS",
        /// SAT coupon.
        Satce = "SATCE" | "SAT",
        /// Fiscal coupon of a printer.
        Cf = "CF",
        /// NFC-e issued by a coupon printer.
        Nfcf = "NFCF",
    }
}

choice! {
    /// What kind of sale.
    pub enum SaleType {
        /// Sale.
        Sale = "V",
        /// Sale with a SAT coupon.
        Sat = "S",
        /// Return of a purchase.
        PurchaseReturn = "D",
        /// Uses a supplier.
        Supplier = "B",
    }
}

choice! {
    /// How the goods reach the customer (`domain/README.md` 7).
    pub enum ItemDeliveryType {
        /// Picked up later.
        PickUpLater = "1",
        /// Taken at once.
        Now = "2",
        /// Delivered.
        Delivery = "3",
        /// Picked up later, with a sales order.
        PickUpWithOrder = "4",
    }
}

choice! {
    /// How the buyer was present (NT 2020.006).
    pub enum PresencialIndicator {
        /// In the shop.
        InStore = "1",
        /// By internet.
        Internet = "2",
        /// By telephone.
        Telephone = "3",
        /// NFC-e with delivery at home.
        HomeDelivery = "4",
        /// In person, away from the shop.
        AwayFromShop = "5",
        /// Otherwise.
        Other = "9",
    }
}

record! {
    /// Meals of a stay; hotels only.
    pub struct BoardBasis "BoardBasisInformation" {
        /// Kind of board.
        board_basis_type: Text<3> = field("BoardBasisType").column("MH4_TIPOPEN");
        /// Its value.
        board_basis_value: Money = field("BoardBasisValue").column("MH4_VLRPEN");
        /// Value of the breakfast.
        breakfast_value: Money = field("BreakfastValue").column("MH4_VLRCAFE");
        /// Its day.
        date_of_movement: Moment = field("DateOfMovement").column("MH4_DTLANC");
    }
}

record! {
    /// A stay; hotels only.
    pub struct Booking "BookingInformation" {
        /// Account of the stay.
        hotel_account_code: Text<32> = field("HotelAccountCode").column("L1_RESEHTL");
        /// Day of arrival.
        checkin_date: Moment = field("CheckinDate").column("MH3_DATA");
        /// Kind of room.
        habitational_unit_type: Text<50> = field("HabitationalUnitType").column("MH3_TIPOUH");
        /// Number of the room.
        habitational_unit_number: Text<15> = field("HabitationalUnitNumber").column("MH3_NUMUH");
        /// Main guest.
        main_guest_name: Text<50> = field("MainGuestName").personal().column("MH3_HOSPRI");
        /// The other guests.
        additional_guest_name: Text<2000> = field("AdditionalGuestName").personal().column("MH3_HOSPED");
        /// Group.
        group_name: Text<120> = field("GroupName").column("MH3_GRUPO");
        /// Event.
        event_name: Text<120> = field("EventName").column("MH3_EVENTO");
    }
}

record! {
    /// A line of the sale.
    pub struct SaleItem "SaleItem" {
        /// Id of the sale, repeated.
        internal_id: Text<50> = field("InternalId");
        /// The partner's id of the product; goes through De/Para SB1.
        item_internal_id: PartnerCode = field("ItemInternalId").column("L2_PRODUTO");
        /// Code of the product, where no id is given.
        item_code: Text<30> = field("ItemCode").column("L2_PRODUTO");
        /// The sender's number of the line; ours is counted.
        item_order: Text<10> = field("ItemOrder");
        /// Document of the item's sale; that of the header is used.
        document_code: Text<9> = field("DocumentCode").since(2, 10).column("L2_DOC");
        /// Its series.
        serie_code: Text<5> = field("SerieCode").since(2, 10).column("L2_SERIE");
        /// Its station.
        station_code: PartnerCode = field("StationCode").since(2, 10).column("L2_PDV");
        /// Quantity in units of the product.
        quantity: Amount<12, 3> = field("Quantity").required().column("L2_QUANT");
        /// Price of one unit.
        unit_price: Amount<12, 3> = field("UnitPrice").required().column("L2_VRUNIT");
        /// Price of the line.
        item_price: Money = field("ItemPrice").required().column("L2_VLRITEM");
        /// Price of the table; else the unit price.
        item_table_price: Amount<12, 3> = field("ItemTablePrice").since(2, 9).column("L2_PRCTAB");
        /// Discount of the item in percent.
        discount_percentage: Amount<3, 4> = field("DiscountPercentage").column("L2_DESC");
        /// Discount of the item in reais; wins over the percentage.
        discount_amount: Money = field("DiscountAmount").column("L2_VALDESC");
        /// The item's share of the header discount.
        discount_total_prorated: Money = field("DiscountTotalProrated").column("L2_DESCPRO");
        /// TES, CFOP or operation, told apart by length.
        operation_code: PartnerCode = field("OperationCode").required().column("L2_CF");
        /// Whether the item counts as sold; ours is set by the delivery type.
        item_sold: Text<1> = field("ItemSold").since(2, 10).column("L2_VENDIDO");
        /// Taxes of the item.
        taxes: List<Tax> = field("ListOfTaxes");
        /// Increase of the item in reais.
        increase: Money = field("Increase").column("L2_VALACRS");
        /// The item's share of the header increase.
        increase_value_prorated: Money = field("IncreaseValueProrated").unpublished().column("L2_DESPESA");
        /// The item's share of the header freight.
        freight_value_prorated: Money = field("FreightValueProrated").unpublished().column("L2_VALFRE");
        /// Lodging; hotels only.
        lodging: Text<1> = field("Lodging");
        /// The item was cancelled: logged apart.
        is_canceled: Flag = field("IsCanceled");
        /// Unit; that of the product is used.
        unit_of_measure_code: Text<6> = field("UnitOfMeasureCode");
        /// Its id.
        unit_of_measure_internal_id: Text<50> = field("UnitOfMeasureInternalId");
        /// Warehouse code; not read.
        warehouse_code: Text<10> = field("WarehouseCode");
        /// The partner's id of the warehouse; goes through De/Para NNR.
        warehouse_internal_id: PartnerCode = field("WarehouseInternalId").column("L2_LOCAL");
        /// The store that holds the reserve; goes through De/Para SLJ.
        store_identification_code: PartnerCode = field("StoreIdentificationCode").column("L2_LOJARES");
        /// ECF taxing code.
        ecf_taxing_code: Text<10> = field("ECFTaxingCode");
        /// Meals; hotels only.
        board_basis: Seldom<BoardBasis> = field("BoardBasisInformation");
        /// The document that a return refers to.
        source_document: Text<9> = field("SourceDocument").column("MH4_DOCORI");
        /// Its series.
        source_document_serie: Text<3> = field("SourceDocumentSerie").column("MH4_SERIEORI");
        /// Its item.
        source_document_item: Text<4> = field("SourceDocumentItem").column("MH4_ITEORIORI");
        /// The partner's id of the reserve; goes through De/Para SC0.
        item_reserve_internal_id: PartnerCode = field("ItemReserveInternalId").column("L2_RESERVA");
        /// Number of the reserve row, where no id is given.
        item_reserve_code: Text<6> = field("ItemReserveCode").column("L2_RESERVA");
        /// How the goods reach the customer; 2 where absent.
        item_delivery_type: ItemDeliveryType = field("ItemDeliveryType").column("L2_ENTREGA");
        /// When they are to be delivered.
        item_delivery_date: Moment = field("ItemDeliveryDate").column("L2_FDTENTR");
        /// Lot.
        lot_number: Text<10> = field("LotNumber").column("L2_LOTECTL");
        /// Part of the lot.
        sub_lot_number: Text<6> = field("SubLotNumber").column("L2_NLOTE");
        /// Address in the warehouse.
        address_item: Text<15> = field("AddressItem").column("L2_LOCALIZ");
        /// Serial number.
        series_item: Text<20> = field("SeriesItem").column("L2_NSERIE");
        /// Carrier of the item; the header then has none.
        item_carrier_code: PartnerCode = field("ItemCarrierCode").since(2, 8).column("L2_TRANSP");
        /// Its id; goes through De/Para SA4.
        item_carrier_internal_id: PartnerCode = field("ItemCarrierInternalId").since(2, 8).column("L2_TRANSP");
        /// State tax burden in reais.
        state_tax_burden: Money = field("StateTaxBurden").unpublished().column("L2_TOTEST");
        /// Municipal tax burden in reais.
        municipal_tax_burden: Money = field("MunicipalTaxBurden").unpublished().column("L2_TOTMUN");
        /// Federal tax burden in reais.
        federal_tax_burden: Money = field("FederalTaxBurden").unpublished().column("L2_TOTFED");
    }
}

record! {
    /// A payment of the sale.
    pub struct SaleCondition "SaleCondition" {
        /// The title that pays, for form RA.
        account_receivable_document_internal_id: Text<50> = field("AccountReceivableDocumentInternalId").column("L4_CONHTL");
        /// When it is due; else the issue date.
        date_of_payment: Moment = field("DateOfPayment").column("L4_DATA");
        /// Value in reais.
        payment_value: Money = field("PaymentValue").required().column("L4_VALOR");
        /// The payment form: De/Para SX5 first, else the form itself.
        payment_method_code: PartnerCode = field("PaymentMethodCode").column("L4_FORMA");
        /// The partner's id of the form; goes through De/Para SX5.
        payment_method_internal_id: PartnerCode = field("PaymentMethodInternalId").column("L4_FORMA");
        /// Card administrator; De/Para SAE first, else the code itself.
        financial_manager_code: PartnerCode = field("FinancialManagerCode").column("L4_ADMINIS");
        /// Card number, masked by the sender.
        card_number: Text<30> = field("CardNumber").personal().column("L4_NUMCART");
        /// Series of the cheque.
        serie_check: Text<6> = field("SerieCheck").column("L4_SERCHQ");
        /// Bank of the cheque; goes through De/Para SX5, table K6.
        bank_check: PartnerCode = field("BankCheck").column("L4_ADMINIS");
        /// Agency of the cheque.
        agency_check: Text<8> = field("AgencyCheck").personal().column("L4_AGENCIA");
        /// Account of the cheque.
        account_check: Text<20> = field("AccountCheck").personal().column("L4_CONTA");
        /// Identity document of who signed.
        document_of_identification: Text<20> = field("DocumentOfIdentification").personal().column("L4_RG");
        /// Telephone of who signed.
        phone_number: Text<15> = field("PhoneNumber").personal().column("L4_TELEFON");
        /// When the electronic transfer was made.
        eft_date: Moment = field("EftDate").column("L4_DATATEF");
        /// Its document.
        eft_document: Text<9> = field("EftDocument").column("L4_DOCTEF");
        /// Its authorisation.
        eft_autorization: Text<6> = field("EftAutorization").column("L4_AUTORIZ");
        /// When it was cancelled.
        eft_cancellation_date: Moment = field("EftCancellationDate").column("L4_DATCANC");
        /// Document of the cancellation.
        eft_cancellation_document: Text<9> = field("EftCancellationDocument").column("L4_DOCCANC");
        /// Institute.
        eft_institute: Text<16> = field("EftInstitute").column("L4_INSTITU");
        /// NSU: serial number of the transaction.
        unique_serial_number: Text<12> = field("UniqueSerialNumber").column("L4_NSUTEF");
        /// Instalments of the electronic transfer.
        eft_parcel: Text<3> = field("EftParcel").column("L4_PARCTEF");
        /// Number at the bank.
        financial_document_code: Text<20> = field("FinancialDocumentCode").column("L4_IDCNAB");
        /// The partner's id of the payment term; goes through De/Para SE4.
        payment_term_code_internal_id: PartnerCode = field("PaymentTermCodeInternalID").column("L1_CONDPG");
        /// Code of the payment term.
        payment_term_code: Text<3> = field("PaymentTermCode").column("L1_CONDPG");
        /// Number of instalments.
        installments: Count<999> = field("Installments").since(2, 9);
    }
}

record! {
    /// A sale: header, items, payments, taxes.
    pub struct RetailSales "RetailSales" {
        /// Upsert; delete is refused.
        event: Text<20> = field("Event").unpublished();
        /// The sender's company.
        company_id: Text<50> = field("CompanyId");
        /// The sender's branch.
        branch_id: Text<50> = field("BranchId").column("L1_FILIAL");
        /// Both in one.
        company_internal_id: Text<50> = field("CompanyInternalId");
        /// The sender's id of the sale; the key of its De/Para.
        internal_id: Text<50> = field("InternalId").key();
        /// The partner's id of the seller; goes through De/Para SA3.
        seller_internal_id: PartnerCode = field("SellerInternalId").column("L1_VEND");
        /// Commission in percent.
        commission_percent: Percent = field("CommissionPercent").alias(&["ComissionPercent"]).column("L1_COMIS");
        /// Our code of the customer.
        customer_code: Text<20> = field("CustomerCode").unpublished().column("L1_CLIENTE");
        /// Its store.
        store_code: Text<4> = field("StoreCode").unpublished().column("L1_LOJA");
        /// The partner's id of the customer; goes through De/Para SA1.
        customer_vendor_internal_id: PartnerCode = field("CustomerVendorInternalId").column("L1_CLIENTE");
        /// Total, net of the header discount.
        total_price: Money = field("TotalPrice").required().column("L1_VLRTOT");
        /// Header discount.
        discount_value: Money = field("DiscountValue").column("L1_DESCONT");
        /// Header increase.
        increase_value: Money = field("IncreaseValue").column("L1_DESPESA");
        /// Header freight; the sum of the items'.
        freight_value: Money = field("FreightValue").unpublished().column("L1_FRETE");
        /// What the customer pays.
        net_price: Money = field("NetPrice").required().column("L1_VLRLIQ");
        /// Before discount.
        gross_price: Money = field("GrossPrice").required().column("L1_VALBRUT");
        /// Goods.
        commodity_price: Money = field("CommodityPrice").column("L1_VALMERC");
        /// Header discount in percent.
        discount_percent: Percent = field("DiscountPercent").column("L1_DESCNF");
        /// Paid in cash.
        cash_value: Money = field("CashValue").column("L1_DINHEIR");
        /// Paid by cheque.
        checks_value: Money = field("ChecksValue").column("L1_CHEQUES");
        /// Paid by credit card.
        cards_value: Money = field("CardsValue").column("L1_CARTAO");
        /// Paid by debit card.
        debit_value: Money = field("DebitValue").column("L1_VLRDEBI");
        /// Paid by covenant.
        covenant_value: Money = field("CovenantValue").column("L1_CONVENI");
        /// Paid by voucher.
        vouchers_value: Money = field("VouchersValue").column("L1_VALES");
        /// Financed.
        financed_value: Money = field("FinancedValue").column("L1_FINANC");
        /// Paid otherwise.
        others_value: Money = field("OthersValue").column("L1_OUTROS");
        /// Paid as an entry.
        input_value: Money = field("InputValue").column("L1_ENTRADA");
        /// Paid with store credit.
        credit_value: Money = field("CreditValue").column("L1_CREDITO");
        /// When the document was issued.
        issue_date_document: Moment = field("IssueDateDocument").required().column("L1_EMISNF");
        /// When the fiscal document was issued; the time of the sale is read from IssueDateDocument.
        emis_nf: Moment = field("EmisNf").since(2, 10).column("L1_EMISNF");
        /// Time of the sale; that of IssueDateDocument is used.
        date_time: Clock = field("DateTime").since(2, 10).column("L1_HORA");
        /// Messages of the invoice.
        invoice_messages: Text<250> = field("InvoiceMessages").column("L1_MENNOTA");
        /// Number of the document.
        document_code: Text<9> = field("DocumentCode").required().column("L1_DOC");
        /// Series of the document.
        serie_code: Text<5> = field("SerieCode").column("L1_SERIE");
        /// Number of the fiscal coupon; that of the document is used.
        num_cfis: Text<9> = field("NumCFis").since(2, 10).column("L1_NUMCFIS");
        /// Operator; goes through De/Para SLF.
        operator_code: PartnerCode = field("OperatorCode").column("L1_OPERADO");
        /// The partner's id of the operator; goes through De/Para SLF.
        operator_internal_id: PartnerCode = field("OperatorInternalId").column("L1_OPERADO");
        /// Rate of the currency.
        currency_rate: Amount<7, 4> = field("CurrencyRate").column("L1_TXMOEDA");
        /// Change given.
        change: Money = field("Change").column("L1_TROCO1");
        /// Station, third of three names.
        station_code: PartnerCode = field("StationCode").column("L1_ESTACAO");
        /// Station, first of three names; goes through De/Para SLG.
        station_sale_point_code: PartnerCode = field("StationSalePointCode").column("L1_ESTACAO");
        /// Station, second of three names; goes through De/Para SLG.
        station_sale_point_internal_id: PartnerCode = field("StationSalePointInternalId").column("L1_ESTACAO");
        /// Discount of the payment term.
        discount_payment_term: Amount<12, 2> = field("DiscountPaymentTerm").column("L1_DESCFIN");
        /// The fiscal document; empty: taxes are computed here.
        kind_of_document: KindOfDocument = field("KindOfDocument").column("L1_ESPECIE");
        /// Carrier; goes through De/Para SA4.
        carrier_code: PartnerCode = field("CarrierCode").column("L1_TRANSP");
        /// The partner's id of the carrier; goes through De/Para SA4.
        carrier_internal_id: PartnerCode = field("CarrierInternalId").column("L1_TRANSP");
        /// Hash of the point of sale.
        md5: Text<60> = field("Md5").column("L1_PAFMD5");
        /// Number of the movement.
        movement_number: Text<5> = field("MovementNumber").column("L1_NUMMOV");
        /// Complement of the invoice.
        electronic_invoice_complement: Text<60> = field("ElectronicInvoiceComplement");
        /// CPF or CNPJ printed on the document.
        personal_identification: Text<20> = field("PersonalIdentification").personal().column("L1_CGCCLI");
        /// Who bought.
        purchaser_name: Text<40> = field("PurchaserName").personal();
        /// Document of a foreign buyer.
        doc_foreign_purchase: Text<40> = field("DocForeignPurchase").personal();
        /// The sale arrives cancelled.
        is_canceled: Flag = field("IsCanceled").column("L1_STORC");
        /// Protocol of the NFC-e.
        nfce_protocol: Text<15> = field("NfceProtocol").column("L1_PRONFCE");
        /// Lines.
        items: List<SaleItem> = field("ListOfSaleItem").required();
        /// Payments.
        payments: List<SaleCondition> = field("ListOfSaleCondition").required();
        /// Taxes of the header.
        taxes: List<Tax> = field("ListOfTaxes");
        /// Serial number of the SAT equipment.
        serial_number_sat_equipament: Text<20> = field("SerialNumberSATEquipament").column("L1_SERSAT");
        /// What kind of sale.
        sale_type: SaleType = field("SaleType").column("L1_TIPO");
        /// Access key of the NF-e or NFC-e.
        key_acess_nfe: Text<60> = field("KeyAcessNFe").column("L1_KEYNFCE");
        /// State tax burden in reais.
        state_tax_burden: Money = field("StateTaxBurden").column("L1_TOTEST");
        /// Municipal tax burden in reais.
        municipal_tax_burden: Money = field("MunicipalTaxBurden").column("L1_TOTMUN");
        /// Federal tax burden in reais.
        federal_tax_burden: Money = field("FederalTaxBurden").column("L1_TOTFED");
        /// Where the burdens come from.
        tax_source: Text<41> = field("TaxSource").column("L1_LTRAN");
        /// A stay; hotels only.
        booking: Seldom<Booking> = field("BookingInformation");
        /// How the buyer was present.
        presencial_indicator: PresencialIndicator = field("PresencialIndicator").since(2, 8).column("L1_INDPRES");
        /// Intermediary of a marketplace.
        intermediary_code: Text<6> = field("IntermediaryCode").since(2, 8).column("L1_INTERMD");
        /// Number of the order in the shop front.
        e_commerce_order: Text<30> = field("ECommerceOrder").since(2, 8).column("L1_ECPEDEC");
        /// How the stay is apportioned among financial natures; hotels only, not read.
        financial_natures: Anything = field("ListofFinancialNatureApportionment").unpublished();
    }
}
