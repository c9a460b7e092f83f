//! Chooses the files of a folder that make the deck.

use super::{
    Found,
    below::files_below,
    ending_of, kind_of, notes_of, own_name,
    pictures::{named_in_text, shown_by},
};
use crate::importing::DeckError;
use reading::{
    kind::{Kind, PICTURES, TEXT},
    main_file::{self, MainFile},
};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// # Errors
/// When the folder can't be read, or it is not clear which file is the deck.
pub fn deck_in(folder: &Path) -> Result<Found, DeckError> {
    let unreadable = |error| DeckError::Unreadable(folder.to_owned(), error);
    let top = files_in(folder).map_err(unreadable)?;
    let of_decks = [Kind::Markdown, Kind::Pdf, Kind::Images].map(Kind::endings);
    let of_decks = of_decks.concat();
    let mut all = files_below(folder, &of_decks).map_err(unreadable)?;
    // In the folder itself, symbolic links are followed.
    let links = top.iter().filter(|file| !all.contains(file)).cloned();
    let links: Vec<_> = links.collect();
    all.extend(links);
    if all.is_empty() {
        return Err(DeckError::Empty(folder.to_owned()));
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let deck = main_file::of(&names);
    let said = main_file::left_out(&names, deck);
    let main = |at: usize| all.get(at).cloned().into_iter();
    let (kind, files) = match deck {
        MainFile::Text(at) => {
            let mut files: Vec<_> = main(at).collect();
            for (name, path) in main(at) {
                files.extend(pictures_of(&name, &path, &all).map_err(unreadable)?);
            }
            (Kind::Markdown, files)
        }
        MainFile::Pdf(at) => {
            let mut files: Vec<_> = main(at).collect();
            for (_, path) in main(at) {
                if kind_of(&path).map_err(unreadable)? != Some(Kind::Pdf) {
                    return Err(DeckError::Unknown(path));
                }
                files.extend(notes_of(&path));
            }
            (Kind::Pdf, files)
        }
        MainFile::Images => {
            let mut files = top;
            files.extend(images_below(folder).map_err(unreadable)?);
            (Kind::Images, files)
        }
        MainFile::ManyTexts => return Err(DeckError::ManyTexts(folder.to_owned())),
        MainFile::ManyPdfs(..) => return Err(DeckError::ManyPdfs(folder.to_owned())),
    };
    Ok(Found { kind, files, said })
}

/// The pictures that a text names anywhere in the given folder, by their paths from there. The text
/// `talk/slides.md` may name `../img/a.png`.
fn pictures_of(
    name: &str,
    text: &Path,
    all: &[(String, PathBuf)],
) -> io::Result<Vec<(String, PathBuf)>> {
    let pictures = all.iter().filter(|(_, path)| is_picture(path)).cloned();
    let mut pictures = named_in_text(text, pictures.collect())?;
    // Pictures below the text may be deeper than the listing from the top goes.
    if let Some((folder, _)) = name.rsplit_once('/') {
        let below = shown_by(text)?.into_iter();
        let below = below.map(|(name, path)| (format!("{folder}/{name}"), path));
        pictures.extend(below);
        pictures.sort();
        pictures.dedup();
    }
    Ok(pictures)
}

/// The images in subfolders, with their notes.
fn images_below(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let wanted: Vec<&str> = [&PICTURES[..], Kind::Markdown.endings(), &[TEXT]].concat();
    let mut files = files_below(folder, &wanted)?;
    files.retain(|(name, _)| name.contains('/'));
    let pictures = files.iter().filter(|(_, path)| is_picture(path));
    let pictures: HashSet<PathBuf> = pictures.map(|(_, path)| path.with_extension("")).collect();
    files.retain(|(_, path)| is_picture(path) || pictures.contains(&path.with_extension("")));
    Ok(files)
}

fn is_picture(path: &Path) -> bool {
    PICTURES.contains(&ending_of(path).as_str())
}

fn files_in(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = own_name(&path);
        // Hidden files are not shown.
        if !name.starts_with('.') && path.is_file() {
            files.push((name, path));
        }
    }
    // Makes the deck's hash independent of the order of the listing.
    files.sort();
    Ok(files)
}
