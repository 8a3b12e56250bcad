//! What comes in, and how it is settled.

use super::*;
use crate::config::units::{Size, Span};
use lapin::options::BasicGetOptions;

/// A short while in which nothing more must arrive.
const QUIET: Duration = Duration::from_millis(300);

#[tokio::test]
async fn settled_deliveries_are_gone_and_the_rest_comes_again() {
    let mut stand = Stand::new(|_| {}).await;
    stand.warm_up().await;
    stand.send_numbers(0..500).await;
    let mut taken = stand.take(500).await;
    assert!(taken.iter().map(number).eq(0..500), "in order");
    assert_eq!(taken[0].content_type.as_deref(), Some("application/json"));
    let rest = taken.split_off(300);
    settle_all(taken, State::Staged).await;
    drop(rest);
    let before = stand.session();
    stand.is_up(before).await;
    let again = stand.take(1).await;
    assert!(again[0].redelivered);
    assert_eq!(number(&again[0]), 300);
    settle_all(again, State::Refused).await;
    let again = stand.take_and_settle(199).await;
    assert!(again.iter().copied().eq(301..500), "in order: {again:?}");
    stand.ends_empty().await;
}

#[tokio::test]
async fn only_what_is_open_comes_again() {
    let mut stand = Stand::new(|_| {}).await;
    stand.warm_up().await;
    stand.send_numbers(0..10).await;
    let mut taken = stand.take(10).await;
    let fourth = taken.remove(3);
    settle_all(taken, State::Staged).await;
    drop(fourth);
    let again = stand.take(1).await;
    assert_eq!(number(&again[0]), 3);
    settle_all(again, State::Staged).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "acknowledged behind it");
    stand.ends_empty().await;
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
    let mut stand = Stand::resting(|_| {}, source::REST).await;
    let before = stand.session();
    let queue = stand.settings.queue_in.clone();
    stand.channel().await.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    stand.is_up(before).await;
    stand.send_numbers(0..3).await;
    assert_eq!(stand.take_and_settle(3).await, [0, 1, 2]);
    stand.end().await;
}

#[tokio::test]
async fn a_cut_connection_comes_back_with_its_prefetch_and_what_was_open() {
    let (proxy, url) = proxied().await;
    let mut stand = Stand::new(|settings| {
        settings.url = url.into();
        settings.prefetch = 2;
    })
    .await;
    stand.send_numbers(0..8).await;
    let first = stand.take(2).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "more than the prefetch");
    let before = stand.session();
    proxy.cut();
    stand.is_up(before).await;
    let again = stand.take(2).await;
    assert!(again.iter().map(number).eq(0..2));
    assert!(again.iter().all(|delivery| delivery.redelivered));
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "more than the prefetch");
    // The old tickets speak of a channel that is gone: they must not acknowledge what came again.
    settle_all(first, State::Staged).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "acknowledged by a stale ticket");
    settle_all(again, State::Staged).await;
    assert!(stand.take_and_settle(6).await.into_iter().eq(2..8));
    stand.ends_empty().await;
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
    stand.ends_empty().await;
}

#[tokio::test]
async fn nothing_is_acknowledged_before_its_dead_copy_is_kept() {
    let mut stand = Stand::new(|_| {}).await;
    stand.warm_up().await;
    let dead = stand.settings.queue_dead.clone();
    stand.send_numbers(0..4).await;
    let mut taken = stand.take(4).await;
    stand.channel().await.queue_delete(dead.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    let rest = taken.split_off(1);
    settle_all(taken, State::Unreadable).await;
    settle_all(rest, State::Staged).await;
    // The bus notices that its queue is gone, makes it again, and copies; only then is the first acknowledged.
    let copied = async {
        while stand.ready_or_absent(&dead).await != Some(1) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(DEADLINE, copied).await.expect("the copy arrives when its queue is back");
    stand.ends_empty().await;
}

#[tokio::test]
async fn little_is_handed_over_before_sizes_are_known() {
    let mut stand = Stand::new(|_| {}).await;
    stand.send_numbers(0..20).await;
    let first = stand.take(3).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "more than three");
    settle_all(first, State::Staged).await;
    assert!(stand.take_and_settle(17).await.into_iter().eq(3..20));
    stand.end().await;
}

/// That numbers came from the first to the last, each once and in its order.
fn in_order(numbers: &[u32], count: u32) {
    let wrong = numbers.iter().zip(0..count).position(|(found, expected)| *found != expected);
    let around = wrong.map(|at| &numbers[at.saturating_sub(5)..numbers.len().min(at + 10)]);
    assert!(wrong.is_none() && numbers.len() == count as usize, "{} messages, out of order: {around:?}", numbers.len());
}

/// A number after so many zeros.
fn padded(number: u32, length: usize) -> Vec<u8> {
    format!("{}{number}", "0".repeat(length)).into_bytes()
}

#[tokio::test]
async fn another_prefetch_loses_nothing_and_keeps_the_order() {
    let mut stand = Stand::new(|settings| settings.unsettled = Size(512 << 10)).await;
    // Large ones in the midst of small ones, which raise the prefetch before and after them.
    let length = |number: u32| if number % 1500 / 10 == 120 { 200 << 10 } else { 10 };
    stand.send((0..9000).map(|number| padded(number, length(number)))).await;
    in_order(&stand.take_and_settle(9000).await, 9000);
    stand.ends_empty().await;
}

#[tokio::test]
async fn messages_without_room_go_back_and_few_come_at_once() {
    let mut stand = Stand::new(|settings| settings.unsettled = Size(1 << 20)).await;
    stand.warm_up().await;
    stand.send((0..50).map(|number| padded(number, 400 << 10))).await;
    // Two have room; what was handed over beyond them is let go when they are settled.
    let first = stand.take(2).await;
    assert!(tokio::time::timeout(QUIET, stand.deliveries.recv()).await.is_err(), "more than there is room for");
    settle_all(first, State::Staged).await;
    let next = stand.take(2).await;
    assert!(next.iter().map(number).eq(2..4));
    let queue = stand.settings.queue_in.clone();
    assert!(stand.ready(&queue).await >= 45, "three are handed over");
    settle_all(next, State::Staged).await;
    assert!(stand.take_and_settle(46).await.into_iter().eq(4..50));
    stand.ends_empty().await;
}

#[tokio::test]
async fn a_broker_that_has_begun_to_send_too_much_is_cut_off() {
    let (proxy, url) = proxied().await;
    let mut stand = Stand::new(|settings| {
        settings.url = url.into();
        settings.unsettled = Size(1 << 20);
    })
    .await;
    stand.warm_up().await;
    // What the broker has begun to send, which is all of them, would take half a minute.
    proxy.behave(Manner::Stalled);
    let before = stand.session();
    stand.send((0..80).map(|number| padded(number, 1 << 20))).await;
    proxy.behave(Manner::Slow(Duration::from_millis(20)));
    let first = stand.take(1).await;
    assert_eq!((number(&first[0]), first[0].returned), (0, 0));
    stand.is_down(before).await;
    proxy.behave(Manner::Through);
    stand.is_up(before).await;
    // By a channel that is gone: it comes again.
    settle_all(first, State::Staged).await;
    for expected in 0..80 {
        let taken = stand.take(1).await;
        assert_eq!((number(&taken[0]), taken[0].returned), (expected, 1), "given back once, and in order");
        settle_all(taken, State::Staged).await;
    }
    stand.ends_empty().await;
}

#[tokio::test]
async fn a_message_that_is_long_on_its_way_is_waited_for() {
    for is_warm in [false, true] {
        let (proxy, url) = proxied().await;
        let short = |settings: &mut AmqpSettings| {
            settings.url = url.into();
            settings.timeout = Span(Duration::from_secs(1));
        };
        let mut stand = Stand::resting(short, Duration::from_millis(500)).await;
        if is_warm {
            stand.warm_up().await;
        }
        // The first takes more than three seconds, in which the broker answers nothing.
        proxy.behave(Manner::Stalled);
        stand.send((0..20).map(|number| padded(number, 1 << 20))).await;
        proxy.behave(Manner::Slow(Duration::from_millis(200)));
        let first = stand.take(1).await;
        assert_eq!((number(&first[0]), first[0].returned), (0, 0));
        proxy.behave(Manner::Through);
        settle_all(first, State::Staged).await;
        assert!(stand.take_and_settle(19).await.into_iter().eq(1..20));
        stand.ends_empty().await;
    }
}

#[tokio::test]
async fn a_slow_line_stands_before_large_messages_come() {
    let (proxy, url) = proxied().await;
    let mut stand = Stand::new(|settings| {
        settings.url = url.into();
        settings.timeout = Span(Duration::from_secs(2));
    })
    .await;
    let before = stand.session();
    proxy.behave(Manner::Refusing);
    proxy.cut();
    stand.is_down(before).await;
    stand.send((0..5).map(|number| padded(number, 8 << 20))).await;
    // The three that are handed over at once take more than seven seconds.
    proxy.behave(Manner::Slow(Duration::from_millis(20)));
    let first = stand.take(1).await;
    assert_eq!((number(&first[0]), first[0].returned), (0, 0));
    proxy.behave(Manner::Through);
    settle_all(first, State::Staged).await;
    assert!(stand.take_and_settle(4).await.into_iter().eq(1..5));
    stand.ends_empty().await;
}

#[tokio::test]
async fn a_rest_begins_anew_and_loses_nothing() {
    const REST: Duration = Duration::from_millis(200);
    let mut stand = Stand::resting(|_| {}, REST).await;
    let begins_anew = async {
        loop {
            stand.warm_up().await;
            tokio::time::sleep(4 * REST).await;
            stand.send_numbers(0..20).await;
            let mut taken = stand.take(3).await;
            while let Ok(Some(more)) = tokio::time::timeout(QUIET, stand.deliveries.recv()).await {
                taken.push(more);
            }
            let at_once = taken.len();
            settle_all(taken, State::Staged).await;
            stand.take_and_settle(20 - at_once).await;
            if at_once == 3 {
                return;
            }
        }
    };
    tokio::time::timeout(DEADLINE, begins_anew).await.expect("a small prefetch after a rest");
    stand.ends_empty().await;
}

#[tokio::test]
async fn a_consumer_that_its_queue_has_forgotten_is_heard_again() {
    let mut stand = Stand::resting(|_| {}, Duration::from_millis(200)).await;
    let queue = stand.settings.queue_in.clone();
    // What becomes of one that comes while its queue is being deleted: the broker goes on as if it were there.
    let forget = format!(
        "{{ok, Queue}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{queue}\">>)), \
         [_ | _] = [{{ok, _, _}} = ra:process_command(amqqueue:get_pid(Queue), \
          rabbit_fifo:make_checkout({{element(2, C), element(1, C)}}, cancel, #{{}})) \
          || C <- rabbit_amqqueue:consumers(Queue)]"
    );
    for _ in 0..2 {
        erlang(&forget).await;
        stand.send_numbers(0..5).await;
        assert_eq!(stand.take_and_settle(5).await, [0, 1, 2, 3, 4]);
    }
    stand.ends_empty().await;
}
