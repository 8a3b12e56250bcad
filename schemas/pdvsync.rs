//! The pre-sale that PDVSync sends to the back office over HTTP (`domain/pdvsync.md` 3). It has no envelope, its
//! names come in two cases and its values in several spellings: all of them are the book's own (13), so that none is
//! noted as read against it.
//!
//! | file | subject |
//! |---|---|
//! | `sheet` | a body that came by that door, told from messages, and what of it is read |
//! | `codes` | codes and documents in their spellings |
//! | `told` | what is answered to what writes |
//! | `shown` | what is asked of orders, and shown of them |

mod codes;
mod sheet;
mod shown;
mod told;

pub use codes::{Code, Digits, Reference, TaxNumber};
pub use sheet::{Call, Sheet, UNKNOWN_POSTAL_CODE};
pub(crate) use sheet::{Signs, without_hard_blanks};
pub use shown::{
    Question, Shown, ShownCustomer, ShownItem, ShownPayment, Standing, StateQuestion, Totals, detail, list, standings,
};
pub use told::{Reason, Told};

use crate::field::{Amount, Count, Flag, Moment, Text};
use crate::record::{List, Only, Seldom};
use crate::{choice, record};

choice! {
    /// What a pre-sale is, and so what is asked for (`domain/pdvsync.md` 2).
    pub enum Situation {
        /// It is to be cancelled.
        Cancelled = "CANCELADA" | "0",
        /// It is paid: the orders are to be made.
        Received = "RECEBIDO" | "1" | "RECEBIDA",
        /// Asked to write: a reserve. Read: an order that waits for its payment.
        Available = "DISPONIVEL" | "2" | "DISPONÍVEL",
        /// It is invoiced; told by the back office only. Dumps call it by what makes it so.
        Redeemed = "RESGATADA" | "3" | "FATURAMENTO",
    }
}

choice! {
    /// How an item comes to the customer (`domain/pdvsync.md` 4).
    pub enum DeliveryKind {
        /// Taken along.
        TakenAlong = "RI" | "0" | "RETIRA_IMEDIATA",
        /// Picked up later.
        PickedUp = "RP" | "1" | "RETIRA_POSTERIOR",
        /// Delivered.
        Delivered = "EN" | "2" | "ENTREGA_NORMAL",
        /// Ordered, and then delivered.
        Ordered = "EF" | "3" | "ENCOMENDA",
    }
}

choice! {
    /// Who hires the carrier (`domain/pdvsync.md` 5).
    pub enum Freight {
        /// The sender.
        Cif = "C" | "0" | "CIF",
        /// The recipient.
        Fob = "F" | "1" | "FOB",
        /// A third party.
        ThirdParty = "T" | "2",
        /// The sender drives.
        OwnOfSender = "R" | "3",
        /// The recipient drives.
        OwnOfRecipient = "D" | "4",
        /// None.
        Free = "G" | "9",
    }
}

record! {
    /// Where and when an item is handed over.
    pub struct Delivery "entrega" {
        /// The branch that hands it over.
        branch: Code<10> = field("idLojaEntregaRetaguarda").alias(&["idRetaguardaLojaEntrega"]).column("CODFILIALRETIRA");
        /// How.
        kind: DeliveryKind = field("tipoEntrega").column("TIPOENTREGA");
        /// When.
        day: Moment = field("dataEntrega").column("DTENTREGA");
    }
}

record! {
    /// One item.
    pub struct Item "" {
        /// How much, in units of the product.
        quantity: Amount<12, 6> = field("quantidade").column("QT");
        /// Price of one unit, what is taken off already taken off, in reais.
        price: Amount<12, 6> = field("preco").column("PVENDA");
        /// What was taken off, in reais.
        discount: Amount<12, 6> = field("desconto").column("DESCONTO");
        /// What was taken off, in percent.
        discount_percent: Amount<12, 6> = field("descontoPercentual").column("PERDESC");
        /// `auxiliary code-product code`.
        product: Code<40> = field("idProdutoRetaguarda").column("CODAUXILIAR, CODPROD");
        /// Salesman of the item.
        seller: Code<20> = field("idVendedorRetaguarda");
        /// Where and when it is handed over.
        delivery: Delivery = field("entrega");
    }
}

record! {
    /// A payment form.
    pub struct PaymentForm "pagamentoForma" {
        /// Charge code, four characters; the hub's suffix `-POS` is not one of them.
        code: Code<20> = field("idRetaguarda").column("CODCOB");
        /// Its name.
        description: Text<200> = field("descricao");
    }
}

record! {
    /// A payment term.
    pub struct PaymentTerm "pagamentoCondicao" {
        /// Its code.
        code: Reference<20> = field("idRetaguarda");
    }
}

record! {
    /// An instalment of a card.
    pub struct Instalment "" {
        /// Its value, in reais.
        value: Amount<12, 6> = field("valorParcela").column("VALOR");
        /// When it is due.
        due: Moment = field("dataVencimento").column("DTVENC");
        /// Which one it is, from 1.
        number: Count<999> = field("numeroParcela").column("PARCELA");
    }
}

record! {
    /// An electronic transfer of a card.
    pub struct Transfer "" {
        /// The number that the acquirer gave it.
        nsu: Code<40> = field("nsuHost").column("NSU");
    }
}

record! {
    /// One payment.
    pub struct Payment "" {
        /// Its value, in reais.
        net: Amount<12, 6> = field("valorLiquido").column("VALOR");
        /// What was handed over; the value, where no other is told.
        paid: Amount<12, 6> = field("valorPago");
        /// What was handed back.
        change: Amount<12, 6> = field("valorTroco");
        /// Its form.
        form: PaymentForm = field("pagamentoForma");
        /// Code of its term.
        term: Reference<20> = field("idPagamentoCondicaoRetaguarda");
        /// Its term, as the back office tells it.
        condition: PaymentTerm = field("pagamentoCondicao");
        /// How many instalments it has, as the back office tells it.
        count: Count<999> = field("quantidadeParcelas");
        /// Instalments.
        instalments: List<Instalment> = field("vendaPagamentoItems").alias(&["vendaPagamentoItens", "preVendaPagamentoItems"]);
        /// Transfers.
        transfers: List<Transfer> = field("vendaPagamentoTefs").alias(&["preVendaPagamentoTefs"]);
    }
}

record! {
    /// The customer.
    pub struct Customer "cliente" {
        /// Code in the back office.
        code: Reference<40> = field("idRetaguarda").column("CODCLI");
        /// Name.
        name: Text<100> = field("nome").personal().column("CLIENTE");
        /// CPF or CNPJ.
        document: TaxNumber = field("cpfCnpj").personal().column("CGCENT");
        /// State registration, of those who have a CNPJ.
        registration: Text<40> = field("rgInscricao").personal().column("IEENT");
        /// Street.
        address: Text<100> = field("endereco").personal().column("ENDERCOB");
        /// Number in it.
        number: Text<20> = field("numero").personal().column("NUMEROCOB");
        /// What else the address says.
        complement: Text<100> = field("complemento").personal().column("COMPLEMENTOCOB");
        /// Quarter.
        district: Text<80> = field("bairro").personal().column("BAIRROCOB");
        /// City.
        city: Text<80> = field("cidade").personal().column("MUNICCOB");
        /// Federal state, two letters.
        state: Text<2> = field("estado").column("ESTCOB");
        /// Postal code.
        postal_code: Digits<8> = field("cep").personal().column("CEPENT");
        /// Telephone; each of the two stands for the other where that is blank.
        telephone: Text<40> = field("telefone").personal().column("TELENT");
        /// Mobile telephone.
        mobile: Text<40> = field("celular").personal().column("TELCELENT");
        /// E-mail. Pages mask it, so that it is not looked at.
        email: Text<100> = field("email").personal().column("EMAIL");
    }
}

record! {
    /// A pre-sale: a reserve, a paid order or a cancellation.
    pub struct PreSale "preVenda" {
        /// What it is, and so what is asked for.
        situation: Situation = field("situacaoPreVenda");
        /// Its number at the point of sale.
        number: Text<200> = field("numero").column("NUMPEDHUBE");
        /// The same, where `numero` is blank.
        sale_number: Text<200> = field("numeroVenda");
        /// The same, where both are.
        id: Text<200> = field("id");
        /// The branch that sells.
        branch: Code<10> = field("idLojaRetaguarda").column("CODFILIAL");
        /// The number of the reserve in the back office.
        order: Reference<10> = field("idRetaguarda").column("NUMPED");
        /// The salesman; without one the default (4012).
        operator: Code<20> = field("idOperadorRetaguarda").column("CODUSUR");
        /// Who hires the carrier.
        freight: Freight = field("modalidadeFrete").column("FRETEDESPACHO");
        /// What the freight costs, in reais.
        freight_value: Amount<12, 6> = field("valorFrete");
        /// A note.
        note: Text<4000> = field("observacoes").alias(&["observacao"]).column("OBS");
        /// What is sold.
        items: List<Item> = field("preVendaItens");
        /// How it is paid.
        payments: Only<Payment> = field("vendaPagamentos").alias(&["preVendaPagamentos"]);
        /// Who buys.
        customer: Seldom<Customer> = field("cliente");
        /// CPF or CNPJ of who buys; counts where no customer is told.
        customer_document: TaxNumber = field("cpfCliente").personal();
        /// Total, in reais.
        total: Amount<12, 6> = field("totalLiquido");
        /// The hub tells of a cancellation afterwards.
        offline: Flag = field("offline");
    }
}
