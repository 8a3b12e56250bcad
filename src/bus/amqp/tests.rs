//! Against a real RabbitMQ: what happens when queues, channels and connections go away.

mod consuming;
mod publishing;

use super::*;
use crate::bus::{Delivered, Fate, Ticket};
use crate::operate::soak::proxy::{Manner, Proxy};
use crate::store::State;
use eaid_schemas::violation::Code;
use lapin::options::{ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use std::time::Duration;
use uuid::Uuid;

const URL: &str = "EAID_TEST_AMQP_URL";
/// No test waits longer for anything.
const DEADLINE: Duration = Duration::from_secs(30);
/// No channel begins anew but where a test is about that: a busy machine can be quiet for seconds.
const NO_REST: Duration = Duration::from_secs(600);

/// The address of the broker of this run.
fn url() -> String {
    std::env::var(URL)
        .unwrap_or_else(|_| panic!("{URL} is not set: run the tests by `tests/run`, which starts a broker"))
}

/// A proxy before that broker, and the address by way of it.
async fn proxied() -> (Proxy, String) {
    let url = url();
    let server = url.split(['@', '/']).nth(3).unwrap();
    let proxy = Proxy::before(server).await.unwrap();
    let by_way_of_it = url.replace(server, &proxy.address());
    (proxy, by_way_of_it)
}

/// Asks something of the broker's own virtual machine.
async fn erlang(code: &str) {
    let command = std::env::var("EAID_TEST_VHOST").expect("EAID_TEST_VHOST: run the tests by `tests/run`");
    let said = tokio::process::Command::new(command).args(["eval", code]).output().await.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// A bus whose exchanges and queues nobody else uses.
struct Stand {
    bus: AmqpBus,
    settings: AmqpSettings,
    deliveries: mpsc::Receiver<Delivery>,
    stop: CancellationToken,
    task: JoinHandle<()>,
    broker: Connection,
}

fn settings() -> AmqpSettings {
    let test = Uuid::now_v7().simple().to_string();
    AmqpSettings {
        enabled: true,
        url: url().into(),
        exchange_in: format!("{test}.x"),
        queue_in: format!("{test}.in"),
        queue_events: format!("{test}.events"),
        exchange_out: format!("{test}.out"),
        queue_dead: format!("{test}.dead"),
        mailboxes: vec![Mailbox { queue: format!("{test}.omni"), binding: "*.omni.#".to_owned() }],
        ..AmqpSettings::default()
    }
}

impl Stand {
    async fn new(change: impl FnOnce(&mut AmqpSettings)) -> Stand {
        Stand::resting(change, NO_REST).await
    }

    /// With channels that begin anew after a time of quiet.
    async fn resting(change: impl FnOnce(&mut AmqpSettings), rest: Duration) -> Stand {
        let mut settings = settings();
        change(&mut settings);
        let (sender, deliveries) = mpsc::channel(2000);
        let stop = CancellationToken::new();
        let (bus, task) = open_resting(settings.clone(), "EAID", "test", Some(sender), stop.clone(), rest);
        let broker = Connection::connect(&url(), ConnectionProperties::default()).await.unwrap();
        let stand = Stand { bus, settings, deliveries, stop, task, broker };
        stand.is_up(0).await;
        stand
    }

    /// Waits until both connections stand, the consuming one in another session than that of `before`.
    async fn is_up(&self, before: i64) {
        let mut publish = self.bus.watch_publishing();
        let mut consume = self.bus.watch_consuming().unwrap();
        let up = async {
            publish.wait_for(Link::is_ready).await.unwrap();
            consume.wait_for(|link| link.is_ready() && link.since.timestamp_micros() > before).await.unwrap();
        };
        tokio::time::timeout(DEADLINE, up).await.expect("the bus comes up");
    }

    /// Waits until the consuming connection of a session is at its end.
    async fn is_down(&self, before: i64) {
        let mut consume = self.bus.watch_consuming().unwrap();
        let down = consume.wait_for(|link| !link.is_ready() || link.since.timestamp_micros() > before);
        tokio::time::timeout(DEADLINE, down).await.expect("the connection ends").unwrap();
    }

    /// To tell this session from the next.
    fn session(&self) -> i64 {
        self.bus.consuming().unwrap().since.timestamp_micros()
    }

    async fn channel(&self) -> Channel {
        self.broker.create_channel().await.unwrap()
    }

    /// Publishes messages as a partner.
    async fn send(&self, bodies: impl IntoIterator<Item = Vec<u8>>) {
        let settings = AmqpSettings { url: url().into(), ..self.settings.clone() };
        let publisher = Publisher::connect(&settings).await.unwrap();
        let letters: Vec<_> = bodies
            .into_iter()
            .map(|body| publisher.message("RETAILSALES", None, "application/json", body.into()))
            .collect();
        let posted = publisher.publish(&letters).await.unwrap();
        assert!(posted.iter().all(|posted| *posted == Posted::Confirmed), "{posted:?}");
        publisher.close().await;
    }

    async fn send_numbers(&self, numbers: std::ops::Range<u32>) {
        self.send(numbers.map(|number| number.to_string().into_bytes())).await;
    }

    async fn take(&mut self, count: usize) -> Vec<Delivery> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let next = tokio::time::timeout(DEADLINE, self.deliveries.recv()).await;
            taken.push(next.expect("a delivery").expect("the bus is open"));
        }
        taken
    }

    /// Takes messages and settles each at once, until there were so many; gives their numbers. What comes again after
    /// that, since its acknowledgement was lost with a channel, is not counted.
    async fn take_and_settle(&mut self, count: usize) -> Vec<u32> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let taken = self.take(1).await;
            let number = number(&taken[0]);
            if !taken[0].redelivered || !numbers.contains(&number) {
                numbers.push(number);
            }
            settle_all(taken, State::Staged).await;
        }
        numbers
    }

    /// Shows so many small messages that the broker hands over all that the settings allow. It hands over more only
    /// where all that it may is in hand, so nothing is settled while more comes.
    async fn warm_up(&mut self) {
        const COUNT: u32 = 1000;
        const PAUSE: Duration = Duration::from_millis(50);
        self.send_numbers(0..COUNT).await;
        let mut expected = 0;
        while expected < COUNT {
            let mut taken = self.take(1).await;
            while let Ok(Some(more)) = tokio::time::timeout(PAUSE, self.deliveries.recv()).await {
                taken.push(more);
            }
            for delivery in &taken {
                let number = number(delivery);
                // One may come again, whose acknowledgement was lost with a channel.
                assert!(number == expected || (number < expected && delivery.redelivered), "in order");
                expected = expected.max(number + 1);
            }
            settle_all(taken, State::Staged).await;
        }
    }

    /// Messages that lie in a queue and are handed to nobody.
    async fn ready(&self, queue: &str) -> u32 {
        self.ready_or_absent(queue).await.expect("the queue is there")
    }

    async fn ready_or_absent(&self, queue: &str) -> Option<u32> {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let found = self.channel().await.queue_declare(queue.into(), options, FieldTable::default()).await;
        found.ok().map(|queue| queue.message_count())
    }

    async fn stop(&mut self) {
        self.stop.cancel();
        self.bus.close();
        tokio::time::timeout(DEADLINE, &mut self.task).await.expect("the bus stops in time").unwrap();
    }

    /// Stops, and nothing is left in the queue of messages: all of it was acknowledged.
    async fn ends_empty(mut self) {
        self.stop().await;
        assert_eq!(self.ready(&self.settings.queue_in).await, 0);
        self.end().await;
    }

    /// Stops, and removes everything from the broker.
    async fn end(mut self) {
        if !self.task.is_finished() {
            self.stop().await;
        }
        let channel = self.channel().await;
        for object in topology::objects(&self.settings) {
            match object {
                topology::Object::Queue(name) => {
                    channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await.map(drop)
                }
                topology::Object::Exchange(name) => {
                    channel.exchange_delete(name.as_str().into(), ExchangeDeleteOptions::default()).await
                }
            }
            .unwrap();
        }
    }
}

fn fate(state: State) -> Fate {
    Fate {
        message: Uuid::now_v7(),
        state,
        cause: (state == State::Unreadable).then(|| (Code::NotJson, "JSON inválido na linha 1, coluna 1.".to_owned())),
        violations: Vec::new(),
        answer: None,
        ids: Vec::new(),
        is_changed: false,
    }
}

/// Settles deliveries as the inbound loop does.
async fn settle_all(deliveries: impl IntoIterator<Item = Delivery>, state: State) {
    let list = deliveries.into_iter().map(|delivery| {
        let delivered = Delivered { body: delivery.body, content_type: delivery.content_type };
        (delivery.ticket, delivered, fate(state))
    });
    crate::bus::settle(list.collect::<Vec<(Ticket, Delivered, Fate)>>()).await;
}

fn number(delivery: &Delivery) -> u32 {
    std::str::from_utf8(&delivery.body).unwrap().parse().unwrap()
}
