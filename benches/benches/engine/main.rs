//! The engine alone: how fast a task runs records through its operators and stores, without a
//! broker. `cargo bench -p headwater-bench --bench engine`.
//!
//! Each iteration is one commit interval: a batch of records, then a flush of the caches.
//! `engine names` lists the workloads, and `engine intervals NAME N` runs one for so many
//! intervals and prints its input records and seconds: `cargo xtask bench engine` compares those.

mod aggregations;
mod chains;
mod feed;
mod joins;
mod windows;
mod workload;

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use feed::BATCH_RECORDS;
use workload::Workload;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["names", ..] => {
            for workload in workloads() {
                println!("{}", workload.name);
            }
        }
        ["intervals", name, count, ..] => intervals(name, count),
        _ => measure(),
    }
}

fn workloads() -> Vec<Workload> {
    let groups = [
        chains::all(),
        aggregations::all(),
        windows::all(),
        joins::all(),
    ];
    groups.into_iter().flatten().collect()
}

/// Runs one workload for a number of intervals, without measuring each.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn intervals(name: &str, count: &str) {
    let count: usize = count.parse().expect("a number of intervals");
    let workload = workloads().into_iter().find(|named| named.name == name);
    let workload = workload.expect("a name that `names` lists");
    let mut feed = workload.start();
    let started = Instant::now();
    for _ in 0..count {
        feed.interval();
    }
    let records = workload.inputs.len() * BATCH_RECORDS * count;
    println!("{records} {}", started.elapsed().as_secs_f64());
}

fn measure() {
    let mut criterion = Criterion::default().configure_from_args();
    for workload in workloads() {
        let (group, name) = workload
            .name
            .split_once('/')
            .unwrap_or(("", &workload.name));
        let mut group = criterion.benchmark_group(group);
        let records = workload.inputs.len() * BATCH_RECORDS;
        group.throughput(Throughput::Elements(records as u64));
        group.measurement_time(Duration::from_secs(4));
        group.bench_function(name, |bencher| {
            let mut feed = workload.start();
            bencher.iter(|| feed.interval());
        });
        group.finish();
    }
    criterion.final_summary();
}
