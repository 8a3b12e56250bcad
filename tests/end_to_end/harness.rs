//! One site for each test: a database, a transport, a configuration and the daemon over them.
//!
//! A test ends with [`Site::close`], which stops the daemon and closes the account: no message is
//! unsettled, none is unanswered, none was answered twice, nothing waits in a queue. A test that
//! forgets it fails.

use serde_json::Value;
use std::path::Path;
use std::process::ExitStatus;
use tempfile::TempDir;

use crate::answers::{our_id, reasons, status};
use crate::clock::Clock;
use crate::http::Client;
use crate::mailbox::QUEUE;
use crate::messages::uuid;
use crate::omni::{Omni, Out};
use crate::process::{Daemon, Said, Surroundings, repository};
use crate::rows::Rows;
use crate::servers::{self, Servers, host_and_port};
use crate::wait::{until, until_or};
use eaid::operate::soak::proxy::Proxy;
use std::sync::Arc;

/// Where a site stands.
#[derive(Clone, Copy, PartialEq)]
pub enum Engine {
    /// RabbitMQ and PostgreSQL.
    Production,
    /// SQLite and the spool, which need no server.
    Embedded,
}

/// The network between eaid and its servers.
pub struct Network {
    /// On the way to RabbitMQ.
    pub broker: Proxy,
    /// On the way to PostgreSQL.
    pub database: Proxy,
}

/// A running eaid, with its partner and its database in reach.
pub struct Site {
    /// The partner.
    pub omni: Arc<Omni>,
    /// The database.
    pub rows: Rows,
    /// The HTTP side.
    pub http: Client,
    /// The name of its database on PostgreSQL.
    pub database: String,
    network: Option<Network>,
    surroundings: Surroundings,
    folder: TempDir,
    servers: Servers,
    vhost: Option<String>,
    daemon: Option<Daemon>,
    closed: bool,
}

/// A further daemon on the queues and the database of a site.
pub struct Companion {
    daemon: Daemon,
    http: Client,
}

impl Companion {
    /// Whether it has taken a message yet.
    pub async fn has_taken(&self) -> bool {
        self.counted("eaid_amqp_delivered_total").await > 0.0
    }

    /// What a counter of its metrics says, whatever its labels.
    pub async fn counted(&self, name: &str) -> f64 {
        counted(&self.http.get("/metrics").await.text, name)
    }

    /// Kills it as a power cut would.
    pub async fn kill(self) {
        self.daemon.kill().await;
    }

    /// Stops it in good order.
    pub async fn stop(self) {
        let end = self.daemon.stop().await;
        assert!(end.success(), "after SIGTERM a companion ended with {end}");
    }
}

impl Site {
    /// A site with the shipped configuration.
    pub async fn on(engine: Engine, name: &str) -> Site {
        Site::with(engine, name, "").await
    }

    /// A site with more configuration, in TOML.
    pub async fn with(engine: Engine, name: &str, configuration: &str) -> Site {
        let mut site = Site::prepare(engine, servers::shared(), false, name, configuration).await;
        site.start().await;
        site
    }

    /// A site on RabbitMQ and PostgreSQL whose daemons reach them through a network that can fail.
    pub async fn behind_network(servers: Servers, name: &str, configuration: &str) -> Site {
        let mut site = Site::prepare(Engine::Production, servers, true, name, configuration).await;
        site.start().await;
        site
    }

    /// A site whose daemon was not started yet.
    pub async fn prepare(engine: Engine, servers: Servers, has_network: bool, name: &str, configuration: &str) -> Site {
        let name = servers::unique(name);
        let folder = tempfile::Builder::new().prefix(&name).tempdir().expect("a folder");
        std::fs::write(folder.path().join("eaid.toml"), configuration).expect("write eaid.toml");
        let port = servers::port();
        let mut settings = vec![("EAID_HTTP__LISTEN", format!("127.0.0.1:{port}"))];
        copy(&repository().join("config"), &folder.path().join("config"));
        let (mut vhost, mut network) = (None, None);
        let (omni, rows) = match engine {
            Engine::Production => {
                let (mut amqp, mut database) = (servers.vhost(&name).await, servers.database(&name).await);
                vhost = Some(name.clone());
                let sides = (Omni::on_amqp(&amqp).await, Rows::postgres(&database).await);
                if has_network {
                    let before = async |url: &mut String| {
                        let server = host_and_port(url).to_owned();
                        let proxy = Proxy::before(&server).await.expect("a proxy listens");
                        *url = url.replace(&server, &proxy.address());
                        proxy
                    };
                    network = Some(Network { broker: before(&mut amqp).await, database: before(&mut database).await });
                }
                settings.push(("EAID_DATABASE__URL", database));
                settings.push(("EAID_AMQP__ENABLED", "true".into()));
                settings.push(("EAID_AMQP__URL", amqp));
                settings.push(("EAID_SPOOL__ENABLED", "false".into()));
                sides
            }
            // Relative, as the shipped default: the folder is the working directory.
            Engine::Embedded => {
                settings.push(("EAID_DATABASE__URL", "sqlite://eaid.db".into()));
                let file = folder.path().join("eaid.db");
                (Omni::on_spool(folder.path()), Rows::sqlite(&file))
            }
        };
        let surroundings = Surroundings { folder: folder.path().into(), settings };
        surroundings.run(&["migrate", "--config", "eaid.toml"]).await.ends(0);
        surroundings.run(&["depara", "import", "config/demo/depara.csv", "--config", "eaid.toml"]).await.ends(0);
        let http = Client { port, token: None };
        Site {
            omni: Arc::new(omni),
            rows,
            http,
            database: name,
            network,
            surroundings,
            folder,
            servers,
            vhost,
            daemon: None,
            closed: false,
        }
    }

    /// The network between the daemons and their servers.
    pub fn network(&self) -> &Network {
        self.network.as_ref().expect("the site is behind a network")
    }

    /// The servers that it stands on.
    pub fn servers(&self) -> &Servers {
        &self.servers
    }

    /// Changes what the next daemon finds in its environment.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.surroundings.settings.retain(|(known, _)| *known != name);
        self.surroundings.settings.push((name, value.to_owned()));
    }

    /// What a daemon finds in its environment.
    pub fn setting(&self, name: &str) -> String {
        let found = self.surroundings.settings.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A further daemon, on the same queues and database. It says what it says in the same log.
    pub async fn companion(&self) -> Companion {
        self.companion_on("eai.in").await
    }

    /// A further daemon on the same database, on a queue of its own.
    pub async fn companion_on(&self, queue: &str) -> Companion {
        self.companion_with(vec![("EAID_AMQP__QUEUE_IN", queue.to_owned())]).await
    }

    /// A further daemon, on a host that goes by another clock.
    pub async fn companion_by(&self, clock: &Clock) -> Companion {
        self.companion_with(clock.environment().into()).await
    }

    async fn companion_with(&self, mut more: Vec<(&'static str, String)>) -> Companion {
        let http = Client { port: servers::port(), token: None };
        more.push(("EAID_HTTP__LISTEN", format!("127.0.0.1:{}", http.port)));
        let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut daemon = self.surroundings.start(&["run", "--config", "eaid.toml"], &more);
        ready(&mut daemon, &http, self.folder.path()).await;
        Companion { daemon, http }
    }

    /// What the daemon said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("eaid.log")).unwrap_or_default()
    }

    /// Waits until `/readyz` says that one thing is at work, or that it is not; gives what it says of it.
    pub async fn until_check(&self, name: &str, is_ok: bool) -> Value {
        let what = format!("{name} to be {} in /readyz", if is_ok { "at work" } else { "not at work" });
        until(&what, async || {
            let reply = self.http.ask("GET", "/readyz", None).await.ok()?.json();
            let check = reply["checks"][name].clone();
            (check["ok"] == is_ok).then_some(check)
        })
        .await
    }

    /// Runs a verb on this site.
    pub async fn eaid(&self, arguments: &[&str]) -> Said {
        let mut all = arguments.to_vec();
        all.extend(["--config", "eaid.toml"]);
        self.surroundings.run(&all).await
    }

    /// Runs a verb with a text on its standard input.
    pub async fn eaid_on(&self, arguments: &[&str], input: &str) -> Said {
        self.surroundings.run_on(&[arguments, &["--config", "eaid.toml"]].concat(), input).await
    }

    /// Runs a verb with more in its environment.
    pub async fn eaid_with(&self, environment: &[(&'static str, &str)], verb: &[&str]) -> Said {
        let mut surroundings = self.surroundings.clone();
        let more = environment.iter().map(|(name, value)| (*name, (*value).to_owned()));
        surroundings.settings.extend(more);
        surroundings.run(&[verb, &["--config", "eaid.toml"]].concat()).await
    }

    /// The folder in which the daemon runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sends a message and waits for its Response.
    pub async fn answer(&self, message: &Value) -> Value {
        self.omni.send(message).await;
        self.response(&uuid(message)).await
    }

    /// Waits for the Response to a message that was sent before.
    pub async fn response(&self, uuid: &str) -> Value {
        let state = async || self.state_of(uuid).await;
        until_or(&format!("the Response to {uuid}"), async || self.omni.responses(uuid).pop(), state).await
    }

    /// Where a message is, for whoever reads of a failure and cannot look any more.
    async fn state_of(&self, uuid: &str) -> String {
        let mut state = format!("\n{}", self.omni.queues().await);
        for verb in [&["messages", "show", uuid][..], &["status"]] {
            let Said { out, err, .. } = self.eaid(verb).await;
            state.push_str(&format!("--- eaid {}\n{out}{err}\n", verb.join(" ")));
        }
        state
    }

    /// Sends a message that must succeed; gives our id of it.
    pub async fn ok(&self, message: &Value) -> String {
        let id = our_id(&self.answer(message).await);
        assert!(!id.is_empty(), "a Response that is OK carries our id");
        id
    }

    /// Sends a message that must be refused; gives code and path of every reason.
    pub async fn refused(&self, message: &Value) -> Vec<(String, String)> {
        let answer = self.answer(message).await;
        assert_eq!(status(&answer), "ERROR", "{answer:#}");
        reasons(&answer)
    }

    /// Waits until a message is parked.
    pub async fn waits(&self, message: &Value) {
        let condition = format!("xx3_uuid = '{}'", uuid(message));
        self.rows.becomes("xx3", "xx3_status", &condition, "waiting").await;
    }

    /// The most memory that the daemon ever held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.daemon.as_ref().expect("the daemon runs").peak_memory()
    }

    /// Sends the daemon a signal by its name.
    pub async fn signal(&mut self, name: &str) {
        self.daemon.as_mut().expect("the daemon runs").signal(name).await;
    }

    /// Stops the daemon in good order.
    pub async fn stop(&mut self) {
        let daemon = self.daemon.take().expect("the daemon runs");
        let end = daemon.stop().await;
        assert!(end.success(), "after SIGTERM the daemon ended with {end}");
    }

    /// Kills the daemon as a power cut would.
    pub async fn kill(&mut self) {
        self.daemon.take().expect("the daemon runs").kill().await;
    }

    /// Starts the daemon so that it dies at a crash point, and waits for its end. It may well reach
    /// the point before it is ready, so nobody waits for that.
    pub async fn dies_at(&mut self, point: &str) -> ExitStatus {
        assert!(self.daemon.is_none(), "the daemon runs already");
        self.surroundings.start(&["run", "--config", "eaid.toml"], &[("EAID_CRASH_AT", point)]).end().await
    }

    /// Starts the daemon and waits until it can work.
    pub async fn start(&mut self) {
        self.begin();
        let daemon = self.daemon.as_mut().expect("it was started");
        ready(daemon, &self.http, self.folder.path()).await;
    }

    /// Starts the daemon, whether it can work or not.
    pub fn begin(&mut self) {
        assert!(self.daemon.is_none(), "the daemon runs already");
        self.daemon = Some(self.surroundings.start(&["run", "--config", "eaid.toml"], &[]));
    }

    /// Whether the daemon has ended.
    pub fn has_ended(&mut self) -> bool {
        self.daemon.as_mut().is_some_and(|daemon| daemon.ended().is_some())
    }

    /// Waits for an end of the daemon that nobody asked for.
    pub async fn ended(&mut self) -> ExitStatus {
        self.daemon.take().expect("the daemon runs").end().await
    }

    /// Waits until the daemon has taken all there is, has settled it, and has noted what it sent:
    /// after an orderly stop it will find nothing to do again.
    pub async fn settled(&self) {
        let unsettled = "xx3_status not in ('answered', 'refused', 'superseded', 'unreadable', \
                         'noted', 'discarded', 'waiting')";
        until("everything to be settled", async || {
            let done = self.omni.left().await == 0
                && self.in_hand().await == 0.0
                && self.rows.count("xx3", unsettled).await == 0;
            done.then_some(())
        })
        .await;
    }

    /// What a counter of the daemon's metrics says, whatever its labels.
    pub async fn counted(&self, name: &str) -> f64 {
        counted(&self.http.get("/metrics").await.text, name)
    }

    /// Deliveries that the daemon has not acknowledged, as its metrics tell; the broker does not.
    async fn in_hand(&self) -> f64 {
        match self.vhost {
            Some(_) => in_hand(&self.http).await,
            None => 0.0,
        }
    }

    /// Ends the test: everything must be settled and answered.
    pub async fn close(self) -> Vec<Out> {
        self.close_with(0, 0).await
    }

    /// Ends a test whose account somebody else has closed.
    pub async fn abandon(mut self) {
        assert!(self.daemon.is_none(), "the daemon runs");
        if let Some(name) = &self.vhost {
            self.servers.delete_vhost(name).await;
        }
        self.closed = true;
    }

    /// Ends a test in which this many messages still wait, and this many answers were repaired.
    pub async fn close_with(mut self, waiting: usize, repaired: usize) -> Vec<Out> {
        self.settled().await;
        let parked = self.rows.count("xx3", "xx3_status = 'waiting'").await;
        assert_eq!(parked, waiting as i64, "messages that wait");
        self.stop().await;
        // After the daemon has gone, what it had taken and not settled would be back here.
        assert_eq!(self.omni.left().await, 0, "messages left");
        self.omni.drain().await;
        self.omni.balance(waiting, repaired);
        let received = self.omni.received();
        if let Some(name) = &self.vhost {
            assert_eq!(self.omni.mailbox().waiting_in(QUEUE).await, Some(0), "left in {QUEUE}");
            self.servers.delete_vhost(name).await;
        }
        self.closed = true;
        received
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("eaid.log"));
            let log = log.unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(60)..];
            eprintln!("--- the end of the daemon's log\n{}\n---", last.join("\n"));
        } else {
            assert!(self.closed, "a test ends with Site::close, which looks for what was lost");
        }
    }
}

/// Copies a folder: a test may change its registrations and tables.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("make a folder");
    for entry in std::fs::read_dir(from).expect("read the shipped configuration") {
        let entry = entry.expect("read the shipped configuration");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copy a shipped file");
        }
    }
}

/// Deliveries that a daemon has taken, and neither acknowledged nor lost with their channel.
async fn in_hand(http: &Client) -> f64 {
    let metrics = http.get("/metrics").await.text;
    let sum = |name: &str| counted(&metrics, name);
    sum("eaid_amqp_delivered_total") - sum("eaid_amqp_acknowledged_total") - sum("eaid_amqp_acknowledgements_lost")
}

/// The sum of a counter over its labels.
fn counted(metrics: &str, name: &str) -> f64 {
    let lines = metrics.lines().filter(|line| line.starts_with(name));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

async fn ready(daemon: &mut Daemon, http: &Client, folder: &Path) {
    until("the daemon to be ready", async || {
        if let Some(end) = daemon.ended() {
            let log = std::fs::read_to_string(folder.join("eaid.log")).unwrap_or_default();
            panic!("the daemon ended with {end} before it was ready:\n{log}");
        }
        let reply = http.ask("GET", "/readyz", None).await.ok()?;
        (reply.status == 200).then_some(())
    })
    .await;
}
