//! With `[gravabatch] enabled = false` somebody else takes the staged sales and reports what became of each: through
//! PostgreSQL's function, or over HTTP.

use serde_json::{Value, json};

use crate::answers::our_id;
use crate::cancellation::cancellation;
use crate::harness::{Engine, Site};
use crate::messages::{counter, customer, entrega, reserve, text, uuid};
use crate::wait::until;

const OFF: &str = "[gravabatch]\nenabled = false\n\n[retail]\ncancel_patience = \"10m\"\n";

/// How the outside worker reports.
#[derive(Clone, Copy)]
enum Way {
    Function,
    Http,
}

#[tokio::test]
async fn through_the_function_of_postgresql() {
    reported(Site::with(Engine::Production, "outside", OFF).await, Way::Function).await;
}

#[tokio::test]
async fn over_http_on_sqlite() {
    reported(Site::with(Engine::Embedded, "outside_files", OFF).await, Way::Http).await;
}

/// Reports; says whether that changed the sale.
async fn report(site: &Site, way: Way, number: &str, situa: &str, error: &str) -> bool {
    match way {
        Way::Function => {
            let call = format!("eaid_gravabatch_done('0101', '{number}', '{situa}', '{error}') as done");
            site.rows.read(&call, &["done"], "").await[0][0] == "true"
        }
        Way::Http => {
            let body = json!({ "branch": "0101", "number": number, "situa": situa, "error": error });
            let reply = site.http.post("/api/v1/gravabatch/done", &body).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            reply.json()["changed"] == true
        }
    }
}

async fn number(site: &Site, document: &str) -> String {
    site.rows.cell("sl1", "l1_num", &format!("l1_doc = '{document}' or l1_docped = '{document}'")).await
}

async fn reported(site: Site, way: Way) {
    let rows = &site.rows;
    site.ok(&counter(1)).await;
    let failing = counter(2);
    site.ok(&failing).await;
    for message in [reserve(3), customer(3), entrega(3)] {
        site.ok(&message).await;
    }
    // A cancellation waits until somebody has taken the sale.
    let early = cancellation(1);
    site.omni.send(&early).await;
    site.waits(&early).await;
    let [first, second, third] =
        [number(&site, "000000001").await, number(&site, "000000002").await, number(&site, "000000003").await];

    assert!(report(&site, way, &first, "OK", "").await);
    let id = our_id(&site.response(&uuid(&early)).await);
    assert!(id.ends_with("|000000001|001"), "it was woken and is done");
    rows.is("sl1", "l1_doc = '000000001'", "l1_situa=OK; l1_storc=C").await;

    assert!(report(&site, way, &third, "FR", "").await);
    assert!(!report(&site, way, &third, "FR", "").await, "the same again changes nothing");
    rows.is("sl1", "l1_docped = '000000003'", "l1_situa=FR; l1_ergrvbt=").await;
    assert_eq!(rows.count("sc5", "1 = 1").await, 0, "orders are his own");

    assert!(report(&site, way, &second, "ER", "Título já existe.").await);
    rows.is("sl1", "l1_doc = '000000002'", "l1_situa=ER; l1_ergrvbt=Título já existe.").await;
    let told: Value = until("the sender to be told", async || {
        let received = site.omni.received();
        received.into_iter().find(|out| out.kind == "error").map(|out| out.body)
    })
    .await;
    assert_eq!(text(&told, "/Content/ReturnContent/Error"), "Título já existe.");
    assert_eq!(text(&told, "/Content/ReceivedMessage/UUID"), uuid(&failing));
    assert_eq!(rows.count("gravabatch_reported", "1 = 1").await, 0, "nothing is left to follow");

    let unknown = json!({ "branch": "0101", "number": "ZZZZZZ", "situa": "OK" });
    assert_eq!(site.http.post("/api/v1/gravabatch/done", &unknown).await.status, 404);
    let late = json!({ "branch": "0101", "number": second, "situa": "OK" });
    assert_eq!(site.http.post("/api/v1/gravabatch/done", &late).await.status, 409);
    // A person puts it back; it is his to take again.
    site.eaid(&["orders", "retry", &format!("01|0101|{second}")]).await.ends(0);
    assert!(report(&site, way, &second, "OK", "").await);
    // He is believed: his titles are not here.
    until("a day without differences", async || {
        (site.eaid(&["reconcile", "--from", "2026-11-20"]).await.code == Some(0)).then_some(())
    })
    .await;
    site.close().await;
}
