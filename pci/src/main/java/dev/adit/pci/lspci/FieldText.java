package dev.adit.pci.lspci;

import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Format;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the value of a field out of a line of lspci: what {@link Format} writes, the other way
 * round. A value that cannot be told for certain is not there.
 */
final class FieldText {
  private static final int WIDEST_TABLE = 12;

  /** By field, the value behind each text that no other value has. */
  private static final Map<Field, Map<String, Long>> TABLES = new ConcurrentHashMap<>();

  private FieldText() {}

  /** {@return the value of a field in the text of its register} */
  static OptionalLong value(Field field, String text) {
    String name = field.name();
    boolean flag = field.format().equals(Format.FLAG);
    for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      if (at > 0 && inWord(text.charAt(at - 1))) {
        continue;
      }
      int end = at + name.length();
      OptionalLong value = flag ? flag(text, end) : number(field, text, end);
      if (value.isPresent()) {
        return value;
      }
    }
    return OptionalLong.empty();
  }

  private static boolean inWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '<' || c == '>' || c == '/';
  }

  private static OptionalLong flag(String text, int at) {
    if (at >= text.length() || (text.charAt(at) != '+' && text.charAt(at) != '-')) {
      return OptionalLong.empty();
    }
    boolean ends = at + 1 == text.length() || " \t,)".indexOf(text.charAt(at + 1)) >= 0;
    return ends ? OptionalLong.of(text.charAt(at) == '+' ? 1 : 0) : OptionalLong.empty();
  }

  private static OptionalLong number(Field field, String text, int from) {
    int at = from;
    while (at < text.length() && " \t:=#".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at == from ? OptionalLong.empty() : parse(field, text.substring(at));
  }

  /** {@return the value that a text begins with} */
  static OptionalLong parse(Field field, String text) {
    Format format = field.format();
    if (format.equals(Format.DECIMAL)) {
      return digits(field, text, 10, 0);
    }
    if (format instanceof Format.Hex hex) {
      return digits(field, text.startsWith("0x") ? text.substring(2) : text, 16, hex.shift());
    }
    if (field.width() > WIDEST_TABLE) {
      return OptionalLong.empty();
    }
    Map<String, Long> table = TABLES.computeIfAbsent(field, FieldText::table);
    for (int end = Math.min(text.length(), 64); end > 0; end--) {
      Long value = table.get(text.substring(0, end));
      boolean whole = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
      if (value != null && whole) {
        return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong digits(Field field, String text, int radix, int shift) {
    int end = 0;
    while (end < text.length() && end < 16 && Character.digit(text.charAt(end), radix) >= 0) {
      end++;
    }
    boolean whole = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
    if (end == 0 || (radix == 16 && !whole)) {
      return OptionalLong.empty();
    }
    long value = Long.parseUnsignedLong(text.substring(0, end), radix) >>> shift;
    boolean fits = field.get(value << field.low()) == value;
    return fits ? OptionalLong.of(value) : OptionalLong.empty();
  }

  private static Map<String, Long> table(Field field) {
    Map<String, Long> table = new HashMap<>();
    for (long value = 0; value < 1L << field.width(); value++) {
      String text = field.format().text(value);
      table.merge(text, value, (a, b) -> -1L);
    }
    return table;
  }
}
