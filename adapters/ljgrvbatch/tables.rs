//! What LJGRVBATCH fills: titles and sales orders.

use crate::table;

table! {
    /// Receivables: one title a payment row.
    pub table Se1 "se1" key(company, e1_filial, e1_prefixo, e1_num, e1_parcela, e1_tipo) day(e1_emissao) {
        /// Company.
        company: text;
        /// Branch.
        e1_filial: text;
        /// Series of the document.
        e1_prefixo: text;
        /// Number of the document.
        e1_num: text;
        /// Counts the titles of the sale; blank where there is one.
        e1_parcela: text;
        /// Payment form.
        e1_tipo: text;
        /// Number of the sale.
        l1_num: text;
        /// Who owes: the customer, or the card administrator's.
        e1_cliente: text;
        /// Its store.
        e1_loja: text;
        /// Issued.
        e1_emissao: date;
        /// Due.
        e1_vencto: date;
        /// Value after the fee.
        e1_valor: amount(2);
        /// Gross value.
        e1_vlrreal: amount(2);
        /// NSU.
        e1_nsutef: text;
        /// Authorisation.
        e1_autoriz: text;
        /// Administrator.
        e1_adm: text;
    }
    index by_sale(company, e1_filial, l1_num);
    index by_document(company, e1_filial, e1_prefixo, e1_num);
}

table! {
    /// Sales orders.
    pub table Sc5 "sc5" key(company, c5_filial, c5_num) [awaited] {
        /// Company.
        company: text;
        /// Branch.
        c5_filial: text;
        /// Number of the order.
        c5_num: text;
        /// The partner of the sale.
        partner: text;
        /// The transport of the sale.
        origin: text;
        /// UUID of the sale's message.
        uuid: text;
        /// Our id of the sale, as its Response named it.
        sale_id: text;
        /// Our id of the customer, as its Response named it.
        customer_id: text;
        /// Customer.
        c5_cliente: text;
        /// Its store.
        c5_lojacli: text;
        /// Issued.
        c5_emissao: date;
        /// Two digits, only forward.
        c5_status: text;
        /// Number of the child.
        c5_orcres: text;
        /// Tracking code.
        c5_rastr: text;
        /// Freight.
        c5_frete: amount(2);
        /// Discount.
        c5_desc: amount(2);
    }
    index by_child(company, c5_filial, c5_orcres);
}

table! {
    /// Lines of a sales order.
    pub table Sc6 "sc6" key(company, c6_filial, c6_num, c6_item) {
        /// Company.
        company: text;
        /// Branch.
        c6_filial: text;
        /// Number of the order.
        c6_num: text;
        /// Line.
        c6_item: text;
        /// Product.
        c6_produto: text;
        /// Unit.
        c6_um: text;
        /// Quantity.
        c6_qtdven: amount(3);
        /// Unit price.
        c6_prcven: amount(3);
        /// Value of the line.
        c6_valor: amount(2);
        /// Warehouse.
        c6_local: text;
        /// Delivery date.
        c6_entreg: date;
        /// TES.
        c6_tes: text;
    }
    index by_order(company, c6_filial, c6_num);
}

table! {
    /// Sales that an outside GravaBatch reported through `eaid_gravabatch_done`, until what follows is done.
    pub table Reported "gravabatch_reported" key(company, branch, number) {
        /// Company.
        company: text;
        /// Branch.
        branch: text;
        /// Number of the sale.
        number: text;
        /// `new`, as long as it stands.
        state: text;
        /// How the sale ended: OK, FR or ER.
        situa: text;
        /// Why, for ER.
        error: text;
        /// It is left alone until then: seconds since 1970.
        rests_until: amount(0);
    }
    index by_state(state, company, branch, number);
}

impl Reported {
    /// The state of a report that nothing followed from yet.
    pub const NEW: &'static str = "new";
}
