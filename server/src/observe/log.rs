//! The log: a line for each request at `info`, failures at `error`.
//!
//! A line contains a request's path and never its query, where a presenter's link has its key.

use axum::{extract::Request, middleware::Next, response::Response};
use clap::ValueEnum;
use std::{io::stderr, time::Instant};
use tracing::{Level, info};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Writes the log to standard error from now on. A second call changes nothing.
pub fn install(level: Level, format: LogFormat) {
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(stderr);
    let _ = match format {
        LogFormat::Text => log.with_ansi(false).with_target(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_target(false).try_init(),
    };
}

/// Middleware that logs each request once its answer begins.
pub async fn requests(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    info!(
        %method,
        path,
        status = response.status().as_u16(),
        ms = start.elapsed().as_secs_f64() * 1e3,
        "request"
    );
    response
}
