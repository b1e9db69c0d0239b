//! The mistakes that users meet at compile time, and what the compiler tells them.
//!
//! A changed message is looked at and then blessed with `TRYBUILD=overwrite`.

#[test]
fn mistakes_get_messages_that_name_the_way_out() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("compile_fail/*_case.rs");
}
