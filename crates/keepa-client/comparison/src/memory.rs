//! Counts what is allocated.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicUsize, Ordering};

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// The allocator of the server, with a count.
pub struct Counting;

// SAFETY: every call is passed on as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { mimalloc::MiMalloc.dealloc(place, layout) }
    }
}

/// Bytes that some work kept, and the most that it had at once.
pub struct Peak {
    pub kept: usize,
    pub most: usize,
}

pub fn peak_of<T>(work: impl FnOnce() -> T) -> Peak {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let value = work();
    let peak = Peak {
        kept: NOW.load(Ordering::Relaxed) - before,
        most: MOST.load(Ordering::Relaxed) - before,
    };
    drop(value);
    peak
}
