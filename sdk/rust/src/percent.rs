//! Percent-encoding of what goes into a path or a query.

/// One segment of a path or one value of a query, percent-encoded: letters, digits and
/// `-._~:,@$` stay, as all of them may stand in either.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    push(&mut encoded, text);
    encoded
}

/// Appends `text` to `target`, encoded.
pub(crate) fn push(target: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:,@$".contains(&byte) {
            target.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
            target.push('%');
            target.extend(digits.into_iter().flatten().map(|digit| digit.to_ascii_uppercase()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_would_change_the_meaning() {
        for (text, encoded) in [
            ("2026-05-05T10:00:00.5+02:00", "2026-05-05T10:00:00.5%2B02:00"),
            ("a b&c=d#e?f/g%", "a%20b%26c%3Dd%23e%3Ff%2Fg%25"),
            ("Ünal", "%C3%9Cnal"),
        ] {
            assert_eq!(encode(text), encoded);
        }
    }
}
