//! What the process takes of the machine, as Linux tells it in `/proc`; `None` where the operating system does not.

use std::fs;

/// Ticks of a second in `/proc/[pid]/stat`: `USER_HZ`, which is 100 in the interface of Linux on every architecture that Rust builds for
/// (source: proc(5) and time(7), grade A).
const TICKS: f64 = 100.0;

/// Resident memory in bytes.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    resident_in(&fs::read_to_string("/proc/self/status").ok()?)
}

/// Processor time, user and system, in seconds.
#[must_use]
pub fn cpu_seconds() -> Option<f64> {
    cpu_in(&fs::read_to_string("/proc/self/stat").ok()?)
}

/// Open file descriptors, without the one that counts them.
#[must_use]
pub fn open_files() -> Option<usize> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(open.saturating_sub(1))
}

/// File descriptors that the process may open; `None` when there is no limit, too.
#[must_use]
pub fn max_files() -> Option<u64> {
    max_files_in(&fs::read_to_string("/proc/self/limits").ok()?)
}

/// The `VmRSS` line of `/proc/[pid]/status`, which is in kibibytes (source: proc(5)).
fn resident_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

/// `utime` and `stime`, the 14th and 15th field of `/proc/[pid]/stat`. The second, in parentheses, may hold blanks and parentheses.
fn cpu_in(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut ticks = after_name.split_whitespace().skip(11);
    let mut next = || ticks.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS)
}

/// The soft limit in the line "Max open files" of `/proc/[pid]/limits`.
fn max_files_in(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_the_status_of_the_process() {
        let status = "Name:\tserver\nVmHWM:\t   40000 kB\nVmRSS:\t   20480 kB\nThreads:\t4\n";
        assert_eq!(resident_in(status), Some(20_971_520));
        assert_eq!(resident_in("Name:\tserver\n"), None);
    }

    #[test]
    fn processor_time_is_read_past_a_name_with_blanks_and_parentheses() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 900 0 0 0 150 30 0 0 20 0 9 0 100 1 2";
        assert_eq!(cpu_in(stat), Some(1.8));
        assert_eq!(cpu_in("42 (name) S 1"), None);
    }

    #[test]
    fn the_limit_of_open_files_is_the_soft_one() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files   1024   524288   files\n";
        assert_eq!(max_files_in(limits), Some(1_024));
        assert_eq!(
            max_files_in("Max open files  unlimited  unlimited  files\n"),
            None
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_everything() {
        let first = open_files().unwrap();
        let _file = fs::File::open("/proc/self/stat").unwrap();
        assert!(open_files().unwrap() > 0 && first > 0);
        assert!(resident_bytes().unwrap() > 1 << 20);
        assert!(cpu_seconds().unwrap() >= 0.0);
    }
}
