//! What is kept is found again, exactly; what another process changed makes a batch stale, and none of it stays.

use super::house::*;
use super::on_both_engines;
use crate::store::{Ask, Batch, BusinessKey, Damaged, Fingerprint, Place, State};
use eaid_adapters::effect::{Alias, Effect};
use eaid_adapters::table::Word;
use eaid_adapters::table::{KEY, Row};
use eaid_adapters::world::{DePara, Wants};
use uuid::Uuid;

on_both_engines!(
    rows_come_back_exactly,
    an_older_state_never_comes_last,
    an_amount_is_rounded_to_its_column,
    few_and_many_rows_come_back_exactly,
    known_messages_are_found,
    messages_without_uuid_are_known_by_digest,
    a_predecessor_comes_with_its_bytes,
    stale_batches_leave_nothing,
    a_message_is_kept_once,
    data_that_does_not_fit_is_rejected,
    a_body_of_before_is_read,
    a_damaged_body_is_told_and_stops_nobody,
    a_head_may_hold_anything,
    an_error_names_no_value,
    an_empty_batch_is_kept,
);

fn full_sale() -> Row {
    sale(
        "000001",
        &[
            ("sale_id", "T1|D MG 01|1|000000007|PDV1"),
            ("l1_doc", "000000007"),
            ("l1_situa", "RX"),
            ("l1_vlrtot", "123456789012345.67"),
            ("l1_descont", "-0.01"),
            ("l1_txmoeda", "1.0001"),
            ("l1_emisnf", "2026-02-28"),
            ("l1_ergrvbt", "água, \"aspas\" e \\ barra\ntab\t"),
        ],
    )
}

async fn rows_come_back_exactly(house: House) {
    let sale = full_sale();
    let line = row(
        "sl2",
        &[("company", "T1"), ("l2_filial", "D MG 01"), ("l2_num", "000001"), ("l2_item", "01"), ("l2_quant", "2.5")],
    );
    let id = "T1|D MG 01|1|000000007|PDV1";
    let link = Effect::Link {
        partner: PARTNER.into(),
        alias: Alias::SALE,
        external: "NF/7".into(),
        internal: id.into(),
        stamp: "s1".into(),
        was: None,
    };
    house.keep(batch(vec![staged("u1", vec![Effect::Insert(sale.clone()), Effect::Insert(line.clone()), link])])).await;

    let found = house
        .find(|wants| {
            wants.linked::<eaid_adapters::loja701::tables::Sl1>(PARTNER, Alias::SALE, "NF/7");
            wants.depara(PARTNER, Alias::SALE, "absent");
            wants.rows::<eaid_adapters::loja701::tables::Sl2>(KEY, &["T1", "D MG 01", "000001", "01"]);
        })
        .await;
    let entry = DePara { internal: id.into(), stamp: "s1".into() };
    assert_eq!(found.depara, [(PARTNER.into(), Alias::SALE, "NF/7".into(), entry)]);
    assert_eq!(found.rows, [sale.clone(), line.clone()]);
    // An entry whose rows are gone is an entry all the same.
    let gone =
        house.find(|wants| wants.linked::<eaid_adapters::crma980::tables::Sa1>(PARTNER, Alias::SALE, "NF/7")).await;
    assert_eq!((gone.depara.len(), gone.rows.len()), (1, 0));

    let sales = table("sl1");
    let by_id = sales.indexes.iter().position(|index| index.name == "by_sale_id").expect("an index");
    let found = house.find(|wants| wants.rows::<eaid_adapters::loja701::tables::Sl1>(by_id, &[id])).await;
    assert_eq!(found.rows, [sale]);
    assert_eq!(house.rows(table("sl2")).await, [line]);
}

/// Of two processes that take two states of a record, the slower saw a stamp that is no longer there: it decides
/// again, and finds that its own is the older.
async fn an_older_state_never_comes_last(house: House) {
    let state = |stamp: &str, was: Option<&str>| Effect::Link {
        partner: PARTNER.into(),
        alias: Alias::CUSTOMER,
        external: "C1".into(),
        internal: "T1||000001|01|C".into(),
        stamp: stamp.into(),
        was: was.map(|stamp| DePara { internal: "T1||000001|01|C".into(), stamp: stamp.into() }),
    };
    house.keep(effects(vec![state("10:05", None)])).await;
    house.keep(effects(vec![state("10:12", Some("10:05"))])).await;
    house.stale(effects(vec![state("10:11", Some("10:05"))])).await;
    house.keep(effects(vec![state("10:13", Some("10:12")), state("10:14", Some("10:13"))])).await;
}

/// Many rows take another way into PostgreSQL than few, in pieces.
async fn few_and_many_rows_come_back_exactly(house: House) {
    let numbers: Vec<String> = (0..140).map(|number| format!("{number:06}")).collect();
    let long = format!("é\t\\.\n{}", "x".repeat(5_000));
    let sale = |number: &String| {
        let amount = format!("-{}.05", number.trim_start_matches('0'));
        let day = if number.ends_with('0') { "" } else { "2026-12-31" };
        sale(number, &[("sale_id", number), ("l1_vlrtot", &amount), ("l1_emisnf", day), ("l1_ergrvbt", &long)])
    };
    let message = |number: &String| staged(number, vec![Effect::Insert(sale(number)), link(number, number, None)]);
    let messages: Vec<_> = numbers.iter().map(message).collect();
    let (few, many) = messages.split_at(40);
    house.keep(batch(few.to_vec())).await;
    house.keep(batch(many.to_vec())).await;
    assert_eq!(house.rows(table("sl1")).await, numbers.iter().map(sale).collect::<Vec<_>>());
    for settled in &messages {
        let Place::New(entry) = &settled.place else { unreachable!() };
        let story = house.store.stories(&entry.fingerprint.uuid).await.expect("a story").remove(0);
        assert_eq!(format!("{:?}", story.stored.entry), format!("{entry:?}"));
        assert_eq!(house.customer(&entry.fingerprint.uuid).await.as_deref(), Some(&*entry.fingerprint.uuid));
        let sent = house.store.outgoing(settled.outgoing[0].id).await.expect("found");
        assert_eq!(format!("{sent:?}"), format!("{:?}", Some(&settled.outgoing[0])));
    }
    // A conflict among many is as stale as among few.
    let again = (120..220).map(|number| staged(&format!("{number:06}"), Vec::new())).collect();
    house.stale(batch(again)).await;
    let taken =
        numbers.iter().map(|number| Effect::Insert(super::house::sale(&format!("x{number}"), &[("sale_id", number)])));
    house.stale(effects(taken.collect())).await;
    assert_eq!(house.rows(table("sl1")).await.len(), 140);
}

async fn an_amount_is_rounded_to_its_column(house: House) {
    house.keep(effects(vec![Effect::Insert(sale("000001", &[("l1_vlrtot", "1.005"), ("l1_frete", "-0.001")]))])).await;
    house.keep(effects(vec![change("000001", &[("l1_descont", "2.345")], &[("l1_vlrtot", "1.010")])])).await;
    let rows = house.rows(table("sl1")).await;
    let cell = |name| rows[0][column(table("sl1"), name)].clone();
    assert_eq!(cell("l1_vlrtot"), super::house::cell(table("sl1"), "l1_vlrtot", "1.01"));
    assert_eq!(cell("l1_descont"), super::house::cell(table("sl1"), "l1_descont", "2.35"));
    assert_eq!(cell("l1_frete"), super::house::cell(table("sl1"), "l1_frete", "0"));
}

async fn known_messages_are_found(house: House) {
    let message = staged("u1", Vec::new());
    let Place::New(entry) = message.place.clone() else { unreachable!() };
    house.keep(batch(vec![message, parked("u2", &[customer_key("C1")])])).await;
    let print =
        |uuid: &str, digest: &str| Fingerprint { partner: PARTNER.into(), uuid: uuid.into(), digest: digest.into() };
    let prints =
        [print("u1", "digest of u1"), print("u1", "other content"), print("u2", "digest of u2"), print("u3", "")];
    let ask = Ask { wants: &Wants::default(), fingerprints: &prints.each_ref(), keys: &[] };
    let mut known = house.store.look_up(&ask).await.expect("looked up").known;
    known.sort_by(|a, b| a.fingerprint.uuid.cmp(&b.fingerprint.uuid));
    assert_eq!(known.len(), 2);
    assert_eq!((known[0].id, known[0].state), (entry.id, State::Staged));
    assert_eq!((&known[0].fingerprint, known[1].state), (&prints[0], State::Waiting));
}

async fn messages_without_uuid_are_known_by_digest(house: House) {
    let bare = || {
        let mut settled = staged("", Vec::new());
        entry_of(&mut settled).fingerprint = Fingerprint { digest: "d1".into(), ..Fingerprint::default() };
        settled.state = State::Unreadable;
        settled
    };
    let (first, second) = (bare(), bare());
    let newest = second.place.id();
    house.keep(batch(vec![first])).await;
    // New each time: the broker had not said that it delivers again.
    house.keep(batch(vec![second])).await;
    assert_eq!(house.count(State::Unreadable).await, 2);
    let print = Fingerprint { digest: "d1".into(), ..Fingerprint::default() };
    let ask = Ask { wants: &Wants::default(), fingerprints: &[&print], keys: &[] };
    let known = house.store.look_up(&ask).await.expect("looked up").known;
    assert_eq!(known.iter().map(|known| known.id).collect::<Vec<_>>(), [newest]);
}

async fn a_predecessor_comes_with_its_bytes(house: House) {
    let waiting = parked("u1", &[customer_key("C1")]);
    let Place::New(entry) = waiting.place.clone() else { unreachable!() };
    house.keep(batch(vec![waiting, staged("u2", Vec::new())])).await;
    let key = |uuid: &str| BusinessKey {
        partner: PARTNER.into(),
        transaction: "RETAILSALES".into(),
        internal_id: format!("id of {uuid}").into(),
    };
    let keys = [key("u1"), key("u2"), BusinessKey::default()];
    let ask = Ask { wants: &Wants::default(), fingerprints: &[], keys: &keys.each_ref() };
    let found = house.store.look_up(&ask).await.expect("looked up").waiting;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, key("u1"));
    let stored = &found[0].stored;
    assert_eq!(format!("{:?}", stored.entry), format!("{entry:?}"));
    assert_eq!((stored.state, stored.is_expired, stored.attempts), (State::Waiting, false, 1));
    assert!(stored.patience_until.is_some());
}

async fn stale_batches_leave_nothing(house: House) {
    let first = vec![
        Effect::Insert(sale("000001", &[("sale_id", "ID1"), ("l1_situa", "RX"), ("l1_vlrtot", "10.00")])),
        link("C1", "T1|1", None),
    ];
    house.keep(effects(first)).await;
    let bad: Vec<(&str, Effect)> = vec![
        ("a key that is taken", Effect::Insert(sale("000001", &[]))),
        ("a unique value that is taken", Effect::Insert(sale("000002", &[("sale_id", "ID1")]))),
        ("a change of no row", change("000009", &[("l1_situa", "OK")], &[])),
        ("an expectation of text", change("000001", &[("l1_situa", "OK")], &[("l1_situa", "ER")])),
        ("an expectation of an amount", change("000001", &[("l1_situa", "OK")], &[("l1_vlrtot", "10.01")])),
        ("an expectation of a date", change("000001", &[("l1_situa", "OK")], &[("l1_emisnf", "2026-01-01")])),
        ("a change of a row that is no more", delete("000009")),
        ("an entry that is there", link("C1", "T1|2", None)),
        ("an entry that is other", link("C1", "T1|2", Some("T1|9"))),
        ("an entry that is not there", link("C2", "T1|2", Some("T1|9"))),
        ("an entry that is no more", unlink("C2")),
    ];
    for (number, (what, effect)) in bad.into_iter().enumerate() {
        let good = Effect::Insert(sale(&format!("1{number:05}"), &[]));
        let message = staged(&format!("u{number}"), vec![good, effect]);
        let text = house.stale(batch(vec![message])).await;
        assert!(!text.is_empty(), "{what}");
        assert_eq!(house.rows(table("sl1")).await.len(), 1, "{what}");
        assert_eq!(house.count(State::Staged).await, 0, "{what}");
    }
    // Two empty unique values do not meet; a date that is absent is expected to be absent.
    house.keep(effects(vec![Effect::Insert(sale("000003", &[])), Effect::Insert(sale("000004", &[]))])).await;
    house.keep(effects(vec![change("000003", &[("l1_situa", "OK")], &[("l1_emisnf", "")])])).await;
}

async fn a_message_is_kept_once(house: House) {
    house.keep(batch(vec![staged("u1", vec![link("C1", "x", None)])])).await;
    house.stale(batch(vec![staged("u1", vec![link("C2", "x", None)])])).await;
    assert_eq!(house.customer("C2").await, None);
    // The same UUID with other content is another message.
    let mut other = staged("u1", vec![link("C3", "x", None)]);
    entry_of(&mut other).fingerprint.digest = "another digest".into();
    house.keep(batch(vec![other])).await;
    assert_eq!(house.count(State::Staged).await, 2);
}

async fn data_that_does_not_fit_is_rejected(house: House) {
    // Wherever it stands among many: what went before it is on its way already.
    for bad in [0, 50, 99] {
        let text = |number| if number == bad { "a\0b".to_owned() } else { "x".repeat(5_000) };
        let sale = |number| Effect::Insert(sale(&format!("{number:06}"), &[("l1_ergrvbt", &text(number))]));
        assert!(house.rejected(effects((0..100).map(sale).collect())).await.contains("l1_ergrvbt"));
    }
    let nul = Effect::Insert(sale("000001", &[("l1_ergrvbt", "a\0b")]));
    assert!(house.rejected(batch(vec![staged("u1", vec![nul])])).await.contains("l1_ergrvbt"));
    let large = Effect::Insert(sale("000001", &[("l1_vlrtot", "12345678901234567.00")]));
    assert!(house.rejected(batch(vec![staged("u1", vec![large])])).await.contains("l1_vlrtot"));
    house.rejected(batch(vec![staged("u1", vec![link("a\0b", "x", None)])])).await;
    assert_eq!(house.count(State::Staged).await, 0);
    // A body is bytes and may hold anything.
    let mut message = staged("u1", Vec::new());
    entry_of(&mut message).body = vec![0, 159, 146, 150].into();
    house.keep(batch(vec![message])).await;
    let story = house.store.stories("u1").await.expect("a story");
    assert_eq!(&*story[0].stored.entry.body, [0, 159, 146, 150]);
}

/// Bodies were not packed once.
async fn a_body_of_before_is_read(house: House) {
    house.keep(batch(vec![staged("u1", Vec::new())])).await;
    for table in ["inbox", "outbox"] {
        house.sql(&format!("update {table} set body = 'as it came', plain = null")).await;
    }
    let story = house.store.stories("u1").await.expect("a story").remove(0);
    assert_eq!(&*story.stored.entry.body, b"as it came");
    assert_eq!(&*house.store.due(Uuid::now_v7(), MINUTE, up_to(1)).await.expect("due")[0].body, "as it came");
}

async fn a_damaged_body_is_told_and_stops_nobody(house: House) {
    let waiting = ["u1", "u2"].map(|uuid| parked(uuid, &[customer_key("C1")]));
    house.keep(batch([waiting.to_vec(), vec![staged("u3", Vec::new()), staged("u4", Vec::new())]].concat())).await;
    house.sql("update inbox set body = 'damaged', plain = 9 where uuid = 'u1'").await;
    house.sql("update outbox set body = 'damaged', plain = 9 where correlation = 'u3'").await;
    // Whoever asks for a message of its key, claims it, or reads all of its kind.
    let key =
        BusinessKey { partner: PARTNER.into(), transaction: "RETAILSALES".into(), internal_id: "id of u1".into() };
    let ask = Ask { wants: &Wants::default(), fingerprints: &[], keys: &[&key] };
    let found = house.store.look_up(&ask).await.expect("looked up").waiting.remove(0).stored;
    assert_eq!((found.is_damaged, &*found.entry.body), (true, &b"damaged"[..]));
    house.keep(effects(vec![link("C1", "T1|1", None)])).await;
    let mut claimed = house.store.claim_woken(Uuid::now_v7(), MINUTE, up_to(9)).await.expect("claimed");
    claimed.sort_by_key(|stored| stored.entry.fingerprint.uuid.clone());
    assert_eq!(claimed.iter().map(|stored| stored.is_damaged).collect::<Vec<_>>(), [true, false]);
    let received = house.store.received("RETAILSALES", Uuid::nil(), 9).await.expect("received");
    assert_eq!(received.iter().filter(|received| received.stored.is_damaged).count(), 1);
    assert!(house.store.stories("u1").await.expect("a story")[0].stored.is_damaged);
    // What cannot be sent waits for somebody; the other goes out.
    let due = house.store.due(Uuid::now_v7(), MINUTE, up_to(9)).await.expect("due");
    assert_eq!(due.iter().map(|outgoing| outgoing.correlation.as_str()).collect::<Vec<_>>(), ["u4"]);
    let sent = house.store.sent_for("u3").await.expect("sent").remove(0);
    assert_eq!(
        (sent.state.as_str(), &sent.note, &sent.body),
        ("unroutable", &Damaged.to_string(), &Damaged.to_string())
    );
    assert!(house.store.outgoing(sent.id).await.expect_err("damaged").to_string().contains("danificado"));
}

/// A message must not be able to stop the others: whatever its head holds, it can be looked up and kept.
async fn a_head_may_hold_anything(house: House) {
    let (long, nul): (Word, Word) = ("x".repeat(10_000).into(), "a\0b".into());
    for text in [&long, &nul] {
        let mut message = parked("u1", &[customer_key("C1")]);
        let entry = entry_of(&mut message);
        entry.business = BusinessKey { partner: text.clone(), transaction: text.clone(), internal_id: text.clone() };
        entry.fingerprint = Fingerprint { partner: text.clone(), uuid: text.clone(), digest: "d1".into() };
        (entry.product, entry.version, entry.content_type) = (text.clone(), text.clone(), text.clone());
        let (print, key) = (entry.fingerprint.clone(), entry.business.clone());
        let mut answer = outgoing(entry);
        (answer.subject, answer.body) = (text.clone(), text.as_str().into());
        message.outgoing.push(answer);
        house.keep(batch(vec![message.clone()])).await;
        let mut wants = Wants::default();
        wants.depara(text, Alias::CUSTOMER, text);
        wants.linked::<eaid_adapters::crma980::tables::Sa1>(text, Alias::CUSTOMER, text);
        wants.rows::<eaid_adapters::loja701::tables::Sl1>(KEY, &[text, text, text]);
        let ask = Ask { wants: &wants, fingerprints: &[&print], keys: &[&key] };
        let found = house.store.look_up(&ask).await;
        let found = found.expect("looked up");
        assert_eq!((found.known.len(), &found.known[0].fingerprint), (1, &print));
        assert_eq!((found.waiting.len(), &found.waiting[0].key), (1, &key));
        house.stale(batch(vec![message])).await;
    }
}

async fn an_error_names_no_value(house: House) {
    let person = "12345678909";
    house.keep(effects(vec![Effect::Insert(sale("000001", &[("sale_id", person)])), link(person, "x", None)])).await;
    let texts = [
        house.stale(effects(vec![Effect::Insert(sale("000002", &[("sale_id", person)]))])).await,
        house.stale(effects(vec![link(person, "y", None)])).await,
        house.stale(effects(vec![link(person, "y", Some("z"))])).await,
        house.rejected(effects(vec![link(person, "y\0", Some("x"))])).await,
    ];
    for text in texts {
        assert!(!text.contains(person), "{text}");
    }
}

async fn an_empty_batch_is_kept(house: House) {
    assert_eq!(house.keep(Batch::default()).await, crate::store::Kept::default());
    let none = house.find(|_| {}).await;
    assert!(none.rows.is_empty() && none.depara.is_empty());
}
