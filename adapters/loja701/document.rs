//! Number, series and station of the sale, which make its id (`domain/retailsales.md` 3).

use super::tables::Sl1;
use crate::desk::{At, Desk};
use crate::effect::Alias;
use crate::excerpt;
use crate::ids;
use crate::routine::{Address, Letter};
use crate::world::{Flaw, World};
use eaid_schemas::field::{Choice, Text};
use eaid_schemas::retail_sales::{KindOfDocument, RetailSales};
use eaid_schemas::violation::Code;

/// The digits of an access key.
const KEY_LENGTH: usize = 44;
/// The station of documents that no station issues.
const FIXED_PDV: &str = "001";

excerpt! {
    /// What a sale reads of others with its number.
    pub excerpt Issued of Sl1 { sale_id }
}

/// The document of a sale.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    /// `L1_ESPECIE`.
    pub kind: &'static str,
    /// Its number.
    pub number: &'a str,
    /// Its series.
    pub series: &'a str,
    /// Point of sale.
    pub pdv: &'a str,
    /// Station.
    pub station: &'a str,
    /// Our id of the sale.
    pub id: String,
}

/// Numbers the document of a sale that is numbered here. That nobody has the number is demanded of the store.
///
/// # Errors
/// [`Flaw`] where none was wanted.
pub(super) fn number_here(letter: &Letter<RetailSales>, sale: &mut Sl1, world: &mut World) -> Result<(), Flaw> {
    if !is_numbered_here(&letter.message) {
        return Ok(());
    }
    let is_order = sale.l1_serie.is_empty();
    let series = if is_order { &sale.l1_serped } else { &sale.l1_serie };
    let number = format!("{:09}", world.count(&sequence(&letter.from, series))?);
    sale.sale_id = ids::sale(&sale.company, &sale.l1_filial, series, &number, &sale.l1_pdv).into();
    sale.document = number.as_str().into();
    for column in if is_order { vec![&mut sale.l1_docped] } else { vec![&mut sale.l1_doc, &mut sale.l1_numcfis] } {
        *column = number.as_str().into();
    }
    Ok(())
}

/// The sequence that numbers the NF-e of a series.
pub(super) fn sequence(from: &Address, series: &str) -> String {
    format!("nfe|{}|{}|{series}", from.company, from.branch)
}

/// Whether the number is ours to give: an NF-e without its key is not issued yet.
pub(super) fn is_numbered_here(message: &RetailSales) -> bool {
    message.kind_of_document == Some(KindOfDocument::Nfe) && message.key_acess_nfe.is_none()
}

/// Reads the document; what is wrong with it is found.
pub(super) fn read<'a>(desk: &mut Desk<'a, RetailSales>) -> Result<Document<'a>, Flaw> {
    let message = &desk.letter.message;
    let kind = message.kind_of_document;
    let is_numbered_here = is_numbered_here(message) && !desk.found.has_error_at("/KeyAcessNFe");
    let number = if is_numbered_here { "" } else { number(desk) };
    let mut document = Document { kind: kind.map_or("", species), number, pdv: FIXED_PDV, ..Document::default() };
    let named = message.serie_code.as_ref().map_or("", Text::as_str);
    if is_without_station(kind) {
        document.series = named;
        document.station = station_if_known(desk)?;
        if named.is_empty() && !desk.found.has_error_at("/SerieCode") {
            let text =
                format!("Com KindOfDocument {} a tag SerieCode é obrigatória e não foi informada.", kind_named(kind));
            desk.found.error(Code::Missing, "/SerieCode", text);
        }
        if is_numbered_here && message.document_code.is_some() {
            let text = "NFE sem KeyAcessNFe: o número é gerado aqui, DocumentCode não é usado.";
            desk.found.warning(Code::ReadAs, "/DocumentCode", text);
        }
    } else if let Some((station, series, pdv)) = station(desk)? {
        document.station = station;
        document.pdv = pdv;
        document.series = if kind == Some(KindOfDocument::Nfce) && !named.is_empty() { named } else { series };
    } else {
        return Ok(document);
    }
    proofs(desk, kind);
    if !document.number.is_empty() && !document.series.is_empty() {
        let from = &desk.letter.from;
        document.id = ids::sale(&from.company, &from.branch, document.series, document.number, document.pdv);
        used(desk, &document)?;
    }
    Ok(document)
}

fn kind_named(kind: Option<KindOfDocument>) -> &'static str {
    kind.map_or("", |kind| kind.as_str())
}

/// `L1_ESPECIE`: NFE is stored as SPED.
fn species(kind: KindOfDocument) -> &'static str {
    if kind == KindOfDocument::Nfe { "SPED" } else { kind.as_str() }
}

fn is_without_station(kind: Option<KindOfDocument>) -> bool {
    matches!(kind, Some(KindOfDocument::Nfm | KindOfDocument::Nfe | KindOfDocument::Rps))
}

/// The number: digits, greater than 0 (`domain/README.md`, Finer decisions, Checking).
fn number<'a>(desk: &mut Desk<'a, RetailSales>) -> &'a str {
    let Some(code) = &desk.letter.message.document_code else { return "" };
    let code = code.as_str();
    if code.bytes().all(|byte| byte.is_ascii_digit()) && code.bytes().any(|byte| byte != b'0') {
        return code;
    }
    let text = "O número do documento deve ter só dígitos e ser maior que zero.";
    desk.found.error(Code::NotANumber, "/DocumentCode", text);
    ""
}

/// Code, series and point of sale of the station. The three tags are tried in the order of the book.
fn station<'a>(desk: &mut Desk<'a, RetailSales>) -> Result<Option<(&'a str, &'a str, &'a str)>, Flaw> {
    let message = &desk.letter.message;
    let tags = [
        At::Root.code("StationSalePointCode", &message.station_sale_point_code),
        At::Root.code("StationSalePointInternalId", &message.station_sale_point_internal_id),
        At::Root.code("StationCode", &message.station_code),
    ];
    desk.needs_one(&tags);
    let Some(code) = desk.translate(Alias::STATION, &tags)? else { return Ok(None) };
    let (company, branch) = (&desk.letter.from.company, &desk.letter.from.branch);
    let named = tags.iter().find(|tag| tag.value.is_some()).map_or("StationSalePointCode", |tag| tag.name);
    let text = match desk.books.station(company, branch, code) {
        Some(station) if is_without_series(message, &station.series) => format!(
            "A estação {code} da filial {branch} não tem série (stations.csv): informe-a, ou SerieCode na NFC-e."
        ),
        Some(station) => return Ok(Some((&station.station, &station.series, &station.pdv))),
        None => format!(
            "A estação {code} não está cadastrada na filial {branch} (stations.csv): cadastre-a ou corrija o De/Para."
        ),
    };
    desk.found.error(Code::NotFound, At::Root.tag(named), text);
    Ok(None)
}

fn is_without_series(message: &RetailSales, of_station: &str) -> bool {
    let brings_its_own = message.kind_of_document == Some(KindOfDocument::Nfce) && message.serie_code.is_some();
    of_station.is_empty() && !brings_its_own
}

/// The station of a document that needs none, where De/Para knows it.
fn station_if_known<'a>(desk: &Desk<'a, RetailSales>) -> Result<&'a str, Flaw> {
    let message = &desk.letter.message;
    let tags = [&message.station_sale_point_code, &message.station_sale_point_internal_id, &message.station_code];
    for external in tags.into_iter().flatten() {
        if let Some(internal) = desk.internal(Alias::STATION, external.as_str())? {
            return Ok(ids::code(internal));
        }
    }
    Ok("")
}

/// What proves a fiscal document: the key of an NFC-e, the equipment of a SAT coupon.
fn proofs(desk: &mut Desk<'_, RetailSales>, kind: Option<KindOfDocument>) {
    let message = &desk.letter.message;
    let (tag, is_there) = match kind {
        Some(KindOfDocument::Nfce) => ("KeyAcessNFe", message.key_acess_nfe.is_some()),
        Some(KindOfDocument::Satce) => ("SerialNumberSATEquipament", message.serial_number_sat_equipament.is_some()),
        _ => return,
    };
    let path = At::Root.tag(tag);
    if !is_there && !desk.found.has_error_at(&path) {
        let text = format!("Com KindOfDocument {} a tag {tag} é obrigatória e não foi informada.", kind_named(kind));
        desk.found.error(Code::Missing, path, text);
    }
    let length = message.key_acess_nfe.as_ref().map_or(KEY_LENGTH, |key| key.as_str().chars().count());
    if kind == Some(KindOfDocument::Nfce) && length < KEY_LENGTH {
        let text = format!("A chave de acesso da NFC-e tem {KEY_LENGTH} dígitos, KeyAcessNFe veio com {length}.");
        desk.found.error(Code::TooShort, "/KeyAcessNFe", text);
    }
}

/// A number may be used once in a series and station.
fn used(desk: &mut Desk<'_, RetailSales>, document: &Document<'_>) -> Result<(), Flaw> {
    let from = &desk.letter.from;
    let key = [from.company.as_str(), &from.branch, document.number];
    let sales = desk.world.rows::<Issued>(Sl1::by_document, &key)?;
    if sales.iter().any(|sale| sale.sale_id == document.id) {
        let Document { number, series, pdv, .. } = document;
        let text = format!(
            "O documento {number} já foi usado na série {series}, PDV {pdv}, por outra venda: confira a numeração."
        );
        desk.found.error(Code::DocumentUsed, "/DocumentCode", text);
    }
    Ok(())
}
