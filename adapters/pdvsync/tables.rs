//! What PDVSYNC fills: orders with items and payments, their links, customers, and the log of the calls.

use crate::table;

table! {
    /// Customers.
    pub table Pcclient "pcclient" key(codcli) {
        /// Code.
        codcli: text;
        /// Name.
        cliente: text;
        /// CPF or CNPJ, without punctuation.
        cgcent: text;
        /// State registration.
        ieent: text;
        /// Street.
        endercob: text;
        /// Number in it.
        numerocob: text;
        /// What else the address says.
        complementocob: text;
        /// Quarter.
        bairrocob: text;
        /// City.
        municcob: text;
        /// Federal state.
        estcob: text;
        /// Postal code.
        cepent: text;
        /// Telephone.
        telent: text;
        /// Mobile telephone.
        telcelent: text;
        /// E-mail.
        email: text;
        /// Activity (4013).
        codatv1: text;
        /// CNAE (4585).
        codcnae: text;
        /// Where it came from.
        origem: text;
        /// Since when.
        dtcadastro: date;
        /// When it was last changed.
        dtultalter: date;
        /// CPF or CNPJ with state registration, as `document\|registration`: what makes it the same customer.
        identity: text;
    }
    index by_document(cgcent);
    #unique index by_identity(identity);
}

table! {
    /// Orders: a TV7 is the reserve and the sale, a TV8 is what is handed over in one way.
    pub table Pcpedc "pcpedc" key(numped) {
        /// Number.
        numped: text;
        /// Branch that sells.
        codfilial: text;
        /// 7 from the reserve on, 8 of what is handed over.
        condvenda: text;
        /// Of a TV8, the number of its TV7.
        numpedentfut: text;
        /// Number at the point of sale.
        numpedhube: text;
        /// L free, C cancelled, F invoiced.
        posicao: text;
        /// Customer.
        codcli: text;
        /// Salesman.
        codusur: text;
        /// Charge code of the first payment; empty while it is not paid.
        codcob: text;
        /// Who hires the carrier: C F T R D G.
        fretedespacho: text;
        /// The day on which its freight was told.
        dtcalcfrete: date;
        /// A note.
        obs: text;
        /// Quantities times prices.
        vltotal: amount(2);
        /// The day on which it came.
        data: date;
        /// The time of that day.
        hora: text;
        /// What the pre-sale is: DISPONIVEL, RECEBIDO or CANCELADA.
        situacao: text;
        /// `branch\|number at the point of sale` of a TV7 while it stands.
        standing: text;
        /// Digest of the call that made it what it is.
        digest: text;
    }
    #unique index by_standing(standing);
    index by_future(numpedentfut);
    index by_situation(codfilial, situacao);
}

table! {
    /// Items of orders.
    pub table Pcpedi "pcpedi" key(numped, numseq) {
        /// Order.
        numped: text;
        /// Which item, from 1.
        numseq: text;
        /// Product.
        codprod: text;
        /// Auxiliary code.
        codauxiliar: text;
        /// Quantity.
        qt: amount(6);
        /// Price of one unit.
        pvenda: amount(6);
        /// Discount in reais.
        desconto: amount(6);
        /// Discount in percent.
        perdesc: amount(6);
        /// RI, RP, EN or EF.
        tipoentrega: text;
        /// Branch that hands it over.
        codfilialretira: text;
        /// When it is handed over.
        dtentrega: date;
        /// Salesman.
        codusur: text;
    }
    index by_order(numped);
}

table! {
    /// Payments of orders: one row an instalment.
    pub table Pcformapgtopedido "pcformapgtopedido" key(numped, numseq) {
        /// Order.
        numped: text;
        /// Which row, from 1.
        numseq: text;
        /// Charge code.
        codcob: text;
        /// Value.
        valor: amount(6);
        /// When it is due.
        dtvenc: date;
        /// Number that the acquirer gave it.
        nsu: text;
        /// Which instalment, from 1.
        parcela: text;
    }
}

table! {
    /// Which TV8 belongs to which TV7.
    pub table Pcvinculopedidomatcon "pcvinculopedidomatcon" key(numpedtv7, numpedtv8) {
        /// Number at the point of sale.
        idvinculo: text;
        /// The sale.
        numpedtv7: text;
        /// What is handed over.
        numpedtv8: text;
        /// When they were linked.
        dtvinculo: date;
        /// S.
        vinculado: text;
    }
}

table! {
    /// Every call with what became of it.
    pub table Pclogpedidoapi "pclogpedidoapi" key(id) {
        /// Which call.
        id: text;
        /// The day on which it came.
        data: date;
        /// The time of that day.
        hora: text;
        /// Order, as far as it is known.
        numped: text;
        /// Where the order stands: L, C or F.
        posicao: text;
        /// I it comes, A it changes, C it is cancelled.
        operacao: text;
        /// A accepted, R refused.
        status: text;
        /// What was sent.
        json: text;
        /// Customer.
        codcli: text;
    }
    index by_order(numped);
}
