//! The program `rounds`: see the module `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rounds::cli::main()
}
