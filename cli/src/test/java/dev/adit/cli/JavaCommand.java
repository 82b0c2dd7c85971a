package dev.adit.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How tests start a program of theirs in a process of its own. */
public final class JavaCommand {
  private static final List<String> START =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xshare:auto",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "-cp",
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));

  private JavaCommand() {}

  /** {@return the command that runs a class of the test's class path} */
  public static List<String> of(String name, String... arguments) {
    List<String> command = new ArrayList<>(START);
    command.add(name);
    command.addAll(List.of(arguments));
    return command;
  }
}
