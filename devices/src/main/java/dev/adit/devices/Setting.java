package dev.adit.devices;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Something that users can choose about a function or a virtual device, declared once: reading with
 * errors that say line and column, writing, help and completion come from the declaration.
 *
 * @param <T> what is chosen
 */
public final class Setting<T> {
  private static final Pattern MASK = Pattern.compile("0x[0-9a-fA-F]{1,16}");

  private final String name;
  private final String values;
  private final List<String> choices;
  private final String help;
  private final BiFunction<Section, String, Optional<T>> reader;
  private final Function<T, String> writer;

  private Setting(
      String name,
      String values,
      List<String> choices,
      String help,
      BiFunction<Section, String, Optional<T>> reader,
      Function<T, String> writer) {
    this.name = name;
    this.values = values;
    this.choices = List.copyOf(choices);
    this.help = help;
    this.reader = reader;
    this.writer = writer;
  }

  /** {@return a whole number within bounds, both included} */
  public static Setting<Integer> whole(String name, int low, int high, String help) {
    return new Setting<>(
        name,
        low + " to " + high,
        List.of(),
        help,
        (section, key) -> {
          OptionalLong number = section.number(key, low, high);
          return number.isEmpty() ? Optional.empty() : Optional.of((int) number.getAsLong());
        },
        value -> Integer.toString(value));
  }

  /** {@return 64 bits in hexadecimal} */
  public static Setting<Long> mask(String name, String help) {
    return new Setting<>(
        name,
        "0x0 to 0xffffffffffffffff",
        List.of(),
        help,
        (section, key) -> section.text(key).map(text -> mask(section, key, text)),
        value -> "0x" + Long.toHexString(value));
  }

  private static long mask(Section section, String key, String text) {
    if (!MASK.matcher(text).matches()) {
      throw section.wrong(key, "must be hexadecimal in quotes, for example \"0x3ff\"");
    }
    return Long.parseUnsignedLong(text.substring(2), 16);
  }

  /** {@return one of several words: the constants' names in lower case with dashes} */
  public static <E extends Enum<E>> Setting<E> choice(String name, Class<E> type, String help) {
    List<String> words =
        Arrays.stream(type.getEnumConstants()).map(each -> Section.spelling(each)).toList();
    return new Setting<>(
        name,
        String.join(", ", words),
        words,
        help,
        (section, key) -> section.choice(key, type),
        Section::spelling);
  }

  /** {@return a part of the document with a form of its own, such as a layout} */
  public static Setting<Tree> part(String name, String values, String help) {
    return new Setting<>(
        name, values, List.of(), help, Section::tree, value -> String.valueOf(value.plain()));
  }

  /** {@return what users call it} */
  public String name() {
    return name;
  }

  /** {@return what may stand there, in words} */
  public String values() {
    return values;
  }

  /** {@return the words that may stand there, for completion; empty where others can} */
  public List<String> choices() {
    return choices;
  }

  /** {@return what it does, in a sentence} */
  public String help() {
    return help;
  }

  /**
   * {@return what was chosen}
   *
   * @throws RefusedException with line and column if it cannot be chosen
   */
  public Optional<T> in(Section section) {
    return reader.apply(section, name);
  }

  /** {@return what was chosen as it is written, in one form for each value} */
  public Optional<String> textIn(Section section) {
    return in(section).map(writer);
  }
}
