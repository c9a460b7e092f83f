//! What lies in a folder and below it, looked at by its name only.

use super::{ending_of, own_name};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// How deep below a Markdown file its pictures may lie.
const MAX_DEPTH: usize = 4;

/// Somebody's home is no folder of slides: what is left of it is not looked at.
const MOST_LOOKED_AT: usize = 100_000;

/// Of programs that a project uses. None is its own, and a large part of them is Markdown.
const OTHERS: &str = "node_modules";

/// Files with one of these endings in the folder and below, by their path from there. A folder below
/// that can't be read is passed over: what it may hold is missed where it is shown.
pub fn files_below(folder: &Path, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new(), 0)];
    let mut looked_at = 0_usize;
    while let Some((folder, prefix, depth)) = folders.pop() {
        let entries = match fs::read_dir(folder) {
            Err(_) if depth > 0 => continue,
            entries => entries?,
        };
        for entry in entries {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT {
                break;
            }
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = format!("{prefix}{}", own_name(&path));
            if own_name(&path).starts_with('.') {
                continue;
            }
            if kind.is_dir() && depth < MAX_DEPTH && own_name(&path) != OTHERS {
                folders.push((path, format!("{name}/"), depth + 1));
            } else if kind.is_file() && endings.contains(&ending_of(&path).as_str()) {
                files.push((name, path));
            }
        }
    }
    files.sort();
    Ok(files)
}
