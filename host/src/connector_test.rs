//! Testing a connector without a host, a network or an EHR: in the real sandbox, with the host's
//! own rules, against answers that are given.
//!
//! | file | it |
//! | --- | --- |
//! | `drive` | polls a connector as a host would, and says all that it did |
//! | `scenario` | reads recorded exchanges, polls with them, and compares |
//! | `record` | makes such a file of a live EHR, with nothing of its patients in it |
//! | `adversity` | does to a connector what the world does, and says what it would cost |
//! | `known` | what a host knows of records, and so what it has collected |
//! | `json` | JSON as it is written |

pub mod adversity;
pub mod drive;
pub mod json;
mod known;
pub mod record;
pub mod scenario;
