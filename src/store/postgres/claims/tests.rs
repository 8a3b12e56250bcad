//! A claim reads what it takes, whatever waits.

use super::super::pages::{pages, prepared, run};
use super::{BEGIN, claim};
use crate::store::suite::house::House;

#[tokio::test]
async fn messages_that_wait_on_are_not_read() {
    let house = House::postgres("messages_that_wait_on").await;
    let mut connection = prepared(&house, &[("claim (uuid, float8, bigint, bigint)", claim())]).await;
    let come = "insert into inbox (id, partner, uuid, digest, transaction, internal_id, product, source, event, version,
            generated_on, origin, format, content_type, received_at, catalog, body, state, patience_until)
        select gen_random_uuid(), 'OMNI', n::text, '', '', '', '', '', '', '', '', '', '', '', now(), '', '', 'staged', null
        from generate_series(1, 5000) as n";
    // The planner counted when nothing waited.
    for sql in [come, "vacuum analyze inbox"] {
        run(&mut connection, sql).await;
    }
    run(&mut connection, "update inbox set state = 'waiting', patience_until = now() + interval '1 hour'").await;
    run(&mut connection, BEGIN).await;
    let read = pages(&mut connection, "claim ('00000000-0000-0000-0000-000000000001', 5, 10, 1000)").await;
    assert!(read < 20, "{read} pages");
}
