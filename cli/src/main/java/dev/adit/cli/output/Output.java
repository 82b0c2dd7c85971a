package dev.adit.cli.output;

import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** How a command prints: the options that all commands with a report share. */
public final class Output {
  @Option(
      names = {"-j", "--json"},
      description = "Print one JSON document.")
  private boolean json;

  @Option(
      names = {"-p", "--pretty"},
      description = "Indent the JSON document.")
  private boolean pretty;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "Colour: ${COMPLETION-CANDIDATES}; auto means on a terminal without NO_COLOR.")
  private Color color = Color.auto;

  /** When to use colour, spelt as users type it. */
  enum Color {
    always,
    never,
    auto
  }

  /** Looks of text on a terminal. */
  public enum Look {
    GOOD("32"),
    BAD("31"),
    DOUBTFUL("33"),
    STRONG("1");

    private final String code;

    Look(String code) {
      this.code = code;
    }
  }

  /** {@return whether the user wants JSON} */
  public boolean json() {
    return json;
  }

  /** {@return whether text is coloured} */
  public boolean colored() {
    return switch (color) {
      case always -> true;
      case never -> false;
      case auto -> System.getenv("NO_COLOR") == null && onTerminal();
    };
  }

  private static boolean onTerminal() {
    String term = System.getenv("TERM");
    return term != null
        && !term.equals("dumb")
        && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** {@return the text with a look, if there is colour} */
  public String look(Look look, String text) {
    return colored() ? "\u001b[" + look.code + "m" + text + "\u001b[0m" : text;
  }

  /** {@return a generator that writes a document, or one a line, and leaves {@code out} open} */
  public JsonGenerator generator(PrintWriter out) {
    JsonFactory factory =
        JsonFactory.builder()
            .rootValueSeparator("\n")
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();
    return factory.createGenerator(
        new ObjectWriteContext.Base() {
          @Override
          public @Nullable PrettyPrinter getPrettyPrinter() {
            return pretty ? new DefaultPrettyPrinter() : null;
          }
        },
        out);
  }

  /** Writes a property that is a list of texts. */
  public static void strings(JsonGenerator json, String name, List<String> values) {
    json.writeArrayPropertyStart(name);
    values.forEach(json::writeString);
    json.writeEndArray();
  }
}
