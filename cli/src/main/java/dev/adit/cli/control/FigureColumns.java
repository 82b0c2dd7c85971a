package dev.adit.cli.control;

import dev.adit.devices.Figure;
import dev.adit.devices.Quantity;
import dev.adit.host.control.Families;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The columns that views of functions and devices have beside those of the platform. They follow
 * from what families declare about their numbers, and only those are shown that somebody reports.
 */
final class FigureColumns {
  private static final String NOTHING = "-";

  /** Makes a cell of what is reported now and what was reported before. */
  private record Column(String title, BiFunction<View, View, String> cell) {}

  private final List<Column> columns = new ArrayList<>();
  private final double seconds;

  /**
   * @param seconds between what was reported before and what is reported now, for rates
   */
  private FigureColumns(double seconds) {
    this.seconds = seconds;
  }

  /**
   * {@return columns for what functions consist of: how many parts, and numbers as they are now}
   */
  static FigureColumns built(Collection<View> reports) {
    FigureColumns made = new FigureColumns(0);
    for (Figure.Parts parts : Families.parts()) {
      if (reports.stream().anyMatch(each -> each.has(parts.key()))) {
        made.add(
            new Column(
                parts.title() + "S",
                (now, _) -> Integer.toString(now.get(parts.key()).items().size())));
      }
    }
    reported(reports).stream().filter(each -> !each.counter()).forEach(made::asItIs);
    return made;
  }

  /** {@return columns for what has been counted} */
  static FigureColumns counted(Collection<View> reports) {
    FigureColumns made = new FigureColumns(0);
    reported(reports).stream().filter(Quantity::counter).forEach(made::asItIs);
    return made;
  }

  /** {@return columns for how fast numbers of a function or device rise} */
  static FigureColumns rates(Collection<View> reports, double seconds) {
    FigureColumns made = new FigureColumns(seconds);
    for (Quantity quantity : reported(reports)) {
      if (!quantity.rate().isEmpty()) {
        made.rate(quantity, reports);
      }
    }
    return made;
  }

  /** {@return columns for what has no rate; of parts, what is waiting in all of them} */
  static FigureColumns rest(Collection<View> reports) {
    FigureColumns made = new FigureColumns(0);
    for (Quantity quantity : Families.quantities()) {
      boolean whole = reports.stream().anyMatch(each -> each.has(quantity.key()));
      if (whole && quantity.rate().isEmpty()) {
        made.asItIs(quantity);
      } else if (!whole && !quantity.counter() && !quantity.metric().isEmpty()) {
        made.ofParts(quantity);
      }
    }
    return made;
  }

  /** {@return columns for the parts of a function, such as its work queues} */
  static FigureColumns parts(Collection<View> rows, double seconds) {
    FigureColumns made = new FigureColumns(seconds);
    Set<String> words = new LinkedHashSet<>();
    List<Quantity> numbers = reported(rows);
    for (View row : rows) {
      row.entries().keySet().stream()
          .filter(key -> !key.equals("index"))
          .filter(key -> numbers.stream().noneMatch(each -> each.key().equals(key)))
          .forEach(words::add);
    }
    for (String word : words) {
      made.add(new Column(upper(word), (now, _) -> now.has(word) ? now.get(word).text() : NOTHING));
    }
    for (Quantity quantity : numbers) {
      if (quantity.rate().isEmpty()) {
        made.asItIs(quantity);
      } else {
        made.rate(quantity, rows);
      }
    }
    return made;
  }

  /** Families that count the same by other keys share a column. */
  private void add(Column column) {
    for (int i = 0; i < columns.size(); i++) {
      Column there = columns.get(i);
      if (there.title().equals(column.title())) {
        columns.set(i, new Column(there.title(), (now, then) -> either(there, column, now, then)));
        return;
      }
    }
    columns.add(column);
  }

  private static String either(Column one, Column other, View now, View then) {
    String cell = one.cell().apply(now, then);
    return cell.equals(NOTHING) ? other.cell().apply(now, then) : cell;
  }

  private static List<Quantity> reported(Collection<View> reports) {
    return Families.quantities().stream()
        .filter(quantity -> reports.stream().anyMatch(each -> each.has(quantity.key())))
        .toList();
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }

  private void asItIs(Quantity quantity) {
    if (!quantity.column().isEmpty()) {
      add(
          new Column(
              quantity.column(),
              (now, _) ->
                  now.has(quantity.key())
                      ? Long.toString(now.get(quantity.key()).number())
                      : NOTHING));
    }
  }

  private void ofParts(Quantity quantity) {
    if (!quantity.column().isEmpty()) {
      add(
          new Column(
              quantity.column(),
              (now, _) ->
                  Long.toString(
                      Families.parts().stream()
                          .flatMap(parts -> now.get(parts.key()).items().stream())
                          .mapToLong(part -> part.get(quantity.key()).number())
                          .sum())));
    }
  }

  /** A number has one rate; numbers by word have one for each word, all numbers of a list one. */
  private void rate(Quantity quantity, Collection<View> reports) {
    String key = quantity.key();
    Set<String> words = new LinkedHashSet<>();
    reports.forEach(each -> words.addAll(each.get(key).entries().keySet()));
    if (words.isEmpty()) {
      add(
          new Column(
              quantity.rate(),
              (now, then) ->
                  now.has(key) ? shown(now.get(key).sum(), then.get(key).sum()) : NOTHING));
    }
    for (String word : words) {
      add(
          new Column(
              upper(word) + "/S",
              (now, then) ->
                  now.get(key).has(word)
                      ? shown(now.get(key).get(word).number(), then.get(key).get(word).number())
                      : NOTHING));
    }
  }

  private String shown(long now, long then) {
    return "%.0f".formatted(seconds > 0 && now >= then ? (now - then) / seconds : 0);
  }

  /** {@return the titles} */
  List<String> titles() {
    return columns.stream().map(Column::title).toList();
  }

  /** {@return a row} */
  List<String> cells(View now, View then) {
    return columns.stream().map(column -> column.cell().apply(now, then)).toList();
  }
}
