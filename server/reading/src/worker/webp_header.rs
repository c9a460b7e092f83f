//! Reads the size of a WebP from its header (RFC 9649, sections 2.4 to 2.7) without decoding it.

/// Width and height of a complete still WebP as our encoder writes it. None for anything else.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"RIFF")?;
    let (length, rest) = rest.split_first_chunk()?;
    if usize::try_from(u32::from_le_bytes(*length)) != Ok(rest.len()) {
        return None;
    }
    let rest = rest.strip_prefix(b"WEBP")?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let (length, content) = rest.split_first_chunk()?;
    if usize::try_from(u32::from_le_bytes(*length)).ok()? > content.len() {
        return None;
    }
    match name {
        b"VP8 " => lossy(content),
        b"VP8L" => lossless(content),
        b"VP8X" => extended(content),
        _ => None,
    }
}

/// A key frame's header: three bytes of tag, the start code, then 14 bits of each side.
fn lossy(content: &[u8]) -> Option<(u32, u32)> {
    let (tag, rest) = content.split_first()?;
    // The lowest bit is set in frames that are not key frames.
    if tag & 1 != 0 {
        return None;
    }
    let rest = rest.get(2..)?.strip_prefix(&[0x9d, 0x01, 0x2a])?;
    let [a, b, c, d] = *rest.first_chunk()?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((side(a, b), side(c, d)))
}

/// A signature, then 14 bits of each side less one.
fn lossless(content: &[u8]) -> Option<(u32, u32)> {
    let (signature, rest) = content.split_first()?;
    if *signature != 0x2f {
        return None;
    }
    let bits = u32::from_le_bytes(*rest.first_chunk()?);
    Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}

/// Flags, three reserved bytes, then 24 bits of each side less one.
fn extended(content: &[u8]) -> Option<(u32, u32)> {
    /// Alpha. Our encoder writes no profile, metadata or animation.
    const OURS: u8 = 0x10;
    let [flags, _, _, _, a, b, c, d, e, f] = *content.first_chunk()?;
    if flags & !OURS != 0 {
        return None;
    }
    let side = |bytes: [u8; 3]| {
        let [low, middle, high] = bytes;
        u32::from_le_bytes([low, middle, high, 0]) + 1
    };
    Some((side([a, b, c]), side([d, e, f])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use webp::Encoder;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_header_tells_the_size_that_was_encoded(width in 1u32..80, height in 1u32..80, opaque: bool) {
            let alpha = if opaque { 255 } else { 70 };
            let pixels = [10, 200, 30, alpha].repeat(usize::try_from(width * height).expect("small"));
            let encoder = Encoder::from_rgba(&pixels, width, height);
            prop_assert_eq!(size(&encoder.encode(80.0)), Some((width, height)));
            prop_assert_eq!(size(&encoder.encode_lossless()), Some((width, height)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, kind in 0usize..3) {
            let mut webp = b"RIFF\0\0\0\0WEBP".to_vec();
            webp.extend([b"VP8 ", b"VP8L", b"VP8X"][kind]);
            webp.extend(u32::try_from(bytes.len()).expect("short").to_le_bytes());
            webp.extend(&bytes);
            let length = u32::try_from(webp.len() - 8).expect("short");
            webp[4..8].copy_from_slice(&length.to_le_bytes());
            let _ = size(&webp);
            let _ = size(&bytes);
        }
    }
}
