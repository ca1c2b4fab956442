//! Reads the simulated EHR, as the next release.

use guests::simulated::{Release, Simulated};

struct This;

impl Release for This {
    const VERSION: &'static str = "0.2.0";
}

type Guest = Simulated<This>;
rounds_sdk::export!(Guest);
