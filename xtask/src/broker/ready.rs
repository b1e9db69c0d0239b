//! Whether a broker serves clients: it answers a metadata request and names itself in it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A metadata request, version 4 (`MetadataRequest.json` of Kafka): no topics, no topic creation, no client id.
const REQUEST: [u8; 19] = [
    0, 0, 0, 15, // length of what follows
    0, 3, // api key
    0, 4, // version
    0, 0, 0, 1, // correlation id
    0xff, 0xff, // client id: null
    0, 0, 0, 0, // no topics
    0, // no topic creation
];
/// Length, correlation id, throttle time, number of brokers: the start of the answer.
const ANSWER_BYTES: usize = 16;
const PATIENCE: Duration = Duration::from_secs(2);

/// True when the broker at `address` is registered. A port alone opens earlier, while topics cannot be created yet.
pub(super) fn answers(address: SocketAddr) -> bool {
    ask(address).is_ok_and(|answer| brokers(&answer) > 0)
}

fn ask(address: SocketAddr) -> std::io::Result<[u8; ANSWER_BYTES]> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&REQUEST)?;
    let mut answer = [0; ANSWER_BYTES];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

fn brokers(answer: &[u8; ANSWER_BYTES]) -> i32 {
    let [.., a, b, c, d] = *answer;
    i32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    use super::*;

    /// A server that reads one request and gives `answer`.
    fn served(answer: [u8; ANSWER_BYTES]) -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; REQUEST.len()];
                stream.read_exact(&mut request).unwrap();
                stream.write_all(&answer).unwrap();
            });
            answers(address)
        })
    }

    #[test]
    fn broker_that_names_itself_is_ready() {
        assert!(served([0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]));
    }

    #[test]
    fn broker_without_registration_is_not_ready() {
        assert!(!served([0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    #[test]
    fn closed_port_is_not_ready() {
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(!answers(closed));
    }

    #[test]
    fn request_announces_its_own_length() {
        assert_eq!(usize::from(REQUEST[3]), REQUEST.len() - 4);
    }
}
