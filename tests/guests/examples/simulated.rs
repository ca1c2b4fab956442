//! Reads the simulated EHR.

use guests::simulated::{Release, Simulated};

struct This;

impl Release for This {
    const VERSION: &'static str = "0.1.0";
}

type Guest = Simulated<This>;
rounds_sdk::export!(Guest);
