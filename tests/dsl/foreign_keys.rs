//! Foreign-key joins between partitions: subscriptions go where right rows are, and answers back
//! to where left rows are.

use headwater_core::prelude::*;
use headwater_core::record::Partition;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

/// Partitions of the left table.
const BOOKS: i32 = 3;
/// Partitions of the right table.
const AUTHORS: i32 = 5;

/// Books name their authors; `tell` changes how the join is done.
fn authored(
    tell: impl FnOnce(TableJoined<String, i64, i64, String>) -> TableJoined<String, i64, i64, String>,
) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    let authors = builder.table_with(
        "authors",
        Consumed::with(I64, Utf8),
        Materialized::named("authors", Utf8),
    );
    builder
        .table_with(
            "books",
            Consumed::with(Utf8, I64),
            Materialized::named("books", I64),
        )
        .join_on_foreign_key(
            authors,
            |_, author| *author,
            |_, name| name.clone(),
            tell(TableJoined::with(I64, Utf8).named("authored")),
            Materialized::named("by", Utf8),
        )
        .into_stream()
        .to("by", Produced::with(Utf8, Utf8.nullable()));
    let driver = TopologyTestDriver::builder(builder.build()?)
        .topic("books", u32::try_from(BOOKS)?)
        .topic("authors", u32::try_from(AUTHORS)?)
        .build()?;
    Ok(driver)
}

fn number(text: &str) -> i32 {
    text.bytes().map(i32::from).sum()
}

#[test]
fn answers_go_to_the_partition_of_the_left_row() -> Tested {
    let mut driver = authored(|joined| joined)?;
    // Wherever a book lies, and not where murmur2 would have it.
    for book in 0..9 {
        let title = format!("book-{book}");
        let books = driver.input("books", Utf8, I64).to_partition(book % BOOKS);
        books.push(title, i64::from(book % 7))?;
    }
    for author in 0..7 {
        let name = format!("author-{author}");
        driver.input("authors", I64, Utf8).push(author, name)?;
    }
    let mut by = driver.output("by", Utf8, Utf8).pairs()?;
    by.sort();
    let expected = (0..9).map(|book| (format!("book-{book}"), format!("author-{}", book % 7)));
    assert_eq!(by, expected.collect::<Vec<_>>());
    assert_eq!(driver.dropped(), 0);
    Ok(())
}

#[test]
fn partitioners_of_both_tables_are_followed() -> Tested {
    let to = |number: i32, partitions: u32| {
        let partitions = i32::try_from(partitions).unwrap_or(i32::MAX);
        Partition::new(number.rem_euclid(partitions))
    };
    let mut driver = authored(|joined| {
        joined
            .partitioner(move |title, _, partitions| to(number(title), partitions))
            .other_partitioner(move |author, _, partitions| {
                to(i32::try_from(*author).unwrap_or(0), partitions)
            })
    })?;
    for author in 0..7 {
        let mut authors = driver.input("authors", I64, Utf8);
        authors = authors.to_partition(author % AUTHORS);
        authors.push(author, format!("author-{author}"))?;
    }
    for book in 0..9 {
        let title = format!("book-{book}");
        let partition = number(&title) % BOOKS;
        let books = driver.input("books", Utf8, I64).to_partition(partition);
        books.push(title, book % 7)?;
    }
    let by = driver.output("by", Utf8, Utf8).pairs()?;
    let expected = (0..9).map(|book| (format!("book-{book}"), format!("author-{}", book % 7)));
    assert_eq!(by, expected.collect::<Vec<_>>());
    Ok(())
}

#[test]
fn an_update_of_a_right_row_reaches_every_left_row_that_names_it() -> Tested {
    let mut driver = authored(|joined| joined)?;
    driver.input("authors", I64, Utf8).push(7, "Austen")?;
    for title in ["Emma", "Persuasion", "Beowulf"] {
        let author = if title == "Beowulf" { 0 } else { 7 };
        driver.input("books", Utf8, I64).push(title, author)?;
    }
    driver.output("by", Utf8, Utf8).pairs()?;
    let mut authors = driver.input("authors", I64, Utf8.nullable());
    authors = authors.push(7, "Jane Austen".to_owned())?;
    authors.push(7, None::<String>)?;
    let mut by = driver.output("by", Utf8, Utf8.nullable()).pairs()?;
    by.sort();
    let names = |title: &str| {
        let name = Some("Jane Austen".to_owned());
        [(title.to_owned(), None), (title.to_owned(), name)]
    };
    assert_eq!(by, [names("Emma"), names("Persuasion")].concat());
    Ok(())
}

#[test]
fn generated_names_are_refused_unless_asked_for() {
    let builder = StreamsBuilder::new();
    let authors = builder.table("authors", Consumed::with(I64, Utf8));
    let _ = builder
        .table("books", Consumed::with(Utf8, I64))
        .left_join_on_foreign_key(
            authors,
            |_, author| *author,
            |_, name| name.cloned(),
            TableJoined::with(I64, Utf8),
            Materialized::named("by", Utf8),
        );
    let refused = builder.build().expect_err("the topics have no name");
    assert!(
        refused.to_string().contains("TableJoined::named"),
        "{refused}"
    );
}

#[test]
fn subscriptions_outlive_their_task() -> Tested {
    let mut driver = authored(|joined| joined)?;
    driver.input("books", Utf8, I64).push("Emma", 7)?;
    driver.restart()?;
    driver.input("authors", I64, Utf8).push(7, "Austen")?;
    let by = driver.output("by", Utf8, Utf8).pairs()?;
    assert_eq!(by, [("Emma".to_owned(), "Austen".to_owned())]);
    Ok(())
}
