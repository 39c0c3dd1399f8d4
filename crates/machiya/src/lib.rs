//! The binary around the house: settings, the installation on disk, the HTTP server and the command line.

pub mod server;
pub mod settings;
