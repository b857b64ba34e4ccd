//! What the use cases of accounts answer instead of a result, as problems.

use arbitragevault_services::accounts::AccountError;

use super::{FieldError, Place, Problem, ProblemKind};

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let detail = error.to_string();
        match error {
            AccountError::WrongCredentials => Self::new(ProblemKind::InvalidCredentials, detail),
            AccountError::WrongCode => {
                Self::new(ProblemKind::InvalidCredentials, detail).with_code("WRONG_CODE")
            }
            AccountError::SecondFactorRequired => {
                Self::new(ProblemKind::SecondFactorRequired, detail)
            }
            AccountError::Locked { retry_after } => {
                Self::new(ProblemKind::TooManyAttempts, detail).with_retry_after(retry_after)
            }
            AccountError::MailJustSent { retry_after } => {
                Self::new(ProblemKind::TooManyAttempts, detail)
                    .with_code("MAIL_JUST_SENT")
                    .with_retry_after(retry_after)
            }
            AccountError::Unauthenticated { code, .. } => {
                Self::new(ProblemKind::Unauthenticated, detail).with_code(code)
            }
            AccountError::RefreshRefused { code, .. } => {
                Self::new(ProblemKind::InvalidRefreshToken, detail).with_code(code)
            }
            AccountError::Field { field, code, .. } => {
                let error = FieldError {
                    place: Place::Pointer(format!("/{field}")),
                    code: code.into(),
                    detail,
                };
                Self::invalid(ProblemKind::ValidationFailed, vec![error])
            }
            AccountError::Service(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
