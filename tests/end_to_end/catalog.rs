//! Registrations at work: changed while the daemon runs, several of one message, and asked for by WhoIs.

use serde_json::{Value, json};
use std::path::PathBuf;

use crate::harness::{Engine, Site};
use crate::messages::{customer, entrega, new_uuid, reserve, set, text, uuid, with};
use crate::registered::seller;
use crate::wait::until;

/// The files are looked at often, so that the tests are quick.
const WATCHED: &str = "[catalog]\nwatch = \"30ms\"\n";

/// The files are not looked at until a signal says so.
const ASLEEP: &str = "[catalog]\nwatch = \"0s\"\n";

fn adapters(site: &Site) -> PathBuf {
    site.folder().join("config/adapters.toml")
}

fn edit(file: PathBuf, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(&file).expect("read a file of the catalog");
    let changed = change(&text);
    assert_ne!(text, changed, "the edit finds its place");
    // Written beside and renamed: no look falls on half of it.
    let beside = file.with_extension("new");
    std::fs::write(&beside, changed).expect("write a file of the catalog");
    std::fs::rename(beside, file).expect("put the file in its place");
}

/// What the daemon says of itself in `eaid status`.
pub async fn process(site: &Site) -> Value {
    until("the daemon to say that it is there", async || {
        let status = site.eaid(&["status", "--json"]).await.ends(0).json();
        let processes = status["processes"].as_array().expect("the daemons");
        assert!(processes.len() <= 1, "{status:#}");
        processes.first().cloned()
    })
    .await
}

/// Waits until the daemon works by another catalog; gives its version.
pub async fn in_force_after(site: &Site, before: &str) -> String {
    until("another catalog to be in force", async || {
        let now = text(&process(site).await, "/catalog");
        (now != before).then_some(now)
    })
    .await
}

/// The version of the catalog that judged a message.
async fn judged_by(site: &Site, message: &Value) -> String {
    let story = site.eaid(&["messages", "show", &uuid(message), "--json"]).await.ends(0).json();
    text(&story, "/0/catalog")
}

/// Without a restart the next message is judged by the changed file; each remembers which judged it.
#[tokio::test]
async fn a_changed_file_judges_the_next_message() {
    for (engine, name) in [(Engine::Production, "reload"), (Engine::Embedded, "reload_files")] {
        let site = Site::with(engine, name, WATCHED).await;
        let (first, second) = (customer(1), customer(2));
        site.ok(&first).await;
        let before = text(&process(&site).await, "/catalog");
        edit(adapters(&site), |text| text.replace("execution_branch = \"\"", "execution_branch = \"0102\""));
        let after = in_force_after(&site, &before).await;
        let refused = site.refused(&second).await;
        assert_eq!(refused, [("not_registered".to_owned(), "/Header/Transaction".to_owned())]);
        assert_eq!(judged_by(&site, &first).await, before);
        assert_eq!(judged_by(&site, &second).await, after);

        // What the old catalog refused is judged by the new one when a person retries it.
        edit(site.folder().join("config/reference/companies.csv"), |text| {
            text.replace("OMNI,01,0101,01,0101", "OMNI,01,0101,01,0102")
        });
        let last = in_force_after(&site, &after).await;
        site.eaid(&["messages", "retry", &uuid(&second)]).await.ends(0);
        let condition = format!("xx3_uuid = '{}'", uuid(&second));
        site.rows.becomes("xx3", "xx3_status", &condition, "answered").await;
        assert_eq!(judged_by(&site, &second).await, last);
        site.close_with(0, 1).await;
    }
}

/// A wrong file changes nothing but what log, status and metrics say; set right, it is in force again.
#[tokio::test]
async fn a_wrong_file_is_refused_with_its_reasons() {
    let site = Site::with(Engine::Embedded, "reload_wrong", WATCHED).await;
    let before = text(&process(&site).await, "/catalog");
    edit(adapters(&site), |text| text.replace("routine = \"CRMA980\"", "rotine = \"CRMA980\""));
    let refused = until("the reasons in the status", async || {
        let refused = text(&process(&site).await, "/refused");
        (!refused.is_empty()).then_some(refused)
    })
    .await;
    assert_eq!(refused.lines().count(), 2, "{refused}");
    assert!(refused.contains("there is no key `rotine`; did you mean `routine`?"), "{refused}");
    let screen = site.eaid(&["status"]).await.ends(0).out;
    assert!(screen.contains("did you mean `routine`?"), "{screen}");
    let metrics = site.http.get("/metrics").await.text;
    assert!(metrics.contains("eaid_catalog_problems 2"), "{metrics}");
    let message = customer(1);
    site.ok(&message).await;
    assert_eq!(judged_by(&site, &message).await, before, "the old catalog stays in force");

    edit(adapters(&site), |text| text.replace("rotine", "routine"));
    until("the reasons to go", async || text(&process(&site).await, "/refused").is_empty().then_some(())).await;
    assert_eq!(text(&process(&site).await, "/catalog"), before, "the same files are the same version");
    let log = std::fs::read_to_string(site.folder().join("eaid.log")).expect("the log");
    assert!(log.contains("changed files are refused") && log.contains("did you mean `routine`?"), "{log}");
    site.close().await;
}

/// A column more is there before the next message; what a table cannot follow is refused, and the old stays.
#[tokio::test]
async fn a_registered_table_follows_its_registration() {
    for (engine, name) in [(Engine::Production, "reload_table"), (Engine::Embedded, "reload_table_files")] {
        let site = Site::with(engine, name, WATCHED).await;
        site.ok(&seller("V1", "VENDEDOR-1")).await;
        let before = text(&process(&site).await, "/catalog");
        edit(adapters(&site), |text| {
            text.replace(
                "{ name = \"a3_bloq\"",
                "{ name = \"a3_tel\", at = \"/Phone\", length = 9 },\n    { name = \"a3_bloq\"",
            )
        });
        let after = in_force_after(&site, &before).await;
        site.ok(&with(&seller("V2", "VENDEDOR-2"), &[("/Content/Phone", json!("999990000"))])).await;
        site.rows.is("seller", "a3_cod = 'V2'", "a3_tel=999990000; a3_bloq=F").await;
        site.rows.is("seller", "a3_cod = 'V1'", "a3_tel=; a3_bloq=F").await;

        edit(adapters(&site), |text| {
            text.replace("type = \"amount\", length = 5, decimals = 2", "type = \"text\", length = 5")
        });
        let told = async || text(&process(&site).await, "/refused").contains("seller.a3_comis").then_some(());
        until("the change to be refused", told).await;
        site.ok(&seller("V3", "VENDEDOR-3")).await;
        assert_eq!(text(&process(&site).await, "/catalog"), after);
        site.close().await;
    }
}

/// Where the files are not looked at, SIGHUP has them read.
#[tokio::test]
async fn a_signal_has_the_files_read() {
    let mut site = Site::with(Engine::Embedded, "reload_signal", ASLEEP).await;
    let before = text(&process(&site).await, "/catalog");
    edit(adapters(&site), |text| format!("{text}# a remark\n"));
    site.signal("HUP").await;
    in_force_after(&site, &before).await;
    site.close().await;
}

/// A second partner sends the same message. Each has lines, companies and answers of its own.
#[tokio::test]
async fn two_partners_send_the_same_message() {
    // Three files change together: they are read when all are written.
    let mut site = Site::with(Engine::Embedded, "two_partners", ASLEEP).await;
    let before = text(&process(&site).await, "/catalog");
    let config = site.folder().join("config");
    edit(config.join("reference/companies.csv"), |text| format!("{text}PDV,7,1,01,0102\n"));
    edit(config.join("routes.toml"), |text| {
        format!("{text}\n[[route]]\ncode = \"PDV\"\nproduct = \"PDV\"\napplication = \"CAIXA\"\nkey = \"pdv\"\n")
    });
    edit(adapters(&site), |text| {
        format!(
            "{text}\n[[adapter]]\nroutine = \"CRMA980\"\nmessage = \"CustomerVendor\"\nreceive = true\n\
             version = \"2.002\"\nroute = \"PDV\"\nexecution_branch = \"0102\"\noperation = \"update\"\n"
        )
    });
    site.signal("HUP").await;
    let in_force = in_force_after(&site, &before).await;
    let theirs = with(
        &customer(7),
        &[
            ("/Header/ProductName", json!("PDV")),
            ("/Header/SourceApplication", json!("CAIXA")),
            ("/Header/CompanyId", json!("7")),
            ("/Header/BranchId", json!("1")),
        ],
    );
    let mut deleted = theirs.clone();
    set(&mut deleted, "/Header/UUID", json!(new_uuid()));
    set(&mut deleted, "/Header/Event", json!("delete"));
    site.ok(&customer(7)).await;
    for message in [&theirs, &deleted] {
        site.omni.send_bytes("customervendor", "application/json", message.to_string().as_bytes()).await;
    }
    let answers = until("both answers for PDV", async || {
        let files = site.omni.folder().list("out/pdv");
        (files.len() == 2).then_some(files)
    })
    .await;
    let answer = |message: &Value| {
        let found = answers.iter().find(|(_, text)| text.contains(&uuid(message)));
        serde_json::from_str::<Value>(&found.expect("an answer").1).expect("JSON")
    };
    assert_eq!(crate::answers::status(&answer(&theirs)), "OK");
    assert_eq!(text(&answer(&theirs), "/Header/BranchId"), "0102", "De/Para of companies is the partner's own");
    let reasons = crate::answers::reasons(&answer(&deleted));
    assert_eq!(reasons, [("event_refused".to_owned(), "/Header/Event".to_owned())], "operation = update");
    assert_eq!(judged_by(&site, &theirs).await, in_force);

    let file = site.folder().join("theirs.json");
    std::fs::write(&file, with(&theirs, &[]).to_string()).expect("write a message");
    let explained = site.eaid(&["explain", "--json", &file.to_string_lossy()]).await.ends(0).json();
    let lines = std::fs::read_to_string(adapters(&site)).expect("the registrations");
    let line = lines.lines().count() - lines.lines().rev().position(|line| line == "[[adapter]]").expect("a line");
    assert_eq!(text(&explained, "/0/adapter"), format!("CRMA980 (adapters.toml line {line})"), "{explained:#}");
    site.close().await;
}

/// What a condition holds back is noted with its reason; what it lets through goes.
#[tokio::test]
async fn a_condition_holds_traces_back() {
    for (engine, name) in [(Engine::Production, "condition"), (Engine::Embedded, "condition_files")] {
        let site = Site::with(engine, name, WATCHED).await;
        let before = text(&process(&site).await, "/catalog");
        edit(adapters(&site), |text| {
            let (others, trace) = text.split_once("routine = \"MATA410B\"").expect("MATA410B is registered");
            let condition = "condition = 'content.Status != \"Pedido bloqueado\"'";
            format!("{others}routine = \"MATA410B\"{}", trace.replacen("condition = \"\"", condition, 1))
        });
        in_force_after(&site, &before).await;
        site.ok(&reserve(1)).await;
        site.ok(&customer(1)).await;
        site.ok(&entrega(1)).await;
        let order = until("the order of the sale", async || {
            let orders = site.eaid(&["orders", "list", "--json"]).await.ends(0).json();
            orders.pointer("/0/order").and_then(Value::as_str).map(str::to_owned)
        })
        .await;
        let shown = site.eaid(&["orders", "show", &order]).await.ends(0).out;
        assert!(shown.contains("Not sent") && shown.contains("A condição de envio é falsa"), "{shown}");
        assert!(shown.contains("content.Status = \"Pedido bloqueado\""), "{shown}");
        let invoiced = json!({
            "order": order, "event": "invoiced",
            "invoice": { "number": "000000900", "serie": "1", "value": 1.00 },
        });
        let told = site.http.post("/api/v1/order-events", &invoiced).await;
        assert_eq!(told.status, 200, "{told:?}");
        until("the trace that the condition lets through", async || {
            site.omni.traces().iter().any(|trace| text(trace, "/Content/Status") == "Faturado").then_some(())
        })
        .await;
        let held = site.eaid(&["orders", "show", &order, "--json"]).await.ends(0).json();
        assert_eq!(held["withheld"].as_array().map(Vec::len), Some(1), "{held:#}");
        let traces = site.close().await;
        assert_eq!(traces.iter().filter(|out| out.kind == "trace").count(), 1, "the blocked order was not told of");
    }
}

/// WhoIs is answered from the catalog, in kind `whois`, and only to a partner.
#[tokio::test]
async fn who_is_names_what_is_exchanged() {
    let site = Site::on(Engine::Embedded, "who_is").await;
    let question = json!({
        "Header": {
            "UUID": new_uuid(), "Type": "BusinessMessage", "SubType": "request", "Transaction": "WhoIs",
            "Version": "1.000", "SourceApplication": "OMNI", "ProductName": "OMNI", "ProductVersion": "1",
            "CompanyId": "01", "BranchId": "0101", "GeneratedOn": "2026-11-20T10:00:00-03:00", "DeliveryType": "sync",
        },
        "Content": {},
    });
    let ask = async |message: &Value| {
        site.omni.send_bytes("whois", "application/json", message.to_string().as_bytes()).await;
    };
    ask(&question).await;
    let answer = until("the answer to WhoIs", async || {
        site.omni.received().into_iter().find(|out| out.kind == "whois" && out.answers() == uuid(&question))
    })
    .await;
    assert_eq!(crate::answers::status(&answer.body), "OK");
    let list = &answer.body["Content"]["ReturnContent"]["EnabledTransactions"]["Transaction"];
    for (name, version, mode) in [
        ("RetailSales", "2.009", "RECEIVE_ENABLED"),
        ("ItemReserve", "1.002", "RECEIVE_ENABLED"),
        ("ItemReserve", "2.000", "RECEIVE_ENABLED"),
        ("DocumentTraceAbilityOrder", "1.001", "SEND_ENABLED"),
    ] {
        let one = json!({ "Name": name, "Version": version, "Mode": mode });
        let found = list.as_array().into_iter().flatten().filter(|other| **other == one);
        assert_eq!(found.count(), 1, "{one}: {list:#}");
    }
    let called = site.http.post(crate::http::TRANSACTIONS, &with(&question, &[])).await;
    assert_eq!(called.json()["Content"]["ReturnContent"]["EnabledTransactions"]["Transaction"], *list);
    let stranger = with(&question, &[("/Header/SourceApplication", json!("SOMEBODY"))]);
    ask(&stranger).await;
    let refused = site.response(&uuid(&stranger)).await;
    assert_eq!(
        crate::answers::reasons(&refused),
        [("source_unknown".to_owned(), "/Header/SourceApplication".to_owned())]
    );
    site.close().await;
}
