//! Sizes as people write them: `16KiB`, `128MiB`, `1GiB`, or plain bytes.

/// Units by name, the largest first.
const UNITS: [(&str, usize); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Why a text is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is a whole number with a unit, as `512B`, `16KiB`, `128MiB` or `1GiB`")]
pub struct Error;

/// Reads a size, in bytes.
///
/// # Errors
/// Where it isn't a whole number with one of these units, or doesn't fit.
pub fn parse(text: &str) -> Result<usize, Error> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or(Error)?;
    let number: usize = number.parse().map_err(|_| Error)?;
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit.trim_start()).ok_or(Error)?;
    number.checked_mul(*bytes).ok_or(Error)
}

/// Writes a size in the largest unit that is exact.
pub fn show(bytes: usize) -> String {
    UNITS
        .iter()
        .find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or_else(|| format!("{bytes}B"), |(name, unit)| format!("{}{name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_reads_and_shows() {
        for (text, bytes, shown) in [
            ("0B", 0, "0B"),
            ("16KiB", 16 << 10, "16KiB"),
            ("128 MiB", 128 << 20, "128MiB"),
            ("1536KiB", 1536 << 10, "1536KiB"),
            ("1024MiB", 1 << 30, "1GiB"),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
            assert_eq!(show(bytes), shown);
        }
        for text in ["", "12", "MiB", "1.5MiB", "1MB", "-1B", "99999999999999999999B", "ä"] {
            assert_eq!(parse(text), Err(Error), "{text}");
        }
    }
}
