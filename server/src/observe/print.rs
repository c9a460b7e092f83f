use std::io::{self, Write};

/// Prints to standard output. A terminal that is gone is not an error.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
