//! eaid
