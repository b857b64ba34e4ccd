//! How much memory the process holds.

/// Resident memory in bytes; `None` where the operating system does not tell as Linux does.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    of_status(&status)
}

/// The `VmRSS` line of `/proc/[pid]/status`, which is in kibibytes (source: proc(5)).
fn of_status(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_the_status_of_the_process() {
        let status = "Name:\tserver\nVmHWM:\t   40000 kB\nVmRSS:\t   20480 kB\nThreads:\t4\n";
        assert_eq!(of_status(status), Some(20_971_520));
        assert_eq!(of_status("Name:\tserver\n"), None);
    }
}
