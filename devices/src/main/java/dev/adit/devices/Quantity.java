package dev.adit.devices;

/**
 * What a number means: declared once, and shown by every view.
 *
 * @param key what JSON calls it
 * @param label what texts call it
 * @param unit of what, such as {@code descriptors} or {@code interrupts}
 * @param counter whether it only rises, so that its rate is of interest; otherwise it is as it is
 *     now
 * @param metric the metric's name without {@code adit_} and {@code _total}; empty for none
 * @param rate the column of {@code top} that shows how fast it rises; empty for none
 * @param column the column of lists that shows it; empty for none
 * @param help what it counts, in a sentence
 */
public record Quantity(
    String key,
    String label,
    String unit,
    boolean counter,
    String metric,
    String rate,
    String column,
    String help) {
  /** Interrupts of a virtual function by vector; every family reports them. */
  public static final Quantity INTERRUPTS =
      counter("interrupts", "interrupts", "Interrupts delivered, by message store.")
          .measured("interrupts_delivered")
          .rated("INT/S");

  /** {@return a number that only rises} */
  public static Quantity counter(String key, String unit, String help) {
    return new Quantity(key, key, unit, true, "", "", "", help);
  }

  /** {@return a number as it is now} */
  public static Quantity gauge(String key, String unit, String help) {
    return new Quantity(key, key, unit, false, "", "", "", help);
  }

  /** {@return the same with a name in texts} */
  public Quantity called(String text) {
    return new Quantity(key, text, unit, counter, metric, rate, column, help);
  }

  /** {@return the same as a metric} */
  public Quantity measured(String name) {
    return new Quantity(key, label, unit, counter, name, rate, column, help);
  }

  /** {@return the same with its rate in a column of {@code top}} */
  public Quantity rated(String title) {
    return new Quantity(key, label, unit, counter, metric, title, column, help);
  }

  /** {@return the same with a column in lists} */
  public Quantity listed(String title) {
    return new Quantity(key, label, unit, counter, metric, rate, title, help);
  }
}
