//! The spool's folder breaks.

use crate::harness::{Engine, Site};
use crate::messages::{counter, uuid};

#[tokio::test]
async fn a_folder_that_cannot_be_written() {
    let site = Site::on(Engine::Embedded, "spool_gone").await;
    site.ok(&counter(1)).await;
    for (number, folder, check) in [(2, "out", "answers by spool"), (3, "in", "spool")] {
        // Root may write everywhere: what is no folder stops him, too.
        let (place, aside) = (site.folder().join("spool").join(folder), site.folder().join("aside"));
        let sale = counter(number);
        std::fs::rename(&place, &aside).expect("take the folder away");
        std::fs::write(&place, "no folder").expect("put a file in its place");
        if folder == "out" {
            site.omni.send(&sale).await;
        }
        site.until_check(check, false).await;
        std::fs::remove_file(&place).expect("take the file away");
        std::fs::rename(&aside, &place).expect("put the folder back");
        if folder == "in" {
            site.omni.send(&sale).await;
        }
        site.response(&uuid(&sale)).await;
        site.until_check(check, true).await;
    }
    site.close().await;
}
