//! Where the workspace is, and how cargo is called in it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The folder of the workspace's `Cargo.toml`, found upwards from the current one.
pub(crate) fn root() -> Result<PathBuf> {
    let here = env::current_dir().context("cannot read the current folder")?;
    find_root(&here)
        .with_context(|| format!("{} is not inside the Headwater workspace", here.display()))
}

/// A cargo command that runs at the root of the workspace.
pub(crate) fn cargo() -> Result<Command> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()?);
    // Set for us by `cargo run`; a test or a build that reads them would see this package's.
    for (name, _) in env::vars_os().filter(|(name, _)| is_ours(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    Ok(command)
}

fn find_root(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
}

fn is_ours(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || variable.starts_with("CARGO_MANIFEST_")
        || variable == "CARGO_PRIMARY_PACKAGE"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_found_from_any_folder_inside() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("crates/core/src");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(root.path().join("xtask")).unwrap();
        assert_eq!(find_root(&deep), None);
        std::fs::write(root.path().join("xtask/Cargo.toml"), "").unwrap();
        assert_eq!(find_root(&deep).as_deref(), Some(root.path()));
    }

    #[test]
    fn settings_of_the_user_reach_the_inner_cargo() {
        assert!(is_ours("CARGO_MANIFEST_DIR"));
        assert!(!is_ours("CARGO_TARGET_DIR"));
    }
}
