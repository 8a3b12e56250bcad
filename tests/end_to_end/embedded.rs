//! The embedded default: SQLite and the spool, files instead of queues, no server at all.

use crate::erp::Way;
use crate::harness::{Engine, Site};
use crate::messages::demo;
use crate::traces::statuses;
use crate::wait::until;
use crate::{entrega, retira};

#[tokio::test]
async fn entrega_with_files() {
    let site = Site::on(Engine::Embedded, "entrega_files").await;
    let ids = entrega::cycle(&site, Way::File, Way::Command).await;
    let received = site.close().await;
    // Files have no order of arrival.
    let mut found = statuses(&received, "documenttraceabilityorder", &ids);
    found.sort();
    assert_eq!(found, ["Empacotado", "Faturado", "Pedido bloqueado"]);
}

#[tokio::test]
async fn retira_with_files() {
    let site = Site::on(Engine::Embedded, "retira_files").await;
    let ids = retira::cycle(&site, Way::File, Way::Command).await;
    let received = site.close().await;
    let mut found = statuses(&received, "documenttraceabilityorderretail", &ids);
    found.sort();
    assert_eq!(found, ["Empacotado", "Entregue"]);
}

/// Both sales on one site: the customer is the same, the orders do not meet.
#[tokio::test]
async fn both_sales_side_by_side() {
    let site = Site::on(Engine::Embedded, "both_files").await;
    for message in ["01-reserve-entrega", "02-customer", "04-reserve-retira", "03-sale-entrega", "05-sale-retira"] {
        site.ok(&demo(message)).await;
    }
    let rows = &site.rows;
    for order in ["000001001", "000001002"] {
        rows.becomes("sl1", "l1_situa", &format!("l1_docped = '{order}'"), "FR").await;
    }
    rows.are(
        "se1",
        "order by e1_num, e1_parcela",
        "e1_num | e1_valor
            000001001 | 145.91
            000001001 | 145.91
            000001001 | 145.92
            000001002 | 129.80",
    )
    .await;
    assert_eq!(rows.count("sl1", "l1_orcres <> ''").await, 2, "one child for each order");
    site.close().await;
}

/// A file that cannot be read goes to `dead` with its reason; its neighbour is settled as usual.
#[tokio::test]
async fn a_broken_file_is_set_apart() {
    let site = Site::on(Engine::Embedded, "dead_file").await;
    let folder = site.omni.folder();
    folder.put_as("broken", b"{ this is no message").await;
    let neighbour = demo("02-customer");
    site.ok(&neighbour).await;
    let reason = until("the reason beside the dead file", async || {
        let dead = folder.list("dead");
        assert!(dead.len() <= 2, "more than a file and its reason: {dead:?}");
        let reason = dead.iter().find(|(name, _)| name.ends_with(".reason.txt"))?;
        assert!(reason.0.starts_with("broken"), "{dead:?}");
        dead.iter().any(|(name, _)| name == "broken.json").then(|| reason.1.clone())
    })
    .await;
    assert!(reason.contains("not_json"), "the reason names its code: {reason}");
    assert_eq!(site.rows.count("xx3", "xx3_status = 'unreadable'").await, 1);
    until("the settled file in spool/taken", async || {
        let taken = folder.list("taken");
        taken.iter().any(|(_, text)| text.contains("CLIENTE-8841")).then_some(())
    })
    .await;
    site.close().await;
}

/// On SQLite amounts are texts with the scale of their column, so that sums and sorting by a
/// person's spreadsheet see what PostgreSQL shows.
#[tokio::test]
async fn amounts_keep_the_scale_of_their_column() {
    let site = Site::on(Engine::Embedded, "scale").await;
    site.ok(&crate::messages::counter(1)).await;
    let total = site.rows.cell("sl1", "l1_vlrtot", "l1_doc = '000000001'").await;
    assert_eq!(total, "79.90");
    site.close().await;
}
