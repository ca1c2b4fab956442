//! Short, stable fingerprints for memos and versions.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// A fingerprint of these parts, 16 hexadecimal digits: FNV-1a of 64 bits, after each part
/// its length, so that `["ab", "c"]` and `["a", "bc"]` differ. It never changes between
/// versions of the SDK, so a memo may hold it.
///
/// It tells two states of one record apart and nothing more: it is no secret-keeping hash,
/// and a value that one could guess (a birth date, a name) can be guessed from it.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    format!("{:016x}", hash(parts))
}

/// The number that [`fingerprint`] writes in digits: to add up where sets are compared.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    parts.into_iter().fold(OFFSET, |hash, part| {
        add(add(hash, part.as_bytes()), &(part.len() as u64).to_le_bytes())
    })
}

fn add(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_published_function() {
        // The FNV-1a test vector of "foobar".
        assert_eq!(add(OFFSET, b"foobar"), 0x85944171f73967e8);
    }

    #[test]
    fn keeps_parts_apart_and_stays_the_same() {
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
        assert_eq!(fingerprint([]), "cbf29ce484222325");
    }
}
