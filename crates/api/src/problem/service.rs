//! What the use cases answer instead of a result, as problems.

use arbitragevault_services::ServiceError;

use super::{Problem, ProblemKind};

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let detail = error.to_string();
        match error {
            ServiceError::NotFound(_) => Self::new(ProblemKind::NotFound, detail),
            ServiceError::Conflict { code, .. } => {
                Self::new(ProblemKind::Conflict, detail).with_code(code)
            }
            ServiceError::Invalid { code, .. } => {
                Self::new(ProblemKind::ValidationFailed, detail).with_code(code)
            }
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
