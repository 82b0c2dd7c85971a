package dev.adit.host.control;

import dev.adit.devices.Place;
import dev.adit.devices.Refusal;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Files of YAML or JSON: what begins with a bracket is JSON, anything else YAML 1.2. */
public final class Documents {
  private static final int LARGEST = 4 << 20;
  private static final int DEPTH = 32;

  private final String source;

  private Documents(String source) {
    this.source = source;
  }

  /**
   * {@return the document in a file}
   *
   * @throws RefusedException if there is none, or it cannot be understood
   */
  public static Tree read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    } catch (NoSuchFileException e) {
      throw new RefusedException(Refusal.Reason.BAD_REQUEST, file + ": there is no such file", e);
    } catch (IOException e) {
      throw new RefusedException(
          Refusal.Reason.BAD_REQUEST, file + ": cannot be read: " + reason(e), e);
    }
  }

  /**
   * {@return the document in a stream, which may not be endless}
   *
   * @param source what it is, for messages
   * @throws RefusedException if there is none, or it cannot be understood
   */
  public static Tree read(String source, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw new RefusedException(Refusal.Reason.BAD_REQUEST, source + ": larger than 4 MiB");
    }
    ByteBuffer text = ByteBuffer.wrap(bytes);
    return parse(source, StandardCharsets.UTF_8.newDecoder().decode(text).toString());
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return e.getClass().getSimpleName() + (message == null ? "" : ", " + message);
  }

  /** {@return the document in a text} */
  public static Tree parse(String source, String text) {
    String begin = text.stripLeading();
    return begin.startsWith("{") || begin.startsWith("[")
        ? Json.read(source, text)
        : new Documents(source).yaml(text);
  }

  private Tree yaml(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source)
            .setAllowDuplicateKeys(false)
            .setCodePointLimit(LARGEST)
            .build();
    try {
      checkShape(parser(settings, text));
      Optional<Node> root = new Composer(settings, parser(settings, text)).getSingleNode();
      if (root.isEmpty()) {
        throw RefusedException.at(new Place(source, 1, 1), "the file is empty");
      }
      return tree(root.get());
    } catch (MarkedYamlEngineException e) {
      throw RefusedException.at(place(e.getProblemMark()), "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw RefusedException.at(new Place(source, 1, 1), "not YAML: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      // The reader's own way to say that an escape such as \x has no digits or is no character.
      throw RefusedException.at(new Place(source, 1, 1), "not YAML: an escape is wrong");
    }
  }

  private static ParserImpl parser(LoadSettings settings, String text) {
    return new ParserImpl(settings, new StreamReader(settings, text));
  }

  /** Composing goes as deep as the file and as wide as its aliases: both are judged before. */
  private void checkShape(Iterator<Event> events) {
    int depth = 0;
    while (events.hasNext()) {
      switch (events.next()) {
        case CollectionStartEvent start -> {
          if (++depth > DEPTH) {
            throw RefusedException.at(place(start.getStartMark()), "nested too deeply");
          }
        }
        case CollectionEndEvent _ -> depth--;
        case AliasEvent alias ->
            throw RefusedException.at(
                place(alias.getStartMark()), "aliases are not accepted; write it out");
        default -> {}
      }
    }
  }

  private Place place(Optional<Mark> mark) {
    return mark.map(m -> new Place(source, m.getLine() + 1, m.getColumn() + 1))
        .orElse(new Place(source, 1, 1));
  }

  private Tree tree(Node node) {
    Place place = place(node.getStartMark());
    return switch (node) {
      case ScalarNode scalar -> new Tree.Leaf(place, value(scalar, place));
      case SequenceNode list -> {
        List<Tree> items = new ArrayList<>();
        for (Node item : list.getValue()) {
          items.add(tree(item));
        }
        yield new Tree.Items(place, items);
      }
      case MappingNode map -> fields(map, place);
      default -> throw RefusedException.at(place, "this kind of YAML is not accepted");
    };
  }

  private Tree fields(MappingNode map, Place place) {
    LinkedHashMap<String, Tree> values = new LinkedHashMap<>();
    Map<String, Place> keys = new HashMap<>();
    for (NodeTuple tuple : map.getValue()) {
      Place at = place(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw RefusedException.at(at, "a name must be text");
      }
      if (keys.put(key.getValue(), at) != null) {
        throw RefusedException.at(at, "'" + key.getValue() + "' is there twice");
      }
      values.put(key.getValue(), tree(tuple.getValueNode()));
    }
    return new Tree.Fields(place, values, keys);
  }

  private static @Nullable Object value(ScalarNode scalar, Place place) {
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.STR)) {
      return text;
    } else if (tag.equals(Tag.NULL)) {
      return null;
    } else if (tag.equals(Tag.BOOL)) {
      return Boolean.valueOf(text);
    } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return number(text, place);
    }
    throw RefusedException.at(place, "the tag " + tag + " is not accepted");
  }

  private static Object number(String text, Place place) {
    try {
      return text.matches("[-+]?[0-9]+") ? (Object) Long.valueOf(text) : Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw RefusedException.at(place, "a number must fit into 64 bits");
    }
  }
}
