//! State: what caches, commits, restarts and crashes may not change.

mod caching;
mod restarts;
mod topologies;
