//! Policies in Cedar.
