//! The spool's folder breaks.

use crate::harness::{Engine, Site};
use crate::messages::{counter, uuid};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small disk of its own, gone with this value.
struct Disk(PathBuf);

impl Disk {
    /// Mounts it, where we may.
    fn mounted_on(folder: &Path) -> Option<Disk> {
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(folder).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then(|| Disk(folder.into()))
    }

    /// Fills it to the last byte; gives the file that did it.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = std::fs::File::create(&path).expect("make the filler");
        loop {
            match file.write(&[b'x'; 512]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return path,
                Err(error) => panic!("fill the disk: {error}"),
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

#[tokio::test]
async fn a_disk_that_is_full() {
    let mut site = Site::prepare(Engine::Embedded, crate::servers::shared(), false, "spool_full", "").await;
    let folder = site.folder().join("spool");
    std::fs::create_dir_all(&folder).expect("make the folder");
    let Some(disk) = Disk::mounted_on(&folder) else {
        // Past the capture of the test: who reads the run shall see it.
        drop(writeln!(std::io::stderr(), "left out where mounting is not allowed: a spool on a full disk"));
        return site.abandon().await;
    };
    site.start().await;
    site.ok(&counter(1)).await;
    let sale = counter(2);
    site.stop().await;
    site.omni.send(&sale).await;
    let filler = disk.fill();
    site.start().await;
    site.until_check("answers by spool", false).await;
    let kept = format!("xx3_uuid = '{}'", uuid(&sale));
    site.rows.becomes("xx3", "xx3_status", &kept, "staged").await;
    assert!(site.omni.responses(&uuid(&sale)).is_empty(), "no half an answer");
    std::fs::remove_file(filler).expect("make room");
    site.response(&uuid(&sale)).await;
    site.until_check("answers by spool", true).await;
    site.close().await;
    drop(disk);
}

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
