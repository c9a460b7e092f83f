//! Writes the files of a form to the disk as they arrive, and limits their size and pace.

use super::{UploadError, names::safe_name};
use axum::{
    body::Body,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError, MultipartRejection},
    },
};
use bytes::Bytes;
use futures_util::StreamExt;
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{fs::File, io::AsyncWriteExt, time::timeout};

/// Limits of one upload.
pub const MAX_UPLOAD_BYTES: u64 = 500 << 20;
pub const MAX_FILES: usize = 2_500;

/// How long the next piece may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(15);

/// The average pace that an upload must keep.
struct Pace {
    /// Bytes per second.
    min: u64,
    /// Seconds until the pace counts.
    grace: u64,
}

/// Slow phone networks can do this.
const USUAL: Pace = Pace {
    min: 4 << 10,
    grace: 15,
};
/// Uploads that are slow on purpose keep nobody out.
const WHILE_OTHERS_WAIT: Pace = Pace {
    min: 64 << 10,
    grace: 5,
};

/// Bytes that may arrive without completing a part's head or a piece of its content.
const MAX_IDLE_BYTES: u64 = 4 << 20;

/// The fields of an upload.
#[derive(Default)]
pub struct Sent {
    /// Names in the folder, in order of arrival.
    pub files: Vec<String>,
    pub code: String,
    pub password: String,
}

/// Writes the files of a form into `folder` while there is `room` on the disk. Must be faster while
/// `others_wait`.
///
/// # Errors
/// When the form is cut off, too large, too slow or without a file, or the files can't be written.
pub async fn gather(
    request: Request,
    folder: &Path,
    room: impl Fn() -> Result<(), UploadError>,
    others_wait: impl Fn() -> bool,
) -> Result<Sent, UploadError> {
    let patience = Patience::with(others_wait);
    let mut form = patience.form(request).await?;
    let mut sent = Sent::default();
    let mut names = Names::default();
    let mut left = MAX_UPLOAD_BYTES;
    while let Some(mut field) = patience.wait(form.next_field()).await? {
        // Includes the heads of the parts, of which there may be any number.
        if patience.came.load(Ordering::Relaxed) > MAX_UPLOAD_BYTES + MAX_IDLE_BYTES {
            return Err(UploadError::TooLarge);
        }
        match field.name() {
            Some("code") => sent.code = short(&mut field, &patience).await?,
            Some("password") => sent.password = short(&mut field, &patience).await?,
            Some("file") => {
                let name = safe_name(field.file_name().unwrap_or_default());
                // A browser sends this if no file was chosen.
                if name.is_empty() {
                    continue;
                }
                if sent.files.len() >= MAX_FILES {
                    return Err(UploadError::TooLarge);
                }
                let (name, mut file) = names.create(folder, name).await?;
                while let Some(bytes) = patience.wait(field.chunk()).await? {
                    left = counted(left, &bytes)?;
                    room()?;
                    file.write_all(&bytes).await?;
                }
                file.flush().await?;
                sent.files.push(name);
            }
            _ => {
                while let Some(bytes) = patience.wait(field.chunk()).await? {
                    left = counted(left, &bytes)?;
                }
            }
        }
    }
    if sent.files.is_empty() {
        return Err(UploadError::NoFile);
    }
    Ok(sent)
}

/// Numbers files of the same name in order of arrival: `image.jpg`, `image-2.jpg`. A phone names all photos
/// alike, and safe names may coincide.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    async fn create(&mut self, folder: &Path, name: String) -> io::Result<(String, File)> {
        let came = self.0.entry(name.clone()).or_default();
        loop {
            *came += 1;
            let own = match (*came, name.rsplit_once('.')) {
                (1, _) => name.clone(),
                (number, Some((stem, ending))) => format!("{stem}-{number}.{ending}"),
                (number, None) => format!("{name}-{number}"),
            };
            match File::create_new(folder.join(&own)).await {
                // Another file was sent under this very name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => return Ok((own, created?)),
            }
        }
    }
}

fn counted(left: u64, bytes: &Bytes) -> Result<u64, UploadError> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    left.checked_sub(length).ok_or(UploadError::TooLarge)
}

/// Reads a field that a person typed.
async fn short(
    field: &mut Field<'_>,
    patience: &Patience<impl Fn() -> bool>,
) -> Result<String, UploadError> {
    let mut text = Vec::new();
    while let Some(bytes) = patience.wait(field.chunk()).await? {
        text.extend_from_slice(&bytes);
        if text.len() > 1_000 {
            return Err(UploadError::TooLarge);
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Limits the pace of an upload, and the bytes that arrive without progress: the multipart reader buffers a
/// part's head of any length, and scans it again with each piece.
struct Patience<W> {
    since: Instant,
    came: Arc<AtomicU64>,
    idle: Arc<AtomicU64>,
    others_wait: W,
}

impl<W: Fn() -> bool> Patience<W> {
    fn with(others_wait: W) -> Self {
        Self {
            since: Instant::now(),
            came: Arc::default(),
            idle: Arc::default(),
            others_wait,
        }
    }

    async fn form(&self, request: Request) -> Result<Multipart, UploadError> {
        let (came, idle) = (self.came.clone(), self.idle.clone());
        let request = request.map(|body| {
            let counted = body.into_data_stream().map(move |piece| {
                let piece = piece.map_err(io::Error::other)?;
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                came.fetch_add(length, Ordering::Relaxed);
                if idle.fetch_add(length, Ordering::Relaxed) > MAX_IDLE_BYTES {
                    return Err(io::Error::other(
                        "a part of the form has no end to its head",
                    ));
                }
                Ok(piece)
            });
            Body::from_stream(counted)
        });
        Multipart::from_request(request, &())
            .await
            .map_err(|_: MultipartRejection| UploadError::NoFile)
    }

    async fn wait<T>(
        &self,
        step: impl Future<Output = Result<T, MultipartError>>,
    ) -> Result<T, UploadError> {
        let step = timeout(PIECE_TIMEOUT, step).await;
        let step = step.map_err(|_| UploadError::TooSlow)??;
        self.idle.store(0, Ordering::Relaxed);
        let pace = if (self.others_wait)() {
            WHILE_OTHERS_WAIT
        } else {
            USUAL
        };
        let seconds = self.since.elapsed().as_secs();
        let is_slow = self.came.load(Ordering::Relaxed) < seconds.saturating_mul(pace.min);
        if is_slow && seconds > pace.grace {
            return Err(UploadError::TooSlow);
        }
        Ok(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    #[tokio::test]
    async fn files_of_one_name_are_all_kept_and_numbered_as_they_came() {
        let folder = TempDir::new().expect("a directory");
        let sent = [
            ("image.jpg", "first"),
            ("image-3.jpg", "another"),
            ("image.jpg", "second"),
            ("ima?ge.jpg", "third"),
            ("talk", "fourth"),
            ("talk", "fifth"),
        ];
        let mut form = String::new();
        for (name, content) in sent {
            form += "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"";
            form += &format!("{name}\"\r\n\r\n{content}\r\n");
        }
        let request = Request::post("/")
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(Body::from(form + "--XX--\r\n"))
            .expect("a request");
        let sent = gather(request, folder.path(), || Ok(()), || false)
            .await
            .expect("files");
        let kept = [
            ("image.jpg", "first"),
            ("image-3.jpg", "another"),
            ("image-2.jpg", "second"),
            ("image-4.jpg", "third"),
            ("talk", "fourth"),
            ("talk-2", "fifth"),
        ];
        let read = |name: &String| fs::read_to_string(folder.path().join(name)).expect("a file");
        let contents: Vec<_> = sent.files.iter().map(read).collect();
        let files = sent.files.iter().map(String::as_str);
        let files: Vec<_> = files.zip(contents.iter().map(String::as_str)).collect();
        assert_eq!(files, kept);
    }
}
