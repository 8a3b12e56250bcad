//! What comes in, and how it is settled.

use super::*;
use crate::config::units::Size;
use lapin::options::{BasicGetOptions, QueuePurgeOptions};

/// A short while in which nothing more must arrive.
const QUIET: Duration = Duration::from_millis(300);

#[tokio::test]
async fn settled_deliveries_are_gone_and_the_rest_comes_again() {
    let mut stand = Stand::new(|_| {}).await;
    stand.send_numbers(0..500).await;
    let mut taken = stand.take(500).await;
    assert!(taken.iter().map(number).eq(0..500), "in order");
    assert_eq!(taken[0].content_type.as_deref(), Some("application/json"));
    let rest = taken.split_off(300);
    settle_all(taken, State::Staged).await;
    drop(rest);
    let before = stand.session();
    stand.is_up(before).await;
    let again = stand.take(200).await;
    assert!(again.iter().map(number).eq(300..500), "in order");
    assert!(again.iter().all(|delivery| delivery.redelivered));
    settle_all(again, State::Refused).await;
    stand.stop().await;
    assert_eq!(stand.ready(&stand.settings.queue_in).await, 0);
    stand.end().await;
}

#[tokio::test]
async fn nothing_before_an_open_delivery_is_acknowledged_with_it() {
    let mut stand = Stand::new(|_| {}).await;
    stand.send_numbers(0..10).await;
    let mut taken = stand.take(10).await;
    let fourth = taken.remove(3);
    settle_all(taken, State::Staged).await;
    drop(fourth);
    let again = stand.take(7).await;
    assert!(again.iter().map(number).eq(3..10));
    settle_all(again, State::Staged).await;
    stand.end().await;
}

#[tokio::test]
async fn order_events_come_by_their_own_queue() {
    let mut stand = Stand::new(|_| {}).await;
    let publisher = Publisher::connect(&stand.settings).await.unwrap();
    let event = publisher.order_event(Arc::from(&b"{\"order\":\"01|01|1\"}"[..]));
    assert_eq!(publisher.publish(&[event]).await.unwrap(), [Posted::Confirmed]);
    let taken = stand.take(1).await;
    assert_eq!(&taken[0].body[..], b"{\"order\":\"01|01|1\"}");
    settle_all(taken, State::Noted).await;
    stand.stop().await;
    assert_eq!(stand.ready(&stand.settings.queue_events).await, 0);
    stand.end().await;
}

#[tokio::test]
async fn a_deleted_queue_is_made_again() {
    let mut stand = Stand::new(|_| {}).await;
    let before = stand.session();
    let queue = stand.settings.queue_in.clone();
    stand.channel().await.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    stand.is_up(before).await;
    stand.send_numbers(0..3).await;
    let taken = stand.take(3).await;
    settle_all(taken, State::Staged).await;
    stand.end().await;
}

#[tokio::test]
async fn a_cut_connection_comes_back_with_its_prefetch_and_what_was_open() {
    let (proxy, url) = proxied().await;
    let mut stand = Stand::new(|settings| {
        settings.url = url.into();
        settings.prefetch = 5;
    })
    .await;
    stand.send_numbers(0..20).await;
    let first = stand.take(5).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "more than the prefetch");
    let before = stand.session();
    proxy.cut();
    stand.is_up(before).await;
    let again = stand.take(5).await;
    assert!(again.iter().map(number).eq(0..5));
    assert!(again.iter().all(|delivery| delivery.redelivered));
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "more than the prefetch");
    // The old tickets speak of a channel that is gone: they must not acknowledge what came again.
    settle_all(first, State::Staged).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "acknowledged by a stale ticket");
    settle_all(again, State::Staged).await;
    let rest = stand.take(5).await;
    assert!(rest.iter().map(number).eq(5..10));
    settle_all(rest, State::Staged).await;
    let more = stand.take(5).await;
    settle_all(more, State::Staged).await;
    let last = stand.take(5).await;
    settle_all(last, State::Staged).await;
    stand.stop().await;
    assert_eq!(stand.ready(&stand.settings.queue_in).await, 0);
    stand.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_copied_with_its_reason() {
    let mut stand = Stand::new(|_| {}).await;
    let large = vec![b'x'; 9 << 20];
    stand.send([b"nonsense".to_vec(), large.clone()]).await;
    let taken = stand.take(2).await;
    settle_all(taken, State::Unreadable).await;
    let channel = stand.channel().await;
    let mut copies = Vec::new();
    for _ in 0..2 {
        let dead = stand.settings.queue_dead.as_str().into();
        let got = channel.basic_get(dead, BasicGetOptions { no_ack: true }).await.unwrap().expect("a dead copy");
        copies.push(got.delivery);
    }
    let header = |copy: usize, name: &str| {
        let headers = copies[copy].properties.headers().clone().unwrap_or_default();
        headers.inner().get(name).map(|value| match value {
            lapin::types::AMQPValue::LongString(text) => text.to_string(),
            other => format!("{other:?}"),
        })
    };
    assert_eq!(copies[0].data, b"nonsense");
    assert_eq!(header(0, "x-eaid-code").as_deref(), Some("not_json"));
    assert_eq!(header(0, "x-eaid-reason").as_deref(), Some("JSON inválido na linha 1, coluna 1."));
    assert_eq!(header(0, "x-eaid-size"), None);
    assert_eq!(copies[1].data.len(), 64 << 10);
    assert_eq!(header(1, "x-eaid-size"), Some(format!("LongLongInt({})", large.len())));
    stand.stop().await;
    assert_eq!(stand.ready(&stand.settings.queue_in).await, 0);
    stand.end().await;
}

#[tokio::test]
async fn a_dead_copy_that_cannot_be_kept_holds_what_came_after_it() {
    let mut stand = Stand::new(|_| {}).await;
    let dead = stand.settings.queue_dead.clone();
    stand.send_numbers(0..4).await;
    let mut taken = stand.take(4).await;
    stand.channel().await.queue_delete(dead.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    let rest = taken.split_off(1);
    settle_all(taken, State::Unreadable).await;
    settle_all(rest, State::Staged).await;
    // The bus notices that its queue is gone, makes it again, and copies; only then are the four acknowledged.
    let copied = async {
        while stand.ready_or_absent(&dead).await != Some(1) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(DEADLINE, copied).await.expect("the copy arrives when its queue is back");
    stand.stop().await;
    assert_eq!(stand.ready(&stand.settings.queue_in).await, 0);
    stand.end().await;
}

#[tokio::test]
async fn large_messages_lower_the_prefetch_and_small_ones_raise_it() {
    let mut stand = Stand::new(|settings| settings.unsettled = Size(256 << 10)).await;
    stand.send((0..20).map(|_| vec![b'x'; 200 << 10])).await;
    let mut count = 0;
    while count < 20 {
        let taken = stand.take(1).await;
        count += taken.iter().filter(|delivery| !delivery.redelivered).count();
        let redelivered = taken.iter().filter(|delivery| delivery.redelivered).count();
        count += redelivered;
        settle_all(taken, State::Staged).await;
    }
    stand
        .channel()
        .await
        .queue_purge(stand.settings.queue_in.as_str().into(), QueuePurgeOptions::default())
        .await
        .unwrap();
    stand.send_numbers(0..300).await;
    let mut numbers = Vec::new();
    while numbers.len() < 300 {
        let taken = stand.take(1).await;
        let new: Vec<u32> = taken.iter().filter(|delivery| delivery.body.len() < 10).map(number).collect();
        numbers.extend(new);
        settle_all(taken, State::Staged).await;
    }
    assert!(numbers.iter().copied().eq(0..300), "nothing twice, nothing lost, in order: {numbers:?}");
    stand.end().await;
}
