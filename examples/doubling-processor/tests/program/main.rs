//! The program as its user runs it: arguments in, lines and an exit code out.

mod alone;
mod on_a_broker;
mod support;
