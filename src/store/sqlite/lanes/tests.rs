//! A step reads what it takes, not the queue.

use super::{next_of, ready_of};
use crate::store::suite::claiming::queue;
use crate::store::suite::house::House;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

#[tokio::test]
async fn rows_are_found_in_the_index_of_the_queue_and_in_its_order() {
    let house = House::sqlite().await;
    let mut connection = SqliteConnection::connect(&house.url).await.unwrap();
    let queue = queue();
    let lane = queue.columns().len() - 2;
    for (sql, found) in [
        (next_of(&queue, lane), "(l1_situa=? AND (company,l1_filial)>(?,?))"),
        (next_of(&queue, lane + 1), "(l1_situa=? AND (company,l1_filial,l1_num)>(?,?,?))"),
        (ready_of(&queue), "(l1_situa=? AND company=? AND l1_filial=? AND l1_num>?)"),
    ] {
        let steps = sqlx::query(AssertSqlSafe(format!("explain query plan {sql}"))).fetch_all(&mut connection).await;
        let steps: Vec<String> = steps.unwrap().iter().map(|step| step.get("detail")).collect();
        // One step: nothing is sorted.
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert!(steps[0].starts_with("SEARCH t USING") && steps[0].ends_with(found), "{steps:?}");
        assert!(steps[0].contains("INDEX t_sl1_by_situa "), "{steps:?}");
    }
}
