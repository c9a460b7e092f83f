//! Where the built browser side is: styles, scripts, icons.

use leptos::config::{Env, LeptosOptions};
use std::{
    env,
    path::{Path, PathBuf},
};

/// Cargo-leptos' name for the built files; it is in Cargo.toml too.
const OUTPUT_NAME: &str = "webslides";

/// Finds the site and says how Leptos refers to it. `None` when there is none.
pub fn find() -> Option<LeptosOptions> {
    let root = candidates()
        .into_iter()
        .find(|root| root.join("pkg").is_dir())?;
    let hash_files = hash_file().is_some_and(|file| file.exists());
    let watched = env::var_os("LEPTOS_WATCH").is_some();
    let reload_port = env::var("LEPTOS_RELOAD_PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    Some(
        LeptosOptions::builder()
            .output_name(OUTPUT_NAME)
            .site_root(root.to_string_lossy())
            .env(if watched { Env::DEV } else { Env::PROD })
            .reload_port(reload_port.unwrap_or(3001))
            .hash_files(hash_files)
            .build(),
    )
}

/// Beside the program when it is installed; in the target folder when it was just built; or where
/// cargo-leptos says.
fn candidates() -> Vec<PathBuf> {
    let said = env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
    let beside = program_folder();
    let built = beside
        .as_deref()
        .and_then(Path::parent)
        .map(|target| target.join("site"));
    said.into_iter()
        .chain(beside.map(|folder| folder.join("site")))
        .chain(built)
        .collect()
}

/// Written by a release build beside the program: the hashes in the files' names.
fn hash_file() -> Option<PathBuf> {
    Some(program_folder()?.join("hash.txt"))
}

fn program_folder() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.to_owned())
}
