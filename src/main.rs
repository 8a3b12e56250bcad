//! eaid
fn main() {}
