//! What text of others may hold where a person reads it, as on a terminal or in a log.

/// Whether a letter only shows itself: it moves no terminal, ends no line, and turns nothing
/// around that stands beside it (the bidirectional controls of Unicode, UAX #9).
pub(crate) fn is_plain(letter: char) -> bool {
    let turns = matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends_line = matches!(letter, '\u{2028}' | '\u{2029}');
    let is_tag = matches!(letter, '\u{e0000}'..='\u{e007f}');
    !(letter.is_control() || turns || ends_line || is_tag)
}

/// A text with something else in place of what is not plain.
pub(crate) fn plain(text: &str, instead: char) -> String {
    text.chars().map(|letter| if is_plain(letter) { letter } else { instead }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shows_itself_is_plain() {
        for letter in ['a', 'ß', 'م', '患', ' ', '\u{301}', '\u{200d}', '…'] {
            assert!(is_plain(letter), "{letter:?}");
        }
        for letter in ['\n', '\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{e0041}'] {
            assert!(!is_plain(letter), "{letter:?}");
        }
        assert_eq!(plain("a\u{202e}b\nc", ' '), "a b c");
    }
}
