//! Bears whatever its EHR does, but for the fault that its settings name.

use guests::careful::Careful;

rounds_sdk::export!(Careful);
