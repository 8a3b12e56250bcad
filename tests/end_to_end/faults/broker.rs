//! RabbitMQ breaks.

use crate::faults::is_long;
use crate::harness::{Engine, Site};
use crate::laboratory::{enter, here};
use crate::load::Load;
use crate::mailbox::QUEUE;
use crate::messages::customer;
use crate::servers;
use crate::wait::until;

#[tokio::test]
async fn stopped() {
    gone("broker_stopped", &["stop rabbitmq"]).await;
}

/// A long form, though it is short: after SIGKILL, RabbitMQ 3.10 brings a quorum queue back without a leader now and
/// then (`timeout` in its log), and nothing that a client does gives it one.
#[tokio::test]
async fn killed() {
    if is_long("a broker killed") {
        gone("broker_killed", &["kill rabbitmq"]).await;
    }
}

#[tokio::test]
async fn stopped_and_killed_by_turns() {
    if is_long("a broker stopped in order and killed, by turns") {
        gone("broker_gone", &["stop rabbitmq", "kill rabbitmq", "stop rabbitmq"]).await;
    }
}

async fn gone(name: &str, ends: &[&str]) {
    let entered = enter().await;
    let laboratory = here(&entered);
    let site = Site::behind_network(laboratory.servers(), name, "").await;
    let load = Load::begin(&site.omni);
    for end in ends {
        load.sends(15).await;
        laboratory.order(end).await;
        site.until_check("rabbitmq consume", false).await;
        site.until_check("rabbitmq publish", false).await;
        site.until_check("database", true).await;
        laboratory.order("start rabbitmq").await;
        load.goes_on(&site).await;
    }
    site.account(load).await;
}

#[tokio::test]
async fn connections_closed_by_force_and_an_alarm() {
    let entered = enter().await;
    let laboratory = here(&entered);
    let site = Site::behind_network(laboratory.servers(), "broker_alarm", "").await;
    let load = Load::begin(&site.omni);
    for _ in 0..3 {
        load.sends(10).await;
        laboratory.close_connections().await;
        load.goes_on(&site).await;
    }
    laboratory.alarm(true).await;
    let check = site.until_check("rabbitmq publish", false).await;
    assert!(check["last_error"].to_string().contains("memory"), "{check}");
    // The connection that consumes is not held up by it.
    site.until_check("rabbitmq consume", true).await;
    until("the alarm in eaid status", async || {
        let status = site.eaid(&["status"]).await.ends(0).out;
        status.contains("bloqueado pelo broker").then_some(())
    })
    .await;
    let told = site.log().lines().filter(|line| line.contains("bloqueado pelo broker")).count();
    assert!(told <= 2, "the log is told once, then at intervals");
    laboratory.alarm(false).await;
    load.goes_on(&site).await;
    site.account(load).await;
}

#[tokio::test]
async fn queues_and_exchanges_deleted() {
    let site = Site::on(Engine::Production, "broker_bare").await;
    site.ok(&customer(900)).await;
    for queue in ["eai.in", "eai.events", QUEUE, "eai.dead"] {
        site.settled().await;
        site.omni.mailbox().delete_queue(queue).await;
        until(&format!("{queue} to be there again"), async || site.omni.mailbox().waiting_in(queue).await).await;
    }
    site.until_check("rabbitmq consume", true).await;
    let load = Load::begin(&site.omni);
    for exchange in ["eai.out", "eai"] {
        load.sends(10).await;
        site.omni.mailbox().delete_exchange(exchange).await;
        load.goes_on(&site).await;
    }
    let mut sold = load.end().await;
    sold.customers = 1;
    sold.took_effect_once(&site).await;
    site.close().await;
}

#[tokio::test]
async fn a_stranger_at_start_is_let_in_when_he_is_known() {
    let mut site = Site::prepare(Engine::Production, servers::shared(), false, "broker_strange", "").await;
    let (right, user) = (site.setting("EAID_AMQP__URL"), servers::unique("shop"));
    let vhost = right.rsplit('/').next().expect("a virtual host").to_owned();
    let strange = right.replace("guest:guest", &format!("{user}:secret"));
    site.set("EAID_AMQP__URL", &strange);
    site.begin();
    // A user whom nobody knows.
    let refused = async |words: &str| {
        until(words, async || {
            let check = site.until_check("rabbitmq consume", false).await;
            check["last_error"].as_str().unwrap_or_default().contains(words).then_some(check)
        })
        .await
    };
    let check = refused("usuário ou a senha").await;
    assert!(!check.to_string().contains("secret"), "{check}");
    // A user who may not enter this virtual host.
    let broker = site.servers().clone();
    broker.erlang(&format!("rabbit_auth_backend_internal:add_user(<<\"{user}\">>, <<\"secret\">>, <<\"t\">>)")).await;
    refused(&vhost).await;
    let all = "<<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"t\">>";
    let permit = format!("rabbit_auth_backend_internal:set_permissions(<<\"{user}\">>, <<\"{vhost}\">>, {all})");
    broker.erlang(&permit).await;
    site.until_check("rabbitmq publish", true).await;
    site.until_check("rabbitmq consume", true).await;
    site.ok(&customer(1)).await;
    site.close().await;
}
