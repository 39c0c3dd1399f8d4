//! The binary around the house: settings, the installation on disk, the HTTP server and the command line.
//!
//! `main` reads the command (`commands`), the command opens the installation (`installation`) or asks the running
//! server over its socket (`operator`), and `server` is what the world sees.

pub mod commands;
pub mod installation;
mod logging;
pub mod operator;
pub mod rooms;
pub mod server;
pub mod settings;

pub use commands::main;
