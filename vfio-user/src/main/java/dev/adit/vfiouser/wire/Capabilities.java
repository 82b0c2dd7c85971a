package dev.adit.vfiouser.wire;

import dev.adit.vfiouser.VfioUserException;
import dev.adit.vfiouser.posix.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * What one side says of itself in VERSION.
 *
 * @param maxFds fds it takes with one message
 * @param maxData bytes of data it takes with one message
 * @param maxMappings DMA mappings it takes
 */
public record Capabilities(int maxFds, int maxData, int maxMappings) {
  /** What holds for a side that says nothing. */
  public static final Capabilities DEFAULT = new Capabilities(1, 1 << 20, 65535);

  /** The most data we take. */
  public static final int MAX_DATA = 1 << 20;

  private static final int MAX_TEXT = 4096;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxDocumentLength(MAX_TEXT)
                  .maxNumberLength(20)
                  .maxStringLength(256)
                  .maxNameLength(64)
                  .build())
          .build();

  /**
   * Reads the text of a VERSION message. Unknown members are skipped, as the protocol demands.
   *
   * @param length bytes, the zero at the end included; 0 for no text
   * @throws VfioUserException if it is not what the protocol says
   */
  public static Capabilities parse(MemorySegment message, long at, int length) {
    if (length == 0) {
      return DEFAULT;
    }
    if (length > MAX_TEXT || message.get(ValueLayout.JAVA_BYTE, at + length - 1) != 0) {
      throw malformed();
    }
    byte[] text = message.asSlice(at, length - 1).toArray(ValueLayout.JAVA_BYTE);
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      return read(parser);
    } catch (JacksonException e) {
      throw malformed();
    }
  }

  private static Capabilities read(JsonParser parser) {
    Capabilities found = DEFAULT;
    expectObject(parser.nextToken());
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean capabilities = parser.currentName().equals("capabilities");
      JsonToken value = parser.nextToken();
      if (capabilities) {
        expectObject(value);
        found = readMembers(parser);
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw malformed();
    }
    return found;
  }

  private static Capabilities readMembers(JsonParser parser) {
    int fds = DEFAULT.maxFds;
    int data = DEFAULT.maxData;
    int mappings = DEFAULT.maxMappings;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "max_msg_fds" -> fds = count(parser, value);
        case "max_data_xfer_size" -> data = count(parser, value);
        case "max_dma_maps" -> mappings = count(parser, value);
        default -> parser.skipChildren();
      }
    }
    return new Capabilities(fds, data, mappings);
  }

  private static int count(JsonParser parser, JsonToken value) {
    if (value != JsonToken.VALUE_NUMBER_INT) {
      throw malformed();
    }
    long count = parser.getLongValue();
    if (count < 0) {
      throw malformed();
    }
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  private static void expectObject(JsonToken token) {
    if (token != JsonToken.START_OBJECT) {
      throw malformed();
    }
  }

  private static VfioUserException malformed() {
    return new VfioUserException("capabilities that are no JSON of this protocol", Libc.EINVAL);
  }

  /**
   * {@return the longest text that tells of these capabilities in at most {@code room} bytes, the
   * zero at the end included} QEMU takes no reply longer than its request; what is left out has its
   * default value or is found out by an error reply.
   */
  public byte[] text(int room) {
    String fds = "\"max_msg_fds\":" + maxFds;
    String data = ",\"max_data_xfer_size\":" + maxData;
    String mappings = ",\"max_dma_maps\":" + maxMappings;
    String pages = ",\"pgsizes\":4096";
    for (String members :
        List.of(fds + data + mappings + pages, fds + data + mappings, fds + data, fds, "")) {
      byte[] text = ("{\"capabilities\":{" + members + "}}\0").getBytes(StandardCharsets.US_ASCII);
      if (text.length <= room) {
        return text;
      }
    }
    return new byte[0];
  }
}
