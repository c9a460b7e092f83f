//! QR codes on the host's pages.

use qrcode::{EcLevel, QrCode, render::svg};

/// An element for a page. `None` for a text that no QR code can hold.
pub fn drawn(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .quiet_zone(true)
        .build();
    // The page's own element; a declaration belongs to a file.
    picture
        .find("<svg")
        .and_then(|start| picture.get(start..))
        .map(str::to_owned)
}
