package dev.adit.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;

/**
 * Where {@code adit top} draws: the other screen of a terminal, which is given back as it was on
 * every way out, or lines one after another where there is no terminal.
 */
final class TopScreen implements AutoCloseable {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";

  private final PrintWriter out;
  private final boolean terminal;
  private final Thread restore = new Thread(this::leave, "restore");
  private boolean left;

  private TopScreen(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** {@return a screen that prints lines} */
  static TopScreen none(PrintWriter out) {
    return new TopScreen(out, false);
  }

  /** {@return the terminal's screen, if there is one} */
  static TopScreen open(PrintWriter out) {
    String term = System.getenv("TERM");
    boolean terminal =
        term != null
            && !term.equals("dumb")
            && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    TopScreen screen = new TopScreen(out, terminal);
    if (terminal) {
      Runtime.getRuntime().addShutdownHook(screen.restore);
      out.print(ENTER);
      out.flush();
    }
    return screen;
  }

  /** Draws a view in place of the one before. */
  synchronized void show(List<String> lines) {
    if (!terminal) {
      lines.forEach(out::println);
      out.flush();
      return;
    }
    if (left) {
      return;
    }
    int[] size = size();
    StringBuilder text = new StringBuilder(HOME);
    for (String line : lines.subList(0, Math.min(lines.size(), size[0] - 1))) {
      text.append(line, 0, Math.min(line.length(), size[1])).append(CLEAR_LINE).append("\r\n");
    }
    out.print(text.append(CLEAR_REST));
    out.flush();
  }

  /** {@return lines and columns; the JDK does not know them, so stty is asked each time} */
  private static int[] size() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream answer = stty.getInputStream();
          Scanner numbers = new Scanner(answer, StandardCharsets.US_ASCII)) {
        int lines = numbers.nextInt();
        int columns = numbers.nextInt();
        return new int[] {Math.max(lines, 2), Math.max(columns, 20)};
      }
    } catch (IOException | RuntimeException e) {
      return new int[] {24, 80};
    }
  }

  private synchronized void leave() {
    if (!left) {
      left = true;
      out.print(LEAVE);
      out.flush();
    }
  }

  @Override
  public void close() {
    if (terminal) {
      leave();
      try {
        Runtime.getRuntime().removeShutdownHook(restore);
      } catch (IllegalStateException e) {
        // The process ends already, and the hook finds that there is nothing left to do.
      }
    }
  }
}
