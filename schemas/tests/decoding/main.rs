//! What holds for every body whatever it is: no bytes stop the decoders, what we write is read back, and what is
//! wrong is found where it is, all of it.

#![allow(clippy::expect_used)]

mod anything;
mod bytes;
mod corpus;
mod messages;
mod planted;
mod written;
