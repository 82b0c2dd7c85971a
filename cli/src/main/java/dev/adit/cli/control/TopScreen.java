package dev.adit.cli.control;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
  private final CountDownLatch quit = new CountDownLatch(1);
  private final Thread restore = new Thread(this::leave, "restore");
  private String modes = "";
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
      screen.enter();
    }
    return screen;
  }

  private void enter() {
    Runtime.getRuntime().addShutdownHook(restore);
    // Keys come one by one and unseen; Ctrl-C still is a signal.
    modes = stty("-g");
    stty("-icanon", "-echo", "min", "1", "time", "0");
    out.print(ENTER);
    out.flush();
    Thread.ofPlatform().daemon().name("keys").start(this::readKeys);
  }

  private void readKeys() {
    try {
      int key = System.in.read();
      while (key >= 0 && key != 'q' && key != 'Q') {
        key = System.in.read();
      }
    } catch (IOException e) {
      // The terminal is gone, and with it whoever looked.
    }
    quit.countDown();
  }

  /** {@return whether this is a terminal} */
  boolean terminal() {
    return terminal;
  }

  /**
   * Waits between two views.
   *
   * @return whether the user wants to quit
   */
  boolean pause(double seconds) throws InterruptedException {
    return quit.await((long) (seconds * 1000), TimeUnit.MILLISECONDS);
  }

  /** Draws a view in place of the one before. */
  synchronized void show(List<String> lines) {
    if (!terminal) {
      lines.forEach(out::println);
      out.flush();
      return;
    }
    if (!left) {
      int[] size = size();
      out.print(HOME + fit(lines, size[0], size[1]) + CLEAR_REST);
      out.flush();
    }
  }

  /** {@return what fits a screen; the last row tells how much does not} */
  static String fit(List<String> lines, int rows, int columns) {
    boolean all = lines.size() <= rows;
    int shown = all ? lines.size() : rows - 1;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < shown; i++) {
      text.append(i == 0 ? "" : "\r\n");
      text.append(lines.get(i), 0, Math.min(lines.get(i).length(), columns)).append(CLEAR_LINE);
    }
    if (!all) {
      String more = "… %d more lines; q quits".formatted(lines.size() - shown);
      text.append("\r\n").append(more, 0, Math.min(more.length(), columns)).append(CLEAR_LINE);
    }
    return text.toString();
  }

  /** {@return lines and columns; the JDK does not know them, so stty is asked each time} */
  private static int[] size() {
    try (Scanner numbers = new Scanner(stty("size"))) {
      int lines = numbers.nextInt();
      int columns = numbers.nextInt();
      return new int[] {Math.max(lines, 2), Math.max(columns, 20)};
    } catch (RuntimeException e) {
      return new int[] {24, 80};
    }
  }

  /** {@return what stty says of the terminal, or nothing} */
  private static String stty(String... arguments) {
    List<String> command = new java.util.ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream answer = stty.getInputStream()) {
        String text = new String(answer.readAllBytes(), StandardCharsets.US_ASCII).strip();
        stty.waitFor();
        return text;
      }
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private synchronized void leave() {
    if (!left) {
      left = true;
      out.print(LEAVE);
      out.flush();
      if (!modes.isEmpty()) {
        stty(modes);
      }
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
