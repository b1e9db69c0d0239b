//! State: what caches, commits, restarts and crashes may not change.

mod buffers;
mod caching;
mod final_results;
mod restarts;
mod topologies;
