//! On PostgreSQL, where somebody else holds a row that a batch changes: it is under way for as long as we want.

use super::{Abreast, Done};
use crate::bus::{Delivered, Ticket};
use crate::catalog::compiled;
use crate::catalog::read::catalog;
use crate::config::defaults;
use crate::decide::lay::{Arrival, lay};
use crate::inbound::{Ahead, Exit, Opened, ToSettle};
use crate::office::Office;
use crate::outbound::Handover;
use crate::store::suite::house::House;
use eaid_adapters::crma980::tables::Sa1;
use futures_util::FutureExt;
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CUSTOMER: &str = include_str!("../../../config/demo/02-customer.json");

/// The end of the inbound loop.
struct Stand {
    house: House,
    office: Arc<Office>,
    abreast: Abreast,
    kept: watch::Receiver<u64>,
    settled: mpsc::Receiver<ToSettle>,
    /// Holds a row.
    other: PgConnection,
}

impl Stand {
    /// With the first customer entered.
    async fn new(name: &str) -> Stand {
        let house = House::postgres(name).await;
        let config = defaults().expect("the defaults");
        let catalog = catalog(&config, &compiled::texts()).expect("the catalog");
        let office = Arc::new(Office::new(config, Arc::new(catalog), house.store.clone()));
        let (publisher, _) = Handover::new(10, 1 << 20);
        let (settling, settled) = mpsc::channel(4);
        let (count, kept) = watch::channel(0);
        let exit = Exit { office: office.clone(), publisher, settled: settling };
        let abreast = Abreast::new(exit, count, CancellationToken::new());
        let other = PgConnection::connect(&house.url).await.expect("a connection");
        let mut stand = Stand { house, office, abreast, kept, settled, other };
        stand.begin("CLIENTE-1", "Nova").await;
        stand.leave().await;
        stand.settled.recv().await.expect("settled");
        stand
    }

    /// Looks a customer up, decides, and begins to keep it; gives the id of its message.
    async fn begin(&mut self, internal_id: &str, name: &str) -> Uuid {
        let after = *self.kept.borrow();
        self.begin_after(internal_id, name, after).await
    }

    /// The same, as if it had been looked up when so many were kept.
    async fn begin_after(&mut self, internal_id: &str, name: &str, after: u64) -> Uuid {
        // Two customers with one code or one tax number would be one.
        let (code, cpf) =
            if internal_id == "CLIENTE-1" { ("000001", "52998224725") } else { ("000002", "11144477735") };
        let mut body: serde_json::Value = serde_json::from_str(CUSTOMER).expect("JSON");
        body["Header"]["UUID"] = Uuid::new_v4().to_string().into();
        body["Content"]["InternalId"] = internal_id.into();
        body["Content"]["Name"] = name.into();
        body["Content"]["Code"] = code.into();
        body["Content"]["GovernmentalInformation"][0]["Id"] = cpf.into();
        let arrival = Arrival {
            id: Uuid::now_v7(),
            body: Arc::from(body.to_string().as_bytes()),
            content_type: None,
            origin: "spool".into(),
            redelivered: false,
            may_wait: true,
            received_at: self.house.store.now(),
        };
        let (id, catalog) = (arrival.id, self.office.catalog());
        let laid = vec![lay(arrival, &catalog, &self.office.config.envelope_limits())];
        let decided = Some(self.office.decide(&laid, &catalog).await.expect("decided"));
        let (call, _) = tokio::sync::oneshot::channel();
        let delivered = Delivered { body: Arc::from([]), content_type: None };
        let tickets = vec![Some((Ticket::Http(call), delivered))];
        self.abreast.begin(Ahead { opened: Opened { catalog, laid, tickets }, decided, after });
        id
    }

    async fn leave(&mut self) {
        let done: Done = self.abreast.first().await.expect("no panic");
        self.abreast.leave(done).await.expect("it leaves");
    }

    /// The messages that were settled next.
    async fn settled(&mut self) -> Uuid {
        let settled = self.settled.recv().await.expect("settled");
        settled[0].2.message
    }

    /// Somebody else holds all customers there are.
    async fn hold(&mut self) {
        sqlx::raw_sql("begin; select from t_sa1 for update").execute(&mut self.other).await.expect("held");
    }

    async fn release(&mut self) {
        sqlx::raw_sql("commit").execute(&mut self.other).await.expect("released");
    }

    async fn names(&self) -> Vec<String> {
        let at = Sa1::TABLE.columns.iter().position(|column| column.name == "a1_nome").expect("the name");
        let rows = self.house.rows(Sa1::TABLE).await;
        let mut names: Vec<_> = rows.iter().map(|row| row[at].as_text().to_owned()).collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn one_is_kept_while_another_waits_and_they_leave_in_order() {
    let mut stand = Stand::new("abreast").await;
    stand.hold().await;
    let first = stand.begin("CLIENTE-1", "Outra").await;
    assert!(stand.abreast.has_room(), "for a second one");
    let second = stand.begin("CLIENTE-2", "Segunda").await;
    assert!(!stand.abreast.has_room(), "for a third one");
    let kept = async {
        while stand.house.customer("CLIENTE-2").await.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), kept).await.expect("the second one is kept");
    assert!(stand.abreast.first().now_or_never().is_none(), "the first one is under way");
    assert_eq!(*stand.kept.borrow(), 1, "nobody is told before the first one is kept");
    stand.release().await;
    stand.leave().await;
    stand.leave().await;
    assert_eq!([stand.settled().await, stand.settled().await], [first, second]);
    assert_eq!(stand.names().await, ["OUTRA", "SEGUNDA"]);
}

#[tokio::test]
async fn one_that_looked_at_what_another_changes_waits_and_is_decided_again() {
    let mut stand = Stand::new("abreast_crossing").await;
    stand.hold().await;
    stand.begin("CLIENTE-1", "Outra").await;
    stand.begin("CLIENTE-1", "Terceira").await;
    assert!(stand.abreast.held.is_some() && stand.abreast.under_way.len() == 1, "it is not kept beside the other");
    assert!(!stand.abreast.has_room(), "nobody overtakes it");
    stand.release().await;
    stand.leave().await;
    assert!(stand.abreast.held.is_none() && stand.abreast.under_way.len() == 1, "now it is kept");
    assert!(!stand.abreast.has_room(), "nobody knows yet what it looks at");
    stand.leave().await;
    assert!(stand.abreast.has_room());
    assert_eq!(stand.names().await, ["TERCEIRA"]);
    // Whoever was looked up before it was decided again may have missed it.
    let stale = stand.begin_after("CLIENTE-1", "Quarta", 2).await;
    assert!(stand.abreast.is_alone, "it is decided again: {stale}");
    stand.leave().await;
    assert_eq!(stand.names().await, ["QUARTA"]);
}
