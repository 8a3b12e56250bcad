//! sqlx 0.9.0 leaves Nagle's algorithm on (transact-rs/sqlx#4335): what is written twice before an answer is read,
//! as COPY is, then stalls for 40 ms. Until a release mends that, the option is set here from outside.

/// Sets TCP_NODELAY on this process's connections to a port; says whether that could be done.
#[cfg(target_os = "linux")]
pub(super) fn hurry(port: u16) -> bool {
    linux::hurry(port).is_ok()
}

/// Elsewhere nothing is done.
#[cfg(not(target_os = "linux"))]
pub(super) fn hurry(_port: u16) -> bool {
    false
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::net::{getpeername, sockopt};
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    use std::io;
    use std::net::SocketAddr;

    pub(super) fn hurry(port: u16) -> io::Result<()> {
        let process = pidfd_open(getpid(), PidfdFlags::empty())?;
        let mut found = false;
        for entry in std::fs::read_dir("/proc/self/fd")? {
            let entry = entry?;
            let is_socket =
                std::fs::read_link(entry.path()).is_ok_and(|link| link.to_string_lossy().starts_with("socket:"));
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let Some(number) = number.filter(|_| is_socket) else { continue };
            // A second descriptor of the same socket; what is set on one holds for both.
            let Ok(socket) = pidfd_getfd(&process, number, PidfdGetfdFlags::empty()) else { continue };
            let peer = getpeername(&socket).ok().flatten().and_then(|peer| SocketAddr::try_from(peer).ok());
            if peer.is_some_and(|peer| peer.port() == port) {
                sockopt::set_tcp_nodelay(&socket, true)?;
                found = true;
            }
        }
        if found { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}
