//! A deck of plain colours: each line is a slide, each colour in it a page.

use reading::source::{Bounds, Face, Outline, Page, Pixels, SlideOutline, Source, SourceError};
use std::{fs, path::Path};

struct Colours {
    slides: Vec<SlideOutline>,
    pages: Vec<[u8; 3]>,
    noise: bool,
}

/// The first line may be `password`, a space and the word; `noise` is a page that is no plain one.
pub fn open(
    folder: &Path,
    password: Option<&str>,
    _: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let damaged = |_| SourceError::Damaged("there is no colours.txt".into());
    let text = fs::read_to_string(folder.join("colours.txt")).map_err(damaged)?;
    let mut slides = Vec::new();
    let mut pages = Vec::new();
    let mut noise = false;
    for line in text.lines() {
        if let Some(word) = line.strip_prefix("password ") {
            match password {
                None => return Err(SourceError::NeedsPassword),
                Some(password) if password != word => return Err(SourceError::WrongPassword),
                Some(_) => continue,
            }
        }
        let first = pages.len() as u32;
        for colour in line.split(' ') {
            noise |= colour == "noise";
            pages.push(match colour {
                "red" => [200, 0, 0],
                "green" => [0, 200, 0],
                _ => [0, 0, 200],
            });
        }
        slides.push(SlideOutline {
            pages: (first..pages.len() as u32).collect(),
            minutes: None,
        });
    }
    Ok(Box::new(Colours {
        slides,
        pages,
        noise,
    }))
}

impl Source for Colours {
    fn outline(&self) -> Outline {
        Outline {
            title: Some("Colours\u{7}".into()),
            slides: self.slides.clone(),
            warnings: Vec::new(),
            any_size: false,
        }
    }

    fn page(&mut self, index: u32, _: u32) -> Result<Page, SourceError> {
        let [red, green, blue] = self.pages[index as usize];
        let mut rgba = [red, green, blue, 255].repeat(640 * 360);
        if self.noise {
            let mut state = 1_u32;
            for byte in &mut rgba {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8 | 3;
            }
        }
        Ok(Page {
            title: None,
            text: format!("page {index}"),
            notes: None,
            notes_are_markdown: false,
            links: Vec::new(),
            face: Face::Picture(Pixels {
                width: 640,
                height: 360,
                rgba,
            }),
            warnings: Vec::new(),
        })
    }
}
