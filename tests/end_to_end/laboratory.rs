//! The fault laboratory: a broker and a database that may be stopped and killed, of which there is one pair. Whoever
//! is in it has it for himself, and leaves it to the next.
//!
//! `tests/laboratory` starts it when the first case enters, and ends it with this process.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::process::repository;
use crate::servers::Servers;

/// The pair, and the one who obeys.
pub struct Laboratory {
    servers: Servers,
    obeying: Arc<std::sync::Mutex<Child>>,
}

/// The laboratory, as long as one is in it.
pub type Entered = OwnedMutexGuard<Option<Laboratory>>;

/// Waits until nobody else is in the laboratory. Both servers are up and well.
pub async fn enter() -> Entered {
    static LABORATORY: std::sync::OnceLock<Arc<Mutex<Option<Laboratory>>>> = std::sync::OnceLock::new();
    let mut entered = LABORATORY.get_or_init(Arc::default).clone().lock_owned().await;
    if entered.is_none() {
        *entered = Some(tokio::task::spawn_blocking(Laboratory::open).await.expect("the laboratory opens"));
    }
    let laboratory = here(&entered);
    // Whoever was here before may have failed half way.
    laboratory.order("start postgres").await;
    laboratory.order("start rabbitmq").await;
    laboratory.alarm(false).await;
    entered
}

/// Who has entered is in it.
pub fn here(entered: &Entered) -> &Laboratory {
    entered.as_ref().expect("the laboratory is open")
}

impl Laboratory {
    fn open() -> Laboratory {
        let mut child = Command::new(repository().join("tests/laboratory"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start tests/laboratory");
        let line = answer(&mut child);
        let words: Vec<&str> = line.split_whitespace().collect();
        let [amqp, database, vhost] = words[..] else { panic!("tests/laboratory said: {line}") };
        let servers = Servers { amqp: amqp.into(), database: database.into(), vhost: vhost.into() };
        Laboratory { servers, obeying: Arc::new(std::sync::Mutex::new(child)) }
    }

    /// Where its servers are.
    pub fn servers(&self) -> Servers {
        self.servers.clone()
    }

    /// `start`, `stop` or `kill`, then `postgres` or `rabbitmq`; returns when it is so.
    pub async fn order(&self, order: &str) {
        let (obeying, line) = (self.obeying.clone(), order.to_owned());
        let obeyed = tokio::task::spawn_blocking(move || {
            let mut child = obeying.lock().expect("the laboratory");
            writeln!(child.stdin.as_mut().expect("it listens"), "{line}").expect("tell the laboratory");
            answer(&mut child)
        });
        let said = obeyed.await.expect("the laboratory obeys");
        assert_eq!(said, "done", "{order}");
    }

    /// Asks the broker in its own language.
    pub async fn erlang(&self, code: &str) {
        self.order(&format!("erlang {code}")).await;
    }

    /// Sets the broker's alarm for memory, or ends it.
    pub async fn alarm(&self, is_set: bool) {
        self.erlang(match is_set {
            true => "rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []})",
            false => "rabbit_alarm:clear_alarm({resource_limit, memory, node()})",
        })
        .await;
    }

    /// Closes every connection of the broker by force.
    pub async fn close_connections(&self) {
        self.erlang("rabbit_networking:close_connections(rabbit_networking:connections(), <<\"by force\">>)").await;
    }
}

/// The next line that it says. Byte by byte would do: nothing follows an answer before the next order.
fn answer(child: &mut Child) -> String {
    let mut line = String::new();
    let said = child.stdout.as_mut().expect("it speaks");
    BufReader::with_capacity(1, said).read_line(&mut line).expect("hear the laboratory");
    line.trim_end().to_owned()
}
