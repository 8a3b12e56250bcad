//! The clock of a host, set by hand: what a daemon takes for the time of day. Its monotonic clock goes on as it does.
//!
//! libfaketime stands between the daemon and the system. It reads how far it is to lie at every question, so that a
//! clock can be set while the daemon works.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::messages::uuid;
use crate::servers;

/// A clock that daemons may be given.
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// A clock so many hours ahead, in a file of a folder.
    pub fn ahead(folder: &Path, name: &str, hours: i64) -> Clock {
        let clock = Clock { file: folder.join(name) };
        clock.set(hours);
        // Without the library the loader only grumbles, and every case would pass.
        let mut date = Command::new("date");
        let said = date.arg("+%s").envs(clock.environment()).output().expect("run date").stdout;
        let there: i64 = String::from_utf8_lossy(&said).trim().parse().expect("seconds");
        assert_eq!(whole_hours(there), hours, "libfaketime lies as it is told");
        clock
    }

    /// Sets it, for whoever is running by it.
    pub fn set(&self, hours: i64) {
        // In one piece: a file half written is no time.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{:+}", hours * 3600)).expect("write the time");
        std::fs::rename(&new, &self.file).expect("set the clock");
    }

    /// What a process finds in its environment that is to go by it.
    pub fn environment(&self) -> [(&'static str, String); 6] {
        [
            ("LD_PRELOAD", servers::variable("EAID_TEST_FAKETIME")),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            // Files are as old as they are.
            ("NO_FAKE_STAT", "1".into()),
            // Nothing is shared with children: of a daemon that is killed it would stay.
            ("FAKETIME_DISABLE_SHM", "1".into()),
        ]
    }
}

/// How many hours the host of whoever wrote a message was ahead: ids of version 7 begin with the time of day there.
pub fn hours_ahead(message: &Value) -> i64 {
    let id: uuid::Uuid = uuid(message).parse().expect("an id");
    let (seconds, _) = id.get_timestamp().expect("of version 7").to_unix();
    whole_hours(i64::try_from(seconds).expect("seconds"))
}

fn whole_hours(there: i64) -> i64 {
    let here = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    (there - i64::try_from(here).expect("seconds") + 1800).div_euclid(3600)
}
