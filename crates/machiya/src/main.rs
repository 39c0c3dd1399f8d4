//! machiya: a city's portal and data broker, from one folder.

use std::process::ExitCode;

fn main() -> ExitCode {
    machiya::main()
}
