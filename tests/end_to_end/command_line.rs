//! The verbs, as a person and as a script use them.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};

use crate::answers::our_id;
use crate::harness::{Engine, Site};
use crate::messages::{counter, demo, remove, set, uuid, with};
use crate::process::Surroundings;

/// What a newcomer runs first: from any folder, without any file.
#[tokio::test]
async fn demo_shows_the_whole_cycle() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = Surroundings { folder: folder.path().into(), settings: Vec::new() };
    let said = nowhere.run(&["demo"]).await.ends(0);
    for word in ["Entrega", "Retira", "Faturado", "Empacotado", "Entregue", "PEDIDO-1001"] {
        assert!(said.out.contains(word), "the timeline says nothing of {word}:\n{}", said.out);
    }
    let left: Vec<_> = folder.path().read_dir().expect("read the folder").collect();
    assert!(left.is_empty(), "the demonstration leaves files where it was started: {left:?}");
}

#[tokio::test]
async fn init_writes_a_configuration_that_passes_the_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Surroundings { folder: folder.path().into(), settings: Vec::new() };
    here.run(&["init", "shop"]).await.ends(0);
    let config = find(&folder.path().join("shop"), "eaid.toml").expect("init wrote an eaid.toml");
    let there = Surroundings { folder: folder.path().join("shop"), settings: Vec::new() };
    let config = config.to_string_lossy();
    there.run(&["check", "--offline", "--config", &config]).await.ends(0);
    // No nesting may be allowed that could overflow a stack.
    let too_deep = Surroundings { settings: vec![("EAID_LIMITS__DEPTH", "129".to_owned())], ..there.clone() };
    let said = too_deep.run(&["check", "--offline", "--config", &config]).await.ends(2);
    assert!(said.err.contains("limits.depth: expected 2 to 128"), "{}", said.err);
    // A certificate that cannot be used is found before the start.
    let absent = vec![("EAID_HTTP__CERTIFICATE", "no.pem".to_owned()), ("EAID_HTTP__KEY", "no.key".to_owned())];
    let said = Surroundings { settings: absent, ..there.clone() };
    let said = said.run(&["check", "--offline", "--config", &config]).await.ends(2);
    assert!(said.out.contains("[http] certificate: no.pem: "), "{}", said.out);
    // What is there already is not written over.
    let again = here.run(&["init", "shop"]).await;
    assert_ne!(again.code, Some(0), "a second init must not replace what somebody edited");
}

/// Schemas need no configuration; a wrong name is answered with the nearest.
#[tokio::test]
async fn schema_prints_what_a_message_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = Surroundings { folder: folder.path().into(), settings: Vec::new() };
    let said = nowhere.run(&["schema", "retailsales", "2.9"]).await.ends(0);
    let schema: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(schema["title"], "RetailSales 2.009");
    for document in ["--openapi", "--asyncapi"] {
        let said = nowhere.run(&["schema", document]).await.ends(0);
        serde_json::from_str::<Value>(&said.out).expect("JSON");
    }
    let said = nowhere.run(&["schema", "RetailSale"]).await.ends(2);
    assert!(said.err.contains("did you mean `RetailSales`?"), "{}", said.err);
    let said = nowhere.run(&["schema", "RetailSales", "3.0"]).await.ends(2);
    assert!(said.err.contains("2.010"), "{}", said.err);
}

#[tokio::test]
async fn what_prints_data_prints_json_too() {
    let site = Site::on(Engine::Production, "json").await;
    let sale = counter(1);
    site.ok(&sale).await;
    let early = with(&counter(2), &[("/Content/SellerInternalId", json!("VENDEDOR-NOVO"))]);
    site.omni.send(&early).await;
    site.waits(&early).await;
    let file = message_file(&site, "sale.json", &counter(3));
    let id = uuid(&sale);
    let verbs: [&[&str]; 11] = [
        &["check"],
        &["status"],
        &["messages", "list"],
        &["messages", "show", &id],
        &["depara", "list"],
        &["depara", "missing"],
        &["orders", "list"],
        &["adapters", "list"],
        &["schema"],
        &["schema", "RetailSales"],
        &["explain", &file],
    ];
    for verb in verbs {
        let arguments: Vec<&str> = verb.iter().copied().chain(["--json"]).collect();
        site.eaid(&arguments).await.ends(0).json();
        let plain = site.eaid(verb).await.ends(0);
        assert!(!plain.out.trim().is_empty(), "{verb:?} tells a person nothing");
    }
    let shown = site.eaid(&["messages", "show", &id]).await.ends(0).out;
    assert!(shown.contains("PEDIDO-1") && shown.contains(&id), "{shown}");
    let waiting = site.eaid(&["messages", "list", "--state", "waiting", "--json"]).await.ends(0).out;
    assert!(waiting.contains(&uuid(&early)) && !waiting.contains(&id), "{waiting}");
    let missing = site.eaid(&["depara", "missing"]).await.ends(0).out;
    assert!(missing.contains("VENDEDOR-NOVO"), "{missing}");
    site.close_with(1, 0).await;
}

/// It tells what would happen, and does nothing.
#[tokio::test]
async fn explain_foretells_and_writes_nothing() {
    let site = Site::on(Engine::Embedded, "explain").await;
    let good = message_file(&site, "good.json", &counter(1));
    let said = site.eaid(&["explain", &good]).await.ends(0).out;
    assert!(said.contains("LOJA701"), "{said}");
    let mut wrong = counter(2);
    remove(&mut wrong, "/Content/NetPrice");
    set(&mut wrong, "/Content/SellerInternalId", json!("VENDEDOR-NOVO"));
    let wrong = message_file(&site, "wrong.json", &wrong);
    let said = site.eaid(&["explain", &wrong]).await.ends(1).out;
    assert!(said.contains("missing") && said.contains("/NetPrice"), "{said}");
    let early = with(&counter(3), &[("/Content/SellerInternalId", json!("VENDEDOR-NOVO"))]);
    let early = message_file(&site, "early.json", &early);
    let said = site.eaid(&["explain", &early]).await.out;
    assert!(said.contains("VENDEDOR-NOVO"), "{said}");
    let said = site.eaid(&["explain", &uuid(&counter(4))]).await.ends(1).err;
    assert!(said.contains("eaid messages show"), "{said}");
    for view in ["xx3", "sl1", "se1"] {
        assert_eq!(site.rows.count(view, "1 = 1").await, 0, "explain wrote to {view}");
    }
    site.close().await;
}

/// `send` publishes files; a refused message may be corrected by a row and tried again.
#[tokio::test]
async fn send_and_retry() {
    let rule = "[waiting]\npatience = \"1s\"\n";
    let site = Site::with(Engine::Production, "retry", rule).await;
    let file = message_file(&site, "customer.json", &demo("02-customer"));
    site.eaid(&["send", &file]).await.ends(0);
    site.rows.becomes("sa1", "a1_loja", "a1_cod = '000123'", "01").await;
    let sale = with(&counter(1), &[("/Content/SellerInternalId", json!("VENDEDOR-NOVO"))]);
    let refusal = site.answer(&sale).await;
    crate::waiting::set_depara(&site, "SA3", "VENDEDOR-NOVO", "01||000099").await;
    site.eaid(&["messages", "retry", "--cause", "never_came"]).await.ends(0);
    let repaired = crate::wait::until("the Response after the repair", async || {
        site.omni.responses(&uuid(&sale)).into_iter().find(|answer| uuid(answer) != uuid(&refusal))
    })
    .await;
    our_id(&repaired);
    site.close_with(0, 1).await;
}

#[tokio::test]
async fn depara_goes_in_and_comes_out_as_csv() {
    let site = Site::on(Engine::Embedded, "csv").await;
    let exported = site.eaid(&["depara", "export"]).await.ends(0).out;
    let shipped = crate::process::repository().join("config/demo/depara.csv");
    let shipped = std::fs::read_to_string(shipped).expect("read the shipped De/Para");
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&exported), sorted(&shipped));
    site.eaid(&["depara", "remove", "OMNI", "SA3", "VENDEDOR-7"]).await.ends(0);
    let sellers = site.rows.count("xxf", "xxf_alias = 'SA3'").await;
    assert_eq!(sellers, 0);
    site.close().await;
}

#[tokio::test]
async fn the_samples_of_every_adapter_are_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Surroundings { folder: folder.path().into(), settings: Vec::new() };
    let said = here.run(&["adapters", "test", "--junit", "samples.xml"]).await.ends(0);
    for routine in ["CRMA980", "LOJA704", "LOJA701", "LJGRVBATCH", "MATA410B", "LOJI701A"] {
        assert!(said.out.contains(routine), "no sample of {routine}");
    }
    let report = std::fs::read_to_string(folder.path().join("samples.xml")).expect("the report");
    assert!(report.contains(r#"failures="0" errors="0""#) && report.contains(r#"<testsuite name="LJGRVBATCH""#));
}

/// A mistake in a file is shown with the file and the line, and the code says: wrong configuration.
#[tokio::test]
async fn a_wrong_configuration_is_named_by_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Surroundings { folder: folder.path().into(), settings: Vec::new() };
    let cases = [
        ("unknown key", "[waiting]\npatience = \"1m\"\npatients = 5\n", "3"),
        ("wrong kind", "[amqp]\nenabled = \"perhaps\"\n", "2"),
        ("no TOML", "[database]\nurl = \"sqlite://eaid.db\"\n[http\n", "3"),
    ];
    for (what, text, line) in cases {
        std::fs::write(folder.path().join("wrong.toml"), text).expect("write wrong.toml");
        for verb in ["run", "status", "check"] {
            let said = here.run(&[verb, "--config", "wrong.toml"]).await.ends(2);
            let named = said.err.contains(&format!("wrong.toml:{line}"))
                || (said.err.contains("wrong.toml") && said.err.contains(&format!("line {line}")));
            assert!(named, "{verb}, {what}: {}", said.err);
        }
    }
    assert_eq!(here.run(&["run", "--config", "not-there.toml"]).await.code, Some(2));
    assert_eq!(here.run(&["dance"]).await.code, Some(2));
    assert_eq!(here.run(&["--help"]).await.code, Some(0));
}

/// Writes a message where the verbs can find it.
fn message_file(site: &Site, name: &str, message: &Value) -> String {
    let file = site.folder().join(name);
    std::fs::write(&file, message.to_string()).expect("write a message");
    file.to_string_lossy().into_owned()
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    for entry in folder.read_dir().ok()? {
        let path = entry.ok()?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name) {
                return Some(found);
            }
        } else if path.file_name().is_some_and(|found| found == name) {
            return Some(path);
        }
    }
    None
}
