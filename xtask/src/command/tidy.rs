//! `cargo xtask tidy`: the rules of this repository that rustfmt and clippy do not know.

use anyhow::{Result, bail};

use crate::tidy::{self, RULES};
use crate::workspace;

pub(crate) fn run() -> Result<()> {
    let files = tidy::files(&workspace::root()?)?;
    let complaints = tidy::check(&files);
    for complaint in &complaints {
        println!("{complaint}");
    }
    if !complaints.is_empty() {
        bail!(
            "tidy: {} of {} files break a rule",
            tidy::broken_files(&complaints),
            files.len()
        );
    }
    println!("tidy: {} files keep {} rules", files.len(), RULES.len());
    Ok(())
}
