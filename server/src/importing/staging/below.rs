//! Lists files in a folder and below it, by their names only.

use super::{ending_of, own_name};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// How deep below a Markdown file its pictures may lie.
const MAX_DEPTH: usize = 4;

/// The most entries that are listed, in case that the folder is somebody's home.
const MOST_LOOKED_AT: usize = 100_000;

/// A folder of third-party packages, with many Markdown files.
const OTHERS: &str = "node_modules";

/// Files with one of these endings in the folder and below, by their paths from there. Folders that can't
/// be read are skipped; a picture in one is reported as missing by the slide that shows it.
pub fn files_below(folder: &Path, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    below(folder, |path| endings.contains(&ending_of(path).as_str()))
}

/// All files in the folder and below.
///
/// # Errors
/// When the folder itself can't be read.
pub fn all_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = below(folder, |_| true)?.into_iter();
    Ok(files.map(|(_, path)| path).collect())
}

fn below(folder: &Path, is_wanted: impl Fn(&Path) -> bool) -> io::Result<Vec<(String, PathBuf)>> {
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
            } else if kind.is_file() && is_wanted(&path) {
                files.push((name, path));
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    #[test]
    fn a_folder_that_can_not_be_read_costs_what_is_in_it_and_no_more() {
        let place = tempfile::TempDir::new().expect("a folder");
        for folder in ["closed", "open", "node_modules"] {
            let folder = place.path().join(folder);
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("a.png"), "").expect("a file");
        }
        let closed = place.path().join("closed");
        fs::set_permissions(&closed, Permissions::from_mode(0o000)).expect("it is closed");
        // Root can read everything.
        let is_closed = fs::read_dir(&closed).is_err();
        let found = files_below(place.path(), &["png"]).expect("it is read");
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).expect("it is opened");
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        if is_closed {
            assert_eq!(names, ["open/a.png"]);
        } else {
            assert_eq!(names, ["closed/a.png", "open/a.png"]);
        }
    }
}
