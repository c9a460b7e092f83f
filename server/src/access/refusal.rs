use app::api::{ApiError, ErrorCode};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Why a request is refused. Answers with the status of its code and the body that every error has,
/// `{"error":{"code","message"}}`.
#[derive(Debug)]
pub struct Refusal(ApiError);

impl Refusal {
    /// Says `message` instead of the code's own sentence.
    pub fn with_message(code: ErrorCode, message: String) -> Self {
        Self(ApiError::with_message(code, message))
    }

    pub fn code(&self) -> ErrorCode {
        self.0.code()
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self(ApiError::new(code))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code().status());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.0)).into_response()
    }
}
