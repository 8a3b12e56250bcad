//! Messages that do harm: one that kills whoever reads it, one that was damaged where it is kept.

use crate::answers::{our_id, reasons, status};
use crate::harness::{Engine, Site};
use crate::messages::{counter, uuid};
use crate::wait::until;
use crate::waiting::{set_depara, with_seller};

/// So often the daemon dies: until the message is suspected, and then with nothing else in its hands.
const DEATHS: usize = 3 + 3;

#[tokio::test]
async fn it_is_set_aside_and_its_neighbours_go_on() {
    let mut site = Site::on(Engine::Production, "poison").await;
    site.stop().await;
    let sales: Vec<_> = (1..=20).map(counter).collect();
    let poison = uuid(&sales[9]);
    for sale in &sales {
        site.omni.send(sale).await;
    }
    site.set("EAID_CRASH_ON", &poison);
    let mut deaths = 0;
    // Whoever supervises the daemon starts it again and again.
    loop {
        site.begin();
        let has_died = until("the daemon to die or the message to be set aside", async || match site.has_ended() {
            true => Some(true),
            false => (site.rows.count("xx3", "xx3_status = 'set_aside'").await == 1).then_some(false),
        })
        .await;
        if !has_died {
            break;
        }
        site.ended().await;
        deaths += 1;
        assert!(deaths <= DEATHS, "it kills for ever");
    }
    assert_eq!(deaths, DEATHS);
    for sale in sales.iter().filter(|sale| uuid(sale) != poison) {
        site.response(&uuid(sale)).await;
    }
    cured(site, &poison, "EAID_CRASH_ON").await;
}

#[tokio::test]
async fn one_that_only_panics_costs_nobody_else() {
    let mut site = Site::on(Engine::Production, "panic").await;
    site.stop().await;
    let sales: Vec<_> = (1..=20).map(counter).collect();
    let poison = uuid(&sales[9]);
    for sale in &sales {
        site.omni.send(sale).await;
    }
    site.set("EAID_PANIC_ON", &poison);
    site.start().await;
    for sale in sales.iter().filter(|sale| uuid(sale) != poison) {
        site.response(&uuid(sale)).await;
    }
    cured(site, &poison, "EAID_PANIC_ON").await;
}

/// It is there with its bytes; where its cause is mended, a person puts it back and it is a message like any other.
async fn cured(mut site: Site, poison: &str, cause: &'static str) {
    site.rows.becomes("xx3", "xx3_status", "xx3_cause = 'internal'", "set_aside").await;
    let said = site.eaid(&["messages", "list", "--state", "set_aside", "--json"]).await.ends(0);
    assert!(said.out.contains("internal"), "{}", said.out);
    site.stop().await;
    site.set(cause, "nothing");
    site.start().await;
    site.eaid(&["messages", "retry", "--state", "set_aside"]).await.ends(0);
    site.response(poison).await;
    site.close().await;
}

/// Its row says whose it was: its sender is told, and a person finds it; whoever woke with it goes on. Where somebody
/// brings the row back from a backup, it is a message like any other.
#[tokio::test]
async fn a_damaged_body_stops_nobody() {
    for engine in [Engine::Production, Engine::Embedded] {
        let site = Site::on(engine, "damaged").await;
        let sales: Vec<_> = (1..=3).map(|number| with_seller(number, "VENDEDOR-NOVO")).collect();
        for sale in &sales {
            site.omni.send(sale).await;
            site.waits(sale).await;
        }
        let damaged = uuid(&sales[1]);
        let row = format!("where uuid = '{damaged}'");
        site.rows.plant(&format!("update inbox set plain = plain + 1 {row}")).await;
        set_depara(&site, "SA3", "VENDEDOR-NOVO", "01||000099").await;
        for sale in [&sales[0], &sales[2]] {
            our_id(&site.response(&uuid(sale)).await);
        }
        let answer = site.response(&damaged).await;
        assert_eq!(status(&answer), "ERROR");
        assert_eq!(reasons(&answer)[0].0, "internal", "{answer:#}");
        assert!(answer.to_string().contains("danificado"), "{answer:#}");
        site.rows.becomes("xx3", "xx3_status", &format!("xx3_uuid = '{damaged}'"), "set_aside").await;
        let said = site.eaid(&["messages", "show", &damaged]).await.ends(0);
        assert!(said.out.contains("danificado"), "{}", said.out);
        site.rows.plant(&format!("update inbox set plain = plain - 1 {row}")).await;
        site.eaid(&["messages", "retry", &damaged]).await.ends(0);
        site.rows.becomes("xx3", "xx3_status", &format!("xx3_uuid = '{damaged}'"), "answered").await;
        site.close_with(0, 1).await;
    }
}
