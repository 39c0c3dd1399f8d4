//! machiya: a city's portal and data broker, from one folder.

use std::process::ExitCode;

/// A page is many small strings: an allocator made for that saves a noticeable part of it (docs/decisions/010).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    machiya::main()
}
