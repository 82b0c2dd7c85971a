package dev.adit.devices;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the named values of one part of a document and refuses what it does not know: each message
 * says where, what is wrong and what would be right. Call {@link #end} when all has been read.
 */
public final class Section {
  private final Tree.Fields fields;
  private final Set<String> known = new HashSet<>();

  private Section(Tree.Fields fields) {
    this.fields = fields;
  }

  /**
   * {@return the named values of a part}
   *
   * @param what the part's name, for the message if it is something else
   */
  public static Section of(Tree tree, String what) {
    if (tree instanceof Tree.Fields fields) {
      return new Section(fields);
    }
    throw RefusedException.at(
        tree.place(), what + " must be a map of names and values, not " + tree.kind());
  }

  /**
   * {@return values that are all text}
   *
   * @param what where they come from, for messages
   */
  public static Section of(Map<String, String> texts, String what) {
    Place place = new Place(what, 1, 1);
    LinkedHashMap<String, Tree> values = new LinkedHashMap<>();
    texts.forEach((name, text) -> values.put(name, new Tree.Leaf(place, text)));
    return new Section(new Tree.Fields(place, values, Map.of()));
  }

  /** {@return where it begins} */
  public Place place() {
    return fields.place();
  }

  /** {@return whether there is a value of this name} */
  public boolean has(String key) {
    return find(key) != null;
  }

  private @Nullable Tree find(String key) {
    known.add(key);
    Tree tree = fields.values().get(key);
    return tree instanceof Tree.Leaf(_, Object value) && value == null ? null : tree;
  }

  /** {@return the value of a name} */
  public Optional<Tree> tree(String key) {
    return Optional.ofNullable(find(key));
  }

  /** {@return the text of a name} */
  public Optional<String> text(String key) {
    Tree tree = find(key);
    return tree == null ? Optional.empty() : Optional.of(text(tree, key));
  }

  /** {@return the text of a name that must be there} */
  public String requiredText(String key, String example) {
    return text(key)
        .orElseThrow(
            () ->
                RefusedException.at(place(), "'" + key + "' is missing, for example: " + example));
  }

  private static String text(Tree tree, String key) {
    if (tree instanceof Tree.Leaf(_, String text)) {
      if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl)) {
        throw RefusedException.at(
            tree.place(), "'" + key + "' must be text without control characters, and not empty");
      }
      return text;
    }
    String quote = tree instanceof Tree.Leaf ? "; put it in quotes" : "";
    throw RefusedException.at(
        tree.place(), "'" + key + "' must be text, not " + tree.kind() + quote);
  }

  /**
   * {@return the number of a name}
   *
   * @param low the least allowed
   * @param high the greatest allowed
   */
  public OptionalLong number(String key, long low, long high) {
    Tree tree = find(key);
    if (tree == null) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(number(tree, key, low, high));
  }

  /** {@return the number of a name, or another one where there is none} */
  public int number(String key, int low, int high, int otherwise) {
    return (int) number(key, low, (long) high).orElse(otherwise);
  }

  private static long number(Tree tree, String key, long low, long high) {
    Long value = null;
    if (tree instanceof Tree.Leaf(_, Long number)) {
      value = number;
    } else if (tree instanceof Tree.Leaf(_, String text) && text.matches("[0-9]{1,18}")) {
      // mdevctl writes all attributes as text.
      value = Long.valueOf(text);
    }
    if (value == null || value < low || value > high) {
      throw RefusedException.at(
          tree.place(), "'" + key + "' must be a whole number from " + low + " to " + high);
    }
    return value;
  }

  /** {@return the truth value of a name, or another one where there is none} */
  public boolean flag(String key, boolean otherwise) {
    Tree tree = find(key);
    return switch (tree) {
      case null -> otherwise;
      case Tree.Leaf(_, Boolean flag) -> flag;
      case Tree.Leaf(_, String text) when text.equals("true") -> true;
      case Tree.Leaf(_, String text) when text.equals("false") -> false;
      default -> throw RefusedException.at(tree.place(), "'" + key + "' must be true or false");
    };
  }

  /** {@return the choice of a name; choices are written in lower case with dashes} */
  public <E extends Enum<E>> Optional<E> choice(String key, Class<E> choices) {
    Tree tree = find(key);
    if (tree == null) {
      return Optional.empty();
    }
    for (E choice : choices.getEnumConstants()) {
      if (tree instanceof Tree.Leaf(_, Object value)
          && value != null
          && spelling(choice).equals(value.toString())) {
        return Optional.of(choice);
      }
    }
    String all =
        Arrays.stream(choices.getEnumConstants())
            .map(Section::spelling)
            .collect(Collectors.joining(", "));
    throw RefusedException.at(tree.place(), "'" + key + "' must be one of: " + all);
  }

  /** {@return how a choice is written} */
  public static String spelling(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** {@return the parts of a list, none where there is no list} */
  public List<Tree> items(String key) {
    Tree tree = find(key);
    return switch (tree) {
      case null -> List.of();
      case Tree.Items list -> list.items();
      default ->
          throw RefusedException.at(
              tree.place(), "'" + key + "' must be a list, not " + tree.kind());
    };
  }

  /** {@return a refusal of the value of a name} */
  public RefusedException wrong(String key, String sentence) {
    Tree tree = fields.values().get(key);
    return RefusedException.at(tree == null ? place() : tree.place(), "'" + key + "': " + sentence);
  }

  /** Lets a name pass that is not read. */
  public void ignore(String... keys) {
    known.addAll(List.of(keys));
  }

  /** Refuses names that nobody has asked for. */
  public void end() {
    for (String key : fields.values().keySet()) {
      if (!known.contains(key)) {
        Place at = fields.keys().getOrDefault(key, place());
        String all = known.stream().sorted().collect(Collectors.joining(", "));
        throw RefusedException.at(at, "'" + key + "' is not known here; known are: " + all);
      }
    }
  }
}
