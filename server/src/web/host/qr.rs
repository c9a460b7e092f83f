//! QR codes on the host's pages.

use qrcode::{EcLevel, QrCode, render::svg};

/// An SVG element for a page. `None` if the text is too long for a QR code.
pub fn drawn(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .quiet_zone(true)
        .build();
    // Without the XML declaration, which belongs to a file.
    picture
        .find("<svg")
        .and_then(|start| picture.get(start..))
        .map(str::to_owned)
}
