package dev.adit.platform.gather;

import dev.adit.pci.FileTree;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the gatherers write their facts on while they read one machine. */
public final class Sheet {
  private static final String CONFIG = "adit/config";

  private final FileTree tree;
  private final List<String> details = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<Sign, Fact> facts = new TreeMap<>();

  Sheet(FileTree tree) {
    this.tree = tree;
  }

  /**
   * A line of a file.
   *
   * @param text without white space around it
   * @param source file and line
   */
  public record Line(String text, String source) {}

  /** {@return what is read} */
  public FileTree tree() {
    return tree;
  }

  /** {@return the facts so far} */
  public Evidence evidence() {
    return Evidence.of(facts.values());
  }

  List<String> details() {
    return details;
  }

  List<String> problems() {
    return problems;
  }

  /** Adds a fact. */
  public void fact(Sign sign, Truth truth, String detail, String source) {
    fact(made(sign, truth, detail, source));
  }

  void fact(Fact fact) {
    facts.put(fact.sign(), fact);
  }

  /** {@return a fact that is fit for a terminal} */
  static Fact made(Sign sign, Truth truth, String detail, String source) {
    return new Fact(sign, truth, printable(detail), printable(source));
  }

  /** Adds a fact that could not be found out. */
  public void unknown(Sign sign, String why, String source) {
    fact(sign, Truth.UNKNOWN, why, source);
  }

  /** Adds something decoded that no rule asks for. */
  public void detail(String text) {
    details.add(printable(text));
  }

  /** Adds something that is wrong with what was read. */
  void problem(String source, List<String> texts) {
    texts.forEach(text -> problems.add(printable(source + ": " + text)));
  }

  /** {@return the first line of a file that fits} */
  public Optional<Line> line(String path, Predicate<String> fits) {
    int number = 0;
    for (String line : (Iterable<String>) tree.text(path).orElse("").lines()::iterator) {
      number++;
      if (fits.test(line)) {
        return Optional.of(new Line(line.strip(), path + ":" + number));
      }
    }
    return Optional.empty();
  }

  /** {@return the line of the kernel's configuration that sets an option or leaves it out} */
  public Optional<Line> option(String option) {
    return line(
        CONFIG,
        line -> line.startsWith(option + "=") || line.startsWith("# " + option + " is not set"));
  }

  /** Puts down whether the kernel is built with an option. */
  public void built(Sign sign, String option) {
    option(option)
        .ifPresentOrElse(
            line -> fact(sign, Truth.of(line.text().endsWith("=y")), line.text(), line.source()),
            () -> unknown(sign, "the kernel's configuration cannot be read", CONFIG));
  }

  /** {@return a text made fit for a terminal: it may come from a stranger} */
  static String printable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return text.replaceAll("[^ -~]", "").strip();
      }
    }
    return text.strip();
  }

  /** {@return why a file says nothing} */
  String why(String path) {
    return tree.exists(path) ? "may not be read without root" : "is not there";
  }
}
