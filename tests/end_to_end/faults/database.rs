//! PostgreSQL breaks.

use std::time::Duration;

use crate::faults::is_long;
use crate::harness::Site;
use crate::laboratory::{enter, here};
use crate::load::Load;
use crate::servers;
use crate::wait::until;

#[tokio::test]
async fn killed() {
    gone("database_killed", &["kill postgres"]).await;
}

#[tokio::test]
async fn stopped_and_killed_by_turns() {
    if is_long("a database stopped in order and killed, by turns") {
        gone("database_gone", &["stop postgres", "kill postgres", "stop postgres"]).await;
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
        site.until_check("database", false).await;
        site.until_check("rabbitmq consume", true).await;
        load.sends(15).await;
        laboratory.order("start postgres").await;
        load.goes_on(&site).await;
    }
    site.account(load).await;
}

/// At the end of a transaction, and where a message goes by a statement that is all of one.
#[tokio::test]
async fn cut_inside_commits() {
    let site = Site::behind_network(servers::shared(), "database_commit", "").await;
    let load = Load::begin(&site.omni);
    for words in [&b"COMMIT"[..], b"application/json"].repeat(3) {
        load.sends(5).await;
        let database = &site.network().database;
        database.cut_after(words);
        until("a commit to be cut", async || database.has_caught().then_some(())).await;
    }
    load.goes_on(&site).await;
    site.account(load).await;
}

/// What the disk, another session or an administrator does to a write, by the code that PostgreSQL says it with.
async fn refuses(name: &str, code: &str, condition: &str) {
    let site = Site::behind_network(servers::shared(), name, "").await;
    let load = Load::begin(&site.omni);
    load.sends(15).await;
    site.rows
        .order(&format!(
            "create sequence fault; create function fault() returns trigger language plpgsql as $$ begin
                 if {condition} then raise exception 'fault' using errcode = '{code}'; end if; return null;
             end $$;
             create trigger fault after insert on inbox for each statement execute function fault();"
        ))
        .await;
    load.sends(15).await;
    let is_outage = condition == "true";
    if is_outage {
        site.until_check("messages", false).await;
    }
    site.rows.order("drop function fault cascade").await;
    load.goes_on(&site).await;
    if is_outage {
        site.until_check("messages", true).await;
    }
    assert_eq!(site.rows.count("xx3", "xx3_status = 'set_aside'").await, 0, "a fault is no verdict");
    site.account(load).await;
}

#[tokio::test]
async fn full_disk() {
    refuses("database_full", "53100", "true").await;
}

#[tokio::test]
async fn deadlocks() {
    refuses("database_deadlock", "40P01", "nextval('fault') % 3 > 0").await;
}

#[tokio::test]
async fn read_only() {
    let site = Site::behind_network(servers::shared(), "database_read_only", "").await;
    let load = Load::begin(&site.omni);
    load.sends(15).await;
    let name = site.setting("EAID_DATABASE__URL").rsplit('/').next().expect("a database").to_owned();
    let again = "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()";
    site.rows.order(&format!("alter database {name} set default_transaction_read_only = on; {again}")).await;
    site.until_check("messages", false).await;
    load.sends(15).await;
    site.rows.order(&format!("alter database {name} reset default_transaction_read_only; {again}")).await;
    load.goes_on(&site).await;
    site.account(load).await;
}

async fn locked(name: &str, time: Duration) {
    let site = Site::behind_network(servers::shared(), name, "").await;
    let load = Load::begin(&site.omni);
    load.sends(15).await;
    let seconds = time.as_secs_f64();
    site.rows.order(&format!("begin; lock table inbox; select pg_sleep({seconds}); commit")).await;
    load.goes_on(&site).await;
    site.account(load).await;
}

#[tokio::test]
async fn a_lock_held() {
    locked("database_locked", Duration::from_secs(2)).await;
}

#[tokio::test]
async fn a_lock_held_for_a_minute() {
    if is_long("a lock of the database held for a minute") {
        locked("database_locked_long", Duration::from_secs(60)).await;
    }
}
