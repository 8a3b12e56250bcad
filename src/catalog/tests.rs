//! The files of the catalog: what is wrong is named by file and line, all at once.

mod routing;
mod stage;

use super::compiled;
use super::read::catalog;
use super::texts::Texts;
use super::{Catalog, Version};
use crate::config::defaults;
use insta::assert_snapshot;

/// The shipped catalog with changes.
fn changed(change: impl Fn(&mut Texts)) -> Result<Catalog, String> {
    let config = defaults().expect("the defaults are right");
    let mut texts = compiled::texts();
    change(&mut texts);
    catalog(&config, &texts).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

fn problems(change: impl Fn(&mut Texts)) -> String {
    changed(change).err().unwrap_or_default()
}

fn problems_of(adapters: &str) -> String {
    problems(|texts| texts.adapters.1 = adapters.to_owned())
}

/// A registration of RetailSales, with more lines.
fn sale(more: &str) -> String {
    let keys = "routine = \"LOJA701\"\nmessage = \"RetailSales\"\nreceive = true\nroute = \"OMNI\"\n";
    format!("[[adapter]]\n{keys}{more}\n")
}

/// A registration of a trace, with more lines.
fn trace(more: &str) -> String {
    let keys = "routine = \"MATA410B\"\nmessage = \"DocumentTraceAbilityOrder\"\nversion = \"1.001\"\nsend = true\n";
    format!("[[adapter]]\n{keys}{more}\n")
}

/// A second partner, with one company.
fn second_partner(texts: &mut Texts) {
    texts.routes.1.push_str("[[route]]\ncode = \"PDV\"\nproduct = \"PDV\"\napplication = \"PDV1\"\nkey = \"pdv\"\n");
    for (name, text) in &mut texts.reference.1 {
        if *name == "companies.csv" {
            text.push_str("PDV,7,1,01,0101\nPDV,7,2,01,0102\n");
        }
    }
}

#[test]
fn the_shipped_files_are_right() {
    assert_eq!(problems(|_| {}), "");
}

#[test]
fn every_problem_is_named_at_once() {
    let wrong = r#"
[[adapter]]
routine = "LOJA071"
message = "RetailSales"
recieve = true
version = "2.009"
route = "OMNI"

[[adapter]]
routine = "LOJA704"
message = "RetailSales"
receive = "yes"
version = "3.000"
operation = "upsert"
route = "ONMI"
execution_branch = "010"

[[adapter]]
routine = "LOJI701A"
message = "DocumentTraceAbilityOrderRetail"
receive = true
operation = "delete"
version = "2.000"
route = "OMNI"

[[adapter]]
routine = "LOJA701"
message = "RetailSales"
send = true
receive = true
version = 2.009
route = ""
method = "synch"
channel = "PAD.APP"
format = "json5"

[adapters]
"#;
    assert_snapshot!(problems_of(wrong));
}

#[test]
fn wrong_syntax_is_named_wherever_it_stands() {
    assert_snapshot!(problems_of(
        "[[adapter]]\nroutine = LOJA701\n\n[[adapter]\nroutine = \"LOJA704\"\nroutine = \"LOJA704\"\n"
    ));
}

#[test]
fn every_file_is_checked_though_another_is_wrong() {
    assert_snapshot!(problems(|texts| {
        texts.adapters.1.push_str("\n[[adapter]]\nrotine = \"LOJA701\"\n");
        texts.routes.1.push_str(
            "\n[[route]]\ncode = \"PDV\"\nproduct = \"PDV\"\nkey = \"pdv.1\"\nto = \"http\"\nurl = \"https://pdv\"\n",
        );
        for (name, text) in &mut texts.reference.1 {
            if *name == "payment_forms.csv" {
                text.push_str("XX,ESTRANHO,money\n");
            }
        }
    }));
}

/// Problems of a catalog with one more route to HTTP.
fn called(keys: &str) -> Vec<String> {
    let route = format!(
        "\n[[route]]\ncode = \"PDV\"\nproduct = \"OMNI2\"\napplication = \"PDV\"\nkey = \"pdv\"\nto = \"http\"\n{keys}\n"
    );
    let found = problems(|texts| texts.routes.1.push_str(&route));
    found.lines().filter_map(|line| line.split_once(": ")).map(|(_, reason)| reason.to_owned()).collect()
}

#[test]
fn a_route_to_http_says_whom_it_calls() {
    let url = "url = \"https://pdv.example/eai\"\n";
    let ok = ["", "token = \"t\"", "user = \"u\"\npassword = \"p\""];
    assert!(ok.iter().all(|keys| called(&format!("{url}{keys}")).is_empty()));
    for (keys, reason) in [
        ("", "`url` is missing"),
        ("url = \"pdv.example\"", "`url` begins with https:// or http://"),
        ("url = \"https://u:p@pdv.example\"", "user and password do not belong into `url`"),
        ("url = \"https://pdv.example\"\ntoken = \"t\"\nuser = \"u\"", "a token, or user and password: not both"),
        ("url = \"https://pdv.example\"\nuser = \"u\"", "`user` without `password`"),
        ("url = \"https://pdv.example\"\npassword = \"p\"", "a password without `user`"),
        ("url = \"https://pdv.example\"\ntoken = \" \"", "`token` is empty"),
        ("url = \"https://pdv.example\"\ntoken = \"a\\nb\"", "the token holds characters"),
        ("url = \"https://pdv.example\"\ntoken_file = \"not/there\"", "`token_file` not/there: "),
        ("url = \"https://pdv.example\"\ntokn = \"t\"", "there is no key `tokn`; did you mean `token`?"),
    ] {
        let found = called(keys);
        assert!(found.len() == 1 && found[0].starts_with(reason), "{keys}: {found:?}");
    }
}

#[test]
fn a_route_that_calls_nobody_has_no_url() {
    let found =
        problems(|texts| texts.routes.1 = texts.routes.1.replace("to = \"origin\"", "to = \"amqp\"\nurl = \"x\""));
    assert!(found.contains("`url` belongs to a route with to = \"http\""), "{found}");
}

#[test]
fn wrong_syntax_hides_no_problem_of_another_file() {
    let wrong_table = |texts: &mut Texts| {
        for (name, text) in &mut texts.reference.1 {
            if *name == "payment_forms.csv" {
                text.push_str("XX,ESTRANHO,money\n");
            }
        }
    };
    assert_snapshot!(problems(|texts| {
        texts.adapters.1.push_str("\n[[adapter]\n");
        texts.routes.1.push_str("\n[[rote]]\n");
        wrong_table(texts);
    }));
    assert_snapshot!(problems(|texts| {
        texts.routes.1.push_str("\n[[route]\n");
        texts.adapters.1.push_str("\n[[adapter]]\nrotine = \"LOJA701\"\nroute = \"OMNI\"\n");
        wrong_table(texts);
    }));
}

#[test]
fn a_file_that_cannot_be_read_hides_no_problem_of_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = defaults().expect("the defaults are right");
    config.catalog.adapters = folder.path().join("adapters.toml");
    config.catalog.routes = folder.path().join("routes.toml");
    config.catalog.reference = folder.path().into();
    std::fs::write(&config.catalog.adapters, sale("version = \"2\"\nmethd = \"sync\"")).expect("written");
    for (name, text) in compiled::texts().reference.1 {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    std::fs::write(folder.path().join("products.csv"), b"company,branch\n01,S\xc3O PAULO\n").expect("written");
    let found = catalog(&config, &Texts::from_disk(&config)).err().expect("problems");
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_snapshot!(lines.join("\n").replace(&folder.path().display().to_string(), "FOLDER"));
}

#[test]
fn routes_are_told_apart() {
    let route = |code, product, application, key| {
        format!(
            "[[route]]\ncode = \"{code}\"\nproduct = \"{product}\"\napplication = \"{application}\"\nkey = \"{key}\"\n"
        )
    };
    assert_snapshot!(problems(|texts| {
        texts.routes.1 = route("OMNI", "OMNI", "OMNI", "omni")
            + &route("OMNI", "PDV", "PDV", "pdv")
            + &route("SECOND", "omni", "omni", "omni")
            + &route("THIRD", "LOJA", "LOJA", "omni")
            + &route("FOURTH", "OMNI", "OMNI2", "omni");
    }));
}

#[test]
fn a_partner_without_companies_is_named() {
    assert_snapshot!(problems(|texts| {
        texts.routes.1 = texts.routes.1.replace("product = \"OMNI\"", "product = \"OMNICHANNEL\"");
    }));
}

#[test]
fn lines_that_lay_claim_to_the_same_message_are_named() {
    let twice = sale("version = \"2.009\"") + &sale("version = \"2.009\"\noperation = \"update\"");
    assert_snapshot!(problems_of(&twice));
    let sent = trace("route = \"OMNI\"") + &trace("route = \"OMNI\"\nformat = \"XML\"");
    assert_snapshot!(problems_of(&sent));
    let one_branch = "execution_branch = \"0101\"";
    let told_apart = sale("version = \"2.009\"")
        + &sale("version = \"2.010\"")
        + &sale(&format!("version = \"2.009\"\n{one_branch}\noperation = \"update\""))
        + &sale(&format!("version = \"2.009\"\n{one_branch}\noperation = \"delete\""))
        + &trace("route = \"OMNI\"")
        + &trace(&format!("route = \"OMNI\"\n{one_branch}"));
    assert_eq!(problems_of(&told_apart), "");
}

#[test]
fn a_condition_is_checked_where_it_stands() {
    let wrong = sale("version = \"2.009\"\ncondition = 'content.Status == \"a\"'")
        + &trace("route = \"OMNI\"\ncondition = \"content.Statuz == 'a'\"")
        + &trace(
            "route = \"OMNI\"\nexecution_branch = \"0101\"\ncondition = \"\"\"\ncontent.Status == 'a' &&\n  content.Value > 1\"\"\"",
        );
    assert_snapshot!(problems_of(&wrong));
    let right = trace("route = \"OMNI\"\ncondition = 'double(content.Value) > 1.0'");
    let catalog = changed(|texts| texts.adapters.1 = right.clone());
    let condition = catalog.map(|catalog| catalog.registrations[0].condition.as_ref().map(|one| one.text.clone()));
    assert_eq!(condition, Ok(Some("double(content.Value) > 1.0".to_owned())));
}

#[test]
fn a_fingerprint_changes_with_any_file_and_with_the_rules() {
    let of = |change: &dyn Fn(&mut Texts)| changed(change).map(|catalog| catalog.fingerprint);
    let shipped = of(&|_| {});
    assert_eq!(shipped, of(&|_| {}));
    assert_ne!(shipped, of(&|texts| texts.adapters.1.push('\n')));
    assert_ne!(shipped, of(&|texts| texts.reference.1[6].1.push('\n')));
    let mut config = defaults().expect("the defaults are right");
    config.retail.wot = !config.retail.wot;
    let with_rule = catalog(&config, &compiled::texts()).map(|catalog| catalog.fingerprint);
    assert_ne!(shipped.as_deref().ok(), with_rule.as_deref().ok());
}

#[test]
fn a_version_is_two_numbers() {
    let read = |text| Version::parse(text).map(|(version, padded)| (version.to_string(), padded));
    assert_eq!(read("2.009"), Some(("2.009".to_owned(), false)));
    assert_eq!(read("2.009 "), Some(("2.009".to_owned(), false)));
    assert_eq!(read("2.9"), Some(("2.009".to_owned(), true)));
    assert_eq!(read("1"), Some(("1.000".to_owned(), false)));
    for text in ["", "two", "2.x", "2.0009", "-1.000"] {
        assert_eq!(read(text), None, "{text}");
    }
}
