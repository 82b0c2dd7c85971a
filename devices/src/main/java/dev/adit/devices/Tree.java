package dev.adit.devices;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A document of YAML or JSON whose parts know where they were written. */
public sealed interface Tree {
  /** {@return where it begins} */
  Place place();

  /**
   * A value without parts.
   *
   * @param value a {@link String}, {@link Long}, {@link Double}, {@link Boolean}, or null for null
   */
  record Leaf(Place place, @Nullable Object value) implements Tree {}

  /** A list. */
  record Items(Place place, List<Tree> items) implements Tree {
    public Items {
      items = List.copyOf(items);
    }
  }

  /**
   * Named values, in the order in which they were written.
   *
   * @param keys where the names are
   */
  record Fields(Place place, SequencedMap<String, Tree> values, Map<String, Place> keys)
      implements Tree {}

  /** {@return the same without places: strings, numbers, booleans, lists and maps} */
  default @Nullable Object plain() {
    return switch (this) {
      case Leaf leaf -> leaf.value();
      case Items list -> {
        List<@Nullable Object> plain = new ArrayList<>();
        list.items().forEach(item -> plain.add(item.plain()));
        yield plain;
      }
      case Fields fields -> {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        fields.values().forEach((key, value) -> plain.put(key, value.plain()));
        yield plain;
      }
    };
  }

  /** {@return what kind of thing this is, for messages} */
  default String kind() {
    return switch (this) {
      case Items _ -> "a list";
      case Fields _ -> "a map";
      case Leaf(_, String _) -> "text";
      case Leaf(_, Boolean _) -> "true or false";
      case Leaf(_, Number _) -> "a number";
      case Leaf _ -> "nothing";
    };
  }
}
