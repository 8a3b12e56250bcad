//! What a point of sale asks of the orders that stand, and what it is shown of them (`domain/pdvsync.md` 11).

use super::codes::{Code, Reference, TaxNumber};
use crate::envelope::json::JsonWriter;
use crate::field::{Amount, Count, Flag, Moment, Text};
use crate::record;
use crate::write::{Writer, texts};
use chrono::NaiveDateTime;
use rust_decimal::Decimal;

record! {
    /// Which orders are asked for. The names of PDVSync's own query count, too.
    pub struct Question "consulta" {
        /// Number of the order.
        order: Reference<10> = field("idRetaguarda");
        /// Branch that sells.
        branch: Code<10> = field("idLojaRetaguarda");
        /// CPF or CNPJ of the customer.
        document: TaxNumber = field("cpfCliente").alias(&["cpfCnpj"]).personal();
        /// A part of the customer's name.
        name: Text<100> = field("nomeCliente").alias(&["nome"]).personal();
        /// Salesman.
        operator: Reference<20> = field("idOperadorRetaguarda");
        /// Not before.
        from: Moment = field("dataInicio");
        /// Not after; a day alone is meant whole.
        until: Moment = field("dataFim");
        /// Customer.
        customer: Reference<40> = field("idClienteRetaguarda");
        /// Which page, from 1.
        page: Count<100_000> = field("page");
        /// How many a page.
        page_size: Count<100_000> = field("pageSize");
    }
}

record! {
    /// Which states are asked for (`domain/pdvsync.md` 12).
    pub struct StateQuestion "orders" {
        /// Branch that sells.
        branch: Code<10> = field("branchId");
        /// States, with commas between them: L, C, F.
        states: Text<40> = field("orderStatus");
        /// Changed since.
        since: Moment = field("lastChange");
        /// Days back from today.
        days: Count<3660> = field("daysOfSearch");
        /// Which page, from 1.
        page: Count<100_000> = field("page");
        /// How many a page.
        page_size: Count<100_000> = field("pageSize");
    }
}

record! {
    /// What an order told of itself, besides what its rows keep.
    pub struct Totals "preVenda" {
        /// What is to be paid, in reais.
        net: Amount<12, 6> = field("totalLiquido");
        /// The same before discounts.
        gross: Amount<12, 6> = field("totalBruto");
        /// Discount in percent.
        discount_percent: Amount<12, 6> = field("descontoPercentualTotal");
        /// Discount in reais.
        discount: Amount<12, 6> = field("descontoTotal");
        /// Addition in percent.
        addition_percent: Amount<12, 6> = field("acrescimoPercentualTotal");
        /// Addition in reais.
        addition: Amount<12, 6> = field("acrescimoTotal");
        /// It stands for several orders.
        several: Flag = field("multiplosPedidos");
        /// When it was made.
        at: Moment = field("dataCadastro");
    }
}

/// An order as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Its number.
    pub number: String,
    /// DISPONIVEL, RECEBIDO, CANCELADA or RESGATADA.
    pub situation: &'static str,
    /// Branch that sells.
    pub branch: String,
    /// Salesman.
    pub operator: String,
    /// What is to be paid, in reais.
    pub net: Decimal,
    /// The same before discounts.
    pub gross: Decimal,
    /// Discount in percent of that.
    pub discount_percent: Decimal,
    /// Discount in reais, of items whose discount was told so.
    pub discount: Decimal,
    /// Addition in percent.
    pub addition_percent: Decimal,
    /// Addition in reais.
    pub addition: Decimal,
    /// It stands for several orders.
    pub several: bool,
    /// When it was made, local time.
    pub at: NaiveDateTime,
    /// Who buys.
    pub customer: ShownCustomer,
    /// What is sold.
    pub items: Vec<ShownItem>,
    /// How it is, or will be, paid.
    pub payments: Vec<ShownPayment>,
}

/// A customer as it is shown; blank what is not known.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the tags")]
pub struct ShownCustomer {
    pub nome: String,
    pub endereco: String,
    pub numero: String,
    pub complemento: String,
    pub bairro: String,
    pub cidade: String,
    pub estado: String,
    pub cep: String,
    pub telefone: String,
    pub celular: String,
    pub email: String,
    pub cpf_cnpj: String,
    pub id_retaguarda: String,
}

/// An item as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShownItem {
    /// How much.
    pub quantity: Decimal,
    /// Price of one unit, what is taken off already taken off.
    pub price: Decimal,
    /// Discount in reais.
    pub discount: Decimal,
    /// Discount in percent.
    pub discount_percent: Decimal,
    /// `auxiliary code-product code`.
    pub product: String,
    /// Branch that hands it over.
    pub branch: String,
    /// How: 0 to 3.
    pub delivery: &'static str,
}

/// A payment as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShownPayment {
    /// What is paid.
    pub value: Decimal,
    /// Charge code.
    pub form: String,
    /// Payment term; 0 where none was told.
    pub term: String,
    /// Instalments.
    pub instalments: usize,
}

/// Where an order stands, for `orders/list`.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Number of the order.
    pub number: String,
    /// Its number at the point of sale.
    pub hub_number: String,
    /// Branch that sells.
    pub branch: String,
    /// L free, C cancelled, F invoiced.
    pub state: String,
    /// Customer.
    pub customer: String,
    /// What is to be paid, in reais.
    pub total: Decimal,
    /// When it was made, local time.
    pub at: NaiveDateTime,
}

/// Orders in lines, as the list shows them.
pub fn list(orders: &[Shown], has_next: bool) -> String {
    answer(has_next, |out| {
        out.begin_array("data");
        for order in orders {
            out.begin_object();
            head(order, out);
            situation(order, out);
            totals(order, false, out);
            out.end_object();
        }
        out.end_list();
    })
}

/// One order with all that is known of it.
pub fn detail(order: &Shown) -> String {
    answer(false, |out| {
        out.begin_object();
        head(order, out);
        customer(&order.customer, out);
        situation(order, out);
        items(&order.items, out);
        payments(&order.payments, out);
        totals(order, true, out);
        out.end_object();
    })
}

/// Where orders stand.
pub fn standings(orders: &[Standing], has_next: bool) -> String {
    let mut out = JsonWriter::default();
    out.begin_object();
    out.begin_list("items");
    for order in orders {
        out.begin_object();
        let at = order.at.format(STAMP).to_string();
        texts(
            &mut out,
            &[
                ("orderId", &order.number),
                ("orderStatus", &order.state),
                ("branchId", &order.branch),
                ("orderIdHub", &order.hub_number),
                ("customerId", &order.customer),
                ("integrationOrigin", "PDVSYNC"),
                ("createData", &at),
            ],
        );
        number("totalValue", order.total, &mut out);
        out.end_object();
    }
    out.end_list();
    out.property("hasNext");
    out.flag(has_next);
    out.end_object();
    out.finish()
}

const STAMP: &str = "%Y-%m-%dT%H:%M:%S";

fn answer(has_next: bool, data: impl FnOnce(&mut JsonWriter)) -> String {
    let mut out = JsonWriter::default();
    out.begin_object();
    flag("success", true, &mut out);
    flag("hasNext", has_next, &mut out);
    texts(&mut out, &[("message", "")]);
    out.property("data");
    data(&mut out);
    out.end_object();
    out.finish()
}

fn flag(name: &str, value: bool, out: &mut JsonWriter) {
    out.property(name);
    out.flag(value);
}

fn number(name: &str, value: Decimal, out: &mut JsonWriter) {
    out.property(name);
    out.number(&value.normalize().to_string());
}

fn head(order: &Shown, out: &mut JsonWriter) {
    flag("offline", false, out);
    texts(out, &[("idRetaguarda", &order.number)]);
}

fn situation(order: &Shown, out: &mut JsonWriter) {
    texts(out, &[("situacaoPreVenda", order.situation)]);
}

fn totals(order: &Shown, is_whole: bool, out: &mut JsonWriter) {
    texts(out, &[("idLojaRetaguarda", &order.branch), ("idOperadorRetaguarda", &order.operator)]);
    number("totalLiquido", order.net, out);
    number("descontoPercentualTotal", order.discount_percent, out);
    if is_whole {
        number("descontoTotal", order.discount, out);
    }
    number("acrescimoPercentualTotal", order.addition_percent, out);
    if is_whole {
        number("acrescimoTotal", order.addition, out);
    }
    number("totalBruto", order.gross, out);
    flag("multiplosPedidos", order.several, out);
    texts(out, &[("dataCadastro", &order.at.format(STAMP).to_string())]);
}

fn customer(customer: &ShownCustomer, out: &mut JsonWriter) {
    out.property("cliente");
    out.begin_object();
    texts(
        out,
        &[
            ("nome", &customer.nome),
            ("endereco", &customer.endereco),
            ("numero", &customer.numero),
            ("complemento", &customer.complemento),
            ("bairro", &customer.bairro),
            ("cidade", &customer.cidade),
            ("estado", &customer.estado),
            ("cep", &customer.cep),
            ("telefone", &customer.telefone),
            ("celular", &customer.celular),
            ("email", &customer.email),
            ("cpfCnpj", &punctuated(&customer.cpf_cnpj)),
            ("idRetaguarda", &customer.id_retaguarda),
        ],
    );
    flag("clienteAlterado", false, out);
    out.end_object();
}

fn items(items: &[ShownItem], out: &mut JsonWriter) {
    out.begin_list("preVendaItens");
    for item in items {
        out.begin_object();
        number("quantidade", item.quantity, out);
        number("preco", item.price, out);
        number("desconto", item.discount, out);
        number("descontoPercentual", item.discount_percent, out);
        for name in ["acrescimoPercentual", "quantidadeEncomenda", "idPreVenda"] {
            number(name, Decimal::ZERO, out);
        }
        texts(out, &[("idProdutoRetaguarda", &item.product)]);
        out.property("entrega");
        out.begin_object();
        texts(out, &[("idLojaEntregaRetaguarda", &item.branch), ("tipoEntrega", item.delivery)]);
        out.end_object();
        out.end_object();
    }
    out.end_list();
}

fn payments(payments: &[ShownPayment], out: &mut JsonWriter) {
    out.begin_list("preVendaPagamentos");
    for payment in payments {
        out.begin_object();
        number("valorPago", payment.value, out);
        out.property("pagamentoForma");
        out.begin_object();
        texts(out, &[("idRetaguarda", &payment.form)]);
        out.end_object();
        out.property("pagamentoCondicao");
        out.begin_object();
        // A number in the samples; a code with letters can only be a text.
        match payment.term.parse() {
            Ok(term) => number("idRetaguarda", term, out),
            Err(_) => texts(out, &[("idRetaguarda", &payment.term)]),
        }
        out.end_object();
        number("quantidadeParcelas", Decimal::from(payment.instalments), out);
        out.end_object();
    }
    out.end_list();
}

/// A CPF or CNPJ with its punctuation, as the back office shows it.
fn punctuated(number: &str) -> String {
    let marks: &[(usize, char)] = match number.len() {
        11 => &[(3, '.'), (6, '.'), (9, '-')],
        14 => &[(2, '.'), (5, '.'), (8, '/'), (12, '-')],
        _ => &[],
    };
    let mut text = String::with_capacity(number.len() + marks.len());
    for (at, letter) in number.chars().enumerate() {
        text.extend(marks.iter().find(|(place, _)| *place == at).map(|(_, mark)| mark));
        text.push(letter);
    }
    text
}
