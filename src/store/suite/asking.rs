//! What people ask.

use super::house::*;
use super::on_both_engines;
use crate::store::monitor::{DeParaLine, Filter, Page, before};
use crate::store::{Batch, Mark, Outcome, SendKind, Settled, State};
use chrono::{TimeDelta, Utc};
use eaid_adapters::effect::{Alias, Effect};
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Violation};
use sqlx::Connection;
use uuid::Uuid;

on_both_engines!(
    what_a_message_waited_for_is_kept,
    counts_end_where_enough_is_counted,
    the_newest_come_first_by_pages,
    days_are_visited_and_messages_behind_an_id_listed,
    messages_are_listed_and_narrowed,
    a_changed_entry_is_seen_at_once,
    a_story_tells_everything,
    refused_messages_are_retried,
    the_overview_counts,
    depara_is_listed_and_removed,
    what_was_sent_is_found,
    rows_are_narrowed,
);

fn refused(uuid: &str) -> Settled {
    let violations = vec![
        Violation::error(Code::Missing, "/SellerCode", "A tag é obrigatória."),
        Violation::warning(Code::ReadAs, "/Version", "lido como 2.009"),
    ];
    Settled { state: State::Refused, cause: Some(Code::Missing), violations, ..staged(uuid, Vec::new()) }
}

async fn uuids(house: &House, filter: Filter) -> Vec<String> {
    let lines = house.store.messages(&filter).await.expect("messages");
    lines.into_iter().map(|line| line.uuid).collect()
}

async fn messages_are_listed_and_narrowed(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new()), refused("u2"), parked("u3", &[customer_key("C1")])])).await;
    let answer = house.store.due(Uuid::now_v7(), MINUTE, up_to(1)).await.expect("due").remove(0);
    house.store.published(&[Mark { id: answer.id, outcome: Outcome::Sent }]).await.expect("marked");
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(uuids(&house, Filter::default()).await, ["u3", "u2", "u1"]);
    assert_eq!(uuids(&house, Filter { limit: 1, ..Filter::default() }).await, ["u3"]);
    for (filter, expected) in [
        (Filter { state: some("answered"), ..Filter::default() }, "u1"),
        (Filter { state: some("waiting"), ..Filter::default() }, "u3"),
        (Filter { cause: some("missing"), ..Filter::default() }, "u2"),
        (
            Filter { uuid: some("u2"), partner: some(PARTNER), transaction: some("retailsales"), ..Filter::default() },
            "u2",
        ),
        (
            Filter {
                internal_id: some("id of u3"),
                since: Some(Utc::now() - TimeDelta::hours(1)),
                ..Filter::default()
            },
            "u3",
        ),
    ] {
        assert_eq!(uuids(&house, filter).await, [expected]);
    }
    assert!(
        uuids(&house, Filter { since: Some(Utc::now() + TimeDelta::hours(1)), ..Filter::default() }).await.is_empty()
    );
    assert!(
        uuids(&house, Filter { until: Some(Utc::now() - TimeDelta::hours(1)), ..Filter::default() }).await.is_empty()
    );
}

async fn a_story_tells_everything(house: House) {
    let mut message = refused("u1");
    message.ids = vec![InternalId { name: "RETAILSALES".into(), origin: "NF\"1".into(), destination: "T1|x".into() }];
    let (id, answer) = (message.place.id(), message.outgoing[0].clone());
    house.keep(batch(vec![message.clone(), parked("u2", &[customer_key("C1"), row_key("000001")])])).await;
    for key in ["u1".to_owned(), id.to_string(), answer.id.to_string()] {
        let stories = house.store.stories(&key).await.expect("stories");
        assert_eq!(stories.len(), 1, "{key}");
        let story = &stories[0];
        assert_eq!((story.line.id, story.line.status.as_str(), story.line.cause.as_str()), (id, "refused", "missing"));
        assert_eq!((&story.violations, &story.ids), (&message.violations, &message.ids));
        assert_eq!(story.line.settled_at, Some(message.settled_at));
        assert_eq!((story.sent.len(), story.sent[0].state.as_str(), story.sent[0].id), (1, "due", answer.id));
    }
    let story = &house.store.stories("u2").await.expect("stories")[0];
    assert_eq!(story.line.settled_at, None);
    let waits: Vec<_> = story.waits.iter().map(|wait| (wait.key.as_str(), wait.path.as_str())).collect();
    assert_eq!(waits, [("SA1/OMNI/C1", "/u2"), ("sl1/T1|D MG 01|000001", "/u2")]);
    assert!(house.store.stories("absent").await.expect("stories").is_empty());
}

async fn refused_messages_are_retried(house: House) {
    let mut unreadable = staged("u4", Vec::new());
    unreadable.state = State::Unreadable;
    house.keep(batch(vec![refused("u1"), refused("u2"), staged("u3", Vec::new()), unreadable])).await;
    house.keep(batch(vec![parked("u5", &[customer_key("C1")])])).await;
    let one = Filter { uuid: Some("u1".into()), ..Filter::default() };
    assert_eq!(house.store.retry(&one).await.expect("retried"), 1);
    assert_eq!(house.store.retry(&one).await.expect("retried"), 0);
    assert_eq!(house.store.retry(&Filter::default()).await.expect("retried"), 2);
    let claimed = house.store.claim_woken(Uuid::now_v7(), MINUTE, up_to(10)).await.expect("claimed");
    let uuids: Vec<_> = claimed.iter().map(|stored| stored.entry.fingerprint.uuid.as_str()).collect();
    assert_eq!(uuids, ["u1", "u2", "u5"]);
    assert!(claimed.iter().all(|stored| !stored.is_expired && stored.attempts == 1));
    // The waits of one that was retried are over.
    assert_eq!(house.keep(effects(vec![link("C1", "x", None)])).await.woken, 0);
}

async fn the_overview_counts(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new()), refused("u2"), refused("u3")])).await;
    house.keep(batch(vec![parked("u4", &[customer_key("C1"), customer_key("C2")])])).await;
    let overview = house.store.overview().await.expect("an overview");
    let tallies = |tallies: &[crate::store::monitor::Tally]| {
        tallies.iter().map(|tally| (tally.name.clone(), tally.count)).collect::<Vec<_>>()
    };
    let counted = |name: &str, count: u64| (name.to_owned(), count);
    assert_eq!(tallies(&overview.messages), [counted("refused", 2), counted("staged", 1), counted("waiting", 1)]);
    assert_eq!(tallies(&overview.causes), [counted("missing", 2), counted("SA1", 1)]);
    assert_eq!(tallies(&overview.outbox), [counted("due", 3)]);
    assert!(overview.messages.iter().all(|tally| tally.oldest.is_some()));
}

async fn depara_is_listed_and_removed(house: House) {
    let line = |alias: Alias, external: &str, internal: &str| DeParaLine {
        reference: PARTNER.into(),
        alias: alias.alias.into(),
        field: alias.field.into(),
        external: external.into(),
        internal: internal.into(),
    };
    let lines = [
        line(Alias::PRODUCT, "P1", "T1||000123"),
        line(Alias::PRODUCT, "P2", "T1||000456"),
        line(Alias::SELLER, "S1", "v"),
    ];
    house.store.set_depara(&lines).await.expect("entered");
    house.keep(effects(vec![link("C1", "x", None)])).await;
    assert_eq!(house.store.depara(None, None, None, 0).await.expect("lines").len(), 4);
    assert_eq!(house.store.depara(None, None, None, 2).await.expect("lines").len(), 2);
    assert_eq!(
        house.store.depara(Some(PARTNER), Some(Alias::PRODUCT), Some("456"), 9).await.expect("lines"),
        lines[1..2]
    );
    assert_eq!(house.store.depara(Some("other"), None, None, 9).await.expect("lines"), []);
    assert!(house.store.remove_depara(PARTNER, Alias::PRODUCT, "P1").await.expect("removed"));
    assert!(!house.store.remove_depara(PARTNER, Alias::PRODUCT, "P1").await.expect("removed"));
    // By hand over what a message wrote: no stamp any more.
    house.store.set_depara(&[line(Alias::CUSTOMER, "C1", "y")]).await.expect("entered");
    let found = house.find(|wants| wants.depara(PARTNER, Alias::CUSTOMER, "C1")).await;
    assert_eq!((found.depara[0].3.internal.as_str(), found.depara[0].3.stamp.as_str()), ("y", ""));
    let view = house
        .sql("select xxf_refer, xxf_alias, xxf_field, xxf_extval, xxf_intval from xxf where xxf_alias = 'SA3'")
        .await;
    assert_eq!(view, [[PARTNER, "SA3", "A3_COD", "S1", "v"]]);
}

async fn what_was_sent_is_found(house: House) {
    let message = staged("u1", Vec::new());
    let mut trace = message.outgoing[0].clone();
    (trace.id, trace.message, trace.kind, trace.subject) =
        (Uuid::now_v7(), None, SendKind::Trace, "T1|D MG 01|000001".into());
    house.keep(Batch { outgoing: vec![trace.clone()], ..batch(vec![message.clone()]) }).await;
    let ids = |lines: Vec<crate::store::monitor::SentLine>| lines.into_iter().map(|line| line.id).collect::<Vec<_>>();
    let answer = message.outgoing[0].id;
    assert_eq!(ids(house.store.sent_for("u1").await.expect("sent")), [answer, trace.id]);
    assert_eq!(ids(house.store.sent_for(&message.place.id().to_string()).await.expect("sent")), [answer]);
    assert_eq!(ids(house.store.sent_for(&trace.id.to_string()).await.expect("sent")), [trace.id]);
    assert_eq!(ids(house.store.sent_of("T1|D MG 01|000001").await.expect("sent")), [trace.id]);
    assert!(house.store.sent_of("").await.expect("sent").is_empty());
    let found = house.store.outgoing(trace.id).await.expect("found").expect("there");
    assert_eq!(format!("{found:?}"), format!("{trace:?}"));
    assert!(house.store.outgoing(Uuid::now_v7()).await.expect("found").is_none());
}

async fn rows_are_narrowed(house: House) {
    let sales = ["000002", "000001", "000003"].map(|number| {
        let situa = if number == "000003" { "OK" } else { "RX" };
        Effect::Insert(sale(number, &[("l1_situa", situa)]))
    });
    house.keep(effects(sales.to_vec())).await;
    let sl1 = table("sl1");
    let numbers = |rows: Vec<eaid_adapters::table::Row>| {
        rows.iter().map(|row| row[column(sl1, "l1_num")].as_text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(house.store.view(sl1, &[("l1_situa", "RX")], 0).await.expect("rows")), ["000001", "000002"]);
    assert_eq!(numbers(house.store.view(sl1, &[], 1).await.expect("rows")), ["000001"]);
    assert!(house.store.view(sl1, &[("no_column", "x")], 1).await.is_err());
}

/// However a wait ends, it is told afterwards: the key came, a person put the message back, its patience ended.
async fn what_a_message_waited_for_is_kept(house: House) {
    house.keep(batch(vec![parked("u1", &[customer_key("C1"), customer_key("C2")])])).await;
    house.keep(effects(vec![link("C1", "x", None)])).await;
    let story = async || house.store.stories("u1").await.expect("a story").remove(0);
    let told = story().await;
    assert_eq!(told.waits.iter().map(|wait| wait.key.as_str()).collect::<Vec<_>>(), ["SA1/OMNI/C2"]);
    assert_eq!(told.waited.iter().map(|wait| wait.key.as_str()).collect::<Vec<_>>(), ["SA1/OMNI/C1"]);
    assert!(told.waited[0].since <= told.waited[0].until);
    let filter = Filter { uuid: Some("u1".into()), ..Filter::default() };
    assert_eq!(house.store.retry(&filter).await.expect("retried"), 1);
    let told = story().await;
    assert_eq!((told.waits.len(), told.waited.len()), (0, 2));
}

async fn counts_end_where_enough_is_counted(house: House) {
    let sales = ["000001", "000002", "000003"].map(|number| Effect::Insert(sale(number, &[("l1_situa", "RX")])));
    house.keep(effects(sales.to_vec())).await;
    let counted = async |most| house.store.counted(table("sl1"), &[("l1_situa", "RX")], most).await.expect("a count");
    assert_eq!((counted(10).await, counted(2).await, counted(0).await), (3, 2, 0));
    assert!(house.store.counted(table("sl1"), &[("no_column", "x")], 1).await.is_err());
}

async fn the_newest_come_first_by_pages(house: House) {
    let sales = [("000001", "2026-11-20"), ("000002", "2026-11-22"), ("000003", "2026-11-22"), ("000004", "")];
    let sales = sales.map(|(number, day)| Effect::Insert(sale(number, &[("l1_emissao", day), ("l1_vlrtot", "10.50")])));
    house.keep(effects(sales.to_vec())).await;
    let sl1 = table("sl1");
    let page = async |exact: &[(&str, &str)], skip, limit| {
        let rows = house.store.newest(sl1, exact, column(sl1, "l1_emissao"), Page { skip, limit }).await.expect("rows");
        rows.iter().map(|row| row[column(sl1, "l1_num")].as_text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(page(&[], 0, 2).await, ["000003", "000002"]);
    assert_eq!(page(&[], 2, 9).await, ["000001", "000004"]);
    // Days and amounts are narrowed as they are written.
    assert_eq!(page(&[("l1_emissao", "2026-11-20"), ("l1_vlrtot", "10.50")], 0, 9).await, ["000001"]);
}

async fn days_are_visited_and_messages_behind_an_id_listed(house: House) {
    let sales = [("000001", "2026-11-19"), ("000002", "2026-11-20"), ("000003", "2026-11-21"), ("000004", "")];
    let sales = sales.map(|(number, day)| Effect::Insert(sale(number, &[("l1_emissao", day)])));
    let begun = Utc::now();
    house.keep(batch(vec![staged("u1", sales.to_vec()), refused("u2")])).await;
    house.keep(batch(vec![parked("u3", &[customer_key("C1")])])).await;
    let (sl1, mut seen) = (table("sl1"), Vec::new());
    let mut visit = |row: eaid_adapters::table::Row| {
        seen.push(row[column(sl1, "l1_num")].as_text().to_owned());
    };
    let days = "2026-11-20".parse().expect("a day")..="2026-11-21".parse().expect("a day");
    house.store.of_days(sl1, column(sl1, "l1_emissao"), &days, &mut visit).await.expect("visited");
    seen.sort();
    assert_eq!(seen, ["000002", "000003"]);
    let transaction = house.store.stories("u1").await.expect("a story")[0].line.transaction.clone();
    let first = house.store.received(&transaction, before(begun), 2).await.expect("messages");
    assert_eq!(first.iter().map(|one| one.stored.entry.fingerprint.uuid.as_str()).collect::<Vec<_>>(), ["u1", "u2"]);
    assert!(first.iter().all(|one| !one.is_answered), "nothing was sent yet");
    let rest = house.store.received(&transaction, first[1].stored.entry.id, 9).await.expect("messages");
    assert_eq!((rest.len(), rest[0].lacks.clone()), (1, vec!["SA1/OMNI/C1".to_owned()]));
    assert!(house.store.received("NOTHING", before(begun), 9).await.expect("messages").is_empty());
}

/// Whoever changes an entry, of whatever kind: the next look-up of a process that had seen it sees the change.
async fn a_changed_entry_is_seen_at_once(house: House) {
    let other = house.other().await;
    for alias in Alias::ALL.iter().copied() {
        let seen = async || {
            let found = house.find(|wants| wants.depara(PARTNER, alias, "X")).await;
            found.depara.first().map(|(.., entry)| entry.internal.clone())
        };
        let line = |internal: &str| DeParaLine {
            reference: PARTNER.to_owned(),
            alias: alias.alias.to_owned(),
            field: alias.field.to_owned(),
            external: "X".to_owned(),
            internal: internal.to_owned(),
        };
        assert_eq!(seen().await, None);
        for internal in ["01||1", "01||2"] {
            other.set_depara(&[line(internal)]).await.expect("set");
            assert_eq!(seen().await.as_deref(), Some(internal), "{}", alias.alias);
            assert_eq!(seen().await.as_deref(), Some(internal), "{}", alias.alias);
        }
        other.remove_depara(PARTNER, alias, "X").await.expect("removed");
        assert_eq!(seen().await, None, "{}", alias.alias);
    }
}

/// The change that no trigger tells of shows what is taken from memory: products are, customers are not.
#[tokio::test]
async fn entries_that_seldom_change_are_remembered_by_postgres() {
    let house = House::postgres("memory").await;
    let mut connection = sqlx::PgConnection::connect(&house.url).await.expect("a connection");
    let line = |alias: Alias, external: &str, internal: &str| DeParaLine {
        reference: PARTNER.to_owned(),
        alias: alias.alias.to_owned(),
        field: alias.field.to_owned(),
        external: external.to_owned(),
        internal: internal.to_owned(),
    };
    let seen = async |alias| {
        let found = house.find(|wants| wants.depara(PARTNER, alias, "X")).await;
        found.depara.first().map(|(.., entry)| entry.internal.clone())
    };
    for (alias, expected) in [(Alias::PRODUCT, "old"), (Alias::CUSTOMER, "new")] {
        house.store.set_depara(&[line(alias, "X", "old")]).await.expect("set");
        assert_eq!(seen(alias).await.as_deref(), Some("old"));
        let untold = "alter table depara disable trigger user; update depara set internal = 'new';
            alter table depara enable trigger user";
        sqlx::raw_sql(untold).execute(&mut connection).await.expect("changed");
        assert_eq!(seen(alias).await.as_deref(), Some(expected), "{}", alias.alias);
        // Any change that is told makes it forget everything.
        house.store.set_depara(&[line(Alias::SELLER, alias.alias, "7")]).await.expect("set");
        assert_eq!(seen(alias).await.as_deref(), Some("new"), "{}", alias.alias);
    }
}
