//! Keys that a user of Kafka for Java would paste, and what there is instead.

/// Keys with one answer.
pub(super) struct Replaced {
    /// Names without the prefix of a client; a `*` at the end stands for any rest.
    pub(super) keys: &'static [&'static str],
    /// What to do instead.
    pub(super) instead: &'static str,
}

/// What to do instead of setting this key, if it is one of Java's.
pub(super) fn instead_of(key: &str) -> Option<&'static str> {
    let is = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == *pattern,
    };
    let found = REPLACED
        .iter()
        .find(|replaced| replaced.keys.iter().any(is))?;
    Some(found.instead)
}

const NO_CLASSES: &str = "classes of Java cannot be loaded here; leave it out";
const TLS_LIBRARY: &str = "the TLS library of the client decides; leave it out";

#[rustfmt::skip] // keys and answer, side by side: the table is read as a table
pub(super) static REPLACED: &[Replaced] = &[
    Replaced { keys: &["default.key.serde", "default.value.serde", "default.list.*", "default.windowed.*",
                       "windowed.inner.*", "window.size.ms",
                       "key.serializer", "value.serializer", "key.deserializer", "value.deserializer"],
        instead: "codecs are arguments of the topology, as in `Consumed::with(Utf8, I64)` and `Produced::with(Utf8, I64)`" },
    Replaced { keys: &["default.timestamp.extractor"],
        instead: "each source has its own, through `Consumed::timestamp_extractor`" },
    Replaced { keys: &["deserialization.exception.handler", "default.deserialization.exception.handler",
                       "processing.exception.handler", "production.exception.handler",
                       "default.production.exception.handler", "errors.dead.letter.queue.topic.name"],
        instead: "give the application a `FailurePolicy`" },
    Replaced { keys: &["default.dsl.store"],
        instead: "set dsl.store.suppliers.class to rocksDB or in_memory" },
    Replaced { keys: &["rocksdb.config.setter"],
        instead: "stores are chosen in the topology, where they are materialized" },
    Replaced { keys: &["cache.max.bytes.buffering"],
        instead: "set statestore.cache.max.bytes" },
    Replaced { keys: &["task.assignor.class", "rack.aware.assignment.*", "client.tag.*"],
        instead: "how tasks are assigned cannot be chosen yet; leave it out" },
    Replaced { keys: &["default.client.supplier", "processor.wrapper.class", "interceptor.classes",
                       "config.providers", "security.providers", "sasl.client.callback.handler.class",
                       "sasl.oauthbearer.jwt.*"],
        instead: NO_CLASSES },
    Replaced { keys: &["metric.reporters", "metrics.num.samples", "metrics.sample.window.ms",
                       "built.in.metrics.version", "auto.include.jmx.reporter"],
        instead: "metrics are exported by a recorder of the `metrics` crate; leave it out" },
    Replaced { keys: &["partitioner.class", "partitioner.ignore.keys", "partitioner.adaptive.*", "partitioner.availability.*"],
        instead: "give the sink a `Partitioner`, through `Produced::partitioner`" },
    Replaced { keys: &["buffer.memory"],
        instead: "set queue.buffering.max.kbytes, in kilobytes" },
    Replaced { keys: &["max.block.ms"],
        instead: "a full producer pauses its tasks; leave it out" },
    Replaced { keys: &["max.request.size"],
        instead: "set message.max.bytes" },
    Replaced { keys: &["fetch.max.wait.ms"],
        instead: "set fetch.wait.max.ms" },
    Replaced { keys: &["receive.buffer.bytes"],
        instead: "set socket.receive.buffer.bytes" },
    Replaced { keys: &["send.buffer.bytes"],
        instead: "set socket.send.buffer.bytes" },
    Replaced { keys: &["compression.gzip.level", "compression.lz4.level", "compression.zstd.level"],
        instead: "set compression.level" },
    Replaced { keys: &["bootstrap.controllers"],
        instead: "set bootstrap.servers" },
    Replaced { keys: &["sasl.jaas.config"],
        instead: "set sasl.mechanism, sasl.username and sasl.password" },
    Replaced { keys: &["sasl.login.*"],
        instead: "set the sasl.oauthbearer or sasl.kerberos properties of librdkafka" },
    Replaced { keys: &["ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.type"],
        instead: "set ssl.ca.location to a file of PEM certificates" },
    Replaced { keys: &["ssl.truststore.certificates"],
        instead: "set ssl.ca.pem" },
    Replaced { keys: &["ssl.keystore.key"],
        instead: "set ssl.key.pem" },
    Replaced { keys: &["ssl.keystore.certificate.chain"],
        instead: "set ssl.certificate.pem" },
    Replaced { keys: &["ssl.keystore.type"],
        instead: "ssl.keystore.location is read as PKCS#12; for PEM set ssl.certificate.location and ssl.key.location" },
    Replaced { keys: &["ssl.protocol", "ssl.enabled.protocols", "ssl.provider", "ssl.keymanager.algorithm",
                       "ssl.trustmanager.algorithm", "ssl.secure.random.implementation", "ssl.engine.factory.class"],
        instead: TLS_LIBRARY },
    Replaced { keys: &["metadata.max.idle.ms", "exclude.internal.topics", "socket.connection.setup.timeout.max.ms"],
        instead: "the client has nothing like it; leave it out" },
];
