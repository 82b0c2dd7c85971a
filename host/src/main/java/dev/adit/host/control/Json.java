package dev.adit.host.control;

import dev.adit.devices.Place;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Tree;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** JSON as {@link Tree}, and plain values as JSON. Depth and lengths are bounded. */
public final class Json {
  private static final int DEPTH = 32;
  private static final int TEXT = 4 << 20;
  private static final int NAME = 256;
  private static final int DIGITS = 32;

  // Files of accel-config have commas before closing brackets: json-c lets them pass.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxStringLength(TEXT)
                  .maxNameLength(NAME)
                  .maxNumberLength(DIGITS)
                  .build())
          .build();

  private final String source;
  private final JsonParser parser;

  private Json(String source, JsonParser parser) {
    this.source = source;
    this.parser = parser;
  }

  /**
   * {@return one document}
   *
   * @param source what the text came from, for messages
   * @throws RefusedException if it is no JSON, or something follows it
   */
  public static Tree read(String source, String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      Json reader = new Json(source, parser);
      Tree tree = reader.value(parser.nextToken());
      if (parser.nextToken() != null) {
        throw RefusedException.at(reader.here(), "there is more than one document");
      }
      return tree;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      Place place =
          at == null
              ? new Place(source, 1, 1)
              : new Place(source, Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
      throw RefusedException.at(place, "not JSON: " + e.getOriginalMessage());
    }
  }

  private Place here() {
    TokenStreamLocation at = parser.currentTokenLocation();
    return new Place(source, Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
  }

  private Tree value(@Nullable JsonToken token) {
    Place place = here();
    return switch (token) {
      case null -> throw RefusedException.at(place, "there is nothing");
      case START_OBJECT -> fields(place);
      case START_ARRAY -> items(place);
      case VALUE_STRING -> new Tree.Leaf(place, parser.getString());
      case VALUE_TRUE -> new Tree.Leaf(place, true);
      case VALUE_FALSE -> new Tree.Leaf(place, false);
      case VALUE_NULL -> new Tree.Leaf(place, null);
      case VALUE_NUMBER_INT -> new Tree.Leaf(place, integer(place));
      case VALUE_NUMBER_FLOAT -> new Tree.Leaf(place, parser.getDoubleValue());
      default -> throw RefusedException.at(place, "not JSON");
    };
  }

  private Long integer(Place place) {
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw RefusedException.at(place, "a number must fit into 64 bits");
    }
    return parser.getLongValue();
  }

  private Tree items(Place place) {
    List<Tree> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(token));
    }
    return new Tree.Items(place, items);
  }

  private Tree fields(Place place) {
    LinkedHashMap<String, Tree> values = new LinkedHashMap<>();
    Map<String, Place> keys = new HashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      keys.put(key, here());
      values.put(key, value(parser.nextToken()));
    }
    return new Tree.Fields(place, values, keys);
  }

  /** {@return a plain value, as {@link Tree#plain} makes it, in one line} */
  public static String line(@Nullable Object plain) {
    return write(plain, false);
  }

  /** {@return a plain value, indented} */
  public static String pretty(@Nullable Object plain) {
    return write(plain, true);
  }

  private static String write(@Nullable Object plain, boolean indent) {
    StringWriter out = new StringWriter();
    ObjectWriteContext context =
        new ObjectWriteContext.Base() {
          @Override
          public @Nullable PrettyPrinter getPrettyPrinter() {
            return indent ? new DefaultPrettyPrinter() : null;
          }
        };
    try (JsonGenerator generator = FACTORY.createGenerator(context, out)) {
      write(generator, plain);
    }
    return out.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object plain) {
    switch (plain) {
      case null -> out.writeNull();
      case String text -> out.writeString(text);
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case List<?> list -> {
        out.writeStartArray();
        list.forEach(item -> write(out, item));
        out.writeEndArray();
      }
      case Map<?, ?> map -> {
        out.writeStartObject();
        map.forEach(
            (key, value) -> {
              out.writeName(String.valueOf(key));
              write(out, value);
            });
        out.writeEndObject();
      }
      default -> throw new IllegalArgumentException("no plain value: " + plain.getClass());
    }
  }
}
