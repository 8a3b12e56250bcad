//! What goes out, and what the broker says of it.

use super::*;
use crate::bus::Sink;
use crate::config::units::Size;
use crate::store::{Outcome, Outgoing, SendKind};
use chrono::Utc;
use lapin::options::BasicGetOptions;

fn outgoing(route_key: &str) -> Outgoing {
    Outgoing {
        id: Uuid::now_v7(),
        message: None,
        kind: SendKind::Response,
        partner: "OMNI".into(),
        transaction: "RETAILSALES".into(),
        correlation: "x".repeat(300).into(),
        subject: "".into(),
        route_key: route_key.into(),
        transport: "amqp".into(),
        format: "json".into(),
        body: Arc::from("{}"),
        created_at: Utc::now(),
    }
}

#[tokio::test]
async fn every_returned_message_is_told_by_its_id() {
    let stand = Stand::new(|settings| settings.window = 150).await;
    let window: Vec<Outgoing> =
        (0..1000).map(|n| outgoing(["omni", "nobody", "omni", "unknown"][(n * 7 / 3) % 4])).collect();
    let marks = stand.bus.sink().publish(&window).await.unwrap();
    assert_eq!(marks.len(), window.len());
    for (outgoing, mark) in window.iter().zip(&marks) {
        assert_eq!(outgoing.id, mark.id);
        match outgoing.route_key.as_str() {
            // Without `mandatory` the broker drops what nobody listens to, and confirms it.
            "omni" | "unknown" => assert_eq!(mark.outcome, Outcome::Sent),
            _ => assert_eq!(mark.outcome, Outcome::Unroutable("312 NO_ROUTE".to_owned())),
        }
    }
    let expected = window.iter().filter(|outgoing| outgoing.route_key == "omni").count();
    assert_eq!(stand.ready(&stand.settings.mailboxes[0].queue).await as usize, expected);
    stand.end().await;
}

#[tokio::test]
async fn a_message_carries_what_the_contract_says() {
    let stand = Stand::new(|_| {}).await;
    let message = Outgoing { correlation: "abc".into(), ..outgoing("omni") };
    let marks = stand.bus.sink().publish(std::slice::from_ref(&message)).await.unwrap();
    assert_eq!(marks[0].outcome, Outcome::Sent);
    let mailbox = stand.settings.mailboxes[0].queue.as_str().into();
    let got = stand.channel().await.basic_get(mailbox, BasicGetOptions { no_ack: true }).await.unwrap().unwrap();
    let text = |field: &Option<lapin::types::ShortString>| field.as_ref().map(ToString::to_string).unwrap_or_default();
    let properties = &got.delivery.properties;
    assert_eq!(got.delivery.routing_key.to_string(), "response.omni.retailsales");
    assert_eq!(text(properties.message_id()), message.id.to_string());
    assert_eq!(text(properties.correlation_id()), "abc");
    assert_eq!(text(properties.kind()), "RETAILSALES");
    assert_eq!(text(properties.app_id()), "EAID");
    assert_eq!(text(properties.content_type()), "application/json");
    assert_eq!(*properties.delivery_mode(), Some(2));
    assert_eq!(*properties.timestamp(), u64::try_from(message.created_at.timestamp()).ok());
    stand.end().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_does_not_harm_its_neighbours() {
    let stand = Stand::new(|settings| settings.max_message = Size(1000)).await;
    let large = Outgoing { body: Arc::from("x".repeat(1001)), ..outgoing("omni") };
    let (first, last) = (outgoing("omni"), outgoing("omni"));
    let window = [first.clone(), large.clone(), last.clone()];
    let marks = stand.bus.sink().publish(&window).await.unwrap();
    let of = |id| marks.iter().find(|mark| mark.id == id).map(|mark| mark.outcome.clone()).unwrap();
    assert_eq!(of(first.id), Outcome::Sent);
    assert_eq!(of(last.id), Outcome::Sent);
    assert!(matches!(of(large.id), Outcome::Failed(..)));
    stand.end().await;
}

#[tokio::test]
async fn a_deleted_exchange_and_a_cut_connection_are_faults_that_pass() {
    let (proxy, url) = proxied().await;
    let stand = Stand::new(|settings| settings.url = url.into()).await;
    let exchange = stand.settings.exchange_out.as_str().into();
    stand.channel().await.exchange_delete(exchange, ExchangeDeleteOptions::default()).await.unwrap();
    let sink = stand.bus.sink();
    let window = [outgoing("omni")];
    assert!(sink.publish(&window).await.is_err());
    for _ in 0..2 {
        let sent = async {
            loop {
                match sink.publish(&window).await {
                    Ok(marks) => break assert_eq!(marks[0].outcome, Outcome::Sent),
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(DEADLINE, sent).await.expect("publishing comes back");
        proxy.cut();
    }
    let shown = stand.bus.publishing();
    assert!(shown.error.is_none_or(|text| !text.contains("guest")), "no credentials in the state");
    stand.end().await;
}

#[tokio::test]
async fn check_names_what_is_absent_and_what_is_of_another_type() {
    let wanted = AmqpSettings { declare: false, ..settings() };
    let findings = check(&wanted).await;
    assert_eq!(findings.iter().filter(|finding| finding.is_error).count(), 6, "{findings:#?}");
    let stand = Stand::new(|settings| settings.declare = true).await;
    let findings = check(&stand.settings).await;
    assert!(findings.iter().all(|finding| !finding.is_error), "{findings:#?}");
    let swapped = AmqpSettings { queue_in: format!("{}.classic", stand.settings.queue_in), ..stand.settings.clone() };
    let channel = stand.channel().await;
    let classic = swapped.queue_in.as_str().into();
    channel.queue_declare(classic, QueueDeclareOptions::durable(), FieldTable::default()).await.unwrap();
    let findings = check(&swapped).await;
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.is_error).collect();
    assert_eq!(wrong.len(), 1, "{findings:#?}");
    assert!(wrong[0].text.contains("x-queue-type"), "{wrong:?}");
    let refused = AmqpSettings { url: url().replace("guest:guest", "guest:segredo").into(), ..settings() };
    let findings = check(&refused).await;
    assert!(findings[0].text.contains("recusou") && !findings[0].text.contains("segredo"), "{findings:?}");
    channel.queue_delete(swapped.queue_in.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    stand.end().await;
}
