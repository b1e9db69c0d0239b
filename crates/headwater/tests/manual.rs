//! Pages of `docs/` that are generated are what the code says.
//!
//! Here and not in `core`, which reads no files. `HEADWATER_BLESS=1` writes the pages anew.

use std::{env, fs};

const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");

#[test]
fn configuration_page_is_the_table_of_keys() {
    let page = headwater_core::config::manual();
    if env::var_os("HEADWATER_BLESS").is_some_and(|bless| bless == "1") {
        fs::write(CONFIGURATION, &page).unwrap();
    }
    let committed = fs::read_to_string(CONFIGURATION).unwrap_or_default();
    assert!(
        committed == page,
        "docs/configuration.md is not what the table of keys says: \
         run `HEADWATER_BLESS=1 cargo test -p headwater --test manual`"
    );
}
