//! Who takes part in a sale: customer, seller, operator, carrier (`domain/retailsales.md` 3).

use crate::crma980::tables::Sa1;
use crate::desk::{At, Desk};
use crate::effect::{Alias, Key};
use crate::excerpt;
use crate::ids;
use crate::table::KEY;
use crate::world::Flaw;
use eaid_schemas::retail_sales::{RetailSales, SaleType};
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

excerpt! {
    /// What a sale reads of its customer.
    pub excerpt Buyer of Sa1 { a1_cod, a1_loja, a1_msblql }
}

/// Our codes of those who take part.
#[derive(Debug, Default)]
pub(super) struct Parties<'a> {
    /// Customer.
    pub customer: &'a str,
    /// Its store.
    pub store: &'a str,
    /// Seller.
    pub seller: &'a str,
    /// Operator.
    pub operator: &'a str,
    /// Carrier of the header.
    pub carrier: &'a str,
}

/// Finds everybody who takes part.
pub(super) fn read<'a>(desk: &mut Desk<'a, RetailSales>) -> Result<Parties<'a>, Flaw> {
    let message = &desk.letter.message;
    let (customer, store) = customer(desk)?;
    let operators = [
        At::Root.code("OperatorCode", &message.operator_code),
        At::Root.code("OperatorInternalId", &message.operator_internal_id),
    ];
    desk.needs_one(&operators);
    let carriers = [
        At::Root.code("CarrierCode", &message.carrier_code),
        At::Root.code("CarrierInternalId", &message.carrier_internal_id),
    ];
    Ok(Parties {
        customer,
        store,
        seller: seller(desk)?,
        operator: desk.translate(Alias::OPERATOR, &operators)?.unwrap_or_default(),
        carrier: desk.translate(Alias::CARRIER, &carriers)?.unwrap_or_default(),
    })
}

/// Code and store of the customer: named by both tags, else by De/Para, else the default one. A customer must
/// exist and not be blocked; the default one need not exist (`domain/README.md`, Finer decisions, Checking).
fn customer<'a>(desk: &mut Desk<'a, RetailSales>) -> Result<(&'a str, &'a str), Flaw> {
    let message = &desk.letter.message;
    match (&message.customer_code, &message.store_code, &message.customer_vendor_internal_id) {
        (Some(code), Some(store), _) => named(desk, code.as_str(), store.as_str()),
        (_, _, Some(id)) => match supplier(desk, id.as_str())? {
            Some(supplier) => Ok(supplier),
            None => known(desk, id.as_str()),
        },
        (Some(_), None, None) => Ok(half(desk, "CustomerCode", "StoreCode")),
        (None, Some(_), None) => Ok(half(desk, "StoreCode", "CustomerCode")),
        (None, None, None) => unnamed(desk),
    }
}

/// One of the two tags without the other names nobody.
fn half(desk: &mut Desk<'_, RetailSales>, there: &str, missing: &str) -> (&'static str, &'static str) {
    let text = format!("{there} veio sem {missing}: informe as duas tags, ou CustomerVendorInternalId.");
    desk.found.error(Code::Missing, At::Root.tag(missing), text);
    ("", "")
}

/// The default customer, which need not be there, but is not blocked where it is.
fn unnamed<'a>(desk: &mut Desk<'a, RetailSales>) -> Result<(&'a str, &'a str), Flaw> {
    const PATH: &str = "/CustomerVendorInternalId";
    if is_from_supplier(&desk.letter.message) {
        let text = "Vendas com SaleType B ou D vêm de um fornecedor: informe CustomerVendorInternalId.";
        desk.found.error(Code::Missing, PATH, text);
        return Ok(("", ""));
    }
    let (code, store) = desk.books.retail.default_customer();
    if let Some(customer) = desk.world.rows::<Buyer>(KEY, &[code, store])?.first() {
        unless_blocked(desk, customer, PATH);
    }
    Ok((code, store))
}

/// Whether the sale is a return of a purchase or uses a supplier.
pub(super) fn is_from_supplier(message: &RetailSales) -> bool {
    matches!(message.sale_type, Some(SaleType::PurchaseReturn | SaleType::Supplier))
}

/// The supplier of a sale of the types B and D: by its own De/Para; `None` where it may be known as a customer.
fn supplier<'a>(desk: &mut Desk<'a, RetailSales>, external: &str) -> Result<Option<(&'a str, &'a str)>, Flaw> {
    const PATH: &str = "/CustomerVendorInternalId";
    if !is_from_supplier(&desk.letter.message) {
        return Ok(None);
    }
    let Some(internal) = desk.internal(Alias::SUPPLIER, external)? else {
        if desk.internal(Alias::CUSTOMER, external)?.is_some() {
            return Ok(None);
        }
        desk.found.missing_depara(desk.letter.partner(), Alias::SUPPLIER, external, PATH);
        return Ok(Some(("", "")));
    };
    let supplier = ids::supplier_of(internal);
    if supplier.is_none() {
        let text = format!("O De/Para do fornecedor \"{external}\" (SA2) está sem código e loja: corrija-o.");
        desk.found.error(Code::NotFound, PATH, text);
    }
    Ok(supplier.or(Some(("", ""))))
}

fn named<'a>(desk: &mut Desk<'a, RetailSales>, code: &'a str, store: &'a str) -> Result<(&'a str, &'a str), Flaw> {
    match desk.world.rows::<Buyer>(KEY, &[code, store])?.first() {
        Some(customer) => unless_blocked(desk, customer, "/CustomerCode"),
        None if (code, store) == desk.books.retail.default_customer() => {}
        None => {
            let key = Key::Row { table: Sa1::TABLE.name, key: format!("{code}|{store}").into() };
            let text = format!("O cliente {code}, loja {store}, não está cadastrado: envie antes o CustomerVendor.");
            desk.found.missing_key(key, "/CustomerCode", text);
        }
    }
    Ok((code, store))
}

fn known<'a>(desk: &mut Desk<'a, RetailSales>, external: &str) -> Result<(&'a str, &'a str), Flaw> {
    const PATH: &str = "/CustomerVendorInternalId";
    let partner = desk.letter.partner();
    let Some((_, rows)) = desk.world.linked::<Buyer>(partner, Alias::CUSTOMER, external)? else {
        desk.found.missing_depara(partner, Alias::CUSTOMER, external, PATH);
        return Ok(("", ""));
    };
    let named = desk.internal(Alias::CUSTOMER, external)?.and_then(ids::customer_of);
    if let Some(customer) = rows.first() {
        unless_blocked(desk, customer, PATH);
    } else if named != Some(desk.books.retail.default_customer()) {
        let text = format!(
            "O De/Para do cliente \"{external}\" leva a um cliente que não está cadastrado: envie o CustomerVendor ou corrija o De/Para."
        );
        desk.found.error(Code::NotFound, PATH, text);
    }
    Ok(named.unwrap_or_default())
}

fn unless_blocked(desk: &mut Desk<'_, RetailSales>, customer: &Buyer, path: &str) {
    if customer.a1_msblql == "1" {
        let text = format!(
            "O cliente {}, loja {}, está bloqueado: envie o CustomerVendor com RegisterSituation Active.",
            customer.a1_cod, customer.a1_loja
        );
        desk.found.error(Code::Blocked, path, text);
    }
}

/// The seller by De/Para, else the default one; a commission needs a seller of its own.
fn seller<'a>(desk: &mut Desk<'a, RetailSales>) -> Result<&'a str, Flaw> {
    let message = &desk.letter.message;
    if message.seller_internal_id.is_some() {
        let tags = [At::Root.code("SellerInternalId", &message.seller_internal_id)];
        return Ok(desk.translate(Alias::SELLER, &tags)?.unwrap_or_default());
    }
    let commission = message.commission_percent.map_or(Decimal::ZERO, |percent| percent.get());
    if commission > Decimal::ZERO && !desk.found.has_error_at("/SellerInternalId") {
        let text = format!(
            "CommissionPercent veio com {} sem SellerInternalId: informe o vendedor da comissão.",
            commission.normalize()
        );
        desk.found.error(Code::Missing, "/SellerInternalId", text);
    }
    Ok(&desk.books.retail.default_seller)
}
