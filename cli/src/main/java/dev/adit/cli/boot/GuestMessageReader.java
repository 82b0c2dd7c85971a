package dev.adit.cli.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of the lines of a guest, which is not trusted: bounds are kept, names are plain.
 */
final class GuestMessageReader {
  /** A file of 48 MiB. */
  private static final int MAX_CONTENT = 64 << 20;

  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}");

  private @Nullable String name;
  private List<String> content = new ArrayList<>();
  private int size;

  /** {@return the message that a line completes, if it does} */
  Optional<GuestMessage> line(String line) {
    int space = line.indexOf(' ');
    String kind = space < 0 ? line : line.substring(0, space);
    String rest = space < 0 ? "" : line.substring(space + 1);
    return switch (kind) {
      case "ready" -> Optional.of(new GuestMessage.Ready(rest));
      case "progress" -> Optional.of(new GuestMessage.Progress(rest));
      case "ok" -> Optional.of(step(rest, true));
      case "not-ok" -> Optional.of(step(rest, false));
      case "fact" -> {
        String key = firstWord(rest);
        yield Optional.of(new GuestMessage.Fact(key, after(key, rest)));
      }
      case "meet" -> Optional.of(new GuestMessage.Meet(rest));
      case "rebooting" -> Optional.of(new GuestMessage.Ended(true));
      case "done" -> Optional.of(new GuestMessage.Ended(false));
      case "file" -> begin(line, rest);
      case "data" -> data(line, rest);
      case "eof" -> end(line);
      default -> Optional.of(new GuestMessage.Unknown(line));
    };
  }

  private static GuestMessage step(String rest, boolean passed) {
    String step = firstWord(rest);
    return new GuestMessage.Step(step, passed, after(step, rest));
  }

  private Optional<GuestMessage> begin(String line, String file) {
    content = new ArrayList<>();
    size = 0;
    name = PLAIN_NAME.matcher(file).matches() ? file : null;
    return name == null ? Optional.of(new GuestMessage.Unknown(line)) : Optional.empty();
  }

  private Optional<GuestMessage> data(String line, String base64) {
    size += base64.length();
    if (name == null || size > MAX_CONTENT) {
      name = null;
      return Optional.of(new GuestMessage.Unknown(line));
    }
    content.add(base64);
    return Optional.empty();
  }

  private Optional<GuestMessage> end(String line) {
    String file = name;
    name = null;
    return Optional.of(
        file == null ? new GuestMessage.Unknown(line) : new GuestMessage.Content(file, content));
  }

  private static String firstWord(String text) {
    int space = text.indexOf(' ');
    return space < 0 ? text : text.substring(0, space);
  }

  private static String after(String word, String text) {
    return text.substring(Math.min(text.length(), word.length() + 1));
  }
}
