//! What the servers and the program under test use, as the kernel tells it.

use crate::Failed;
use crate::servers::Servers;
use std::fs;
use std::path::Path;

/// The processes that share the work.
pub struct Processes {
    /// Broker and cluster, where they have a part in it.
    servers: Option<(u32, u32)>,
    programs: Vec<u32>,
}

/// CPU time used so far, in seconds.
#[derive(Clone, Default)]
pub struct Used {
    /// The broker.
    pub broker: f64,
    /// The cluster, with the connections that have ended.
    pub postgres: f64,
    /// The program under test; of several, each.
    pub programs: Vec<f64>,
    /// The whole machine.
    pub machine: f64,
    /// This benchmark.
    pub bench: f64,
}

/// Ticks a second of `/proc`; the same on every Linux.
const TICKS: f64 = 100.0;

impl Processes {
    /// Finds the servers by the ports they listen on.
    ///
    /// # Errors
    /// Where they run as another user.
    pub fn find(servers: &Servers, programs: &[u32]) -> Result<Processes, Failed> {
        let servers = (listener(port(&servers.amqp)?)?, listener(port(&servers.database)?)?);
        Ok(Processes { servers: Some(servers), programs: programs.to_vec() })
    }

    /// A program that needs no server.
    pub fn alone(program: u32) -> Processes {
        Processes { servers: None, programs: vec![program] }
    }

    /// What they have used.
    ///
    /// # Errors
    /// Where one has ended.
    pub fn used(&self) -> Result<Used, Failed> {
        let all = fs::read_to_string("/proc/stat")?;
        let busy = all.lines().next().unwrap_or_default().split_whitespace().skip(1);
        let busy: Vec<f64> = busy.filter_map(|number| number.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal
        let machine: f64 = [0, 1, 2, 5, 6].iter().filter_map(|place| busy.get(*place)).sum();
        let mut used = Used { machine: machine / TICKS, bench: own(std::process::id())?, ..Used::default() };
        if let Some((broker, postgres)) = self.servers {
            used.broker = own(broker)?;
            used.postgres = with_ended_children(postgres)?;
            for child in children(postgres)? {
                used.postgres += own(child).unwrap_or_default();
            }
        }
        used.programs = self.programs.iter().map(|program| own(*program)).collect::<Result<_, _>>()?;
        Ok(used)
    }
}

/// The greatest memory that a process has held, in bytes.
///
/// # Errors
/// Where it has ended.
pub fn peak_memory(process: u32) -> Result<u64, Failed> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

fn port(url: &str) -> Result<u16, Failed> {
    let authority = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let port = authority.rsplit(':').next().unwrap_or_default();
    port.parse().map_err(|_| format!("{authority}: no port").into())
}

/// The process that listens on a port.
fn listener(port: u16) -> Result<u32, Failed> {
    let wanted = format!(":{port:04X}");
    let sockets =
        [fs::read_to_string("/proc/net/tcp")?, fs::read_to_string("/proc/net/tcp6").unwrap_or_default()].concat();
    let inode = sockets.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(3) == Some(&"0A") && fields.get(1).is_some_and(|local| local.ends_with(&wanted));
        listens.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
    });
    let inode = inode.ok_or_else(|| format!("nobody listens on port {port}"))?;
    let holds = |process: &u32| {
        let Ok(handles) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
        handles
            .filter_map(Result::ok)
            .any(|handle| fs::read_link(handle.path()).is_ok_and(|to| to == Path::new(&inode)))
    };
    let holders: Vec<u32> = processes()?.into_iter().filter(holds).collect();
    // A child that was just forked holds what its parent does.
    let is_first = |process: &&u32| parent(**process).is_ok_and(|parent| !holders.contains(&parent));
    holders
        .iter()
        .copied()
        .find(|process| is_first(&process))
        .ok_or_else(|| format!("the process on port {port} cannot be seen; run as the same user").into())
}

fn processes() -> Result<Vec<u32>, Failed> {
    Ok(fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect())
}

/// The fields of `/proc/PID/stat` after the name.
fn fields(process: u32) -> Result<Vec<f64>, Failed> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no name in stat")?;
    Ok(rest.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
}

fn sum(process: u32, places: &[usize]) -> Result<f64, Failed> {
    let fields = fields(process)?;
    Ok(places.iter().filter_map(|place| fields.get(*place)).sum::<f64>() / TICKS)
}

/// utime and stime.
fn own(process: u32) -> Result<f64, Failed> {
    sum(process, &[11, 12])
}

/// The same with that of children that have ended.
fn with_ended_children(process: u32) -> Result<f64, Failed> {
    sum(process, &[11, 12, 13, 14])
}

fn parent(process: u32) -> Result<u32, Failed> {
    Ok(fields(process)?.get(1).map_or(0, |parent| *parent as u32))
}

fn children(of: u32) -> Result<Vec<u32>, Failed> {
    Ok(processes()?.into_iter().filter(|process| parent(*process).is_ok_and(|parent| parent == of)).collect())
}
