package dev.adit.pci.lspci;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is printed of a capability or of the header: lines by the label that they begin with. */
final class Section {
  private static final Pattern LABEL = Pattern.compile("^([A-Za-z][\\w ]{0,40}):(?:\\s+(.*))?$");

  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final String title;
  private final int line;
  private Part last;

  /** What one register has to say. */
  static final class Part {
    final StringBuilder text;
    final int line;

    Part(String text, int line) {
      this.text = new StringBuilder(text);
      this.line = line;
    }
  }

  /** Begins with the line that introduces it. */
  Section(String title, int line) {
    this.title = title;
    this.line = line;
    last = new Part(title, line);
    parts.put("", last);
  }

  String title() {
    return title;
  }

  int line() {
    return line;
  }

  /** Takes a line; one without label goes on with the last register. */
  void add(String text, int number) {
    String stripped = text.strip();
    Matcher label = LABEL.matcher(stripped);
    if (!label.matches()) {
      last.text.append(' ').append(stripped);
      return;
    }
    last = new Part(stripped, number);
    Part before = parts.putIfAbsent(label.group(1), last);
    if (before != null) {
      before.text.append(' ').append(stripped);
      last = before;
    }
  }

  /** Takes labels that are no register's for the ends of lines that were wrapped. */
  void join(Set<String> registers) {
    Part before = null;
    for (Map.Entry<String, Part> entry : List.copyOf(parts.entrySet())) {
      String label = entry.getKey();
      boolean own = label.isEmpty() || label.startsWith("Region ") || registers.contains(label);
      if (own || before == null) {
        before = entry.getValue();
      } else {
        before.text.append(' ').append(entry.getValue().text);
      }
    }
  }

  Map<String, Part> parts() {
    return parts;
  }
}
