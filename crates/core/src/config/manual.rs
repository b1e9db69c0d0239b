//! The table of our keys as Markdown: `docs/configuration.md`.

use std::fmt::Write as _;

use super::defs::{KEYS, WhenUnset};
use super::parse;
use super::replaced::REPLACED;

const HEAD: &str = "\
<!-- Generated from crates/core/src/config: HEADWATER_BLESS=1 cargo test -p headwater --test manual -->

# Configuration

Settings are text under the keys of Kafka Streams, given to `StreamsConfig::set`.
Times are whole milliseconds, sizes whole bytes.
`StreamsConfig::validate` tells all that is wrong at once; an application does so before it starts.

## Settings of Headwater
";

const CLIENTS: &str = "
## Settings of the Kafka clients

Every other key is a property of librdkafka and is passed on: \
[its list](https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).

| Key | For |
|---|---|
| `x` | every client |
| `consumer.x`, `main.consumer.x` | the consumer; the second overrides the first, both override `x` |
| `producer.x` | the producer |
| `admin.x` | the admin client |
| `restore.consumer.x`, `global.consumer.x` | consumers of stateful operators, once there are any |
| `topic.x` | no client: property `x` of the topics that Headwater creates (but `topic.metadata.x` and \
`topic.blacklist` are librdkafka's) |

Secrets are never shown: neither in logs nor in `Debug` and `Display` of the settings nor in errors.
What counts as a secret is decided by the key (`headwater_core::config::is_secret`).

## Settings of Kafka for Java that have another form here

They are refused with these words.
Some values are, too: `auto.offset.reset` is `earliest`, `latest` or `error` (Java: `none`), \
and `group.protocol` is `classic` or `consumer`, not yet `streams`.

| Key | Instead |
|---|---|
";

/// The manual page of the settings, in Markdown: what `docs/configuration.md` holds.
pub fn manual() -> String {
    let mut page = HEAD.to_owned();
    for key in KEYS {
        let default = match key.when_unset {
            WhenUnset::Required => "required".to_owned(),
            WhenUnset::Default("") => "empty".to_owned(),
            WhenUnset::Default(value) => format!("`{value}`"),
            WhenUnset::Otherwise(words) => words.to_owned(),
        };
        let _ = write!(
            page,
            "\n### `{}`\n\n{}\n\n- Allowed: {}\n- Default: {default}\n- Importance: {}\n- In Kafka Streams: {}\n",
            key.name,
            by_sentence(key.doc),
            parse::allowed(key.kind),
            format!("{:?}", key.importance).to_lowercase(),
            key.kafka,
        );
    }
    page.push_str(CLIENTS);
    for replaced in REPLACED {
        let keys: Vec<String> = replaced.keys.iter().map(|key| format!("`{key}`")).collect();
        let _ = writeln!(page, "| {} | {} |", keys.join(", "), replaced.instead);
    }
    page
}

/// One sentence per line, as everywhere in `docs/`.
fn by_sentence(words: &str) -> String {
    words.replace(". ", ".\n")
}
