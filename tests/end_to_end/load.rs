//! A partner who goes on sending whatever breaks, and the account that must be right afterwards.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

use crate::harness::Site;
use crate::messages::{counter, customer, entrega, reserve, uuid};
use crate::omni::Omni;
use crate::wait::until;

/// The pace: two cores are shared by daemons, brokers, databases and other tests.
const EVERY: Duration = Duration::from_millis(25);
/// What the issue promises: after a repair work goes on within this time.
const GOES_ON: Duration = Duration::from_secs(30);
/// Sales over the counter have numbers from here on.
const COUNTER: u32 = 10_000;

/// A partner at work.
pub struct Load {
    is_over: Arc<AtomicBool>,
    /// The UUIDs of counter sales, in the order in which their sending began.
    sales: Arc<Mutex<Vec<String>>>,
    sending: JoinHandle<Sold>,
}

/// What was sent: counter sales, and orders of three messages each.
#[derive(Clone, Copy, Default)]
pub struct Sold {
    /// Sales over the counter.
    pub counters: u32,
    /// Orders.
    pub orders: u32,
    /// Customers by themselves, sent by somebody else.
    pub customers: u32,
}

impl Load {
    /// Begins to send: three sales over the counter, then an order, and so on.
    pub fn begin(omni: &Arc<Omni>) -> Load {
        let (is_over, sales) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<String>>>::default());
        let sending = tokio::spawn(send(omni.clone(), is_over.clone(), sales.clone()));
        Load { is_over, sales, sending }
    }

    fn count(&self) -> usize {
        self.sales.lock().expect("sales").len()
    }

    /// Waits until so many more sales are on their way.
    pub async fn sends(&self, more: usize) {
        let before = self.count();
        until("more sales to be sent", async || (self.count() >= before + more).then_some(())).await;
    }

    /// After a repair: a sale whose sending begins now is answered in time.
    pub async fn goes_on(&self, site: &Site) {
        let (repaired, before) = (Instant::now(), self.count());
        let sale = until("a sale after the repair", async || {
            // The one that was being sent while things were broken is not it.
            self.sales.lock().expect("sales").get(before + 1).cloned()
        })
        .await;
        site.response(&sale).await;
        let took = repaired.elapsed();
        assert!(took <= GOES_ON, "work went on only {took:?} after the repair");
    }

    /// Ends it when what was begun is sent.
    pub async fn end(self) -> Sold {
        self.is_over.store(true, Ordering::Relaxed);
        self.sending.await.expect("the partner sends")
    }
}

async fn send(omni: Arc<Omni>, is_over: Arc<AtomicBool>, sales: Arc<Mutex<Vec<String>>>) -> Sold {
    let mut sold = Sold::default();
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !is_over.load(Ordering::Relaxed) {
        if sold.counters < 3 * (sold.orders + 1) {
            sold.counters += 1;
            let sale = counter(COUNTER + sold.counters);
            sales.lock().expect("sales").push(uuid(&sale));
            tick.tick().await;
            omni.publish(&sale).await;
        } else {
            sold.orders += 1;
            for message in [customer(sold.orders), reserve(sold.orders), entrega(sold.orders)] {
                tick.tick().await;
                omni.publish(&message).await;
            }
        }
    }
    sold
}

impl Sold {
    /// Messages in all.
    pub fn messages(self) -> i64 {
        i64::from(self.counters + 3 * self.orders + self.customers)
    }

    /// Waits until everything took its effect, and looks that it did so exactly once.
    pub async fn took_effect_once(self, site: &Site) {
        let rows = &site.rows;
        let (counters, orders) = (i64::from(self.counters), i64::from(self.orders));
        let done = "l1_orcres = '' and (l1_situa = 'FR' or l1_situa = 'OK' and l1_doc <> '')";
        until("GravaBatch to have taken every sale", async || {
            (rows.count("sl1", done).await == counters + orders).then_some(())
        })
        .await;
        assert_eq!(rows.count("xx3", "1 = 1").await, self.messages(), "messages in the inbox, each once");
        for (view, count) in [
            ("sl1", counters + 2 * orders),
            ("se1", counters + 3 * orders),
            ("sa1", orders + i64::from(self.customers)),
            ("sc0", 2 * orders),
            ("sc5", orders),
        ] {
            assert_eq!(rows.count(view, "1 = 1").await, count, "rows of {view}");
        }
        let numbers = rows.read("sl1", &["count(distinct l1_num)"], "where l1_filial = '0101'").await;
        assert_eq!(numbers[0][0], (counters + 2 * orders).to_string(), "every sale and child has a number of its own");
        until("a trace of each order", async || (site.omni.traces().len() >= self.orders as usize).then_some(())).await;
        assert_eq!(site.omni.traces().len(), self.orders as usize, "one trace of each order");
    }
}

impl Site {
    /// Ends a case of the laboratory: every message that was published is in one final state, has had its effect
    /// once, and was answered.
    pub async fn account(self, load: Load) {
        let sold = load.end().await;
        sold.took_effect_once(&self).await;
        self.close().await;
    }
}
