//! Tells what it was shown, wherever it has a say.

use guests::gossip::{Edition, Gossip};

struct This;

impl Edition for This {
    const VERSION: &'static str = "0.1.0";
}

type Guest = Gossip<This>;
rounds_sdk::export!(Guest);
