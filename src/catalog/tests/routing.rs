//! Which line of the file a message takes, and which sends ours.

use super::{changed, sale, second_partner, trace};
use crate::catalog::Catalog;
use eaid_schemas::envelope::{Document, Envelope, Limits, decode};

fn catalog(adapters: &str) -> Catalog {
    let catalog = changed(|texts| {
        second_partner(texts);
        texts.adapters.1 = adapters.to_owned();
    });
    catalog.unwrap_or_else(|problems| panic!("{problems}"))
}

/// A sale's header.
fn envelope(version: &str, event: &str, partner: (&str, &str), place: (&str, &str)) -> Envelope {
    let ((product, application), (company, branch)) = (partner, place);
    let body = format!(
        r#"{{"Header": {{"UUID": "1", "Type": "BusinessMessage", "SubType": "event", "Event": "{event}",
            "Transaction": "RETAILSALES", "Version": "{version}", "ProductName": "{product}",
            "SourceApplication": "{application}", "CompanyId": "{company}", "BranchId": "{branch}"}}, "Content": {{}}}}"#
    );
    let limits = Limits { body: 10_000, depth: 10, items: 10 };
    match decode(body.as_bytes(), None, &limits) {
        Ok(Document::Message(envelope)) => *envelope,
        other => panic!("{other:?}"),
    }
}

const OMNI: (&str, &str) = ("OMNI", "OMNI");
const SHOP: (&str, &str) = ("01", "0101 ");

/// The description of the line that a message takes, with the codes of what its header has against it.
fn taken(catalog: &Catalog, envelope: &Envelope) -> (String, Vec<&'static str>) {
    let codes = |found: &[eaid_schemas::violation::Violation]| {
        found.iter().filter(|one| one.is_error()).map(|one| one.code.as_str()).collect()
    };
    match catalog.find(envelope, "spool", 10) {
        Ok(routed) => (routed.registration.description.clone(), codes(&routed.errors)),
        Err(refused) => (String::new(), codes(&refused.violations)),
    }
}

fn named(name: &str, more: &str) -> String {
    sale(&format!("description = \"{name}\"\n{more}"))
}

#[test]
fn exactly_the_version_wins_then_the_branch_then_the_newest() {
    let catalog = catalog(
        &(named("old", "version = \"2.008\"")
            + &named("new", "version = \"2.009\"")
            + &named("shop", "version = \"2.008\"\nexecution_branch = \"0101\"")),
    );
    let takes = |version, place| taken(&catalog, &envelope(version, "upsert", OMNI, place)).0;
    assert_eq!(takes("2.009", SHOP), "new", "its very version");
    assert_eq!(takes("2.008", SHOP), "shop", "its very version, and its branch");
    assert_eq!(takes("2.010", SHOP), "shop", "no line has its version: the branch's own");
    assert_eq!(takes("2.010", ("01", "0102")), "new", "no line has its version or branch: the newest");
    assert_eq!(takes("3.000", SHOP), "", "another major");
}

#[test]
fn a_line_for_one_branch_is_for_no_other() {
    let catalog = catalog(&named("shop", "version = \"2.009\"\nexecution_branch = \"0101\""));
    assert_eq!(taken(&catalog, &envelope("2.009", "upsert", OMNI, SHOP)), ("shop".to_owned(), vec![]));
    let other = taken(&catalog, &envelope("2.009", "upsert", OMNI, ("01", "0102")));
    assert_eq!(other, (String::new(), vec!["not_registered"]));
    let nowhere = taken(&catalog, &envelope("2.009", "upsert", OMNI, ("01", "0199")));
    assert_eq!(nowhere, ("shop".to_owned(), vec!["company_unknown"]), "De/Para comes before everything");
}

#[test]
fn each_partner_has_its_own_lines() {
    let of_pdv = named("theirs", "version = \"2.009\"").replace("\"OMNI\"", "\"PDV\"");
    let both = catalog(&(named("omni", "version = \"2.009\"") + &of_pdv));
    assert_eq!(taken(&both, &envelope("2.009", "upsert", OMNI, SHOP)).0, "omni");
    assert_eq!(taken(&both, &envelope("2.009", "upsert", ("PDV", "pdv1"), ("7", "1"))).0, "theirs");
    let alone = catalog(&of_pdv);
    assert_eq!(taken(&alone, &envelope("2.009", "upsert", OMNI, SHOP)).1, ["not_registered"]);
    let stranger = taken(&alone, &envelope("2.009", "upsert", ("PDV", "PDV2"), ("7", "1")));
    assert_eq!(stranger, ("theirs".to_owned(), vec!["source_unknown"]));
}

#[test]
fn an_operation_takes_its_event_alone() {
    let catalog = catalog(
        &(named("upserts", "version = \"2.009\"\noperation = \"update\"")
            + &named("deletes", "version = \"2.008\"\noperation = \"delete\"")),
    );
    let takes = |event| taken(&catalog, &envelope("2.009", event, OMNI, SHOP));
    assert_eq!(takes("upsert"), ("upserts".to_owned(), vec![]));
    assert_eq!(takes("delete"), ("deletes".to_owned(), vec![]));
    let upserts = super::changed(|texts| {
        texts.adapters.1 = named("upserts", "version = \"2.009\"\noperation = \"update\"");
    });
    let refused = taken(&upserts.expect("right"), &envelope("2.009", "delete", OMNI, SHOP));
    assert_eq!(refused, ("upserts".to_owned(), vec!["event_refused"]));
}

#[test]
fn a_trace_goes_by_the_line_of_its_partner_and_branch() {
    let any = trace("route = \"OMNI\"\ndescription = \"any\"");
    let shop = trace("route = \"OMNI\"\ndescription = \"shop\"\nexecution_branch = \"0101\"");
    let catalog = catalog(&(shop + &any));
    let sends = |partner, branch| {
        let found = catalog.sender("DOCUMENTTRACEABILITYORDER", partner, branch);
        found.map(|(known, route)| (known.description.as_str(), route.key.as_str()))
    };
    assert_eq!(sends("OMNI", "0101"), Some(("shop", "omni")));
    assert_eq!(sends("OMNI", "0102"), Some(("any", "omni")));
    assert_eq!(sends("PDV", "0101"), None);
}
