//! Reads the simulated EHR until it meets what it cannot bear.

use guests::simulated::{Entry, Release, Simulated};

struct This;

impl Release for This {
    const VERSION: &'static str = "0.3.0";

    fn breaks_at(entry: &Entry) -> bool {
        entry.seq % 4 == 3
    }
}

type Guest = Simulated<This>;
rounds_sdk::export!(Guest);
