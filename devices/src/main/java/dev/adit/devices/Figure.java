package dev.adit.devices;

import java.util.List;
import java.util.Map;

/** What functions and virtual devices report: numbers, each with its {@link Quantity}. */
public sealed interface Figure {
  /** {@return what JSON calls it} */
  String key();

  /** One number. */
  record One(Quantity quantity, long value) implements Figure {
    @Override
    public String key() {
      return quantity.key();
    }
  }

  /** A number for each index, such as interrupts by vector. */
  record Series(Quantity quantity, List<Long> values) implements Figure {
    public Series {
      values = List.copyOf(values);
    }

    @Override
    public String key() {
      return quantity.key();
    }

    /** {@return all of them together} */
    public long sum() {
      return values.stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * A number for each word.
   *
   * @param label what the words are, such as {@code status}
   */
  record Keyed(Quantity quantity, String label, Map<String, Long> values) implements Figure {
    @Override
    public String key() {
      return quantity.key();
    }

    /** {@return all of them together} */
    public long sum() {
      return values.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * A row for each part of the function, such as its work queues.
   *
   * @param parts what they are
   */
  record Table(Parts parts, List<Row> rows) implements Figure {
    public Table {
      rows = List.copyOf(rows);
    }

    @Override
    public String key() {
      return parts.key();
    }

    /** {@return a number of all rows together} */
    public long sum(Quantity quantity) {
      return rows.stream()
          .flatMap(row -> row.numbers().stream())
          .filter(one -> one.quantity().equals(quantity))
          .mapToLong(One::value)
          .sum();
    }
  }

  /**
   * What the parts of a function are.
   *
   * @param key what JSON calls all of them
   * @param title what one is called in a column, such as {@code QUEUE}
   * @param prefix how the name of one begins, before its index
   */
  record Parts(String key, String title, String prefix) {}

  /**
   * A part of a function.
   *
   * @param index its number
   * @param words what it is, by key, such as {@code mode}
   * @param numbers what it counts
   */
  record Row(int index, Map<String, String> words, List<One> numbers) {
    public Row {
      numbers = List.copyOf(numbers);
    }
  }
}
