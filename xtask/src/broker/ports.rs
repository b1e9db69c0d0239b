//! Free ports that stay free while the broker is down.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use anyhow::{Context, Result, bail};

use super::config::Ports;

/// Below the ports that operating systems give to outgoing connections. A broker that restarts on such a port can find
/// it taken by one of its own clients, even connected to itself.
const CANDIDATES: Range<u16> = 20_000..30_000;

/// The ports of a broker: as asked for, as in the last run on the same data, else any free ones.
pub(super) fn choose(client: Option<u16>, last: Option<Ports>) -> Result<Ports> {
    if let Some(port) = client
        && !is_free(port)
    {
        bail!("port {port} is taken; choose another with --port, or leave it out");
    }
    // The controller's port is part of the quorum that the data remember.
    if let Some(last) = last {
        let ports = Ports {
            client: client.unwrap_or(last.client),
            controller: last.controller,
        };
        for port in [ports.client, ports.controller] {
            if !is_free(port) {
                bail!(
                    "port {port} is taken, and these data belong to a broker on it; is that broker still running?"
                );
            }
        }
        return Ok(ports);
    }
    let mut free = shuffled().filter(|port| Some(*port) != client && is_free(*port));
    let mut next = || free.next().context("no free port between 20000 and 30000");
    Ok(Ports {
        client: client.map_or_else(&mut next, Ok)?,
        controller: next()?,
    })
}

/// All candidates, from a random one on: two runs that start together should not meet.
fn shuffled() -> impl Iterator<Item = u16> {
    let start = u16::try_from(RandomState::new().hash_one(()) % CANDIDATES.len() as u64)
        .unwrap_or_default();
    let middle = CANDIDATES.start + start;
    (middle..CANDIDATES.end).chain(CANDIDATES.start..middle)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ_and_can_be_bound() {
        let ports = choose(None, None).unwrap();
        assert_ne!(ports.client, ports.controller);
        assert!(CANDIDATES.contains(&ports.client) && CANDIDATES.contains(&ports.controller));
        assert!(is_free(ports.client) && is_free(ports.controller));
    }

    #[test]
    fn taken_port_is_refused_by_name() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = choose(Some(port), None).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()), "{error}");
    }

    #[test]
    fn second_run_on_the_same_data_keeps_the_ports() {
        let last = choose(None, None).unwrap();
        assert_eq!(choose(None, Some(last)).unwrap(), last);
    }

    #[test]
    fn every_candidate_is_tried_once() {
        let mut all: Vec<u16> = shuffled().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(CANDIDATES));
    }
}
