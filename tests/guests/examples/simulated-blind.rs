//! Reads the simulated EHR and leaves things out, until it fails.

use guests::simulated::{Release, Simulated};

struct This;

impl Release for This {
    const VERSION: &'static str = "0.4.0";
    const IS_BLIND: bool = true;
}

type Guest = Simulated<This>;
rounds_sdk::export!(Guest);
