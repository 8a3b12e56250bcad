//! The company De/Para of a reserve's branches (`domain/itemreserve.md` 3 and 4, `domain/README.md`, Finer
//! decisions, Checking).

use crate::books::Books;
use crate::desk::{At, Desk};
use crate::routine::Letter;
use eaid_schemas::envelope::Header;
use eaid_schemas::field::{PartnerCode, Text};
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::violation::Code;

/// Company and branch of ours.
pub(super) type Branch<'a> = (&'a str, &'a str);

/// Our company and branch for a branch of the sender, in the company that content or header name.
pub(super) fn ours<'b>(books: &'b Books, letter: &Letter<ItemReserve>, branch: &str) -> Option<Branch<'b>> {
    let company = letter.message.company_id.as_ref().map_or("", Text::as_str);
    let company = if company.is_empty() { Header::text(&letter.header.company_id) } else { company };
    books.company(letter.partner(), company, branch)
}

/// The branch that a tag names; where it has no De/Para that is found. An absent tag was found already.
pub(super) fn find<'a>(
    desk: &mut Desk<'a, ItemReserve>,
    at: At,
    name: &str,
    tag: &Option<PartnerCode>,
) -> Option<Branch<'a>> {
    let branch = tag.as_ref()?.as_str();
    let found = ours(desk.books, desk.letter, branch);
    if found.is_none() {
        let text = format!("A filial {branch} não tem De/Para de empresa: cadastre-a em companies.csv.");
        desk.found.error(Code::CompanyUnknown, at.tag(name), text);
    }
    found
}

/// The one branch that holds the stock of all items.
pub(super) fn one<'a>(desk: &mut Desk<'a, ItemReserve>, at: At, so_far: &mut Option<Branch<'a>>, next: Branch<'a>) {
    match so_far {
        None => *so_far = Some(next),
        Some(first) if *first == next => {}
        Some((_, first)) => {
            let text =
                format!("Os itens devem ser reservados na mesma filial: este é da {}, o primeiro da {first}.", next.1);
            desk.found.error(Code::BranchesDiffer, at.tag("ReserveBranch"), text);
        }
    }
}
