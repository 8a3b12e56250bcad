//! What LOJA701 fills: sales, their lines, payments, and the log of cancelled items.

use crate::table;

table! {
    /// Sales (orçamentos): one row a sale or child.
    pub table Sl1 "sl1" key(company, l1_filial, l1_num) link(sale_id) day(l1_emissao) [awaited] {
        /// Company.
        company: text;
        /// Branch.
        l1_filial: text;
        /// Number of the sale.
        l1_num: text;
        /// Our id of the sale, `company\|branch\|series\|document\|pdv`; empty where the document is free (children, cancelled sales).
        sale_id: text;
        /// Child: our id of the sale it came from, as its Response named it; its traces echo it.
        parent_id: text;
        /// Child: our id of the customer, for its traces.
        customer_id: text;
        /// The partner that sent it; De/Para reference.
        partner: text;
        /// The transport that it came by.
        origin: text;
        /// SourceApplication of the message.
        sent_by: text;
        /// The partner's id of the sale, untouched.
        external_id: text;
        /// Version of the message.
        version: text;
        /// Its format, json or xml: what is told of the sale later goes out in the same.
        format: text;
        /// UUID of the message, whole.
        uuid: text;
        /// Number of the sale's document, whichever column holds it; by it a number used before is found.
        document: text;
        /// How often GravaBatch tried it.
        tries: amount(0);
        /// GravaBatch leaves it alone until then: seconds since 1970.
        rests_until: amount(0);
        /// Code of the reason why GravaBatch gave it up; empty otherwise.
        cause: text;
        /// Fiscal document.
        l1_doc: text;
        /// Its series.
        l1_serie: text;
        /// Point of sale.
        l1_pdv: text;
        /// Order document, where the sale is an order.
        l1_docped: text;
        /// Its series.
        l1_serped: text;
        /// Station.
        l1_estacao: text;
        /// Number of the coupon; blank where there is none, as for an order or an RPS.
        l1_numcfis: text;
        /// Number of the RPS.
        l1_docrps: text;
        /// Its series.
        l1_serrps: text;
        /// RX received, OK sale done, FR order done, ER failed; blank: an open child.
        l1_situa: text;
        /// V sale, P order, or the sender's kind.
        l1_tipo: text;
        /// E: sale with an NFC-e.
        l1_tiporc: text;
        /// F: has an order.
        l1_status: text;
        /// S: has an order.
        l1_reserva: text;
        /// P pick-up pending, O confirmed.
        l1_ecflag: text;
        /// E arrived cancelled, C cancelled.
        l1_storc: text;
        /// N: came by Mensagem Única.
        l1_origem: text;
        /// Child: number of the parent.
        l1_orcres: text;
        /// Child: branch of the parent.
        l1_filres: text;
        /// Customer.
        l1_cliente: text;
        /// Its store.
        l1_loja: text;
        /// CPF or CNPJ on the document.
        l1_cgccli: text;
        /// Seller.
        l1_vend: text;
        /// Commission in percent.
        l1_comis: amount(2);
        /// Operator.
        l1_operado: text;
        /// Day of the sale.
        l1_emissao: date;
        /// Day of the document.
        l1_emisnf: date;
        /// Its time, as it came.
        l1_hora: text;
        /// Total, gross of the header discount.
        l1_vlrtot: amount(2);
        /// What the customer pays.
        l1_vlrliq: amount(2);
        /// Gross.
        l1_valbrut: amount(2);
        /// Goods.
        l1_valmerc: amount(2);
        /// Header discount.
        l1_descont: amount(2);
        /// Header discount in percent.
        l1_descnf: amount(2);
        /// Header increase.
        l1_despesa: amount(2);
        /// Header freight.
        l1_frete: amount(2);
        /// Freight type.
        l1_tpfret: text;
        /// Kind of fiscal document.
        l1_especie: text;
        /// Access key.
        l1_keynfce: text;
        /// Protocol of the NFC-e.
        l1_pronfce: text;
        /// Serial number of the SAT equipment.
        l1_sersat: text;
        /// Cash.
        l1_dinheir: amount(2);
        /// Cheques.
        l1_cheques: amount(2);
        /// Credit card.
        l1_cartao: amount(2);
        /// Debit card.
        l1_vlrdebi: amount(2);
        /// Covenant.
        l1_conveni: amount(2);
        /// Vouchers.
        l1_vales: amount(2);
        /// Financed.
        l1_financ: amount(2);
        /// Others.
        l1_outros: amount(2);
        /// Entry.
        l1_entrada: amount(2);
        /// Store credit.
        l1_credito: amount(2);
        /// Change.
        l1_troco1: amount(2);
        /// Rate of the currency.
        l1_txmoeda: amount(4);
        /// Discount of the payment term.
        l1_descfin: amount(2);
        /// Payment term.
        l1_condpg: text;
        /// Number of payment rows.
        l1_parcela: amount(0);
        /// First NSU.
        l1_nsutef: text;
        /// S: an EFT paid.
        l1_vendtef: text;
        /// First EFT document.
        l1_doctef: text;
        /// First EFT date.
        l1_datatef: date;
        /// Its time.
        l1_horatef: text;
        /// Its authorisation.
        l1_autoriz: text;
        /// Its institute.
        l1_institu: text;
        /// When it was cancelled.
        l1_datcanc: date;
        /// At what time.
        l1_horcanc: text;
        /// Document of the cancellation.
        l1_doccanc: text;
        /// Carrier.
        l1_transp: text;
        /// Order of the shop front.
        l1_ecpedec: text;
        /// How the buyer was present.
        l1_indpres: text;
        /// Intermediary.
        l1_intermd: text;
        /// State tax burden.
        l1_totest: amount(2);
        /// Municipal tax burden.
        l1_totmun: amount(2);
        /// Federal tax burden.
        l1_totfed: amount(2);
        /// Source of the burdens.
        l1_ltran: text;
        /// ICMS.
        l1_valicm: amount(2);
        /// ISS.
        l1_valiss: amount(2);
        /// PIS.
        l1_valpis: amount(2);
        /// COFINS.
        l1_valcofi: amount(2);
        /// CSLL.
        l1_valcsll: amount(2);
        /// IRRF.
        l1_valirrf: amount(2);
        /// FECP.
        l1_valfecp: amount(2);
        /// Its basis.
        l1_basfecp: amount(2);
        /// FECP on ICMS-ST.
        l1_vfecpst: amount(2);
        /// Its basis.
        l1_bsfcpst: amount(2);
        /// IPI.
        l1_valipi: amount(2);
        /// Its basis.
        l1_baseipi: amount(2);
        /// ICMS-ST.
        l1_icmsret: amount(2);
        /// Its basis.
        l1_bricms: amount(2);
        /// Account of a stay; hotels only.
        l1_resehtl: text;
        /// Number of the movement.
        l1_nummov: text;
        /// UUID of the message.
        l1_umov: text;
        /// Why GravaBatch failed.
        l1_ergrvbt: text;
    }
    #unique index by_sale_id(sale_id);
    index by_document(company, l1_filial, document);
    index by_situa(l1_situa, company, l1_filial, l1_num);
    index by_parent(company, l1_filres, l1_orcres);
}

table! {
    /// Lines of a sale.
    pub table Sl2 "sl2" key(company, l2_filial, l2_num, l2_item) {
        /// Company.
        company: text;
        /// Branch.
        l2_filial: text;
        /// Number of the sale.
        l2_num: text;
        /// Line, counted from 01.
        l2_item: text;
        /// Product.
        l2_produto: text;
        /// Its description.
        l2_descri: text;
        /// Its unit.
        l2_um: text;
        /// Quantity.
        l2_quant: amount(3);
        /// Unit price.
        l2_vrunit: amount(3);
        /// Value of the line.
        l2_vlritem: amount(2);
        /// Price of the table.
        l2_prctab: amount(3);
        /// Discount in percent.
        l2_desc: amount(4);
        /// Discount.
        l2_valdesc: amount(2);
        /// Share of the header discount.
        l2_descpro: amount(2);
        /// Increase.
        l2_valacrs: amount(2);
        /// Share of the header freight.
        l2_valfre: amount(2);
        /// Share of the header increase.
        l2_despesa: amount(2);
        /// TES.
        l2_tes: text;
        /// CFOP.
        l2_cf: text;
        /// Warehouse.
        l2_local: text;
        /// Delivery type.
        l2_entrega: text;
        /// Delivery date.
        l2_fdtentr: date;
        /// Number of the reserve row.
        l2_reserva: text;
        /// Store of the reserve.
        l2_lojares: text;
        /// Branch that holds the reserved stock.
        l2_filstk: text;
        /// Number of the child.
        l2_orcres: text;
        /// Branch of the reserve or of the store that the item names; there the child is born.
        l2_filres: text;
        /// V: sold.
        l2_vendido: text;
        /// Document.
        l2_doc: text;
        /// Its series.
        l2_serie: text;
        /// Lot.
        l2_lotectl: text;
        /// Part of the lot.
        l2_nlote: text;
        /// Address.
        l2_localiz: text;
        /// Serial number.
        l2_nserie: text;
        /// Carrier.
        l2_transp: text;
        /// State tax burden.
        l2_totest: amount(2);
        /// Municipal tax burden.
        l2_totmun: amount(2);
        /// Federal tax burden.
        l2_totfed: amount(2);
        /// ICMS.
        l2_valicm: amount(2);
        /// Its basis.
        l2_baseicm: amount(2);
        /// Its rate in percent.
        l2_picm: amount(4);
        /// What is left of its basis after the reduction, in percent.
        l2_predic: amount(4);
        /// ISS.
        l2_valiss: amount(2);
        /// Its basis.
        l2_baseiss: amount(2);
        /// Its rate in percent.
        l2_aliqiss: amount(4);
        /// PIS withheld.
        l2_valpis: amount(2);
        /// Its basis.
        l2_basepis: amount(2);
        /// Its rate in percent.
        l2_aliqpis: amount(4);
        /// PIS assessed.
        l2_valps2: amount(2);
        /// Its basis.
        l2_baseps2: amount(2);
        /// Its rate in percent.
        l2_aliqps2: amount(4);
        /// COFINS withheld.
        l2_valcofi: amount(2);
        /// Its basis.
        l2_basecof: amount(2);
        /// Its rate in percent.
        l2_aliqcof: amount(4);
        /// COFINS assessed.
        l2_valcf2: amount(2);
        /// Its basis.
        l2_basecf2: amount(2);
        /// Its rate in percent.
        l2_aliqcf2: amount(4);
        /// CSLL.
        l2_valcsll: amount(2);
        /// Its basis.
        l2_bascsll: amount(2);
        /// Its rate in percent.
        l2_alqcsll: amount(4);
        /// IRRF.
        l2_valirrf: amount(2);
        /// Its basis.
        l2_basirrf: amount(2);
        /// Its rate in percent.
        l2_alqirrf: amount(4);
        /// FECP.
        l2_valfecp: amount(2);
        /// Its basis.
        l2_basfecp: amount(2);
        /// Its rate in percent.
        l2_alqfecp: amount(4);
        /// FECP on ICMS-ST.
        l2_vfecpst: amount(2);
        /// Its basis.
        l2_bsfcpst: amount(2);
        /// Its rate in percent.
        l2_alqfcst: amount(4);
        /// IPI.
        l2_valipi: amount(2);
        /// Its basis.
        l2_baseipi: amount(2);
        /// Its rate in percent.
        l2_ipi: amount(4);
        /// ICMS-ST.
        l2_icmsret: amount(2);
        /// Its basis.
        l2_bricms: amount(2);
        /// Its rate in percent.
        l2_aliqsol: amount(4);
    }
    index by_sale(company, l2_filial, l2_num);
}

table! {
    /// Payments of a sale: one row an instalment.
    pub table Sl4 "sl4" key(company, l4_filial, l4_num, l4_item) {
        /// Company.
        company: text;
        /// Branch.
        l4_filial: text;
        /// Number of the sale.
        l4_num: text;
        /// Row, counted from 01.
        l4_item: text;
        /// Due date.
        l4_data: date;
        /// Value.
        l4_valor: amount(2);
        /// Payment form.
        l4_forma: text;
        /// Administrator as code-description, or the bank of a cheque.
        l4_adminis: text;
        /// Groups the rows of one card.
        l4_formaid: text;
        /// Instalments of the payment that the row belongs to.
        l4_parcs: amount(0);
        /// NSU.
        l4_nsutef: text;
        /// Authorisation.
        l4_autoriz: text;
        /// Card number, masked.
        l4_numcart: text;
        /// EFT date.
        l4_datatef: date;
        /// EFT time.
        l4_horatef: text;
        /// S: paid by EFT.
        l4_vendtef: text;
        /// EFT document.
        l4_doctef: text;
        /// EFT institute.
        l4_institu: text;
        /// EFT instalments.
        l4_parctef: text;
        /// EFT cancellation date.
        l4_datcanc: date;
        /// Its time.
        l4_horcanc: text;
        /// EFT cancellation document.
        l4_doccanc: text;
        /// Series of the cheque.
        l4_serchq: text;
        /// Agency.
        l4_agencia: text;
        /// Account.
        l4_conta: text;
        /// Identity document.
        l4_rg: text;
        /// Telephone.
        l4_telefon: text;
        /// Number at the bank.
        l4_idcnab: text;
        /// Title that pays, for form RA.
        l4_conhtl: text;
    }
    index by_sale(company, l4_filial, l4_num);
}

table! {
    /// Log of cancelled items, and of cancelled sales.
    pub table Slx "slx" key(company, lx_filial, lx_num, lx_item) {
        /// Company.
        company: text;
        /// Branch.
        lx_filial: text;
        /// Number of the sale.
        lx_num: text;
        /// Line of the message, counted from 01; blank: the whole sale.
        lx_item: text;
        /// I: item; blank: the whole sale.
        lx_tpcanc: text;
        /// Product.
        lx_produto: text;
        /// Quantity.
        lx_quant: amount(3);
        /// Value.
        lx_vlritem: amount(2);
        /// Operator.
        lx_operado: text;
        /// Day.
        lx_dtmovto: date;
        /// Its time, as it came.
        lx_hora: text;
        /// Whole sale: its document.
        lx_cupom: text;
        /// Whole sale: series of it.
        lx_serie: text;
        /// Whole sale: its point of sale.
        lx_pdv: text;
        /// Whole sale: protocol of the cancelled NFC-e.
        f3_protoc: text;
        /// Whole sale: fiscal document of the cancellation.
        f3_nfiscan: text;
    }
    index by_sale(company, lx_filial, lx_num);
}
