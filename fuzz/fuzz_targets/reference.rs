#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eaid_fuzz::reference(bytes));
