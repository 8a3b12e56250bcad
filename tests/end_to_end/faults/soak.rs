//! `eaid soak`: what a customer convinces himself by.

use crate::faults::is_long;
use crate::harness::{Engine, Site};
use crate::servers;

#[tokio::test]
async fn everything_breaks_for_a_quarter_of_a_minute() {
    soak("0.25", 4).await;
}

#[tokio::test]
async fn everything_breaks_for_two_minutes() {
    if is_long("eaid soak for two minutes") {
        soak("2", 30).await;
    }
}

async fn soak(minutes: &str, faults: u64) {
    let site = Site::prepare(Engine::Production, servers::shared(), false, "soak", "").await;
    let refused = site.eaid(&["soak", "--minutes", minutes]).await.ends(2);
    assert!(refused.err.contains("--test-system"), "{}", refused.err);
    site.rows.plant("delete from depara where external = 'SKU-1001'").await;
    let refused = site.eaid(&["soak", "--minutes", minutes, "--test-system"]).await.ends(2);
    assert!(refused.err.contains("OMNI, SB1, SKU-1001"), "{}", refused.err);
    site.eaid(&["depara", "import", "config/demo/depara.csv"]).await.ends(0);
    let verb = ["soak", "--minutes", minutes, "--faults", "all", "--rate", "30", "--test-system", "--json"];
    let report = site.eaid(&verb).await.ends(0).json();
    let received = report["received"].as_u64().expect("a number");
    assert!(received > 100, "{report:#}");
    assert_eq!(report["states"]["answered"], received, "{report:#}");
    assert_eq!(report["sales"], report["sales_made"], "{report:#}");
    let broken: u64 = report["faults"].as_object().expect("faults").values().filter_map(|count| count.as_u64()).sum();
    assert!(broken >= faults, "{report:#}");
    site.abandon().await;
}
