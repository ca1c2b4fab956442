//! Asks for what is later than a number, and reads where to go on from a header.

use guests::numbered::Numbered;

rounds_sdk::export!(Numbered);
