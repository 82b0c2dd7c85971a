package dev.adit.cli.control;

import dev.adit.devices.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Looks into what a server answered; what is not there is empty or 0. */
public record View(@Nullable Tree tree) {
  private static final View NOTHING = new View(null);

  /** {@return what is under a name} */
  public View get(String name) {
    return tree instanceof Tree.Fields fields && fields.values().containsKey(name)
        ? new View(fields.values().get(name))
        : NOTHING;
  }

  /** {@return whether there is something under a name} */
  public boolean has(String name) {
    return tree instanceof Tree.Fields fields && fields.values().containsKey(name);
  }

  /** {@return what is under each name, in order} */
  public SequencedMap<String, View> entries() {
    SequencedMap<String, View> entries = new LinkedHashMap<>();
    if (tree instanceof Tree.Fields fields) {
      fields.values().forEach((name, value) -> entries.put(name, new View(value)));
    }
    return entries;
  }

  /** {@return the parts of a list} */
  public List<View> items() {
    List<View> items = new ArrayList<>();
    if (tree instanceof Tree.Items list) {
      list.items().forEach(item -> items.add(new View(item)));
    }
    return items;
  }

  /** {@return a text, a number or a truth value as text} */
  public String text() {
    return tree instanceof Tree.Leaf(_, Object value) && value != null ? value.toString() : "";
  }

  /** {@return a number} */
  public long number() {
    return tree instanceof Tree.Leaf(_, Long value) ? value : 0;
  }

  /** {@return a truth value} */
  public boolean flag() {
    return tree instanceof Tree.Leaf(_, Boolean value) && value;
  }

  /** {@return the number, or the sum of the numbers in a list or under names} */
  public long sum() {
    return number()
        + items().stream().mapToLong(View::number).sum()
        + entries().values().stream().mapToLong(View::number).sum();
  }

  /** {@return it as plain values} */
  public @Nullable Object plain() {
    return tree == null ? null : tree.plain();
  }

  /** {@return names and values as {@code name=value name=value}} */
  public String pairs() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, View> each : entries().entrySet()) {
      text.append(text.isEmpty() ? "" : " ").append(each.getKey()).append('=');
      text.append(each.getValue().text());
    }
    return text.toString();
  }
}
