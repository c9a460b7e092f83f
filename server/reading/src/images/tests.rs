use super::*;
use crate::source::Pixels;
use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;
use std::{fs, io::Cursor, net::TcpListener, path::Path};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), content).expect("a file");
        self
    }

    fn open(&self) -> Result<Images, SourceError> {
        let files = fs::read_dir(self.0.path())
            .expect("a folder")
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let name = path.file_name().expect("a name").to_string_lossy();
                NamedFile {
                    name: name.into_owned(),
                    path: path.clone(),
                }
            })
            .collect();
        Images::open("my-talk", files, Bounds::default())
    }
}

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut content = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::new(width, height))
        .write_to(&mut content, format)
        .expect("an image");
    content.into_inner()
}

fn png() -> Vec<u8> {
    picture(16, 9, ImageFormat::Png)
}

fn warnings(images: &Images) -> Vec<String> {
    let outline = images.outline();
    outline
        .warnings
        .into_iter()
        .map(|warning| warning.reason)
        .collect()
}

fn pixels(page: Page) -> Pixels {
    match page.face {
        Face::Picture(pixels) => pixels,
        Face::Html(_) => panic!("a picture"),
    }
}

/// The page of a folder with only this file.
fn page_of(name: &str, content: impl AsRef<[u8]>) -> Result<Page, SourceError> {
    Folder::new().with(name, content).open()?.page(0, 3_840)
}

fn svg(inside: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='160' height='90'>{inside}</svg>"
    )
}

#[test]
fn slides_come_in_the_natural_order_of_their_names() {
    let folder = Folder::new()
        .with("slide10.png", picture(10, 1, ImageFormat::Png))
        .with("Slide2.jpg", picture(2, 1, ImageFormat::Jpeg))
        .with("1-why_now.webp", picture(1, 1, ImageFormat::WebP))
        .with("slide11.gif", picture(11, 1, ImageFormat::Gif));
    let mut images = folder.open().expect("images");
    let outline = images.outline();
    assert_eq!(outline.title.as_deref(), Some("my talk"));
    assert_eq!(outline.slides.len(), 4);
    let seen: Vec<_> = (0..4)
        .map(|index| {
            let page = images.page(index, 3_840).expect("a page");
            (page.title.clone().unwrap_or_default(), pixels(page).width)
        })
        .collect();
    let expected = [
        ("why now", 1),
        ("Slide 2", 2),
        ("Slide 3", 10),
        ("Slide 4", 11),
    ];
    assert_eq!(
        seen,
        expected.map(|(title, width)| (title.to_owned(), width))
    );
    assert!(images.page(4, 3_840).is_err());
}

#[test]
fn a_text_of_the_same_name_is_the_notes() {
    let folder = Folder::new()
        .with("1.png", png())
        .with("1.txt", "\u{feff}Say hello.\r\nBreathe. \n")
        .with("2.PNG", png())
        .with("2.md", "  \n")
        .with("3.png", png())
        .with("3.txt", b"caf\xe9")
        .with("readme.txt", "x");
    let mut images = folder.open().expect("images");
    let notes: Vec<_> = (0..3)
        .map(|at| images.page(at, 3_840).expect("a page").notes)
        .collect();
    assert_eq!(notes[0].as_deref(), Some("Say hello.\nBreathe."));
    assert_eq!(notes[1], None);
    assert_eq!(notes[2].as_deref(), Some("café"));
    let told = warnings(&images);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("readme.txt has no image of the same name"));
}

#[test]
fn endless_notes_are_left_out_with_a_word() {
    let folder = Folder::new()
        .with("1.png", png())
        .with("1.txt", "x".repeat(70_000));
    let mut images = folder.open().expect("images");
    let page = images.page(0, 3_840).expect("a page");
    assert_eq!(page.notes, None);
    assert_eq!(
        page.warnings[0].reason,
        "The notes of 1.png are longer than 64 KB; left out."
    );
}

#[test]
fn a_wrong_ending_is_forgiven_and_what_is_no_image_is_told() {
    let images = Folder::new()
        .with("a.jpg", png())
        .with("b", svg(""))
        .with("c.png", "not a picture")
        .with("d.png", "")
        .with("e.png", "%PDF-1.7")
        .with("f\u{1b}[31m.png", "x")
        .with(".hidden", "x")
        .open()
        .expect("images");
    assert_eq!(images.outline().slides.len(), 2);
    assert_eq!(
        warnings(&images),
        [
            "c.png is not an image that WebSlides shows; left out.",
            "d.png is empty; left out.",
            "e.png is a PDF, which is not shown as a slide; left out.",
            "f[31m.png is not an image that WebSlides shows; left out.",
        ]
    );
}

#[test]
fn without_an_image_there_is_no_deck() {
    assert_eq!(Folder::new().open().err(), Some(SourceError::Empty));
    assert_eq!(
        Folder::new().with(".DS_Store", "x").open().err(),
        Some(SourceError::Empty)
    );
    let error = Folder::new()
        .with("a.png", "")
        .open()
        .err()
        .expect("refused");
    assert_eq!(
        error.to_string(),
        "there is no PNG, JPEG, WebP, GIF or SVG in it. a.png is empty; left out"
    );
}

#[test]
fn a_file_that_went_away_is_told() {
    let folder = Folder::new().with("a.png", png());
    let mut images = folder.open().expect("images");
    fs::remove_file(folder.0.path().join("a.png")).expect("removed");
    let error = images.page(0, 3_840).expect_err("refused").to_string();
    assert!(error.starts_with("a.png cannot be read ("), "{error}");
}

#[test]
fn a_small_file_that_unfolds_to_gigabytes_is_refused_before_it_does() {
    // Rows of zeros in 50 KB, with a header that declares 30,000 x 30,000.
    let mut content = png();
    content[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let sum = crc(&content[12..29]).to_be_bytes();
    content[29..33].copy_from_slice(&sum);
    content.resize(50_000, 0);
    let error = page_of("bomb.png", content)
        .expect_err("refused")
        .to_string();
    assert!(
        error.starts_with("bomb.png is too large: 30000 x 30000 pixels."),
        "{error}"
    );
    // Headers of other formats with the largest size that they can declare.
    let mut gif = picture(1, 1, ImageFormat::Gif);
    gif[6..10].fill(0xff);
    assert!(matches!(
        page_of("a.gif", gif),
        Err(SourceError::TooLarge(_))
    ));
    let mut jpeg = picture(8, 8, ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .expect("a frame");
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert!(matches!(
        page_of("a.jpg", jpeg),
        Err(SourceError::TooLarge(_))
    ));
}

/// PNG's checksum of a chunk's name and content.
fn crc(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    })
}

/// A photo that was truncated by a full disk or a broken download.
#[test]
fn a_picture_without_its_lower_part_is_shown_and_said_to_be_cut_off() {
    for (name, format) in [("a.png", ImageFormat::Png), ("a.jpg", ImageFormat::Jpeg)] {
        // All rows differ, so that half of the file is half of the picture.
        let noise = RgbImage::from_fn(64, 64, |x, y| {
            image::Rgb([x, y, x ^ y].map(|it| (it * it * 97 % 251).to_le_bytes()[0]))
        });
        let mut whole = Cursor::new(Vec::new());
        let written = DynamicImage::from(noise).write_to(&mut whole, format);
        written.expect("an image");
        let whole = whole.into_inner();
        let page = page_of(name, &whole).expect("a page");
        assert_eq!(page.warnings, []);
        let [seen, rest] = [8, 60].map(|row| row * 64 * 4..(row + 1) * 64 * 4);
        let expected = pixels(page).rgba;
        let page = page_of(name, &whole[..whole.len() / 2]).expect("a page");
        let words = &page.warnings[0].reason;
        assert!(words.starts_with(&format!("{name} is cut off")), "{words}");
        let shown = pixels(page).rgba;
        assert_eq!(shown[seen.clone()], expected[seen]);
        assert_ne!(shown[rest.clone()], expected[rest]);
        // No row is complete.
        assert!(page_of(name, &whole[..50]).is_err());
    }
}

#[test]
fn a_drawing_is_drawn_as_large_as_a_slide() {
    let drawing = svg("<rect width='80' height='90' fill='#ff0000'/>");
    let pixels = pixels(page_of("a.svg", drawing).expect("a page"));
    assert_eq!((pixels.width, pixels.height), (3840, 2160));
    assert_eq!(pixels.rgba[..4], [255, 0, 0, 255]);
    assert_eq!(pixels.rgba[3839 * 4..3840 * 4], [255; 4]);
}

/// Regression: PlantUML's light text was drawn on white.
#[test]
fn a_drawing_has_the_background_of_its_style() {
    let of = |style: &str| {
        let drawing = svg("").replacen("<svg", &format!("<svg style=\"{style}\""), 1);
        let page = page_of("a.svg", drawing).expect("a page");
        let said = page.warnings.first().map(|said| said.reason.clone());
        (pixels(page).rgba[..3].to_vec(), said)
    };
    for style in [
        "width:160px;height:90px;background:#222222;",
        "background-color: #222222",
        "background: rgb(34, 34, 34)",
    ] {
        assert_eq!(of(style), (vec![0x22; 3], None), "{style}");
    }
    assert_eq!(of("background:none"), (vec![255; 3], None));
    let said = "a.svg has a background that is not a plain colour; left out.";
    assert_eq!(
        of("background:linear-gradient(red, blue)"),
        (vec![255; 3], Some(said.to_owned()))
    );
}

#[test]
fn a_drawing_asks_nobody() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("not waiting");
    let port = server.local_addr().expect("an address").port();
    let folder = Folder::new().with("secret.data", png());
    let secret = folder.0.path().join("secret.data");
    let secret = secret.to_str().expect("a path");
    for reference in [
        format!("http://127.0.0.1:{port}/a.png"),
        format!("//127.0.0.1:{port}/a.png"),
        format!("file://{secret}"),
        secret.to_owned(),
        "secret.data".to_owned(),
        "../../../etc/passwd".to_owned(),
    ] {
        for element in ["image", "feImage", "use"] {
            let inside = format!(
                "<?xml-stylesheet href='{reference}'?><style>@import url({reference}); \
                 @font-face {{ font-family: x; src: url({reference}) }}</style>\
                 <filter id='f'>{}</filter><g filter='url(#f)'><rect width='9' height='9' fill='url({reference})'/></g>\
                 <{element} href='{reference}' xlink:href='{reference}' width='160' height='90'/>",
                if element == "feImage" {
                    format!("<feImage href='{reference}'/>")
                } else {
                    String::new()
                },
            );
            let page = page_of("a.svg", svg(&inside)).expect("a page");
            if element == "image" {
                assert_eq!(
                    page.warnings[0].reason,
                    "a.svg shows pictures from elsewhere, which are left out; embed them."
                );
            }
            let corner = pixels(page).rgba[3839 * 4..3840 * 4].to_vec();
            assert_eq!(corner, [255; 4], "{element} {reference}");
        }
    }
    let entity = format!(
        "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{}",
        svg("<text>&x;</text>")
    );
    // External entities are not read, so that the drawing is broken.
    assert!(page_of("a.svg", entity).is_err());
    assert!(server.accept().is_err(), "somebody was asked");
}

#[test]
fn a_drawing_with_text_is_shown_or_says_why_not() {
    let drawing = svg("<text x='10' y='60' font-size='60' font-family='No Such Font'>Hi</text>");
    let page = page_of("a.svg", drawing).expect("a page");
    let told = page.warnings.len();
    let inked = pixels(page).rgba.chunks(4).any(|pixel| pixel[0] < 50);
    assert!(inked || told == 1);
}

#[test]
fn a_hostile_drawing_is_refused_or_drawn_and_never_ends_us() {
    let nested = |depth: usize| svg(&format!("{}{}", "<g>".repeat(depth), "</g>".repeat(depth)));
    assert!(page_of("a.svg", nested(150)).is_ok());
    for drawing in [
        nested(1_000),
        nested(100_000),
        "<svg>".repeat(100_000),
        svg(&"<g/>".repeat(300_000)),
        "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\
         <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
            .to_owned()
            + &svg("<text>&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;</text>"),
        "<svg xmlns='http://www.w3.org/2000/svg' width='0' height='0'/>".to_owned(),
        "<svg xmlns='http://www.w3.org/2000/svg' width='-1' height='nan'/>".to_owned(),
        "<svg>".to_owned(),
    ] {
        let begins: String = drawing.chars().take(80).collect();
        let error = page_of("a.svg", drawing).expect_err(&begins).to_string();
        assert!(error.starts_with("a.svg is "), "{error}");
    }
    for drawing in [
        "<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1'/>".to_owned(),
        "<svg xmlns='http://www.w3.org/2000/svg' width='1e-9' height='1e9'/>".to_owned(),
        svg(
            "<g id='a'><use href='#a'/></g><pattern id='p' width='1e-9' height='1e-9'><rect width='9' height='9' fill='url(#p)'/></pattern><rect width='90' height='90' fill='url(#p)'/>",
        ),
        svg(
            "<filter id='f' width='1e9' height='1e9'><feGaussianBlur stdDeviation='1e9'/></filter><rect filter='url(#f)' width='9' height='9'/>",
        ),
    ] {
        match page_of("a.svg", &drawing) {
            Ok(page) => assert!(pixels(page).rgba.len() <= 3840 * 3840 * 4),
            Err(error) => assert!(error.to_string().starts_with("a.svg is "), "{error}"),
        }
    }
}

#[test]
fn a_picture_inside_a_drawing_is_shown_unless_it_is_a_bomb() {
    let embedded = |content: &[u8]| {
        let data = base64(content);
        svg(&format!(
            "<image href='data:image/png;base64,{data}' width='160' height='90'/>"
        ))
    };
    let small = page_of("a.svg", embedded(&png())).expect("a page");
    assert_eq!(pixels(small).rgba[..4], [0, 0, 0, 255]);
    let mut bomb = png();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let sum = crc(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&sum);
    let page = page_of("a.svg", embedded(&bomb)).expect("a page");
    assert_eq!(
        page.warnings[0].reason,
        "a.svg has a picture inside that can't be read or is too large; left out."
    );
}

fn base64(content: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sign =
        |bits: u32, at: u32| char::from(SIGNS[usize::try_from(bits >> at & 63).expect("six bits")]);
    content
        .chunks(3)
        .flat_map(|three| {
            let at = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            [18, 12, 6, 0]
                .map(|shift| sign(bits, shift))
                .into_iter()
                .take(three.len() + 1)
                .collect::<Vec<_>>()
        })
        .chain(std::iter::repeat_n('=', (3 - content.len() % 3) % 3))
        .collect()
}

#[test]
fn too_many_files_are_refused() {
    let files = (0..=MAX_FILES)
        .map(|at| NamedFile {
            name: format!("{at}.png"),
            path: Path::new("").to_owned(),
        })
        .collect();
    assert!(matches!(
        Images::open("a", files, Bounds::default()),
        Err(SourceError::TooLarge(_))
    ));
}

fn a_valid_file() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(picture(40, 30, ImageFormat::Png)),
        Just(picture(40, 30, ImageFormat::Jpeg)),
        Just(picture(40, 30, ImageFormat::WebP)),
        Just(picture(40, 30, ImageFormat::Gif)),
        Just(
            svg("<g transform='scale(2)'><path d='M0 0L9 9Z' stroke='url(#a)'/><text>a</text></g>")
                .into_bytes()
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_shown_or_refused_in_words(content in prop::collection::vec(any::<u8>(), 0..2000), start in 0_usize..6) {
        let starts: [&[u8]; 6] = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\xff\0\0\0WEBPVP8 ", b"<svg "];
        let content = [starts[start], &content].concat();
        if let Err(error) = page_of("a.img", content) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn a_file_with_changed_bytes_is_shown_or_refused(
        mut content in a_valid_file(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        match page_of("a.img", content) {
            Ok(page) => {
                let pixels = pixels(page);
                prop_assert_eq!(u64::try_from(pixels.rgba.len()).expect("fits"), u64::from(pixels.width) * u64::from(pixels.height) * 4);
                prop_assert!(pixels.width <= 3840 && pixels.height <= 3840);
            }
            Err(error) => prop_assert!(error.to_string().contains("a.img"), "{}", error),
        }
    }
}
