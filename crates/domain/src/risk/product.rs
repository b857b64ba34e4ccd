//! The product itself: what Amazon restricts, what is dear to handle, what comes back.

use super::{Evidence, Raise, RiskCode, Severity};
use crate::fees::FeeSchedule;
use crate::market::Package;

pub(super) fn raise(evidence: &Evidence<'_>, raise: &mut Raise<'_>) {
    let snapshot = evidence.snapshot;
    if snapshot.is_hazardous == Some(true) {
        raise(
            RiskCode::Hazardous,
            Severity::Critical,
            "Amazon lists it as dangerous goods".to_owned(),
        );
    }
    if snapshot.is_heat_sensitive == Some(true) {
        raise(
            RiskCode::HeatSensitive,
            Severity::Warning,
            "heat harms it: no storage in summer".to_owned(),
        );
    }
    if snapshot.has_high_return_rate == Some(true) {
        raise(
            RiskCode::HighReturnRate,
            Severity::Warning,
            "buyers return it more often than usual".to_owned(),
        );
    }
    if evidence.schedule.is_some_and(FeeSchedule::is_oversize) {
        let measures = measures(snapshot.package);
        raise(
            RiskCode::Oversize,
            Severity::Warning,
            format!("it is larger than standard size{measures}"),
        );
    }
}

/// The measures of a package that is fully known.
fn measures(package: Package) -> String {
    let Package {
        length_mm: Some(length),
        width_mm: Some(width),
        height_mm: Some(height),
        weight_g: Some(weight),
    } = package
    else {
        return String::new();
    };
    format!(": {length} × {width} × {height} mm, {weight} g")
}
