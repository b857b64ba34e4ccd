//! What the use cases answer instead of a result, as problems.

use arbitragevault_services::ServiceError;
use arbitragevault_services::access::AccessError;

use super::{FieldError, Place, Problem, ProblemKind};

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let detail = error.to_string();
        match error {
            ServiceError::NotFound(_) => Self::new(ProblemKind::NotFound, detail),
            ServiceError::Forbidden(_) => Self::new(ProblemKind::Forbidden, detail),
            ServiceError::Conflict { code, .. } => {
                Self::new(ProblemKind::Conflict, detail).with_code(code)
            }
            ServiceError::Invalid { code, .. } => {
                Self::new(ProblemKind::ValidationFailed, detail).with_code(code)
            }
            ServiceError::Values(problems) => {
                let errors = problems.into_iter().map(|problem| FieldError {
                    place: Place::Pointer(format!("/values{}", problem.pointer)),
                    code: problem.code.as_str().into(),
                    detail: problem.detail,
                });
                Self::invalid(ProblemKind::ValidationFailed, errors.collect())
            }
            ServiceError::Stale { .. } => Self::new(ProblemKind::PreconditionFailed, detail),
            ServiceError::QuotaSpent {
                code, retry_after, ..
            } => Self::new(ProblemKind::QuotaSpent, detail)
                .with_code(code)
                .with_retry_after(retry_after),
            ServiceError::Unavailable {
                retry_after,
                source,
                ..
            } => {
                let problem =
                    Self::new(ProblemKind::Unavailable, detail).with_retry_after(retry_after);
                match source {
                    Some(source) => problem.caused_by(source),
                    None => problem,
                }
            }
            ServiceError::Internal(source) => Self::internal(source),
            other => Self::internal(other),
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let detail = error.to_string();
        match error {
            AccessError::Refused(_) => Self::new(ProblemKind::Unauthenticated, detail)
                .with_challenge(r#"error="invalid_token""#),
            AccessError::Forbidden(permission) => {
                let scope = permission.scope();
                Self::new(ProblemKind::Forbidden, detail)
                    .with_challenge(format!(r#"error="insufficient_scope", scope="{scope}""#))
            }
            AccessError::Service(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
