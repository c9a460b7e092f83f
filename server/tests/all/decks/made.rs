//! Decks that are made here: good ones, and ones that are up to something.

use image::{ImageFormat, RgbImage};
use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A PDF with a page for each content.
pub fn pdf(catalog: &str, pages: &[String]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|at| format!("{} 0 R ", 4 + 2 * at))
        .collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len()),
        "<< /Title (Of made things) >>".to_owned(),
    ];
    for page in pages {
        let content = objects.len() + 2;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 640 360] /Contents {content} 0 R \
             /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> \
             >> >>"
        ));
        let length = page.len();
        objects.push(format!("<< /Length {length} >>\nstream\n{page}\nendstream"));
    }
    let mut text = "%PDF-1.7\n".to_owned();
    let mut table = String::from("0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", text.len()).expect("a string");
        write!(text, "{number} 0 obj\n{object}\nendobj\n").expect("a string");
    }
    let (start, size) = (text.len(), objects.len() + 1);
    write!(
        text,
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\n\
         startxref\n{start}\n%%EOF\n"
    )
    .expect("a string");
    text.into_bytes()
}

/// A PDF whose pages from the second on draw a thing that draws ten that draw ten, and so on, but
/// for the last one.
pub fn laughing(pages: usize) -> Vec<u8> {
    nested(pages, 10)
}

/// The same of pages that take their time, and come to an end.
pub fn slow(pages: usize) -> Vec<u8> {
    nested(pages, 2)
}

fn nested(pages: usize, levels: usize) -> Vec<u8> {
    let mut contents = vec!["/L0 Do".to_owned(); pages];
    contents[0] = saying("First");
    contents[pages - 1] = saying("Last");
    let text = String::from_utf8(pdf("", &contents)).expect("text");
    // Every page finds the things among its resources; what they are is appended.
    let own = text.replace("/Resources <<", "/Resources << /XObject << /L0 9000 0 R >>");
    let (objects, _) = own.split_once("xref\n").expect("a table");
    let mut text = objects.to_owned();
    for level in 0..levels {
        let (own, next) = (9_000 + level, 9_001 + level);
        let content = if level + 1 == levels {
            "0 0 640 360 re f".to_owned()
        } else {
            "/L Do ".repeat(10)
        };
        write!(
            text,
            "{own} 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 640 360] /Resources << \
             /XObject << /L {next} 0 R >> >> /Length {} >>\nstream\n{content}\nendstream\nendobj\n",
            content.len()
        )
        .expect("a string");
    }
    // Without a table: readers look for the objects themselves.
    text.push_str("trailer\n<< /Size 9999 /Root 1 0 R >>\n%%EOF\n");
    text.into_bytes()
}

/// A PDF with the password "sesame". Its pages take their time: each says the same a hundred times.
pub fn protected(pages: usize) -> Vec<u8> {
    let mut bytes = include_bytes!("../../../reading/src/pdf/fixtures/aes256.pdf").to_vec();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (_, before) = text.rsplit_once("startxref\n").expect("its table");
    let before = before.lines().next().expect("where it is");
    let (_, trailer) = text.rsplit_once("trailer").expect("its end");
    let (_, id) = trailer.split_once("/ID").expect("an ID");
    let (id, _) = id.split_once(']').expect("its end");
    // What is appended has no strings and streams, and so nothing that would have to be encrypted.
    let kids: String = (0..pages).map(|at| format!("{} 0 R ", 6 + at)).collect();
    let mut objects = vec![(
        2,
        format!("<< /Type /Pages /Count {pages} /Kids [{kids}] >>"),
    )];
    let content = "4 0 R ".repeat(100);
    objects.extend((6..6 + pages).map(|number| {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1600 900] /Contents [{content}] \
             /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> \
             >> >>"
        );
        (number, page)
    }));
    let mut table = String::new();
    for (number, object) in objects {
        writeln!(table, "{number} 1\n{:010} 00000 n ", bytes.len()).expect("a string");
        bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    }
    let (start, size) = (bytes.len(), 6 + pages);
    let end = format!(
        "xref\n{table}trailer\n<< /Root 1 0 R /Size {size} /Prev {before} /Encrypt 5 0 R /ID{id}] \
         >>\nstartxref\n{start}\n%%EOF\n"
    );
    bytes.extend(end.into_bytes());
    bytes
}

/// A page that says this.
pub fn saying(words: &str) -> String {
    format!("BT /F 40 Tf 60 200 Td ({words}) Tj ET")
}

/// A page that no encoder makes small.
pub fn noise(seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut content = "640 0 0 360 0 0 cm BI /W 320 /H 180 /CS /G /BPC 8 /F /AHx ID ".to_owned();
    for _ in 0..320 * 180 {
        write!(content, "{:02x}", random.u8(..)).expect("a string");
    }
    content + "> EI"
}

pub fn png(grey: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(64, 36, image::Rgb([grey; 3]))
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("an image");
    bytes.into_inner()
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Deflated, files)
}

/// A zip of files as they are.
pub fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Stored, files)
}

fn zip_by(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        zip.start_file(*name, packed).expect("a file");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A small PNG that says it has so many pixels on each side.
pub fn wide_and_high(side: u32) -> Vec<u8> {
    let mut png = png(9);
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let checked = png[12..29].iter().fold(u32::MAX, |mut sum, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 * (sum & 1));
        }
        sum
    });
    png[29..33].copy_from_slice(&(!checked).to_be_bytes());
    // As a decoder would believe it for a while.
    png.resize(50 << 10, 0);
    png
}
