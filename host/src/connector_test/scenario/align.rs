//! Two lists side by side.

/// What both have, in their order, and what only one has between.
pub(super) fn align(left: &[String], right: &[String]) -> Vec<(Option<usize>, Option<usize>)> {
    let lengths = common(left, right);
    let length =
        |i: usize, j: usize| lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < left.len() || j < right.len() {
        let both = left.get(i).zip(right.get(j));
        if both.is_some_and(|(left, right)| left == right) {
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if i < left.len() && (j >= right.len() || length(i + 1, j) >= length(i, j + 1)) {
            pairs.push((Some(i), None));
            i += 1;
        } else {
            pairs.push((None, Some(j)));
            j += 1;
        }
    }
    pairs
}

/// The longest common subsequence's length, from each pair of places to the ends.
fn common(left: &[String], right: &[String]) -> Vec<Vec<u32>> {
    let mut below = vec![0; right.len() + 1];
    let mut lengths = vec![below.clone()];
    for item in left.iter().rev() {
        let mut row = vec![0; right.len() + 1];
        for (at, other) in right.iter().enumerate().rev() {
            let value = if item == other {
                below.get(at + 1).copied().unwrap_or(0) + 1
            } else {
                let (down, across) = (below.get(at).copied(), row.get(at + 1).copied());
                down.max(across).unwrap_or(0)
            };
            if let Some(cell) = row.get_mut(at) {
                *cell = value;
            }
        }
        below.clone_from(&row);
        lengths.push(row);
    }
    lengths.reverse();
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_aligned_by_what_they_share() {
        let names = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let shown = |left: &str, right: &str| {
            let (left, right) = (names(left), names(right));
            let pairs = align(&left, &right).into_iter().map(|pair| match pair {
                (Some(_), Some(_)) => '=',
                (Some(_), None) => '-',
                (None, _) => '+',
            });
            pairs.collect::<String>()
        };
        for (left, right, expected) in [
            ("", "", ""),
            ("abc", "abc", "==="),
            ("abc", "ac", "=-="),
            ("ac", "abc", "=+="),
            ("ab", "cd", "--++"),
            ("abcd", "bcda", "-===+"),
        ] {
            assert_eq!(shown(left, right), expected, "{left} {right}");
        }
    }
}
