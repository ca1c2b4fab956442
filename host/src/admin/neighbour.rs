//! Which user of this machine is at the other end of a loopback connection: the kernel knows.

use std::net::{IpAddr, SocketAddr};

use tokio::fs;

use super::line::Peer;

/// The user's number; `None` on other systems than Linux, or where the connection is gone.
pub(super) async fn user(peer: &Peer) -> Option<u32> {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).await.unwrap_or_default();
        if let Some(user) = find(&text, peer.address, peer.here) {
            return Some(user);
        }
    }
    None
}

/// The owner of the socket that has one address and is connected to another, in the kernel's table
/// (`man 5 proc_net`): addresses are the second and third word, the user is the eighth.
fn find(table: &str, near: SocketAddr, far: SocketAddr) -> Option<u32> {
    let (near, far) = (written(near), written(far));
    table.lines().skip(1).find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let is_it = words.next() == Some(near.as_str()) && words.next() == Some(far.as_str());
        words.nth(4).filter(|_| is_it)?.parse().ok()
    })
}

/// As the kernel writes an address: hexadecimal, in words of the machine's byte order.
fn written(address: SocketAddr) -> String {
    let word = |bytes: &[u8]| {
        let mut four = [0; 4];
        four.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        format!("{:08X}", u32::from_ne_bytes(four))
    };
    let host: String = match address.ip() {
        IpAddr::V4(ip) => word(&ip.octets()),
        IpAddr::V6(ip) => ip.octets().chunks(4).map(word).collect(),
    };
    format!("{host}:{:04X}", address.port())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
        0: 0100007F:1B9E 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 11 1\n   \
        1: 0100007F:D2F0 0100007F:1B9E 01 00000000:00000000 00:00000000 00000000  1000        0 12 1\n";

    #[test]
    #[cfg(target_endian = "little")]
    fn the_kernel_knows_the_other_end() {
        let at = |text: &str| text.parse().unwrap();
        let (near, far) = (at("127.0.0.1:54000"), at("127.0.0.1:7070"));
        assert_eq!(find(TABLE, near, far), Some(1000));
        assert_eq!(find(TABLE, far, near), Some(0));
        assert_eq!(find(TABLE, near, at("127.0.0.1:7071")), None);
        assert_eq!(written(at("[::1]:80")), "00000000000000000000000001000000:0050");
    }
}
