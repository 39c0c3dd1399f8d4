//! Law 4: an action without tests of refused access is not finished.
