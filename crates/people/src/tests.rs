//! The room's rules, tried from all sides.
