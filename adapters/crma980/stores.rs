//! Customers of an e-commerce (`domain/customervendor.md` 6): who has the same CPF or CNPJ is the same customer, and
//! every address of it is a store under its code.

use super::columns::street;
use super::documents;
use super::tables::Sa1;
use crate::books::Books;
use crate::table::Word;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::customer_vendor::{Address, CustomerVendor};
use eaid_schemas::field::Text;

/// Wants whoever has the document of the message.
pub(super) fn wants(message: &CustomerVendor, books: &Books, wants: &mut Wants) {
    if let Some(number) = documents::tax_number(message).filter(|_| books.retail.ecommerce_customers) {
        wants.rows::<Sa1>(Sa1::by_document, &[&number]);
    }
}

/// Wants every store of the customer, once it is known who that is.
pub(super) fn wants_further(message: &CustomerVendor, linked: Option<&Sa1>, world: &World, wants: &mut Wants) {
    if let Some(number) = documents::tax_number(message)
        && let Ok(Some(customer)) = known(&number, linked, world)
    {
        wants.rows::<Sa1>(Sa1::by_code, &[&customer.a1_cod]);
    }
}

/// The customer as it is known: by the sender's id, else by its document.
fn known(number: &str, linked: Option<&Sa1>, world: &World) -> Result<Option<Sa1>, Flaw> {
    match linked {
        Some(customer) => Ok(Some(customer.clone())),
        None => Ok(world.rows::<Sa1>(Sa1::by_document, &[number])?.into_iter().next()),
    }
}

/// All stores of the customer; none where it is not known, has no document, or there is no e-commerce.
pub(super) fn of(
    message: &CustomerVendor,
    linked: Option<&Sa1>,
    books: &Books,
    world: &World,
) -> Result<Vec<Sa1>, Flaw> {
    let number = documents::tax_number(message).filter(|_| books.retail.ecommerce_customers);
    let Some(number) = number else { return Ok(Vec::new()) };
    match known(&number, linked, world)? {
        Some(customer) => world.rows::<Sa1>(Sa1::by_code, &[&customer.a1_cod]),
        None => Ok(Vec::new()),
    }
}

/// Whether a message names a place: without a CEP there is nothing to compare.
pub(super) fn names_place(message: &CustomerVendor) -> bool {
    message.address.as_ref().is_some_and(|address| address.zip_code.is_some())
}

/// The store at the address of the message: the same document and CEP, then street and number, complement, quarter
/// and city, in whatever case.
pub(super) fn at<'s>(message: &CustomerVendor, stores: &'s [Sa1]) -> Option<&'s Sa1> {
    let address = message.address.as_ref().filter(|_| names_place(message))?;
    let number = documents::tax_number(message);
    stores.iter().find(|store| number.as_deref().is_none_or(|number| store.a1_cgc == number) && is_at(store, address))
}

fn is_at(store: &Sa1, address: &Address) -> bool {
    let mut line = Word::default();
    street(&mut line, &address.address, &address.number);
    let city = address.city.as_ref().and_then(|city| city.city_description.as_ref());
    same(&store.a1_cep, address.zip_code.as_ref())
        && store.a1_end.to_uppercase() == line.to_uppercase()
        && same(&store.a1_complem, address.complement.as_ref())
        && same(&store.a1_bairro, address.district.as_ref())
        && same(&store.a1_mun, city)
}

fn same<const MAX: usize>(column: &str, tag: Option<&Text<MAX>>) -> bool {
    column.to_uppercase() == tag.map_or("", Text::as_str).to_uppercase()
}
