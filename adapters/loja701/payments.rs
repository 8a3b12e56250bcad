//! Payments: forms, administrators and rows (`domain/retailsales.md` 8, `domain/README.md`, Finer decisions,
//! Payments).

use super::PAYMENTS;
use super::shares::equal;
use super::tables::Sl4;
use crate::books::{FormKind, PaymentForm};
use crate::desk::{At, Desk, Tag, text};
use crate::effect::Alias;
use crate::ids;
use crate::table::Word;
use crate::world::Flaw;
use chrono::{Days, NaiveDate};
use compact_str::format_compact;
use eaid_schemas::field::{PartnerCode, Text};
use eaid_schemas::record::members;
use eaid_schemas::retail_sales::{RetailSales, SaleCondition};
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

/// The form of advances: paid by a title that is there already.
const ADVANCE: &str = "RA";
/// The forms of cards: their rows are grouped by transaction.
const CARDS: [&str; 2] = ["CC", "CD"];

/// The payments of a sale, as rows.
#[derive(Default)]
pub(super) struct Payments {
    /// A row an instalment.
    pub rows: Vec<Sl4>,
    /// Payment term of the first payment that has one.
    pub term: String,
}

/// Reads every payment; what is wrong with any of them is found.
pub(super) fn read(desk: &mut Desk<'_, RetailSales>) -> Result<Payments, Flaw> {
    let message = &desk.letter.message;
    let issued = message.issue_date_document.as_ref().map(|moment| moment.date);
    let mut payments = Payments::default();
    let mut transactions: Vec<(&str, &str)> = Vec::new();
    for (index, payment) in members(&message.payments).iter().enumerate() {
        let at = At::Member(PAYMENTS, index);
        let form = form(desk, at, payment)?;
        let kind = desk.books.form(form).map_or(FormKind::Other, |form| form.kind);
        let value = value(desk, at, payment);
        if form == ADVANCE && payment.account_receivable_document_internal_id.is_none() {
            let title = at.tag("AccountReceivableDocumentInternalId");
            if !desk.found.has_error_at(&title) {
                let text = "Pagamento com a forma RA (PaymentMethodCode) precisa do título do adiantamento: informe AccountReceivableDocumentInternalId.";
                desk.found.error(Code::Missing, title, text);
            }
        }
        let mut row = row(desk, payment);
        row.l4_forma = form.into();
        row.l4_adminis = administrator(desk, at, payment, kind)?;
        if CARDS.contains(&form) {
            row.l4_formaid = transaction(&mut transactions, payment).to_string().into();
        }
        if payments.term.is_empty() {
            payments.term = term(desk, payment)?.to_owned();
        }
        let count = payment.installments.map_or(1, |count| count.get()).max(1);
        let count = if kind == FormKind::Cash || form == ADVANCE { 1 } else { count };
        let single = if CARDS.contains(&form) && payment.eft_date.is_some() {
            issued
        } else {
            payment.date_of_payment.as_ref().map(|moment| moment.date).or(issued)
        };
        instalments(&mut payments.rows, row, value, count, issued, single);
    }
    Ok(payments)
}

/// The rows of a payment: one, or the value in parts that fall due every 30 days after the issue.
fn instalments(
    rows: &mut Vec<Sl4>,
    row: Sl4,
    value: Decimal,
    count: u32,
    issued: Option<NaiveDate>,
    single: Option<NaiveDate>,
) {
    let row = Sl4 { l4_parcs: Decimal::from(count), ..row };
    if count == 1 {
        rows.push(Sl4 { l4_valor: value, l4_data: single, ..row });
        return;
    }
    for (step, part) in (1u64..).zip(equal(value, count as usize)) {
        let due = issued.and_then(|day| day.checked_add_days(Days::new(30 * step)));
        rows.push(Sl4 { l4_valor: part, l4_data: due, ..row.clone() });
    }
}

fn value(desk: &mut Desk<'_, RetailSales>, at: At, payment: &SaleCondition) -> Decimal {
    let value = payment.payment_value.map_or(Decimal::ZERO, |value| value.get());
    if payment.payment_value.is_some() && value <= Decimal::ZERO {
        desk.found.error(Code::NotPositive, at.tag("PaymentValue"), "PaymentValue deve ser maior que zero.");
    }
    value
}

/// The payment form: De/Para of either tag, else the code itself if `payment_forms.csv` knows it, else the
/// message waits. Every form that is not cash, cheque or RA needs an administrator of that form in the file.
fn form<'a>(desk: &mut Desk<'a, RetailSales>, at: At, payment: &'a SaleCondition) -> Result<&'a str, Flaw> {
    let tags = [
        at.code("PaymentMethodInternalId", &payment.payment_method_internal_id),
        at.code("PaymentMethodCode", &payment.payment_method_code),
    ];
    desk.needs_one(&tags);
    let Some((form, tag)) = known_form(desk, &tags)? else { return Ok("") };
    let kind = desk.books.form(form).map_or(FormKind::Other, |PaymentForm { kind, .. }| *kind);
    let needs_administrator = !matches!(kind, FormKind::Cash | FormKind::Cheque) && form != ADVANCE;
    if needs_administrator && !desk.books.serves(form) {
        let text =
            format!("A forma {form} não tem administradora: cadastre uma com esta forma em card_administrators.csv.");
        desk.found.error(Code::NotInList, at.tag(tag), text);
    }
    Ok(form)
}

fn known_form<'a>(
    desk: &mut Desk<'a, RetailSales>,
    tags: &[Tag<'a>; 2],
) -> Result<Option<(&'a str, &'static str)>, Flaw> {
    for tag in tags {
        let Some(external) = tag.value.map(Text::as_str) else { continue };
        if let Some(internal) = desk.internal(Alias::GENERIC, external)? {
            return Ok(of_table(desk, internal, "24", external, tag).map(|form| (form, tag.name)));
        }
    }
    let [_, code] = tags;
    if let Some(form) = code.value.map(Text::as_str).filter(|form| desk.books.form(form).is_some()) {
        return Ok(Some((form, code.name)));
    }
    // Known to be missing: this notes the key.
    desk.translate(Alias::GENERIC, tags)?;
    Ok(None)
}

/// The code of an internal value of SX5, or a finding that it is of another table.
fn of_table<'a>(
    desk: &mut Desk<'_, RetailSales>,
    internal: &'a str,
    table: &str,
    external: &str,
    tag: &Tag<'_>,
) -> Option<&'a str> {
    let code = ids::generic(internal, table);
    if code.is_none() {
        let text = format!(
            "O De/Para \"{external}\" (SX5) não leva à tabela {table}: corrija-o para company|branch|{table}|código."
        );
        desk.found.error(Code::NotInList, tag.at.tag(tag.name), text);
    }
    code
}

/// `L4_ADMINIS`: the bank of a cheque, else the administrator as code-description, else nothing.
fn administrator<'a>(
    desk: &mut Desk<'a, RetailSales>,
    at: At,
    payment: &'a SaleCondition,
    kind: FormKind,
) -> Result<Word, Flaw> {
    let bank = at.code("BankCheck", &payment.bank_check);
    if let (FormKind::Cheque, Some(external)) = (kind, bank.value.map(Text::as_str)) {
        let Some(internal) = desk.internal(Alias::GENERIC, external)? else {
            desk.found.missing_depara(desk.letter.partner(), Alias::GENERIC, external, at.tag(bank.name));
            return Ok(Word::default());
        };
        return Ok(of_table(desk, internal, "K6", external, &bank).unwrap_or_default().into());
    }
    let tag = at.code("FinancialManagerCode", &payment.financial_manager_code);
    let Some(external) = tag.value.map(Text::as_str) else { return Ok(Word::default()) };
    let literal = desk.internal(Alias::ADMINISTRATOR, external)?.is_none();
    let code = if literal && desk.books.administrator(external).is_some() {
        external
    } else {
        let Some(code) = desk.translate(Alias::ADMINISTRATOR, &[tag])? else { return Ok(Word::default()) };
        code
    };
    match desk.books.administrator(code) {
        Some(administrator) => Ok(format_compact!("{}-{}", administrator.code, administrator.description)),
        None => {
            let text = format!(
                "A administradora {code} não está em card_administrators.csv: cadastre-a ou corrija o De/Para."
            );
            desk.found.error(Code::NotInList, at.tag("FinancialManagerCode"), text);
            Ok(Word::default())
        }
    }
}

/// The payment term: De/Para of either tag, else the code as it came.
fn term<'a>(desk: &Desk<'a, RetailSales>, payment: &'a SaleCondition) -> Result<&'a str, Flaw> {
    let id = payment.payment_term_code_internal_id.as_ref().map(PartnerCode::as_str);
    let code = payment.payment_term_code.as_ref().map(Text::as_str);
    for external in [id, code].into_iter().flatten() {
        if let Some(internal) = desk.internal(Alias::PAYMENT_TERM, external)? {
            return Ok(ids::code(internal));
        }
    }
    Ok(code.or(id).unwrap_or_default())
}

/// Numbers the card transactions of a sale from 1: a new one where NSU or authorisation is new.
fn transaction<'a>(seen: &mut Vec<(&'a str, &'a str)>, payment: &'a SaleCondition) -> usize {
    let nsu = payment.unique_serial_number.as_ref().map_or("", Text::as_str);
    let authorisation = payment.eft_autorization.as_ref().map_or("", Text::as_str);
    let place = seen.iter().position(|known| *known == (nsu, authorisation)).unwrap_or_else(|| {
        seen.push((nsu, authorisation));
        seen.len() - 1
    });
    place + 1
}

/// What is copied as it came.
fn row(desk: &Desk<'_, RetailSales>, payment: &SaleCondition) -> Sl4 {
    let from = &desk.letter.from;
    let eft = payment.eft_date.as_ref();
    let cancelled = payment.eft_cancellation_date.as_ref();
    Sl4 {
        company: from.company.clone(),
        l4_filial: from.branch.clone(),
        l4_nsutef: text(&payment.unique_serial_number),
        l4_autoriz: text(&payment.eft_autorization),
        l4_numcart: text(&payment.card_number),
        l4_datatef: eft.map(|moment| moment.date),
        l4_horatef: eft.and_then(|moment| moment.time.clone()).unwrap_or_default(),
        l4_vendtef: if eft.is_some() { "S".into() } else { Word::default() },
        l4_doctef: text(&payment.eft_document),
        l4_institu: text(&payment.eft_institute),
        l4_parctef: text(&payment.eft_parcel),
        l4_datcanc: cancelled.map(|moment| moment.date),
        l4_horcanc: cancelled.and_then(|moment| moment.time.clone()).unwrap_or_default(),
        l4_doccanc: text(&payment.eft_cancellation_document),
        l4_serchq: text(&payment.serie_check),
        l4_agencia: text(&payment.agency_check),
        l4_conta: text(&payment.account_check),
        l4_rg: text(&payment.document_of_identification),
        l4_telefon: text(&payment.phone_number),
        l4_idcnab: text(&payment.financial_document_code),
        l4_conhtl: text(&payment.account_receivable_document_internal_id),
        ..Sl4::default()
    }
}
