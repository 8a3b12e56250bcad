//! Files in, files out, and what happens when a folder fails.

use super::*;
use crate::bus::scratch::Scratch;
use crate::bus::{Delivered, Fate, Sink, settle};
use crate::config::units::{Size, Span};
use crate::store::{Outcome, Outgoing, SendKind, State};
use chrono::Utc;
use eaid_schemas::violation::Code;
use std::fs;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(10);
/// A short while in which nothing more must arrive.
const QUIET: Duration = Duration::from_millis(100);

struct Stand {
    folder: Scratch,
    settings: SpoolSettings,
    bus: SpoolBus,
    deliveries: mpsc::Receiver<Delivery>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn settings(folder: &Scratch) -> SpoolSettings {
    SpoolSettings {
        inbox: folder.join("spool/in"),
        outbox: folder.join("spool/out"),
        poll: Span(Duration::from_millis(5)),
        max_file: Size(1000),
        ..SpoolSettings::default()
    }
}

impl Stand {
    fn new() -> Stand {
        Stand::on(Scratch::new())
    }

    fn on(folder: Scratch) -> Stand {
        let settings = settings(&folder);
        let (sender, deliveries) = mpsc::channel(100);
        let stop = CancellationToken::new();
        let (bus, task) = open(settings.clone(), Some(sender), stop.clone());
        Stand { folder, settings, bus, deliveries, stop, task }
    }

    async fn take(&mut self) -> Delivery {
        tokio::time::timeout(DEADLINE, self.deliveries.recv()).await.expect("a delivery").expect("the spool is open")
    }

    async fn is_quiet(&mut self) -> bool {
        tokio::time::timeout(QUIET, self.deliveries.recv()).await.is_err()
    }

    /// Ends it and gives the folder.
    async fn end(self) -> Scratch {
        self.stop.cancel();
        tokio::time::timeout(DEADLINE, self.task).await.expect("it stops in time").unwrap();
        self.folder
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("spool").join(folder)).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn settled(delivery: Delivery, state: State) {
    let cause = (state == State::Unreadable).then(|| (Code::NotJson, "JSON inválido.".to_owned()));
    let fate = Fate {
        message: Uuid::now_v7(),
        state,
        cause,
        violations: Vec::new(),
        answer: None,
        ids: Vec::new(),
        is_changed: false,
    };
    let delivered = Delivered { body: delivery.body, content_type: delivery.content_type };
    settle(vec![(delivery.ticket, delivered, fate)]).await;
}

#[tokio::test]
async fn files_are_taken_in_order_and_move_when_they_are_settled() {
    let folder = Scratch::new();
    for (name, body) in [("b.json", "2"), ("a.xml", "1"), ("c.json", "3")] {
        drop_in(&settings(&folder), name, body.as_bytes()).unwrap();
    }
    let mut stand = Stand::on(folder);
    let (first, second, third) = (stand.take().await, stand.take().await, stand.take().await);
    assert_eq!([&first.body[..], &second.body[..], &third.body[..]], [b"1", b"2", b"3"]);
    assert_eq!(first.content_type.as_deref(), Some("application/xml"));
    assert!(stand.is_quiet().await, "each file is in flight once");
    assert_eq!(stand.names("in"), ["a.xml", "b.json", "c.json"], "nothing moves before it is settled");
    settled(first, State::Staged).await;
    settled(second, State::Unreadable).await;
    assert_eq!(stand.names("in"), ["c.json"]);
    assert_eq!(stand.names("taken"), ["a.xml"]);
    assert_eq!(stand.names("dead"), ["b.json", "b.json.reason.txt"]);
    let reason = fs::read_to_string(stand.settings.dead().join("b.json.reason.txt")).unwrap();
    assert!(reason.contains("not_json") && reason.contains("JSON inválido."), "{reason}");
    // The same name again is another message.
    drop_in(&stand.settings, "a.xml", b"4").unwrap();
    let again = stand.take().await;
    settled(again, State::Refused).await;
    assert_eq!(stand.names("taken"), ["a.1.xml", "a.xml"]);
    drop(third);
    let third = stand.take().await;
    assert_eq!(&third.body[..], b"3", "dropped unsettled, it is taken again");
    settled(third, State::Staged).await;
    stand.end().await;
}

#[tokio::test]
async fn what_was_in_hand_at_a_crash_is_taken_again() {
    let mut stand = Stand::new();
    drop_in(&stand.settings, "a.json", b"1").unwrap();
    let lost = stand.take().await;
    let folder = stand.end().await;
    let mut stand = Stand::on(folder);
    let again = stand.take().await;
    assert_eq!(again.body, lost.body);
    settled(again, State::Staged).await;
    // The old one's file is gone: settling it late does no harm.
    settled(lost, State::Staged).await;
    assert_eq!(stand.names("taken"), ["a.json"]);
    stand.end().await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_never_read() {
    let mut stand = Stand::new();
    drop_in(&stand.settings, "a.json", &[b'x'; 1001]).unwrap();
    drop_in(&stand.settings, "b.json", b"1").unwrap();
    let next = stand.take().await;
    assert_eq!(&next.body[..], b"1");
    settled(next, State::Staged).await;
    assert_eq!(stand.names("dead"), ["a.json", "a.json.reason.txt"]);
    stand.end().await;
}

#[tokio::test]
async fn a_folder_has_one_eaid_and_a_fault_is_shown_and_passes() {
    let first = Stand::new();
    let mut up = first.bus.watch_taking().unwrap();
    tokio::time::timeout(DEADLINE, up.wait_for(Link::is_ready)).await.unwrap().unwrap();
    let (sender, mut deliveries) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let (second, task) = open(first.settings.clone(), Some(sender), stop.clone());
    let mut state = second.watch_taking().unwrap();
    let refused = tokio::time::timeout(DEADLINE, state.wait_for(|link| link.error.is_some())).await.unwrap();
    assert!(refused.unwrap().error.as_deref().is_some_and(|text| text.contains("outro processo")));
    drop_in(&first.settings, "a.json", b"1").unwrap();
    first.stop.cancel();
    first.task.await.unwrap();
    let taken = tokio::time::timeout(DEADLINE, deliveries.recv()).await.expect("the second takes over").unwrap();
    assert!(second.taking().unwrap().is_ready());
    settled(taken, State::Staged).await;
    stop.cancel();
    task.await.unwrap();
}

fn outgoing(route_key: &str, transaction: &str) -> Outgoing {
    Outgoing {
        id: Uuid::now_v7(),
        message: None,
        kind: SendKind::Trace,
        partner: "".into(),
        transaction: transaction.into(),
        correlation: "".into(),
        subject: "".into(),
        route_key: route_key.into(),
        transport: "spool".into(),
        format: "json".into(),
        body: Arc::from("{}"),
        created_at: Utc::now(),
    }
}

#[tokio::test]
async fn answers_appear_whole_and_only_below_their_folder() {
    let stand = Stand::new();
    let window = [outgoing("omni", "RetailSales"), outgoing("../../etc", "../x/Y"), outgoing("", "")];
    let sink = stand.bus.sink();
    let marks = sink.publish(&window).await.unwrap();
    assert!(marks.iter().all(|mark| mark.outcome == Outcome::Sent));
    // Twice is once: the name is the UUID's.
    sink.publish(&window[..1]).await.unwrap();
    assert_eq!(stand.names("out/omni"), [format!("trace.retailsales.{}.json", window[0].id)]);
    assert_eq!(stand.names("out/______etc"), [format!("trace.___x_y.{}.json", window[1].id)]);
    assert_eq!(stand.names("out/unknown"), [format!("trace.unknown.{}.json", window[2].id)]);
    stand.end().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_fault() {
    let stand = Stand::new();
    let sink = stand.bus.sink();
    fs::create_dir_all(stand.folder.join("spool/out")).unwrap();
    fs::write(stand.folder.join("spool/out/blocked"), "a file where a folder should be").unwrap();
    let fault = sink.publish(&[outgoing("blocked", "T")]).await.unwrap_err();
    assert!(fault.to_string().contains("blocked"), "{fault}");
    assert!(stand.bus.giving().error.is_some());
    let marks = sink.publish(&[outgoing("omni", "T"), outgoing("blocked", "T")]).await.unwrap();
    assert_eq!(marks[0].outcome, Outcome::Sent);
    assert!(matches!(marks[1].outcome, Outcome::Failed(..)));
    stand.end().await;
}
