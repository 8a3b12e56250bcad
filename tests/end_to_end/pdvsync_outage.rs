//! The database is gone while a point of sale sells.

use std::time::Duration;

use crate::harness::{Engine, Site};
use crate::pdvsync::{ORDERS, RESERVE, refused, taken};
use crate::servers;
use crate::wait::until;

/// Told to come again, and taken once, whatever had become of the first call.
#[tokio::test]
async fn a_call_that_meets_no_database_is_to_be_sent_again() {
    let site = Site::on(Engine::Production, "presale_outage").await;
    let post = async || site.http.ask("POST", ORDERS[0], Some(RESERVE.into())).await.expect("an answer");
    servers::close_database(&site.database).await;
    let reasons = refused(&post().await, 503);
    assert_eq!(reasons, [("unavailable".to_owned(), String::new())]);
    servers::open_database(&site.database).await;
    let (order, _) = until("the order to be taken", async || {
        let reply = tokio::time::timeout(Duration::from_secs(30), post()).await.expect("an answer");
        (reply.status == 200).then(|| taken(&reply))
    })
    .await;
    let orders = site.rows.read("pcpedc", &["numped"], "").await;
    assert_eq!(orders, [[order]], "one order, however often it was sent");
    assert_eq!(site.rows.count("pcpedi", "1 = 1").await, 2);
    site.close().await;
}
