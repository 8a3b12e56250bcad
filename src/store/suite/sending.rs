//! The outbox: leased to one publisher, marked, repeated.

use super::house::*;
use super::on_both_engines;
use crate::store::{Batch, Bounds, Mark, Outcome, Outgoing, Place, Repeat, SendKind, Settled};
use std::time::Duration;
use uuid::Uuid;

on_both_engines!(
    what_is_due_is_leased_once,
    what_is_due_is_taken_up_to_its_bytes,
    a_batch_may_lease_its_own,
    what_is_in_hand_is_still_to_be_sent,
    of_what_was_in_hand_only_the_rest_is_due,
    what_is_known_of_all_in_hand_is_kept_once,
    what_was_in_hand_may_be_sent_again,
    what_others_noted_of_what_is_in_hand_is_overruled,
    what_was_sent_twice_is_noted_once,
    a_confirmed_answer_settles_its_message,
    a_returned_answer_is_kept_as_such,
    a_failed_answer_is_due_later,
    a_repeated_message_gets_its_answer_again,
    marks_ride_along,
    what_is_fetched_is_not_published,
);

fn mark(outgoing: &Outgoing, outcome: Outcome) -> Mark {
    Mark { id: outgoing.id, outcome }
}

async fn due(house: &House) -> Vec<Outgoing> {
    house.store.due(Uuid::now_v7(), MINUTE, up_to(100)).await.expect("due")
}

async fn what_is_due_is_leased_once(house: House) {
    let messages: Vec<Settled> = (0..20).map(|number| staged(&format!("u{number}"), Vec::new())).collect();
    let expected: Vec<Outgoing> = messages.iter().flat_map(|settled| settled.outgoing.clone()).collect();
    house.keep(batch(messages)).await;
    let other = house.other().await;
    let (first, second) =
        tokio::join!(house.store.due(Uuid::now_v7(), MINUTE, up_to(8)), other.due(Uuid::now_v7(), MINUTE, up_to(8)));
    let (first, second, third) = (first.expect("due"), second.expect("due"), due(&house).await);
    assert_eq!((first.len(), second.len(), third.len()), (8, 8, 4));
    assert!(first.is_sorted_by_key(|one| one.id) && third.is_sorted_by_key(|one| one.id), "oldest first");
    let mut all: Vec<Outgoing> = [first, second, third].concat();
    all.sort_by_key(|one| one.id);
    assert_eq!(format!("{all:?}"), format!("{expected:?}"));
}

async fn what_is_due_is_taken_up_to_its_bytes(house: House) {
    let sizes = [300, 10, 90, 1, 100];
    let sized = |(number, size): (usize, &usize)| {
        let mut settled = staged(&format!("u{number}"), Vec::new());
        // Two bytes in UTF-8: it is bytes that count.
        settled.outgoing[0].body = "á".repeat(size / 2).as_str().into();
        settled
    };
    house.keep(batch(sizes.iter().enumerate().map(sized).collect())).await;
    let take = async || {
        let due = house.store.due(Uuid::now_v7(), MINUTE, Bounds { rows: 10, bytes: 100 }).await.expect("due");
        due.iter().map(|outgoing| outgoing.body.len()).collect::<Vec<_>>()
    };
    // What is greater than all comes alone.
    assert_eq!(
        [take().await, take().await, take().await, take().await],
        [vec![300], vec![10, 90, 0], vec![100], vec![]]
    );
}

async fn a_batch_may_lease_its_own(house: House) {
    let holder = Uuid::now_v7();
    house.keep(Batch { lease: Some((holder, Duration::from_secs(2))), ..batch(vec![staged("u1", Vec::new())]) }).await;
    assert!(due(&house).await.is_empty());
    until(async || due(&house).await.len() == 1).await;
}

/// Three messages with their answers, which the holder has in hand for a time.
async fn in_hand(house: &House, holder: Uuid, lease: Duration) -> Vec<Outgoing> {
    let messages: Vec<Settled> = ["u1", "u2", "u3"].iter().map(|uuid| staged(uuid, Vec::new())).collect();
    let answers = messages.iter().flat_map(|settled| settled.outgoing.clone()).collect();
    house.keep(Batch { lease: Some((holder, lease)), ..batch(messages) }).await;
    answers
}

/// What waits to be sent, and was returned.
async fn unsent(house: &House) -> [u64; 2] {
    let overview = house.store.overview().await.expect("an overview");
    let of = |name| overview.outbox.iter().find(|tally| tally.name == name).map_or(0, |tally| tally.count);
    [of("due"), of("unroutable")]
}

/// What was handed over and is not over; SQLite notes each row by itself.
async fn handovers(house: &House) -> usize {
    if house.is_postgres() { house.sql("select cast(id as text) from handovers").await.len() } else { 0 }
}

async fn what_is_in_hand_is_still_to_be_sent(house: House) {
    let answers = in_hand(&house, Uuid::now_v7(), MINUTE).await;
    assert_eq!(unsent(&house).await, [3, 0]);
    assert_eq!(house.status("u1").await, "staged");
    assert_eq!(house.store.sent_for("u1").await.expect("sent")[0].state, "due");
    assert_eq!(house.store.resend(None).await.expect("resent"), 0);
    let marks = [
        mark(&answers[0], Outcome::Sent),
        mark(&answers[1], Outcome::Unroutable("312 NO_ROUTE".into())),
        mark(&answers[2], Outcome::Failed("no".into(), MINUTE)),
    ];
    house.store.published(&marks).await.expect("marked");
    assert_eq!(unsent(&house).await, [1, 1]);
    let mut states = Vec::new();
    for uuid in ["u1", "u2", "u3"] {
        let sent = house.store.sent_for(uuid).await.expect("sent").remove(0);
        assert_eq!(sent.sent_at.is_some(), uuid == "u1");
        states.push((house.status(uuid).await, sent.state, sent.note));
    }
    let seen: Vec<[&str; 3]> = states.iter().map(|(status, state, note)| [&**status, state, note]).collect();
    assert_eq!(seen, [["answered", "sent", ""], ["staged", "unroutable", "312 NO_ROUTE"], ["staged", "due", "no"]]);
    assert!(due(&house).await.is_empty(), "of one it is known, of one why not, and one comes later");
}

async fn of_what_was_in_hand_only_the_rest_is_due(house: House) {
    let holder = Uuid::now_v7();
    let answers = in_hand(&house, holder, MINUTE).await;
    house.store.published(&[mark(&answers[1], Outcome::Sent)]).await.expect("marked");
    assert!(due(&house).await.is_empty());
    house.store.release(Uuid::now_v7()).await.expect("released");
    assert!(due(&house).await.is_empty(), "nobody else's");
    house.store.release(holder).await.expect("released");
    assert_eq!((unsent(&house).await, handovers(&house).await), ([2, 0], 0));
    assert_eq!(due(&house).await.iter().map(|one| one.id).collect::<Vec<_>>(), [answers[0].id, answers[2].id]);
    // The holder was only slow: what it says of the rest counts.
    let late = [mark(&answers[0], Outcome::Sent), mark(&answers[2], Outcome::Sent)];
    house.keep(Batch { marks: late.into(), ..Batch::default() }).await;
    assert_eq!(unsent(&house).await, [0, 0]);
    house.store.release(holder).await.expect("released");
    assert!(due(&house).await.is_empty());
}

async fn what_is_known_of_all_in_hand_is_kept_once(house: House) {
    let holder = Uuid::now_v7();
    let answers = in_hand(&house, holder, MINUTE).await;
    for answer in &answers {
        assert!(due(&house).await.is_empty());
        assert_eq!(handovers(&house).await, usize::from(house.is_postgres()), "something is not known yet");
        house.store.published(&[mark(answer, Outcome::Sent)]).await.expect("marked");
    }
    assert!(due(&house).await.is_empty());
    assert_eq!(handovers(&house).await, 0);
    assert_eq!(house.sql("select cast(id as text) from sending where sent_at is not null").await.len(), 3);
}

async fn what_was_in_hand_may_be_sent_again(house: House) {
    let messages = vec![staged("u1", Vec::new()), staged("u2", Vec::new())];
    let (first, second) = (messages[0].outgoing[0].clone(), messages[1].outgoing[0].clone());
    let repeat = Repeat { message: messages[0].place.id() };
    house.keep(Batch { lease: Some((Uuid::now_v7(), MINUTE)), ..batch(messages) }).await;
    assert_eq!(house.keep(Batch { repeats: vec![repeat], ..Batch::default() }).await.repeated, 1);
    assert_eq!(unsent(&house).await, [2, 0]);
    assert_eq!(due(&house).await.iter().map(|one| one.id).collect::<Vec<_>>(), [first.id]);
    let both = [mark(&first, Outcome::Sent), mark(&second, Outcome::Sent)];
    house.store.published(&both).await.expect("marked");
    assert_eq!([house.status("u1").await, house.status("u2").await], ["answered", "answered"]);
    assert_eq!(unsent(&house).await, [0, 0]);
}

async fn what_others_noted_of_what_is_in_hand_is_overruled(house: House) {
    let messages = vec![staged("u1", Vec::new()), staged("u2", Vec::new())];
    let answers: Vec<Outgoing> = messages.iter().flat_map(|settled| settled.outgoing.clone()).collect();
    let repeat = Repeat { message: messages[0].place.id() };
    house.keep(Batch { lease: Some((Uuid::now_v7(), MINUTE)), ..batch(messages) }).await;
    let repeated = Batch { repeats: vec![repeat], ..Batch::default() };
    assert_eq!(house.other().await.keep(&repeated).await.expect("kept").repeated, 1);
    let marks: Vec<Mark> = answers.iter().map(|answer| mark(answer, Outcome::Sent)).collect();
    // Where it is met that somebody was faster, the same is tried once more.
    if house.store.published(&marks).await.is_err() {
        house.store.published(&marks).await.expect("marked");
    }
    assert_eq!([house.status("u1").await, house.status("u2").await], ["answered", "answered"]);
    assert_eq!(unsent(&house).await, [0, 0]);
}

async fn what_was_sent_twice_is_noted_once(house: House) {
    let answers = in_hand(&house, Uuid::now_v7(), MINUTE).await;
    let [first, second, third] = [0, 1, 2].map(|place: usize| &answers[place]);
    let returned = || Outcome::Unroutable("312 NO_ROUTE".into());
    let failed = || Outcome::Failed("no".into(), Duration::ZERO);
    let twice = [
        mark(second, Outcome::Sent),
        mark(first, Outcome::Sent),
        mark(second, Outcome::Sent),
        mark(third, failed()),
        mark(third, returned()),
        mark(third, returned()),
        mark(third, failed()),
        mark(second, returned()),
        mark(second, failed()),
    ];
    house.keep(Batch { marks: twice.into(), ..Batch::default() }).await;
    assert_eq!([house.status("u1").await, house.status("u2").await], ["answered", "answered"]);
    assert_eq!(unsent(&house).await, [0, 1]);
}

async fn a_confirmed_answer_settles_its_message(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new())])).await;
    assert_eq!(house.status("u1").await, "staged");
    let answers = due(&house).await;
    house.store.published(&[mark(&answers[0], Outcome::Sent)]).await.expect("marked");
    assert_eq!(house.status("u1").await, "answered");
    assert!(due(&house).await.is_empty());
    house.store.published(&[]).await.expect("nothing to mark");
}

async fn a_returned_answer_is_kept_as_such(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new())])).await;
    let answers = due(&house).await;
    let returned = Outcome::Unroutable("312 NO_ROUTE".into());
    house.store.published(&[mark(&answers[0], returned)]).await.expect("marked");
    assert!(due(&house).await.is_empty());
    assert_eq!(house.status("u1").await, "staged");
    let sent = house.store.sent_for("u1").await.expect("sent");
    assert_eq!((sent[0].state.as_str(), sent[0].note.as_str()), ("unroutable", "312 NO_ROUTE"));
    assert_eq!(house.store.resend(Some(SendKind::Trace)).await.expect("resent"), 0);
    assert_eq!(house.store.resend(None).await.expect("resent"), 1);
    assert_eq!(due(&house).await.len(), 1);
}

async fn a_failed_answer_is_due_later(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new())])).await;
    let answers = due(&house).await;
    let failed = |delay| mark(&answers[0], Outcome::Failed("connection lost".into(), delay));
    house.store.published(&[failed(MINUTE)]).await.expect("marked");
    assert!(due(&house).await.is_empty());
    assert_eq!(house.store.sent_for("u1").await.expect("sent")[0].note, "connection lost");
    house.store.published(&[failed(Duration::ZERO)]).await.expect("marked");
    assert_eq!(due(&house).await.len(), 1);
}

async fn a_repeated_message_gets_its_answer_again(house: House) {
    let message = staged("u1", Vec::new());
    let repeat = || Repeat { message: message.place.id() };
    let first = message.outgoing[0].id;
    house.keep(batch(vec![message.clone(), parked("u2", &[customer_key("C1")])])).await;
    let answers = due(&house).await;
    // The mark of the first and the repeat ride in one batch.
    let repeated =
        Batch { marks: vec![mark(&answers[0], Outcome::Sent)], repeats: vec![repeat(), repeat()], ..Batch::default() };
    assert_eq!(house.keep(repeated).await.repeated, 1);
    assert_eq!(due(&house).await.iter().map(|one| one.id).collect::<Vec<_>>(), [first]);
    let story = &house.store.stories("u1").await.expect("a story")[0];
    assert_eq!((story.sent.len(), story.stored.attempts), (1, 3));
    // One that waits has no answer yet.
    let waiting = house.store.stories("u2").await.expect("a story")[0].line.id;
    let repeated = Batch { repeats: vec![Repeat { message: waiting }], ..Batch::default() };
    assert_eq!(house.keep(repeated).await.repeated, 0);
}

async fn marks_ride_along(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new()), staged("u2", Vec::new()), staged("u3", Vec::new())])).await;
    let answers = due(&house).await;
    let marks = vec![
        mark(&answers[0], Outcome::Sent),
        mark(&answers[1], Outcome::Unroutable(String::new())),
        mark(&answers[2], Outcome::Failed("no".into(), Duration::ZERO)),
    ];
    house.keep(Batch { marks, ..batch(vec![staged("u4", Vec::new())]) }).await;
    let statuses = [house.status("u1").await, house.status("u2").await, house.status("u3").await];
    assert_eq!(statuses, ["answered", "staged", "staged"]);
    assert_eq!(due(&house).await.len(), 2);
}

async fn what_is_fetched_is_not_published(house: House) {
    let mut message = staged("u1", Vec::new());
    message.outgoing[0].transport = "http".into();
    let Place::New(entry) = message.place.clone() else { unreachable!() };
    house.keep(Batch { lease: Some((Uuid::now_v7(), Duration::ZERO)), ..batch(vec![message]) }).await;
    assert!(due(&house).await.is_empty());
    assert_eq!(house.status("u1").await, "answered");
    let repeated = Batch { repeats: vec![Repeat { message: entry.id }], ..Batch::default() };
    assert_eq!(house.keep(repeated).await.repeated, 0);
}
