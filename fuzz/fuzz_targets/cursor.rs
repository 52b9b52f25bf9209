//! A cursor that was not written here is not read, and one that was reads back.
#![no_main]

use customer_graph::graphql::{KeyValue, cursor};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, Vec<i64>)| {
    let (text, numbers) = input;
    let (key, list) = ([7; 32], [1; 32]);
    assert_eq!(cursor::read(&key, &list, text), None);
    let mut values: Vec<KeyValue> = numbers.into_iter().map(KeyValue::Integer).take(8).collect();
    values.push(KeyValue::Text(text.to_owned()));
    let written = cursor::write(&key, &list, &values);
    if written.len() <= 4_096 {
        assert_eq!(cursor::read(&key, &list, &written), Some(values));
    }
});
