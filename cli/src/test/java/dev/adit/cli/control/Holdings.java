package dev.adit.cli.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What of a process could leak when its clients are gone: file descriptors by kind, and mappings of
 * guests' memory.
 */
record Holdings(long sockets, long eventfds, long memory, long mappings) {
  static Holdings of(Process process) {
    Path proc = Path.of("/proc/" + process.pid());
    long sockets = 0;
    long eventfds = 0;
    long memory = 0;
    try (Stream<Path> fds = Files.list(proc.resolve("fd"));
        Stream<String> maps = Files.lines(proc.resolve("maps"))) {
      for (Path fd : fds.toList()) {
        String what = target(fd);
        sockets += what.startsWith("socket:") ? 1 : 0;
        eventfds += what.contains("[eventfd]") ? 1 : 0;
        memory += what.startsWith("/memfd:") ? 1 : 0;
      }
      return new Holdings(
          sockets, eventfds, memory, maps.filter(line -> line.contains("/memfd:")).count());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return whether there is no more of anything than there was} */
  boolean within(Holdings before) {
    return sockets <= before.sockets
        && eventfds <= before.eventfds
        && memory <= before.memory
        && mappings <= before.mappings;
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }
}
