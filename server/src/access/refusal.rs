//! How the server refuses.

use app::api::{ApiError, ErrorCode};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// The error body that every program gets: `{"error":{"code","message"}}`.
pub fn refusal(code: ErrorCode) -> Response {
    refusal_in_words(code, code.sentence().to_owned())
}

/// The same, in words of its own.
pub fn refusal_in_words(code: ErrorCode, words: String) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(ApiError::with_message(code, words))).into_response()
}
