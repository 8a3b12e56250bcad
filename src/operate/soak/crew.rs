//! The daemons of a soak: processes of this very program, on the configured broker and database by way of proxies.

use super::proxy::Proxy;
use crate::config::Config;
use crate::fault::Fault;
use secrecy::ExposeSecret;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// How long a daemon may take to stop in order.
const STOPS: Duration = Duration::from_secs(60);

/// Daemons, and the network between them and their servers.
pub(super) struct Crew {
    pub(super) broker: Option<Proxy>,
    pub(super) database: Option<Proxy>,
    file: Option<PathBuf>,
    urls: Vec<(&'static str, String)>,
    /// Where each says what it says.
    pub(super) logs: PathBuf,
    daemons: Vec<Child>,
}

impl Crew {
    /// Starts so many daemons. `file` is the configuration that was given by name.
    pub(super) async fn start(config: &Config, file: Option<&Path>, size: usize) -> Result<Crew, Fault> {
        let logs = std::env::temp_dir().join(format!("eaid-soak-{}", std::process::id()));
        std::fs::create_dir_all(&logs).map_err(failed)?;
        let (broker, amqp) = by_way_of_proxy(config.amqp.url.expose_secret(), 5672).await?;
        let url = config.database_url();
        let (database, store) = match url.starts_with("postgres") {
            true => by_way_of_proxy(url, 5432).await.map(|(proxy, url)| (Some(proxy), url))?,
            false => (None, url.to_owned()),
        };
        let urls = vec![("EAID_AMQP__URL", amqp), ("EAID_DATABASE__URL", store)];
        let file = file.map(Path::to_owned);
        let mut crew = Crew { broker: Some(broker), database, file, urls, logs, daemons: Vec::new() };
        for place in 0..size {
            let daemon = crew.daemon(place)?;
            crew.daemons.push(daemon);
        }
        Ok(crew)
    }

    fn daemon(&self, place: usize) -> Result<Child, Fault> {
        let path = self.logs.join(format!("daemon-{}.log", place + 1));
        let log = File::options().create(true).append(true).open(path).map_err(failed)?;
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.arg("run").envs(self.urls.iter().cloned());
        if let Some(file) = &self.file {
            command.arg("--config").arg(file);
        }
        command.envs([("EAID_HTTP__ENABLED", "false"), ("EAID_SPOOL__ENABLED", "false")]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        command.spawn().map_err(failed)
    }

    pub(super) fn size(&self) -> usize {
        self.daemons.len()
    }

    /// Kills a daemon as a power cut would, and starts another in its place.
    pub(super) async fn kill(&mut self, place: usize) -> Result<(), Fault> {
        self.daemons[place].kill().await.map_err(failed)?;
        self.daemons[place] = self.daemon(place)?;
        Ok(())
    }

    /// Stops a daemon in order, and starts another in its place.
    pub(super) async fn stop(&mut self, place: usize) -> Result<(), Fault> {
        let next = self.daemon(place)?;
        end(std::mem::replace(&mut self.daemons[place], next), &self.logs).await
    }

    /// Stops all of them in order.
    pub(super) async fn end(mut self) -> Result<(), Fault> {
        for child in self.daemons.drain(..) {
            end(child, &self.logs).await?;
        }
        Ok(())
    }
}

/// Ends a daemon by SIGTERM: it must end in time, with exit code 0. One that has only just begun does not listen yet,
/// and ends by the signal itself.
async fn end(mut child: Child, logs: &Path) -> Result<(), Fault> {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    let told = id.map(|id| rustix::process::kill_process(id, rustix::process::Signal::TERM));
    let ended = tokio::time::timeout(STOPS, child.wait()).await;
    match (told, ended) {
        (Some(Ok(())), Ok(Ok(end))) if end.success() || end.code().is_none() => Ok(()),
        (_, ended) => Err(Fault::Bus(format!("um daemon não parou em ordem ({ended:?}); veja {}", logs.display()))),
    }
}

/// A proxy before the server of an address, and the address by way of it.
async fn by_way_of_proxy(url: &str, port: u16) -> Result<(Proxy, String), Fault> {
    let (server, place) = server(url, port).ok_or_else(|| Fault::Bus("endereço sem servidor".to_owned()))?;
    let proxy = Proxy::before(&server).await.map_err(failed)?;
    let mut through = url.trim().to_owned();
    through.replace_range(place, &proxy.address());
    Ok((proxy, through))
}

/// The server that an address names, `host:port`, and where it stands there.
fn server(url: &str, port: u16) -> Option<(String, std::ops::Range<usize>)> {
    let url = url.trim();
    let begin = url.find("://")? + 3;
    let end = url[begin..].find(['/', '?']).map_or(url.len(), |at| begin + at);
    let begin = url[begin..end].rfind('@').map_or(begin, |at| begin + at + 1);
    let server = &url[begin..end];
    let server = if server.contains(':') { server.to_owned() } else { format!("{server}:{port}") };
    (!server.starts_with(':')).then_some((server, begin..end))
}

fn failed(error: std::io::Error) -> Fault {
    Fault::Bus(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_of_an_address() {
        let of = |url| server(url, 5672).map(|(server, place)| (server, url[place].to_owned()));
        let found = |server: &str, part: &str| Some((server.to_owned(), part.to_owned()));
        assert_eq!(of("amqp://u:p@mq.loja:5673/eai?heartbeat=7"), found("mq.loja:5673", "mq.loja:5673"));
        assert_eq!(of("amqp://mq.loja/%2f"), found("mq.loja:5672", "mq.loja"));
        assert_eq!(of("postgres://u:p%40@db"), found("db:5672", "db"));
        assert_eq!(of("sqlite"), None);
    }
}
